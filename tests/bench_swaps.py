"""A thousand changes of the policy, good and bad, in a server that eight clients keep busy.

Run by `make bench`. Whoever writes the policy directory checks nothing, so the server gets to see every kind of bad
candidate. Every audit must be answered with a decision, and by a policy that was live.
"""

import base64
import http.client
import json
import multiprocessing
import pathlib
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "clients"))

from bench import ROOT, row, source  # noqa: E402
from careless import Writer, guests  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402
from harness import Server  # noqa: E402

CLIENTS = 8
SWAPS = 1000
# The changes come in bursts, and the audits of each are compared with those in the pause before it: disks have moods.
BURSTS = 5
# Seconds of a pause.
QUIET = 5
# Most changes in a second: as many as may come, and the processors are left to the audits between them.
RATE = 40
# Audits of one session.
LOOPS = 10
# In turn; the last one has another's signature.
CANDIDATES = [
    "good-1",
    "load-trap",
    "good-2",
    "load-evaluate-loop",
    "good-3",
    "load-memory",
    "load-truncated",
    "load-wrong-world",
    "unsigned",
]
# As long as a candidate that never ends may take.
LIMITS = {"load-evaluate-loop": {"deadline_ms": 20}}


class Client:
    """Speaks the protocol itself, so that as little as possible of the client's time is measured."""

    def __init__(self, url):
        url = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        self.path = url.path
        self.headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        self.number = 0
        who = {"name": "bench", "version": "1"}
        self.request("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=who)
        self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def post(self, message):
        self.connection.request("POST", self.path, json.dumps(message), self.headers)
        answer = self.connection.getresponse()
        session = answer.getheader("mcp-session-id")
        if session:
            self.headers["mcp-session-id"] = session
        return answer.read().decode()

    def request(self, method, **params):
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        text = self.post(message)
        for line in text.splitlines():
            line = line.removeprefix("data:").strip()
            if line.startswith("{") and json.loads(line).get("id") == self.number:
                return json.loads(line)["result"]
        raise AssertionError(f"no answer: {text[:500]}")

    def audit(self, thought, session):
        arguments = {
            "thought": thought,
            "thoughtNumber": 1,
            "totalThoughts": 1,
            "nextThoughtNeeded": True,
            "branchId": session,
        }
        return self.request("tools/call", name="gansauditor_codex", arguments=arguments)


class Load:
    """Clients that audit until they are told to stop; in a process of their own, so that no one else's work there is
    measured."""

    def __init__(self, url):
        self.took, self.failed, self.by = [], [], set()
        self.results, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.serve, args=(url, theirs))
        self.process.start()

    def serve(self, url, pipe):
        done = threading.Event()
        clients = [threading.Thread(target=self.run, args=(url, n, done)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        pipe.recv()
        done.set()
        for client in clients:
            client.join()
        pipe.send((self.took, self.failed, self.by))

    def run(self, url, number, done):
        client, versions, count = Client(url), [source(40, version) for version in range(2)], 0
        while not done.is_set():
            session = f"client-{number}-{count // LOOPS}"
            began = time.perf_counter()
            try:
                answer = client.audit(versions[count % 2], session)
            except Exception as error:
                self.failed.append(repr(error))
                return
            self.took.append((began, time.perf_counter() - began))
            if answer.get("isError"):
                self.failed.append(str(answer))
            else:
                self.by.add(answer["structuredContent"]["policy"]["digest"])
            count += 1

    def stop(self):
        self.results.send("stop")
        self.took, self.failed, self.by = self.results.recv()
        self.process.join()

    def between(self, start, end):
        """Milliseconds of the audits begun in a time, in order."""
        return sorted(1000 * took for began, took in self.took if start <= began < end)


def main():
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory(prefix="gansauditor-bench-", dir=ROOT / "target") as folder:
        folder = pathlib.Path(folder)
        pem = folder / "team.pem"
        pem.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        components = guests(folder / "guests")

        def signature(component):
            return base64.b64encode(key.sign(component)).decode()

        signed = {name: (component, signature(component)) for name, component in components.items()}
        signed["unsigned"] = (components["trap"], signature(components["good-1"]))
        state = folder / "state"
        server = Server(state, {"AUDIT_POLICY_KEYS": str(pem), "DISABLE_THOUGHT_LOGGING": "true"})
        writer = Writer(state)
        live, refused = set(), 0

        def swap(name):
            component, its_signature = signed[name]
            told = writer.put_in_force(component, LIMITS.get(name), its_signature)
            is_good = name.startswith("good")
            assert ("failure" not in told["source"]) == is_good, (name, told)
            if is_good:
                live.add(told["policy"]["digest"])
            return not is_good

        swap("good-1")
        load = Load(server.url)
        time.sleep(2)
        quiet, busy = [], []
        for burst in range(BURSTS):
            began = time.perf_counter()
            time.sleep(QUIET)
            swapping = time.perf_counter()
            for number in range(SWAPS // BURSTS):
                time.sleep(max(0.0, swapping + number / RATE - time.perf_counter()))
                refused += swap(CANDIDATES[(burst + number) % len(CANDIDATES)])
            quiet.append((began, swapping))
            busy.append((swapping, time.perf_counter()))
        load.stop()
        server.stop()

        quiet, busy = ([load.between(*window) for window in windows] for windows in (quiet, busy))
        strangers = load.by - live
        audits = sum(map(len, busy))
        print(f"{SWAPS} changes of the policy in {BURSTS} bursts at {RATE} a second, {refused} of them refused; {audits} audits meanwhile")
        row("audits that failed", f"{len(load.failed)}", "0", not load.failed)
        row("policies that decided and were never live", f"{len(strangers)}", "0", not strangers)
        for name, at, aim in [("p50", 0.5, None), ("p99", 0.99, 5)]:
            without, during = (
                statistics.median(times[int(at * len(times))] for times in windows) for windows in (quiet, busy)
            )
            added = during - without
            row(
                f"  added to an audit's {name}, medians of {BURSTS} bursts, pauses",
                f"{added:+.1f} ms ({without:.1f} to {during:.1f})",
                f"<= {aim} ms" if aim else "-",
                added <= aim if aim else None,
            )
        assert audits > 0 and not load.failed and not strangers, load.failed[:3]


if __name__ == "__main__":
    main()
