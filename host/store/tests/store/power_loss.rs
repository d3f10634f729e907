//! Power losses, made by shutting an ext4 file system down without letting it write what it has in memory.
//!
//! Needs root, loop devices and `mkfs.ext4`, so it runs only when asked for: `GANSAUDITOR_POWER_LOSS=1`.

use crate::crash::Writer;
use crate::journal_writer::count_appends;
use crate::support::{Mount, NOW, id, numbered, open, skip};
use gansauditor_audit::ports::{SessionStore as _, StoreError};
use gansauditor_store::DirectoryStore;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// `EXT4_IOC_SHUTDOWN` of the kernel's `include/uapi/linux/ext4.h`.
const EXT4_IOC_SHUTDOWN: u32 = 0x8004_587D;
/// `EXT4_GOING_FLAGS_NOLOGFLUSH`: not even the journal of the file system is written.
const NO_LOG_FLUSH: u32 = 2;
const ROUNDS: usize = 12;

/// A disk whose power can be cut.
struct Disk {
    _dir: TempDir,
    image: PathBuf,
}

impl Disk {
    fn new() -> Option<Self> {
        if std::env::var("GANSAUDITOR_POWER_LOSS").is_err() {
            skip(
                "it cuts the power of a loop device; set GANSAUDITOR_POWER_LOSS=1, as root, to run it",
            );
            return None;
        }
        let dir = TempDir::new().unwrap();
        let image = dir.path().join("disk.img");
        File::create(&image).unwrap().set_len(256 << 20).unwrap();
        let made = Command::new("mkfs.ext4")
            .arg("-qF")
            .arg(&image)
            .status()
            .unwrap();
        assert!(made.success());
        Some(Self { _dir: dir, image })
    }

    fn mount(&self) -> Mount {
        Mount::of(&["-o", "loop", self.image.to_str().unwrap()])
            .expect("loop devices are to be had")
    }
}

fn cut_power(mount: &Path) {
    let root = File::open(mount).unwrap();
    let flags = NO_LOG_FLUSH;
    // SAFETY: the call reads one number behind the pointer.
    let done = unsafe { libc::ioctl(root.as_raw_fd(), EXT4_IOC_SHUTDOWN.into(), &raw const flags) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
}

/// Stops the process first: a sync that races the shutdown may claim success for what is lost.
fn cut_power_under(writer: Writer, mount: &Path) -> u64 {
    let pid = libc::pid_t::try_from(writer.process.id()).unwrap();
    // SAFETY: plain calls about a child that has not been waited for.
    unsafe {
        assert_eq!(libc::kill(pid, libc::SIGSTOP), 0);
        assert_eq!(
            libc::waitpid(pid, std::ptr::null_mut(), libc::WUNTRACED),
            pid
        );
    }
    cut_power(mount);
    writer.kill()
}

#[tokio::test]
async fn a_power_loss_loses_no_acknowledged_append() {
    let Some(disk) = Disk::new() else { return };
    let (mut acknowledged, mut kept) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mount = disk.mount();
        let state = mount.path().join("deep/state");
        // A new session each round, so that creating journals, and the directory, is tried as well.
        let mut writer = Writer::start(&state, &format!("round-{round}"));
        writer.wait_for(1 + round * round * 5);
        acknowledged.push(cut_power_under(writer, mount.path()));
        drop(mount);

        let mount = disk.mount();
        let state = mount.path().join("deep/state");
        kept.clear();
        for round in 0..=round {
            kept.push(
                count_appends(&state, &format!("round-{round}"))
                    .await
                    .unwrap(),
            );
        }
        assert!(
            acknowledged
                .iter()
                .zip(&kept)
                .all(|(acknowledged, kept)| kept >= acknowledged),
            "acknowledged {acknowledged:?}, kept {kept:?}"
        );
    }
    let (acknowledged, kept): (u64, u64) = (acknowledged.iter().sum(), kept.iter().sum());
    writeln!(
        std::io::stderr(),
        "power loss: {ROUNDS} rounds, {acknowledged} appends acknowledged, {kept} kept, 0 lost"
    )
    .unwrap();
}

#[test]
fn a_power_loss_does_lose_what_was_never_synchronised() {
    let Some(disk) = Disk::new() else { return };
    let mount = disk.mount();
    let mut writer = Writer::start_unsynced(mount.path(), "plain");
    writer.wait_for(1_000);
    let acknowledged = cut_power_under(writer, mount.path());
    drop(mount);
    let mount = disk.mount();
    let kept = std::fs::read_to_string(mount.path().join("plain"))
        .unwrap_or_default()
        .lines()
        .count();
    assert!(
        (kept as u64) < acknowledged,
        "the disk of these tests loses nothing, so they show nothing"
    );
    writeln!(
        std::io::stderr(),
        "power loss without sync: {acknowledged} appends, {kept} kept"
    )
    .unwrap();
}

#[tokio::test]
async fn a_failed_append_that_cannot_be_taken_back_keeps_the_session_locked() {
    let Some(disk) = Disk::new() else { return };
    let mount = disk.mount();
    let state = mount.path().join("state");
    let store = DirectoryStore::open(&state).unwrap();
    let other = DirectoryStore::open(&state).unwrap();
    let id = id("stuck");
    let mut writer = open(&store, &id).await;
    writer.append(vec![numbered(1)]).await.unwrap();
    cut_power(mount.path());
    let refused = |error: Option<StoreError>| matches!(error, Some(StoreError::Unavailable { .. }));
    assert!(refused(writer.append(vec![numbered(2)]).await.err()));
    drop(writer);
    for store in [&store, &store, &other] {
        let error = store.open(&id, NOW, Duration::ZERO).await.err();
        assert!(
            refused(error.clone())
                || error
                    == Some(StoreError::Busy {
                        session: id.clone()
                    }),
            "{error:?}"
        );
    }
    drop((store, other, mount));

    let mount = disk.mount();
    let store = DirectoryStore::open(&mount.path().join("state")).unwrap();
    assert_eq!(store.read(&id).await.unwrap().events(), 2);
}
