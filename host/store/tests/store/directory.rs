//! What the directory looks like, and what several processes do in it.

use crate::sample;
use crate::support::{NOW, Place, fold, id, numbered, open, opened};
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{SessionStore, StoreError};
use gansauditor_store::{DirectoryStore, OpenError};
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

#[test]
fn creates_the_directory_with_all_that_lead_to_it_and_keeps_it_out_of_git() {
    let base = TempDir::new().unwrap();
    let path = base.path().join("a/b/.mcp-gan-state");
    DirectoryStore::open(&path).unwrap();
    assert_eq!(fs::read_to_string(path.join(".gitignore")).unwrap(), "*\n");
    fs::write(path.join(".gitignore"), "own\n").unwrap();
    DirectoryStore::open(&path).unwrap();
    assert_eq!(
        fs::read_to_string(path.join(".gitignore")).unwrap(),
        "own\n"
    );
}

#[test]
fn says_that_the_directory_is_a_file() {
    let base = TempDir::new().unwrap();
    let file = base.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = DirectoryStore::open(&path).err().unwrap();
        assert!(matches!(error, OpenError::NotADirectory), "{error:?}");
        assert!(
            !error.to_string().contains(base.path().to_str().unwrap()),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let base = TempDir::new().unwrap();
    let path = base.path().join("state");
    let store = DirectoryStore::open(&path).unwrap();
    open(&store, &id("private"))
        .await
        .append(vec![numbered(1)])
        .await
        .unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for entry in fs::read_dir(&path).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn a_session_is_one_readable_file() {
    let place = Place::new();
    let journal = place.audited(&id("my-task"), 1).await;
    assert_eq!(
        place.names(),
        ["my-task.journal.jsonl", "my-task.journal.lock"]
    );
    let text = String::from_utf8(journal).unwrap();
    assert!(
        text.starts_with(r#"{"v":1,"session":"my-task","created":1000,"hash":"sha256:"#),
        "{text}"
    );
    assert!(
        text.lines()
            .nth(1)
            .unwrap()
            .starts_with(r#"{"idx":0,"prev":"sha256:"#)
    );
    assert!(text.contains("python/eval-injection"));
}

#[tokio::test]
async fn a_session_that_was_only_opened_leaves_no_file() {
    let place = Place::new();
    drop(open(&place.store, &id("glimpse")).await);
    assert!(place.names().is_empty());
}

#[tokio::test]
async fn expiry_touches_nothing_but_sessions_of_this_store() {
    let place = Place::new();
    place.audited(&id("old"), 1).await;
    let journal = place.audited(&id("moved"), 1).await;
    fs::remove_file(place.path("moved.journal.jsonl")).unwrap();
    let foreign = [
        ("notes.json", b"{}".as_slice()),
        ("package.json", b"{\"name\":\"x\"}"),
        ("old.json", b"{\"id\":\"old\"}"),
        ("foreign.journal.jsonl", b"{\"hello\":1}\n"),
        ("empty.journal.jsonl", b""),
        ("copy-of-moved.journal.jsonl", &journal),
        ("moved.journal.jsonl.corrupt-1", &journal),
        ("moved.journal.jsonl.corrupt-1.readable", &journal),
    ];
    for (name, content) in foreign {
        fs::write(place.path(name), content).unwrap();
    }
    assert_eq!(
        place
            .store
            .remove_expired(Timestamp(u64::MAX))
            .await
            .unwrap(),
        1
    );
    for (name, content) in foreign {
        assert_eq!(fs::read(place.path(name)).unwrap(), content, "{name}");
    }
    assert!(
        !place
            .names()
            .iter()
            .any(|name| name.starts_with("old.journal"))
    );
}

#[tokio::test]
async fn expiry_clears_away_what_a_killed_process_left_of_a_session_it_had_just_opened() {
    let place = Place::new();
    place.audited(&id("kept"), 1).await;
    let held = open(&place.another(), &id("held")).await;
    for name in ["ghost.journal.lock", "ghost.journal.new"] {
        fs::write(place.path(name), "").unwrap();
    }
    fs::write(place.path("foreign.journal.lock"), "not empty").unwrap();
    assert_eq!(place.store.remove_expired(Timestamp(0)).await.unwrap(), 0);
    let expected = [
        "foreign.journal.lock",
        "held.journal.lock",
        "kept.journal.jsonl",
        "kept.journal.lock",
    ];
    assert_eq!(place.names(), expected);
    drop(held);
}

#[tokio::test]
async fn expiry_leaves_what_another_process_holds() {
    let place = Place::new();
    place.audited(&id("held"), 1).await;
    let other = place.another();
    let writer = open(&other, &id("held")).await;
    assert_eq!(
        place
            .store
            .remove_expired(Timestamp(u64::MAX))
            .await
            .unwrap(),
        0
    );
    drop(writer);
    assert_eq!(
        place
            .store
            .remove_expired(Timestamp(u64::MAX))
            .await
            .unwrap(),
        1
    );
    assert!(place.names().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_take_turns_never_lose_an_append() {
    let place = Place::new();
    let id = id("shared");
    let mut tasks = Vec::new();
    for process in 0..2 {
        let store = place.another();
        for caller in 0..2 {
            let (store, id) = (store.clone(), id.clone());
            tasks.push(tokio::spawn(async move {
                for number in 0..25 {
                    let mut writer = open(&store, &id).await;
                    let before = writer.session().events();
                    let event = numbered(process * 1000 + caller * 100 + number);
                    writer.append(vec![event]).await.unwrap();
                    assert_eq!(writer.session().events(), before + 1);
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let journal = fs::read_to_string(place.path("shared.journal.jsonl")).unwrap();
    for number in [0, 24, 100, 124, 1000, 1024, 1100, 1124] {
        assert_eq!(journal.matches(&format!("\"number {number}\"")).count(), 1);
    }
    assert_eq!(place.store.read(&id).await.unwrap().events(), 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn expiry_and_opening_at_once_never_leave_two_writers() {
    let place = Place::new();
    let id = id("contended");
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let (writing, expiring) = (place.another(), place.another());
        let id = id.clone();
        tasks.push(tokio::spawn(async move {
            for number in 0..40 {
                let mut writer = open(&writing, &id).await;
                let before = writer.session().clone();
                writer.append(vec![numbered(number)]).await.unwrap();
                writer.append(vec![numbered(number + 1)]).await.unwrap();
                // Were there another writer, or had the journal gone meanwhile, this would not be there.
                let read = writing.read(&id).await.unwrap();
                assert_eq!(read.events(), before.events() + 2);
            }
        }));
        tasks.push(tokio::spawn(async move {
            for _ in 0..80 {
                expiring.remove_expired(Timestamp(u64::MAX)).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn another_process_is_waited_for_only_as_long_as_patience_lasts() {
    let place = Place::new();
    let id = id("busy");
    let other = place.another();
    let writer = open(&other, &id).await;
    for patience in [Duration::ZERO, Duration::from_millis(5)] {
        let refused = place.store.open(&id, NOW, patience).await.err();
        assert_eq!(
            refused,
            Some(StoreError::Busy {
                session: id.clone()
            })
        );
    }
    drop(writer);
    assert!(place.store.open(&id, NOW, Duration::ZERO).await.is_ok());
}

#[tokio::test]
async fn a_folded_session_is_not_trusted_after_the_file_was_replaced() {
    let place = Place::new();
    let id = id("swapped");
    let short = place.audited(&id, 1).await;
    let long = {
        let other = Place::new();
        other.audited(&id, 3).await
    };
    // Longer and of the same beginning, shorter, and longer with another beginning.
    let file = place.path("swapped.journal.jsonl");
    for (journal, loops) in [(&long, 3), (&short, 1), (&long, 3)] {
        fs::write(&file, journal).unwrap();
        let expected = fold(&id, sample::batches(loops).iter().flatten());
        assert_eq!(*open(&place.store, &id).await.session(), expected);
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(
        *open(&place.store, &id).await.session(),
        fold(&id, &[opened(NOW)])
    );
}

#[tokio::test]
async fn what_was_folded_is_not_read_again() {
    let place = Place::new();
    let id = id("cached");
    let mut journal = place.audited(&id, 3).await;
    // Only a full reading can notice this.
    journal[10] ^= 1;
    fs::write(place.path("cached.journal.jsonl"), &journal).unwrap();
    assert_eq!(open(&place.store, &id).await.session().attempts(), 3);
    assert!(matches!(
        place.store.read(&id).await,
        Err(StoreError::Damaged { .. })
    ));
    assert!(matches!(
        place.store.open(&id, NOW, Duration::ZERO).await,
        Err(StoreError::Damaged { .. })
    ));
}

#[tokio::test]
async fn an_append_nobody_waits_for_still_lets_go_of_the_session() {
    let place = Place::new();
    let id = id("abandoned");
    let mut writer = open(&place.store, &id).await;
    let abandoned = tokio::time::timeout(Duration::ZERO, writer.append(vec![numbered(1)])).await;
    let next = if abandoned.is_err() {
        let refused = writer.append(vec![numbered(2)]).await;
        assert!(matches!(refused, Err(StoreError::Unavailable { .. })));
        open(&place.store, &id).await
    } else {
        writer
    };
    assert!(next.session().events() <= 2);
    let events = next.session().events();
    drop(next);
    open(&place.store, &id)
        .await
        .append(vec![numbered(3)])
        .await
        .unwrap();
    assert_eq!(
        place.another().read(&id).await.unwrap().events(),
        events + 1
    );
}
