"""Settings that an operator sets in the environment, seen from a client."""

import json

import pytest
from harness import Server, Session, connect, demo_version, fenced
from mcp import Client
from stand_in import StandIn, answer, review

pytestmark = pytest.mark.anyio

ALL_DETAIL = '''def f(text):
    """F."""
''' + "".join(f"    x{n} = eval(text + '{n}')\n" for n in range(15)) + "    return x1\n"


LOW_BARS = {
    "SYNC_AUDIT_TIER1_SCORE": "75",
    "SYNC_AUDIT_TIER2_SCORE": "70",
    "SYNC_AUDIT_TIER3_SCORE": "65",
}


async def first(tmp_path, thought=None, **settings):
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        return await agent.submit(thought or fenced("rates.py", demo_version(2)))


async def test_without_persistence_nothing_is_written(tmp_path):
    async with connect("stdio", tmp_path / "state", ENABLE_SESSION_PERSISTENCE="false") as agent:
        await agent.submit(fenced("rates.py", demo_version(1)))
        answer = await agent.submit(fenced("rates.py", demo_version(2)))
        assert answer["loopInfo"]["currentLoop"] == 2
    assert not (tmp_path / "state").exists()


async def test_the_tiers_are_the_operators(tmp_path):
    answer = await first(tmp_path, **LOW_BARS)
    assert answer["completionStatus"]["threshold"] == 75
    assert answer["decision"]["unmet"][0]["condition"] == "blocking_findings"


async def test_what_blocks_is_the_operators_choice(tmp_path):
    blocking = {"AUDIT_BLOCKING_SEVERITY": "blocker", **LOW_BARS}
    answer = await first(tmp_path / "by kind", **blocking)
    assert answer["completionStatus"]["isComplete"] is False, "an open hole forbids it all the same"
    kinds = json.dumps({"blocking": {kind: "off" for kind in ("security", "leak", "memory")}})
    answer = await first(tmp_path / "off", **blocking, AUDIT_POLICY_SETTINGS=kinds)
    assert answer["completionStatus"]["isComplete"] is True


async def test_the_detail_level_changes_how_much_is_said(tmp_path):
    said = {}
    for level in ("basic", "detailed", "verbose"):
        settings = {"SYNC_AUDIT_FEEDBACK_DETAIL_LEVEL": level}
        answer = await first(tmp_path / level, fenced("f.py", ALL_DETAIL), **settings)
        said[level] = len(str(answer["feedback"]))
    assert said["basic"] < said["detailed"] <= said["verbose"], said


@pytest.mark.parametrize("mode, bar", [("tighten", 95), ("honour", 50), ("ignore", 95)])
async def test_a_gan_config_counts_as_far_as_the_operator_lets_it(mode, bar, tmp_path):
    thought = '```gan-config\n{"threshold": 50}\n```\n' + fenced("rates.py", demo_version(2))
    answer = await first(tmp_path, thought, GAN_CONFIG_MODE=mode)
    assert answer["completionStatus"]["threshold"] == bar


async def test_thoughts_are_shown_on_stderr_unless_switched_off(tmp_path):
    async def log(name, **settings):
        server = Server(tmp_path / name, settings)
        async with Client(server.url) as client:
            await Session(client).submit(fenced("rates.py", demo_version(2)))
        server.stop()
        server.reader.join(timeout=10)
        return "".join(server.log)

    assert "rate_of" in await log("shown")
    assert "rate_of" not in await log("hidden", DISABLE_THOUGHT_LOGGING="true")


async def test_the_similarity_threshold_and_the_switch_decide_about_stagnation(tmp_path):
    async def third(name, **settings):
        folder = tmp_path / name
        start = {"SYNC_AUDIT_STAGNATION_START_LOOP": "3"}
        async with connect("stdio", folder, **start, **settings) as agent:
            for n in range(3):
                # A finding that is no blocker, and about a quarter of the text new each time.
                text = "def f(items=[]):\n    return items\n" + f"\n\nname_{n} = {n}\n"
                answer = await agent.submit(fenced("f.py", text))
        return answer["loopInfo"]["stagnationDetected"]

    assert await third("far") is False
    assert await third("near", SYNC_AUDIT_STAGNATION_THRESHOLD="0.5") is True
    off = {"SYNC_AUDIT_STAGNATION_THRESHOLD": "0.5", "ENABLE_STAGNATION_DETECTION": "false"}
    async with connect("stdio", tmp_path / "off", SYNC_AUDIT_STAGNATION_START_LOOP="3", **off) as agent:
        for _ in range(4):
            answer = await agent.submit(fenced("rates.py", demo_version(1)))
        assert answer["decision"]["status"] == "continue"


@pytest.mark.parametrize(
    "cap, settings",
    [
        ("max-attempts", {"AUDIT_MAX_ATTEMPTS": "2"}),
        ("max-tokens", {"AUDIT_MAX_TOKENS": "15"}),
    ],
)
async def test_the_operators_caps_stop_a_session_before_a_judge_spends(cap, settings, tmp_path):
    with StandIn() as service:
        usage = {"input": 7, "output": 3}
        base_url = service.script("caps", answer(review(60), usage=usage))
        judge = {"AUDIT_JUDGE": "codex-http", "OPENAI_BASE_URL": base_url, "CODEX_MODEL": "m"}
        async with connect("stdio", tmp_path / "state", **judge, **settings) as agent:
            for number in range(2):
                going_on = await agent.submit(fenced("a.py", f"x = {number}\n"))
                assert going_on["policy"]["decidedBy"] == "policy"
            stopped = await agent.submit(fenced("a.py", "x = 3\n"))
        assert stopped["policy"]["decidedBy"] == f"host:{cap}"
        assert len(service.requests("caps")) == 2
