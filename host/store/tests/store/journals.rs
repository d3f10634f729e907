//! Looking at a directory of journals.

use crate::support::{NOW, PATIENT, Place, id, numbered, open};
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{SessionStore, StoreError};
use gansauditor_store::{Journals, Listing};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use tempfile::TempDir;

fn look(path: &Path) -> Journals {
    Journals::open(path).unwrap().unwrap()
}

/// All files with what is in them.
fn files(place: &Place) -> Vec<(String, Vec<u8>)> {
    let names = place.names().into_iter();
    names
        .map(|name| (name.clone(), fs::read(place.path(&name)).unwrap()))
        .collect()
}

/// The journals that cannot be read, with their sessions.
fn unreadable(listing: &Listing) -> Vec<(&str, Option<&str>)> {
    let journals = listing.unreadable.iter();
    journals
        .map(|journal| {
            let session = journal.session.as_ref();
            (journal.file.as_str(), session.map(|id| id.as_str()))
        })
        .collect()
}

#[tokio::test]
async fn sound_sessions_are_listed_and_read_as_the_store_has_them() {
    let place = Place::new();
    for (number, name) in ["a", "My Task", "../x"].into_iter().enumerate() {
        let mut writer = open(&place.store, &id(name)).await;
        writer.append(vec![numbered(number as u64)]).await.unwrap();
    }
    let journals = look(place.dir.path());
    let listing = journals.list().await.unwrap();
    assert_eq!(listing.sessions, place.store.list().await.unwrap());
    assert_eq!(listing.unreadable, []);
    for session in listing.sessions {
        let read = journals.read(&session.id).await.unwrap();
        assert_eq!(read, place.store.read(&session.id).await.unwrap());
        let events = journals.events(&session.id).await.unwrap();
        assert_eq!(events.len(), 2);
    }
    assert_eq!(
        journals.read(&id("b")).await,
        Err(StoreError::NotFound(id("b")))
    );
}

#[tokio::test]
async fn a_damaged_journal_is_told_and_stays_where_it_is() {
    let place = Place::new();
    let sound = place.audited(&id("hurt"), 2).await;
    place.audited(&id("well"), 1).await;
    let journal = place.path("hurt.journal.jsonl");
    for at in (0..sound.len()).step_by(301) {
        let mut changed = sound.clone();
        changed[at] ^= 0x04;
        fs::write(&journal, &changed).unwrap();
        let before = files(&place);
        let journals = look(place.dir.path());
        let error = journals.events(&id("hurt")).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Unavailable { action: "read", reason } if reason.contains("damaged at record")),
            "{error}"
        );
        assert_eq!(journals.read(&id("hurt")).await.unwrap_err(), error);
        assert_eq!(journals.read(&id("well")).await.unwrap().attempts(), 1);
        assert_eq!(files(&place), before);
    }
}

#[tokio::test]
async fn no_journal_is_left_out_of_the_list_whatever_is_in_it() {
    let place = Place::new();
    let journal = place.audited(&id("well"), 1).await;
    let encoded = format!("a-b~{}.journal.jsonl", "0".repeat(64));
    for (name, content) in [
        ("empty.journal.jsonl", &b""[..]),
        ("copy.journal.jsonl", &journal),
        (&encoded, b"junk"),
        ("aside.journal.jsonl.corrupt-1", b"junk"),
        ("aside.journal.jsonl.corrupt-2", b"junk"),
        ("well.journal.jsonl.corrupt-1", b"junk"),
        ("notes.json", b"{}"),
        ("aside.journal.jsonl.corrupt-1.readable", &journal),
    ] {
        fs::write(place.path(name), content).unwrap();
    }
    fs::create_dir(place.path("folder.journal.jsonl")).unwrap();
    let listing = look(place.dir.path()).list().await.unwrap();
    assert_eq!(listing.sessions, place.store.list().await.unwrap());
    assert_eq!(
        unreadable(&listing),
        [
            (encoded.as_str(), None),
            ("aside.journal.jsonl.corrupt-1", Some("aside")),
            ("copy.journal.jsonl", Some("copy")),
            ("empty.journal.jsonl", Some("empty")),
            ("folder.journal.jsonl", Some("folder")),
        ]
    );
    let reasons: Vec<_> = listing.unreadable.iter().map(|one| &one.reason).collect();
    for (reason, says) in reasons.into_iter().zip([
        "damaged at record 0",
        "set aside as `aside.journal.jsonl.corrupt-1`",
        "names another session, `well`",
        "damaged at record 0",
        "not a plain file",
    ]) {
        assert!(reason.contains(says), "{reason}");
    }
}

#[tokio::test]
async fn what_was_set_aside_is_told_by_its_session_even_when_the_name_does_not_tell() {
    let place = Place::new();
    let task = id("My Task");
    drop(
        open(&place.store, &task)
            .await
            .append(vec![numbered(1)])
            .await,
    );
    let [journal] = &place.names()[..1] else {
        panic!("a journal")
    };
    let mut content = fs::read(place.path(journal)).unwrap();
    let end = content.len() - 20;
    content[end] ^= 1;
    fs::write(place.path(journal), content).unwrap();
    place.another().read(&task).await.unwrap_err();
    let listing = look(place.dir.path()).list().await.unwrap();
    let aside = format!("{journal}.corrupt-1");
    assert_eq!(unreadable(&listing), [(aside.as_str(), Some("My Task"))]);
}

#[tokio::test]
async fn a_journal_that_is_being_written_is_never_taken_for_damaged() {
    let place = Place::new();
    let busy = id("busy");
    open(&place.store, &busy)
        .await
        .append(vec![numbered(0)])
        .await
        .unwrap();
    let journals = look(place.dir.path());
    let store = place.another();
    let writing = tokio::spawn({
        let busy = busy.clone();
        async move {
            for number in 1..100 {
                let mut writer = store.open(&busy, NOW, PATIENT).await.unwrap();
                writer.append(vec![numbered(number)]).await.unwrap();
            }
        }
    });
    let mut seen = 0;
    while !writing.is_finished() {
        let events = journals.events(&busy).await.unwrap().len();
        assert!(events >= seen, "{events} after {seen}");
        seen = events;
        let listing = journals.list().await.unwrap();
        assert_eq!((listing.sessions.len(), listing.unreadable.len()), (1, 0));
        assert!(listing.sessions[0].updated_at > Timestamp(2_000 - 1));
    }
    writing.await.unwrap();
    assert_eq!(journals.events(&busy).await.unwrap().len(), 101);
}

#[test]
fn where_there_is_no_directory_none_is_made() {
    let base = TempDir::new().unwrap();
    let path = base.path().join("state");
    assert!(Journals::open(&path).unwrap().is_none());
    assert!(!path.exists());
    fs::write(&path, "x").unwrap();
    let error = Journals::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotADirectory);
}
