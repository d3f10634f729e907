"""Whole loops through the real Codex CLI: client, server and Codex are real, the service behind them is the stand-in.

`make codex-cli` installs the CLI and runs this; without it these fail.
"""

import asyncio
import json
import os
import pathlib
import time
import uuid

import pytest
from harness import Server, connect, fenced
from stand_in import BAD, EVAL, GOOD, StandIn, answer, review

pytestmark = pytest.mark.anyio

# Codex may load 300 MB first.
AMPLE = 20


@pytest.fixture(scope="module")
def cli():
    named = os.environ.get("GANSAUDITOR_CODEX")
    assert named, "GANSAUDITOR_CODEX names the CLI: run these by `make codex-cli`"
    return named


@pytest.fixture(scope="module")
def service():
    with StandIn() as server:
        yield server


@pytest.fixture(params=["codex-exec", "codex-app-server"])
def judge(request):
    return request.param


class Judged:
    """Settings of a server that judges by this CLI, and the processes of that CLI, told by a key of their own."""

    def __init__(self, cli, judge, base_url):
        key = f"sk-{uuid.uuid4()}"
        self.settings = {
            "AUDIT_JUDGE": judge,
            "CODEX_API_KEY": key,
            "CODEX_EXECUTABLE": cli,
            "OPENAI_BASE_URL": base_url,
            "CODEX_MODEL": "stand-in",
            "AUDIT_CONTEXT": "none",
        }
        self.mark = f"GANSAUDITOR_CODEX_KEY={key}".encode()

    def processes(self):
        """Those that run now, children of the CLI included."""
        found = set()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (process / "environ").read_bytes().split(b"\0"):
                    found.add(process.name)
            except OSError:
                pass  # It has just ended, or is somebody else's.
        return found


async def until(condition, seconds, otherwise):
    """Waits for it, and says how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, otherwise
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_revise_revise_complete_and_no_codex_is_left(judge, transport, cli, service, tmp_path):
    name = f"loop-{judge}-{transport}"
    base_url = service.script(
        name,
        answer(review(60, [EVAL])),
        answer(review(70, [], ["open"])),
        answer(review(99, [], ["fixed"])),
    )
    judged = Judged(cli, judge, base_url)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    async with connect(transport, tmp_path / "state", TMPDIR=str(temporary), **judged.settings) as agent:
        first = await agent.submit(fenced("run.py", BAD))
        assert first["completionStatus"]["isComplete"] is False
        assert first["gan"]["judge_cards"][0]["model"] == judge
        assert EVAL["message"] in json.dumps(first["gan"])
        if judge == "codex-app-server":
            warm = judged.processes()
            assert warm, "it waits for the next audit"
        else:
            assert not judged.processes()
        second = await agent.submit(fenced("run.py", BAD + "# better\n"))
        assert second["completionStatus"]["isComplete"] is False
        third = await agent.submit(fenced("run.py", GOOD))
        assert third["completionStatus"]["isComplete"] is True, third["completionStatus"]
        if judge == "codex-app-server":
            assert judged.processes() == warm, "one process for all audits"
    await until(lambda: not judged.processes(), 1, "a codex is left")
    # They hold the configuration, and a copy of the login where there is one.
    assert not list(temporary.iterdir()), "a home of Codex is left"
    requests = service.requests(name)
    assert len(requests) == 3
    for request in requests:
        assert request["text"]["format"]["strict"] is True
        assert {tool["name"] for tool in request.get("tools", [])} <= {"request_user_input"}, "it reads, and does nothing else"
    assert "E1 [open] critical security in run.py" in json.dumps(requests[1])
    assert "E1" not in json.dumps(requests[0]["input"]), "each audit is a thread of its own"


async def test_cancelling_ends_its_codex_within_a_second(judge, cli, service, tmp_path):
    name = f"cancel-{judge}"
    judged = Judged(cli, judge, service.script(name, "silence"))
    async with connect("stdio", tmp_path / "state", **judged.settings) as agent:
        call = asyncio.create_task(agent.submit(fenced("run.py", GOOD)))
        await until(lambda: service.underway(name) > 0, AMPLE, "no request")
        assert judged.processes()
        began = time.monotonic()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: service.underway(name) == 0, 1, "the request is still open")
        if judge == "codex-exec":
            await until(lambda: not judged.processes(), 1, "codex still runs")
        assert time.monotonic() - began < 1
        # The next call works.
        service.script(name, answer(review(99)))
        again = await agent.submit(fenced("run.py", GOOD), session="after")
        assert again["completionStatus"]["isComplete"] is True
    await until(lambda: not judged.processes(), 1, "a codex is left")


@pytest.mark.parametrize("logged_in", [True, False])
async def test_auto_takes_the_cli_that_is_logged_in(logged_in, cli, tmp_path):
    home = tmp_path / "codex"
    home.mkdir()
    if logged_in:
        (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk-not-to-be-seen"}))
    settings = {"AUDIT_JUDGE": "auto", "CODEX_HOME": str(home), "CODEX_EXECUTABLE": cli}
    server = Server(tmp_path / "state", settings)
    assert server.stop() == 0
    said = "".join(server.log)
    if logged_in:
        assert "judge auto: codex-app-server, because a Codex CLI is logged in" in said, said
    else:
        assert "judge auto: static, because no key is set and no Codex CLI is logged in" in said, said
    assert "sk-not-to-be-seen" not in said
