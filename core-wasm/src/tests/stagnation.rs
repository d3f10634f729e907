//! "Stagnation" over the last 3 loops, on code only.

use super::*;
use crate::stagnation::assess_stagnation;
use crate::testing::*;

/// Forty lines, of which the given one differs.
fn program(changed: usize) -> String {
    (0..40)
        .map(|n| {
            if n == changed {
                format!("other_{n}();\n")
            } else {
                format!("line_{n}(a, b);\n")
            }
        })
        .collect()
}

fn unlike(seed: usize) -> String {
    (0..40).map(|n| format!("word{seed}x{n} ")).collect()
}

fn submitting(texts: impl IntoIterator<Item = String>) -> Snapshot {
    let mut snapshot = session();
    for text in texts {
        snapshot = snapshot.submit(&[("a.rs", &text)], vec![review(60.0, &["a.rs"])]);
    }
    snapshot
}

fn report(snapshot: &Snapshot) -> StagnationReport {
    assess_stagnation(snapshot).expect("the snapshot keeps the contract")
}

fn with_scores(mut snapshot: Snapshot, scores: &[f64]) -> Snapshot {
    for (iteration, &score) in snapshot.iterations.iter_mut().zip(scores) {
        iteration.reviews[0].score = Some(score);
    }
    snapshot
}

#[test]
fn near_identical_submissions_are_a_sign() {
    let report = report(&submitting([1, 2, 3].map(program)));
    assert_eq!(report.signs, [StagnationSign::NearIdentical]);
    assert!(
        report.stagnant
            && report
                .mean_similarity
                .is_some_and(|mean| (0.95..1.0).contains(&mean))
    );
    assert_eq!(report.similarities.len(), 2);
    assert!(report.explanation.contains("0.9"), "{}", report.explanation);
    assert!(!report.alternatives.is_empty());
}

#[test]
fn two_loops_are_too_few_to_tell() {
    let report = report(&submitting([1, 2].map(program)));
    assert!(!report.stagnant && report.signs.is_empty());
    assert_eq!(report.similarities.len(), 1);
    assert_eq!(report.explanation, "Too early to say: 2 of 3 loops.");
}

#[test]
fn only_the_mean_of_the_pairs_counts() {
    let report = report(&submitting([program(1), program(2), unlike(1)]));
    assert_eq!(report.signs, []);
    assert!(report.mean_similarity.is_some_and(|mean| mean < 0.95));
}

#[test]
fn attempts_that_are_no_loops_are_not_looked_at() {
    let [first, second, third] = [1, 2, 3].map(program);
    let whole = |snapshot: Snapshot, text: &str| {
        snapshot.submit(&[("a.rs", text)], vec![review(60.0, &["a.rs"])])
    };
    let snapshot = whole(whole(session(), &first), &second).submit(&[("a.rs", &unlike(1))], vec![]);
    assert_eq!(
        report(&whole(snapshot, &third)).signs,
        [StagnationSign::NearIdentical]
    );
}

#[test]
fn without_the_texts_only_digests_and_the_ledger_speak() {
    let mut different = submitting([1, 2, 3].map(program));
    different.sources.clear();
    assert_eq!(report(&different).signs, []);
    assert_eq!(report(&different).mean_similarity, None);
    let mut equal = submitting([1, 1, 1].map(program));
    equal.sources.clear();
    assert_eq!(report(&equal).signs, [StagnationSign::NearIdentical]);
    let mut one_known = submitting([1, 2, 3].map(program));
    one_known.sources.remove(0);
    assert_eq!(report(&one_known).similarities.len(), 1);
    assert_eq!(report(&one_known).signs, []);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut snapshot = session();
    for _ in 0..3 {
        let files = [("a.rs", program(1)), ("b.rs", unlike(1))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        snapshot = snapshot.submit(&files, vec![review(60.0, &["a.rs", "b.rs"])]);
    }
    for (source, iteration) in snapshot
        .sources
        .iter_mut()
        .zip(&mut snapshot.iterations)
        .skip(1)
    {
        source.files.reverse();
        iteration.submission = format!("digest {}", iteration.attempt);
    }
    assert_eq!(report(&snapshot).similarities, [1.0, 1.0]);
}

#[test]
fn going_back_and_forth_twice_running_is_oscillation() {
    let texts = [unlike(1), unlike(2), unlike(1), unlike(2)];
    assert_eq!(
        report(&submitting(texts.clone())).signs,
        [StagnationSign::Oscillation]
    );
    let once = [unlike(3), unlike(2), unlike(1), unlike(2)];
    assert_eq!(report(&submitting(once)).signs, []);
    assert_eq!(report(&submitting(texts.into_iter().take(3))).signs, []);
}

/// Four loops of unlike texts; each finding is blocking and described by the loops that report it.
fn reporting(findings: &[(&str, &[u32])]) -> Snapshot {
    let mut snapshot = submitting((1..=4).map(unlike));
    for &(name, loops) in findings {
        let (first, last) = (loops[0], loops[loops.len() - 1]);
        let mut finding = finding(name, Severity::Critical, "a.rs", 1);
        (finding.first_seen, finding.last_seen) = (first, last);
        if last < 4 {
            (finding.state, finding.fixed_in) = (FindingState::Fixed, Some(last + 1));
        }
        finding.reopened = loops
            .windows(2)
            .filter(|pair| pair[1] > pair[0] + 1)
            .count() as u32;
        for &number in loops {
            snapshot.iterations[number as usize - 1].reviews[0]
                .reported
                .push(name.to_owned());
        }
        snapshot.findings.push(finding);
    }
    snapshot
}

#[test]
fn open_blocking_findings_that_do_not_get_fewer_are_no_progress() {
    let stuck = report(&reporting(&[
        ("f", &[1, 2, 3, 4]),
        ("g", &[2, 3]),
        ("h", &[4]),
    ]));
    assert_eq!(stuck.open_blocking, [2, 2, 2]);
    assert_eq!(stuck.signs, [StagnationSign::NoProgress]);
    assert!(stuck.explanation.contains("(2, 2, 2)"));
    let fewer = report(&reporting(&[("f", &[1, 2, 3, 4]), ("g", &[2, 3])]));
    assert_eq!((fewer.open_blocking, fewer.signs), (vec![2, 2, 1], vec![]));
}

#[test]
fn without_open_blocking_findings_there_is_nothing_to_get_fewer() {
    assert_eq!(report(&reporting(&[])).signs, []);
    let mut minor = reporting(&[("f", &[1, 2, 3, 4])]);
    minor.findings[0].severity = Severity::Major;
    assert_eq!(report(&minor).open_blocking, [0, 0, 0]);
    assert_eq!(report(&minor).signs, []);
    // New ones at the end of a window that began without any are no lack of progress.
    assert_eq!(report(&reporting(&[("f", &[3, 4])])).signs, []);
}

#[test]
fn blocking_findings_that_came_back_are_a_sign() {
    let report = report(&reporting(&[("f", &[1, 2, 4])]));
    assert_eq!(report.open_blocking, [1, 0, 1]);
    assert_eq!(report.signs, [StagnationSign::ReopenedFindings]);
}

#[test]
fn a_rise_beyond_the_noise_excuses_the_signs() {
    let near = || submitting([1, 2, 3].map(program));
    let risen = report(&with_scores(near(), &[60.0, 62.0, 66.0]));
    assert!(risen.excused && !risen.stagnant);
    assert_eq!(
        (risen.score_rise, risen.signs),
        (Some(6.0), vec![StagnationSign::NearIdentical])
    );
    assert!(risen.explanation.contains("Excused"));
    assert!(report(&with_scores(near(), &[60.0, 70.0, 65.9])).stagnant);
}

#[test]
fn a_rise_between_different_judges_excuses_nothing() {
    let mut snapshot = with_scores(submitting([1, 2, 3].map(program)), &[60.0, 70.0, 80.0]);
    snapshot.iterations[2].reviews[0].judges[0].version = "2".into();
    assert_eq!(report(&snapshot).score_rise, None);
    assert!(report(&snapshot).stagnant);
}

#[test]
fn identical_submissions_have_no_excuse() {
    let report = report(&with_scores(
        submitting([1, 1, 1].map(program)),
        &[60.0, 70.0, 80.0],
    ));
    assert_eq!(
        (report.score_rise, report.mean_similarity),
        (Some(20.0), Some(1.0))
    );
    assert!(report.stagnant && !report.excused);
}

#[test]
fn nothing_to_say_is_said_in_few_words() {
    let report = report(&submitting([1, 2, 3].map(unlike)));
    assert_eq!(
        report.explanation,
        "No sign of stagnation over the last 3 loops."
    );
    assert!(report.alternatives.is_empty());
}
