"""A judge with real weights: client, server, llama.cpp and a model of 135 million parameters.

What the model thinks of the work is worth nothing. That its answer becomes a review with scores, or a typed error,
and that its tokens are counted, is what this shows. `make local-model` installs what it takes and runs this.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from harness import ROOT, connect, fenced

pytestmark = pytest.mark.anyio

PACKAGES = ROOT / "target/local-model/packages"
MODEL = "smollm2-135m"
# As many tokens as a short review takes twice.
MOST_TOKENS = 700
# Each is another question, and so another answer. Seconds after which no further one is begun.
SUBMISSIONS = 8
BUDGET = 420
# What may come of an answer that is no review: cut off, or not of the shape also when asked again.
TYPED = {"judge_incomplete", "judge_malformed", "judge_timed_out"}


class LlamaCpp:
    """The server. It ends when this process does."""

    def __init__(self, log):
        assert PACKAGES.is_dir(), "there are no weights: run this by `make local-model`"
        self.process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("server.py")],
            env={**os.environ, "PYTHONPATH": str(PACKAGES)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        line = self.process.stdout.readline()
        self.url = line.removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:"), log.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def tokens(self):
        """Tokens written so far, as the server itself counts."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=60) as answer:
            text = answer.read().decode()
        return int(float(re.search(r"^llamacpp:tokens_predicted_total (\S+)", text, re.M).group(1)))


@pytest.fixture
def llama(tmp_path):
    with open(tmp_path / "llama.log", "w") as log, LlamaCpp(log) as server:
        yield server


async def test_an_answer_of_real_weights_becomes_a_typed_result(llama, tmp_path):
    settings = {
        "AUDIT_JUDGE": "codex-http",
        "OPENAI_BASE_URL": f"{llama.url}/v1",
        "CODEX_MODEL": MODEL,
        "CODEX_MAX_OUTPUT_TOKENS": str(MOST_TOKENS),
        "AUDIT_TIMEOUT_SECONDS": "300",
        "AUDIT_CONTEXT": "none",
    }
    began = time.monotonic()
    is_reviewed = False
    async with connect("stdio", tmp_path / "state", **settings) as agent:
        for number in range(1, SUBMISSIONS + 1):
            before, asked = llama.tokens(), time.monotonic()
            failed, answer = await agent.call(
                {
                    "thought": fenced("run.py", f"def run(text):\n    return eval(text) + {number}\n"),
                    "thoughtNumber": 1,
                    "totalThoughts": 1,
                    "nextThoughtNeeded": True,
                    "branchId": f"work-{number}",
                },
                read_timeout_seconds=330,
            )
            written = llama.tokens() - before
            took = time.monotonic() - asked
            assert written > 0, "the weights were asked"
            is_last = is_reviewed or time.monotonic() - began > BUDGET
            if failed:
                outcome = answer["diagnostic"]["errorCode"]
                assert outcome in TYPED, answer
            else:
                is_reviewed = True
                outcome = described(answer, written)
            print(f"{number}: {took:.0f} s, {written} tokens written: {outcome}")
            # The one after the first review shows that the next call works too.
            if is_last:
                break
    assert is_reviewed, "no answer became a review"


def described(answer, written):
    """What a review says, after it was seen to be one."""
    [card] = answer["gan"]["judge_cards"]
    assert card["model"] == "codex-http"
    assert 0 <= card["score"] <= 100
    assert answer["gan"]["dimensions"], answer
    if counted := re.search(r"(\d+) tokens read \(\d+ cached\), (\d+) written", card["notes"]):
        assert int(counted.group(1)) > 500, card
        assert int(counted.group(2)) == written, "our count is the server's"
    else:
        assert "cut off" in card["notes"], "nobody counts what the time cut off"
    return json.dumps(card) + json.dumps(answer["gan"]["dimensions"])
