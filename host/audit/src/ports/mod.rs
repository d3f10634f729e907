//! What the audit loop needs from the world. Adapters implement these; each port's contract is in its doc.

mod clock;
mod judge;
mod policy_engine;
mod review_cache;
mod session_store;
mod trial;
mod workspace;

pub use clock::{Clock, SystemClock};
pub use judge::{
    CheckRun, Judge, JudgeError, JudgeFailure, JudgeReport, JudgeRequest, ProgressSink, Stage,
    Unheard,
};
pub use policy_engine::{InForce, LivePolicy, PolicyEngine, PolicyError};
pub use review_cache::ReviewCache;
pub use session_store::{
    ImportError, SessionImporter, SessionStore, SessionSummary, SessionWriter, StoreError,
};
pub use trial::{Comparison, Trial};
pub use workspace::{ContextRequest, FilesRequest, OnDisk, Workspace, WorkspaceError};
