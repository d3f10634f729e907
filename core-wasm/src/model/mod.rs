//! The contract's words as plain types; `wit/` says what each means, its units and its ranges.
//!
//! They carry no behaviour but what reading them needs. The component's bindings are converted to and from
//! them in one place; nothing else sees generated types.

mod criteria;
mod decision;
mod finding;
mod review;
mod snapshot;

pub use criteria::{
    BarRequest, Criteria, DetailLevel, Limits, Request, StagnationCriteria, StopRequest, Tier,
};
pub use decision::{
    CompleteReason, CompletionReport, Condition, Decision, Description, Error, Feedback,
    FeedbackItem, HistoryRequest, NextStep, Priority, Problem, Progress, ReviewReason,
    StagnationReport, StagnationSign, Status, StopReason, TerminationReport, Trend, UnmetCondition,
};
pub use finding::{Category, Finding, FindingState, Location, Severity};
pub use review::{Coverage, Dimension, Judge, JudgeKind, Review, Verdict};
pub(crate) use snapshot::mean;
pub use snapshot::{
    CheckResult, Evidence, FileVersion, Iteration, Snapshot, Source, SourceFile, Spend,
};

/// Additions to a record: names and JSON texts.
pub type Extensions = Vec<(String, String)>;
