"""A registry of artifacts, as far as a pull needs one: manifests and blobs for those who have its token."""

import base64
import contextlib
import hashlib
import http.server
import json
import threading

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
TOKEN = "let-me-in"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """What is pushed to one artifact's name. With a user, (name, password), only they get a token."""

    def __init__(self, name, user=None):
        self.name = name
        self.user = user
        self.tags = {}
        self.manifests = {}
        self.blobs = {}

    def push(self, tag, **files):
        """Puts files under a tag, by their names with _ for the dot, as `oras push` would; gives the manifest's digest."""
        layers = [self.layer(name.replace("_", "."), data) for name, data in files.items()]
        config = {"mediaType": EMPTY, "digest": digest(b"{}"), "size": 2}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        text = json.dumps(manifest).encode()
        self.tags[tag] = digest(text)
        self.manifests[digest(text)] = text
        return digest(text)

    def layer(self, title, data):
        self.blobs[digest(data)] = data
        return {
            "mediaType": "application/wasm" if title.endswith(".wasm") else "text/plain",
            "digest": digest(data),
            "size": len(data),
            "annotations": {"org.opencontainers.image.title": title},
        }

    def find(self, path):
        """The bytes at a path and their type, or None."""
        kind, _, name = path.removeprefix(f"/v2/{self.name}/").partition("/")
        if kind == "manifests" and self.tags.get(name, name) in self.manifests:
            return self.manifests[self.tags.get(name, name)], MANIFEST
        if kind == "blobs" and name in self.blobs:
            return self.blobs[name], "application/octet-stream"
        return None

    def gives_token(self, authorization):
        if self.user is None:
            return True
        expected = base64.b64encode(":".join(self.user).encode()).decode()
        return authorization == f"Basic {expected}"


@contextlib.contextmanager
def serve(registry):
    """Runs a registry; gives its host and port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            authorization = self.headers.get("Authorization")
            path, _, query = self.path.partition("?")
            if path == "/token":
                if not registry.gives_token(authorization):
                    return self.answer(401)
                assert f"repository%3A{registry.name.replace('/', '%2F')}%3Apull" in query
                return self.answer(200, json.dumps({"token": TOKEN}).encode(), "application/json")
            if authorization != f"Bearer {TOKEN}":
                return self.answer(401, challenge=f'Bearer realm="http://{address}/token",service="tests"')
            found = registry.find(path)
            return self.answer(200, *found) if found else self.answer(404)

        def answer(self, status, body=b"", kind="text/plain", challenge=None):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if challenge:
                self.send_header("WWW-Authenticate", challenge)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
