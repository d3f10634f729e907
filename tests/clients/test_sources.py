"""Policies that come from a web server or a registry, put in force in real servers."""

import contextlib
import functools
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest
from harness import BINARY, CORE, PLUGINS, connect, demo_version, environment, fenced, put_policy
from minisign import Key, encoded
from registry import Registry, digest, serve
from test_policies import outcomes, policy

pytestmark = pytest.mark.anyio

LEGACY = PLUGINS / "legacy-tiers.wasm"
PERFECT = fenced("rates.py", demo_version(3))
USER = ("me", "open sesame")


@contextlib.contextmanager
def web(folder):
    """A web server with the files of a folder."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def nobody(tmp_path):
    """Settings of a user who is logged in nowhere."""
    return {"DOCKER_CONFIG": str(tmp_path / "docker")}


def live(state):
    """The digest of the policy that decides in the one server that runs."""
    (server,) = policy(state, "status")["servers"]
    return server["policy"]["digest"]


async def test_a_component_may_come_from_a_web_server(transport, tmp_path):
    state, files = tmp_path / "state", tmp_path / "files"
    files.mkdir()
    put_policy(LEGACY, files / "legacy.wasm")
    wanted = digest(LEGACY.read_bytes())
    async with connect(transport, state) as agent:
        with web(files) as base:
            url = f"{base}/legacy.wasm"
            refused = policy(state, "activate", url, "--digest", digest(b"another"), code=2)
            assert wanted in refused
            refused = policy(state, "activate", f"{base}/absent.wasm", code=2)
            assert "absent.wasm is not usable" in refused and "404" in refused
            assert policy(state, "inspect", url)["name"] == "legacy-tiers"
            told = policy(state, "activate", f"{url}?token=secret", "--digest", wanted)
            assert outcomes(told) == ["live"]
        # Everything that is needed is stored.
        assert policy(state, "history")[0]["source"] == url
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["digest"] == wanted


async def test_the_signature_beside_a_component_on_a_web_server_is_the_one_that_counts(transport, tmp_path):
    state, files, key = tmp_path / "state", tmp_path / "files", Key()
    files.mkdir()
    put_policy(LEGACY, files / "legacy.wasm")
    beside, public = files / "legacy.wasm.minisig", tmp_path / "team.pub"
    public.write_text(key.public)
    keys = {"AUDIT_POLICY_KEYS": str(public)}
    async with connect(transport, state, **keys) as agent:
        with web(files) as base:
            activate = functools.partial(policy, state, "activate", f"{base}/legacy.wasm", **keys)
            assert "is not signed" in activate(code=2)
            for stranger in (Key().sign(LEGACY.read_bytes()), key.sign(CORE.read_bytes()), "junk"):
                beside.write_text(stranger)
                assert "signature is not one of these bytes" in activate(code=2)
            assert policy(state, "history") == []
            beside.write_text(key.sign(LEGACY.read_bytes()))
            assert outcomes(activate()) == ["live"]
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"
    async with connect(transport, state, **keys) as agent:
        again = await agent.submit(PERFECT)
        assert again["policy"] == answer["policy"], "a restart checks the kept signature"


async def test_an_artifact_is_put_in_force_by_its_tag_and_by_the_digest_that_the_history_tells(transport, tmp_path, nobody):
    state, registry = tmp_path / "state", Registry("team/policy")
    legacy, core = LEGACY.read_bytes(), CORE.read_bytes()
    manifest = registry.push("1.0", new_wasm=legacy)
    async with connect(transport, state) as agent:
        with serve(registry) as address:
            tagged = f"oci://{address}/team/policy:1.0"
            pinned = f"{tagged}@{manifest}"
            told = policy(state, "activate", tagged, **nobody)
            assert outcomes(told) == ["live"]
            assert told["stored"]["source"] == pinned
            assert live(state) == digest(legacy)

            # The tag goes on to another; the digest does not.
            registry.push("1.0", new_wasm=core)
            assert outcomes(policy(state, "activate", tagged, **nobody)) == ["live"]
            assert live(state) == digest(core)
            first = policy(state, "history")[-1]["source"]
            assert first == pinned
            assert outcomes(policy(state, "activate", first, **nobody)) == ["live"]
            bare = f"oci://{address}/team/policy@{manifest}"
            assert outcomes(policy(state, "activate", bare, "--digest", digest(legacy), **nobody)) == ["live"]
        assert [revision["source"] for revision in policy(state, "history")[:2]] == [bare, pinned]
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["digest"] == digest(legacy)


async def test_what_a_registry_sends_instead_leaves_the_old_policy_live(transport, tmp_path, nobody):
    state, registry = tmp_path / "state", Registry("team/policy")
    legacy, core = LEGACY.read_bytes(), CORE.read_bytes()
    old = registry.push("old", old_wasm=legacy)
    new = registry.push("new", new_wasm=core)
    async with connect(transport, state) as agent:
        with serve(registry) as address:
            name = f"oci://{address}/team/policy"
            policy(state, "activate", f"{name}:old", **nobody)
            refuse = functools.partial(policy, state, "activate", code=2, **nobody)

            other = refuse(f"{name}:new", "--digest", digest(b"another"))
            assert f"its digest is {digest(core)}" in other
            # Other bytes under the layer's digest: a component too, but not that one.
            registry.blobs[digest(core)] = legacy
            altered = refuse(f"{name}:new")
            assert "the digest of a layer is" in altered and f"{name}:new is not usable" in altered
            # Another manifest under its digest.
            registry.manifests[new] = registry.manifests[old]
            altered = refuse(f"{name}@{new}")
            assert f"the digest of its manifest is {old}" in altered
            assert "no such artifact" in refuse(f"{name}:absent")
        assert "is not usable" in refuse(f"{name}:old"), "nobody listens there any more"
        assert len(policy(state, "history")) == 1
        assert live(state) == digest(legacy)
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"


async def test_the_signature_in_an_artifact_is_the_one_that_counts(transport, tmp_path, nobody):
    state, registry, key = tmp_path / "state", Registry("team/policy"), Key()
    component, public = LEGACY.read_bytes(), tmp_path / "team.pub"
    public.write_text(key.public)
    keys = {"AUDIT_POLICY_KEYS": str(public)}
    registry.push("none", new_wasm=component)
    registry.push("other", new_wasm=component, new_wasm_minisig=Key().sign(component).encode())
    registry.push("signed", new_wasm=component, new_wasm_minisig=key.sign(component).encode())
    async with connect(transport, state, **keys) as agent:
        with serve(registry) as address:
            activate = functools.partial(policy, state, "activate", **keys, **nobody)
            name = f"oci://{address}/team/policy"
            assert "is not signed" in activate(f"{name}:none", code=2)
            assert "signature is not one of these bytes" in activate(f"{name}:other", code=2)
            assert outcomes(activate(f"{name}:signed")) == ["live"]
        answer = await agent.submit(PERFECT)
        assert answer["policy"]["name"] == "legacy-tiers"


def test_a_registry_is_asked_as_the_user_that_docker_remembers(tmp_path):
    state, docker = tmp_path / "state", tmp_path / "docker"
    docker.mkdir()
    config = docker / "config.json"
    registry = Registry("team/policy", user=USER)
    registry.push("1.0", new_wasm=LEGACY.read_bytes())
    with serve(registry) as address:
        source = f"oci://{address}/team/policy:1.0"
        activate = functools.partial(policy, state, "activate", source, DOCKER_CONFIG=str(docker))

        def remember(user):
            auth = encoded(":".join(user).encode())
            config.write_text(json.dumps({"auths": {address: {"auth": auth}}}))

        assert f"this machine has no login for it; log in with `docker login {address}`" in activate(code=2)
        remember(("me", "close sesame"))
        wrong = activate(code=2)
        assert "the user name or password that this machine has for it is wrong" in wrong
        assert "sesame" not in wrong
        config.write_text(config.read_text()[:-1])
        malformed = activate(code=2)
        assert f"{config} is malformed" in malformed and "log in again" in malformed
        remember(USER)
        assert activate()["stored"]["revision"] == 1


def helper(folder, body):
    """A credential helper of docker, `docker-credential-scripted`, for all registries; gives the settings that find it."""
    docker, programs = folder / "docker", folder / "programs"
    for made in (docker, programs):
        made.mkdir(exist_ok=True)
    (docker / "config.json").write_text(json.dumps({"credsStore": "scripted"}))
    script = programs / "docker-credential-scripted"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o700)
    return {"DOCKER_CONFIG": str(docker), "PATH": f"{programs}:{os.environ['PATH']}"}


def test_a_credential_helper_is_asked_for_the_password(tmp_path):
    state, registry = tmp_path / "state", Registry("team/policy", user=USER)
    registry.push("1.0", new_wasm=LEGACY.read_bytes())
    with serve(registry) as address:
        activate = functools.partial(policy, state, "activate", f"oci://{address}/team/policy:1.0")
        answer = json.dumps(dict(zip(("Username", "Secret"), USER)))
        knows = helper(tmp_path, f'[ "$1 $(cat)" = "get {address}" ] && echo \'{answer}\'')
        assert activate(**knows)["stored"]["revision"] == 1
        nothing = helper(tmp_path, "echo credentials not found in native keychain; exit 1")
        assert "this machine has no login for it" in activate(code=2, **nothing)
        failing = helper(tmp_path, "echo open sesame; exit 3")
        told = activate(code=2, **failing)
        assert "docker-credential-scripted" in told and "exit status: 3" in told and "sesame" not in told


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_credential_helper_that_never_ends_ends_with_whoever_asked_it(tmp_path, end):
    pids = tmp_path / "pids"
    settings = helper(tmp_path, f"sleep 1000 & echo $$ $! > {pids}.new && mv {pids}.new {pids}; wait")
    asking = subprocess.Popen(
        [BINARY, "policy", "inspect", "oci://host.example/team/policy:1.0"],
        env=environment(tmp_path / "state", settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(pids.exists)
    asking.send_signal(end)
    _, told = asking.communicate(timeout=20)
    assert asking.returncode == 2 and end.name in told, told
    for pid in pids.read_text().split():
        eventually(lambda: not runs(pid))


def runs(pid):
    """A process runs, and is not one that only nobody has taken note of."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def eventually(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
