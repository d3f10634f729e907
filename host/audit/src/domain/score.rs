//! Scores.

use serde::{Deserialize, Serialize};

/// A grade within 0..=100, never NaN.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Score(f64);

/// A number that is no score.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a score: a score lies within 0..=100")]
pub struct InvalidScore(pub f64);

impl Score {
    /// The best there is.
    pub const MAX: Self = Self(100.0);
    /// The worst there is.
    pub const MIN: Self = Self(0.0);

    /// Takes a number that is finite and within 0..=100.
    pub fn new(value: f64) -> Result<Self, InvalidScore> {
        if (0.0..=100.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(InvalidScore(value))
        }
    }

    /// The nearest score to a number; NaN becomes the worst.
    pub fn clamped(value: f64) -> Self {
        if value.is_nan() {
            Self::MIN
        } else {
            Self(value.clamp(0.0, 100.0))
        }
    }

    /// The number, within 0..=100.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Score {
    type Error = InvalidScore;
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Whole numbers, the ordinary case, without a trailing ".0".
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}
