//! The words the host speaks: plain data, no behaviour that needs a port.
//!
//! They mirror the policy contract (`wit/`) where the two meet, and add what only the host knows: anchors of
//! findings, the text under review, the events of a session.

mod context;
mod criteria;
mod decision;
mod digest_text;
mod event;
mod finding;
mod identity;
mod review;
mod rfc3339;
mod score;
mod snapshot;
mod work;

pub use context::{ContextFile, ContextScope, RepositoryContext};
pub use criteria::{
    BarRequest, Caps, CheckErrors, Criteria, DetailLevel, Request, StagnationCriteria, StopRequest,
    Tier,
};
pub use decision::{
    CompleteReason, Condition, Decision, Feedback, FeedbackItem, NextStep, Priority, Progress,
    ReviewReason, StagnationReport, StagnationSign, Status, StopReason, TerminationReport, Trend,
    UnmetCondition,
};
pub use digest_text::work_digest;
pub use event::{DecidedBy, Event, Origin, Terms};
pub use finding::{Category, Finding, FindingState, Location, Reported, Severity};
pub use gansauditor_submission::{Digest, FileKind, Language, file_kind};
pub use identity::{
    InvalidSessionId, JudgeIdentity, JudgeKind, PolicyIdentity, SessionId, Timestamp,
};
pub use review::{Card, CardOutcome, Coverage, Dimension, FileReading, Review, Usage, Verdict};
pub use score::{InvalidScore, Score};
pub use snapshot::{
    CheckResult, Evidence, FileVersion, HistoryRequest, IterationView, Snapshot, Source,
    SourceFile, Spend,
};
pub use work::{Extent, FragmentLine, ReadingClass, Rename, SetApart, Work, WorkFile};

/// Additions to a record of the contract: names and JSON texts.
pub type Extensions = Vec<(String, String)>;
