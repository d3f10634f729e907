//! What a cycle may spend of one thing, has spent, and spends on a loop.

use crate::Settings;
use gansauditor_core::model::Snapshot;
use serde_json::json;
use std::collections::BTreeMap;

/// One kind of spending under a limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meter {
    /// What is counted, as a noun.
    pub(crate) unit: &'static str,
    /// What may be spent, more than 0.
    pub(crate) limit: f64,
    /// What was spent.
    pub(crate) spent: f64,
    /// What an attempt took that was judged, in the mean.
    pub(crate) mean: f64,
}

/// The meters that have a limit.
pub(crate) fn meters(settings: &Settings, snapshot: &Snapshot) -> Vec<Meter> {
    let spend = &snapshot.spend;
    let tokens = spend.input_tokens.saturating_add(spend.output_tokens);
    // A review that is used again costs nothing.
    let judged = snapshot.iterations.iter().filter(|one| !one.unchanged);
    let judged = judged.count().max(1) as f64;
    let meter = |unit, limit: Option<f64>, spent: f64| {
        limit.map(|limit| Meter {
            unit,
            limit,
            spent,
            mean: spent / judged,
        })
    };
    [
        meter(
            "tokens",
            settings.max_tokens.map(|most| most as f64),
            tokens as f64,
        ),
        meter(
            "money",
            settings.max_money,
            spend.money_micros as f64 / 1_000_000.0,
        ),
        meter(
            "minutes",
            settings.max_minutes,
            spend.judge_millis as f64 / 60_000.0,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Meter {
    pub(crate) fn left(&self) -> f64 {
        (self.limit - self.spent).max(0.0)
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.spent >= self.limit
    }

    /// Whole loops of mean cost that still fit.
    pub(crate) fn loops_left(&self) -> u64 {
        if self.mean > 0.0 {
            // Saturates where the quotient is beyond all loops.
            (self.left() / self.mean) as u64
        } else {
            u64::MAX
        }
    }

    pub(crate) fn told(&self) -> String {
        let (spent, limit) = (number(self.spent), number(self.limit));
        format!("{spent} of {limit} {} spent", self.unit)
    }
}

/// For programs: what was spent and is left of each. Members are in ascending order: what else is built decides
/// whether JSON objects keep another.
pub(crate) fn json(meters: &[Meter]) -> String {
    let one = |meter: &Meter| {
        let value = json!({
            "left": meter.left(),
            "limit": meter.limit,
            "mean": meter.mean,
            "spent": meter.spent,
        });
        (meter.unit, value)
    };
    let meters: BTreeMap<_, _> = meters.iter().map(one).collect();
    json!(meters).to_string()
}

/// A number for people: with two decimals where they tell anything.
pub(crate) fn number(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}
