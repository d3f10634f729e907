"""The sockets through which running servers are asked, and what `policy status` makes of the answers."""

import contextlib
import socket
import threading

import pytest
from careless import Writer
from harness import CORE, PLUGINS, Server, put_policy
from test_policies import outcomes, policy

pytestmark = pytest.mark.anyio

LEGACY = PLUGINS / "legacy-tiers.wasm"


@contextlib.contextmanager
def running(state, **settings):
    server = Server(state, settings)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def listening(state, serve):
    """A socket of a server that is none: `serve` gets each connection."""
    (state / "control").mkdir(parents=True, mode=0o700, exist_ok=True)
    address = state / "control/1.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            address.unlink(missing_ok=True)


def idle(server, state, count):
    """Connections on which nothing is ever sent."""
    address = state / f"control/{server.process.pid}.sock"
    connections = []
    for _ in range(count):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(address))
        connections.append(connection)
    return connections


def test_the_exit_code_tells_whether_all_servers_are_where_the_history_is(tmp_path):
    state = tmp_path / "state"
    assert policy(state, "status")["servers"] == []
    with running(state):
        policy(state, "activate", LEGACY)
        [server] = policy(state, "status")["servers"]
        assert "behind" not in server
        # One that no server can load, put there by another.
        writer = Writer(state)
        writer.revision = 1
        writer.put_in_force(b"junk")
        told = policy(state, "status", code=1)
        assert told["active"]["revision"] == 2
        assert told["servers"][0]["behind"] == told["servers"][0]["source"]["failure"]
        assert outcomes(policy(state, "rollback", 1)) == ["live"]
        policy(state, "status")

        junk = (state / "policies/history.jsonl").read_bytes() + b"junk\n"
        (state / "policies/history.jsonl").write_bytes(junk)
        writer.ask("look")
        told = policy(state, "status", code=1)
        assert "line 4" in told["servers"][0]["behind"]


def test_a_server_that_follows_nothing_is_not_behind_and_one_that_does_not_answer_is(tmp_path):
    state, file = tmp_path / "state", tmp_path / "policy.wasm"
    put_policy(CORE, file)
    with running(state, AUDIT_POLICY=str(file)):
        policy(state, "activate", LEGACY)
        policy(state, "status")
    with listening(state, lambda connection: connection.close()):
        told = policy(state, "status", code=1)
        assert "error" in told["servers"][0]


def test_a_server_that_does_not_run_a_trial_is_behind(tmp_path):
    state = tmp_path / "state"
    with running(state, AUDIT_POLICY_DIGESTS="sha256:" + "0" * 64):
        policy(state, "trial", "start", LEGACY, code=1)
        told = policy(state, "status", code=1)
        assert told["servers"][0]["behind"] == told["servers"][0]["source"]["trial"]["failure"]
        policy(state, "trial", "stop")
        policy(state, "status")


@pytest.mark.parametrize("count", [40, 200])
def test_connections_on_which_nothing_comes_delay_nobody_and_are_ended(tmp_path, count):
    state = tmp_path / "state"
    with running(state) as server:
        connections = idle(server, state, count)
        told = policy(state, "status")
        assert told["servers"][0]["pid"] == server.process.pid, told
        assert outcomes(policy(state, "activate", "--core")) == ["live"]
        for connection in connections:
            connection.settimeout(10)
            assert connection.recv(1) == b"", "the server hangs up"
            connection.close()


def test_only_sockets_are_asked_and_removed(tmp_path):
    state = tmp_path / "state"
    with running(state):
        control = state / "control"
        (control / "notes.sock").write_text("mine")
        (control / "folder.sock").mkdir()
        (control / "link.sock").symlink_to("notes.sock")
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(control / "dead.sock"))
        assert len(policy(state, "status")["servers"]) == 1
        left = sorted(path.name for path in control.iterdir() if not path.name[0].isdigit())
        assert left == ["folder.sock", "link.sock", "notes.sock"]
        assert (control / "notes.sock").read_text() == "mine"
