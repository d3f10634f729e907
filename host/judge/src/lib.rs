//! The judges that review a submission.
//!
//! [`StaticJudge`] is the built-in one: rules over syntax trees, offline and deterministic.

mod static_rules;

pub use static_rules::{Grammar, StaticJudge};
