"""An agent's loop on the real server, in half a minute: revise, revise, complete - then another policy.

Run by `make demo`. Starts the release binary as an MCP client would, sends it three versions of a small
file, then swaps the evaluation policy in the running server and goes on in the same session.
"""

import asyncio
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "clients"))

from harness import BINARY, PLUGINS, connect, demo_version, environment, fenced

COLOUR = sys.stdout.isatty()


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def heading(text):
    print("\n" + paint("1", text), flush=True)


def show(number, answer):
    """One answer, as a person would want to read it."""
    gan, decision, policy = answer["gan"], answer["decision"], answer["policy"]
    status = decision["status"]
    colour = {"complete": "32", "continue": "33", "stop": "31"}[status]
    word = {"continue": "revise"}.get(status, status)
    print(
        f"  submission {number}: score {gan['overall']:>3} of {decision['bar']:g}   "
        f"{paint(colour, word.upper()):<10}  loop {decision['loop']}, "
        f"decided by {policy['name']} {policy['version']} ({policy['digest'][7:19]})"
    )
    for finding in answer["ledger"]["findings"]:
        place = f"{finding.get('path', '')}:{finding.get('line', '')}"
        mark = {"fixed": paint("32", "fixed"), "open": paint("31", "open ")}.get(
            finding["state"], finding["state"]
        )
        if finding["severity"] != "info":
            print(f"      {mark}  {finding['severity']:<8} {place:<12} {finding['rule']}")
    for unmet in decision["unmet"]:
        print(f"      {paint('33', 'unmet')}  {unmet['detail']}")


def activate(component, state):
    """What an operator would do while the server runs. Seconds until it is live there."""
    begun = time.monotonic()
    subprocess.run(
        [BINARY, "policy", "activate", component, "--reason", "nothing is done in three loops"],
        env=environment(state, {}),
        check=True,
    )
    return time.monotonic() - begun


async def main():
    with tempfile.TemporaryDirectory(prefix="gansauditor-demo-") as folder:
        state = pathlib.Path(folder) / "state"
        async with connect("stdio", state, DISABLE_THOUGHT_LOGGING="true") as agent:
            heading("An agent submits tests/demo/rates-1.py, -2.py, -3.py as versions of one file")
            for number in (1, 2, 3):
                answer = await agent.submit(fenced("rates.py", demo_version(number)))
                show(number, answer)
            done = answer["decision"]["status"] == "complete"

            heading("The operator puts another policy in force: legacy-tiers (complete from loop 10 on)")
            seconds = await asyncio.to_thread(activate, PLUGINS / "legacy-tiers.wasm", state)
            print(f"  live after {seconds:.1f} s, without a restart")

            heading("The same session under the new policy")
            answer = await agent.submit(fenced("rates.py", demo_version(3)))
            show(4, answer)
            swapped = answer["decision"]["status"] == "continue"
    if not (done and swapped):
        sys.exit("the demo did not go as it should")


asyncio.run(main())
