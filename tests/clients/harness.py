"""Starts the real server and talks to it with the real MCP client."""

import contextlib
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import threading

from mcp import Client, StdioServerParameters

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("GANSAUDITOR_BIN", ROOT / "target/release/gansauditor"))
PLUGINS = ROOT / "target/plugins"
CORE = ROOT / "target/core/core.wasm"
TOOL = "gansauditor_codex"


def environment(state, settings):
    """What a server process gets to see: nothing of the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {
        "SYNC_AUDIT_STATE_DIRECTORY": str(state),
        # Beside the state, not in the home of whoever runs the tests.
        "AUDIT_POLICY_CACHE": f"{state}.compiled",
        "AUDIT_POLICY_SEAL": f"{state}.seal.key",
    }
    return {**kept, **own, **settings}


def run(state, *arguments, code=0, cwd=None, **settings):
    """Runs the program to its end, which must be this exit code."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        cwd=cwd,
        env=environment(state, settings),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "panicked" not in done.stderr
    return done


class Server:
    """A server process over HTTP."""

    def __init__(self, state, settings):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--http", "127.0.0.1:0"],
            env=environment(state, settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log = []
        found = queue.Queue()

        def listen():
            for line in self.process.stderr:
                self.log.append(line)
                address = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
                if address:
                    found.put(address.group())

        self.reader = threading.Thread(target=listen, daemon=True)
        self.reader.start()
        try:
            self.url = found.get(timeout=20)
        except queue.Empty:
            self.process.kill()
            raise AssertionError("the server did not say where it listens:\n" + "".join(self.log))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("the server did not end on SIGTERM")


@contextlib.asynccontextmanager
async def connect(transport, state, mode="auto", **settings):
    """A client connected to a server of its own. Settings are environment variables."""
    if transport == "stdio":
        command = StdioServerParameters(
            command=str(BINARY), args=["serve"], env=environment(state, settings)
        )
        async with Client(command, mode=mode) as client:
            yield Session(client)
        return
    server = Server(state, settings)
    try:
        async with Client(server.url, mode=mode) as client:
            yield Session(client)
    finally:
        server.stop()


class Session:
    """Calls the tool the way an agent does."""

    def __init__(self, client):
        self.client = client
        self.thought = 0

    async def call(self, arguments, **options):
        """One raw call: (is_error, answer)."""
        result = await self.client.call_tool(TOOL, arguments, **options)
        text = "".join(block.text for block in result.content)
        answer = json.loads(text)
        structured = result.structured_content
        assert structured == answer, "text and structuredContent carry the same data"
        return bool(result.is_error), answer

    async def submit(self, thought, session="work", **more):
        """One submission that must be answered without an error."""
        self.thought += 1
        failed, answer = await self.call(
            {
                "thought": thought,
                "thoughtNumber": self.thought,
                "totalThoughts": 30,
                "nextThoughtNeeded": True,
                "branchId": session,
                **more,
            }
        )
        assert not failed, answer
        return answer


def fenced(path, text):
    """Code as an agent sends it."""
    return f"```python {path}\n{text}```\n"


def demo_version(number):
    """One of the three versions of the demo's file."""
    return (ROOT / f"tests/demo/rates-{number}.py").read_text()


def put_policy(source, target):
    """Replaces a policy file in one step, as a deployment would."""
    beside = target.with_suffix(".new")
    shutil.copyfile(source, beside)
    os.replace(beside, target)
