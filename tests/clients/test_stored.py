"""Policies of the policy directory: named wherever a component is."""

import hashlib
import json
import os
import pwd
import socket

import harness
import pytest
from harness import PLUGINS, ROOT

EXPRESSION, LEGACY = PLUGINS / "expression.wasm", PLUGINS / "legacy-tiers.wasm"
# Under these, nothing completes.
NEVER = '{"complete": "false"}'


def gansauditor(state, *arguments, **settings):
    return harness.run(state, *arguments, **{"AUDIT_JUDGE": "static", **settings})


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


def test_the_history_marks_what_cannot_be_rolled_back_to(state):
    marks = {line["revision"]: line.get("stored") for line in told(state, "history")}
    assert marks == {1: True, 2: True, 3: None}, "the built-in policy is not stored"
    assert "not stored" not in run(state, "history").stdout
    told(state, "prune", "--keep", "2")
    marks = {line["revision"]: line.get("stored") for line in told(state, "history")}
    assert marks == {1: False, 2: True, 3: None}
    [line] = [line for line in run(state, "history").stdout.splitlines() if "not stored any more" in line]
    assert line.startswith("   1 ")
    run(state, "rollback", "1", code=2)


def test_a_trial_that_is_over_is_headed_so(state):
    def headed(revision):
        heads = [run(state, "history").stdout, run(state, "trial", "status", revision).stdout]
        [line] = {line for head in heads for line in head.splitlines() if line.startswith(f"{revision:>4} ")}
        views = [view for view in told(state, "history") if view["revision"] == revision]
        trial = told(state, "trial", "status", revision)
        assert trial["trial"].get("over") == views[0].get("over")
        assert trial["running"] == ("over" not in views[0])
        return line[6:].split("  ", 1)[1].strip(), views[0].get("over")

    name = f"legacy-tiers 0.1.0 ({digest(LEGACY)[7:19]})"
    told(state, "trial", "start", LEGACY)
    assert headed(4) == (f"{name}  on trial", None)
    told(state, "trial", "stop")
    assert headed(4) == (f"trial of {name}  (over: withdrawn)", "withdrawn")
    told(state, "trial", "start", LEGACY)
    told(state, "trial", "promote")
    assert headed(6) == (f"trial of {name}  (over: promoted)", "promoted")
    told(state, "trial", "start", EXPRESSION)
    told(state, "activate", "--core")
    assert headed(8)[1] == "replaced"
    assert headed(8)[0].endswith("(over: ended by another change)")


def test_settings_are_shown_on_one_line_however_they_were_written(state, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text('{\n  "complete": "score >=  95.0",\n\t"excusing_rise": 6\n}\n')
    told(state, "activate", EXPRESSION, "--settings", settings)
    line = '      settings {"complete":"score >=  95.0","excusing_rise":6}\n'
    assert line in run(state, "history").stdout and line in run(state, "status").stdout
    assert told(state, "history")[0]["settings"] == settings.read_text(), "JSON has them as they are"
    settings.write_text(json.dumps({"complete": "score >= 95.0", "advice": "x" * 1000}))
    told(state, "activate", EXPRESSION, "--settings", settings)
    [shown] = [line for line in run(state, "status").stdout.splitlines() if line.startswith("      settings ")]
    assert shown.endswith("xxx ...") and len(shown) < 400


def test_the_history_has_the_users_name_whatever_the_environment_says(state):
    user, host = pwd.getpwuid(os.geteuid()).pw_name, socket.gethostname()
    for said in ({}, {"USER": "mallory"}):
        by = told(state, "activate", "--core", **said)["stored"]["by"]
        assert by == f"{user} (uid {os.geteuid()}) on {host}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["prune", "--keep", "0"], "a number of revisions, 1 or more"),
        (["rollback", "foo"], "the number of a revision"),
        (["trial", "status", "0"], "the number of a revision"),
        (["trial", "start", LEGACY, "--share", "101"], "a percentage, 0 to 100"),
        (["trial", "start", LEGACY, "--decisions", "0"], "a number of decisions, 1 to 10000"),
        (["bench", LEGACY, "--seconds", "x"], "a number of seconds, 1 to 600"),
    ],
)
def test_a_wrong_number_is_answered_with_what_is_expected(tmp_path, arguments, words):
    error = run(tmp_path / "state", *arguments, code=2).stderr
    assert words in error and "digit" not in error and "zero" not in error, error
