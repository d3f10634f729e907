"""The policies of `plugins/` in real servers: each does what its page says."""

import json
import subprocess

import pytest
from harness import BINARY, PLUGINS, connect, demo_version, environment, fenced
from stand_in import GOOD, StandIn, answer, review

pytestmark = pytest.mark.anyio

PERFECT = fenced("rates.py", demo_version(3))
# Scores 95, which completes, with a security finding of severity major.
RISKY = '''"""Temporary names."""

import tempfile


def name():
    """A name for a file that is made later."""
    return tempfile.mktemp()
'''


def policy(name, settings=None):
    """Settings of a server in which this policy decides."""
    file = {"AUDIT_POLICY": str(PLUGINS / f"{name}.wasm")}
    return file if settings is None else {**file, "AUDIT_POLICY_SETTINGS": json.dumps(settings)}


def complete(answer):
    return answer["completionStatus"]["isComplete"]


def unmet(answer):
    return [one["condition"] for one in answer["decision"]["unmet"]]


def activate(state, name, settings, code):
    """Runs `gansauditor policy activate`; gives what it says."""
    done = subprocess.run(
        [BINARY, "policy", "activate", PLUGINS / f"{name}.wasm", "--settings", json.dumps(settings)],
        env=environment(state, {}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "name",
    ["budget", "expression", "finding-convergence", "second-opinion", "security-gate", "verified-completion"],
)
async def test_each_policy_goes_live_and_decides_with_no_settings(name, tmp_path):
    state = tmp_path / "state"
    activate(state, name, {}, 0)
    async with connect("stdio", state) as agent:
        told = await agent.submit(fenced("rates.py", demo_version(1)))
        assert told["policy"]["name"] == name
        assert told["decision"]["status"] == "continue"
        told = await agent.submit(PERFECT)
        assert complete(told) == (name != "verified-completion"), "no check ran"


@pytest.fixture
def checks(tmp_path):
    """A check that passes when the work holds the word; no finding of its own stands in the way."""
    tools = tmp_path / "tools.json"
    command = ["sh", "-c", "grep -q tested *.py"]
    tools.write_text(json.dumps({"checks": {"tests": {"command": command, "severity": "info"}}}))
    return {"AUDIT_TOOLS": str(tools), "AUDIT_JUDGE": "static,check:tests"}


async def test_verified_completion_waits_for_the_check_to_pass_on_this_very_work(
    transport, checks, tmp_path
):
    settings = policy("verified-completion", {"checks": ["tests"]})
    tested = PERFECT.replace('"""', '"""Well tested. ', 1)
    async with connect(transport, tmp_path / "state", **checks, **settings) as agent:
        failed = await agent.submit(PERFECT)
        assert unmet(failed) == ["missing_evidence"]
        assert 'The check "tests" failed' in failed["decision"]["unmet"][0]["detail"]
        assert complete(await agent.submit(tested))


async def test_verified_completion_without_the_check_completes_nothing(tmp_path):
    settings = policy("verified-completion", {"checks": ["tests"]})
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        told = await agent.submit(PERFECT)
        assert unmet(told) == ["missing_evidence"]
        assert "did not run" in told["decision"]["unmet"][0]["detail"]


async def test_the_security_gate_holds_back_what_the_default_policy_completes(transport, tmp_path):
    work = fenced("names.py", RISKY)
    # Of what blocks by itself, nothing here.
    lax = {"blocking": {"security": "off"}}
    default = {"AUDIT_POLICY_SETTINGS": json.dumps(lax)}
    async with connect(transport, tmp_path / "default", **default) as agent:
        assert complete(await agent.submit(work))
    async with connect(transport, tmp_path / "gated", **policy("security-gate")) as agent:
        held = await agent.submit(work)
        assert unmet(held) == ["blocking_findings", "security-findings"]
        assert "names.py" in held["decision"]["unmet"][1]["detail"]
        assert not complete(await agent.submit(PERFECT)), "leaving the file out opens nothing"
        mended = RISKY.replace("mktemp", "mkdtemp")
        assert complete(await agent.submit(fenced("names.py", mended) + PERFECT))
    lenient = policy("security-gate", {"from_severity": "critical", **lax})
    async with connect(transport, tmp_path / "lenient", **lenient) as agent:
        assert complete(await agent.submit(work))


async def test_a_rule_completes_and_stops_as_it_says(transport, tmp_path):
    rules = {
        "complete": "findings.all(f, f.category != 'security' || !f.standing)",
        "advice": "Use tempfile.mkstemp().",
        "stop": "loop_number >= 2 && score < 99",
        "blocking": {"security": "off"},
    }
    work = fenced("names.py", RISKY)
    async with connect(transport, tmp_path / "state", **policy("expression", rules)) as agent:
        first = await agent.submit(work)
        assert unmet(first) == ["rule"]
        assert first["decision"]["unmet"][0]["detail"] == "Use tempfile.mkstemp()."
        second = await agent.submit(work + "\nAgain.")
        assert second["decision"]["status"] == "stop"
        assert "rule for stopping" in second["feedback"]["summary"]
        mended = RISKY.replace("mktemp", "mkdtemp")
        assert complete(await agent.submit(fenced("names.py", mended), session="other"))


async def test_a_rule_without_an_answer_decides_nothing_and_completes_nothing(tmp_path):
    rules = policy("expression", {"complete": "score < 80 || findings[99].line > 0"})
    async with connect("stdio", tmp_path / "state", **rules) as agent:
        failed, told = await agent.call(
            {"thought": PERFECT, "thoughtNumber": 1, "totalThoughts": 3, "nextThoughtNeeded": True}
        )
        assert failed and not told.get("completionStatus", {}).get("isComplete"), told
        assert "the rule `complete` cannot be evaluated" in json.dumps(told)


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 48 + "score > 1.0" + ")" * 48,
        "[" * 40 + "1" + "]" * 40 + " != []",
        "false ? true : " * 45 + "true",
        "scores.all(a, scores.all(b, a == b || " + "!" * 8 + "true))",
        " && ".join(["score > 1.0"] * 150),
    ],
)
async def test_the_deepest_rules_that_are_allowed_have_an_answer(rule, tmp_path):
    activate(tmp_path / "state", "expression", {"complete": rule}, 0)


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("expression", {"complete": "scoer > 90"}, "/complete"),
        ("expression", {"complete": "findings[0].line > 9"}, "fails on a plain example"),
        ("security-gate", {"cwes": [79, -1]}, "/cwes/1"),
        ("verified-completion", {"checks": "tests"}, "/checks"),
        ("finding-convergence", {"schedule": [{"severity": "major"}]}, "/schedule/0/from_loop"),
        ("budget", {"max_tokens": 1, "noise_band": -1}, "/noise_band"),
        ("second-opinion", {"opinions": 0}, "/opinions"),
        ("second-opinion", {"noise_band": -1}, "/noise_band"),
    ],
)
async def test_wrong_settings_are_refused_before_they_are_used(name, settings, told, tmp_path):
    assert told in activate(tmp_path / "state", name, settings, 2)


async def test_convergence_stops_when_rounds_mend_nothing(tmp_path):
    settings = policy("finding-convergence", {"rounds": 2})
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        work = RISKY
        for number in range(3):
            told = await agent.submit(fenced("names.py", work))
            assert told["decision"]["status"] == ("stop" if number == 2 else "continue"), told
            work += f"\n\ndef other{number}():\n    \"\"\"Another.\"\"\"\n    return {number}\n"
        assert "findings-converged" in json.dumps(told["decision"])


async def test_a_spent_budget_stops_the_session(tmp_path):
    with StandIn() as service:
        judge = {
            "AUDIT_JUDGE": "codex-http",
            "OPENAI_BASE_URL": service.script("budget", answer(review(60))),
            "OPENAI_API_KEY": "sk-test",
            "CODEX_MODEL": "stand-in",
            "AUDIT_CONTEXT": "none",
        }
        settings = policy("budget", {"max_tokens": 1})
        async with connect("stdio", tmp_path / "state", **judge, **settings) as agent:
            told = await agent.submit(fenced("run.py", GOOD))
            assert told["decision"]["status"] == "stop", told
            assert "budget-spent" in json.dumps(told["decision"])
            assert "The budget of tokens is spent." in told["feedback"]["summary"]


@pytest.mark.parametrize(
    ("second", "asked", "status"),
    [(99, 2, "complete"), (60, 2, "continue")],
)
async def test_a_second_opinion_is_asked_before_work_completes(second, asked, status, tmp_path):
    with StandIn() as service:
        judge = {
            "AUDIT_JUDGE": "codex-http",
            "OPENAI_BASE_URL": service.script("second", answer(review(99)), answer(review(second))),
            "OPENAI_API_KEY": "sk-test",
            "CODEX_MODEL": "stand-in",
            "AUDIT_CONTEXT": "none",
        }
        async with connect("stdio", tmp_path / "default", **judge) as agent:
            told = await agent.submit(fenced("run.py", GOOD))
            assert complete(told) and len(service.requests("second")) == 1
        service.script("second", answer(review(99)), answer(review(second)))
        settings = policy("second-opinion")
        async with connect("stdio", tmp_path / "state", **judge, **settings) as agent:
            told = await agent.submit(fenced("run.py", GOOD))
            assert told["decision"]["status"] == status, told
            assert len(service.requests("second")) == asked
