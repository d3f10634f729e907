//! Journals that are only looked at.

use crate::blocking::blocking;
use crate::files::{Folder, unavailable};
use crate::journal::{self, Ending};
use crate::listing::{self, Listed};
use crate::names::{self, Names};
use crate::quarantine;
use crate::state::{read_from_start, unusable};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use gansauditor_audit::domain::{Event, SessionId};
use gansauditor_audit::ports::{SessionSummary, StoreError};
use gansauditor_audit::session::Session;
use std::collections::BTreeSet;
use std::io::{self, BufReader, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// How often a journal is read before it counts as damaged: its server may take back an append that failed, and put
/// another in its place, while it is read.
const READINGS: u32 = 3;

/// The sessions in a directory, to be looked at: whatever is found, nothing is written, renamed, locked or created.
///
/// A damaged journal stays where it is: setting it aside is for the server that opens the session. Servers may write
/// meanwhile; a session is then read as it was at some moment of the reading.
#[derive(Debug, Clone)]
pub struct Journals {
    folder: Arc<Folder>,
}

/// All that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The sessions whose journals begin as they should, the newest first.
    pub sessions: Vec<SessionSummary>,
    /// The other journals, and those that were set aside because they are damaged, by the names of the files.
    pub unreadable: Vec<Unreadable>,
}

/// A journal from which no session can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its name inside the directory.
    pub file: String,
    /// Its session, where that can be told.
    pub session: Option<SessionId>,
    /// What is wrong with it.
    pub reason: String,
}

impl Journals {
    /// Looks into the directory at `path`; absent when there is none.
    ///
    /// # Errors
    /// It is no directory, or this user may not look into it.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Some(Self {
                folder: Arc::new(Folder::new(dir)),
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All sessions, with the journals from which none can be read: nothing is left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the directory cannot be listed.
    pub async fn list(&self) -> Result<Listing, StoreError> {
        let folder = Arc::clone(&self.folder);
        blocking(move || list(&folder).map_err(unavailable("listed"))).await
    }

    /// A session as its journal makes it.
    ///
    /// # Errors
    /// As [`Journals::events`].
    pub async fn read(&self, id: &SessionId) -> Result<Session, StoreError> {
        let mut session = Session::new(id.clone());
        let events = self.events(id).await?;
        events.iter().for_each(|event| session.apply(event));
        Ok(session)
    }

    /// The events of a session in order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it has no journal, [`StoreError::Damaged`] when that was set aside,
    /// [`StoreError::Unavailable`] when it cannot be read or does not hold.
    pub async fn events(&self, id: &SessionId) -> Result<Vec<Event>, StoreError> {
        let (folder, id) = (Arc::clone(&self.folder), id.clone());
        blocking(move || events(&folder, &id)).await
    }
}

fn list(folder: &Folder) -> io::Result<Listing> {
    let names: BTreeSet<String> = folder.names()?.into_iter().collect();
    let mut listing = Listing::default();
    // A session may have been damaged more than once; it is still one.
    let mut set_aside = BTreeSet::new();
    for name in &names {
        let (session, reason) = if name.ends_with(names::JOURNAL_SUFFIX) {
            let reason = match listing::look(folder, name) {
                Ok(Some(Listed::Session(summary))) => {
                    listing.sessions.push(summary);
                    continue;
                }
                // Removed meanwhile.
                Ok(None) => continue,
                Ok(Some(Listed::Unreadable(reason))) => reason,
                Err(error) => error.to_string(),
            };
            (names::session_of(name), reason)
        } else if let Some(journal) = names::journal_set_aside(name)
            && !names.contains(&journal)
            && set_aside.insert(journal.clone())
        {
            let session = session_set_aside(folder, name, &journal);
            let reason = why_set_aside(folder, session.as_ref());
            (session, reason)
        } else {
            continue;
        };
        listing.unreadable.push(Unreadable {
            file: name.clone(),
            session,
            reason,
        });
    }
    listing::sort(&mut listing.sessions);
    Ok(listing)
}

/// Whose journal was set aside under this name; it was called `journal` before.
fn session_set_aside(folder: &Folder, name: &str, journal: &str) -> Option<SessionId> {
    let by_header = || {
        let file = folder.open_to_read(name).ok()??;
        let (header, _) = journal::read_header(&mut BufReader::new(file)).ok()?.ok()?;
        (Names::of(&header.session).journal() == journal).then_some(header.session)
    };
    names::session_of(journal).or_else(by_header)
}

fn why_set_aside(folder: &Folder, session: Option<&SessionId>) -> String {
    let why = session.and_then(|id| {
        let found = quarantine::find(folder, &Names::of(id), id);
        found.ok()?.map(|error| error.to_string())
    });
    why.unwrap_or_else(|| "a damaged journal, set aside; restore or remove it".to_owned())
}

fn events(folder: &Folder, id: &SessionId) -> Result<Vec<Event>, StoreError> {
    let names = Names::of(id);
    let mut damage = None;
    for _ in 0..READINGS {
        let file = folder
            .open_to_read(&names.journal())
            .map_err(unavailable("read"))?;
        let Some(mut file) = file else {
            let damaged = quarantine::find(folder, &names, id).map_err(unavailable("read"))?;
            return Err(damaged.unwrap_or_else(|| StoreError::NotFound(id.clone())));
        };
        let mut events = Vec::new();
        let reading = read_from_start(&mut file, id, |event| events.push(event.clone()));
        match reading.map_err(unavailable("read"))?.ending {
            Ending::Whole | Ending::Torn => return Ok(events),
            ending @ Ending::Later { .. } => return Err(unusable(&ending)),
            // The same twice is no change that is under way.
            ending if damage.as_ref() == Some(&ending) => break,
            ending => damage = Some(ending),
        }
    }
    let what = damage.map(|ending| ending.to_string()).unwrap_or_default();
    Err(StoreError::Unavailable {
        action: "read",
        reason: format!(
            "in `{}` {what}; restore the file, or begin a new session",
            names.journal()
        ),
    })
}
