//! The rubric: what a review grades.

use serde::{Deserialize, Serialize};

/// Dimensions with their weights, which sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rubric {
    /// In the order they are shown.
    pub dimensions: Vec<RubricDimension>,
}

/// One aspect to grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RubricDimension {
    /// Name, as judges and reviews use it.
    pub name: String,
    /// Share of the score, 0..=1.
    pub weight: f64,
    /// What it asks.
    pub description: String,
}

/// Does the work do what it is for, and all of it?
pub const CORRECTNESS: &str = "correctness_completeness";
/// Is it tested?
pub const TESTS: &str = "tests";
/// Does it follow style and conventions?
pub const STYLE: &str = "style_conventions";
/// Can it be abused?
pub const SECURITY: &str = "security";
/// Does it waste time or memory?
pub const PERFORMANCE: &str = "performance";
/// Is it documented, and traceable to what was asked?
pub const DOCUMENTATION: &str = "docs_traceability";

impl Default for Rubric {
    /// The six dimensions of the original's documented framework, with its weights.
    fn default() -> Self {
        let dimension = |name: &str, weight, description: &str| RubricDimension {
            name: name.to_owned(),
            weight,
            description: description.to_owned(),
        };
        Self {
            dimensions: vec![
                dimension(
                    CORRECTNESS,
                    0.30,
                    "The work does what it is for, all of it, on every path, errors included.",
                ),
                dimension(
                    TESTS,
                    0.20,
                    "What matters is tested, and the tests can fail.",
                ),
                dimension(
                    STYLE,
                    0.15,
                    "It reads like the code around it and follows the language's conventions.",
                ),
                dimension(
                    SECURITY,
                    0.15,
                    "Hostile input does no harm, and no secret is given away.",
                ),
                dimension(
                    PERFORMANCE,
                    0.10,
                    "It wastes neither time nor memory, and scales as it must.",
                ),
                dimension(
                    DOCUMENTATION,
                    0.10,
                    "What a reader needs is written down, and what was asked can be traced to code.",
                ),
            ],
        }
    }
}
