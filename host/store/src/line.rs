//! Single lines of a journal: how they are written, sealed and read.

use gansauditor_audit::domain::{Digest, Event, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// Version of the format that this store writes, and the newest it reads.
pub(crate) const VERSION: u32 = 1;
/// Longest record line in bytes.
pub(crate) const MAX_LINE: usize = 64 * 1024 * 1024;
/// Longest header line in bytes: an id of 256 bytes, every one escaped, and the rest.
pub(crate) const MAX_HEADER: usize = 4096;
/// How every record begins. It occurs nowhere else in a record, because within a JSON string its quotation
/// marks are escaped and no event has a member of that name.
pub(crate) const RECORD_START: &[u8] = b"{\"idx\":";

const SEAL_START: &[u8] = b",\"hash\":\"";
const SEAL_END: &[u8] = b"\"}\n";
/// `sha256:` and 64 digits.
const DIGEST_BYTES: usize = 71;
/// Bytes that the seal takes at the end of a line.
pub(crate) const SEAL_BYTES: usize = SEAL_START.len() + DIGEST_BYTES + SEAL_END.len();

/// First line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) v: u32,
    pub(crate) session: SessionId,
    pub(crate) created: Timestamp,
}

/// Any other line of a journal.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) idx: u64,
    pub(crate) prev: Digest,
    pub(crate) events: Vec<Event>,
    pub(crate) at: Timestamp,
}

/// The part of a record that holds whatever its events are.
#[derive(Debug, Deserialize)]
pub(crate) struct Link {
    pub(crate) idx: u64,
    pub(crate) prev: Digest,
}

/// A line and the digest it ends with.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Digest,
}

/// Why events cannot be written down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritable {
    #[error("the events cannot be written as JSON: {0}")]
    NotJson(serde_json::Error),
    #[error("the events could not be read back: {0}")]
    NotReadable(serde_json::Error),
    #[error("the events take {0} bytes, more than the {MAX_LINE} of one record")]
    TooLong(usize),
}

/// The header line of a new journal.
pub(crate) fn header(session: &SessionId, created: Timestamp) -> Result<Sealed, Unwritable> {
    let header = Header {
        v: VERSION,
        session: session.clone(),
        created,
    };
    seal(serde_json::to_vec(&header).map_err(Unwritable::NotJson)?)
}

/// The line of a batch, and the events as a later reader will find them.
pub(crate) fn record(
    idx: u64,
    prev: &Digest,
    events: &[Event],
) -> Result<(Sealed, Vec<Event>, Timestamp), Unwritable> {
    #[derive(Serialize)]
    struct Written<'a> {
        idx: u64,
        prev: &'a Digest,
        events: &'a [Event],
        at: Timestamp,
    }
    let at = events.last().map(time_of).unwrap_or_default();
    let json = serde_json::to_vec(&Written {
        idx,
        prev,
        events,
        at,
    })
    .map_err(Unwritable::NotJson)?;
    let read: Record = serde_json::from_slice(&json).map_err(Unwritable::NotReadable)?;
    Ok((seal(json)?, read.events, at))
}

/// Replaces the closing brace of a JSON object by its seal.
fn seal(mut json: Vec<u8>) -> Result<Sealed, Unwritable> {
    json.pop();
    let hash = Digest::of(&json);
    json.extend_from_slice(SEAL_START);
    json.extend_from_slice(hash.as_str().as_bytes());
    json.extend_from_slice(SEAL_END);
    if json.len() > MAX_LINE {
        Err(Unwritable::TooLong(json.len()))
    } else {
        Ok(Sealed { bytes: json, hash })
    }
}

/// The digest at the end of a line when it is that of the bytes before.
pub(crate) fn verified(line: &[u8]) -> Option<Digest> {
    let claimed = claimed(line)?;
    let content = &line[..line.len() - SEAL_BYTES];
    (Digest::of(content) == claimed).then_some(claimed)
}

/// The digest that the end of a line claims, unverified.
pub(crate) fn claimed(end: &[u8]) -> Option<Digest> {
    let seal = &end[end.len().checked_sub(SEAL_BYTES)?..];
    let digits = seal.strip_prefix(SEAL_START)?.strip_suffix(SEAL_END)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The time that the end of a record claims, unverified.
pub(crate) fn claimed_time(end: &[u8]) -> Option<Timestamp> {
    claimed(end)?;
    let before = std::str::from_utf8(&end[..end.len() - SEAL_BYTES]).ok()?;
    let (_, digits) = before.rsplit_once(",\"at\":")?;
    digits.parse().ok().map(Timestamp)
}

/// When an event happened.
pub(crate) fn time_of(event: &Event) -> Timestamp {
    match event {
        Event::Opened { at, .. }
        | Event::Submitted { at, .. }
        | Event::Reviewed { at, .. }
        | Event::ReviewFailed { at, .. }
        | Event::Decided { at, .. }
        | Event::Undecided { at, .. }
        | Event::Reset { at, .. } => *at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use proptest::prelude::*;

    #[test]
    fn a_line_ends_with_the_digest_of_what_stands_before() {
        let (line, _, at) = record(3, &Digest::of(b"x"), &sample::loop_events(1)).unwrap();
        assert_eq!(verified(&line.bytes), Some(line.hash.clone()));
        assert_eq!(claimed_time(&line.bytes), Some(at));
        assert_eq!(line.bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
        let starts = line
            .bytes
            .windows(RECORD_START.len())
            .filter(|w| *w == RECORD_START)
            .count();
        assert_eq!(starts, 1);
    }

    #[test]
    fn refuses_events_that_could_not_be_read_back() {
        let mut events = sample::loop_events(1);
        for event in &mut events {
            if let Event::Reviewed { review, .. } = event {
                review.assessed_weight = f64::NAN;
            }
        }
        assert!(matches!(
            record(0, &Digest::of(b"x"), &events),
            Err(Unwritable::NotReadable(_))
        ));
    }

    proptest! {
        #[test]
        fn gives_back_every_number_to_the_last_bit(weight in proptest::num::f64::NORMAL) {
            let mut events = sample::loop_events(1);
            for event in &mut events {
                if let Event::Reviewed { review, .. } = event {
                    review.assessed_weight = weight;
                }
            }
            let (_, read, _) = record(0, &Digest::of(b"x"), &events).unwrap();
            prop_assert_eq!(read, events);
        }
    }
}
