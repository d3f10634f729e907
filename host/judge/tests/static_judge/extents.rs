//! What part of a file is judged.

use crate::support::{file, found, review};
use gansauditor_audit::domain::{Extent, FragmentLine, WorkFile};

const TWO_EVALS: &str = "def a(x):\n    return eval(x)\n\n\ndef b(x):\n    return eval(x)\n";

fn with(extent: Extent, text: &str) -> WorkFile {
    WorkFile {
        extent,
        ..file("app.py", text)
    }
}

#[test]
fn a_whole_file_is_judged_as_a_whole() {
    let report = review(vec![file("app.py", TWO_EVALS)]);
    assert_eq!(found(&report), [("python/eval", 2), ("python/eval", 6)]);
}

#[test]
fn calling_a_file_a_test_excuses_no_injection() {
    let report = review(vec![file("tests/test_app.py", TWO_EVALS)]);
    let injections = found(&report);
    assert!(injections.contains(&("python/eval", 2)), "{injections:?}");
}

#[test]
fn of_a_changed_file_only_what_touches_the_changed_lines() {
    let report = review(vec![with(Extent::Changed(vec![5, 6]), TWO_EVALS)]);
    assert_eq!(found(&report), [("python/eval", 6)]);
    assert!(found(&review(vec![with(Extent::Changed(vec![]), TWO_EVALS)])).is_empty());
}

#[test]
fn an_old_syntax_error_is_not_charged_to_a_change_elsewhere() {
    let text = "def a(:\n    return 1\n\n\ndef b(x):\n    return x\n";
    assert!(found(&review(vec![with(Extent::Changed(vec![6]), text)])).is_empty());
    assert_eq!(
        found(&review(vec![with(Extent::Changed(vec![1]), text)])),
        [("generic/syntax-error", 1)]
    );
}

#[test]
fn of_a_fragment_only_added_lines_with_their_numbers_in_the_file() {
    let text = "    x = eval(a)\n    y = eval(b)\n    return x + y\n";
    let lines = [(40, false), (41, true), (42, false)]
        .map(|(number, added)| FragmentLine { number, added })
        .to_vec();
    let report = review(vec![with(
        Extent::Fragment {
            lines,
            removed: vec![],
        },
        text,
    )]);
    assert_eq!(found(&report), [("python/eval", 41)]);
}

#[test]
fn a_fragment_is_not_blamed_for_what_the_diff_left_out() {
    let text = "    if broken(\n  else {{ }\n";
    let lines = (1..=2)
        .map(|number| FragmentLine {
            number,
            added: true,
        })
        .collect();
    let fragment = WorkFile {
        extent: Extent::Fragment {
            lines,
            removed: vec![],
        },
        ..file("a.ts", text)
    };
    assert!(found(&review(vec![fragment])).is_empty());
}

#[test]
fn a_fragment_whose_lines_do_not_match_its_text_does_no_harm() {
    let lines = vec![FragmentLine {
        number: 7,
        added: true,
    }];
    let report = review(vec![with(
        Extent::Fragment {
            lines,
            removed: vec![],
        },
        TWO_EVALS,
    )]);
    assert!(found(&report).is_empty());
}

/// A fragment of lines with these numbers in the file, all of them new.
fn hunks(path: &str, text: &str, numbers: &[u32]) -> WorkFile {
    let lines = numbers
        .iter()
        .map(|number| FragmentLine {
            number: *number,
            added: true,
        })
        .collect();
    WorkFile {
        extent: Extent::Fragment {
            lines,
            removed: vec![],
        },
        ..file(path, text)
    }
}

#[test]
fn what_a_hunk_begins_within_is_not_held_to_be_beside_what_follows() {
    for (path, text) in [
        ("a.py", "    return 1\n\n\nLIMIT = 20\nprint(LIMIT)\n"),
        ("a.js", "  return 1;\n}\n\nrun();\n"),
        ("a.c", "    return 1;\n}\n\nvoid f(void) {\n    g();\n}\n"),
        ("a.go", "\treturn 1\n}\n\nfunc f() {\n\tg()\n}\n"),
    ] {
        let numbers: Vec<u32> = (7..7 + u32::try_from(text.lines().count()).unwrap()).collect();
        let report = review(vec![hunks(path, text, &numbers)]);
        let unreachable: Vec<_> = found(&report)
            .into_iter()
            .filter(|(rule, _)| rule.ends_with("unreachable"))
            .collect();
        assert!(unreachable.is_empty(), "{path}: {unreachable:?}");
    }
}

#[test]
fn lines_of_separate_hunks_do_not_follow_one_another() {
    let text = "    free(p);\n    p->n = 1;\n";
    let freed = |numbers: &[u32]| {
        let report = review(vec![hunks("a.c", text, numbers)]);
        found(&report)
            .iter()
            .any(|(rule, _)| *rule == "c/freed-then-used")
    };
    assert!(freed(&[10, 11]));
    assert!(!freed(&[10, 90]));
}

#[test]
fn findings_of_all_hunks_together_keep_to_the_limit_and_their_lines() {
    let numbers: Vec<u32> = (1..=40).map(|n| n * 10).collect();
    let report = review(vec![hunks("a.py", &"eval(x)\n".repeat(40), &numbers)]);
    let lines: Vec<u32> = found(&report).into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, (1..=20).map(|n| n * 10).collect::<Vec<u32>>());
}

#[test]
fn of_a_comment_only_its_new_line_is_charged() {
    let text = "/*\n * ... existing code ...\n * Now counts.\n */\nint a;\n";
    let with_new = |number: u32| {
        let report = review(vec![WorkFile {
            extent: Extent::Changed(vec![number]),
            ..file("a.c", text)
        }]);
        found(&report)
            .iter()
            .any(|(rule, _)| *rule == "generic/elided-code")
    };
    assert!(with_new(2));
    assert!(!with_new(3));
}

#[test]
fn the_middle_of_a_sentence_leaves_no_code_out() {
    for text in [
        "// Callers of this trait should\n// implement this themselves, since they know best.\nfn f() {}\n",
        "// It sends the header, and the\n// rest of the code here follows in pieces.\nfn f() {}\n",
        "/*\n * The list of what is\n * not implemented, by version.\n */\nfn f() {}\n",
    ] {
        let report = review(vec![file("a.rs", text)]);
        let elided = found(&report)
            .iter()
            .any(|(rule, _)| *rule == "generic/elided-code");
        assert!(!elided, "{text}");
    }
}
