//! Sessions as files: the synchronous heart of the directory store.

use crate::cache::{Cache, Folded};
use crate::files::{Files, unavailable};
use crate::journal::{self, Chain, Ending, Reading};
use crate::line::{self, SEAL_BYTES, Unwritable};
use crate::lock::SessionLock;
use crate::names::Names;
use crate::quarantine::{self, Damage};
use crate::turns::{Turn, Turns, locked};
use cap_std::fs::File;
use gansauditor_audit::domain::{Digest, Event, Origin, SessionId, Timestamp};
use gansauditor_audit::ports::{SessionImporter, StoreError};
use gansauditor_audit::session::Session;
use std::collections::HashMap;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Mutex;

/// Largest session file of the original server that is read, in bytes.
const MAX_LEGACY: u64 = 64 * 1024 * 1024;
/// Buffer for reading journals, in bytes.
const READ_BUFFER: usize = 64 * 1024;

/// What all calls of a store share.
pub(crate) struct State {
    pub(crate) files: Files,
    pub(crate) turns: Turns,
    pub(crate) cache: Mutex<Cache>,
    /// Sessions with something on disk that has to go before anyone may read them, kept locked.
    pub(crate) stuck: Mutex<HashMap<SessionId, Stuck>>,
}

/// A failed append that could not be taken back either.
pub(crate) struct Stuck {
    lock: SessionLock,
    remedy: Remedy,
}

/// What takes a failed append back.
#[derive(Debug, Clone, Copy)]
enum Remedy {
    /// The session was to begin with it: there must be no journal.
    Remove,
    /// The journal must end here.
    CutTo(u64),
}

/// A session held exclusively.
pub(crate) struct Hold {
    pub(crate) names: Names,
    // Dropped before the turn, so that the next in turn finds the lock free.
    pub(crate) lock: SessionLock,
    pub(crate) _turn: Turn,
}

/// Where a held session's next record goes.
pub(crate) enum Place {
    /// Into a journal yet to be created, after these events.
    New(Vec<Event>),
    /// To the end of a journal.
    End { file: File, chain: Chain },
}

impl State {
    /// Takes a session's lock without waiting, unless an append is stuck that cannot be taken back even now.
    pub(crate) fn try_lock(
        &self,
        id: &SessionId,
        names: &Names,
    ) -> Result<Option<SessionLock>, StoreError> {
        let stuck = locked(&self.stuck).remove(id);
        match stuck {
            None => SessionLock::try_take(&self.files, names.lock()).map_err(unavailable("locked")),
            Some(stuck) => match self.remedy(names, stuck.remedy) {
                Ok(()) => Ok(Some(stuck.lock)),
                Err(error) => {
                    locked(&self.stuck).insert(id.clone(), stuck);
                    Err(unavailable("repaired after a failed append")(error))
                }
            },
        }
    }

    /// Loads a held session, or begins it in memory. What must not be used is set aside.
    pub(crate) fn load(
        &self,
        hold: &Hold,
        id: &SessionId,
        now: Timestamp,
        importer: Option<&dyn SessionImporter>,
    ) -> Result<(Session, Place), StoreError> {
        let journal = hold.names.journal();
        let file = self
            .files
            .open_to_append(&journal)
            .map_err(unavailable("read"))?;
        let Some(mut file) = file else {
            return self.begin(&hold.names, id, now, importer);
        };
        let cached = locked(&self.cache).take(id);
        let (session, chain, ending) = match cached.and_then(|folded| read_tail(&mut file, folded))
        {
            Some((folded, ending)) => (folded.session, Some(folded.chain), ending),
            None => read_all(&mut file, id).map_err(unavailable("read"))?,
        };
        match (ending, chain) {
            (Ending::Whole, Some(chain)) => Ok((session, Place::End { file, chain })),
            (Ending::Torn, Some(chain)) => {
                self.files
                    .cut(&journal, chain.bytes)
                    .map_err(unavailable("repaired"))?;
                tracing::warn!(
                    session = %id,
                    records = chain.records,
                    "an append that a crash had cut short was removed from the end of the journal"
                );
                Ok((session, Place::End { file, chain }))
            }
            (ending @ Ending::Later { .. }, _) => Err(unusable(&ending)),
            (Ending::Damaged { record, reason }, readable) => {
                let damage = Damage {
                    record,
                    reason,
                    readable,
                };
                Err(quarantine::set_aside(&self.files, &hold.names, id, damage))
            }
            (Ending::Whole | Ending::Torn, None) => Err(StoreError::Unavailable {
                action: "read",
                reason: "the journal has no header; report this as a defect".to_owned(),
            }),
        }
    }

    /// Reads a session without its lock. A journal that does not hold may be one that is being changed at
    /// this moment: then `Ok(None)`, and who wants to know more takes the lock.
    pub(crate) fn read(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let names = Names::of(id);
        let file = self
            .files
            .open_to_read(&names.journal())
            .map_err(unavailable("read"))?;
        let Some(mut file) = file else {
            let damaged = quarantine::find(&self.files, &names, id).map_err(unavailable("read"))?;
            return Err(damaged.unwrap_or_else(|| StoreError::NotFound(id.clone())));
        };
        let (session, _, ending) = read_all(&mut file, id).map_err(unavailable("read"))?;
        match ending {
            Ending::Whole | Ending::Torn => Ok(Some(session)),
            ending @ Ending::Later { .. } => Err(unusable(&ending)),
            Ending::Damaged { .. } => {
                // An earlier fold must not vouch for the file any more.
                locked(&self.cache).take(id);
                Ok(None)
            }
        }
    }

    /// Begins a session that has no journal, unless a damaged one of it was set aside.
    fn begin(
        &self,
        names: &Names,
        id: &SessionId,
        now: Timestamp,
        importer: Option<&dyn SessionImporter>,
    ) -> Result<(Session, Place), StoreError> {
        if let Some(damaged) =
            quarantine::find(&self.files, names, id).map_err(unavailable("read"))?
        {
            return Err(damaged);
        }
        let imported = match importer {
            Some(importer) => self.import(names, id, now, importer)?,
            None => None,
        };
        let events = imported.unwrap_or_else(|| {
            vec![Event::Opened {
                at: now,
                origin: Origin::Created,
            }]
        });
        let mut session = Session::new(id.clone());
        events.iter().for_each(|event| session.apply(event));
        Ok((session, Place::New(events)))
    }

    /// The events of the original server's session of that name, if there is one that can be read.
    fn import(
        &self,
        names: &Names,
        id: &SessionId,
        now: Timestamp,
        importer: &dyn SessionImporter,
    ) -> Result<Option<Vec<Event>>, StoreError> {
        let Some(name) = names.legacy() else {
            return Ok(None);
        };
        let passed_over = |reason: &dyn std::fmt::Display| {
            tracing::warn!(session = %id, file = name, %reason, "a session file was passed over");
            Ok(None)
        };
        let file = match self.files.open_to_read(name) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                return passed_over(&error);
            }
            Err(error) => return Err(unavailable("imported")(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_LEGACY + 1)
            .read_to_end(&mut bytes)
            .map_err(unavailable("imported"))?;
        if bytes.len() as u64 > MAX_LEGACY {
            return passed_over(&format!("it has more than {MAX_LEGACY} bytes"));
        }
        match importer.import(id, &bytes, Digest::of(&bytes), now) {
            Ok(events) => Ok(Some(events)),
            Err(error) => passed_over(&error),
        }
    }

    /// Makes a batch durable and gives back its events as a later reader will find them. After an error
    /// nothing of it is left, or else the session is stuck.
    pub(crate) fn append(
        &self,
        hold: Hold,
        id: &SessionId,
        place: Place,
        events: &[Event],
    ) -> Result<(Hold, Place, Vec<Event>), StoreError> {
        let (result, remedy) = match place {
            Place::New(first) => (self.create(&hold.names, id, &first, events), Remedy::Remove),
            Place::End { file, chain } => {
                let remedy = Remedy::CutTo(chain.bytes);
                (extend(file, chain, events), remedy)
            }
        };
        match result {
            Ok((place, events)) => Ok((hold, place, events)),
            Err(Failure::Unwritable(error)) => {
                self.retire_if_unused(hold);
                Err(StoreError::Unavailable {
                    action: "written",
                    reason: error.to_string(),
                })
            }
            Err(Failure::Io(error)) => {
                match self.remedy(&hold.names, remedy) {
                    Ok(()) => self.retire_if_unused(hold),
                    Err(second) => {
                        tracing::error!(
                            session = %id, error = %second,
                            "a failed append could not be taken back; the session stays locked until it can"
                        );
                        locked(&self.stuck).insert(
                            id.clone(),
                            Stuck {
                                lock: hold.lock,
                                remedy,
                            },
                        );
                    }
                }
                Err(unavailable("written")(error))
            }
        }
    }

    fn create(
        &self,
        names: &Names,
        id: &SessionId,
        first: &[Event],
        events: &[Event],
    ) -> Result<(Place, Vec<Event>), Failure> {
        let created = first
            .first()
            .or(events.first())
            .map(line::time_of)
            .unwrap_or_default();
        let header = line::header(id, created)?;
        let mut chain = Chain {
            bytes: 0,
            head: header.hash,
            records: 0,
            at: created,
        };
        let mut bytes = header.bytes;
        // An imported session may be larger than a record: one record an event. They come into being together.
        for event in first {
            next_record(&mut chain, std::slice::from_ref(event), &mut bytes)?;
        }
        let read = next_record(&mut chain, events, &mut bytes)?;
        chain.bytes = bytes.len() as u64;
        let file = self
            .files
            .create(&names.draft(), &names.journal(), |file| {
                file.write_all(&bytes)
            })?;
        Ok((Place::End { file, chain }, read))
    }

    fn remedy(&self, names: &Names, remedy: Remedy) -> io::Result<()> {
        match remedy {
            Remedy::Remove => {
                self.files.remove(&names.draft())?;
                self.files.remove(&names.journal())?;
                self.files.sync()
            }
            Remedy::CutTo(bytes) => self.files.cut(&names.journal(), bytes),
        }
    }

    /// Lets go of a session.
    pub(crate) fn release(&self, hold: Hold, session: Session, place: Place) {
        match place {
            Place::End { chain, .. } => locked(&self.cache).put(Folded { session, chain }),
            Place::New(_) => self.retire_if_unused(hold),
        }
    }

    /// Lets go of a session and, when it has no journal, removes its lock, which would stay for ever.
    pub(crate) fn retire_if_unused(&self, hold: Hold) {
        let Hold { names, lock, _turn } = hold;
        let retired = match self.files.exists(&names.journal()) {
            Ok(false) => lock.retire(&self.files),
            other => other.map(drop),
        };
        if let Err(error) = retired {
            tracing::debug!(%error, "the lock of a session without a journal stays behind");
        }
    }
}

enum Failure {
    Unwritable(Unwritable),
    Io(io::Error),
}

impl From<Unwritable> for Failure {
    fn from(error: Unwritable) -> Self {
        Self::Unwritable(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Appends a record to a journal: one write, one sync.
fn extend(
    mut file: File,
    mut chain: Chain,
    events: &[Event],
) -> Result<(Place, Vec<Event>), Failure> {
    let mut bytes = Vec::new();
    let read = next_record(&mut chain, events, &mut bytes)?;
    file.write_all(&bytes)?;
    file.sync_data()?;
    Ok((Place::End { file, chain }, read))
}

/// Adds the record that comes next in a chain.
fn next_record(
    chain: &mut Chain,
    events: &[Event],
    bytes: &mut Vec<u8>,
) -> Result<Vec<Event>, Unwritable> {
    let (line, read, at) = line::record(chain.records, &chain.head, events)?;
    bytes.extend_from_slice(&line.bytes);
    *chain = Chain {
        bytes: chain.bytes + line.bytes.len() as u64,
        head: line.hash,
        records: chain.records + 1,
        at,
    };
    Ok(read)
}

fn read_all(file: &mut File, id: &SessionId) -> io::Result<(Session, Option<Chain>, Ending)> {
    let mut session = Session::new(id.clone());
    let reading = read_from_start(file, id, |event| session.apply(event))?;
    Ok((session, reading.chain, reading.ending))
}

/// Reads a journal from its start. `fold` gets the events of the verified part in order.
pub(crate) fn read_from_start(
    file: &mut File,
    id: &SessionId,
    fold: impl FnMut(&Event),
) -> io::Result<Reading> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(READ_BUFFER, file);
    journal::read(id, &mut reader, fold)
}

/// Reads what a journal gained since it was folded. Absent when it does not go on where the fold ends (another
/// file was put in its place), or what was gained cannot be used: reading all of it will tell.
fn read_tail(file: &mut File, mut folded: Folded) -> Option<(Folded, Ending)> {
    let Folded { session, chain } = &mut folded;
    file.seek(SeekFrom::Start(chain.bytes.checked_sub(SEAL_BYTES as u64)?))
        .ok()?;
    let mut reader = BufReader::with_capacity(READ_BUFFER, file);
    let mut seal = [0; SEAL_BYTES];
    reader.read_exact(&mut seal).ok()?;
    if line::claimed(&seal).as_ref() != Some(&chain.head) {
        return None;
    }
    let ending = journal::read_on(chain, &mut reader, |event| session.apply(event)).ok()?;
    matches!(ending, Ending::Whole | Ending::Torn).then_some((folded, ending))
}

/// The error that a journal which ends so answers with, while it stays where it is.
pub(crate) fn unusable(ending: &Ending) -> StoreError {
    StoreError::Unavailable {
        action: "read",
        reason: ending.to_string(),
    }
}
