//! From session to snapshot.

use crate::domain::{
    CheckErrors, CheckResult, Digest, Evidence, HistoryRequest, IterationView, Request, Snapshot,
    Source, SourceFile, Terms, Timestamp,
};
use crate::session::{Iteration, Session};

/// What a policy may know of a session's newest iteration: `settings` and `memo` are its own.
pub(crate) fn snapshot(
    session: &Session,
    terms: &Terms,
    settings: &str,
    memo: Option<&[u8]>,
    now: Timestamp,
) -> Snapshot {
    Snapshot {
        now,
        criteria: terms.criteria.clone(),
        request: newest_request(session),
        limits: terms.limits,
        settings: settings.to_owned(),
        iterations: session.iterations().iter().map(view).collect(),
        sources: sources(session, terms.history),
        findings: session.ledger().to_vec(),
        evidence: evidence(session, terms.criteria.check_errors),
        spend: session.spend(),
        memo: memo.map(<[u8]>::to_vec),
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

/// The results that count. One that counts for nothing is not shown: no policy can hold it against the work then.
fn evidence(session: &Session, errors: CheckErrors) -> Vec<Evidence> {
    let mut evidence = session.evidence();
    if errors == CheckErrors::Note {
        evidence.retain(|result| result.outcome != CheckResult::Errored);
    }
    evidence
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

/// Digest of what the policy saw, for replay. A snapshot of plain data always serialises.
pub(crate) fn input_digest(facts: &Snapshot) -> Option<Digest> {
    serde_json::to_vec(facts)
        .ok()
        .map(|bytes| Digest::of(&bytes))
}
