"""Whatever comes in gets a clear answer, and the next call works."""

import os
import subprocess

import pytest
from harness import BINARY, TOOL, connect, environment, fenced

pytestmark = pytest.mark.anyio

GOOD = {
    "thought": fenced("a.py", 'def one():\n    """Is one."""\n    return 1\n'),
    "thoughtNumber": 1,
    "totalThoughts": 1,
    "nextThoughtNeeded": True,
    "branchId": "next",
}


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


DIFF = "--- a/big.py\n+++ b/big.py\n@@ -0,0 +1,10000 @@\n" + "".join(
    f"+value_{n} = {n}\n" for n in range(10_000)
)

REFUSED = {
    "empty": {**GOOD, "thought": ""},
    "blank": {**GOOD, "thought": " \n\t"},
    "five megabytes": {**GOOD, "thought": fenced("a.py", "x = 1\n" * 900_000)},
    "binary": {**GOOD, "thought": "```python\n\x00\x01\x02\x03\x00\x00\x00\n```"},
    "thought number zero": {**GOOD, "thoughtNumber": 0},
    "thought number below zero": {**GOOD, "thoughtNumber": -3},
    "thought number with a fraction": {**GOOD, "thoughtNumber": 1.5},
    "thought of the wrong type": {**GOOD, "thought": 7},
    "next thought of the wrong type": {**GOOD, "nextThoughtNeeded": "perhaps"},
    "no thought": without("thought"),
    "no thought number": without("thoughtNumber"),
    "no arguments": {},
    "session id with control characters": {**GOOD, "branchId": "a\nb"},
    "session id too long": {**GOOD, "branchId": "x" * 10_000},
}

ANSWERED = {
    "unterminated fence": {**GOOD, "thought": "```python a.py\nx = eval(input())\n"},
    "nested fences": {**GOOD, "thought": "````markdown\n```python\nx = 1\n```\n````\n"},
    "ten thousand lines of diff": {**GOOD, "thought": "```diff\n" + DIFF + "```"},
    "session id that is a path": {**GOOD, "branchId": "../../escaped"},
    "session id of another script": {**GOOD, "branchId": "сессия/会话"},
    "thought number of a billion": {**GOOD, "thoughtNumber": 1_000_000_000},
    "unpaired surrogate and odd characters": {**GOOD, "thought": fenced("a.py", "x = '\ufffd\u202e'\n")},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refused_with_an_error_that_says_what_to_do(name, tmp_path):
    async with connect("stdio", tmp_path / "state") as agent:
        failed, answer = await agent.call(REFUSED[name])
        assert failed, answer
        assert answer["diagnostic"]["category"] == "validation", answer
        assert answer["diagnostic"]["suggestions"], answer
        text = str(answer)
        assert str(tmp_path) not in text and ".rs:" not in text and "panicked" not in text
        assert not (await agent.call(GOOD))[0]


@pytest.mark.parametrize("name", ANSWERED)
async def test_answered(name, tmp_path):
    async with connect("stdio", tmp_path / "a/b/state") as agent:
        failed, answer = await agent.call(ANSWERED[name])
        assert not failed, answer
        assert not (await agent.call(GOOD))[0]
    outside = [p for p in tmp_path.rglob("*") if "state" not in p.parts and p.is_file()]
    assert outside == [], "nothing is written outside the state directory"


async def test_an_unknown_tool_is_named_with_those_there_are(transport, tmp_path):
    async with connect(transport, tmp_path / "state") as agent:
        result = await agent.client.call_tool("no_such_tool", {})
        assert result.is_error
        assert TOOL in result.content[0].text
        assert not (await agent.call(GOOD))[0]


async def test_a_state_directory_that_is_a_file_is_named_as_the_trouble(tmp_path):
    state = tmp_path / "state"
    state.write_text("not a directory")
    done = subprocess.run(
        [BINARY, "serve"],
        env=environment(state, {}),
        input=b"",
        capture_output=True,
        timeout=20,
    )
    assert done.returncode != 0
    assert b"SYNC_AUDIT_STATE_DIRECTORY" in done.stderr
    assert done.stdout == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")
@pytest.mark.parametrize("kind", ["read-only", "full"])
async def test_a_state_directory_that_cannot_be_written_fails_the_audit_clearly(kind, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", state], capture_output=True, text=True
    )
    if mount.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {mount.stderr.strip()}")
    try:
        async with connect("stdio", state) as agent:
            assert not (await agent.call(GOOD))[0]
            if kind == "full":
                with open(state / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
                    while True:
                        filler.write(b"x" * 4096)
            else:
                subprocess.run(["mount", "-o", "remount,ro", state], check=True)
            # More than fits into what is left of the journal's last page.
            larger = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(500))
            failed, answer = await agent.call({**GOOD, "thought": fenced("a.py", larger)})
            assert failed
            assert answer["diagnostic"]["category"] == "session", answer
            assert str(state) not in str(answer)
            if kind == "full":
                (state / "filler").unlink()
            else:
                subprocess.run(["mount", "-o", "remount,rw", state], check=True)
            failed, answer = await agent.call(GOOD)
            assert not failed, answer
    finally:
        subprocess.run(["umount", "-l", state], check=True)


async def test_a_policy_file_that_is_junk_is_refused_at_start(tmp_path):
    policy = tmp_path / "policy.wasm"
    policy.write_bytes(b"this is no component")
    done = subprocess.run(
        [BINARY, "serve"],
        env=environment(tmp_path / "state", {"AUDIT_POLICY": str(policy)}),
        input=b"",
        capture_output=True,
        timeout=20,
    )
    assert done.returncode != 0
    assert b"AUDIT_POLICY" in done.stderr


async def test_garbage_on_stdin_does_not_end_the_server_and_stdout_is_protocol_only(tmp_path):
    import json

    lines = [
        b"this is not json",
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        b"\xff\xfe{",
        b'{"jsonrpc":"2.0","id":2,"method":"tools/list"}',
    ]
    done = subprocess.run(
        [BINARY, "serve"],
        env=environment(tmp_path / "state", {}),
        input=b"\n".join(lines) + b"\n",
        capture_output=True,
        timeout=20,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {answer.get("id") for answer in answers} >= {1, 2}
    assert done.returncode == 0, "a closed stdin ends the server in order"
