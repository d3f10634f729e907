//! Session files of the original server.

use crate::support::{NOW, PATIENT, Place, id, numbered};
use gansauditor_audit::domain::{Digest, Event, Origin, SessionId, Timestamp};
use gansauditor_audit::ports::{ImportError, SessionImporter, SessionStore};
use gansauditor_store::DirectoryStore;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes a file whose text begins with `session` and makes an event of each of its bytes.
#[derive(Default)]
struct Importer {
    asked: AtomicUsize,
}

impl SessionImporter for Importer {
    fn import(
        &self,
        _: &SessionId,
        bytes: &[u8],
        source: Digest,
        now: Timestamp,
    ) -> Result<Vec<Event>, ImportError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !bytes.starts_with(b"session") {
            return Err(ImportError("junk".to_owned()));
        }
        let opened = Event::Opened {
            at: now,
            origin: Origin::Imported { source },
        };
        Ok(std::iter::once(opened)
            .chain((1..bytes.len() as u64).map(numbered))
            .collect())
    }
}

fn importing(place: &Place) -> (DirectoryStore, Arc<Importer>) {
    let importer = Arc::new(Importer::default());
    (
        place
            .store
            .clone()
            .with_importer(Arc::clone(&importer) as _),
        importer,
    )
}

#[tokio::test]
async fn a_session_begins_with_what_the_original_server_left() {
    let place = Place::new();
    fs::write(place.path("Old One.json"), "session!").unwrap();
    let (store, importer) = importing(&place);
    let id = id("Old One");

    // Until something is appended, nothing has happened.
    for _ in 0..2 {
        let writer = store.open(&id, NOW, PATIENT).await.unwrap();
        assert_eq!(writer.session().events(), 8);
        assert_eq!(
            *writer.session().origin(),
            Origin::Imported {
                source: Digest::of(b"session!")
            }
        );
    }
    assert_eq!(place.names(), ["Old One.json"]);

    store
        .open(&id, NOW, PATIENT)
        .await
        .unwrap()
        .append(vec![numbered(99)])
        .await
        .unwrap();
    let asked = importer.asked.load(Ordering::Relaxed);
    fs::write(place.path("Old One.json"), "session, changed since").unwrap();
    for store in [&store, &place.another()] {
        assert_eq!(store.read(&id).await.unwrap().events(), 9);
        assert_eq!(
            store
                .open(&id, NOW, PATIENT)
                .await
                .unwrap()
                .session()
                .events(),
            9
        );
    }
    assert_eq!(
        importer.asked.load(Ordering::Relaxed),
        asked,
        "it was imported twice"
    );
    assert_eq!(
        fs::read(place.path("Old One.json")).unwrap(),
        b"session, changed since"
    );
}

#[tokio::test]
async fn junk_is_passed_over() {
    let place = Place::new();
    let (store, importer) = importing(&place);
    fs::write(place.path("undefined.json"), r#"{"0":"u"}"#).unwrap();
    fs::write(place.path("empty.json"), "").unwrap();
    fs::create_dir(place.path("folder.json")).unwrap();
    fs::File::create(place.path("huge.json"))
        .unwrap()
        .set_len(64 * 1024 * 1024 + 1)
        .unwrap();
    for name in ["undefined", "empty", "folder", "huge", &"long".repeat(64)] {
        let writer = store.open(&id(name), NOW, PATIENT).await.unwrap();
        assert_eq!(*writer.session().origin(), Origin::Created, "{name}");
    }
    assert_eq!(
        importer.asked.load(Ordering::Relaxed),
        2,
        "neither folders nor huge files are read"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_or_link_in_the_place_of_a_session_file_is_not_followed() {
    let place = Place::new();
    let (store, importer) = importing(&place);
    let pipe = std::ffi::CString::new(place.path("pipe.json").to_str().unwrap()).unwrap();
    // SAFETY: the path is a string that ends with a zero.
    assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
    fs::write(place.path("target"), "session").unwrap();
    std::os::unix::fs::symlink("target", place.path("link.json")).unwrap();
    for name in ["pipe", "link"] {
        let writer = store.open(&id(name), NOW, PATIENT).await.unwrap();
        assert_eq!(*writer.session().origin(), Origin::Created, "{name}");
    }
    assert_eq!(importer.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn ids_that_are_paths_lead_to_no_file() {
    let place = Place::new();
    fs::create_dir(place.path("inside")).unwrap();
    let inner = DirectoryStore::open(&place.path("inside")).unwrap();
    let importer = Arc::new(Importer::default());
    let inner = inner.with_importer(Arc::clone(&importer) as _);
    fs::write(place.path("outside.json"), "session").unwrap();
    fs::create_dir(place.path("inside/sub")).unwrap();
    fs::write(place.path("inside/sub/x.json"), "session").unwrap();
    for name in ["../outside", "sub/x", "./sub/x"] {
        let writer = inner.open(&id(name), NOW, PATIENT).await.unwrap();
        assert_eq!(*writer.session().origin(), Origin::Created, "{name}");
    }
    assert_eq!(importer.asked.load(Ordering::Relaxed), 0);
}
