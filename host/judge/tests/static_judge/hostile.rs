//! Input that means harm.

use crate::support::{file, found, of_rule, review};
use gansauditor_audit::domain::{Extent, FragmentLine, ReadingClass, WorkFile};
use gansauditor_audit::ports::JudgeReport;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const PATHS: [&str; 9] = [
    "a.c", "a.cpp", "a.go", "a.java", "a.js", "a.py", "a.rs", "a.tsx", "a.ts",
];

/// The files that were not read, each with the reason.
fn unread(report: &JudgeReport) -> Vec<String> {
    let unread = report
        .readings
        .iter()
        .filter(|reading| reading.class == ReadingClass::Unread);
    unread
        .map(|reading| format!("{} ({})", reading.path, reading.reason))
        .collect()
}

#[test]
fn the_code_under_audit_cannot_switch_rules_off() {
    for text in [
        "# ast-grep-ignore\n\nresult = eval(x)\n",
        "# ast-grep-ignore: python/eval\nresult = eval(x)\n",
        "result = eval(x)  # ast-grep-ignore\n",
        "result = eval(x)  # noqa # nosec # pylint: disable=all\n",
    ] {
        assert_eq!(
            of_rule(&review(vec![file("a.py", text)]), "python/eval").len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn deep_nesting_neither_overflows_nor_counts_as_read() {
    for path in PATHS {
        let text = format!("x = {}1{};\n", "(".repeat(100_000), ")".repeat(100_000));
        let report = review(vec![file(path, &text)]);
        assert_eq!(unread(&report).len(), 1, "{path}: {:?}", report.readings);
    }
    for open in ["(", "[", "{", "if (a) {", "<div>", "!", "f("] {
        for path in PATHS {
            review(vec![file(path, &open.repeat(20_000))]);
        }
    }
}

#[test]
fn a_file_over_the_limit_is_left_out_with_the_reason() {
    let report = review(vec![
        file("big.py", &"x = 1\n".repeat(900_000)),
        file("a.py", "x = 1\n"),
    ]);
    assert_eq!(unread(&report), ["big.py (larger than 1 MiB)"]);
}

#[test]
fn a_block_of_thousands_of_statements_is_judged_like_any_other() {
    let started = Instant::now();
    let statements = format!("{}eval(x)\n", "f(x)\n".repeat(10_000));
    let report = review(vec![file("wide.py", &statements)]);
    assert!(unread(&report).is_empty());
    assert_eq!(found(&report), [("python/eval", 10_001)]);
    let allocations: String = (0..4_000)
        .map(|n| format!("    char *p{n} = malloc({n});\n"))
        .collect();
    let function = format!("void f(void) {{\n{allocations}}}\n");
    assert!(unread(&review(vec![file("wide.c", &function)])).is_empty());
    // A rule that looks at each statement from each other one takes minutes.
    assert!(
        started.elapsed() < Duration::from_secs(120),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn long_lines_and_many_matches_do_not_stall() {
    let started = Instant::now();
    for path in PATHS {
        review(vec![file(path, &"a(b);".repeat(100_000))]);
        review(vec![file(path, &"\"".repeat(200_000))]);
        review(vec![file(path, &"eval(x)\n".repeat(4_000))]);
        review(vec![file(path, &"x".repeat(1_000_000))]);
    }
    // Generous: the point is that it ends.
    assert!(
        started.elapsed() < Duration::from_secs(120),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_message_does_not_carry_the_text_of_the_file_along() {
    let text = format!("os.system({})\n", "a".repeat(100_000));
    for finding in review(vec![file("a.py", &text)]).findings {
        assert!(finding.message.len() < 2_000 && finding.anchor.len() < 2_000);
    }
}

/// Pieces of code of all languages, so that arbitrary sequences get past the first token.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "fn",
        "def",
        "function",
        "class",
        "if",
        "else",
        "for",
        "while",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ":",
        ";",
        ",",
        "\n",
        "\n    ",
        "\"",
        "'",
        "`",
        "${",
        "#",
        "//",
        "/*",
        "*/",
        "eval",
        "x",
        "y",
        "=",
        "==",
        "=>",
        "->",
        "<",
        ">",
        "<div",
        "/>",
        "return",
        "try",
        "except",
        "catch",
        "import",
        "unsafe",
        "pub",
        "func",
        "static",
        "void",
        "int",
        "é",
        "漢",
        "\u{0}",
        "\r\n",
        "\t",
        "password = 'a1b2c3d4'",
        "TODO",
        "#[test]",
        "#include",
        "async",
        "await",
        "lambda",
        "f\"{x}\"",
        "...",
        "1",
        "\\",
    ]);
    prop::collection::vec(words, 0..120).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn arbitrary_text_does_no_harm(text in prop_oneof![".{0,400}", soup()], index in 0..PATHS.len(), added in any::<u64>()) {
        let path = PATHS[index];
        let whole = review(vec![file(path, &text)]);
        let count = u32::try_from(text.lines().count().max(1)).unwrap();
        for finding in &whole.findings {
            if let Some(location) = &finding.location {
                let (line, end) = (location.line.unwrap(), location.end_line.unwrap());
                prop_assert!(1 <= line && line <= end && end <= count + 1, "{line}..{end} of {count}");
            }
        }
        let lines: Vec<FragmentLine> = (1..=count)
            .map(|number| FragmentLine { number: number + 10, added: added >> (number % 64) & 1 == 1 })
            .collect();
        let fragment = WorkFile { extent: Extent::Fragment { lines, removed: vec![] }, ..file(path, &text) };
        let report = review(vec![fragment]);
        prop_assert!(found(&report).iter().all(|(rule, line)| *rule != "generic/syntax-error" && *line > 10));
    }
}
