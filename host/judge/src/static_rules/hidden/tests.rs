//! Each kind of hidden text, and what looks alike and is harmless.

use super::super::deadline::Deadline;
use super::super::grammar::Grammar;
use super::super::syntax_tree::parse;
use super::*;
use crate::static_rules::source::Source;
use gansauditor_audit::domain::{Extent, Language, WorkFile};
use proptest::prelude::*;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn file(path: &str, text: &str) -> WorkFile {
    WorkFile {
        path: path.to_owned(),
        named: true,
        language: None,
        text: text.to_owned(),
        extent: Extent::Whole,
    }
}

/// Line and severity of what is found in code.
fn in_code(grammar: Grammar, text: &str) -> Vec<(u32, Severity)> {
    let deadline = Deadline::new(Duration::from_secs(60), CancellationToken::new());
    let file = file("example", text);
    let tree = parse(text, grammar, &deadline).unwrap().unwrap();
    let root = tree.root();
    let source = Source::new(&file, grammar, root.get_inner_node(), false);
    let mut collector = Collector::new(&file);
    check(text, &Setting::Code(&source), &mut collector);
    places(collector)
}

fn in_file(path: &str, language: Option<&str>, text: &str) -> Vec<(u32, Severity)> {
    let file = WorkFile {
        language: language.and_then(Language::from_label),
        ..file(path, text)
    };
    let mut collector = Collector::new(&file);
    check(text, &Setting::of(&file), &mut collector);
    places(collector)
}

fn places(collector: Collector<'_>) -> Vec<(u32, Severity)> {
    collector
        .finish()
        .into_iter()
        .map(|found| (found.location.unwrap().line.unwrap(), found.severity))
        .collect()
}

#[test]
fn controls_that_reorder_code_are_critical() {
    for (grammar, text) in [
        (
            Grammar::C,
            "int f(void) {\n/*\u{202e} } \u{2066}if (admin)\u{2069} \u{2066} begin */\nreturn 1;\n}\n",
        ),
        (
            Grammar::Python,
            "def f(x):\n    '''Take.\u{2067} ''' ;return\n    work()\n",
        ),
        (
            Grammar::JavaScript,
            "let level = 0;\nif (level != \"user\u{202e} \u{2066}// check\u{2069} \u{2066}\") {}\n",
        ),
        (Grammar::Go, "package p\nvar x = \"a\u{202d}b\"\n"),
        (Grammar::Rust, "fn f() {\nlet a = 1; // \u{202e} b\n}\n"),
        (Grammar::Java, "class A {\nint \u{202b}a;\n}\n"),
    ] {
        assert_eq!(
            in_code(grammar, text),
            [(2, Severity::Critical)],
            "{text:?}"
        );
    }
    assert_eq!(
        in_file("ci.sh", Some("bash"), "echo a # \u{202e} b\n"),
        [(1, Severity::Critical)]
    );
    assert_eq!(
        in_file("a.json", Some("json"), "{\"a\": \"\u{202e}b\"}\n"),
        [(1, Severity::Major)]
    );
}

#[test]
fn text_that_is_written_from_right_to_left_is_left_alone() {
    for (grammar, text) in [
        (Grammar::Python, "GREETING = \"\u{2067}שלום\u{2069}\"\n"),
        (Grammar::Python, "# \u{202b}שלום עולם\nx = 1\n"),
        (Grammar::JavaScript, "const a = 'مرحبا';\n"),
        (
            Grammar::JavaScript,
            "const a = '\u{2068}' + name + '\u{2069}';\n",
        ),
        (
            Grammar::JavaScript,
            "const a = `\u{2068}${name}\u{2069}`;\n",
        ),
        (Grammar::Rust, "const A: &str = \"\u{202a}x\u{202c}\";\n"),
    ] {
        assert_eq!(in_code(grammar, text), [], "{text:?}");
    }
    assert_eq!(in_file("README.md", Some("markdown"), "\u{202b}שלום\n"), []);
    assert_eq!(
        in_file("he.json", Some("json"), "{\"a\": \"\u{202b}שלום\"}\n"),
        []
    );
}

#[test]
fn characters_that_nobody_sees_are_found_where_they_deceive() {
    for (text, severity) in [
        ("pass\u{200b}word = 1\n", Severity::Major),
        ("x = ad\u{200d}min\n", Severity::Major),
        ("\u{3164} = 1\n", Severity::Critical),
        ("# a\u{e0041}\u{e0042}\u{e0043}\n", Severity::Critical),
        (
            "x = 'a\u{fe01}\u{fe02}\u{fe03}\u{e0101}'\n",
            Severity::Critical,
        ),
        (
            "x = '\u{200b}\u{200c}\u{200b}\u{200c}\u{200b}\u{200c}\u{200b}\u{200c}'\n",
            Severity::Critical,
        ),
        ("x = 1 # \u{1b}[8m hidden\n", Severity::Critical),
    ] {
        assert_eq!(in_code(Grammar::Python, text), [(1, severity)], "{text:?}");
    }
    assert_eq!(
        in_file("a.yml", Some("yaml"), "ad\u{200b}min: 1\n"),
        [(1, Severity::Minor)]
    );
    assert_eq!(
        in_file("notes.md", Some("markdown"), "a\u{e0041}\u{e0042}\n"),
        [(1, Severity::Critical)]
    );
}

#[test]
fn emoji_flags_joiners_and_byte_order_marks_are_what_they_are() {
    for text in [
        "FAMILY = '👨\u{200d}👩\u{200d}👧'\n",
        "HEART = '❤\u{fe0f}'\n",
        "FLAG = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'\n",
        "TEXT = 'می\u{200c}خواهم'\n",
        "\u{feff}x = 1\n",
        "SOFT = 'long\u{ad}word'\n",
        "COLOURS = '\u{1b}[31m'\n",
    ] {
        assert_eq!(in_code(Grammar::Python, text), [], "{text:?}");
    }
    assert_eq!(
        in_file(
            "README.md",
            Some("markdown"),
            "@\u{200b}name and long\u{ad}word\n"
        ),
        []
    );
}

#[test]
fn names_that_imitate_others_are_found() {
    for (text, line, severity) in [
        (
            "def is_admin(): pass\ndef is_\u{430}dmin(): pass\n",
            2,
            Severity::Critical,
        ),
        ("p\u{430}yload = 1\n", 1, Severity::Major),
        (
            "scope = 1\nx = \u{455}\u{441}\u{43e}\u{440}\u{435}\n",
            2,
            Severity::Critical,
        ),
        ("\u{ff45}\u{ff56}\u{ff41}\u{ff4c}(x)\n", 1, Severity::Major),
        (
            "x = \u{1d41e}\u{1d42f}\u{1d41a}\u{1d425}(y)\n",
            1,
            Severity::Major,
        ),
        ("t\u{3bf}ken = 1\n", 1, Severity::Major),
    ] {
        assert_eq!(
            in_code(Grammar::Python, text),
            [(line, severity)],
            "{text:?}"
        );
    }
    let click = "if (environment\u{1c3} == x) {}\n";
    assert_eq!(in_code(Grammar::JavaScript, click), [(1, Severity::Major)]);
}

#[test]
fn names_in_other_languages_and_of_formulas_are_names() {
    for text in [
        "имя = 1\n",
        "user_имя = 1\n",
        "getИмя = 1\n",
        "Δx = 1\n",
        "σ_max = α0 + ρ\n",
        "größe = 1\n",
        "名前x = 1\n",
        "x² = 1\n",
        "NAME = 'p\u{430}ypal'\n",
        "сор = 1\n",
    ] {
        let found = in_code(Grammar::Python, text);
        assert_eq!(found, [], "{text:?}");
    }
}

#[test]
fn a_lone_carriage_return_behind_a_comment_hides_code() {
    for (grammar, text) in [
        (Grammar::Python, "x = 1\n# nothing\rimport os\ny = 2\n"),
        (Grammar::C, "int a;\n// nothing\rint b;\n"),
    ] {
        assert_eq!(
            in_code(grammar, text),
            [(2, Severity::Critical)],
            "{text:?}"
        );
    }
    assert_eq!(
        in_code(Grammar::JavaScript, "let a; // b\u{2028}run();\n"),
        [(1, Severity::Critical)]
    );
    assert_eq!(
        in_file("Dockerfile", Some("dockerfile"), "# a\rRUN b\n"),
        [(1, Severity::Critical)]
    );
    for text in ["x = 1\r\n# a\r\ny = 2\r\n", "x = 1\r\r\n# a\r\r\n"] {
        assert_eq!(in_code(Grammar::Python, text), [], "{text:?}");
    }
    assert_eq!(in_file("a.csv", None, "a,b\rc,d # e\n"), []);
}

proptest! {
    /// Any text is looked through, and at most one finding is made of a line.
    #[test]
    fn any_text_is_looked_through(text in "[a-z #/'\"\r\n\u{200b}\u{202e}\u{2066}\u{2069}\u{e0041}\u{fe0f}\u{430}é]{0,200}") {
        for grammar in [Grammar::Python, Grammar::JavaScript] {
            let found = in_code(grammar, &text);
            let mut lines: Vec<u32> = found.iter().map(|(line, _)| *line).collect();
            lines.dedup();
            prop_assert_eq!(lines.len(), found.len());
        }
        in_file("a.json", Some("json"), &text);
    }

    /// Plain text hides nothing.
    #[test]
    fn plain_text_hides_nothing(text in "[ -~\n]{0,300}") {
        prop_assert!(in_code(Grammar::Python, &text).is_empty());
    }
}
