"""Policies that are put in force, and taken back, while servers run."""

import base64
import contextlib
import hashlib
import json
import shutil
import socket
import subprocess

import anyio
import anyio.to_thread
import harness
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from harness import BINARY, CORE, PLUGINS, Server, connect, demo_version, environment, fenced, put_policy

pytestmark = pytest.mark.anyio

LEGACY = PLUGINS / "legacy-tiers.wasm"
PERFECT = fenced("rates.py", demo_version(3))


def policy(state, *arguments, code=0, **settings):
    """Runs `gansauditor policy ... --json`."""
    done = harness.run(state, "policy", *arguments, "--json", code=code, **settings)
    return json.loads(done.stdout) if done.stdout else done.stderr


def outcomes(told):
    return [server["outcome"] for server in told["servers"]]


def stored_components(state):
    return sorted((state / "policies/components").iterdir())


async def test_an_activated_policy_decides_the_same_session_at_once(transport, tmp_path):
    state = tmp_path / "state"
    async with connect(transport, state) as agent:
        first = await agent.submit(fenced("rates.py", demo_version(1)))
        assert first["policy"]["name"] == "gansauditor-core"
        told = policy(state, "activate", LEGACY, "--reason", "as before")
        assert told["stored"]["revision"] == 1
        assert outcomes(told) == ["live"]
        second = await agent.submit(PERFECT)
        assert second["policy"]["digest"] == told["stored"]["policy"]["digest"]
        assert second["loopInfo"]["currentLoop"] == 2
        assert second["decision"]["status"] == "continue", "nothing completes before loop 10"

        server = policy(state, "status")["servers"][0]
        assert server["transport"] == transport
        assert server["policy"]["name"] == "legacy-tiers"
        assert server["source"] == {"kind": "directory", "revision": 1}

        told = policy(state, "activate", "--core")
        assert outcomes(told) == ["live"]
        told = policy(state, "rollback")
        assert told["stored"]["to"] == 1 and outcomes(told) == ["live"]
        assert "there is no revision before" in policy(state, "rollback", code=2)
        third = await agent.submit(PERFECT)
        assert third["policy"]["name"] == "legacy-tiers"
    assert policy(state, "status")["servers"] == []
    async with connect(transport, state) as agent:
        again = await agent.submit(PERFECT)
        assert again["policy"] == third["policy"], "a restart keeps it"


async def test_a_policy_that_a_project_brings_judges_nobody(tmp_path):
    """As in a clone whose author had put a policy in force that lets everything pass."""
    theirs, state, mine = tmp_path / "theirs", tmp_path / "state", tmp_path / "home/policy-seal.key"
    policy(theirs, "activate", LEGACY)
    shutil.copytree(theirs, state)

    def run(*command, code):
        ran = harness.run(state, *command, code=code, AUDIT_POLICY_SEAL=str(mine))
        return ran.stdout + ran.stderr

    work = tmp_path / "work.py"
    work.write_text("print(1)\n")
    for command, code in ((["audit", work], 2), (["serve"], 1)):
        refused = run(*command, code=code)
        assert "not sealed with the key of this installation (AUDIT_POLICY_SEAL)" in refused
        assert "activate a policy" in refused
    assert not mine.exists()
    assert "line 1 of the policy history" in run("policy", "history", code=0)
    run("policy", "activate", "--core", code=0)
    assert mine.stat().st_mode & 0o777 == 0o600
    assert '"name": "gansauditor-core"' in run("audit", "--format", "json", work, code=0)
    # Who wrote the first line does not believe the second.
    [line] = policy(state, "history", AUDIT_POLICY_SEAL=f"{theirs}.seal.key")
    assert line["revision"] == 1 and not line["active"]


async def test_a_candidate_that_is_none_leaves_everything_as_it_was(transport, tmp_path):
    state = tmp_path / "state"
    junk = tmp_path / "junk.wasm"
    junk.write_bytes(b"junk")
    async with connect(transport, state) as agent:
        policy(state, "activate", LEGACY)
        refused = policy(state, "activate", junk, code=2)
        assert "junk.wasm is not usable" in refused and "panicked" not in refused
        assert len(policy(state, "history")) == 1
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"


async def test_where_keys_are_set_only_signed_policies_are_put_in_force(transport, tmp_path):
    state, key = tmp_path / "state", Ed25519PrivateKey.generate()
    pem, component = tmp_path / "team.pem", tmp_path / "new.wasm"
    spki = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem.write_bytes(key.public_key().public_bytes(*spki))
    component.write_bytes(LEGACY.read_bytes())
    keys = {"AUDIT_POLICY_KEYS": str(pem)}
    async with connect(transport, state, **keys) as agent:
        refused = policy(state, "activate", component, code=2, **keys)
        assert "is not signed" in refused
        assert policy(state, "history") == []
        # The server checks for itself, whatever the one who activates was configured with.
        told = policy(state, "activate", component, code=1)
        assert outcomes(told) == ["failed"] and "is not signed" in str(told["servers"])

        signature = base64.b64encode(key.sign(component.read_bytes()))
        (tmp_path / "new.wasm.sig").write_bytes(signature)
        told = policy(state, "activate", component, **keys)
        assert outcomes(told) == ["live"]
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"
    async with connect(transport, state, **keys) as agent:
        again = await agent.submit(PERFECT)
        assert again["policy"] == answer["policy"], "a restart checks the kept signature"


async def test_limits_of_its_own_are_kept_with_a_policy(transport, tmp_path):
    state = tmp_path / "state"
    told = policy(state, "activate", LEGACY, "--limits", '{"fuel": 1000}', code=2)
    assert "fuel" in told
    told = policy(state, "activate", LEGACY, "--limits", '{"fuel": 1000000000}')
    assert told["stored"]["limits"] == {"fuel": 1_000_000_000}
    async with connect(transport, state) as agent:
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"


async def test_a_server_that_cannot_take_a_revision_says_why_and_goes_on(transport, tmp_path):
    state = tmp_path / "state"
    async with connect(transport, state) as agent:
        policy(state, "activate", LEGACY)
        # As another machine's disk would: what the server finds is not what was stored.
        history = state / "policies/history.jsonl"
        history.write_bytes(history.read_bytes() + b"junk\n")
        with anyio.fail_after(20):
            while not policy(state, "status", code=1)["servers"][0].get("failed"):
                await anyio.sleep(0.05)
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"
        failed = policy(state, "status", code=1)["servers"][0]["failed"]
        assert "line 2" in failed["error"]
        assert outcomes(policy(state, "activate", "--core")) == ["live"]


async def test_a_server_with_a_policy_file_is_not_followed_and_told_so(transport, tmp_path):
    state = tmp_path / "state"
    file = tmp_path / "policy.wasm"
    put_policy(CORE, file)
    async with connect(transport, state, AUDIT_POLICY=str(file)) as agent:
        told = policy(state, "activate", LEGACY)
        assert outcomes(told) == ["not_followed"]
        assert "AUDIT_POLICY" in told["servers"][0]["reason"]
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "gansauditor-core"


async def test_all_servers_of_a_state_directory_take_it_and_dead_ones_do_not_count(tmp_path):
    state = tmp_path / "state"
    servers = [Server(state, {}) for _ in range(2)]
    try:
        servers[0].process.kill()
        servers[0].process.wait()
        assert len(list((state / "control").iterdir())) == 2
        told = policy(state, "activate", LEGACY)
        assert [server["pid"] for server in told["servers"]] == [servers[1].process.pid]
        assert len(list((state / "control").iterdir())) == 1, "the dead one's socket is removed"
    finally:
        for server in servers:
            with contextlib.suppress(AssertionError):
                server.stop()


async def test_a_server_that_does_not_answer_is_no_success(tmp_path):
    state = tmp_path / "state"
    (state / "control").mkdir(parents=True, mode=0o700)
    mute = socket.socket(socket.AF_UNIX)
    mute.bind(str(state / "control/1.sock"))
    mute.listen()
    mute.settimeout(30)

    def hang_up():
        connection, _ = mute.accept()
        connection.recv(1000)
        connection.close()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_thread.run_sync, hang_up)
        told = await anyio.to_thread.run_sync(lambda: policy(state, "activate", "--core", code=1))
    mute.close()
    assert told["stored"]["revision"] == 1, "stored all the same"
    assert outcomes(told) == ["no_answer"]


async def test_a_server_does_not_start_on_a_policy_that_was_altered(tmp_path):
    state = tmp_path / "state"
    policy(state, "activate", LEGACY)
    (component,) = stored_components(state)
    component.write_bytes(CORE.read_bytes())
    done = subprocess.run(
        [BINARY, "serve"],
        env=environment(state, {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode != 0
    assert "changed after it was stored" in done.stderr, done.stderr


async def test_the_policy_directory_is_its_owners_alone(tmp_path):
    state = tmp_path / "state"
    server = Server(state, {})
    try:
        policy(state, "activate", LEGACY)
        folders = [state / "policies", state / "policies/components", state / "control"]
        files = [state / "policies/history.jsonl", *stored_components(state), *(state / "control").iterdir()]
        assert {oct(path.stat().st_mode & 0o777) for path in folders} == {"0o700"}
        assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    finally:
        server.stop()
    assert list((state / "control").iterdir()) == [], "its socket goes with the server"


async def test_a_candidate_is_proven_on_recorded_sessions(tmp_path):
    state = tmp_path / "state"
    async with connect("stdio", state) as agent:
        for version in (1, 2, 3):
            await agent.submit(fenced("rates.py", demo_version(version)))
        same = policy(state, "replay", "--core")
        assert (same["same"], same["changed"], same["loopsSaved"]) == (3, 0, 0)
        before = sorted((path.name, path.read_bytes()) for path in state.iterdir() if path.is_file())

        other = policy(state, "replay", LEGACY, code=1)
        assert (other["decisions"], other["changed"], other["goesOn"]) == (3, 1, 1)
        [difference] = other["differences"]
        assert difference["loop"] == 3
        assert difference["recorded"]["status"] == "complete"
        assert difference["candidate"]["status"] == "continue"
        after = sorted((path.name, path.read_bytes()) for path in state.iterdir() if path.is_file())
        assert after == before, "replaying changes nothing"

        (tmp_path / "broken.wasm").write_bytes(b"\0asm")
        assert "not usable" in policy(state, "replay", tmp_path / "broken.wasm", code=2)
        assert "no recorded session" in policy(state, "replay", "--core", "--sessions", "nobody-*", code=2)


async def test_a_session_that_cannot_be_read_proves_nothing(tmp_path):
    state = tmp_path / "state"
    async with connect("stdio", state) as agent:
        for session in ("one", "two"):
            await agent.submit(PERFECT, session=session)
    assert policy(state, "replay", "--core")["same"] == 2
    [journal] = state.glob("one*.journal.jsonl")
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)
    told = policy(state, "replay", "--core", code=1)
    assert (told["same"], told["changed"], told["unreadable"]) == (1, 0, 1)


async def test_components_that_only_old_revisions_used_can_be_removed(transport, tmp_path):
    state = tmp_path / "state"
    assert policy(state, "prune") == []
    budget = PLUGINS / "budget.wasm"
    policy(state, "activate", LEGACY)
    policy(state, "activate", budget)
    policy(state, "trial", "start", LEGACY)
    assert policy(state, "prune", "--keep", 1) == [], "one is in force, the other on trial"
    policy(state, "activate", budget)
    async with connect(transport, state) as agent:
        [unused] = policy(state, "prune", "--keep", 2, "--dry-run")
        assert (unused["name"], unused["active"]) == ("legacy-tiers", False)
        assert policy(state, "prune", "--keep", 2) == [unused]
        assert [stored["active"] for stored in policy(state, "list")] == [True]
        assert "is not in the policy directory; activate its file again" in policy(state, "rollback", 1, code=2)
        assert (await agent.submit(PERFECT))["policy"]["name"] == "budget"


async def test_only_what_put_a_policy_in_force_can_be_gone_back_to(tmp_path):
    state = tmp_path / "state"
    policy(state, "activate", LEGACY)
    policy(state, "trial", "start", PLUGINS / "security-gate.wasm")
    policy(state, "trial", "stop")
    for about_the_trial in (2, 3):
        refused = policy(state, "rollback", about_the_trial, code=2)
        assert "put no policy in force" in refused
    assert [line["active"] for line in policy(state, "history")].count(True) == 1
    assert policy(state, "rollback", 1)["stored"]["policy"]["name"] == "legacy-tiers"


async def test_a_digest_may_be_given_as_sha256sum_prints_it(tmp_path):
    state, digits = tmp_path / "state", hashlib.sha256(LEGACY.read_bytes()).hexdigest()
    assert "64 hexadecimal digits" in policy(state, "activate", LEGACY, "--digest", digits[1:], code=2)
    told = policy(state, "activate", LEGACY, "--digest", digits.upper())
    assert told["stored"]["policy"]["digest"] == f"sha256:{digits}"
