//! Reviews that were made before.

use super::JudgeReport;
use crate::domain::Digest;
use async_trait::async_trait;

/// Keeps what judges reported, by everything that can change it.
///
/// A courtesy: it may forget anything at any time and never fails. What it gives back is exactly what was put
/// in under the same key; anything else it holds back. Bounded in memory and on disk.
#[async_trait]
pub trait ReviewCache: Send + Sync + 'static {
    /// What was put in under this key, if it is still there.
    async fn get(&self, key: &Digest) -> Option<JudgeReport>;

    /// Keeps a report.
    async fn put(&self, key: &Digest, report: &JudgeReport);
}
