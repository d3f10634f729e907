"""Models as judges, seen from a client: whole loops, every way to fail, load.

The service behind them is the stand-in of `tests/stand-in`; the server, the client and the transport are real.
"""

import asyncio
import json
import time

import pytest
from harness import connect, demo_version, fenced
from stand_in import BAD, EVAL, GOOD, StandIn, answer, review, status

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def service():
    with StandIn() as server:
        yield server


def codex(base_url, **more):
    """Settings of a server whose judge is asked there."""
    return {
        "AUDIT_JUDGE": "codex-http",
        "OPENAI_BASE_URL": base_url,
        "OPENAI_API_KEY": "sk-not-to-be-seen",
        "CODEX_MODEL": "stand-in",
        "AUDIT_CONTEXT": "none",
        **more,
    }


async def test_revise_revise_pass_with_feedback_that_follows_each_finding(service, tmp_path):
    base_url = service.script(
        "loop",
        answer(review(60, [EVAL])),
        answer(review(70, [], ["open"])),
        answer(review(99, [], ["fixed"])),
    )
    async with connect("stdio", tmp_path / "state", **codex(base_url)) as agent:
        first = await agent.submit(fenced("run.py", BAD))
        assert first["completionStatus"]["isComplete"] is False
        assert first["gan"]["judge_cards"][0]["model"] == "codex-http"
        assert "stand-in over /responses" in first["gan"]["judge_cards"][0]["notes"]
        second = await agent.submit(fenced("run.py", BAD + "# better\n"))
        assert second["completionStatus"]["isComplete"] is False
        third = await agent.submit(fenced("run.py", GOOD))
        assert third["completionStatus"]["isComplete"] is True, third["completionStatus"]
    requests = service.requests("loop")
    assert len(requests) == 3
    assert requests[0]["store"] is False and requests[0]["stream"] is True
    assert requests[0]["text"]["format"]["strict"] is True
    shown = json.dumps(requests[1])
    assert "E1 [open] critical security in run.py" in shown
    assert "sk-not-to-be-seen" not in shown


FAULTS = {
    "unauthorized": ([status(401)], "judge_unauthorized", 1),
    "forbidden": ([status(403)], "judge_forbidden", 1),
    "rejected": ([status(400)], "judge_rejected", 1),
    "too-long": ([status(400, error="context_length_exceeded")], "judge_too_long", 1),
    "rate-limited": ([status(429, retry_after="600")], "judge_rate_limited", 1),
    "rate-limited-shortly": ([status(429, retry_after="1")], "judge_rate_limited", 2),
    "quota": ([status(429, error="insufficient_quota")], "judge_quota_exhausted", 1),
    "failing": ([status(500)], "judge_unavailable", 2),
    "gateway": ([status(502, html="<h1>Bad Gateway</h1>")], "judge_unavailable", 2),
    "overloaded": ([status(503)], "judge_unavailable", 2),
    "closing": (["close"], "judge_interrupted", 2),
    "cutting": ([{"cut": {"text": "{\"summary\": \"it is", "after": 2}}], "judge_interrupted", 1),
    "malformed-event": ([{"malformed": {"text": "{\"summary\": \"it is", "after": 2}}], "judge_interrupted", 1),
    "silent": (["silence"], "judge_timed_out", 2),
    "stalling": ([{"stall": {"text": "{\"summary\": \"it is", "after": 2}}], "judge_timed_out", 1),
    "incomplete": ([{"incomplete": {"text": "{", "reason": "max_output_tokens"}}], "judge_incomplete", 1),
    "refusing": ([{"refusal": {"text": "I cannot help with that."}}], "judge_refused", 1),
    "huge": ([{"huge": {"bytes": 10 << 20}}], "judge_oversized", 1),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_is_a_typed_error_in_time_with_a_known_number_of_requests(name, service, tmp_path):
    steps, code, requests = FAULTS[name]
    base_url = service.script(name, *steps)
    settings = codex(base_url, AUDIT_TIMEOUT_SECONDS="5")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        began = time.monotonic()
        failed, error = await agent.call(
            {
                "thought": fenced("run.py", BAD),
                "thoughtNumber": 1,
                "totalThoughts": 3,
                "nextThoughtNeeded": True,
                "branchId": "faults",
            }
        )
        assert time.monotonic() - began < 6
        assert failed and error["diagnostic"]["errorCode"] == code, error
        assert error["diagnostic"]["suggestions"]
        assert "sk-not-to-be-seen" not in json.dumps(error)
        assert len(service.requests(name)) == requests
        if name == "rate-limited":
            assert error["retryInfo"]["retryAfterMs"] == 600_000
        # The next call works.
        service.script(name, answer(review(99)))
        again = await agent.submit(fenced("run.py", GOOD), session="after")
        assert again["completionStatus"]["isComplete"] is True


@pytest.mark.parametrize("text", ["I like it.", {"greeting": "hello"}])
async def test_prose_and_wrong_shapes_are_asked_for_again_and_then_an_error(text, service, tmp_path):
    base_url = service.script("shape", answer(text))
    async with connect("stdio", tmp_path / "state", **codex(base_url)) as agent:
        failed, error = await agent.call(
            {
                "thought": fenced("run.py", BAD),
                "thoughtNumber": 1,
                "totalThoughts": 3,
                "nextThoughtNeeded": True,
            }
        )
    assert failed and error["diagnostic"]["errorCode"] == "judge_malformed", error
    # Over /responses, over chat in case the schema was ignored, and once more with what was wrong.
    assert len(service.requests("shape")) == 3


async def test_what_was_said_when_the_time_is_up_counts_in_part_and_completes_nothing(service, tmp_path):
    text = json.dumps(review(99, [EVAL, EVAL]))
    base_url = service.script("partial", {"stall": {"text": text, "after": 10_000}})
    settings = codex(base_url, AUDIT_TIMEOUT_SECONDS="5")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        said = await agent.submit(fenced("run.py", BAD))
    assert said["completionStatus"]["isComplete"] is False
    assert said["loopInfo"]["currentLoop"] == 0 or "in part" in json.dumps(said)
    strict = {**settings, "AUDIT_PARTIAL_RESULTS_ON_TIMEOUT": "false"}
    async with connect("stdio", tmp_path / "strict", **strict) as agent:
        failed, error = await agent.call(
            {"thought": fenced("run.py", BAD), "thoughtNumber": 1, "totalThoughts": 1, "nextThoughtNeeded": True}
        )
        assert failed and error["diagnostic"]["errorCode"] == "judge_timed_out"


async def test_the_same_work_is_paid_for_once_unless_caching_is_off(service, tmp_path):
    base_url = service.script("cache", answer(review(80, [EVAL])))
    async with connect("stdio", tmp_path / "state", **codex(base_url)) as agent:
        await agent.submit(fenced("run.py", BAD), session="one")
        again = await agent.submit(fenced("run.py", BAD), session="two")
        assert again["loopInfo"]["currentLoop"] == 1
        assert "from the cache" in json.dumps(again["gan"]["judge_cards"])
    assert len(service.requests("cache")) == 1
    # Also after a restart.
    async with connect("stdio", tmp_path / "state", **codex(base_url)) as agent:
        await agent.submit(fenced("run.py", BAD), session="three")
    assert len(service.requests("cache")) == 1
    off = codex(base_url, ENABLE_AUDIT_CACHING="false")
    async with connect("stdio", tmp_path / "state", **off) as agent:
        await agent.submit(fenced("run.py", BAD), session="four")
    assert len(service.requests("cache")) == 2


async def test_a_full_queue_answers_at_once_with_when_to_come_again(service, tmp_path):
    base_url = service.script("queue", answer(review(99), think_ms=2000))
    settings = codex(base_url, MAX_CONCURRENT_AUDITS="1", ENABLE_AUDIT_QUEUE="false", ENABLE_AUDIT_CACHING="false")
    async with connect("stdio", tmp_path / "state", **settings) as agent:

        async def call(session):
            began = time.monotonic()
            failed, said = await agent.call(
                {
                    "thought": fenced("run.py", GOOD),
                    "thoughtNumber": 1,
                    "totalThoughts": 1,
                    "nextThoughtNeeded": True,
                    "branchId": session,
                }
            )
            return failed, said, time.monotonic() - began

        first = asyncio.create_task(call("one"))
        while service.underway("queue") == 0:
            await asyncio.sleep(0.02)
        failed, error, took = await call("two")
        assert failed and error["diagnostic"]["errorCode"] == "queue_full", error
        assert error["statusCode"] == 429 and error["retryInfo"]["retryAfterMs"] >= 1000
        assert took < 1
        assert not (await first)[0]
        assert not (await call("two"))[0]


async def test_cancelling_gives_up_the_request_at_once(service, tmp_path):
    base_url = service.script("cancel", "silence")
    async with connect("stdio", tmp_path / "state", **codex(base_url)) as agent:
        call = asyncio.create_task(agent.submit(fenced("run.py", GOOD)))
        while service.underway("cancel") == 0:
            await asyncio.sleep(0.02)
        began = time.monotonic()
        call.cancel()
        with pytest.raises(BaseException):
            await call
        while service.underway("cancel") > 0:
            assert time.monotonic() - began < 1, "the request is still open"
            await asyncio.sleep(0.01)
        assert time.monotonic() - began < 0.5


async def test_a_panel_shows_a_card_each_and_goes_on_in_part_without_its_model(service, tmp_path):
    base_url = service.script("panel", answer(review(97)), status(500))
    settings = codex(base_url, AUDIT_JUDGE="codex-http=3,static", AUDIT_TIMEOUT_RETRY_ATTEMPTS="0")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        whole = await agent.submit(fenced("rates.py", demo_version(2)))
        cards = [card["model"] for card in whole["gan"]["judge_cards"]]
        assert cards == ["codex-http", "static"]
        assert whole["completionStatus"]["isComplete"] is False, "the rules found what the model did not"
        degraded = await agent.submit(fenced("rates.py", demo_version(3)))
        assert degraded["completionStatus"]["isComplete"] is False
        assert "without codex-http" in json.dumps(degraded)


async def test_the_uncommitted_changes_are_shown_and_nothing_outside_the_root(service, tmp_path):
    import subprocess

    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "secret.txt").write_text("outside-the-root\n")

    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", *arguments], cwd=work, check=True, capture_output=True)

    git("init")
    (work / "lib.py").write_text("VALUE = 1\n")
    git("add", ".")
    git("commit", "-m", "one")
    (work / "lib.py").write_text("VALUE = 2  # changed-line\n")
    base_url = service.script("context", answer(review(99)))
    settings = codex(base_url, AUDIT_CONTEXT="request", AUDIT_WORKSPACE=str(work))
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        await agent.submit(fenced("run.py", GOOD), session="diff")
        wants = '```gan-config\n{"scope": "paths", "paths": ["lib.py", "../secret.txt"]}\n```\n'
        await agent.submit(wants + fenced("run.py", GOOD), session="paths")
    by_diff, by_path = (json.dumps(request["input"]) for request in service.requests("context"))
    assert "changed-line" in by_diff and "-VALUE = 1" in by_diff
    assert "changed-line" in by_path
    assert "outside-the-root" not in by_diff + by_path


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"AUDIT_JUDGE": "oracle"}, "`oracle` is no judge"),
        ({"AUDIT_JUDGE": "codex-http"}, "wants a key"),
        ({"AUDIT_JUDGE": "sarif:ruff"}, "set AUDIT_TOOLS"),
        ({"AUDIT_JUDGE": "codex-exec", "CODEX_API_KEY": "k", "CODEX_EXECUTABLE": "/nowhere/codex"}, "CODEX_EXECUTABLE"),
        ({"AUDIT_JUDGE": "codex-http", "OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "ftp://x"}, "https"),
    ],
)
async def test_a_judge_that_cannot_be_had_is_said_at_start(settings, message, tmp_path):
    import subprocess

    from harness import BINARY, environment

    ended = subprocess.run(
        [BINARY, "serve"],
        env=environment(tmp_path / "state", settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert message in ended.stderr, ended.stderr
