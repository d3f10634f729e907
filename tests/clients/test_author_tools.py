"""What authors of policies use: `gansauditor policy new | componentize | compose | test | conformance | bench`."""

import contextlib
import hashlib
import json
import os
import pty
import re
import subprocess
import threading

import harness
import pytest
from careless import guests
from harness import BINARY, CORE, PLUGINS, ROOT, environment
from minisign import Key

LEGACY = PLUGINS / "legacy-tiers.wasm"
MODULES = ROOT / "target/guest/wasm32-unknown-unknown/guest"
MODULE = MODULES / "gansauditor_legacy_tiers.wasm"
# Imports parts of the core.
IMPORTING = MODULES / "gansauditor_second_opinion.wasm"
COMPOSED = PLUGINS / "second-opinion.wasm"
PARTS = ["policy", "completion", "feedback"]


def run(folder, *arguments, code=0, **variables):
    """Runs `gansauditor policy ...` in a folder."""
    return harness.run(folder / "state", "policy", *arguments, code=code, cwd=folder, **variables)


def told(folder, *arguments, code=0, **variables):
    return json.loads(run(folder, *arguments, "--json", code=code, **variables).stdout)


def fixture(path, score, expect):
    case = {"snapshot": {"iterations": [{"reviews": [{"score": score}]}]}, "expect": expect}
    path.write_text(json.dumps(case))
    return path


def test_a_new_policy_has_the_contract_and_nothing_is_overwritten(tmp_path):
    files = told(tmp_path, "new", "my-policy")["files"]
    folder = tmp_path / "my-policy"
    written = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    assert written == sorted(files)
    for wit in (ROOT / "wit").glob("*.wit"):
        assert (folder / "wit" / wit.name).read_text() == wit.read_text()
    assert len(list((folder / "wit").iterdir())) == len(list((ROOT / "wit").glob("*.wit")))
    assert 'name = "my-policy"' in (folder / "Cargo.toml").read_text()
    assert not any("{{" in (folder / file).read_text() for file in ("README.md", "Cargo.toml", ".gitignore"))

    (folder / "src/lib.rs").write_text("mine")
    assert "nothing was written" in run(tmp_path, "new", "my-policy", code=2).stderr
    assert (folder / "src/lib.rs").read_text() == "mine"
    run(tmp_path, "new", "other", "--dir", "elsewhere/deep")
    assert (tmp_path / "elsewhere/deep/Cargo.toml").exists()
    run(tmp_path, "new", "../escape", code=2)


@pytest.mark.parametrize(
    ("lang", "own"),
    [
        ("rust", {"Cargo.toml", "src/lib.rs", "src/feedback.rs"}),
        ("js", {"package.json", "policy.js", "policy.test.js", "reading.js", "feedback.js"}),
        ("python", {"requirements.txt", "policy.py", "test_policy.py", "reading.py", "feedback.py"}),
        ("c", {"Makefile", "requirements.txt", "policy.c", "memory.c"} | {
            f"{part}.{kind}" for part in ("conditions", "feedback", "files", "reading", "text") for kind in "ch"
        }),
    ],
)
def test_each_language_has_its_files_and_the_same_fixtures(tmp_path, lang, own):
    files = set(told(tmp_path, "new", "my-policy", "--lang", lang)["files"])
    folder = tmp_path / "my-policy"
    assert files == {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    shared = {file for file in files if file.startswith(("wit/", "fixtures/"))}
    assert files - shared == own | {"README.md", ".gitignore"}
    assert len(shared) == 10
    for file in files - shared:
        text = (folder / file).read_text()
        assert text and "{{" not in text, file
    assert "my-policy.wasm" in (folder / "README.md").read_text()


def test_the_templates_pin_the_tools_that_the_samples_are_built_with(tmp_path):
    run(tmp_path, "new", "p", "--lang", "js")
    asked = json.loads((tmp_path / "p/package.json").read_text())["devDependencies"]
    used = json.loads((ROOT / "plugins/ratchet/package.json").read_text())["devDependencies"]
    assert asked == used

    run(tmp_path, "new", "q", "--lang", "c")
    generator = "wit-bindgen-cli --version [0-9.]+ "
    asked = re.search(generator, (tmp_path / "q/Makefile").read_text())
    assert asked.group() == re.search(generator, (ROOT / "Makefile").read_text()).group()


@pytest.mark.parametrize("lang", ["rust", "js", "python", "c"])
def test_no_language_overwrites_what_is_there(tmp_path, lang):
    (tmp_path / "p").mkdir()
    (tmp_path / "p/README.md").write_text("mine")
    assert "nothing was written" in run(tmp_path, "new", "p", "--lang", lang, code=2).stderr
    assert [(file.name, file.read_text()) for file in (tmp_path / "p").iterdir()] == [("README.md", "mine")]


def test_the_templates_generator_is_the_one_the_contract_is_built_with(tmp_path):
    run(tmp_path, "new", "p")
    asked = [line for line in (tmp_path / "p/Cargo.toml").read_text().splitlines() if line.startswith("wit-bindgen")]
    used = [line for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("wit-bindgen")]
    assert asked == used


def test_fixtures_pass_differ_and_are_refreshed(tmp_path):
    cases = tmp_path / "cases"
    (cases / "deep").mkdir(parents=True)
    fixture(cases / "a.json", 97, {"status": "complete", "hard-stop": 25})
    wrong = fixture(cases / "deep/b.json", 60, {"status": "complete", "bar": 90})
    (cases / "notes.txt").write_text("no fixture")
    ran = told(tmp_path, "test", "cases", code=1)
    assert (ran["policy"]["name"], ran["passed"], ran["failed"]) == ("gansauditor-core", 1, 1)
    assert ran["cases"][1]["differences"] == [
        {"path": "status", "expected": "complete", "decided": "continue"},
        {"path": "bar", "expected": 90, "decided": 95.0},
    ]
    text = run(tmp_path, "test", "cases", code=1).stdout
    assert "expected 90" in text and "decided  95.0" in text

    ran = told(tmp_path, "test", "cases", "--update")
    assert (ran["passed"], ran["updated"], ran["failed"]) == (1, 1, 0)
    assert json.loads(wrong.read_text())["expect"] == {"status": "continue", "bar": 95.0}
    run(tmp_path, "test", "cases")


def test_fixtures_run_on_the_policy_that_is_named(tmp_path):
    case = fixture(tmp_path / "early.json", 97, {"unmet": [{"condition": "too-early"}]})
    run(tmp_path, "test", case, code=1)
    ran = told(tmp_path, "test", case, AUDIT_POLICY=str(LEGACY))
    assert ran["policy"]["name"] == "legacy-tiers"
    run(tmp_path, "test", case, "--policy", LEGACY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ('{"snapshot": {"iterations": [{"reviews": [{"scor": 1}]}]}}', "snapshot.iterations[0].reviews[0].scor"),
        ('{"snapshot": {}}', "--update"),
        ('{"snapshot": {}, "expect": {"state": 1}}', "expect.state"),
    ],
)
def test_a_wrong_fixture_says_where(tmp_path, text, words):
    case = tmp_path / "case.json"
    case.write_text(text)
    text = run(tmp_path, "test", case, code=2).stdout
    assert "broken     case.json" in text.replace(str(tmp_path) + "/", "") and words in text, text


@pytest.mark.parametrize("update", [[], ["--update"]])
def test_a_wrong_fixture_is_reported_and_the_others_run(tmp_path, update):
    good = fixture(tmp_path / "b.json", 97, {"status": "complete"})
    wrong = {
        "a.json": "{",
        "c.json": '{"snapshot": {"iteration": []}, "expect": {}}',
        "d.json": b"\xff",
        "e.json": " " * (16 << 20) + " ",
    }
    for name, text in wrong.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    gone = tmp_path / "gone.json"
    ran = told(tmp_path, "test", tmp_path, gone, *update, code=1)
    assert (ran["passed"], ran["failed"], ran["broken"]) == (1, 0, 5)
    by_file = {case["file"]: case for case in ran["cases"]}
    assert by_file[str(good)]["outcome"] == "passed"
    for name, words in [
        ("a.json", "line 1 column 1"),
        ("c.json", "snapshot.iteration"),
        ("d.json", "utf-8"),
        ("e.json", "more than"),
        ("gone.json", "No such file"),
    ]:
        case = by_file[str(tmp_path / name)]
        assert case["outcome"] == "broken" and words in case["reason"], case
    for name, text in wrong.items():
        assert (tmp_path / name).read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_a_fixture_that_expects_nothing_is_broken_until_it_is_updated(tmp_path):
    case = tmp_path / "case.json"
    case.write_text('{"snapshot": {}, "expect": {}}')
    fixture(tmp_path / "other.json", 97, {"status": "complete"})
    ran = told(tmp_path, "test", ".", code=1)
    assert (ran["passed"], ran["broken"]) == (1, 1) and "--update" in ran["cases"][0]["reason"]
    assert told(tmp_path, "test", ".", "--update")["updated"] == 1
    run(tmp_path, "test", ".")


def test_nothing_to_run_is_no_success(tmp_path):
    assert "no fixture" in run(tmp_path, "test", tmp_path, code=2).stderr
    run(tmp_path, "test", tmp_path / "none.json", code=2)
    case = fixture(tmp_path / "a.json", 97, {"status": "complete"})
    assert "is not usable" in run(tmp_path, "test", case, "--policy", case, code=2).stderr


@pytest.mark.parametrize("policy", ["--core", CORE, LEGACY, COMPOSED])
def test_the_policies_that_are_shipped_conform(tmp_path, policy):
    found = told(tmp_path, "conformance", policy)
    assert found["conforms"] and not found["warned"], found
    assert "20 passed" in run(tmp_path, "conformance", policy).stdout


def test_settings_that_are_refused_do_not_conform_and_junk_is_not_tried(tmp_path):
    found = told(tmp_path, "conformance", "--core", "--settings", '{"no": 1}', code=1)
    failed = [check for check in found["checks"] if check["outcome"] == "fail"]
    assert failed[0]["name"] == "settings-given" and failed[0]["advice"]
    untried = [check for check in found["checks"] if check["outcome"] == "skip"]
    assert found["skipped"] == len(untried) == 12 and "settings" in untried[0]["seen"]
    assert found["passed"] + found["skipped"] + found["warned"] + found["failed"] == len(found["checks"]) == 20
    assert "12 skipped" in run(tmp_path, "conformance", "--core", "--settings", '{"no": 1}', code=1).stdout
    junk = tmp_path / "junk.wasm"
    junk.write_bytes(b"junk")
    assert "not WebAssembly" in run(tmp_path, "conformance", junk, code=2).stderr


def test_a_module_becomes_the_component_that_the_build_makes(tmp_path):
    run(tmp_path, "componentize", MODULE, "out.wasm")
    assert (tmp_path / "out.wasm").read_bytes() == LEGACY.read_bytes()
    digests = [told(tmp_path, "conformance", file)["policy"]["digest"] for file in (MODULE, LEGACY)]
    assert digests[0] == digests[1], "the tools take the module too"


def test_a_component_stays_what_it_is_and_a_bare_module_is_refused(tmp_path):
    run(tmp_path, "componentize", LEGACY, "out.wasm")
    assert (tmp_path / "out.wasm").read_bytes() == LEGACY.read_bytes()
    bare = tmp_path / "bare.wasm"
    bare.write_bytes(b"\0asm\1\0\0\0")
    assert "makes no policy" in run(tmp_path, "componentize", bare, "bare-out.wasm", code=2).stderr
    assert not (tmp_path / "bare-out.wasm").exists()


def test_a_policy_is_composed_with_the_parts_it_imports(tmp_path):
    composed = told(tmp_path, "compose", IMPORTING, "-o", "out.wasm")
    assert composed["satisfied"] == [f"gansauditor:policy/{part}@1.0.0" for part in PARTS]
    assert composed["left"] == [] and composed["component"] == "out.wasm"
    out = (tmp_path / "out.wasm").read_bytes()
    assert out == COMPOSED.read_bytes() and composed["bytes"] == len(out)
    assert composed["digest"] == "sha256:" + hashlib.sha256(out).hexdigest()
    seen = told(tmp_path, "inspect", "out.wasm")
    assert (seen["name"], seen["digest"]) == ("second-opinion", composed["digest"])
    assert not list(tmp_path.glob("*.partial"))

    text = run(tmp_path, "compose", IMPORTING, "--with", CORE, "-o", "same.wasm").stdout
    assert composed["digest"] in text and "policy/feedback@1.0.0" in text
    assert (tmp_path / "same.wasm").read_bytes() == out


def test_policies_are_composed_one_after_the_other(tmp_path):
    half = told(tmp_path, "compose", IMPORTING, "--with", LEGACY, "--out", "half.wasm")
    assert half["left"] == [f"gansauditor:policy/{part}@1.0.0" for part in PARTS[1:]]
    assert "policy compose" in run(tmp_path, "inspect", "half.wasm", code=2).stderr
    assert "refuses it" in run(tmp_path, "compose", IMPORTING, "--with", LEGACY, "-o", "half.wasm").stdout
    assert told(tmp_path, "compose", "half.wasm", "-o", "whole.wasm")["left"] == []
    early = fixture(tmp_path / "early.json", 97, {"unmet": [{"condition": "too-early"}]})
    assert told(tmp_path, "test", early, "--policy", "whole.wasm")["policy"]["name"] == "second-opinion"


def test_a_policy_on_top_of_another_keeps_the_settings_of_all(tmp_path):
    told(tmp_path, "compose", IMPORTING, "--with", PLUGINS / "security-gate.wasm", "-o", "half.wasm")
    told(tmp_path, "compose", "half.wasm", "-o", "careful-gate.wasm")
    case = {
        "settings": {"opinions": 3, "from_severity": "critical", "noise_band": 1},
        "snapshot": {"iterations": [{"reviews": [{"score": 99, "judges": [{"kind": "model"}]}] * 2}]},
        "expect": {"status": "review-again", "unmet": [{"condition": "second-opinion", "required": 3, "actual": 2}]},
    }
    (tmp_path / "case.json").write_text(json.dumps(case))
    run(tmp_path, "test", "case.json", "--policy", "careful-gate.wasm")
    schema = told(tmp_path, "inspect", "careful-gate.wasm")["settingsSchema"]
    assert {"opinions", "from_severity", "noise_band"} <= set(schema["properties"])


def test_what_cannot_be_composed_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "junk.wasm").write_bytes(b"junk")
    (tmp_path / "old.wasm").write_bytes(b"old")

    def refused(*arguments):
        error = run(tmp_path, "compose", *arguments, "-o", "old.wasm", code=2).stderr
        assert (tmp_path / "old.wasm").read_bytes() == b"old"
        return error

    assert "nothing to compose: the policy imports nothing" in refused(LEGACY)
    assert "junk.wasm is not usable: this is not WebAssembly" in refused("junk.wasm")
    assert "junk.wasm is not usable" in refused(IMPORTING, "--with", "junk.wasm")
    assert "none.wasm" in refused("none.wasm")
    assert "cannot write" in run(tmp_path, "compose", IMPORTING, "-o", "no/such.wasm", code=2).stderr


def test_an_inspection_says_whether_a_server_would_take_it(tmp_path):
    key, component = Key(), tmp_path / "new.wasm"
    component.write_bytes(LEGACY.read_bytes())
    (tmp_path / "releases.pub").write_text(key.public)
    (tmp_path / "other.pub").write_text(Key().public)
    digest = "sha256:" + hashlib.sha256(component.read_bytes()).hexdigest()
    keys = {"AUDIT_POLICY_KEYS": "other.pub,releases.pub"}
    pins = {"AUDIT_POLICY_DIGESTS": digest}
    others = {"AUDIT_POLICY_DIGESTS": "sha256:" + "0" * 64}

    def trust(**settings):
        return told(tmp_path, "inspect", "new.wasm", **settings)["trust"]

    assert trust() == {"accepted": True, "signed": False, "signedBy": []}
    assert trust(**pins) == {"accepted": True, "pinned": True, "signed": False, "signedBy": []}
    refused = trust(**others)
    assert (refused["accepted"], refused["pinned"]) == (False, False) and "not pinned" in refused["reason"]
    assert "is not signed" in trust(**keys)["reason"]
    assert "trusted  no: the component is not signed" in run(tmp_path, "inspect", "new.wasm", **keys).stdout

    (tmp_path / "new.wasm.minisig").write_text(key.sign(component.read_bytes()))
    signed = {"accepted": True, "signed": True, "signedBy": ["releases.pub"]}
    assert trust(**keys) == signed
    assert "signed   by releases.pub" in run(tmp_path, "inspect", "new.wasm", **keys).stdout
    assert trust() == {**signed, "signedBy": []}
    stranger = trust(AUDIT_POLICY_KEYS="other.pub")
    assert (stranger["accepted"], stranger["signed"], stranger["signedBy"]) == (False, True, [])
    assert "AUDIT_POLICY_KEYS" in run(tmp_path, "inspect", "new.wasm", AUDIT_POLICY_KEYS="none.pub", code=2).stderr


def test_an_inspection_allows_the_imports_that_a_server_allows(tmp_path):
    asks_the_time = tmp_path / "asks.wasm"
    asks_the_time.write_bytes(guests(tmp_path / "guests")["load-imports"])
    assert "imports now" in run(tmp_path, "inspect", asks_the_time, code=2).stderr
    seen = told(tmp_path, "inspect", asks_the_time, AUDIT_POLICY_IMPORTS="now")
    assert "now" in seen["imports"] and seen["trust"]["accepted"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bench", LEGACY, "--seconds", "1"], ["compiling", "measuring"]),
        (["conformance", LEGACY], ["trying every promise"]),
        (["inspect", LEGACY], ["compiling the policy"]),
    ],
)
def test_a_person_at_a_terminal_sees_what_goes_on_and_a_program_does_not(tmp_path, arguments, words):
    terminal, its_end = pty.openpty()
    seen = []

    def read():
        with contextlib.suppress(OSError):
            while chunk := os.read(terminal, 4096):
                seen.append(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        done = subprocess.run(
            [BINARY, "policy", *map(str, arguments)],
            env=environment(tmp_path / "state", {"TERM": "xterm"}),
            stdout=subprocess.PIPE,
            stderr=its_end,
            timeout=60,
        )
    finally:
        os.close(its_end)
        reader.join(timeout=20)
        os.close(terminal)
    assert done.returncode == 0
    shown = b"".join(seen).decode()
    for word in words:
        assert word in shown, shown
        assert word not in done.stdout.decode()
    assert not run(tmp_path, *arguments).stderr


def test_a_bench_measures_against_the_core(tmp_path):
    measured = told(tmp_path, "bench", LEGACY, "--seconds", "1")
    assert measured["policy"]["name"] == "legacy-tiers" and measured["compileMillis"] > 0
    for row in measured["submissions"]:
        assert row["evaluations"] >= 10 and 0 < row["p50Micros"] <= row["p95Micros"]
        assert row["overCore"] > 0 and row["memoryBytes"] > 0
    assert "over core" in run(tmp_path, "bench", "--core", "--seconds", "1").stdout
