//! The bar: which score completes at which loop.

use crate::model::{BarRequest, Criteria, Request, Tier};

/// The bar in force at some loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Score that completes, 0..=100.
    pub score: f64,
    /// Number of the tier in force, from 1.
    pub tier: u32,
    /// First loop at which any score completes, from 1.
    pub from_loop: u32,
}

/// A reading of the tiers: the bar in force at a loop (from 1), before any request. The tiers are by
/// ascending `loops`; for no tiers it must still answer.
pub type BarRule = fn(tiers: &[Tier], loop_number: u32) -> Bar;

/// The default reading: the first tier whose `loops` is not yet passed, after the last tier that tier. Never
/// rises with the loop number while tiers descend. Without tiers nothing less than 100 completes.
pub fn declining(tiers: &[Tier], loop_number: u32) -> Bar {
    let in_force = tiers.iter().position(|tier| tier.loops >= loop_number);
    let index = in_force.unwrap_or(tiers.len().saturating_sub(1));
    let score = tiers.get(index).map_or(100.0, |tier| tier.score);
    Bar {
        score,
        tier: index as u32 + 1,
        from_loop: 1,
    }
}

/// The default policy's bar in force at loop `loop_number`, and the number of its tier: the tiers' bar,
/// raised or replaced by what the submission asked for.
pub fn bar_in_force(criteria: &Criteria, request: &Request, loop_number: u32) -> (f64, u32) {
    let bar = requested(declining(&criteria.tiers, loop_number), request);
    (bar.score, bar.tier)
}

/// Applies a request to a bar. A number that is no score leaves a bar within 0..=100 all the same.
pub(crate) fn requested(bar: Bar, request: &Request) -> Bar {
    let score = match request.bar {
        None => bar.score,
        Some(BarRequest::AtLeast(score)) => bar.score.max(score),
        Some(BarRequest::Exactly(score)) => score,
    };
    // NaN must not become a bar that everything meets.
    let score = if score.is_nan() {
        100.0
    } else {
        score.clamp(0.0, 100.0)
    };
    Bar { score, ..bar }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::criteria;
    use proptest::prelude::*;

    fn request(bar: BarRequest) -> Request {
        Request {
            bar: Some(bar),
            ..Request::default()
        }
    }

    #[test]
    fn with_the_defaults_the_bar_is_95_to_loop_10_then_90_to_15_then_85() {
        let criteria = criteria();
        let bar = |n| bar_in_force(&criteria, &Request::default(), n);
        assert!((0..=10).all(|n| bar(n) == (95.0, 1)));
        assert!((11..=15).all(|n| bar(n) == (90.0, 2)));
        assert!((16..=25).all(|n| bar(n) == (85.0, 3)));
        assert_eq!(bar(u32::MAX), (85.0, 3));
    }

    #[test]
    fn a_request_for_at_least_raises_the_bar_and_never_lowers_it() {
        let criteria = criteria();
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::AtLeast(92.0)), 1),
            (95.0, 1)
        );
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::AtLeast(92.0)), 11),
            (92.0, 2)
        );
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::AtLeast(99.0)), 1),
            (99.0, 1)
        );
    }

    #[test]
    fn a_request_for_exactly_replaces_the_bar() {
        let criteria = criteria();
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::Exactly(40.0)), 1),
            (40.0, 1)
        );
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::Exactly(99.0)), 20),
            (99.0, 3)
        );
    }

    #[test]
    fn nonsense_makes_the_bar_unreachable_rather_than_low() {
        let mut criteria = criteria();
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::Exactly(f64::NAN)), 1).0,
            100.0
        );
        assert_eq!(
            bar_in_force(&criteria, &request(BarRequest::Exactly(-5.0)), 1).0,
            0.0
        );
        criteria.tiers.clear();
        assert_eq!(bar_in_force(&criteria, &Request::default(), 1), (100.0, 1));
    }

    proptest! {
        #[test]
        fn never_rises_with_the_loop_number_while_tiers_descend(
            mut scores in prop::collection::vec(0.0..=100.0f64, 1..6),
            mut loops in prop::collection::vec(1u32..40, 6),
            raise in prop::option::of(0.0..=100.0f64),
        ) {
            scores.sort_by(|a, b| b.total_cmp(a));
            loops.sort_unstable();
            let tiers = scores.iter().zip(&loops).map(|(&score, &loops)| Tier { score, loops }).collect();
            let criteria = Criteria { tiers, ..criteria() };
            let request = Request { bar: raise.map(BarRequest::AtLeast), ..Request::default() };
            let bars: Vec<(f64, u32)> = (0..45).map(|n| bar_in_force(&criteria, &request, n)).collect();
            prop_assert!(bars.is_sorted_by(|a, b| a.0 >= b.0 && a.1 <= b.1));
        }
    }
}
