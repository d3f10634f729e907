//! Recorded journals, cut and changed, through the real directory. Every cut and every change is tried on the
//! bytes alone beside the reader; here is a sample of both.

use crate::sample;
use crate::support::{NOW, PATIENT, Place, fold, id, numbered};
use gansauditor_audit::domain::Event;
use gansauditor_audit::ports::{SessionStore, StoreError};
use std::fs;

/// Lengths of a journal after its header and each record.
fn ends(journal: &[u8]) -> Vec<usize> {
    let newlines = journal
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n');
    newlines.map(|(at, _)| at + 1).collect()
}

#[tokio::test]
async fn a_journal_cut_anywhere_after_its_first_record_opens_with_its_whole_records() {
    let id = id("cut");
    let journal = Place::new().audited(&id, 4).await;
    let ends = ends(&journal);
    let batches = sample::batches(4);
    let edges = ends[1..].iter().flat_map(|end| [end - 1, *end, end + 1]);
    let cuts = edges
        .chain((ends[1]..journal.len()).step_by(211))
        .filter(|cut| (ends[1]..=journal.len()).contains(cut));
    for cut in cuts {
        let place = Place::new();
        let file = place.path("cut.journal.jsonl");
        fs::write(&file, &journal[..cut]).unwrap();
        let records = ends.iter().filter(|end| **end <= cut).count() - 1;
        let events: Vec<&Event> = batches[..records].iter().flatten().collect();

        assert_eq!(
            place.store.read(&id).await.unwrap(),
            fold(&id, events.iter().copied())
        );
        assert_eq!(
            fs::read(&file).unwrap(),
            journal[..cut],
            "reading changed the file"
        );

        let mut writer = place.store.open(&id, NOW, PATIENT).await.unwrap();
        assert_eq!(
            *writer.session(),
            fold(&id, events.iter().copied()),
            "cut at {cut}"
        );
        assert_eq!(
            fs::read(&file).unwrap(),
            journal[..ends[records]],
            "the tail is still there"
        );
        writer.append(vec![numbered(7)]).await.unwrap();
        drop(writer);
        let expected = fold(&id, events.into_iter().chain([&numbered(7)]));
        assert_eq!(place.another().read(&id).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_journal_cut_before_the_end_of_its_first_record_is_damaged_not_new() {
    let id = id("stub");
    let journal = Place::new().audited(&id, 1).await;
    for cut in [
        0,
        1,
        40,
        ends(&journal)[0] - 1,
        ends(&journal)[0],
        ends(&journal)[1] - 1,
    ] {
        let place = Place::new();
        fs::write(place.path("stub.journal.jsonl"), &journal[..cut]).unwrap();
        let error = place.store.open(&id, NOW, PATIENT).await.err();
        assert!(
            matches!(error, Some(StoreError::Damaged { record: 0, .. })),
            "{cut}: {error:?}"
        );
        assert_eq!(
            fs::read(place.path("stub.journal.jsonl.corrupt-1")).unwrap(),
            journal[..cut]
        );
    }
}

#[tokio::test]
async fn a_changed_byte_sets_the_journal_aside_with_its_readable_part() {
    let id = id("flip");
    let journal = Place::new().audited(&id, 3).await;
    let ends = ends(&journal);
    for at in (0..journal.len()).step_by(97) {
        let place = Place::new();
        let mut changed = journal.clone();
        changed[at] ^= 0x04;
        fs::write(place.path("flip.journal.jsonl"), &changed).unwrap();
        let whole = ends.iter().filter(|end| **end <= at).count();

        // Reading notices as well as opening.
        let error = if at % 2 == 0 {
            place.store.read(&id).await.err()
        } else {
            place.store.open(&id, NOW, PATIENT).await.err()
        };
        let Some(StoreError::Damaged {
            session,
            record,
            kept_as,
            ..
        }) = error
        else {
            panic!("a change at {at} gave {error:?}");
        };
        assert_eq!(session, id);
        assert_eq!(record, whole.saturating_sub(1) as u64, "changed at {at}");
        assert_eq!(fs::read(place.path(&kept_as)).unwrap(), changed);
        let readable = fs::read(place.path(&format!("{kept_as}.readable")));
        match readable {
            Ok(readable) => assert_eq!(readable, journal[..ends[whole - 1]]),
            Err(_) => assert!(
                whole < 2,
                "the readable part of a change at {at} is missing"
            ),
        }
        assert!(!place.path("flip.journal.jsonl").exists());
    }
}

#[tokio::test]
async fn a_damaged_session_is_refused_until_the_operator_acts() {
    let place = Place::new();
    let id = id("hurt");
    let mut journal = place.audited(&id, 2).await;
    let sound = journal.clone();
    let middle = ends(&journal)[2] + 30;
    journal[middle] ^= 1;
    let file = place.path("hurt.journal.jsonl");
    fs::write(&file, &journal).unwrap();

    let first = place.another().open(&id, NOW, PATIENT).await.err().unwrap();
    let StoreError::Damaged {
        record: 2, kept_as, ..
    } = &first
    else {
        panic!("{first:?}")
    };
    assert_eq!(kept_as, "hurt.journal.jsonl.corrupt-1");
    for store in [&place.store, &place.another()] {
        assert_eq!(
            store.open(&id, NOW, PATIENT).await.err().as_ref(),
            Some(&first)
        );
        assert_eq!(store.read(&id).await.err().as_ref(), Some(&first));
        assert_eq!(
            store.quarantined().await.unwrap(),
            std::slice::from_ref(kept_as)
        );
        assert_eq!(store.list().await.unwrap(), []);
        assert_eq!(
            store
                .remove_expired(gansauditor_audit::domain::Timestamp(u64::MAX))
                .await,
            Ok(0)
        );
    }
    assert_eq!(
        place.names(),
        [kept_as.clone(), format!("{kept_as}.readable")]
    );

    // The operator takes the readable part.
    fs::rename(place.path(&format!("{kept_as}.readable")), &file).unwrap();
    let mut writer = place.store.open(&id, NOW, PATIENT).await.unwrap();
    assert_eq!(writer.session().events(), 2);
    writer.append(vec![numbered(1)]).await.unwrap();
    drop(writer);

    // Damaged once more, it does not overwrite what was set aside.
    fs::write(&file, &journal).unwrap();
    let second = place.another().open(&id, NOW, PATIENT).await.err().unwrap();
    assert!(
        second.to_string().contains("hurt.journal.jsonl.corrupt-2"),
        "{second}"
    );
    assert_eq!(fs::read(place.path(kept_as)).unwrap(), journal);

    // The operator repairs the file: the answer says what is left to do.
    fs::write(place.path(kept_as), &sound).unwrap();
    let repaired = place.store.open(&id, NOW, PATIENT).await.err().unwrap();
    assert!(
        repaired
            .to_string()
            .contains("rename it to `hurt.journal.jsonl`"),
        "{repaired}"
    );
    fs::rename(place.path(kept_as), &file).unwrap();
    assert_eq!(place.store.read(&id).await.unwrap().attempts(), 2);

    // Or removes all of it: the session begins anew.
    for name in place.names() {
        fs::remove_file(place.path(&name)).unwrap();
    }
    assert_eq!(
        place
            .store
            .open(&id, NOW, PATIENT)
            .await
            .unwrap()
            .session()
            .events(),
        1
    );
}

#[tokio::test]
async fn damage_to_one_session_is_no_trouble_to_another() {
    let place = Place::new();
    let mut journal = place.audited(&id("hurt"), 1).await;
    place.audited(&id("well"), 1).await;
    journal[5] ^= 1;
    fs::write(place.path("hurt.journal.jsonl"), &journal).unwrap();
    assert_eq!(
        place.another().read(&id("well")).await.unwrap().attempts(),
        1
    );
    let listed = place.another().list().await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|session| session.id.as_str())
            .collect::<Vec<_>>(),
        ["well"]
    );
}

#[tokio::test]
async fn a_damaged_journal_does_not_expire() {
    let place = Place::new();
    let mut journal = place.audited(&id("hurt"), 2).await;
    let middle = ends(&journal)[1] + 30;
    journal[middle] ^= 1;
    fs::write(place.path("hurt.journal.jsonl"), &journal).unwrap();
    let removed = place
        .store
        .remove_expired(gansauditor_audit::domain::Timestamp(u64::MAX))
        .await;
    assert_eq!(removed, Ok(0));
    assert_eq!(fs::read(place.path("hurt.journal.jsonl")).unwrap(), journal);
}

#[tokio::test]
async fn a_journal_of_a_later_version_is_left_alone() {
    let place = Place::new();
    let content = r#"{"v":2,"session":"later","created":1"#;
    let hash = gansauditor_audit::domain::Digest::of(content.as_bytes());
    let journal = format!("{content},\"hash\":\"{hash}\"}}\nanything\n");
    fs::write(place.path("later.journal.jsonl"), &journal).unwrap();
    for error in [
        place
            .store
            .open(&id("later"), NOW, PATIENT)
            .await
            .err()
            .unwrap(),
        place.store.read(&id("later")).await.err().unwrap(),
    ] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        assert!(error.to_string().contains("later version"), "{error}");
    }
    assert_eq!(
        fs::read_to_string(place.path("later.journal.jsonl")).unwrap(),
        journal
    );
}
