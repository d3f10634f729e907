//! How the loop is getting on: the one definition of a trend.
//!
//! Looked at are the scores of the newest five loops. A judge that grades the same code twice scatters with a
//! standard deviation of about 4 points, so the difference of two scores scatters with about 4 times the root
//! of 2; a change counts from `excusing_rise` on (6 by default), the same size that excuses stagnation.

use crate::model::{Progress, Trend};
use crate::stagnation::judges;
use crate::text::{counted, points};
use crate::view::{Loop, View};

/// Loops that make the trend.
const WINDOW: usize = 5;

/// Direction of the scores, and how far to trust it: by the number of scores seen out of five, and half of
/// that when they are of different judges.
pub(crate) fn progress(view: &View) -> Progress {
    let window = &view.loops[view.loops.len().saturating_sub(WINDOW)..];
    let scores: Vec<f64> = window.iter().map(|at| at.score).collect();
    let one_judge = one_judge(window);
    let seen = scores.len().saturating_sub(1) as f64 / (WINDOW - 1) as f64;
    Progress {
        trend: trend(&scores, view.settings.excusing_rise),
        confidence: if one_judge { seen } else { seen / 2.0 },
        scores: view.loops.iter().map(|at| at.score).collect(),
        factors: factors(view, &scores, one_judge),
    }
}

/// Improving or declining when the last score is away from the first by `noise` or more; else oscillating
/// when it went both up and down by as much on the way; else stagnant, also with too few scores to tell.
fn trend(scores: &[f64], noise: f64) -> Trend {
    let (Some(first), Some(last)) = (scores.first(), scores.last()) else {
        return Trend::Stagnant;
    };
    let net = last - first;
    // Without any noise a flat line is still no rise.
    let counts = |change: f64| change >= noise && change > 0.0;
    let step = |sign: f64| {
        scores
            .windows(2)
            .any(|pair| counts(sign * (pair[1] - pair[0])))
    };
    if counts(net) {
        Trend::Improving
    } else if counts(-net) {
        Trend::Declining
    } else if step(1.0) && step(-1.0) {
        Trend::Oscillating
    } else {
        Trend::Stagnant
    }
}

fn one_judge(window: &[Loop]) -> bool {
    let mut all = window.iter().map(judges);
    let first = all.next().flatten();
    first.is_some() && all.all(|other| other == first) || window.is_empty()
}

fn factors(view: &View, scores: &[f64], one_judge: bool) -> Vec<String> {
    let mut factors = Vec::new();
    if scores.len() > 1 {
        let scores: Vec<String> = scores.iter().map(|&score| points(score)).collect();
        factors.push(format!(
            "Scores of the last {} loops: {}.",
            scores.len(),
            scores.join(", ")
        ));
    }
    if !one_judge {
        factors.push("The scores are of different judges and compare badly.".to_owned());
    }
    let blocking = view.blocking().count();
    if blocking > 0 {
        factors.push(format!(
            "Standing: {}.",
            counted(blocking, "blocking finding")
        ));
    }
    if view.newest.unchanged {
        factors.push("The newest submission is an earlier one, unchanged.".to_owned());
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{review, session, steady};

    #[test]
    fn a_change_within_the_noise_is_no_trend() {
        assert_eq!(trend(&[], 6.0), Trend::Stagnant);
        assert_eq!(trend(&[80.0], 6.0), Trend::Stagnant);
        assert_eq!(trend(&[80.0, 85.0, 81.0, 85.9], 6.0), Trend::Stagnant);
        assert_eq!(trend(&[80.0, 80.0], 0.0), Trend::Stagnant);
    }

    #[test]
    fn a_change_beyond_the_noise_is_one() {
        assert_eq!(trend(&[80.0, 86.0], 6.0), Trend::Improving);
        assert_eq!(trend(&[80.0, 70.0, 90.0, 74.0], 6.0), Trend::Declining);
        assert_eq!(trend(&[80.0, 90.0, 79.0], 6.0), Trend::Oscillating);
    }

    #[test]
    fn five_scores_of_one_judge_are_relied_on_and_fewer_less() {
        let confidence = |scores: &[f64]| {
            let snapshot = scores
                .iter()
                .fold(session(), |session, &score| session.scored(score));
            progress(&View::of(&snapshot).unwrap()).confidence
        };
        assert_eq!(confidence(&[60.0]), 0.0);
        assert_eq!(confidence(&[60.0, 70.0, 80.0]), 0.5);
        assert_eq!(confidence(&[60.0; 8]), 1.0);
    }

    #[test]
    fn scores_of_different_judges_are_relied_on_less() {
        let mut other = review(70.0, &["a.rs"]);
        other.judges = vec![steady()];
        let snapshot = session()
            .scored(60.0)
            .submit(&[("a.rs", "x")], vec![other])
            .scored(80.0);
        let progress = progress(&View::of(&snapshot).unwrap());
        assert_eq!(progress.confidence, 0.25);
        assert!(
            progress
                .factors
                .iter()
                .any(|factor| factor.contains("different judges"))
        );
        assert_eq!(progress.scores, [60.0, 70.0, 80.0]);
    }
}
