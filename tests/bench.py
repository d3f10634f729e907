"""What a client waits for: start, one audit, the 25th loop, and what an idle server weighs.

Run by `make bench`. Speaks the protocol itself, so that no SDK's time is measured. Every figure stands beside
a yardstick taken in the same run, because the machine's mood is in both.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "clients"))

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = pathlib.Path(os.environ.get("GANSAUDITOR_BIN", ROOT / "target/release/gansauditor"))


class Server:
    """A server on a pipe, one request at a time."""

    def __init__(self, state, **settings):
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own = {
            "SYNC_AUDIT_STATE_DIRECTORY": str(state),
            "AUDIT_POLICY_CACHE": f"{state}.compiled",
            "AUDIT_POLICY_SEAL": f"{state}.seal.key",
        }
        env = {**kept, **own, **settings}
        self.process = subprocess.Popen(
            [BINARY, "serve"],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.number = 0
        self.request(
            "initialize",
            protocolVersion="2025-11-25",
            capabilities={},
            clientInfo={"name": "bench", "version": "1"},
        )

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method, **params):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                return answer["result"]

    def ready(self):
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def audit(self, thought, session):
        result = self.request(
            "tools/call",
            name="gansauditor_codex",
            arguments={
                "thought": thought,
                "thoughtNumber": 1,
                "totalThoughts": 1,
                "nextThoughtNeeded": True,
                "branchId": session,
            },
        )
        assert not result.get("isError"), result
        return result["structuredContent"]

    def rss_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def milliseconds(action):
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def source(lines, version=0):
    """A Python file of a given length without findings worth mending, a little different each time."""
    text = '"""Arithmetic, at length."""\n\n'
    number = 0
    while text.count("\n") < lines:
        number += 1
        text += (
            f"\ndef step_{number}(value, factor={version}):\n"
            f'    """Adds {number} to a value, scaled."""\n'
            f"    scaled = value * factor + {number}\n"
            f"    return scaled if scaled > {number * 3} else value\n\n"
        )
    return f"```python steps.py\n{text}```"


def durable_write(folder):
    """The least that an audit's two durable records can cost here."""
    path = folder / "yardstick"
    with open(path, "ab", buffering=0) as file:

        def twice():
            for _ in range(2):
                file.write(b"x" * 8192)
                os.fdatasync(file.fileno())

        return statistics.median(milliseconds(twice) for _ in range(50))


def row(what, value, aim, met):
    mark = "" if met is None else ("met" if met else "MISSED")
    print(f"{what:<58} {value:>22}   aim {aim:<12} {mark}", flush=True)


def replayed(state, recording):
    """What was recorded, through the policy that decided it: reading, folding and deciding all of it again."""
    command = [BINARY, "policy", "replay", "--core", "--settings", "{}", "--json"]
    env = {"PATH": os.environ["PATH"], "SYNC_AUDIT_STATE_DIRECTORY": str(state)}
    runs = []
    for _ in range(5):
        began = time.perf_counter()
        told = json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout)
        runs.append(time.perf_counter() - began)
    took, decisions = statistics.median(runs), told["same"]
    assert decisions == told["decisions"] == 300, told
    row(
        "replay of 12 sessions of 25 decisions, process included",
        f"{told['sessions'] / took:.0f} sessions/s",
        "-",
        None,
    )
    print(f"{'  decisions per second':<58} {decisions / took:>22.0f}")
    print(f"{'  time of the audits over that of the replay':<58} {recording / 1000 / took:>21.0f}x")


def main():
    with tempfile.TemporaryDirectory(prefix="gansauditor-bench-", dir=ROOT / "target") as folder:
        folder = pathlib.Path(folder)

        def start():
            server = Server(folder / "start")
            started.append(time.perf_counter())
            server.stop()

        starts, spawns, started = [], [], []
        for _ in range(30):
            began = time.perf_counter()
            start()
            starts.append((started[-1] - began) * 1000)
            spawns.append(milliseconds(lambda: subprocess.run(["/bin/true"], check=True)))
        p50, spawn = statistics.median(starts), statistics.median(spawns)
        row("start to initialize, p50", f"{p50:.1f} ms ({p50 / spawn:.1f}x a bare spawn)", "<= 20 ms", p50 <= 20)

        server = Server(folder / "idle").ready()
        server.request("tools/list")
        time.sleep(1)
        idle = server.rss_mib()
        row("idle resident memory", f"{idle:.1f} MiB", "<= 32 MiB", idle <= 32)

        yardstick = durable_write(folder)
        server.audit(source(200), "warm-up")
        times = [
            milliseconds(lambda: server.audit(source(200, number), f"file-{number}"))
            for number in range(1, 61)
        ]
        p50 = statistics.median(times)
        row(
            "audit of a 200-line file, new session, p50",
            f"{p50:.1f} ms ({p50 / yardstick:.1f}x 2 fsyncs)",
            "<= 10 ms",
            p50 <= 10,
        )
        print(f"{'  p95':<58} {sorted(times)[56]:>19.1f} ms")

        # Tiers out of reach, so that all 25 loops run; as many sessions as it takes for a stable median.
        settings = {"ENABLE_STAGNATION_DETECTION": "false", "SYNC_AUDIT_HARD_STOP_LOOPS": "100"}
        long = Server(folder / "long", **settings).ready()
        evil = "```python bad.py\nimport os\nos.system(input())\n```\n"
        first, second, last, all_of_them = [], [], [], []
        for session in range(12):
            for number in range(1, 26):
                spent = milliseconds(
                    lambda: long.audit(evil + source(200, 100 * session + number), f"long-{session}")
                )
                {1: first, 2: second, 25: last}.get(number, []).append(spent)
                all_of_them.append(spent)
        ratio = statistics.median(last) / statistics.median(first)
        row("25th loop over the 1st of a session, p50", f"{ratio:.2f}x", "<= 1.5x", ratio <= 1.5)
        ratio = statistics.median(last) / statistics.median(second)
        print(f"{'  over the 2nd, which creates no file':<58} {ratio:>20.2f}x")
        row("resident memory after 360 audits", f"{long.rss_mib():.1f} MiB", "-", None)
        for one in (server, long):
            one.stop()
        replayed(folder / "long", sum(all_of_them))


if __name__ == "__main__":
    main()
