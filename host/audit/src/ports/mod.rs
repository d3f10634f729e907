//! What the audit loop needs from the world. Adapters implement these; each port's contract is in its doc.

mod clock;
mod judge;
mod policy_engine;
mod session_store;

pub use clock::{Clock, SystemClock};
pub use judge::{Judge, JudgeError, JudgeReport, JudgeRequest, ProgressSink, Stage, Unheard};
pub use policy_engine::{HistoryRequest, LivePolicy, PolicyEngine, PolicyError};
pub use session_store::{
    ImportError, SessionImporter, SessionStore, SessionSummary, SessionWriter, StoreError,
};
