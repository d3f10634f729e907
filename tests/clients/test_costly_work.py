"""Work that costs much to prepare holds up nobody, and not the end of the server either."""

import anyio
import pytest
from harness import Server, connect, fenced
from mcp import Client

pytestmark = pytest.mark.anyio

GOOD = fenced("b.py", 'def one():\n    """Is one."""\n    return 1\n')
EQUAL_LINES = fenced("a.txt", "x\n" * 200_000)
HUNK_OF_THEM = (
    "```diff\n--- a/a.txt\n+++ b/a.txt\n@@ -1,100001 +1,100001 @@\n"
    + " x\n" * 100_000
    + "-y\n+z\n```\n"
)


def snippets(version):
    """Many pieces of code without a name that share nearly all of their words."""
    lines = "".join(f"value_{n} = call_{n}(argument, {version})\n" for n in range(150))
    return "".join(f"```python\n{lines}own_{n} = {version}\n```\n" for n in range(400))


COSTLY = {
    "a hunk of equal lines": (EQUAL_LINES, HUNK_OF_THEM),
    "snippets without names": (snippets(1), snippets(2)),
}


@pytest.mark.parametrize("name", COSTLY)
async def test_other_sessions_are_answered_meanwhile(name, tmp_path):
    first, second = COSTLY[name]
    async with connect("http", tmp_path / "state") as agent:
        await agent.submit(first, session="costly")
        async with anyio.create_task_group() as calls:
            calls.start_soon(lambda: agent.submit(second, session="costly"))
            for _ in range(5):
                # No measure: what is frozen does not answer for minutes.
                with anyio.fail_after(20):
                    await agent.submit(GOOD, session="other")
        await agent.submit(GOOD, session="costly")


@pytest.mark.parametrize("name", COSTLY)
async def test_the_server_ends_on_sigterm_in_the_middle_of_it(name, tmp_path):
    first, second = COSTLY[name]
    server = Server(tmp_path / "state", {})
    call = {"thoughtNumber": 1, "totalThoughts": 2, "nextThoughtNeeded": True, "branchId": "s"}

    async def submit(client, thought):
        await client.call_tool("gansauditor_codex", {**call, "thought": thought})

    async with Client(server.url) as client:
        await submit(client, first)
    async with anyio.create_task_group() as calls:

        async def interrupted():
            try:
                async with Client(server.url) as client:
                    await submit(client, second)
            except Exception:
                # The server may end before it answers.
                pass

        calls.start_soon(interrupted)
        await anyio.sleep(0)
        code = await anyio.to_thread.run_sync(server.stop)
        calls.cancel_scope.cancel()
    assert code == 0
    assert "panicked" not in "".join(server.log)
