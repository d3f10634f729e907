"""Hostile policies in a real server: each fails by its own name and in time, and the server stays as it was."""

import pathlib
import time

import anyio.to_thread
import pytest
from careless import Writer, guests
from harness import Server, Session, demo_version, fenced
from mcp import Client

pytestmark = pytest.mark.anyio

WORK = fenced("rates.py", demo_version(1))
LIMITS = {"deadline_ms": 500, "memory_bytes": 64 << 20}
DEADLINE = 0.5
# What a loaded machine and the rest of an audit may add to a deadline that ends a tenth late at most.
SLACK = 2.0

DECIDING = {
    "loop": "did not decide within 500 ms",
    "memory": "exceeded its memory",
    "table": "exceeded its table",
    "stack": "exceeded its stack",
    "trap": "trapped",
    # More than its memory may ever hold, and more than a decision may.
    "text-1-gib": "breaks the contract",
    "text-20-mib": "exceeded its output",
    "not-utf8": "breaks the contract",
    "nan": "breaks the contract: the bar",
    "completes-all": "breaks the contract",
}
LOADING = {
    "load-start-loop": "500 ms",
    "load-describe-loop": "500 ms",
    "load-settings-loop": "500 ms",
    "load-evaluate-loop": "500 ms",
    "load-trap": "trapped",
    "load-memory": "memory",
    "load-imports": "imports",
    "load-truncated": "",
    "load-wrong-world": "",
}


def call(session):
    return {
        "thought": WORK,
        "thoughtNumber": 1,
        "totalThoughts": 1,
        "nextThoughtNeeded": True,
        "branchId": session,
    }


def rss_mib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


async def test_hostile_policies_fail_by_name_and_leave_the_server_as_it_was(tmp_path):
    state, bad = tmp_path / "state", guests(tmp_path / "guests")
    server = Server(state, {"AUDIT_POLICY_FAILURES": "1000"})
    writer = Writer(state)

    async def put_in_force(name):
        return await anyio.to_thread.run_sync(writer.put_in_force, bad[name], LIMITS)

    try:
        async with Client(server.url) as client:
            agent = Session(client)
            for name in ("good-1", "good-2"):
                assert (await put_in_force(name))["policy"]["name"] == name
                assert (await agent.submit(WORK, session=name))["policy"]["name"] == name
            before = rss_mib(server.process.pid)

            for name, reason in DECIDING.items():
                told = await put_in_force(name)
                assert "failure" not in told["source"], (name, told)
                for attempt in range(3):
                    began = time.monotonic()
                    failed, answer = await agent.call(call(f"{name}-{attempt}"))
                    took = time.monotonic() - began
                    assert failed and reason in str(answer), (name, answer)
                    assert took < DEADLINE * 1.1 + SLACK, (name, took)
                # The review is kept: the same work is decided on once a policy decides.
                assert (await put_in_force("good-1"))["policy"]["name"] == "good-1"
                answer = await agent.submit(WORK, session=f"{name}-0")
                assert answer["policy"]["name"] == "good-1"

            for name, reason in LOADING.items():
                began = time.monotonic()
                told = await put_in_force(name)
                took = time.monotonic() - began
                assert reason in told["source"]["failure"], (name, told)
                assert told["policy"]["name"] == "good-1", "the old policy stays"
                # One deadline for each of the calls that a load makes.
                assert took < 4 * DEADLINE * 1.1 + SLACK, (name, took)
                answer = await agent.submit(WORK, session=f"{name}-0")
                assert answer["policy"]["name"] == "good-1"

            assert (await put_in_force("good-2"))["policy"]["name"] == "good-2"
            await agent.submit(WORK, session="after")
            after = rss_mib(server.process.pid)
            # Less than one of the bombs: what they took was given back.
            assert after - before < 32, f"{before:.0f} MiB before, {after:.0f} MiB after"
    finally:
        assert server.stop() == 0
    assert "panicked" not in "".join(server.log)


async def test_a_policy_that_traps_now_and_then_loses_no_review(tmp_path):
    state, bad = tmp_path / "state", guests(tmp_path / "guests")
    server = Server(state, {"AUDIT_POLICY_FAILURES": "1000"})
    writer = Writer(state)
    try:
        async with Client(server.url) as client:
            agent = Session(client)
            await anyio.to_thread.run_sync(writer.put_in_force, bad["sometimes"])
            for number in range(10):
                for _ in range(100):
                    failed, answer = await agent.call(call(f"s-{number}"))
                    if not failed:
                        break
                    assert "trapped" in str(answer), answer
                assert not failed and answer["policy"]["name"] == "decent"
    finally:
        assert server.stop() == 0
