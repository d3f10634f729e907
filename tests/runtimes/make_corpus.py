"""Writes corpus.jsonl: snapshots that every runtime has the core decide on.

Chosen, not recorded: each rule of the core meets both sides of its bound somewhere. A generator with a seed fills in the
rest, so the same file comes out each time. The digests of the decisions are kept when a snapshot did not change;
`python/decide.py --update` writes them.
"""

import hashlib
import json
import pathlib
import random

CORPUS = pathlib.Path(__file__).with_name("corpus.jsonl")
SEVERITIES = ["info", "minor", "major", "critical", "blocker"]
WORDS = ["value", "count", "größe", "名前", "🦀", "x", "return", "+", "(", ")", "\n", "  ", "0.5", "\u0000"]
CHANCE = random.Random(20261123)


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def case(tag, val=None):
    return {"tag": tag} if val is None else {"tag": tag, "val": val}


def judge(kind="model"):
    return {"name": kind, "version": "1", "kind": kind, "deterministic": kind in ("static", "tool")}


def review(score, files, reported=(), coverage=None, by=None, assessed=1.0):
    whole = coverage is None
    return {
        "judges": [by or judge()],
        "score": score,
        "verdict": "pass" if score and score >= 90 else "revise" if score and score >= 50 else "reject",
        "dimensions": [
            {"name": "tests", "weight": 0.2, "score": score},
            {"name": "security", "weight": 0.15, "score": None},
        ],
        "assessed-weight": assessed,
        "coverage": coverage or case("whole"),
        "covered": [path for path, text in files.items() if text is not None] if whole else [],
        "reported": list(reported),
        "summary": "as far as it goes: \"quoted\", \\ and ünïcode",
        "extensions": [["test/note", "{\"a\":[1,2.5,null]}"]] if CHANCE.random() < 0.3 else [],
    }


def finding(name, severity="critical", state="open", path="a.rs", **more):
    return {
        "fingerprint": name,
        "rule": more.pop("rule", None),
        "category": more.pop("category", case("security")),
        "severity": severity,
        "cwe": more.pop("cwe", 95),
        "message": f"{name} is wrong here",
        "advice": more.pop("advice", "mend it"),
        "location": {"path": path, "line": 3, "end-line": None} if path else None,
        "symbol": "run",
        "judge": "model",
        "state": state,
        "first-seen": more.pop("first", 1),
        "last-seen": more.pop("last", 1),
        "fixed-in": more.pop("fixed", None),
        "reopened": more.pop("reopened", 0),
        "extensions": [],
    }


def iteration(attempt, number, files, reviews, unchanged=False):
    return {
        "attempt": attempt,
        "loop": number,
        "submission": digest(json.dumps(files)),
        "submitted-at": 1_700_000_000_000 + 60_000 * attempt,
        "files": [{"path": path, "digest": text and digest(text)} for path, text in files.items()],
        "unchanged": unchanged,
        "reviews": reviews,
        "extensions": [],
    }


def snapshot(iterations, texts=(), **more):
    tier = lambda score, loops: {"score": score, "loops": loops}
    criteria = {
        "tiers": [tier(95.0, 10), tier(90.0, 15), tier(85.0, 20)],
        "hard-stop": 25,
        "stagnation": {"enabled": True, "start-loop": 10, "threshold": 0.95},
        "blocking-severity": "critical",
        "detail": "detailed",
        **more.pop("criteria", {}),
    }
    spend = {"input-tokens": 1200, "cached-tokens": 200, "output-tokens": 340, "money-micros": 0}
    made = {
        "now": 1_700_000_900_000,
        "criteria": criteria,
        "request": {"bar": None, "stop": None, "extensions": [], **more.pop("request", {})},
        "limits": {
            "max-attempts": 100,
            "max-reviews": 3,
            "max-tokens": 9_007_199_254_740_991,
            "max-money-micros": None,
            "max-judge-millis": None,
        },
        "settings": more.pop("settings", ""),
        "iterations": iterations,
        "sources": [
            {"attempt": attempt, "files": [{"path": p, "language": "rust", "text": t} for p, t in files.items() if t]}
            for attempt, files in texts
        ],
        "findings": more.pop("findings", []),
        "evidence": more.pop("evidence", []),
        "spend": {**spend, "judge-millis": 5_000, "judge-calls": len(iterations)},
        "memo": more.pop("memo", None),
        "extensions": [],
    }
    assert not more, more
    return made


def loops(scores, text=lambda n: f"fn f() -> u32 {{ {n} }}\n", **more):
    """One file, a whole review each time."""
    files = [{"a.rs": text(number)} for number in range(1, len(scores) + 1)]
    by = more.pop("by", None)
    reviewed = [
        iteration(number, number, shown, [review(score, shown, by=by)])
        for number, (score, shown) in enumerate(zip(scores, files), 1)
    ]
    newest = list(enumerate(files, 1))[-4:]
    return snapshot(reviewed, newest, **more)


def wild(words):
    """A text of such words; half of them as in the one before."""
    return "".join(CHANCE.choice(WORDS) for _ in range(words))


def cases():
    for score in (0.0, 84.999, 94.999, 95.0, 98.9, 99.0, 100.0):
        yield f"one loop that scores {score}, by a model", loops([score])
    yield "near the bar by built-in rules", loops([96.0], by=judge("static"))
    for number in (10, 11, 15, 16, 20, 24, 25, 26):
        text = lambda n: wild(40 + n)
        yield f"90 at loop {number}", loops([60.0] * (number - 1) + [90.0], text)
        yield f"50 at loop {number}", loops([50.0] * number, text)
    same = lambda n: "fn f() -> u32 { 1 }\n" * 20
    yield "stuck", loops([60.0] * 12, same)
    yield "stuck, but the score rises", loops([40.0 + 5 * n for n in range(12)], same)
    swing = lambda n: ("left " * 40) if n % 2 else ("right " * 40)
    yield "to and fro", loops([60.0] * 12, swing)
    yield "stuck where nobody looks", loops(
        [60.0] * 12, same, criteria={"stagnation": {"enabled": False, "start-loop": 1, "threshold": 0.5}}
    )
    for severity in SEVERITIES:
        for state in ("open", "unreviewed", "fixed", "waived"):
            fixed = 1 if state == "fixed" else None
            found = [finding("f1", severity, state, fixed=fixed), finding("f2", "minor", path=None)]
            yield f"a finding, {severity} and {state}", loops([97.0, 99.5], findings=found)
    for detail in ("basic", "detailed", "verbose"):
        found = [
            finding(f"f{n}", CHANCE.choice(SEVERITIES), path=f"{n % 7}.rs", reopened=n % 3, last=n % 2 + 1,
                    category=case("custom", "wörds") if n % 5 == 0 else case("logic"))
            for n in range(40)
        ]
        yield f"forty findings, {detail}", loops([30.0, 31.0], findings=found, criteria={"detail": detail})
    files = {"a.rs": "fn a() {}\n", "b.rs": "fn b() {}\n"}
    part = review(99.0, files, coverage=case("partial", "b.rs was too long"))
    yield "a review in part", snapshot([iteration(1, None, files, [part])])
    none = review(None, files, coverage=case("unscored", "no grammar"), assessed=0.0)
    yield "a review without a score", snapshot([iteration(1, None, files, [none])])
    yield "judging failed", snapshot([iteration(1, None, files, [])])
    thin = review(99.0, files, assessed=0.49)
    yield "too little assessed", snapshot([iteration(1, 1, files, [thin])])
    left = {"a.rs": "fn a() {}\n"}
    both = iteration(1, 1, files, [review(60.0, files, ["f1"])])
    yield "a file left out", snapshot(
        [both, iteration(2, 2, left, [review(99.0, left)])], findings=[finding("f1", "major", "unreviewed", "b.rs")]
    )
    gone = {**left, "b.rs": None}
    yield "a file deleted", snapshot([both, iteration(2, 2, gone, [review(99.0, gone)])])
    twice = iteration(1, 1, files, [review(95.5, files), review(93.0, files)])
    yield "asked twice", snapshot([twice])
    yield "the same work again", snapshot([both, iteration(2, 2, files, [review(60.0, files)], unchanged=True)])
    for tag, bar in (("at-least", 98.0), ("exactly", 50.0)):
        yield f"a bar of its own, {tag}", loops([97.0], request={"bar": case(tag, bar)})
    for tag, stop in (("at-most", 2), ("exactly", 40)):
        yield f"a stop of its own, {tag}", loops([60.0, 61.0], wild, request={"stop": case(tag, stop)})
    yield "settings", loops([96.0], settings='{"noise_band": 0}')
    yield "settings that are none", loops([96.0], settings="{")
    yield "settings that nobody knows", loops([96.0], settings='{"bär": 1}')
    yield "nothing at all", snapshot([])
    yield "loops that are not numbered in turn", snapshot([iteration(1, 2, files, [review(60.0, files)])])
    yield "tiers that are none", loops([96.0], criteria={"tiers": []})
    yield "a memo of somebody", loops([96.0], memo=[0, 255, 7])
    check = {"check": "tests", "submission": digest("x"), "outcome": "failed", "provenance": "p", "detail": "d"}
    yield "evidence", loops([96.0], evidence=[{**check, "extensions": []}])
    yield "20 KB a version", loops([60.0] * 11, lambda n: wild(4000))


def main():
    known = {}
    if CORPUS.exists():
        lines = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
        known = {line["name"]: line for line in lines}
    with CORPUS.open("w", encoding="utf-8") as out:
        for name, made in cases():
            before = known.get(name, {})
            kept = before.get("decision") if before.get("snapshot") == made else None
            line = {"name": name, "decision": kept, "snapshot": made}
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
