//! "Feedback": levels, order, changes, next steps.

use super::*;
use crate::testing::*;

fn items(decision: &Decision) -> Vec<&str> {
    decision
        .feedback
        .items
        .iter()
        .map(|item| item.finding.as_str())
        .collect()
}

fn one(finding: Finding) -> FeedbackItem {
    let mut snapshot = session().scored(60.0).with_finding(finding);
    snapshot.criteria.detail = DetailLevel::Verbose;
    decide(&snapshot).feedback.items.remove(0)
}

#[test]
fn findings_come_by_severity_then_path_then_line() {
    let decision = decide(
        &session()
            .scored(60.0)
            .with_finding(finding("minor", Severity::Minor, "a.rs", 1))
            .with_finding(finding("b9", Severity::Major, "b.rs", 9))
            .with_finding(finding("b10", Severity::Major, "b.rs", 10))
            .with_finding(finding("a20", Severity::Major, "a.rs", 20))
            .with_finding(finding("blocker", Severity::Blocker, "z.rs", 1)),
    );
    assert_eq!(items(&decision), ["blocker", "a20", "b9", "b10", "minor"]);
}

#[test]
fn each_item_has_category_priority_location_and_action() {
    let item = one(finding("f", Severity::Major, "a.rs", 7));
    assert_eq!(
        (item.category, item.priority),
        (Category::Logic, Priority::High)
    );
    assert_eq!(item.location.and_then(|location| location.line), Some(7));
    assert_eq!(item.action, "mend f");
}

#[test]
fn the_impact_is_that_of_the_weakness_or_else_of_the_category() {
    let mut injection = finding("f", Severity::Critical, "a.rs", 7);
    injection.cwe = Some(89);
    assert!(
        one(injection.clone())
            .impact
            .is_some_and(|impact| impact.contains("database"))
    );
    injection.cwe = Some(999_999);
    assert!(
        one(injection.clone())
            .impact
            .is_some_and(|impact| impact.contains("computes"))
    );
    injection.category = Category::Custom("taste".into());
    assert_eq!(one(injection).impact, None);
}

#[test]
fn a_finding_without_advice_still_says_what_to_do() {
    let mut silent = finding("f", Severity::Major, "a.rs", 7);
    (silent.advice, silent.category) = (Some("  ".into()), Category::Testing);
    assert_eq!(one(silent).action, "Add the missing test.");
}

#[test]
fn what_blocks_comes_first_whatever_its_severity() {
    let mut snapshot =
        session()
            .scored(60.0)
            .with_finding(finding("f", Severity::Minor, "a.rs", 7));
    assert_eq!(
        decide(&snapshot).feedback.items[0].priority,
        Priority::Medium
    );
    snapshot.criteria.blocking_severity = Severity::Minor;
    assert_eq!(
        decide(&snapshot).feedback.items[0].priority,
        Priority::Critical
    );
}

#[test]
fn unreviewed_findings_ask_for_their_file() {
    let mut lost = finding("f", Severity::Major, "lost.rs", 7);
    lost.state = FindingState::Unreviewed;
    assert!(one(lost.clone()).action.starts_with("Submit lost.rs again"));
    let decision = decide(&session().scored(60.0).with_finding(lost));
    assert!(
        decision
            .feedback
            .next_steps
            .iter()
            .any(|step| step.action.starts_with("Submit lost.rs again"))
    );
}

#[test]
fn fixed_and_waived_findings_are_not_listed() {
    let mut fixed = finding("fixed", Severity::Major, "a.rs", 7);
    (fixed.state, fixed.fixed_in) = (FindingState::Fixed, Some(1));
    let mut waived = finding("waived", Severity::Major, "a.rs", 7);
    waived.state = FindingState::Waived;
    let decision = decide(
        &session()
            .scored(60.0)
            .with_finding(fixed)
            .with_finding(waived),
    );
    assert!(decision.feedback.items.is_empty());
    assert_eq!(decision.feedback.omitted, 0);
}

#[test]
fn says_what_got_fixed_what_is_new_and_what_came_back() {
    let mut snapshot = session().scored(60.0).scored(60.0).scored(60.0);
    let mut gone = finding("gone", Severity::Major, "a.rs", 1);
    (gone.state, gone.fixed_in, gone.last_seen) = (FindingState::Fixed, Some(3), 2);
    let mut long_gone = finding("long gone", Severity::Major, "a.rs", 1);
    (long_gone.state, long_gone.fixed_in) = (FindingState::Fixed, Some(2));
    let mut new = finding("new", Severity::Major, "a.rs", 1);
    (new.first_seen, new.last_seen) = (3, 3);
    let mut back = finding("back", Severity::Major, "a.rs", 1);
    (back.last_seen, back.reopened) = (3, 1);
    for (loop_index, name) in [(0, "back"), (2, "back"), (2, "new")] {
        snapshot.iterations[loop_index].reviews[0]
            .reported
            .push(name.to_owned());
    }
    snapshot.findings = vec![
        gone,
        long_gone,
        new,
        back,
        finding("old", Severity::Major, "a.rs", 2),
    ];
    snapshot.findings[4].last_seen = 3;
    let feedback = decide(&snapshot).feedback;
    assert_eq!(feedback.fixed, ["gone"]);
    assert_eq!(feedback.new, ["new"]);
    assert_eq!(feedback.reopened, ["back"]);
    assert!(
        feedback.summary.contains("Fixed 1, new 1, back 1."),
        "{}",
        feedback.summary
    );
}

/// Fourteen findings worth mending and two hints.
fn many(detail: DetailLevel) -> Feedback {
    let mut snapshot = session().scored(60.0);
    for n in 0..14 {
        snapshot
            .findings
            .push(finding(&format!("f{n}"), Severity::Minor, "a.rs", n));
    }
    for n in 0..2 {
        snapshot
            .findings
            .push(finding(&format!("hint{n}"), Severity::Info, "a.rs", n));
    }
    snapshot.criteria.detail = detail;
    decide(&snapshot).feedback
}

#[test]
fn the_detail_level_bounds_the_items_and_says_how_many_it_left_out() {
    let shown = |detail| {
        let feedback = many(detail);
        (feedback.items.len(), feedback.omitted)
    };
    assert_eq!(shown(DetailLevel::Basic), (5, 11));
    assert_eq!(shown(DetailLevel::Detailed), (10, 6));
    assert_eq!(shown(DetailLevel::Verbose), (16, 0));
}

#[test]
fn hints_are_for_detailed_and_verbose_readers() {
    let hint = |detail| {
        let mut snapshot =
            session()
                .scored(60.0)
                .with_finding(finding("hint", Severity::Info, "a.rs", 1));
        snapshot.criteria.detail = detail;
        let feedback = decide(&snapshot).feedback;
        (feedback.items.len(), feedback.omitted)
    };
    assert_eq!(hint(DetailLevel::Basic), (0, 1));
    assert_eq!(hint(DetailLevel::Detailed), (1, 0));
    assert_eq!(hint(DetailLevel::Verbose), (1, 0));
}

#[test]
fn basic_readers_get_no_impact_and_verbose_ones_the_whole_card() {
    assert!(
        many(DetailLevel::Basic)
            .items
            .iter()
            .all(|item| item.impact.is_none())
    );
    assert!(
        many(DetailLevel::Detailed)
            .items
            .iter()
            .all(|item| item.impact.is_some())
    );
    assert!(
        many(DetailLevel::Verbose).items[0]
            .description
            .contains("raised by model")
    );
}

#[test]
fn a_flood_of_findings_and_words_is_bounded() {
    let mut snapshot = session().scored(60.0);
    for n in 0..5000 {
        let mut finding = finding(&format!("f{n}"), Severity::Critical, "a.rs", n);
        finding.first_seen = 1;
        finding.message = "é".repeat(5000);
        snapshot.findings.push(finding);
    }
    snapshot.criteria.detail = DetailLevel::Verbose;
    let feedback = decide(&snapshot).feedback;
    assert_eq!(
        (feedback.items.len(), feedback.omitted, feedback.new.len()),
        (200, 4800, 200)
    );
    assert!(
        feedback
            .items
            .iter()
            .all(|item| item.description.len() < 4096)
    );
}

#[test]
fn next_steps_begin_with_the_most_pressing() {
    let snapshot = session()
        .scored(60.0)
        .with_finding(finding("minor", Severity::Minor, "a.rs", 1))
        .with_finding(finding("worst", Severity::Blocker, "a.rs", 1));
    let steps = decide(&snapshot).feedback.next_steps;
    assert_eq!(
        (steps[0].action.as_str(), steps[0].priority),
        ("mend worst", Priority::Critical)
    );
    assert!(steps.is_sorted_by_key(|step| step.priority));
    assert!(
        steps
            .iter()
            .any(|step| step.action.contains("Work on correctness"))
    );
}

#[test]
fn a_complete_session_has_no_next_step_and_a_stopped_one_asks_for_a_person() {
    assert!(
        decide(&session().scored(99.0))
            .feedback
            .next_steps
            .is_empty()
    );
    let stopped = (0..25).fold(session(), |session, _| session.scored(60.0));
    assert!(
        decide(&stopped).feedback.next_steps[0]
            .action
            .contains("person")
    );
    let doubtful = decide(&session().scored(96.0)).feedback;
    assert!(doubtful.next_steps[0].action.starts_with("Change nothing"));
}

#[test]
fn a_stagnant_loop_is_told_of_other_ways_before_it_is_stopped() {
    let same =
        |session: Snapshot, _| session.submit(&[("a.rs", "same")], vec![review(60.0, &["a.rs"])]);
    let decision = decide(&(0..3).fold(session(), same));
    assert_eq!(decision.status, Status::Continue);
    assert_eq!(
        decision.feedback.next_steps[0].action,
        decision.stagnation.alternatives[0]
    );
}
