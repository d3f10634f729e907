//! The store over a directory.

use crate::blocking::blocking;
use crate::cache::Cache;
use crate::files::{Files, private};
use crate::names::Names;
use crate::reviews::{CacheLimits, Reviews};
use crate::state::{Hold, State};
use crate::turns::Turns;
use crate::writer::DirectoryWriter;
use async_trait::async_trait;
use cap_std::ambient_authority;
#[cfg(unix)]
use cap_std::fs::DirBuilderExt;
use cap_std::fs::{Dir, DirBuilder};
use gansauditor_audit::domain::{SessionId, Timestamp};
use gansauditor_audit::ports::{
    SessionImporter, SessionStore, SessionSummary, SessionWriter, StoreError,
};
use gansauditor_audit::session::Session;
use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// First pause between two tries at a lock that another process holds; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// Longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);
const GITIGNORE: &str = ".gitignore";
const REVIEWS: &str = "reviews";

/// Why a path cannot be the state directory. The path itself is left to whoever was given it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Something else has that name.
    #[error(
        "the state directory is a file, not a directory; remove the file or choose another directory"
    )]
    NotADirectory,
    /// The file system takes no changes.
    #[error(
        "the state directory is on a read-only file system; choose another or make it writable"
    )]
    ReadOnly,
    /// This user may not write there.
    #[error(
        "the user running the server may not write the state directory; change its owner or choose another"
    )]
    PermissionDenied,
    /// The disk, or the user's share of it, is full.
    #[error("there is no space left for the state directory; free some or choose another")]
    Full,
    /// Anything else.
    #[error("the state directory cannot be used: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => Self::NotADirectory,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::PermissionDenied => Self::PermissionDenied,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}

/// Sessions as journals in a directory, which any number of processes may share.
///
/// Clones share the directory, the turns and the cache of folded sessions. Two stores opened on one directory
/// exclude each other by file locks, in no particular order: one that takes a session again and again without
/// a pause may keep another waiting. The file system must be one whose advisory locks hold between all
/// processes that use the directory.
///
/// A journal that changes while its fold lies in the cache is noticed by its length and last hash; a change to
/// earlier bytes is found at the next full reading, which every [`SessionStore::read`] and every first
/// [`SessionStore::open`] of a process is.
#[derive(Clone)]
pub struct DirectoryStore {
    state: Arc<State>,
    importer: Option<Arc<dyn SessionImporter>>,
}

impl DirectoryStore {
    /// Opens the directory at `path`, creating it (for its owner only) where it does not exist, and puts a
    /// `.gitignore` inside that ignores everything. This is the only use of a path: from here on the store
    /// reaches its files through the directory's handle.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        create_directory(path)?;
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        // Opened for writing even when it is there, so that an unwritable directory is noticed now.
        let mut ignore = dir.open_with(GITIGNORE, private().create(true).append(true))?;
        if ignore.metadata()?.len() == 0 {
            ignore.write_all(b"*\n")?;
        }
        Ok(Self::new(dir))
    }

    /// Keeps sessions in this directory, which belongs to the store from now on.
    pub fn new(dir: Dir) -> Self {
        Self {
            state: Arc::new(State::new(Files::new(dir))),
            importer: None,
        }
    }

    /// Asks `importer` for sessions of the original server: when a session without a journal is opened and
    /// there is a file `<id>.json`, at most 64 MiB, the session begins with what it holds. The file stays. One
    /// that is no session is passed over with a warning.
    #[must_use]
    pub fn with_importer(self, importer: Arc<dyn SessionImporter>) -> Self {
        Self {
            importer: Some(importer),
            ..self
        }
    }

    /// A cache of reviews in the folder `reviews` of the directory.
    pub fn reviews(&self, limits: CacheLimits) -> Result<Reviews, OpenError> {
        let dir = self.state.files.dir();
        #[allow(unused_mut, reason = "there is a mode to set on some systems only")]
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        DirBuilderExt::mode(&mut builder, 0o700);
        match dir.create_dir_with(REVIEWS, &builder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        Ok(Reviews::in_directory(dir.open_dir(REVIEWS)?, limits))
    }

    /// Names of the journals, inside the directory, that were set aside because they are damaged, sorted.
    pub async fn quarantined(&self) -> Result<Vec<String>, StoreError> {
        let state = Arc::clone(&self.state);
        blocking(move || state.quarantined()).await
    }

    /// Takes a session: its turn in this process, then its lock, then what it holds.
    async fn take(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<DirectoryWriter, StoreError> {
        let busy = || StoreError::Busy {
            session: id.clone(),
        };
        let deadline = Instant::now() + patience;
        let mut turn = timeout_at(deadline, self.state.turns.wait(id))
            .await
            .map_err(|_| busy())?;
        let mut pause = FIRST_PAUSE;
        loop {
            let (state, importer) = (Arc::clone(&self.state), self.importer.clone());
            let id = id.clone();
            // One visit to another thread for all of it: the way there costs more than the work.
            let taken = blocking(move || {
                let names = Names::of(&id);
                let Some(lock) = state.try_lock(&id, &names)? else {
                    return Ok(Err(turn));
                };
                let hold = Hold {
                    names,
                    lock,
                    _turn: turn,
                };
                match state.load(&hold, &id, now, importer.as_deref()) {
                    Ok((session, place)) => {
                        Ok(Ok(DirectoryWriter::new(state, session, hold, place)))
                    }
                    Err(error) => {
                        state.retire_if_unused(hold);
                        Err(error)
                    }
                }
            });
            turn = match taken.await? {
                Ok(writer) => return Ok(writer),
                Err(turn) => turn,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(busy());
            }
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[async_trait]
impl SessionStore for DirectoryStore {
    async fn open(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Box<dyn SessionWriter>, StoreError> {
        Ok(Box::new(self.take(id, now, patience).await?))
    }

    async fn read(&self, id: &SessionId) -> Result<Session, StoreError> {
        let (state, wanted) = (Arc::clone(&self.state), id.clone());
        if let Some(session) = blocking(move || state.read(&wanted)).await? {
            return Ok(session);
        }
        // Nobody changes a journal that is held: what does not hold now is damaged, and set aside.
        let writer = self.take(id, Timestamp::default(), Duration::ZERO).await?;
        if writer.has_journal() {
            Ok(writer.session().clone())
        } else {
            Err(StoreError::NotFound(id.clone()))
        }
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        let state = Arc::clone(&self.state);
        blocking(move || state.list()).await
    }

    async fn remove_expired(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut removed = 0;
        for session in self.list().await? {
            if session.updated_at >= before {
                continue;
            }
            let Ok(turn) = timeout_at(Instant::now(), self.state.turns.wait(&session.id)).await
            else {
                continue;
            };
            let state = Arc::clone(&self.state);
            removed += blocking(move || {
                let _turn = turn;
                state.remove_expired(&session.id, before).map(usize::from)
            })
            .await?;
        }
        let state = Arc::clone(&self.state);
        blocking(move || state.remove_leftovers()).await?;
        Ok(removed)
    }
}

impl State {
    fn new(files: Files) -> Self {
        Self {
            files,
            turns: Turns::default(),
            cache: Mutex::new(Cache::default()),
            stuck: Mutex::new(HashMap::new()),
        }
    }
}

/// Creates a directory with all that lead to it, durably: a journal that survives a power loss is of no use
/// in a directory that does not.
fn create_directory(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|ancestor| fs::symlink_metadata(ancestor).is_err())
        .collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path)?;
    #[cfg(unix)]
    for parent in missing.iter().filter_map(|created| created.parent()) {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}
