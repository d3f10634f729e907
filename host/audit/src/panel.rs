//! The panel: the judges that review together.

use crate::domain::{JudgeIdentity, JudgeKind};
use crate::ports::Judge;
use std::sync::Arc;

/// A judge with its weight.
#[derive(Clone)]
pub struct Seat {
    /// Who judges.
    pub judge: Arc<dyn Judge>,
    /// Share of its grades in the mean, relative to the others; over 0.
    pub weight: f64,
}

/// The judges that review together, in the order they are shown. Never empty.
#[derive(Clone)]
pub struct Panel {
    seats: Vec<Seat>,
    name: String,
}

/// A panel that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPanel {
    /// Nobody.
    #[error("no judge is named")]
    Empty,
    /// The same judge twice.
    #[error("the judge `{0}` is named twice")]
    Twice(String),
    /// Not a positive, finite number.
    #[error("the weight of the judge `{0}` is not a number over 0")]
    Weight(String),
}

impl Panel {
    /// Seats the judges.
    pub fn new(seats: Vec<Seat>) -> Result<Self, InvalidPanel> {
        if seats.is_empty() {
            return Err(InvalidPanel::Empty);
        }
        let names: Vec<&str> = seats
            .iter()
            .map(|seat| seat.judge.identity().name.as_str())
            .collect();
        for (index, seat) in seats.iter().enumerate() {
            if names[..index].contains(&names[index]) {
                return Err(InvalidPanel::Twice(names[index].to_owned()));
            }
            if !(seat.weight.is_finite() && seat.weight > 0.0) {
                return Err(InvalidPanel::Weight(names[index].to_owned()));
            }
        }
        let name = names.join(", ");
        Ok(Self { seats, name })
    }

    /// A panel of one.
    pub fn of(judge: Arc<dyn Judge>) -> Self {
        let name = judge.identity().name.clone();
        Self {
            seats: vec![Seat { judge, weight: 1.0 }],
            name,
        }
    }

    /// The judges with their weights.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The names of all judges, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The identities of all judges, in order.
    pub fn identities(&self) -> impl Iterator<Item = &JudgeIdentity> {
        self.seats.iter().map(|seat| seat.judge.identity())
    }

    /// The highest authority on it.
    pub fn kind(&self) -> JudgeKind {
        self.identities()
            .map(|judge| judge.kind)
            .max_by_key(|kind| kind.rank())
            .unwrap_or(JudgeKind::Static)
    }

    /// Asking again gives the same review.
    pub fn is_deterministic(&self) -> bool {
        self.identities().all(|judge| judge.deterministic)
    }

    /// Somebody on it reads the repository around the work.
    pub fn reads_context(&self) -> bool {
        self.seats.iter().any(|seat| seat.judge.reads_context())
    }

    /// A judge of this name is on it.
    pub fn has(&self, name: &str) -> bool {
        self.identities().any(|judge| judge.name == name)
    }
}
