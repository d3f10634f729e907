//! Taking over session files of the original server.
//!
//! The original keeps a session as one JSON file, `<id>.json`. What it says of the code - its text, scores,
//! verdicts, comments and how it ended - becomes the events of a session; what only its machinery needed
//! is left behind. The file itself stays where it is.

mod ending;
mod file;
mod review;
#[cfg(test)]
mod tests;
mod work;

use file::{Attempt, SessionFile};
use gansauditor_audit::domain::{Digest, Event, Origin, Request, SessionId, Timestamp, Usage};
use gansauditor_audit::ports::{ImportError, SessionImporter};

/// Newest attempts that are taken over; few enough that the attempts a cycle may have are not used up by them.
const MAX_ATTEMPTS: usize = 50;
/// Most bytes of submitted text that are taken over, over all attempts, the newest first.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// Reads `<id>.json` session files.
///
/// An iteration becomes a submission with its review; the original's own review of nothing (its fallback and
/// its unread 100) becomes an unscored one. Audits of which the original kept no code come over without
/// findings, because nobody could follow them, and do not count as loops. Whatever is missing, of another
/// type or out of range is left out or moved into range; a file that is not a session at all is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct LegacyImporter;

impl SessionImporter for LegacyImporter {
    fn import(
        &self,
        _: &SessionId,
        bytes: &[u8],
        source: Digest,
        now: Timestamp,
    ) -> Result<Vec<Event>, ImportError> {
        let file = SessionFile::parse(bytes)?;
        let attempts = newest(&file.attempts);
        let mut at = file.created_at.unwrap_or(now).min(now);
        let mut events = vec![Event::Opened {
            at,
            origin: Origin::Imported { source },
        }];
        let mut scores = Vec::new();
        for (attempt, record) in (1..).zip(attempts) {
            // Time does not run backwards in a journal.
            at = record.at.unwrap_or(at).max(at).min(now);
            let work = work::work(record.code.as_deref());
            let reviewed = match &record.gan {
                Some(gan) => {
                    let review = review::review(gan, &work, record.code.as_deref());
                    if review.counts() {
                        scores.extend(review.score.map(|score| (score, review.verdict)));
                    }
                    Event::Reviewed {
                        attempt,
                        at,
                        review,
                        reused_from: None,
                    }
                }
                None => Event::ReviewFailed {
                    attempt,
                    at,
                    error: "the original server recorded no result".to_owned(),
                    usage: Usage::default(),
                },
            };
            events.push(Event::Submitted {
                attempt,
                at,
                work,
                request: Request::default(),
                task: file.task.clone(),
                context: None,
                thought_number: record.thought_number,
            });
            events.push(reviewed);
        }
        if let (Some(ending), Some(attempt)) = (&file.ending, last_attempt(attempts)) {
            events.push(ending::decided(ending, attempt, at, &scores));
        }
        Ok(events)
    }
}

fn last_attempt(attempts: &[Attempt]) -> Option<u32> {
    u32::try_from(attempts.len())
        .ok()
        .filter(|attempt| *attempt > 0)
}

/// As many of the newest attempts as are taken over; the newest one always.
fn newest(attempts: &[Attempt]) -> &[Attempt] {
    let mut bytes = 0usize;
    let taken = attempts
        .iter()
        .rev()
        .take(MAX_ATTEMPTS)
        .take_while(|attempt| {
            let first = bytes == 0;
            bytes = bytes.saturating_add(attempt.code.as_ref().map_or(0, String::len));
            first || bytes <= MAX_TEXT_BYTES
        })
        .count();
    &attempts[attempts.len() - taken..]
}
