"""Ways to complete without doing the work, and work that is in nobody's way: through a real client."""

import json

import pytest
from harness import connect, fenced

pytestmark = pytest.mark.anyio

EVIL = '''def total(expression):
    """Adds up what the user typed."""
    return eval(expression)
'''
FINE = '''import ast


def total(expression):
    """Adds up what the user typed."""
    return sum(ast.literal_eval(expression))
'''
TITLE = '''"""Rows."""


def title(row):
    """Returns the title."""
    return row["title"]
'''

# What an agent sends after its file with a critical finding was sent back. None of it is the work.
INSTEAD = {
    "prose": "All findings are fixed. Done!",
    "an empty message": "```python\n```",
    "an empty diff": "```diff\n```",
    "a rename-only diff": (
        "diff --git a/total.py b/sums.py\nsimilarity index 100%\nrename from total.py\nrename to sums.py\n"
    ),
    "a mode-only diff": "diff --git a/total.py b/total.py\nold mode 100644\nnew mode 100755\n",
    "a claimed deletion": (
        "diff --git a/total.py b/total.py\ndeleted file mode 100644\n--- a/total.py\n+++ /dev/null\n"
        '@@ -1,3 +0,0 @@\n-def total(expression):\n-    """Adds up what the user typed."""\n-    return eval(expression)\n'
    ),
    "a diff that does not apply": (
        "--- a/total.py\n+++ b/total.py\n@@ -1,3 +1,3 @@\n def total(x):\n"
        "-    return eval(expression)\n+    return int(x)\n     # end\n"
    ),
    "documentation": "`NOTES.md`\n```markdown\nAll findings are fixed.\n```",
    "another, clean file": fenced("title.py", TITLE),
    "the code as context of a diff": (
        "--- a/sums.py\n+++ b/sums.py\n@@ -1,4 +1,4 @@\n def total(expression):\n"
        "-    \"\"\"Sums.\"\"\"\n+    \"\"\"Adds up.\"\"\"\n     return eval(expression)\n"
    ),
    "a file of one comment": fenced("total.py", "# total is gone\n"),
}

# Here the code is gone with its finding, and what is left of the work was never graded.
GONE = ("a claimed deletion", "a file of one comment")


def complete(answer):
    return answer.get("completionStatus", {}).get("isComplete", False)


def why(answer):
    return answer.get("notices", []) + [u["detail"] for u in answer.get("decision", {}).get("unmet", [])]


@pytest.mark.parametrize("kind", INSTEAD)
async def test_nothing_takes_the_place_of_the_work(kind, tmp_path):
    async with connect("stdio", tmp_path / "state") as agent:
        first = await agent.submit(fenced("total.py", EVIL))
        assert not complete(first)
        answer = await agent.submit(INSTEAD[kind], nextThoughtNeeded=False)
        assert not complete(answer), answer
        assert answer["nextThoughtNeeded"] is True
        assert why(answer), "the answer says why"
        if kind not in GONE:
            assert answer["ledger"]["open"] + answer["ledger"]["unreviewed"] > 0, answer["ledger"]


# Bad code in shapes that hide it beside a file that is fine, in a session of its own.
NOTEBOOK = json.dumps(
    {
        "cells": [{"cell_type": "code", "source": EVIL.splitlines(keepends=True), "outputs": [], "metadata": {}}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
HIDDEN = {
    "in a heredoc": f"```sh\ncat > total.py <<'EOF'\n{EVIL}EOF\n```",
    "in a notebook": fenced("total.ipynb", NOTEBOOK),
    "in a fence called text": f"`total.py`\n```text\n{EVIL}```",
    "in an edit call": "```json\n"
    + json.dumps({"file_path": "total.py", "old_string": "return 0", "new_string": EVIL})
    + "\n```",
    "in a patch of Codex": "*** Begin Patch\n*** Add File: total.py\n"
    + "".join(f"+{line}\n" for line in EVIL.splitlines())
    + "*** End Patch\n",
    "in a search and replace block": (
        f"total.py\n```python\n<<<<<<< SEARCH\n    return 0\n=======\n{EVIL}>>>>>>> REPLACE\n```"
    ),
    "in a patch without markers for context": (
        "```diff\n--- a/total.py\n+++ b/total.py\n@@ -1,3 +1,4 @@\n import os\n\ndef total(expression):\n"
        "+    return eval(expression)\n```"
    ),
    "in a binary file": "diff --git a/total.pyc b/total.pyc\nnew file mode 100644\nindex 0000000..1111111\n"
    "Binary files /dev/null and b/total.pyc differ\n",
    "in a combined diff": (
        "diff --cc total.py\nindex 1111111,2222222..3333333\n--- a/total.py\n+++ b/total.py\n"
        "@@@ -1,2 -1,2 +1,3 @@@\n  def total(x):\n++    return eval(x)\n  \n"
    ),
}


@pytest.mark.parametrize("kind", HIDDEN)
async def test_hidden_work_is_found_or_said_to_be_unread(kind, tmp_path):
    async with connect("stdio", tmp_path / "state") as agent:
        answer = await agent.submit(fenced("title.py", TITLE) + "\n" + HIDDEN[kind])
        assert not complete(answer), answer
        assert answer["nextThoughtNeeded"] is True
        found = any(f["category"] == "security" for f in answer["ledger"]["findings"])
        unread = any(f["class"] == "unread" for f in answer["files"])
        assert found or unread, answer["files"]


async def test_documentation_alone_completes_without_a_score(transport, tmp_path):
    async with connect(transport, tmp_path / "state") as agent:
        answer = await agent.submit("`docs/guide.md`\n```markdown\n# Guide\n\nRead it.\n```")
        assert complete(answer) and answer["nextThoughtNeeded"] is False
        assert answer["decision"]["reason"] == "nothing-to-grade"
        assert "gan" not in answer
        assert answer["files"] == [
            {"path": "docs/guide.md", "class": "screened", "reason": "documentation is searched and not graded"}
        ]


async def test_a_secret_in_data_does_not_complete(tmp_path):
    async with connect("stdio", tmp_path / "state") as agent:
        answer = await agent.submit(
            "`deploy/.env`\n```\nDB_PASSWORD=tr0ub4dor3x\n```"
        )
        assert not complete(answer), answer["ledger"]


RUBY = 'class Shop\n  def title(row)\n    row["title"]\n  end\nend\n'


async def test_a_language_that_nobody_reads_stops_the_session_once_all_else_is_done(transport, tmp_path):
    async with connect(transport, tmp_path / "state") as agent:
        bad = await agent.submit(fenced("total.py", EVIL) + "\n" + fenced("shop.rb", RUBY))
        assert bad["nextThoughtNeeded"] is True, "the Python can be fixed"
        answer = await agent.submit(fenced("title.py", TITLE) + "\n" + fenced("total.py", FINE))
        assert answer["decision"]["status"] == "stop", answer["decision"]
        assert answer["decision"]["reason"] == "unreadable"
        assert not complete(answer) and answer["nextThoughtNeeded"] is False
    async with connect(transport, tmp_path / "other") as agent:
        answer = await agent.submit(fenced("title.py", TITLE) + "\n" + fenced("shop.rb", RUBY))
        assert answer["decision"]["reason"] == "unreadable"
        assert any("shop.rb" in notice and "AUDIT_UNREAD=note" in notice for notice in answer["notices"])
        assert answer["files"][0]["class"] == "unreadable"


async def test_a_language_that_nobody_reads_completes_with_a_notice_where_the_operator_says_so(tmp_path):
    async with connect("stdio", tmp_path / "state", AUDIT_UNREAD="note") as agent:
        answer = await agent.submit(fenced("title.py", TITLE) + "\n" + fenced("shop.rb", RUBY))
        assert complete(answer), answer["decision"]
        assert any("shop.rb" in notice for notice in answer["notices"])


# Names of files that no judge can object to. None of them keeps good code from completing.
NAMES = """
.babelrc .browserslistrc .clang-format .clang-tidy .cargo/config.toml .circleci/config.yml .codecov.yml .coveragerc
.devcontainer/devcontainer.json .dockerignore .editorconfig .env.example .eslintignore .eslintrc .eslintrc.json .flake8
.gitattributes .github/CODEOWNERS .github/dependabot.yml .github/FUNDING.yml .github/ISSUE_TEMPLATE/bug.md
.github/PULL_REQUEST_TEMPLATE.md .github/workflows/ci.yml .gitignore .gitkeep .gitlab-ci.yml .gitmodules .gitpod.yml
.golangci.yml .hgignore .htaccess .hushlogin .isort.cfg .jshintrc .markdownlint.json .mailmap .mergify.yml .mocharc.json
.node-version .npmignore .npmrc .nvmrc .nycrc .pre-commit-config.yaml .prettierignore .prettierrc .pylintrc .python-version
.readthedocs.yaml .rspec .ruby-version .rustfmt.toml .stylelintrc .svnignore .swcrc .tool-versions .travis.yml .vscode/settings.json
.watchmanconfig .yamllint .yarnrc.yml AUTHORS BUILD.md CHANGELOG CHANGELOG.md CHANGES CITATION.cff CNAME CODE_OF_CONDUCT.md
CODEOWNERS CONTRIBUTING CONTRIBUTING.md CONTRIBUTORS COPYING COPYING.LESSER CREDITS Cargo.lock Cargo.toml Dockerfile
GOVERNANCE.md Gemfile.lock HISTORY.rst INSTALL LICENSE LICENSE-APACHE LICENSE.md LICENSE.txt MAINTAINERS MANIFEST.in Makefile NEWS
NOTICE OWNERS PATENTS Pipfile Pipfile.lock Procfile README README.md README.rst SECURITY.md SUPPORT.md THANKS TODO UNLICENSE
VERSION appveyor.yml assets/logo.svg babel.config.json buf.yaml bun.lock codecov.yml composer.json composer.lock compose.yaml
data/rows.csv data/rows.jsonl data/rows.tsv deno.json deno.lock docker-compose.yml docs/conf.toml docs/index.adoc docs/index.rst
environment.yml flake.lock fly.toml go.mod go.sum go.work gradle.lockfile gradle.properties humans.txt i18n/de.po
ini/settings.ini jest.config.json justfile k8s/deployment.yaml lerna.json locale/en.json mix.lock mkdocs.yml netlify.toml
nginx.conf nx.json package-lock.json package.json pnpm-lock.yaml pnpm-workspace.yaml poetry.lock py.typed pyproject.toml
pytest.ini renovate.json requirements-dev.txt requirements.txt robots.txt rust-toolchain rust-toolchain.toml rustfmt.toml
setup.cfg site/style.css styles/site.scss tests/__snapshots__/a.snap tests/data/golden.txt tests/expected.out tox.ini
tsconfig.json turbo.json uv.lock vercel.json yarn.lock
""".split()


async def test_no_name_blocks_that_no_judge_can_object_to(tmp_path):
    assert len(NAMES) >= 140
    blocked = []
    async with connect("stdio", tmp_path / "state") as agent:
        for number, name in enumerate(NAMES):
            text = "{}\n" if name.endswith((".json", "rc")) else "sample\n"
            sent = f"{fenced('title.py', TITLE)}\n`{name}`\n```\n{text}```\n"
            answer = await agent.submit(sent, session=f"s{number}")
            if not complete(answer):
                blocked.append((name, answer["decision"]["unmet"], answer["files"]))
    assert not blocked, blocked
