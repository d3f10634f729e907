//! Properties of every decision, over random sessions and over arbitrary snapshots.

use super::*;
use crate::testing::*;
use proptest::prelude::*;
use proptest::sample::select;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_decision_keeps_the_contract_and_is_the_same_again(steps in steps()) {
        let snapshot = play(&steps);
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        prop_assert_eq!(decision, decide(&snapshot));
    }

    #[test]
    fn nobody_completes_by_submitting_less(
        before in prop::collection::vec(step(), 0..10),
        low in step(),
        left_out in 0..3usize,
        after in prop::collection::vec(step(), 1..10),
    ) {
        // A review below every bar, which located a finding worth mending in one file, or none anywhere...
        let mut low = Step { judged: Judged::Whole, score: low.score * 0.8, ..low };
        low.versions[left_out] = Some(3);
        if !low.reported.is_empty() {
            low.reported.push((left_out, Severity::Minor));
        }
        let mut snapshot = submit(play(&before), &low);
        // ...and then submissions without that file never complete, whatever they score.
        for step in after {
            let mut less = Step { judged: Judged::Whole, score: 100.0, reported: Vec::new(), ..step };
            less.versions[left_out] = None;
            snapshot = submit(snapshot, &less);
            prop_assert!(!is_complete(&decide(&snapshot)), "{:?}", less);
        }
        let mut rest = Step { judged: Judged::Whole, score: 100.0, versions: [Some(1); 3], reported: Vec::new() };
        prop_assert!(is_complete(&decide(&submit(snapshot.clone(), &rest))));
        rest.versions[left_out] = Some(0);
        prop_assert!(is_complete(&decide(&submit(snapshot, &rest))));
    }

    #[test]
    fn nobody_completes_without_the_file_on_which_a_check_was_cut_off(
        before in prop::collection::vec(step(), 0..10),
        cut_off in step(),
        left_out in 0..3usize,
        after in prop::collection::vec(step(), 1..10),
    ) {
        let perfect = |step: Step| Step { judged: Judged::Whole, score: 100.0, reported: Vec::new(), ..step };
        let check = |mut snapshot: Snapshot, outcome| {
            snapshot.evidence.push(Evidence {
                check: "tests".to_owned(),
                submission: snapshot.iterations.last().unwrap().submission.clone(),
                outcome,
                provenance: String::new(),
                detail: String::new(),
                extensions: Vec::new(),
            });
            snapshot
        };
        let mut cut_off = perfect(cut_off);
        cut_off.versions[left_out] = Some(3);
        let mut snapshot = check(submit(play(&before), &cut_off), CheckResult::Errored);
        for step in after {
            let mut less = perfect(step);
            less.versions[left_out] = None;
            snapshot = check(submit(snapshot, &less), CheckResult::Passed);
            prop_assert!(!is_complete(&decide(&snapshot)), "{:?}", less);
        }
        let all = Step { versions: [Some(1); 3], ..cut_off };
        let shown = submit(snapshot, &all);
        prop_assert!(!is_complete(&decide(&check(shown.clone(), CheckResult::Errored))));
        prop_assert!(is_complete(&decide(&check(shown, CheckResult::Passed))));
    }

    #[test]
    fn a_blocking_finding_outlives_every_submission_without_its_file(
        severity in select(&SEVERITIES[3..]),
        after in prop::collection::vec(step(), 1..10),
    ) {
        let first = Step {
            versions: [Some(1); 3],
            judged: Judged::Whole,
            score: 100.0,
            reported: vec![(0, severity)],
        };
        let mut snapshot = play(&[first]);
        for mut step in after {
            step.versions[0] = None;
            snapshot = submit(snapshot, &step);
            let unmet = conditions(&decide(&snapshot));
            prop_assert!(unmet.contains(&Condition::BlockingFindings));
        }
    }

    #[test]
    fn a_level_shows_all_that_the_one_before_it_shows(steps in steps()) {
        let mut snapshot = play(&steps);
        let mut feedback = |detail| {
            snapshot.criteria.detail = detail;
            decide(&snapshot).feedback
        };
        let levels = [DetailLevel::Basic, DetailLevel::Detailed, DetailLevel::Verbose].map(&mut feedback);
        for pair in levels.windows(2) {
            let names = |feedback: &Feedback| -> Vec<String> {
                feedback.items.iter().map(|item| item.finding.clone()).collect()
            };
            prop_assert!(names(&pair[1]).starts_with(&names(&pair[0])));
            prop_assert!(pair[1].next_steps.starts_with(&pair[0].next_steps));
            prop_assert_eq!(
                pair[0].items.len() as u32 + pair[0].omitted,
                pair[1].items.len() as u32 + pair[1].omitted
            );
        }
    }

    #[test]
    fn a_lower_score_never_completes_where_a_higher_one_does_not(steps in steps(), drop in 0.0..50.0f64) {
        let mut snapshot = play(&steps);
        let before = decide(&snapshot);
        if let Some(review) = snapshot.iterations.last_mut().and_then(|newest| newest.reviews.last_mut()) {
            review.score = review.score.map(|score| (score - drop).max(0.0));
        }
        prop_assert!(!is_complete(&decide(&snapshot)) || is_complete(&before));
    }

    #[test]
    fn no_snapshot_makes_it_panic(snapshot in arbitrary_snapshot()) {
        if let Ok(decision) = Core::evaluate(&snapshot) {
            keeps_the_contract(&decision);
        }
        let request = &snapshot.request;
        let (bar, tier) = crate::bar::bar_in_force(&snapshot.criteria, request, u32::MAX);
        prop_assert!((0.0..=100.0).contains(&bar) && tier >= 1);
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..=1.0f64, 8 => 0.0..=100.0f64, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..5u32, 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

/// A played session with any of its numbers, lists and texts put out of order: most break the contract, some
/// do not.
fn arbitrary_snapshot() -> impl Strategy<Value = Snapshot> {
    let change = (
        0..20u32,
        any::<prop::sample::Index>(),
        number(),
        count(),
        ".{0,12}",
    );
    (
        prop::collection::vec(step(), 0..8),
        prop::collection::vec(change, 0..3),
    )
        .prop_map(|(steps, changes)| {
            let mut snapshot = play(&steps);
            for (what, place, number, count, text) in changes {
                put_out_of_order(&mut snapshot, what, place, number, count, text);
            }
            snapshot
        })
}

fn put_out_of_order(
    snapshot: &mut Snapshot,
    what: u32,
    place: prop::sample::Index,
    number: f64,
    count: u32,
    text: String,
) {
    match what {
        0 => snapshot.criteria.tiers.truncate(count as usize),
        1 => snapshot
            .criteria
            .tiers
            .iter_mut()
            .for_each(|tier| tier.score = number),
        2 => snapshot.criteria.hard_stop = count,
        3 => snapshot.criteria.stagnation.threshold = number,
        4 => snapshot.criteria.stagnation.start_loop = count,
        5 => snapshot.request.bar = Some(BarRequest::Exactly(number)),
        6 => snapshot.request.stop = Some(StopRequest::Exactly(count)),
        7 => snapshot.settings = text.clone(),
        8 => snapshot.settings = format!("{{\"noise_band\": {number}}}"),
        9 => snapshot.limits.max_reviews = count,
        10 => snapshot.sources.truncate(count as usize),
        11 => snapshot.iterations.truncate(count as usize),
        _ => {}
    }
    if !snapshot.findings.is_empty() {
        let finding = place.get_mut(&mut snapshot.findings);
        match what {
            12 => (finding.reopened, finding.first_seen) = (count, 0),
            13 => (finding.first_seen, finding.last_seen) = (count, u32::MAX),
            14 => finding.fixed_in = Some(count),
            15 => (finding.location, finding.message) = (None, text),
            _ => {}
        }
    }
    if !snapshot.iterations.is_empty() {
        let iteration = place.get_mut(&mut snapshot.iterations);
        match what {
            16 => iteration.loop_number = Some(count),
            17 => iteration.attempt = count,
            18 => iteration.reviews.clear(),
            19 => iteration
                .reviews
                .iter_mut()
                .for_each(|review| review.score = Some(number)),
            _ => {}
        }
    }
}
