"""What a model as judge costs beside the model: one audit, many at once, one that was made before.

Run by `make bench`. The model is the stand-in, which answers at once; a bare HTTP client asks it the same in the
same run, so that what is measured is the server's own part.
"""

import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "clients"))

from bench import ROOT, Server, durable_write, milliseconds, row  # noqa: E402
from stand_in import StandIn, answer, review  # noqa: E402

IN_FLIGHT = 64
# Audits of one session.
LOOPS = 10
MANY = 1000


def code(number):
    """A file of some thirty lines, another one each time."""
    lines = "".join(f"def f{n}(value):\n    return value + {number + n}\n\n" for n in range(10))
    return f"```python steps.py\n{lines}```"


class Bare:
    """The least a client can do: one request, the whole answer read."""

    def __init__(self, base_url):
        url = urllib.parse.urlsplit(base_url)
        self.connection = http.client.HTTPConnection(url.hostname, url.port)
        self.path = url.path + "/responses"

    def ask(self, body):
        self.connection.request("POST", self.path, body, {"content-type": "application/json"})
        assert b"response.completed" in self.connection.getresponse().read()


def settings(base_url, **more):
    return {
        "AUDIT_JUDGE": "codex-http",
        "OPENAI_BASE_URL": base_url,
        "CODEX_MODEL": "stand-in",
        "AUDIT_CONTEXT": "none",
        "DISABLE_THOUGHT_LOGGING": "true",
        **more,
    }


def one_at_a_time(service, folder):
    base_url = service.script("one", answer(review(80)))
    server = Server(folder / "one", **settings(base_url, ENABLE_AUDIT_CACHING="false")).ready()
    server.audit(code(0), "warm-up")
    body = json.dumps(service.requests("one")[0])
    bare = Bare(base_url)
    ours, theirs = [], []
    for number in range(150):
        theirs.append(milliseconds(lambda: bare.ask(body)))
        ours.append(milliseconds(lambda: server.audit(code(number), f"s{number // LOOPS}")))
    server.stop()
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    over = ours - theirs
    row(
        "audit over a bare HTTP call, 1 in flight, p50",
        f"+{over:.2f} ms ({ours:.2f} to {theirs:.2f})",
        "<= 2 ms",
        over <= 2,
    )


def before(service, folder):
    base_url = service.script("before", answer(review(80)))
    server = Server(folder / "before", **settings(base_url)).ready()
    for number in range(LOOPS):
        server.audit(code(number), "first")
    # The first audit of a session makes its files.
    fresh, again = [], []
    for number in range(15 * LOOPS):
        session, loop = divmod(number, LOOPS)
        spent = milliseconds(lambda: server.audit(code(loop), f"again-{session}"))
        (again if loop else fresh).append(spent)
    assert len(service.requests("before")) == LOOPS
    server.stop()
    p50 = statistics.median(again)
    yardstick = durable_write(folder)
    row(
        "audit of work reviewed before, through MCP, p50",
        f"{p50:.2f} ms ({p50 / yardstick:.1f}x 2 fsyncs)",
        "<= 1 ms",
        p50 <= 1,
    )
    print(f"{'  as the first of its session':<58} {statistics.median(fresh):>19.2f} ms")


def many(service, folder):
    step = answer(review(80), think_ms=20)
    base_url = service.script("many", step)
    limits = {"MAX_CONCURRENT_AUDITS": "50", "MAX_CONCURRENT_SESSIONS": "1000"}
    more = {**limits, "ENABLE_AUDIT_CACHING": "false"}
    server = Server(folder / "many", **settings(base_url, **more)).ready()
    server.audit(code(0), "warm-up")
    body = json.dumps(service.requests("many")[0])
    idle = server.rss_mib()
    room = threading.Semaphore(IN_FLIGHT)
    peak = [idle]
    outcomes = []

    def read():
        while len(outcomes) < MANY:
            message = json.loads(server.process.stdout.readline())
            if "id" in message:
                outcomes.append(not message["result"].get("isError"))
                room.release()

    reader = threading.Thread(target=read)
    reader.start()
    began = time.perf_counter()
    for number in range(1, MANY + 1):
        room.acquire()
        arguments = {
            "thought": code(number),
            "thoughtNumber": 1,
            "totalThoughts": 1,
            "nextThoughtNeeded": True,
            "branchId": f"m{number}",
        }
        params = {"name": "gansauditor_codex", "arguments": arguments}
        server.send({"jsonrpc": "2.0", "id": 10_000 + number, "method": "tools/call", "params": params})
        if number % 20 == 0:
            peak.append(server.rss_mib())
    reader.join()
    took = time.perf_counter() - began
    peak.append(server.rss_mib())
    good = sum(outcomes)
    kept = len(list((folder / "many").glob("m*.journal.jsonl")))
    row(f"{MANY} audits, {IN_FLIGHT} in flight: answered", f"{good}, {kept} on disk", f"{MANY}", good == kept == MANY)
    above = max(peak) - idle
    row("  resident memory above idle", f"{above:.1f} MiB", "<= 64 MiB", above <= 64)
    print(f"{'  audits a second':<58} {MANY / took:>22.0f}")
    server.stop()

    tasks = list(range(MANY))

    def work():
        bare = Bare(base_url)
        while tasks:
            try:
                tasks.pop()
            except IndexError:
                break
            bare.ask(body)

    threads = [threading.Thread(target=work) for _ in range(50)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bare = time.perf_counter() - began
    print(f"{'  time over 50 bare clients in Python':<58} {took / bare:>21.2f}x")


def main():
    with (
        StandIn() as service,
        tempfile.TemporaryDirectory(prefix="gansauditor-bench-", dir=ROOT / "target") as folder,
    ):
        folder = pathlib.Path(folder)
        one_at_a_time(service, folder)
        before(service, folder)
        many(service, folder)


main()
