//! Reviews that were made before: the newest in memory, more of them in a directory.

mod kept;
mod memory;

use crate::blocking::run;
use async_trait::async_trait;
use cap_std::fs::Dir;
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::{JudgeReport, ReviewCache};
use kept::Kept;
use memory::Memory;
use std::io;
use std::sync::Arc;

/// How much a cache of reviews may hold, in bytes of their JSON texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// In memory.
    pub memory: u64,
    /// In the directory.
    pub directory: u64,
}

impl Default for CacheLimits {
    /// Some 2,000 reviews of 4 KiB in memory, and 32 times as many in the directory.
    fn default() -> Self {
        Self {
            memory: 8 << 20,
            directory: 256 << 20,
        }
    }
}

/// Keeps reviews. Clones share what is kept.
///
/// In memory the least used ones go first; in the directory the oldest ones. Files of a directory may be removed at
/// any time, and any number of processes may share it.
#[derive(Clone)]
pub struct Reviews {
    memory: Arc<Memory>,
    kept: Option<Arc<Kept>>,
}

impl Reviews {
    /// Keeps reviews in memory alone.
    pub fn in_memory(limits: CacheLimits) -> Self {
        Self {
            memory: Arc::new(Memory::new(limits.memory)),
            kept: None,
        }
    }

    /// Keeps reviews in this directory too, which belongs to the cache from now on.
    pub fn in_directory(dir: Dir, limits: CacheLimits) -> Self {
        Self {
            kept: Some(Arc::new(Kept::new(dir, limits.directory))),
            ..Self::in_memory(limits)
        }
    }
}

#[async_trait]
impl ReviewCache for Reviews {
    async fn get(&self, key: &Digest) -> Option<JudgeReport> {
        if let Some(report) = self.memory.get(key) {
            return Some(report);
        }
        let kept = Arc::clone(self.kept.as_ref()?);
        let wanted = key.clone();
        let (report, bytes) = noted(run(move || kept.get(&wanted)).await)??;
        self.memory.put(key, &report, bytes);
        Some(report)
    }

    async fn put(&self, key: &Digest, report: &JudgeReport) {
        let Ok(text) = serde_json::to_vec(report) else {
            return;
        };
        self.memory.put(key, report, text.len());
        if let Some(kept) = &self.kept {
            let (kept, key) = (Arc::clone(kept), key.clone());
            noted(run(move || kept.put(&key, &text)).await);
        }
    }
}

/// What goes wrong with a cache costs time, nothing else.
fn noted<T>(result: io::Result<T>) -> Option<T> {
    result
        .inspect_err(|error| tracing::warn!("the cache of reviews: {error}"))
        .ok()
}
