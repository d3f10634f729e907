"""Serves the page on this machine; with --check, opens it in a headless Chromium and tells what it says.

    python serve.py TRANSPILED [--check]

Exits with 1 when a decision differs, and with 2 when there is no browser.
"""

import functools
import http.server
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Handler(http.server.SimpleHTTPRequestHandler):
    """The page, the corpus, and the transpiled component; nothing else."""

    extensions_map = {".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm", "": "text/plain"}

    def __init__(self, transpiled, said, *arguments):
        self.said = said
        self.files = {
            "/": HERE / "index.html",
            "/canonical.mjs": HERE.parent / "canonical.mjs",
            "/corpus.jsonl": HERE.parent / "corpus.jsonl",
            **{f"/core/{name}": transpiled / name for name in ("core.js", "core.core.wasm")},
        }
        super().__init__(*arguments)

    def translate_path(self, path):
        return str(self.files.get(path.split("?")[0], HERE / "nothing"))

    def do_POST(self):
        """The page tells what came out."""
        length = min(int(self.headers.get("content-length", 0)), 10_000)
        self.said.put(self.rfile.read(length).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def check(url, said):
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print("browser: there is none here; install chromium (Debian: apt-get install chromium)")
        return 2
    with tempfile.TemporaryDirectory() as profile:
        # The component is trusted, and containers rarely allow the sandbox.
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        browser = subprocess.Popen([found, *options, url], stderr=subprocess.DEVNULL)
        try:
            outcome = said.get(timeout=60)
        except queue.Empty:
            outcome = "browser: the page said nothing for a minute"
        browser.kill()
        browser.wait()
    print(outcome)
    return 0 if re.search(r"(\d+) of \1 decisions equal", outcome) else 1


def main(transpiled, *options):
    said = queue.Queue()
    handler = functools.partial(Handler, pathlib.Path(transpiled), said)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    url = f"http://127.0.0.1:{server.server_port}/"
    if "--check" not in options:
        print(url, flush=True)
        server.serve_forever()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return check(url, said)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
