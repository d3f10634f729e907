//! Correct policies conform, and each broken promise is found by the check that is about it.

use crate::guest::{Guest, answer};
use crate::limits;
use gansauditor_policy::Limits;
use gansauditor_policy::conformance::{Conformance, Outcome, examine};

/// What is found about a guest.
fn found(guest: &Guest<'_>) -> Conformance {
    examine(limits(), Some(&guest.component()), "").expect("there is a policy to try")
}

/// How a check came out.
fn outcome(of: &Conformance, name: &str) -> (Outcome, String) {
    let check = of.checks.iter().find(|check| check.name == name);
    let check = check.unwrap_or_else(|| panic!("no check {name}: {of:#?}"));
    (check.outcome, check.seen.clone())
}

/// The guest fails this check, and says so in these words.
fn fails(name: &str, words: &str, guest: &Guest<'_>) {
    let (outcome, seen) = outcome(&found(guest), name);
    assert_eq!(outcome, Outcome::Fail, "{name}: {seen}");
    assert!(seen.contains(words), "{name}: {seen}");
}

fn evaluating(on_evaluate: &str) -> Guest<'_> {
    Guest {
        on_evaluate,
        ..Guest::default()
    }
}

fn store(at: u32, value: u32) -> String {
    format!("(i32.store (i32.const {at}) (i32.const {value}))")
}

#[test]
fn the_core_conforms_without_a_warning() {
    let core = examine(Limits::default(), None, "").expect("the core is built");
    let warned = core.checks.iter().find(|c| c.outcome != Outcome::Pass);
    assert_eq!(warned, None);
    assert!(core.conforms() && core.identity.is_some());
}

/// The names of all checks.
fn names(of: &Conformance) -> Vec<&str> {
    of.checks.iter().map(|check| check.name).collect()
}

/// The names of those that could not be tried.
fn skipped(of: &Conformance) -> Vec<&str> {
    let skipped = of.checks.iter().filter(|c| c.outcome == Outcome::Skip);
    skipped.map(|check| check.name).collect()
}

#[test]
fn under_settings_that_it_refuses_nothing_is_known_of_its_decisions() {
    let core = examine(Limits::default(), None, "").expect("the core is built");
    let refused = examine(Limits::default(), None, "{\"no\": 1}").expect("the core is built");
    assert_eq!(outcome(&refused, "settings-given").0, Outcome::Fail);
    assert_eq!(names(&refused), names(&core));
    let of_decisions = names(&core).split_off(8);
    assert_eq!(of_decisions[0], "evaluate-total");
    assert_eq!(skipped(&refused), of_decisions);
    assert!(!refused.conforms());
    let (_, why) = outcome(&refused, "deterministic");
    assert!(why.contains("settings of this run are refused"), "{why}");
}

#[test]
fn what_holds_for_every_decision_is_not_passed_where_there_is_none() {
    let traps = found(&evaluating("(unreachable)"));
    assert_eq!(outcome(&traps, "evaluate-total").0, Outcome::Fail);
    for name in [
        "decision-values",
        "unread-work",
        "deterministic",
        "can-complete",
        "can-stop",
    ] {
        let (outcome, why) = outcome(&traps, name);
        assert_eq!(outcome, Outcome::Skip, "{name}: {why}");
        assert!(why.contains("decides on nothing"), "{name}: {why}");
    }
    assert!(!traps.conforms());
}

#[test]
fn what_cannot_be_tried_without_a_description_is_skipped() {
    let core = examine(Limits::default(), None, "").expect("the core is built");
    let traps = found(&Guest {
        on_describe: "(unreachable)",
        ..Guest::default()
    });
    assert_eq!(names(&traps), names(&core));
    let about_it = ["description", "settings-schema", "settings-agree"];
    assert_eq!(skipped(&traps), about_it);
}

#[test]
fn a_policy_that_only_ever_continues_conforms_but_for_what_policies_are_for() {
    let decent = found(&Guest {
        memory: "60",
        on_settings: READS_JSON,
        ..Guest::default()
    });
    let of = |outcome| {
        let checks = decent.checks.iter().filter(move |c| c.outcome == outcome);
        checks.map(|c| c.name).collect::<Vec<_>>()
    };
    assert_eq!(of(Outcome::Fail), Vec::<&str>::new(), "{decent:#?}");
    assert!(of(Outcome::Warn).starts_with(&["can-complete", "can-stop"]));
}

/// Refuses everything but an empty text and `{}`, by one problem without a place.
const READS_JSON: &str = r#"
    (if (i32.gt_u (local.get 1) (i32.const 2)) (then
        (i32.store8 (i32.const 3072) (i32.const 1))
        (i32.store (i32.const 3076) (i32.const 3200))
        (i32.store (i32.const 3080) (i32.const 1))
        (i32.store (i32.const 3208) (i32.const 2048))
        (i32.store (i32.const 3212) (i32.const 6))))
    (if (i32.and (i32.gt_u (local.get 1) (i32.const 0)) (i32.and
        (i32.le_u (local.get 1) (i32.const 2))
        (i32.ne (i32.load16_u (local.get 0)) (i32.const 0x7d7b)))) (then
        (i32.store8 (i32.const 3072) (i32.const 1))
        (i32.store (i32.const 3076) (i32.const 3200))
        (i32.store (i32.const 3080) (i32.const 1))
        (i32.store (i32.const 3208) (i32.const 2048))
        (i32.store (i32.const 3212) (i32.const 6))))"#;

#[test]
fn a_description_that_changes_is_found() {
    let guest = Guest {
        items: "(global $n (mut i32) (i32.const 0))",
        on_describe: "(global.set $n (i32.add (global.get $n) (i32.const 1)))
            (i32.store (i32.const 1044) (global.get $n))",
        ..Guest::default()
    };
    fails("describe-constant", "not describe itself", &guest);
}

#[test]
fn a_description_that_is_none_is_found() {
    let guest = Guest {
        name: "Not A Name",
        ..Guest::default()
    };
    fails("description", "lower-case", &guest);
    let guest = Guest {
        on_describe: "(unreachable)",
        ..Guest::default()
    };
    fails("describe-constant", "trapped", &guest);
}

#[test]
fn a_schema_that_is_none_is_found() {
    let guest = Guest {
        items: r#"(data (i32.const 2200) "{\"type\":\"objekt\"}")"#,
        on_describe: "(i32.store (i32.const 1048) (i32.const 2200))
            (i32.store (i32.const 1052) (i32.const 17))",
        ..Guest::default()
    };
    fails("settings-schema", "/type", &guest);
}

#[test]
fn settings_that_are_not_read_are_found() {
    let accepts_all = Guest::default();
    fails("settings-refused", "nonsense is accepted", &accepts_all);
    let refuses_nothing_at_all = Guest {
        on_settings: "(if (i32.eqz (local.get 1)) (then (unreachable)))",
        ..Guest::default()
    };
    fails("settings-empty", "trapped", &refuses_nothing_at_all);
    let traps = Guest {
        on_settings: "(if (i32.gt_u (local.get 1) (i32.const 4096)) (then (unreachable)))",
        memory: "60",
        ..Guest::default()
    };
    fails("settings-total", "100,000 lists", &traps);
}

#[test]
fn a_schema_that_settings_do_not_keep_is_told() {
    let guest = Guest {
        items: r#"(data (i32.const 2200) "{\"type\":\"object\"}")"#,
        on_describe: "(i32.store (i32.const 1048) (i32.const 2200))
            (i32.store (i32.const 1052) (i32.const 17))",
        ..Guest::default()
    };
    assert_eq!(outcome(&found(&guest), "settings-agree").0, Outcome::Warn);
}

#[test]
fn a_snapshot_that_breaks_it_is_found_and_named() {
    let traps = "(if (i64.eq (i64.load (local.get 0)) (i64.const 0)) (then (unreachable)))";
    fails(
        "evaluate-total",
        "numbers at their least",
        &evaluating(traps),
    );
    let loops = "(loop $l (br_if $l (i64.eqz (i64.load (local.get 0)))))";
    fails("evaluate-total", "within 100 ms", &evaluating(loops));
}

#[test]
fn a_refusal_of_what_keeps_the_contract_is_found() {
    let refuses = format!(
        "{} {} {} {}",
        store(answer::TAG, 1),
        store(answer::DECISION, 2),
        store(answer::DECISION + 4, 2048),
        store(answer::DECISION + 8, 6),
    );
    fails("evaluate-decides", "refused", &evaluating(&refuses));
}

#[test]
fn a_decision_with_a_value_out_of_range_is_found() {
    let bar = format!("(f64.store (i32.const {}) (f64.const 101))", answer::BAR);
    fails("decision-values", "the bar is 101", &evaluating(&bar));
}

#[test]
fn parts_that_do_not_go_with_the_status_are_found() {
    let none_unmet = store(answer::UNMET + 4, 0);
    fails("unmet-conditions", "no condition", &evaluating(&none_unmet));
    let stops = store(answer::STATUS, 2);
    fails("termination-report", "without", &evaluating(&stops));
}

#[test]
fn completing_what_was_not_read_is_found() {
    let completes = format!(
        "{} {}",
        store(answer::STATUS, 1),
        store(answer::UNMET + 4, 0)
    );
    fails(
        "unread-work",
        "a perfect review in part",
        &evaluating(&completes),
    );
}

#[test]
fn a_memory_of_earlier_evaluations_is_found() {
    let guest = Guest {
        items: "(global $n (mut i32) (i32.const 0))",
        on_evaluate: "(global.set $n (i32.add (global.get $n) (i32.const 1)))
            (f64.store (i32.const 4128) (f64.convert_i32_u (global.get $n)))",
        ..Guest::default()
    };
    fails("stateless", "after another", &guest);
}

#[test]
fn a_memo_is_handed_back() {
    let guest = format!(
        "{} {} {}",
        store(answer::MEMO, 1),
        store(answer::MEMO + 4, 2048),
        store(answer::MEMO + 8, 6),
    );
    let keeps = found(&evaluating(&guest));
    let (outcome, seen) = outcome(&keeps, "memo");
    assert_eq!(
        (outcome, seen.as_str()),
        (Outcome::Pass, "6 bytes, and it takes them back")
    );
}

#[test]
fn what_is_no_policy_is_not_tried() {
    assert!(examine(limits(), Some(b"junk"), "").is_err());
}
