//! Reviews in memory.

use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::JudgeReport;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Bytes of a typical report, from which the cache guesses how many it will hold.
const TYPICAL: u64 = 4 << 10;

/// A report with the length of its text.
type Weighed = (Arc<JudgeReport>, u32);

#[derive(Clone)]
struct Bytes;

impl Weighter<Digest, Weighed> for Bytes {
    fn weight(&self, key: &Digest, (_, bytes): &Weighed) -> u64 {
        // Fields and pointers take about as much as the text.
        key.as_str().len() as u64 + 2 * u64::from(*bytes)
    }
}

/// The reviews used last, bounded in bytes.
pub(super) struct Memory(Cache<Digest, Weighed, Bytes>);

impl Memory {
    pub(super) fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items.max(1), bytes, Bytes))
    }

    pub(super) fn get(&self, key: &Digest) -> Option<JudgeReport> {
        self.0.get(key).map(|(report, _)| (*report).clone())
    }

    pub(super) fn put(&self, key: &Digest, report: &JudgeReport, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.0
            .insert(key.clone(), (Arc::new(report.clone()), bytes));
    }
}
