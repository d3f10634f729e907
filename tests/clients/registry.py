"""An OCI registry that holds one artifact: what a pull of it needs, in front of it a login."""

import base64
import contextlib
import hashlib
import http.server
import json
import threading
import urllib.parse

REPOSITORY = "team/policy"
USER, PASSWORD = "ana", "correct horse"
TOKEN = "for-this-repository-only"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Registry(http.server.ThreadingHTTPServer):
    """Serves `component` under a tag and by its digests, to who has a token, or to who knows the password."""

    def __init__(self, component, tag, scheme):
        super().__init__(("127.0.0.1", 0), Handler)
        self.blobs = {digest(component): component}
        self.manifest = json.dumps({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2},
            "layers": [{"mediaType": "application/wasm", "digest": digest(component), "size": len(component)}],
        }).encode()
        self.tag, self.scheme = tag, scheme
        self.asked = []

    @property
    def name(self):
        return f"127.0.0.1:{self.server_port}"

    @property
    def reference(self):
        return f"oci://{self.name}/{REPOSITORY}:{self.tag}"

    def wanted(self):
        """The header that lets a request in."""
        if self.scheme == "Bearer":
            return f"Bearer {TOKEN}"
        return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def challenge(self):
        if self.scheme == "Bearer":
            return f'Bearer realm="http://{self.name}/token",service="{self.name}"'
        return 'Basic realm="policies"'

    def content(self, kind, name):
        if kind == "blobs":
            return self.blobs.get(name)
        return self.manifest if name in (self.tag, digest(self.manifest)) else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.server.asked.append(url.path)
        if url.path == "/token":
            scope = urllib.parse.parse_qs(url.query)["scope"]
            assert scope == [f"repository:{REPOSITORY}:pull"], scope
            self.answer(200, json.dumps({"token": TOKEN}).encode())
        elif self.headers.get("authorization") != self.server.wanted():
            self.answer(401, b"", challenge=self.server.challenge())
        else:
            _, _, name = url.path.partition(f"/v2/{REPOSITORY}/")
            content = self.server.content(*name.split("/", 1)) if "/" in name else None
            self.answer(404 if content is None else 200, content or b"")

    def answer(self, status, body, challenge=None):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if challenge:
            self.send_header("www-authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def registry(component, tag="1.0", scheme="Bearer"):
    """Such a registry, until the end of the block."""
    with Registry(component, tag, scheme) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
