//! Disks that are full or read-only.

use crate::crash::this_program;
use crate::support::{Mount, NOW, PATIENT, Place, id, numbered, open};
use gansauditor_audit::domain::Event;
use gansauditor_audit::ports::{SessionStore as _, StoreError};
use gansauditor_store::{DirectoryStore, OpenError};
use std::fs;

fn large(number: u64) -> Event {
    let Event::Reset { at, reason } = numbered(number) else {
        unreachable!()
    };
    Event::Reset {
        at,
        reason: reason + &"x".repeat(10_000),
    }
}

/// Appends until the disk has no more room, then checks that nothing of the failed append is left, and goes
/// on once `make_room` was called.
async fn runs_into_the_end_of_the_disk(store: &DirectoryStore, make_room: impl FnOnce()) {
    let id = id("full");
    let mut writer = open(store, &id).await;
    let mut appended = 0;
    let error = loop {
        match writer.append(vec![large(appended)]).await {
            Ok(()) => appended += 1,
            Err(error) => break error,
        }
        assert!(appended < 1_000, "the disk never got full");
    };
    assert!(appended > 0);
    assert!(
        matches!(
            error,
            StoreError::Unavailable {
                action: "written",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(writer.session().events(), appended + 1);
    let refused = writer.append(vec![numbered(0)]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })));
    // Before and after letting go, and however it is read.
    let summary = |sessions: Vec<_>| (sessions.len(), sessions.into_iter().next());
    let (count, listed) = summary(store.list().await.unwrap());
    assert_eq!(count, 1);
    assert_eq!(listed.unwrap().updated_at.0, 2_000 + appended - 1);
    assert_eq!(store.read(&id).await.unwrap(), *writer.session());
    let before = writer.session().clone();
    drop(writer);
    assert_eq!(store.read(&id).await.unwrap(), before);

    // A session that cannot even begin leaves nothing.
    let mut another = open(store, &crate::support::id("another")).await;
    let events = (0..30).map(large).collect();
    assert!(matches!(
        another.append(events).await,
        Err(StoreError::Unavailable { .. })
    ));
    drop(another);
    assert_eq!(store.list().await.unwrap().len(), 1);

    make_room();
    let mut writer = store.open(&id, NOW, PATIENT).await.unwrap();
    assert_eq!(*writer.session(), before);
    writer.append(vec![large(appended)]).await.unwrap();
    drop(writer);
    assert_eq!(store.read(&id).await.unwrap().events(), appended + 2);
}

const LIMITED: &str = "GANSAUDITOR_TEST_LIMITED";

#[cfg(unix)]
#[tokio::test]
async fn an_append_that_stops_in_the_middle_leaves_nothing() {
    // The limit on the size of files is a process's own.
    if std::env::var(LIMITED).is_err() {
        let test = "disk::an_append_that_stops_in_the_middle_leaves_nothing";
        let ran = this_program(test).env(LIMITED, "1").output().unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(String::from_utf8_lossy(&ran.stdout).contains("1 passed"));
        return;
    }
    let limit = |bytes: libc::rlim_t| {
        let limit = libc::rlimit {
            rlim_cur: bytes,
            rlim_max: libc::RLIM_INFINITY,
        };
        // SAFETY: plain calls with valid arguments; the signal would end the process instead of failing the write.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
        }
    };
    let place = Place::new();
    limit(64 * 1024);
    runs_into_the_end_of_the_disk(&place.store, || limit(libc::RLIM_INFINITY)).await;
    let names = place.names();
    assert_eq!(
        names,
        ["full.journal.jsonl", "full.journal.lock"],
        "something was left behind"
    );
}

#[tokio::test]
async fn a_full_disk_costs_only_the_append_that_met_it() {
    let Some(mount) = Mount::tmpfs("size=256k") else {
        return;
    };
    let store = DirectoryStore::open(&mount.path().join("state")).unwrap();
    let ballast = mount.path().join("ballast");
    fs::write(&ballast, vec![0; 64 * 1024]).unwrap();
    runs_into_the_end_of_the_disk(&store, || fs::remove_file(&ballast).unwrap()).await;
    let Err(error) = DirectoryStore::open(&mount.path().join("state")) else {
        return;
    };
    panic!("{error}");
}

#[tokio::test]
async fn says_that_the_disk_is_read_only() {
    let Some(mount) = Mount::tmpfs("size=256k") else {
        return;
    };
    let state = mount.path().join("state");
    let store = DirectoryStore::open(&state).unwrap();
    open(&store, &id("earlier"))
        .await
        .append(vec![numbered(1)])
        .await
        .unwrap();
    mount.remount("ro");
    for path in [&state, &mount.path().join("new")] {
        let error = DirectoryStore::open(path).err().unwrap();
        assert!(matches!(error, OpenError::ReadOnly), "{error:?}");
    }
    let error = store.open(&id("later"), NOW, PATIENT).await.err().unwrap();
    assert!(
        matches!(
            error,
            StoreError::Unavailable {
                action: "locked",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("writable"), "{error}");
    // What is there can still be read.
    assert_eq!(store.read(&id("earlier")).await.unwrap().events(), 2);
    assert_eq!(store.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn says_that_the_directory_is_gone() {
    let place = Place::new();
    fs::remove_dir_all(place.dir.path()).unwrap();
    let error = place
        .store
        .open(&id("x"), NOW, PATIENT)
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("gone"), "{error}");
}
