"""Starts the stand-in for an OpenAI-compatible server and says what it is to answer."""

import json
import os
import pathlib
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("STAND_IN_BIN", ROOT / "target/release/stand-in"))

DIMENSIONS = (
    "correctness_completeness",
    "tests",
    "style_conventions",
    "security",
    "performance",
    "docs_traceability",
)

# A submission with a defect, the defect as a model writes it down, and the submission without it.
BAD = "def run(text):\n    return eval(text)\n"
GOOD = "def run(text):\n    return int(text)\n"
EVAL = {
    "path": "run.py",
    "quote": "return eval(text)",
    "line": 2,
    "symbol": "run",
    "category": "security",
    "severity": "critical",
    "cwe": 95,
    "message": "Whatever is given is run.",
    "advice": "Read the number with int().",
}


class StandIn:
    """The server. It ends when this process does."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BINARY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        self.url = line.removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:"), line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)

    def script(self, name, *steps):
        """What each request does in turn, the last one from then on; gives the base URL."""
        return self._admin("PUT", name, list(steps))["base_url"]

    def requests(self, name):
        """The bodies of the requests so far."""
        kept = self._admin("GET", name)["requests"]
        return [json.loads(request["body"]) for request in kept if request["method"] == "POST"]

    def underway(self, name):
        """How many requests are not answered and not given up yet."""
        return self._admin("GET", name)["underway"]

    def _admin(self, method, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/admin/{name}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def answer(text, **more):
    """A step that answers."""
    return {"answer": {"text": text if isinstance(text, str) else json.dumps(text), **more}}


def status(code, **more):
    """A step that fails with an HTTP status."""
    return {"status": {"code": code, **more}}


def review(score, findings=(), earlier=()):
    """A review as a model writes it."""
    return {
        "summary": "As far as it goes.",
        "scores": [{"dimension": name, "reason": "so", "score": score} for name in DIMENSIONS],
        "findings": list(findings),
        "earlier": [{"id": f"E{n + 1}", "state": state, "evidence": "seen"} for n, state in enumerate(earlier)],
        "not_assessed": [],
    }
