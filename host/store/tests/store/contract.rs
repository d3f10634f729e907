//! The contract of the port, over both stores.

use crate::sample;
use crate::support::{NOW, PATIENT, Place, fold, id, numbered, open, opened};
use gansauditor_audit::domain::{Event, Timestamp};
use gansauditor_audit::ports::{SessionStore, StoreError};
use gansauditor_store::MemoryStore;
use std::sync::Arc;
use std::time::Duration;

/// Makes each of these functions a test of each store.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod directory {
            $(#[tokio::test]
            async fn $name() {
                let place = super::Place::new();
                super::$name(Arc::new(place.store.clone())).await;
            })+
            use super::Arc;
        }
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(Arc::new(super::MemoryStore::new())).await;
            })+
            use super::Arc;
        }
    };
}

contract!(
    begins_a_session_that_does_not_exist,
    keeps_what_was_appended_and_folds_it,
    leaves_nothing_of_a_session_that_was_only_opened,
    gives_waiting_writers_their_turn_in_order,
    says_busy_when_patience_ends,
    keeps_sessions_apart,
    reads_without_waiting_for_the_writer,
    says_that_there_is_no_such_session,
    lists_the_newest_first,
    removes_what_expired_and_nobody_holds,
    begins_afresh_after_expiry,
    takes_any_id,
    refuses_a_batch_that_cannot_be_read_back_and_keeps_nothing_of_it,
    an_empty_batch_changes_nothing,
);

async fn begins_a_session_that_does_not_exist(store: Arc<impl SessionStore>) {
    let id = id("new");
    let writer = open(&*store, &id).await;
    assert_eq!(*writer.session(), fold(&id, &[opened(NOW)]));
}

async fn keeps_what_was_appended_and_folds_it(store: Arc<impl SessionStore>) {
    let id = id("kept");
    let batches = sample::batches(3);
    for (done, batch) in batches.iter().enumerate().skip(1) {
        let mut writer = open(&*store, &id).await;
        assert_eq!(
            *writer.session(),
            fold(&id, batches[..done].iter().flatten())
        );
        writer.append(batch.clone()).await.unwrap();
        let expected = fold(&id, batches[..=done].iter().flatten());
        assert_eq!(*writer.session(), expected);
        drop(writer);
        assert_eq!(store.read(&id).await.unwrap(), expected);
    }
}

async fn leaves_nothing_of_a_session_that_was_only_opened(store: Arc<impl SessionStore>) {
    let id = id("glimpse");
    drop(open(&*store, &id).await);
    assert_eq!(store.read(&id).await, Err(StoreError::NotFound(id)));
    assert_eq!(store.list().await.unwrap(), []);
}

async fn gives_waiting_writers_their_turn_in_order(store: Arc<impl SessionStore>) {
    let id = id("queue");
    let first = open(&*store, &id).await;
    let mut waiting = Vec::new();
    for number in 0..8 {
        let (store, id) = (Arc::clone(&store), id.clone());
        waiting.push(tokio::spawn(async move {
            let mut writer = open(&*store, &id).await;
            let earlier = writer.session().events();
            writer.append(vec![numbered(number)]).await.unwrap();
            earlier
        }));
        // On this test's single thread the task runs up to its place in the queue.
        tokio::task::yield_now().await;
    }
    drop(first);
    for (number, task) in waiting.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), number as u64 + 1);
    }
    assert_eq!(store.read(&id).await.unwrap().events(), 9);
}

async fn says_busy_when_patience_ends(store: Arc<impl SessionStore>) {
    let id = id("busy");
    let writer = open(&*store, &id).await;
    for patience in [Duration::ZERO, Duration::from_millis(2)] {
        let refused = store.open(&id, NOW, patience).await.err();
        assert_eq!(
            refused,
            Some(StoreError::Busy {
                session: id.clone()
            })
        );
    }
    drop(writer);
    assert!(store.open(&id, NOW, Duration::ZERO).await.is_ok());
}

async fn keeps_sessions_apart(store: Arc<impl SessionStore>) {
    let (a, b) = (id("a"), id("b"));
    let mut one = open(&*store, &a).await;
    let mut other = store.open(&b, NOW, Duration::ZERO).await.unwrap();
    one.append(vec![numbered(1)]).await.unwrap();
    other.append(vec![numbered(2), numbered(3)]).await.unwrap();
    assert_eq!(store.read(&a).await.unwrap().events(), 2);
    assert_eq!(store.read(&b).await.unwrap().events(), 3);
}

async fn reads_without_waiting_for_the_writer(store: Arc<impl SessionStore>) {
    let id = id("read");
    let mut writer = open(&*store, &id).await;
    writer.append(vec![numbered(1)]).await.unwrap();
    assert_eq!(store.read(&id).await.unwrap(), *writer.session());
}

async fn says_that_there_is_no_such_session(store: Arc<impl SessionStore>) {
    assert_eq!(
        store.read(&id("none")).await,
        Err(StoreError::NotFound(id("none")))
    );
}

async fn lists_the_newest_first(store: Arc<impl SessionStore>) {
    for (name, number) in [
        ("middle", 5),
        ("oldest", 1),
        ("newest", 9),
        ("also-middle", 5),
    ] {
        open(&*store, &id(name))
            .await
            .append(vec![numbered(number)])
            .await
            .unwrap();
    }
    let sessions = store.list().await.unwrap();
    let names: Vec<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(names, ["newest", "also-middle", "middle", "oldest"]);
    assert_eq!(sessions[0].updated_at, Timestamp(2_009));
    assert!(sessions.iter().all(|session| session.bytes > 0));
}

async fn removes_what_expired_and_nobody_holds(store: Arc<impl SessionStore>) {
    for (name, number) in [
        ("old", 1),
        ("old-but-held", 2),
        ("on-the-day", 5),
        ("new", 9),
    ] {
        open(&*store, &id(name))
            .await
            .append(vec![numbered(number)])
            .await
            .unwrap();
    }
    let held = open(&*store, &id("old-but-held")).await;
    assert_eq!(store.remove_expired(Timestamp(2_005)).await.unwrap(), 1);
    assert_eq!(
        store.read(&id("old")).await,
        Err(StoreError::NotFound(id("old")))
    );
    drop(held);
    assert_eq!(store.list().await.unwrap().len(), 3);
    assert_eq!(store.remove_expired(Timestamp(2_005)).await.unwrap(), 1);
    assert_eq!(store.list().await.unwrap().len(), 2);
}

async fn begins_afresh_after_expiry(store: Arc<impl SessionStore>) {
    let id = id("again");
    open(&*store, &id)
        .await
        .append(vec![numbered(1)])
        .await
        .unwrap();
    assert_eq!(store.remove_expired(Timestamp(u64::MAX)).await.unwrap(), 1);
    let mut writer = open(&*store, &id).await;
    assert_eq!(writer.session().events(), 1);
    writer.append(vec![numbered(2)]).await.unwrap();
    assert_eq!(store.read(&id).await.unwrap().events(), 2);
}

async fn takes_any_id(store: Arc<impl SessionStore>) {
    let long = "é".repeat(128);
    let ids = [
        "../../x",
        "a/b",
        "a\\b",
        "CON",
        "con",
        "Case",
        "case",
        "日本",
        ".",
        "..",
        ".hidden",
        "a b",
        "~",
        ".gitignore",
        "x.journal.jsonl",
        "x",
        "x.journal.lock",
        "x.journal.jsonl.corrupt-1",
        &long,
    ];
    for (number, name) in ids.into_iter().enumerate() {
        let mut writer = open(&*store, &id(name)).await;
        assert_eq!(writer.session().events(), 1, "`{name}` is another's name");
        writer.append(vec![numbered(number as u64)]).await.unwrap();
    }
    for (number, name) in ids.into_iter().enumerate() {
        let session = store.read(&id(name)).await.unwrap();
        assert_eq!(
            session,
            fold(&id(name), &[opened(NOW), numbered(number as u64)])
        );
    }
    assert_eq!(store.list().await.unwrap().len(), ids.len());
    assert_eq!(
        store.remove_expired(Timestamp(u64::MAX)).await.unwrap(),
        ids.len()
    );
}

async fn refuses_a_batch_that_cannot_be_read_back_and_keeps_nothing_of_it(
    store: Arc<impl SessionStore>,
) {
    let id = id("nan");
    let mut writer = open(&*store, &id).await;
    writer.append(vec![numbered(1)]).await.unwrap();
    let before = writer.session().clone();
    let mut events = sample::loop_events(1);
    if let Event::Reviewed { review, .. } = &mut events[1] {
        review.assessed_weight = f64::NAN;
    }
    let is_refused = |result| {
        matches!(
            result,
            Err(StoreError::Unavailable {
                action: "written",
                ..
            })
        )
    };
    assert!(is_refused(writer.append(events).await));
    assert!(
        is_refused(writer.append(vec![numbered(2)]).await),
        "it goes on after an error"
    );
    assert!(is_refused(writer.append(Vec::new()).await));
    assert_eq!(*writer.session(), before);
    drop(writer);
    assert_eq!(store.read(&id).await.unwrap(), before);
    store
        .open(&id, NOW, PATIENT)
        .await
        .unwrap()
        .append(vec![numbered(2)])
        .await
        .unwrap();
    assert_eq!(store.read(&id).await.unwrap().events(), 3);
}

async fn an_empty_batch_changes_nothing(store: Arc<impl SessionStore>) {
    let id = id("empty");
    let mut writer = open(&*store, &id).await;
    writer.append(Vec::new()).await.unwrap();
    assert_eq!(writer.session().events(), 1);
    assert_eq!(store.list().await.unwrap(), []);
}
