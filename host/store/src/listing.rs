//! Which sessions there are, and which of them have expired.

use crate::files::{Folder, unavailable};
use crate::journal::{self, Ending};
use crate::line;
use crate::lock::SessionLock;
use crate::names::{self, DRAFT_SUFFIX, JOURNAL_SUFFIX, LOCK_SUFFIX, Names};
use crate::state::{State, read_from_start};
use crate::turns::locked;
use cap_std::fs::File;
use gansauditor_audit::domain::{SessionId, Timestamp};
use gansauditor_audit::ports::{SessionSummary, StoreError};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};

/// More than the time and the seal of a record take at its end, in bytes.
const RECORD_END: u64 = 256;

/// What a file with the name of a journal is.
pub(crate) enum Listed {
    /// A session, as far as its first and its last line tell.
    Session(SessionSummary),
    /// None that can be read; why.
    Unreadable(String),
}

/// What the file with this name, which is that of a journal, is; absent when it is gone.
pub(crate) fn look(folder: &Folder, name: &str) -> io::Result<Option<Listed>> {
    let Some(mut file) = folder.open_to_read(name)? else {
        return Ok(None);
    };
    let header = match journal::read_header(&mut BufReader::new(&mut file))? {
        Ok((header, _)) => header,
        Err(ending) => return Ok(Some(Listed::Unreadable(ending.to_string()))),
    };
    if Names::of(&header.session).journal() != name {
        let reason = format!("its header names another session, `{}`", header.session);
        return Ok(Some(Listed::Unreadable(reason)));
    }
    let bytes = file.metadata()?.len();
    let updated_at = match time_at_end(&mut file, bytes)? {
        Some(time) => time,
        // The last append was cut short or is under way.
        None => verified_time(&mut file, &header.session)?.unwrap_or(header.created),
    };
    Ok(Some(Listed::Session(SessionSummary {
        id: header.session,
        updated_at,
        bytes,
    })))
}

/// Puts sessions in the order in which they are listed: the newest first.
pub(crate) fn sort(sessions: &mut [SessionSummary]) {
    sessions.sort_by(|a, b| {
        b.updated_at
            .cmp(&a.updated_at)
            .then_with(|| a.id.cmp(&b.id))
    });
}

impl State {
    /// All sessions, newest first.
    pub(crate) fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        let mut sessions = Vec::new();
        let mut names = self.files.file_names().map_err(unavailable("listed"))?;
        names.retain(|name| name.ends_with(JOURNAL_SUFFIX));
        for name in names {
            match look(&self.files, &name) {
                Ok(Some(Listed::Session(summary))) => sessions.push(summary),
                // Not of this store, or for who opens it to set aside.
                Ok(Some(Listed::Unreadable(_)) | None) => {}
                // It may have been removed meanwhile; one unreadable file must not hide the others.
                Err(error) => tracing::warn!(file = name, %error, "a journal could not be read"),
            }
        }
        sort(&mut sessions);
        Ok(sessions)
    }

    /// Removes a session last written before `before`; the caller holds its turn. Nothing that is held
    /// elsewhere, damaged or of a later version is removed.
    pub(crate) fn remove_expired(
        &self,
        id: &SessionId,
        before: Timestamp,
    ) -> Result<bool, StoreError> {
        let names = Names::of(id);
        let Some(lock) = self.try_lock(id, &names)? else {
            return Ok(false);
        };
        let remove = || -> io::Result<bool> {
            let Some(file) = self.files.open_to_read(&names.journal())? else {
                return Ok(false);
            };
            let reading = journal::read(id, &mut BufReader::new(file), |_| {})?;
            let sound = matches!(reading.ending, Ending::Whole | Ending::Torn);
            if !sound || reading.chain.is_none_or(|chain| chain.at >= before) {
                return Ok(false);
            }
            self.files.remove(&names.draft())?;
            self.files.remove(&names.journal())?;
            self.files.sync()?;
            Ok(true)
        };
        let removed = remove().map_err(unavailable("removed"))?;
        if removed {
            locked(&self.cache).take(id);
            lock.retire(&self.files).map_err(unavailable("removed"))?;
        }
        Ok(removed)
    }

    /// Removes what processes left that ended before their session had a journal.
    pub(crate) fn remove_leftovers(&self) -> Result<(), StoreError> {
        let remove = |name: &str| -> io::Result<()> {
            let Some(stem) = name.strip_suffix(LOCK_SUFFIX) else {
                return Ok(());
            };
            let journal = format!("{stem}{JOURNAL_SUFFIX}");
            if self.files.exists(&journal)? || self.files.dir().metadata(name)?.len() > 0 {
                return Ok(());
            }
            let Some(lock) = SessionLock::try_take(&self.files, name.to_owned())? else {
                return Ok(());
            };
            if !self.files.exists(&journal)? {
                self.files.remove(&format!("{stem}{DRAFT_SUFFIX}"))?;
                lock.retire(&self.files)?;
            }
            Ok(())
        };
        for name in self.files.file_names().map_err(unavailable("listed"))? {
            match remove(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(unavailable("removed")(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Names of journals that were set aside because they are damaged, sorted.
    pub(crate) fn quarantined(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.files.file_names().map_err(unavailable("listed"))?;
        names.retain(|name| names::journal_set_aside(name).is_some());
        names.sort();
        Ok(names)
    }
}

fn verified_time(file: &mut File, id: &SessionId) -> io::Result<Option<Timestamp>> {
    let reading = read_from_start(file, id, |_| {})?;
    Ok(reading.chain.map(|chain| chain.at))
}

/// The time of the last record, if the file ends with something that looks like one.
fn time_at_end(file: &mut File, bytes: u64) -> io::Result<Option<Timestamp>> {
    file.seek(SeekFrom::Start(bytes.saturating_sub(RECORD_END)))?;
    let mut end = Vec::new();
    file.take(RECORD_END).read_to_end(&mut end)?;
    Ok(line::claimed_time(&end))
}
