"""Policies of the policy directory: named wherever a component is."""

import hashlib
import json
import subprocess

import pytest
from harness import BINARY, PLUGINS, ROOT, environment

EXPRESSION, LEGACY = PLUGINS / "expression.wasm", PLUGINS / "legacy-tiers.wasm"
# Under these, nothing completes.
NEVER = '{"complete": "false"}'


def gansauditor(state, *arguments, code=0, **settings):
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        env=environment(state, {"AUDIT_JUDGE": "static", **settings}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "panicked" not in done.stderr
    return done


def run(state, *arguments, code=0, **settings):
    return gansauditor(state, "policy", *arguments, code=code, **settings)


def told(state, *arguments, code=0, **settings):
    return json.loads(run(state, *arguments, "--json", code=code, **settings).stdout)


def digest(file):
    return "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def state(tmp_path):
    """Revision 1 has settings and limits, revision 2 another component, revision 3 none."""
    state = tmp_path / "state"
    told(state, "activate", EXPRESSION, "--settings", NEVER, "--limits", '{"fuel": 500000000}')
    told(state, "activate", LEGACY)
    told(state, "activate", "--core")
    return state


@pytest.fixture
def fixture(tmp_path):
    """Continues under the settings of revision 1, completes without."""
    case = tmp_path / "case.json"
    snapshot = {"iterations": [{"reviews": [{"score": 97}]}]}
    case.write_text(json.dumps({"snapshot": snapshot, "expect": {"status": "continue"}}))
    return case


def test_a_stored_policy_is_tried_by_its_revision_or_by_digits_of_its_digest(state, fixture):
    short = digest(EXPRESSION)[: len("sha256:") + 12]
    for name in ("revision:1", short, digest(EXPRESSION)):
        assert told(state, "inspect", name)["digest"] == digest(EXPRESSION)
        assert told(state, "conformance", name, "--settings", "{}")["policy"]["name"] == "expression"
        assert told(state, "bench", name, "--seconds", "1")["policy"]["digest"] == digest(EXPRESSION)
    # A revision comes with its settings, unless others are given; a component comes alone.
    told(state, "test", fixture, "--policy", "revision:1")
    told(state, "test", fixture, "--policy", "revision:1", "--settings", "{}", code=1)
    told(state, "test", fixture, "--policy", short, code=1)
    told(state, "test", fixture, AUDIT_POLICY="revision:1")


def test_a_stored_policy_is_proven_on_recorded_sessions_as_it_was_run(state):
    gansauditor(state, "audit", "--session", "work", ROOT / "tests/demo/rates-3.py")
    changed = told(state, "replay", "revision:1", code=1)
    assert changed["differences"][0]["candidate"]["status"] == "continue"
    run(state, "replay", digest(EXPRESSION))


def test_a_stored_policy_is_put_in_force_and_on_trial_with_what_it_had(state):
    again = told(state, "activate", "revision:1")["stored"]
    assert again["policy"]["digest"] == digest(EXPRESSION)
    assert (again["settings"], again["limits"]) == (NEVER, {"fuel": 500000000})
    assert again["source"] == "revision:1"
    other = told(state, "activate", "revision:1", "--settings", "{}", "--limits", "{}")["stored"]
    assert other["settings"] == "{}" and "limits" not in other
    trial = told(state, "trial", "start", digest(LEGACY)[:15])["stored"]
    assert (trial["policy"]["digest"], trial["source"]) == (digest(LEGACY), digest(LEGACY))


def test_what_is_not_stored_is_told_and_nothing_is_changed(state):
    for name, words in [
        ("revision:3", "--core"),
        ("revision:9", "no readable revision 9"),
        ("sha256:00000000", "no stored component begins so"),
        ("revision:x", "by its number"),
        ("sha256:12", "8 or more"),
    ]:
        assert words in run(state, "activate", name, code=2).stderr
        assert words in run(state, "test", ROOT, "--policy", name, code=2).stderr
    assert len(told(state, "history")) == 3
    pruned = told(state, "prune", "--keep", "1")
    assert len(pruned) == 2
    assert "not in the policy directory" in run(state, "inspect", "revision:1", code=2).stderr
