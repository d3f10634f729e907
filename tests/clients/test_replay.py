"""Proving a candidate on recorded sessions: what is read, what is left as it is, and what counts."""

import os
import shutil
import subprocess

import pytest
from careless import guests
from harness import BINARY, connect, demo_version, environment, fenced
from test_policies import outcomes, policy

pytestmark = pytest.mark.anyio

FLAWED = fenced("rates.py", demo_version(1))
PERFECT = fenced("rates.py", demo_version(3))


async def recorded(state, *sessions, text=PERFECT, **settings):
    """Sessions of one decision each. No server is left running."""
    async with connect("stdio", state, **settings) as agent:
        for session in sessions:
            await agent.submit(text, session=session)


def flip(journal):
    """Changes a byte in the middle."""
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)


def looks(folder):
    """All that can be told of a folder and of what is in it, but for when it was read."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        stat = path.lstat()
        kept = (stat.st_ino, stat.st_mode, stat.st_nlink, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        found[path] = (kept, path.read_bytes() if path.is_file() else None)
    return found


def sessions(state, *arguments, code=0):
    """Runs `gansauditor session ...`."""
    done = subprocess.run(
        [BINARY, "session", *arguments], env=environment(state, {}), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


async def test_looking_at_sessions_changes_nothing_and_leaves_none_out(tmp_path):
    state = tmp_path / "state"
    await recorded(state, "whole", "hurt", "junk", "Upper Case")
    flip(state / "hurt.journal.jsonl")
    (state / "junk.journal.jsonl").write_bytes(os.urandom(4096))
    (unnamed,) = state.glob("upper-case~*.journal.jsonl")
    unnamed.write_bytes(b"")
    (state / "aside.journal.jsonl.corrupt-1").write_bytes(b"junk")
    (state / "elsewhere.journal.jsonl").symlink_to("/dev/null")
    before = looks(state)

    told = policy(state, "replay", "--core", code=1)
    assert (told["same"], told["changed"], told["unreadable"], told["sessions"]) == (1, 0, 5, 6)
    why = {one.get("session") or one["file"]: one["reason"] for one in told["unreadableSessions"]}
    assert set(why) == {"hurt", "junk", unnamed.name, "aside", "elsewhere"}
    assert "damaged at record" in why["hurt"] and "set aside" in why["aside"]
    assert "not a plain file" in why["elsewhere"]

    told = policy(state, "replay", "--core", "--sessions", "w*", code=1)
    [unknown] = told["unreadableSessions"]
    assert unknown["file"] == unnamed.name, "nobody knows whether that one is meant"
    assert policy(state, "replay", "--core", "--sessions", "hurt", code=2), "nothing could be replayed"

    listed = sessions(state, "list")
    # The list has what says when it was written; what is wrong with it, only reading all of it tells.
    assert {line.split("  ")[0] for line in listed.stdout.splitlines()} == {"whole", "hurt"}
    assert all(name in listed.stderr for name in ("junk", unnamed.name, "aside", "elsewhere"))
    assert "in `hurt.journal.jsonl` it is damaged" in sessions(state, "show", "hurt", code=1).stderr
    assert "complete" in sessions(state, "show", "whole").stdout
    assert looks(state) == before


async def test_a_state_directory_that_nobody_may_write_can_be_looked_at(tmp_path):
    state = tmp_path / "state"
    await recorded(state, "one")
    (state / ".gitignore").unlink()
    for path in [*state.rglob("*"), state]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = looks(state)
    # Root may write everywhere, unless it gives that up.
    plain = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if plain and shutil.which("setpriv") is None:
        pytest.skip("root without setpriv may write everywhere")
    for arguments in (["policy", "replay", "--core"], ["session", "list"], ["session", "show", "one"]):
        command = [*plain, BINARY, *arguments]
        done = subprocess.run(command, env=environment(state, {}), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (arguments, done.stderr)
    assert looks(state) == before
    state.chmod(0o700)
    (state / "control").chmod(0o700)


async def test_what_can_be_activated_can_be_replayed(tmp_path):
    state = tmp_path / "state"
    await recorded(state, "one")
    component = tmp_path / "asks.wasm"
    component.write_bytes(guests(tmp_path / "guests")["load-imports"])
    lets_in = {"AUDIT_POLICY_IMPORTS": "now"}
    # Nothing is put in force, so no signature is needed, and it need not be one of some.
    trust = {"AUDIT_POLICY_DIGESTS": "sha256:" + "0" * 64}
    assert "imports" in policy(state, "replay", component, code=2)
    assert "is not pinned" in policy(state, "activate", component, code=2, **lets_in, **trust)
    assert policy(state, "replay", component, code=1, **lets_in, **trust)["decisions"] == 1
    assert policy(state, "activate", component, **lets_in)["stored"]["revision"] == 1

    for command, code in (("activate", 2), ("replay", 2)):
        assert "fuel" in policy(state, command, "--core", "--limits", '{"fuel": 1000}', code=code)
    assert "the limits are not usable" in policy(state, "replay", "--core", "--limits", "{", code=2)
    assert policy(state, "replay", "--core", "--limits", '{"fuel": 1000000000}')["same"] == 1
    assert "its digest is" in policy(state, "replay", component, "--digest", "0" * 64, code=2, **lets_in)


async def test_what_a_fallback_decided_is_not_held_against_a_candidate(tmp_path):
    state, file = tmp_path / "state", tmp_path / "policy.wasm"
    failing = guests(tmp_path / "guests")["trap"]
    with_fallback = {"AUDIT_POLICY_ON_FAILURE": "core"}
    async with connect("stdio", state, **with_fallback) as agent:
        first = await agent.submit(FLAWED)
        assert first["policy"]["name"] == "gansauditor-core"
        file.write_bytes(failing)
        assert outcomes(policy(state, "activate", file)) == ["live"]
        waits = await agent.submit(PERFECT)
        assert waits["policy"]["decidedBy"] == "fallback" and waits["decision"]["status"] == "continue"
    # The core would have completed, had it been the policy; its fallback must not.
    told = policy(state, "replay", "--core")
    assert (told["decisions"], told["same"], told["changed"], told["byFallback"]) == (2, 1, 0, 1)
    [apart] = told["differences"]
    assert apart["byFallback"] and apart["recorded"]["status"] == "continue"
    assert apart["candidate"]["status"] == "complete"
    text = subprocess.run(
        [BINARY, "policy", "replay", "--core"], env=environment(state, {}), capture_output=True, text=True
    )
    assert text.returncode == 0 and "1 decided by a fallback" in text.stdout, text.stdout
