"""Checks and tools of the operator in real servers: what hangs, dies or cannot be given its files completes nothing
in silence."""

import json
import os
import subprocess
import time

import pytest
from harness import BINARY, connect, environment, fenced

pytestmark = pytest.mark.anyio

GOOD = '''"""Sums."""


def total(values):
    """The sum of all values."""
    return sum(values)
'''
OTHER = GOOD.replace("Sums", "More sums")
TIMEOUT = 5
# What a deadline may be overrun by, and what a busy machine needs to start a server's children.
KEPT = TIMEOUT * 1.1 + 1


def complete(answer):
    return answer["completionStatus"]["isComplete"]


def unmet(answer):
    return [one["condition"] for one in answer["decision"]["unmet"]]


def outcomes(answer):
    return [(check["name"], check["outcome"]) for check in answer.get("checks", [])]


def operator(folder, tools, judge, **more):
    """Settings of a server with these tools and checks."""
    file = folder / "tools.json"
    file.write_text(json.dumps(tools))
    return {"AUDIT_TOOLS": str(file), "AUDIT_JUDGE": judge, "AUDIT_TIMEOUT_SECONDS": str(TIMEOUT), **more}


def check(folder, script, judge="static,check:tests", seconds=600, **more):
    """Settings of a server with one check, a shell script."""
    command = {
        "command": ["sh", "-c", script],
        "environment": {"W": str(folder)},
        "files": ["*.py"],
        "time_seconds": seconds,
    }
    return operator(folder, {"checks": {"tests": command}}, judge, **more)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
    return state != "Z"


HANGING = {
    "sleeping": "exec sleep 1000",
    "busy": "while :; do :; done",
    "deaf": 'trap "" TERM INT HUP; while :; do sleep 1000; done',
    "stopped": "kill -STOP $$",
    "waiting for a child that holds the output": "sleep 1000 & wait",
    "flooding": "yes",
}


@pytest.mark.parametrize("kind", HANGING)
async def test_a_check_that_hangs_is_cut_off_and_leaves_no_process(kind, tmp_path):
    settings = check(tmp_path, f'echo $$ > "$W/pid"; {HANGING[kind]}', seconds=1)
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        answer = await agent.submit(fenced("sums.py", GOOD))
        assert not is_alive(int((tmp_path / "pid").read_text()))
    assert unmet(answer) == ["missing_evidence"]
    assert outcomes(answer) == [("tests", "errored")]
    assert "`time_seconds`" in answer["checks"][0]["detail"]


async def test_a_check_that_hangs_is_a_reason_to_revise_within_the_deadline(transport, tmp_path):
    settings = check(tmp_path, HANGING["deaf"])
    async with connect(transport, tmp_path / "state", **settings) as agent:
        began = time.monotonic()
        answer = await agent.submit(fenced("sums.py", GOOD))
        took = time.monotonic() - began
    assert took < KEPT, took
    assert answer["gan"]["overall"] == 100, "the built-in review counts"
    assert answer["gan"]["verdict"] == "revise"
    assert answer["decision"]["status"] == "continue" and answer["nextThoughtNeeded"] is True
    assert unmet(answer) == ["missing_evidence"]
    assert outcomes(answer) == [("tests", "errored")]
    assert "did not end within" in answer["checks"][0]["detail"]
    assert "AUDIT_TIMEOUT_SECONDS" in answer["checks"][0]["detail"]
    assert any("`tests` keeps the work from completing" in notice for notice in answer["notices"])


DYING = {
    "killed": ("kill -KILL $$", "signal 9"),
    "ended": ("kill -TERM $$", "signal 15"),
    "crashed": ("kill -SEGV $$", "signal 11"),
    "killed with its children": ("sleep 1000 & kill -KILL 0", "signal 9"),
}


@pytest.mark.parametrize("kind", DYING)
async def test_a_check_that_dies_of_a_signal_completes_nothing(kind, tmp_path):
    script, said = DYING[kind]
    async with connect("stdio", tmp_path / "state", **check(tmp_path, script)) as agent:
        answer = await agent.submit(fenced("sums.py", GOOD))
    assert not complete(answer) and unmet(answer) == ["missing_evidence"]
    assert outcomes(answer) == [("tests", "errored")]
    assert said in answer["checks"][0]["detail"] and said in answer["decision"]["unmet"][0]["detail"]


@pytest.mark.parametrize("kind", ["gone", "not permitted", "no program", "without a folder"])
async def test_a_check_that_cannot_be_run_completes_nothing(kind, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    room = tmp_path / "tmp"
    room.mkdir()
    tools = {"checks": {"tests": {"command": [str(program)]}}}
    settings = operator(tmp_path, tools, "static,check:tests", TMPDIR=str(room))
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        if kind == "gone":
            program.unlink()
        elif kind == "not permitted":
            program.chmod(0o600)
        elif kind == "no program":
            program.write_text("#!/no/such/shell\n")
        else:
            room.rmdir()
        answer = await agent.submit(fenced("sums.py", GOOD))
        assert not complete(answer) and unmet(answer) == ["missing_evidence"], answer
        assert outcomes(answer) == [("tests", "errored")]
        assert answer["gan"]["overall"] == 100
        # Once the operator has seen to it, the same work completes: the check is run again.
        program.unlink(missing_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o700)
        room.mkdir(exist_ok=True)
        again = await agent.submit(fenced("sums.py", GOOD))
        assert complete(again), again["decision"]
        assert outcomes(again) == [("tests", "passed")]


async def test_a_check_that_is_only_noted_is_reported_and_nothing_waits_for_it(transport, tmp_path):
    settings = check(tmp_path, "kill -KILL $$", AUDIT_CHECK_ERRORS="note")
    async with connect(transport, tmp_path / "state", **settings) as agent:
        answer = await agent.submit(fenced("sums.py", GOOD))
    assert complete(answer) and answer["gan"]["verdict"] == "pass"
    assert outcomes(answer) == [("tests", "errored")]
    assert any("AUDIT_CHECK_ERRORS=note" in notice for notice in answer["notices"])


async def test_a_check_that_fails_is_a_finding_however_errors_count(tmp_path):
    settings = check(tmp_path, "echo broken; exit 3", AUDIT_CHECK_ERRORS="note")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        answer = await agent.submit(fenced("sums.py", GOOD))
    assert not complete(answer) and unmet(answer) == ["blocking_findings"]
    assert outcomes(answer) == [("tests", "failed")]


async def test_leaving_out_the_file_on_which_the_check_hung_completes_nothing(tmp_path):
    settings = check(tmp_path, "! grep -q endless *.py || kill -KILL $$")
    endless = GOOD.replace("The sum", "The endless sum")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        assert not complete(await agent.submit(fenced("sums.py", endless)))
        less = await agent.submit(fenced("more.py", OTHER))
        assert not complete(less) and unmet(less) == ["missing_evidence"]
        assert "sums.py" in less["decision"]["unmet"][0]["detail"]
        assert complete(await agent.submit(fenced("sums.py", GOOD)))


async def test_checks_alone_answer_and_complete_nothing(tmp_path):
    settings = check(tmp_path, 'test -e "$W/ok" || exec sleep 1000', judge="check:tests")
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        began = time.monotonic()
        answer = await agent.submit(fenced("sums.py", GOOD))
        assert time.monotonic() - began < KEPT
        assert not complete(answer) and outcomes(answer) == [("tests", "errored")]
        (tmp_path / "ok").touch()
        passed = await agent.submit(fenced("sums.py", GOOD))
        assert not complete(passed) and outcomes(passed) == [("tests", "passed")]
        assert any("AUDIT_JUDGE=static,check:tests" in notice for notice in passed["notices"])


LOG = {
    "version": "2.1.0",
    "runs": [{"tool": {"driver": {"name": "T"}}, "results": []}],
}


def sarif(folder, results, script='cat "$W/log"'):
    log = json.loads(json.dumps(LOG))
    log["runs"][0]["results"] = results
    (folder / "log").write_text(json.dumps(log))
    tool = {"command": ["sh", "-c", script], "environment": {"W": str(folder)}, "files": ["*.py"]}
    return operator(folder, {"tools": {"lint": tool}}, "static,sarif:lint")


def result(uri):
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": 4}}
    return {
        "ruleId": "R",
        "level": "error",
        "message": {"text": "wrong"},
        "locations": [{"physicalLocation": place}],
    }


async def test_a_part_of_a_file_that_a_tool_was_not_given_is_named_with_what_to_do(tmp_path):
    part = "```diff\n--- a/src/part.py\n+++ b/src/part.py\n@@ -40,2 +40,3 @@\n x = 1\n+y = 2\n z = 3\n```\n"
    async with connect("stdio", tmp_path / "state", **sarif(tmp_path, [])) as agent:
        answer = await agent.submit(part + fenced("sums.py", GOOD))
        said = [notice for notice in answer["notices"] if notice.startswith("sarif:lint: was not given")]
        assert len(said) == 1, answer["notices"]
        assert "src/part.py" in said[0] and "AUDIT_WORKSPACE" in said[0] and "sums.py" not in said[0]
        whole = await agent.submit(fenced("src/part.py", GOOD) + fenced("sums.py", GOOD))
        assert not any("was not given" in notice for notice in whole.get("notices", []))


@pytest.mark.parametrize(
    "uri",
    [r"C:\work\src\sums.py", "file:///C:/work/src/sums.py", "file:///c%3A/Work/src/sums.py", r"src\sums.py"],
)
async def test_places_of_windows_are_places_in_the_work(uri, tmp_path):
    settings = sarif(tmp_path, [result(uri), result(r"C:\work\elsewhere.py")])
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        answer = await agent.submit(fenced("src/sums.py", GOOD))
    found = [(one["rule"], one["path"]) for one in answer["ledger"]["findings"] if "path" in one]
    assert found == [("lint/R", "src/sums.py")], answer["ledger"]


def test_the_setting_is_listed_with_what_may_be_written(tmp_path):
    done = subprocess.run(
        [BINARY, "settings", "--json"],
        env=environment(tmp_path / "state", {"AUDIT_CHECK_ERRORS": "note"}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["settings"]}
    row = rows["AUDIT_CHECK_ERRORS"]
    assert (row["values"], row["default"], row["written"]) == ("block, note", "block", "note")
