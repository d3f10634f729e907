"""Policies on trial beside the one in force, in real servers."""

import json

import anyio
import pytest
from harness import CORE, PLUGINS, connect, demo_version, fenced, put_policy
from test_control import listening
from test_policies import outcomes, policy

pytestmark = pytest.mark.anyio

LEGACY = PLUGINS / "legacy-tiers.wasm"
# The core completes on it, legacy-tiers not before loop 10.
PERFECT = fenced("rates.py", demo_version(3))
# Neither completes on it.
FLAWED = fenced("rates.py", demo_version(1))


async def decided(state, count):
    """The trial, once so many decisions are compared: that happens after the agent has its answer."""
    with anyio.fail_after(20):
        while True:
            status = policy(state, "trial", "status")
            if sum(status["tally"].values()) >= count:
                return status
            await anyio.sleep(0.05)


async def test_a_shadow_is_compared_and_listed_and_changes_nothing(transport, tmp_path):
    state = tmp_path / "state"
    async with connect(transport, state) as agent:
        told = policy(state, "trial", "start", LEGACY, "--max-changed", "100", "--reason", "as before?")
        assert outcomes(told) == ["on_trial"] and told["stored"]["active"] is False
        for text, status in [(FLAWED, "continue"), (PERFECT, "complete")]:
            answer = await agent.submit(text)
            assert answer["policy"]["name"] == "gansauditor-core"
            assert answer["decision"]["status"] == status
        trial = await decided(state, 2)
        assert trial["running"] and trial["tally"] == {"same": 1, "changed": 1, "failed": 0}
        [difference] = trial["differences"]
        assert list(difference["live"]) == ["complete"] and difference["attempt"] == 2
        assert difference["candidate"] == {"decided": "continue"}
        assert policy(state, "status")["servers"][0]["source"]["trial"] == {"revision": 1}

        told = policy(state, "trial", "stop")
        assert outcomes(told) == ["withdrawn"]
    again = policy(state, "trial", "stop", code=2)
    assert "no policy is on trial" in again


async def test_a_canary_decides_on_its_share_and_is_sent_away_when_it_differs_too_much(transport, tmp_path):
    state = tmp_path / "state"
    async with connect(transport, state) as agent:
        policy(state, "trial", "start", LEGACY, "--share", "100", "--decisions", "10", "--max-changed", "0")
        first = await agent.submit(FLAWED)
        assert first["policy"]["name"] == "legacy-tiers", "it decides"
        second = await agent.submit(PERFECT)
        assert second["decision"]["status"] == "continue"
        trial = await decided(state, 2)
        assert trial["verdict"] == "too_many_changes"
        assert trial["endedBy"]["action"] == "withdraw" and "otherwise" in trial["endedBy"]["reason"]
        with anyio.fail_after(20):
            while "trial" in policy(state, "status")["servers"][0]["source"]:
                await anyio.sleep(0.05)
        third = await agent.submit(PERFECT)
        assert third["policy"]["name"] == "gansauditor-core"
        assert third["decision"]["status"] == "complete"


async def test_a_candidate_that_passes_takes_its_place_by_itself(transport, tmp_path):
    state, settings = tmp_path / "state", '{"noise_band": 3}'
    component = tmp_path / "core.wasm"
    put_policy(CORE, component)
    async with connect(transport, state) as agent:
        policy(state, "activate", "--core")
        told = policy(state, "trial", "start", component, code=2)
        assert "there is nothing to try" in told
        policy(state, "trial", "start", component, "--settings", settings, "--decisions", "2", "--promote")
        await agent.submit(FLAWED)
        await agent.submit(PERFECT)
        await decided(state, 2)
        with anyio.fail_after(20):
            while policy(state, "status")["servers"][0]["source"] != {"kind": "directory", "revision": 3}:
                await anyio.sleep(0.05)
        promoted = policy(state, "history")[0]
        assert promoted["action"] == "promote" and promoted["active"] and promoted["settings"] == settings
        assert "2 the same" in promoted["reason"]
        told = policy(state, "rollback")
        assert told["stored"]["to"] == 1, "back to what was in force, not to the trial"


async def test_a_trial_that_another_change_ends_before_it_runs_says_which(tmp_path):
    state, other = tmp_path / "state", PLUGINS / "security-gate.wasm"
    policy(state, "activate", "--core")
    asked = []

    def overtake(connection):
        """A server that looks only when somebody else has put another policy on trial."""
        connection.makefile().readline()
        asked.append(connection)
        if len(asked) == 1:
            policy(state, "trial", "start", other, "--by", "ben", "--reason", "mine first")
        connection.sendall(json.dumps(following(trial={"revision": 3})).encode() + b"\n")
        connection.close()

    with listening(state, overtake):
        told = policy(state, "trial", "start", LEGACY, code=1)
        assert outcomes(told) == ["overtaken"] and told["stored"]["revision"] == 2
        reason = told["servers"][0]["reason"]
        assert reason.startswith("revision 3 by ben put security-gate 0.1.0"), reason
        assert reason.endswith("on trial, which ended the trial: mine first"), reason


def following(**source):
    """What a server says that has the first revision live."""
    core = {"name": "gansauditor-core", "version": "0.1.0", "digest": "sha256:" + "0" * 64}
    source = {"kind": "directory", "revision": 1, **source}
    since = "2026-01-01T00:00:00.000Z"
    return {"pid": 1, "version": "0.1.0", "transport": "stdio", "policy": core, "since": since, "source": source}
