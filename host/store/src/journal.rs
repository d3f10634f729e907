//! Reading a journal: verify the chain line by line, hand on the events, say how it ends.

use crate::line::{self, Header, Link, MAX_HEADER, MAX_LINE, RECORD_START, Record};
use gansauditor_audit::domain::{Digest, Event, SessionId, Timestamp};
use std::fmt;
use std::io::{self, BufRead, Read};

/// The verified part of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Its length, header included.
    pub(crate) bytes: u64,
    /// Digest of its last line.
    pub(crate) head: Digest,
    /// Records in it.
    pub(crate) records: u64,
    /// Time of its last record.
    pub(crate) at: Timestamp,
}

/// What stands after the verified part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing.
    Whole,
    /// A piece of one record whose append was cut short, and which nobody was told is durable.
    Torn,
    /// Something else.
    Damaged {
        /// Number of the first record that does not hold.
        record: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A record that holds but speaks of things this version does not know.
    Later {
        /// What.
        reason: String,
    },
}

impl fmt::Display for Ending {
    /// What is wrong, in words that follow the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("it is whole"),
            Self::Torn => f.write_str("its last append was cut short"),
            Self::Damaged { record, reason } => {
                write!(f, "it is damaged at record {record}: {reason}")
            }
            Self::Later { reason } => {
                write!(f, "{reason}; update the server, or begin a new session")
            }
        }
    }
}

/// A journal read from its start. Without a chain not even the header holds.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) chain: Option<Chain>,
    pub(crate) ending: Ending,
}

impl Reading {
    fn damaged(reason: String) -> Self {
        Self {
            chain: None,
            ending: Ending::Damaged { record: 0, reason },
        }
    }
}

/// Reads the header line.
///
/// A header of a later format version is an [`Ending::Later`], since only its seal can be checked.
pub(crate) fn read_header(
    reader: &mut impl BufRead,
) -> io::Result<Result<(Header, Chain), Ending>> {
    let damaged = |reason: &str| {
        Err(Ending::Damaged {
            record: 0,
            reason: reason.to_owned(),
        })
    };
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(MAX_HEADER as u64)
        .read_until(b'\n', &mut bytes)?;
    let Some(head) = line::verified(&bytes) else {
        return Ok(damaged("its header does not match its hash"));
    };
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    if let Ok(Version { v }) = serde_json::from_slice(&bytes)
        && v > line::VERSION
    {
        let reason = format!(
            "it is of format {v}, written by a later version of the server; this one reads up to format {}",
            line::VERSION
        );
        return Ok(Err(Ending::Later { reason }));
    }
    let Ok(header) = serde_json::from_slice::<Header>(&bytes) else {
        return Ok(damaged("its header is not that of a session's journal"));
    };
    let at = header.created;
    Ok(Ok((
        header,
        Chain {
            bytes: bytes.len() as u64,
            head,
            records: 0,
            at,
        },
    )))
}

/// Reads the journal of a session from its start. `fold` gets the events of the verified part in order.
///
/// A journal comes into being together with its first record, so one that ends before is damaged, not torn.
pub(crate) fn read(
    id: &SessionId,
    reader: &mut impl BufRead,
    fold: impl FnMut(&Event),
) -> io::Result<Reading> {
    let (header, mut chain) = match read_header(reader)? {
        Ok(read) => read,
        Err(ending) => {
            return Ok(Reading {
                chain: None,
                ending,
            });
        }
    };
    if header.session != *id {
        return Ok(Reading::damaged(
            "its header names another session".to_owned(),
        ));
    }
    let ending = read_on(&mut chain, reader, fold)?;
    if chain.records == 0 && matches!(ending, Ending::Whole | Ending::Torn) {
        return Ok(Reading::damaged(
            "it ends before its first record does".to_owned(),
        ));
    }
    Ok(Reading {
        chain: Some(chain),
        ending,
    })
}

/// Reads on from the end of `chain`, which grows by what holds.
pub(crate) fn read_on(
    chain: &mut Chain,
    reader: &mut impl BufRead,
    mut fold: impl FnMut(&Event),
) -> io::Result<Ending> {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        reader
            .by_ref()
            .take(MAX_LINE as u64 + 1)
            .read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(Ending::Whole);
        }
        let damaged = |reason: &str| {
            Ok(Ending::Damaged {
                record: chain.records,
                reason: reason.to_owned(),
            })
        };
        if bytes.len() > MAX_LINE {
            return damaged("it is longer than any record");
        }
        let Some(head) = line::verified(&bytes) else {
            let last = reader.fill_buf()?.is_empty();
            return if last && is_torn(&bytes) {
                Ok(Ending::Torn)
            } else {
                damaged("its bytes do not match its hash")
            };
        };
        let parsed = serde_json::from_slice::<Record>(&bytes);
        let link = match &parsed {
            Ok(record) => Ok(Link {
                idx: record.idx,
                prev: record.prev.clone(),
            }),
            Err(_) => serde_json::from_slice::<Link>(&bytes),
        };
        match link {
            Err(_) => return damaged("it is not a record of a journal"),
            Ok(link) if link.idx != chain.records => {
                return damaged(&format!("it says it is record {}", link.idx));
            }
            Ok(link) if link.prev != chain.head => {
                return damaged("it does not follow from the record before");
            }
            Ok(_) => {}
        }
        let record = match parsed {
            Ok(record) => record,
            Err(error) => {
                let reason = format!(
                    "record {} was written by a later version of the server: {error}",
                    chain.records
                );
                return Ok(Ending::Later { reason });
            }
        };
        record.events.iter().for_each(&mut fold);
        *chain = Chain {
            bytes: chain.bytes + bytes.len() as u64,
            head,
            records: chain.records + 1,
            at: record.at,
        };
    }
}

/// Whether a last line that does not hold is what an interrupted append leaves: the beginning of one record,
/// or one record with holes (zeros) where blocks had not reached the disk. A record that is all there and
/// does not match its hash has been acknowledged and then changed; a second start of a record means that the
/// end of the first one was changed.
fn is_torn(line: &[u8]) -> bool {
    let incomplete = line.last() != Some(&b'\n') || line.contains(&0);
    incomplete
        && !line[1..]
            .windows(RECORD_START.len())
            .any(|window| window == RECORD_START)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use gansauditor_audit::session::Session;

    struct Written {
        bytes: Vec<u8>,
        /// Length and fold after each record.
        marks: Vec<(usize, Session)>,
    }

    fn id() -> SessionId {
        SessionId::new("sample").unwrap()
    }

    fn written() -> Written {
        let header = line::header(&id(), Timestamp(1)).unwrap();
        let mut session = Session::new(id());
        let mut written = Written {
            bytes: header.bytes,
            marks: Vec::new(),
        };
        let mut head = header.hash;
        for (idx, events) in sample::batches(4).into_iter().enumerate() {
            let (line, read, _) = line::record(idx as u64, &head, &events).unwrap();
            read.iter().for_each(|event| session.apply(event));
            head = line.hash;
            written.bytes.extend_from_slice(&line.bytes);
            written.marks.push((written.bytes.len(), session.clone()));
        }
        written
    }

    fn read_bytes(mut bytes: &[u8]) -> (Session, Reading) {
        let mut session = Session::new(id());
        let reading = read(&id(), &mut bytes, |event| session.apply(event)).unwrap();
        (session, reading)
    }

    #[test]
    fn every_prefix_gives_the_events_of_its_whole_records() {
        let Written { bytes, marks } = written();
        assert!(
            (8_000..30_000).contains(&bytes.len()),
            "{} bytes",
            bytes.len()
        );
        for end in 0..bytes.len() {
            let (session, reading) = read_bytes(&bytes[..end]);
            let Some((length, expected)) = marks.iter().rev().find(|(length, _)| *length <= end)
            else {
                assert!(
                    matches!(reading.ending, Ending::Damaged { record: 0, .. }),
                    "at {end}"
                );
                continue;
            };
            let ending = if *length == end {
                Ending::Whole
            } else {
                Ending::Torn
            };
            assert_eq!(reading.ending, ending, "at {end}");
            assert_eq!(reading.chain.map(|chain| chain.bytes), Some(*length as u64));
            assert!(session == *expected, "another fold at {end}");
        }
    }

    #[test]
    fn every_changed_byte_is_damage_or_tears_the_last_record() {
        let Written { bytes, marks } = written();
        let last_record = marks[marks.len() - 2].0;
        let mut changed = bytes.clone();
        let mut torn = 0;
        for at in 0..bytes.len() {
            for change in [
                0x01,
                0x20,
                0x80,
                bytes[at],
                bytes[at] ^ b'\n',
                bytes[at] ^ b'0',
            ] {
                if change == 0 {
                    continue;
                }
                changed[at] = bytes[at] ^ change;
                let (session, reading) = read_bytes(&changed);
                let intact = marks.iter().rposition(|(length, _)| *length <= at);
                match intact {
                    Some(mark) => assert!(session == marks[mark].1, "another fold at {at}"),
                    None => assert_eq!(session.events(), 0),
                }
                match reading.ending {
                    Ending::Torn => {
                        let like_a_crash = changed[at] == 0 || at == bytes.len() - 1;
                        assert!(
                            at >= last_record && like_a_crash,
                            "a change at {at} tore the tail"
                        );
                        torn += 1;
                    }
                    Ending::Damaged { record, .. } => {
                        assert_eq!(record, intact.map_or(0, |mark| mark as u64 + 1), "at {at}");
                    }
                    other => panic!("a change at {at} went by as {other:?}"),
                }
            }
            changed[at] = bytes[at];
        }
        assert!(torn > 0);
    }

    #[test]
    fn a_missing_doubled_or_swapped_record_is_damage() {
        let Written { bytes, marks } = written();
        let (first, second, third) = (marks[0].0, marks[1].0, marks[2].0);
        let missing = [&bytes[..first], &bytes[second..]].concat();
        let doubled = [&bytes[..second], &bytes[first..]].concat();
        let swapped = [
            &bytes[..first],
            &bytes[second..third],
            &bytes[first..second],
            &bytes[third..],
        ]
        .concat();
        for (case, bytes, at) in [
            ("missing", missing, 1),
            ("doubled", doubled, 2),
            ("swapped", swapped, 1),
        ] {
            let (_, reading) = read_bytes(&bytes);
            assert!(
                matches!(reading.ending, Ending::Damaged { record, .. } if record == at),
                "{case}: {:?}",
                reading.ending
            );
        }
    }

    #[test]
    fn a_bad_line_with_anything_after_it_is_never_a_torn_tail() {
        let Written { bytes, marks } = written();
        let cut = [
            &bytes[..marks[2].0 - 10],
            b"\n".as_slice(),
            &bytes[marks[2].0..],
        ]
        .concat();
        assert!(matches!(
            read_bytes(&cut).1.ending,
            Ending::Damaged { record: 2, .. }
        ));
        let joined = [&bytes[..marks[2].0 - 10], &bytes[marks[2].0..]].concat();
        assert!(matches!(
            read_bytes(&joined).1.ending,
            Ending::Damaged { record: 2, .. }
        ));
    }

    #[test]
    fn zeros_where_a_record_was_to_go_are_a_torn_tail() {
        let Written { mut bytes, marks } = written();
        let last = marks[marks.len() - 2].0;
        bytes[last + 100..].fill(0);
        assert_eq!(read_bytes(&bytes).1.ending, Ending::Torn);
        bytes[last..].fill(0);
        assert_eq!(read_bytes(&bytes).1.ending, Ending::Torn);
    }

    fn sealed(json: &str) -> Vec<u8> {
        let content = json.strip_suffix('}').unwrap();
        let hash = Digest::of(content.as_bytes());
        format!("{content},\"hash\":\"{hash}\"}}\n").into_bytes()
    }

    #[test]
    fn a_journal_of_a_later_format_is_not_damage() {
        let bytes = sealed(r#"{"v":2,"whatever":true}"#);
        let (_, reading) = read_bytes(&bytes);
        assert!(
            matches!(reading.ending, Ending::Later { .. }),
            "{:?}",
            reading.ending
        );
    }

    #[test]
    fn an_event_of_a_later_version_is_not_damage_and_ends_the_reading() {
        let Written { bytes, marks } = written();
        let (_, reading) = read_bytes(&bytes);
        let head = reading.chain.unwrap().head;
        let later = sealed(&format!(
            r#"{{"idx":{},"prev":"{head}","events":[{{"event":"telepathy","at":9}}],"at":9}}"#,
            marks.len()
        ));
        let (session, reading) = read_bytes(&[bytes, later].concat());
        assert!(
            matches!(reading.ending, Ending::Later { .. }),
            "{:?}",
            reading.ending
        );
        assert!(session == marks.last().unwrap().1);
    }

    #[test]
    fn a_journal_of_another_session_is_damage() {
        let header = line::header(&SessionId::new("other").unwrap(), Timestamp(1)).unwrap();
        assert!(matches!(
            read_bytes(&header.bytes).1.ending,
            Ending::Damaged { record: 0, .. }
        ));
    }
}
