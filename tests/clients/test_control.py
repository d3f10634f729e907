"""The sockets through which running servers are asked."""

import contextlib
import socket
import threading

import pytest
from harness import Server
from test_policies import outcomes, policy

pytestmark = pytest.mark.anyio


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
