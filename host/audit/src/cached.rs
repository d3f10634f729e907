//! A judge that remembers: the same work, asked in the same way, is reviewed once.
//!
//! The key is made of everything that can change a review except the session's earlier findings: the work, the
//! repository context, the task, the rubric, the judge's identity (with its settings), and which of several
//! independent reviews is asked for. Only whole, scored reports are kept.
//!
//! A judge that is not deterministic is asked anew as soon as there are earlier findings: what it says of them is
//! about this session alone, and the silence of a review that was never asked about them proves nothing.

use crate::domain::{Coverage, Digest, Extent, JudgeIdentity, Usage};
use crate::ports::{Judge, JudgeError, JudgeReport, JudgeRequest, ReviewCache};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Changes whenever the meaning of a kept report does.
const FORMAT: &str = "review-cache/1";

/// A judge in front of which a cache stands.
pub struct CachedJudge {
    judge: Arc<dyn Judge>,
    cache: Arc<dyn ReviewCache>,
    /// Reviews on their way, by key: who comes second waits and finds the result in the cache.
    flights: Mutex<HashMap<Digest, Flight>>,
}

type Flight = Arc<tokio::sync::Mutex<()>>;

impl CachedJudge {
    /// Puts a cache in front of a judge.
    pub fn new(judge: Arc<dyn Judge>, cache: Arc<dyn ReviewCache>) -> Self {
        Self {
            judge,
            cache,
            flights: Mutex::default(),
        }
    }

    async fn hit(&self, key: &Digest) -> Option<JudgeReport> {
        let report = self.cache.get(key).await?;
        Some(JudgeReport {
            usage: Usage::default(),
            provenance: match report.provenance.as_str() {
                "" => "from the cache".to_owned(),
                provenance => format!("from the cache: {provenance}"),
            },
            ..report
        })
    }

    fn flight(&self, key: &Digest) -> Flight {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(flights.entry(key.clone()).or_default())
    }
}

/// A share in a flight, which is forgotten with its last share, however the review ends.
struct Share<'a> {
    of: &'a CachedJudge,
    key: &'a Digest,
    /// There until it is dropped.
    flight: Option<Flight>,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut flights = self
            .of
            .flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Given back under the lock, so that of two that end together one is the last.
        self.flight = None;
        if flights
            .get(self.key)
            .is_some_and(|flight| Arc::strong_count(flight) == 1)
        {
            flights.remove(self.key);
        }
    }
}

#[async_trait]
impl Judge for CachedJudge {
    fn identity(&self) -> &JudgeIdentity {
        self.judge.identity()
    }

    fn reads_context(&self) -> bool {
        self.judge.reads_context()
    }

    fn check(&self) -> Option<&str> {
        self.judge.check()
    }

    async fn close(&self) {
        self.judge.close().await;
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        if !self.identity().deterministic && !request.earlier.is_empty() {
            return self.judge.review(request).await;
        }
        let key = key(self.identity(), request);
        if let Some(report) = self.hit(&key).await {
            return Ok(report);
        }
        let began = Instant::now();
        let share = Share {
            of: self,
            key: &key,
            flight: Some(self.flight(&key)),
        };
        // Dropped before the share, which is the last to hold the flight.
        let flight = share.flight.clone().unwrap_or_default();
        let _turn = match Arc::clone(&flight).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let turn = flight.lock_owned().await;
                if let Some(report) = self.hit(&key).await {
                    return Ok(report);
                }
                turn
            }
        };
        // Waiting for another's review took of the time.
        let request = JudgeRequest {
            time: request.time.saturating_sub(began.elapsed()),
            ..request.clone()
        };
        let report = self.judge.review(&request).await?;
        if report.coverage == Coverage::Whole && !report.scores.is_empty() {
            self.cache.put(&key, &report).await;
        }
        Ok(report)
    }
}

/// The key of a request to a judge.
fn key(judge: &JudgeIdentity, request: &JudgeRequest) -> Digest {
    let mut fields = Fields::default();
    fields.text(FORMAT);
    fields.text(&judge.name);
    fields.text(&judge.version);
    fields.text(request.task.as_deref().unwrap_or_default());
    fields.text(if request.task.is_some() { "task" } else { "" });
    fields.number(u64::from(request.draw));
    for dimension in &request.rubric.dimensions {
        fields.text(&dimension.name);
        fields.number(dimension.weight.to_bits());
        fields.text(&dimension.description);
    }
    fields.text("files");
    for file in request.files.iter() {
        fields.text(&file.path);
        fields.text(
            file.language
                .as_ref()
                .map_or("", |language| language.name()),
        );
        fields.text(&file.text);
        fields.extent(&file.extent);
    }
    fields.text("context");
    fields.text(request.context.digest().as_str());
    Digest::of(&fields.0)
}

/// Fields one after the other, none of which can be taken for a part of another.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn extent(&mut self, extent: &Extent) {
        match extent {
            Extent::Whole => self.text("whole"),
            Extent::Changed(lines) => {
                self.text("changed");
                self.number(lines.len() as u64);
                lines.iter().for_each(|line| self.number(u64::from(*line)));
            }
            Extent::Fragment { lines, removed } => {
                self.text("fragment");
                self.number(lines.len() as u64);
                for line in lines {
                    self.number(u64::from(line.number) << 1 | u64::from(line.added));
                }
                self.number(removed.len() as u64);
                removed.iter().for_each(|line| self.text(line));
            }
        }
    }
}
