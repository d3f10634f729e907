"""A writer of policy directories that checks nothing: whatever a server refuses, it refuses by itself."""

import hashlib
import hmac
import json
import pathlib
import socket
import subprocess

from harness import ROOT


def guests(folder):
    """Hostile and good policies by name: {name: bytes}."""
    subprocess.run([ROOT / "target/release/examples/guests", folder], check=True)
    return {path.stem: path.read_bytes() for path in pathlib.Path(folder).iterdir()}


class Writer:
    """Puts components in force in a state directory, and has its one server look at once."""

    def __init__(self, state):
        self.policies = state / "policies"
        self.control = state / "control"
        (self.policies / "components").mkdir(parents=True, mode=0o700, exist_ok=True)
        self.revision = 0
        seal = pathlib.Path(f"{state}.seal.key")
        if not seal.exists():
            seal.touch(mode=0o600)
            seal.write_text(bytes(range(32)).hex())
        self.key = bytes.fromhex(seal.read_text())

    def put_in_force(self, component, limits=None, signature=None):
        """Makes a component the active revision; the server's answer says what became of it."""
        digits = hashlib.sha256(component).hexdigest()
        (self.policies / f"components/{digits}.wasm").write_bytes(component)
        self.revision += 1
        line = {
            "revision": self.revision,
            "at": "2026-01-01T00:00:00.000Z",
            "by": "careless",
            "action": "activate",
            "policy": {"name": "any", "version": "1.0.0", "digest": f"sha256:{digits}"},
            "core": False,
            "settings": "{}",
        }
        if limits:
            line["limits"] = limits
        if signature:
            line["signature"] = signature
        body = json.dumps(line, separators=(",", ":"))[:-1]
        seal = hmac.new(self.key, body.encode(), "sha256").hexdigest()
        with (self.policies / "history.jsonl").open("a") as history:
            history.write(f'{body},"seal":"hmac-sha256:{seal}"}}\n')
        return self.ask("look")

    def ask(self, what):
        """One question over the control socket."""
        [address] = self.control.glob("*.sock")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(str(address))
            client.sendall(json.dumps({"ask": what}).encode() + b"\n")
            return json.loads(client.makefile().readline())
