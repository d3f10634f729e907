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
