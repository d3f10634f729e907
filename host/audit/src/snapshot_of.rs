//! From session to snapshot.

use crate::audit_loop::LoopConfig;
use crate::domain::{IterationView, Request, Snapshot, Source, SourceFile, Timestamp};
use crate::ports::{HistoryRequest, LivePolicy};
use crate::session::{Iteration, Session};

/// What `policy` may know of a session's newest iteration.
pub(crate) fn snapshot(
    session: &Session,
    config: &LoopConfig,
    policy: &dyn LivePolicy,
    now: Timestamp,
) -> Snapshot {
    Snapshot {
        now,
        criteria: config.criteria.clone(),
        request: newest_request(session),
        limits: config.caps,
        settings: policy.settings().to_owned(),
        iterations: session.iterations().iter().map(view).collect(),
        sources: sources(session, policy.history()),
        findings: session.ledger().to_vec(),
        evidence: session.evidence(),
        spend: session.spend(),
        memo: session.memo(policy.identity()).map(<[u8]>::to_vec),
        extensions: Vec::new(),
    }
}

/// What the cycle's newest submission asked for.
pub(crate) fn newest_request(session: &Session) -> Request {
    session
        .iterations()
        .last()
        .map_or_else(Request::default, |iteration| iteration.request)
}

fn view(iteration: &Iteration) -> IterationView {
    IterationView {
        attempt: iteration.attempt,
        loop_number: iteration.loop_number,
        submission: iteration.digest.clone(),
        submitted_at: iteration.at,
        files: iteration.files.clone(),
        unchanged: iteration.unchanged,
        reviews: iteration.reviews.clone(),
    }
}

/// The newest iterations' texts, whole iterations only, as many as asked for and fit.
fn sources(session: &Session, history: HistoryRequest) -> Vec<Source> {
    let mut bytes = 0u64;
    let mut sources: Vec<Source> = session
        .iterations()
        .iter()
        .rev()
        .take(history.submissions as usize)
        .map_while(|iteration| {
            let work = iteration.work.as_ref()?;
            let files: Vec<SourceFile> = work
                .files
                .iter()
                .map(|file| SourceFile {
                    path: file.path.clone(),
                    language: file
                        .language
                        .as_ref()
                        .map(|language| language.name().to_owned()),
                    text: file.text.clone(),
                })
                .collect();
            bytes += files.iter().map(|file| file.text.len() as u64).sum::<u64>();
            (bytes <= history.bytes).then_some(Source {
                attempt: iteration.attempt,
                files,
            })
        })
        .collect();
    sources.reverse();
    sources
}
