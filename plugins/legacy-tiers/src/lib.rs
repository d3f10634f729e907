//! The original server's reading of the tiers as a policy.
//!
//! A tier's LOOPS is the *first* loop at which its score completes, where the default policy reads it as the
//! last. Blocking findings, coverage, stagnation, feedback and settings are the default policy's.

use gansauditor_core::bar::Bar;
use gansauditor_core::model::{Decision, Description, Error, Problem, Snapshot, Tier};
use gansauditor_core::{Policy, policy, settings};

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct LegacyTiers;

impl Policy for LegacyTiers {
    fn describe() -> Description {
        Description {
            name: "legacy-tiers".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes when the score of a tier is met from that tier's loop on, as the original server did; otherwise the default policy.".to_owned(),
            settings_schema: settings::SCHEMA.to_owned(),
            history: policy::HISTORY,
        }
    }

    fn validate_settings(settings: &str) -> Result<(), Vec<Problem>> {
        policy::validate_settings(settings)
    }

    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error> {
        policy::evaluate(snapshot, from_its_loops_on)
    }
}

/// The lowest bar among the tiers whose `loops` are reached, and before that the first tier's, which then
/// completes nothing yet. Without tiers nothing less than 100 completes.
fn from_its_loops_on(tiers: &[Tier], loop_number: u32) -> Bar {
    let from_loop = tiers.iter().map(|tier| tier.loops).min().unwrap_or(1);
    let first = tiers.first().map_or((100.0, 0), |tier| (tier.score, 0));
    let reached = tiers.iter().map(|tier| (tier.score, tier.loops)).zip(0..);
    let (score, index) = reached
        .filter(|((_, loops), _)| *loops <= loop_number)
        .map(|((score, _), index)| (score, index))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or(first);
    Bar {
        score,
        tier: index + 1,
        from_loop,
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(LegacyTiers);

#[cfg(test)]
mod tests {
    use super::*;
    use gansauditor_core::model::*;
    use gansauditor_core::testing;

    /// Reviews of one unchanging, harmless piece of work by built-in rules, one loop a score.
    fn session(scores: &[f64]) -> Snapshot {
        scores.iter().fold(testing::session(), |session, &score| {
            let review = Review {
                judges: vec![testing::steady()],
                ..testing::review(score, &["a.rs"])
            };
            let mut session = session.submit(&[("a.rs", "same")], vec![review]);
            session.criteria.stagnation.enabled = false;
            session
        })
    }

    /// The decision at a loop that scores this.
    fn at(loop_number: usize, score: f64) -> Decision {
        let mut scores = vec![50.0; loop_number];
        scores[loop_number - 1] = score;
        LegacyTiers::evaluate(&session(&scores)).unwrap()
    }

    #[test]
    fn a_perfect_score_completes_from_loop_10_on_and_not_before() {
        let early = at(9, 100.0);
        assert_eq!(early.status, Status::Continue);
        let unmet = &early.unmet[0];
        assert_eq!(unmet.condition, Condition::Custom("too-early".into()));
        assert_eq!(
            (unmet.required, unmet.actual, unmet.margin),
            (10.0, 9.0, 1.0)
        );
        assert_eq!(
            at(10, 95.0).status,
            Status::Complete(CompleteReason::BarMet(1))
        );
    }

    #[test]
    fn eighty_eight_at_loop_14_cannot_finish_before_20() {
        assert_eq!(at(14, 88.0).status, Status::Continue);
        assert_eq!(at(19, 88.0).status, Status::Continue);
        assert_eq!(
            at(20, 88.0).status,
            Status::Complete(CompleteReason::BarMet(3))
        );
    }

    #[test]
    fn the_bar_is_the_originals_at_every_loop() {
        let bar = |loop_number| at(loop_number, 0.0).bar;
        assert!((1..15).all(|loop_number| bar(loop_number) == 95.0));
        assert!((15..20).all(|loop_number| bar(loop_number) == 90.0));
        assert!((20..=25).all(|loop_number| bar(loop_number) == 85.0));
    }

    #[test]
    fn completes_exactly_when_a_tiers_score_and_loops_are_both_reached() {
        let tiers = session(&[1.0]).criteria.tiers;
        for loop_number in 1..=25 {
            for score in (80..=100).map(f64::from) {
                let original = tiers
                    .iter()
                    .any(|tier| score >= tier.score && loop_number >= tier.loops);
                let decision = at(loop_number as usize, score);
                assert_eq!(
                    matches!(decision.status, Status::Complete(_)),
                    original,
                    "{score} at {loop_number}"
                );
            }
        }
    }

    #[test]
    fn stops_at_the_hard_stop() {
        assert_eq!(at(25, 84.0).status, Status::Stop(StopReason::HardStop));
        assert!(at(25, 84.0).termination.is_some());
        assert_eq!(at(24, 84.0).status, Status::Continue);
    }

    #[test]
    fn the_default_policys_other_conditions_hold() {
        let mut partial = session(&[50.0; 10]);
        partial.iterations[9].reviews[0].assessed_weight = 0.1;
        partial.iterations[9].reviews[0].score = Some(100.0);
        let decision = LegacyTiers::evaluate(&partial).unwrap();
        assert_eq!(decision.unmet[0].condition, Condition::TooLittleAssessed);
        partial.criteria.tiers.clear();
        assert!(matches!(
            LegacyTiers::evaluate(&partial),
            Err(Error::InvalidSnapshot(_))
        ));
        assert_eq!(
            from_its_loops_on(&[], 3),
            Bar {
                score: 100.0,
                tier: 1,
                from_loop: 1
            }
        );
    }

    #[test]
    fn keeps_the_default_policys_settings() {
        assert!(LegacyTiers::validate_settings(r#"{"noise_band": 2}"#).is_ok());
        assert!(LegacyTiers::validate_settings(r#"{"loops": 2}"#).is_err());
        assert_eq!(LegacyTiers::describe().name, "legacy-tiers");
    }
}
