//! What several of these tests need.

use crate::sample;
use gansauditor_audit::domain::{Event, Origin, SessionId, Timestamp};
use gansauditor_audit::ports::{SessionStore, SessionWriter};
use gansauditor_audit::session::Session;
use gansauditor_store::DirectoryStore;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Long enough for whoever holds a session in a test to let go.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);
/// When sessions of these tests begin.
pub(crate) const NOW: Timestamp = Timestamp(1_000);

pub(crate) fn id(name: &str) -> SessionId {
    SessionId::new(name).unwrap()
}

pub(crate) fn opened(at: Timestamp) -> Event {
    Event::Opened {
        at,
        origin: Origin::Created,
    }
}

/// An event that says nothing but its number.
pub(crate) fn numbered(number: u64) -> Event {
    Event::Reset {
        at: Timestamp(2_000 + number),
        reason: format!("number {number}"),
    }
}

/// The fold that a session has after these events.
pub(crate) fn fold<'a>(id: &SessionId, events: impl IntoIterator<Item = &'a Event>) -> Session {
    let mut session = Session::new(id.clone());
    events.into_iter().for_each(|event| session.apply(event));
    session
}

pub(crate) async fn open(store: &impl SessionStore, id: &SessionId) -> Box<dyn SessionWriter> {
    store.open(id, NOW, PATIENT).await.unwrap()
}

/// A store over a directory of its own.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
    pub(crate) store: DirectoryStore,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = DirectoryStore::open(dir.path()).unwrap();
        Self { dir, store }
    }

    /// Another store over the same directory: what another process would have.
    pub(crate) fn another(&self) -> DirectoryStore {
        DirectoryStore::open(self.dir.path()).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Names of all files, sorted, `.gitignore` left out.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.dir.path())
    }

    /// Fills a session with loops of an audit and gives the bytes of its journal.
    pub(crate) async fn audited(&self, id: &SessionId, loops: u32) -> Vec<u8> {
        let mut writer = open(&self.store, id).await;
        for batch in sample::batches(loops).into_iter().skip(1) {
            writer.append(batch).await.unwrap();
        }
        fs::read(self.path(&format!("{id}.journal.jsonl"))).unwrap()
    }
}

pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != ".gitignore");
    names.sort();
    names
}

/// A file system mounted for a test; only root can.
pub(crate) struct Mount(TempDir);

impl Mount {
    /// A file system in memory with these options. Absent, with a visible message, where it cannot be had.
    pub(crate) fn tmpfs(options: &str) -> Option<Self> {
        Self::of(&["-t", "tmpfs", "-o", options, "tmpfs"])
    }

    /// What these arguments of `mount` describe, at a place of its own.
    pub(crate) fn of(arguments: &[&str]) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        match Command::new("mount")
            .args(arguments)
            .arg(dir.path())
            .output()
        {
            Ok(ran) if ran.status.success() => Some(Self(dir)),
            _ => {
                skip("it mounts a file system, which this user or system cannot");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let ran = Command::new("mount")
            .args(["-o", &options])
            .arg(self.path())
            .status()
            .unwrap();
        assert!(ran.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let ran = Command::new("umount").arg(self.path()).status();
        assert!(
            std::thread::panicking() || ran.is_ok_and(|status| status.success()),
            "it is still mounted"
        );
    }
}

/// Says that the current test is not run; past the harness, which hides what passing tests print.
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
}
