//! The audit loop and the domain it speaks of.
//!
//! One audit goes one way: lock the session, resolve the submission into work, judge it, grade the review,
//! update the ledger, record, let the policy decide, record, answer. [`AuditLoop`] is that way; the
//! [`ports`] are what it needs from the world; [`domain`] is what it speaks of; a [`session::Session`] is
//! the fold of a session's events.

mod audit_loop;
mod book;
mod cached;
mod caps;
mod combine;
pub mod domain;
mod evaluation;
pub mod fingerprint;
mod gan_config;
mod grade;
mod iteration;
mod ledger;
mod one_audit;
mod panel;
pub mod plain;
pub mod ports;
mod prepare;
mod queue;
mod readings;
mod remarks;
pub mod replay;
mod report;
mod reporting;
mod resolve;
mod reuse;
mod review;
pub mod rubric;
pub mod session;
mod snapshot_of;
mod trials;

pub use audit_loop::{AuditLoop, AuditRequest, ContextConfig, LoopConfig, Ports};
pub use cached::CachedJudge;
pub use gan_config::GanConfigMode;
pub use panel::{InvalidPanel, Panel, Seat};
pub use queue::{Busy, QueueLimits};
pub use readings::Unreadable;
pub use report::{AuditError, AuditReport, LoopSummary};
