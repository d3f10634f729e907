use super::*;
use gansauditor_core::model::{
    CheckResult, Coverage, Evidence, Finding, FindingState, Severity, Status, StopReason,
};
use gansauditor_core::testing::*;
use proptest::prelude::*;

/// Settings as JSON; texts of rules need no escapes then.
fn settings(members: &[(&str, &str)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{name:?}: {value:?}"))
        .collect();
    format!("{{{}}}", members.join(", "))
}

fn decide(snapshot: &Snapshot) -> Decision {
    Expression::evaluate(snapshot).expect("the rules have an answer")
}

fn rule() -> Condition {
    Condition::Custom("rule".to_owned())
}

/// A perfect second loop after one with findings, with evidence and costs.
fn perfect() -> Snapshot {
    let fixed = Finding {
        state: FindingState::Fixed,
        fixed_in: Some(2),
        cwe: Some(89),
        ..finding("f", Severity::Critical, "src/a.rs", 7)
    };
    let minor = finding("m", Severity::Minor, "docs/b.md", 1);
    let mut snapshot = session().scored(60.0).scored(100.0);
    snapshot.findings = vec![fixed, minor];
    snapshot.spend.input_tokens = 1500;
    snapshot.spend.money_micros = 2_500_000;
    snapshot.spend.judge_millis = 90_000;
    snapshot.evidence.push(Evidence {
        check: "tests".to_owned(),
        submission: snapshot.iterations[1].submission.clone(),
        outcome: CheckResult::Passed,
        provenance: String::new(),
        detail: String::new(),
        extensions: Vec::new(),
    });
    snapshot
}

fn holds(text: &str) -> bool {
    let decision = decide(&perfect().with_settings(&settings(&[("complete", text)])));
    is_complete(&decision)
}

#[test]
fn without_rules_it_is_the_default_policy() {
    let snapshot = perfect();
    assert_eq!(
        decide(&snapshot),
        gansauditor_core::Core::evaluate(&snapshot).unwrap()
    );
}

#[test]
fn rules_see_every_variable() {
    for text in [
        "score == 100",
        "score >= 99.5 && score <= bar + 5.0",
        "bar == 95 && loop_number == 2 && hard_stop == 25",
        "scores == [60.0, 100.0] && scores[1] - scores[0] > 39",
        "findings.exists(f, f.cwe == 89 && f.state == 'fixed' && f.path.startsWith('src/'))",
        "findings.all(f, f.severity != 'critical' || !f.standing)",
        "findings.filter(f, f.category == 'logic' && f.line == 7).size() == 1",
        "open.minor == 1 && open.critical == 0 && open.total == 1 && blocking == 0",
        "dimensions.correctness > 90 && !('security' in dimensions)",
        "evidence.exists(e, e.check == 'tests' && e.outcome == 'passed' && e.current)",
        "spend.tokens == 1500 && spend.money < 3 && spend.minutes == 1.5 && spend.reviews == 0",
        "size(unmet) == 0 && !stagnant",
        "has(open.minor) && (score > 50 ? true : false)",
        "findings.all(f, findings.exists(g, g.fingerprint == f.fingerprint))",
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn a_rule_that_does_not_hold_is_an_unmet_condition_with_advice() {
    let told = |members: &[(&str, &str)]| {
        let decision = decide(&perfect().with_settings(&settings(members)));
        assert_eq!(conditions(&decision), [rule()]);
        assert_eq!(decision.status, Status::Continue);
        decision.unmet[0].detail.clone()
    };
    let plain = told(&[("complete", "open.minor == 0")]);
    assert_eq!(plain, "Meet the rule of this policy: open.minor == 0");
    let advice = told(&[
        ("complete", "open.minor == 0"),
        ("advice", "Mend all of it."),
    ]);
    assert_eq!(advice, "Mend all of it.");
}

#[test]
fn the_default_policys_conditions_hold_besides_or_are_replaced() {
    let low = |mode: &str| {
        let text = settings(&[("complete", "score > 50"), ("mode", mode)]);
        decide(&session().scored(60.0).with_settings(&text)).status
    };
    assert_eq!(low("and"), Status::Continue);
    let done = Status::Complete(CompleteReason::Custom("rule".to_owned()));
    assert_eq!(low("instead"), done);
}

#[test]
fn a_rule_instead_of_all_conditions_still_needs_a_whole_review() {
    let text = settings(&[("complete", "true"), ("mode", "instead")]);
    let mut partial = session().scored(60.0).with_settings(&text);
    partial.newest_review().coverage = Coverage::Partial("half of it".to_owned());
    partial.iterations[0].loop_number = None;
    assert!(conditions(&decide(&partial)).contains(&Condition::PartialReview));
    let failed = session()
        .submit(&[("a.rs", "x")], Vec::new())
        .with_settings(&text);
    assert!(!is_complete(&decide(&failed)));
}

#[test]
fn a_rule_may_stop_what_does_not_complete() {
    let text = settings(&[("stop", "loop_number >= 2 && score < 70")]);
    let decided = |scores: &[f64]| {
        let session = scores
            .iter()
            .fold(session(), |all, &score| all.scored(score));
        decide(&session.with_settings(&text)).status
    };
    assert_eq!(decided(&[60.0]), Status::Continue);
    assert_eq!(
        decided(&[60.0, 61.0]),
        Status::Stop(StopReason::Custom("rule".to_owned()))
    );
    let always = settings(&[("stop", "true")]);
    assert!(is_complete(&decide(&perfect().with_settings(&always))));
}

#[test]
fn a_rule_without_an_answer_is_an_error_and_never_completes() {
    for (text, expected) in [
        (
            "score",
            "`complete` must be true or false, and is of the type float",
        ),
        ("findings[9].line > 0", "cannot be evaluated"),
        ("open.nothing > 0", "cannot be evaluated"),
        ("score > 'a'", "cannot be evaluated"),
        ("1 / 0 == 1", "cannot be evaluated"),
    ] {
        let snapshot = perfect().with_settings(&settings(&[("complete", text)]));
        match Expression::evaluate(&snapshot) {
            Err(Error::Other(told)) => assert!(told.contains(expected), "{text}: {told}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

fn complaint(text: &str) -> String {
    let problems = Expression::validate_settings(&settings(&[("complete", text)]))
        .expect_err("the rule is wrong");
    assert_eq!(problems[0].path, "/complete");
    problems[0].message.clone()
}

#[test]
fn what_is_wrong_with_a_rule_is_said_before_it_is_used() {
    assert!(complaint("score >").starts_with("is no expression: line 1, column"));
    assert!(complaint("scoer > 1").contains("names scoer, which is no variable; there are score"));
    assert!(complaint("findings.exists(f, g.line > 1)").contains("names g"));
    assert!(complaint("path.matches('a')").contains("calls matches"));
    assert!(complaint("Thing{a: 1} == 1").contains("message"));
    assert!(!complaint("").is_empty());
}

#[test]
fn rules_are_bounded_in_length_depth_and_number_of_parts() {
    let deep = |open: &str, close: &str, n: usize| {
        complaint(&format!("{}true{}", open.repeat(n), close.repeat(n)))
    };
    assert!(deep("(", ")", 60).contains("too deeply"));
    assert!(deep("!", "", 100).contains("too deeply"));
    assert!(deep("[", "][0]", 60).contains("too deeply"));
    let ternary = deep("false ? true : ", "", 60);
    assert!(ternary.contains("too deeply"), "{ternary}");
    assert!(!complaint(&["1"; 300].join(" + ")).is_empty());
    assert!(complaint(&"a".repeat(4001)).contains("4000"));
    let through = "findings.all(a, findings.all(b, findings.all(c, true)))";
    assert!(complaint(through).contains("too deeply"));
}

#[test]
fn settings_are_checked_strictly() {
    schema_is_kept::<Expression, Settings>(SCHEMA);
    examples_are_valid::<Expression>(include_str!("../README.md"));
    assert_eq!(
        problems::<Expression>(r#"{"mode": "or", "stop": 1}"#),
        ["/mode", "/stop"]
    );
    assert_eq!(
        problems::<Expression>(r#"{"complete": "a", "stop": "b"}"#),
        ["/complete", "/stop"]
    );
    assert_eq!(
        problems::<Expression>(r#"{"mode": "instead"}"#),
        ["/complete"]
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}", noise in "[a-z0-9 .()!?:<>=&|'\\[\\]{},+-]{0,80}") {
        for text in [text, noise] {
            if let Ok(rule) = Rule::compile(&text) {
                let snapshot = perfect();
                let assessment = Assessment::of(&snapshot, &Reading::default()).expect("valid");
                let _ = rule.holds(&variables::bind(&snapshot, &assessment));
            }
        }
    }

    #[test]
    fn never_completes_without_its_rule_or_without_a_whole_review(steps in steps(), instead: bool) {
        let mode = if instead { "instead" } else { "and" };
        let text = settings(&[("complete", "score >= 70 && open.major == 0"), ("mode", mode)]);
        let snapshot = play(&steps).with_settings(&text);
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        let newest = snapshot.iterations.last().and_then(|one| one.score());
        let major = snapshot.findings.iter().any(|finding| {
            finding.severity == Severity::Major && finding.state.is_standing()
        });
        prop_assert!(!is_complete(&decision) || newest.is_some_and(|score| score >= 70.0) && !major);
    }
}
