use super::super::revision::{Change, Draft, Program};
use super::*;
use crate::setup::{OwnLimits, Setup};
use gansauditor_audit::domain::{Digest, PolicyIdentity, Timestamp};
use proptest::prelude::*;
use std::sync::LazyLock;

static KEY: LazyLock<Seal> = LazyLock::new(|| Seal::numbered(1));

fn read(bytes: &[u8]) -> History {
    History::read(bytes, Some(&KEY))
}

fn revision(number: u64) -> Revision {
    Revision {
        number,
        record: Draft {
            at: Timestamp(1_757_213_149_312 + number),
            by: "ana (uid 1000) on build-7".to_owned(),
            reason: (number.is_multiple_of(2)).then(|| "a \"reason\"\nof two lines".to_owned()),
            change: if number.is_multiple_of(3) {
                Change::Rollback { to: number - 1 }
            } else {
                Change::Activate
            },
            policy: PolicyIdentity {
                name: "strict".to_owned(),
                version: "1.2.3".to_owned(),
                digest: Digest::of(&number.to_le_bytes()),
            },
            program: if number.is_multiple_of(5) {
                Program::Core
            } else {
                Program::Component
            },
            setup: Setup {
                settings: "{\"bar\": 95}".to_owned(),
                limits: OwnLimits {
                    fuel: number.is_multiple_of(2).then_some(number),
                    ..OwnLimits::default()
                },
            },
            signature: number
                .is_multiple_of(7)
                .then(|| "untrusted comment: x\nAAAA".to_owned()),
            source: number
                .is_multiple_of(5)
                .then(|| "oci://registry.example/team/policy@sha256:00".to_owned()),
        },
    }
}

#[test]
fn a_trial_runs_while_its_line_is_the_newest_and_is_never_the_active_revision() {
    let rules = TrialRules {
        share: 10,
        promote: true,
        ..TrialRules::DEFAULT
    };
    let changes = [
        Change::Activate,
        Change::Try(rules),
        Change::Withdraw { trial: 2 },
        Change::Try(rules),
        Change::Promote { trial: 4 },
    ];
    let mut lines = Vec::new();
    let mut seen = Vec::new();
    for (number, change) in (1..).zip(changes) {
        let mut revision = revision(number);
        revision.record.change = change;
        lines.extend(line::write(&revision, &KEY).unwrap());
        let history = read(&lines);
        assert!(history.damage().is_empty());
        assert_eq!(history.revisions().last(), Some(&revision));
        let active = history.active().unwrap().map(|active| active.number);
        let trial = history.trial().map(|(trial, rules)| (trial.number, rules));
        let back = history.before_active().map(|before| before.number);
        seen.push((active, trial, back));
    }
    let trial = |number| Some((number, rules));
    assert_eq!(
        seen,
        [
            (Some(1), None, None),
            (Some(1), trial(2), None),
            (Some(1), None, None),
            (Some(1), trial(4), None),
            (Some(5), None, Some(1)),
        ]
    );
}

fn written(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    numbers
        .into_iter()
        .flat_map(|number| line::write(&revision(number), &KEY).unwrap())
        .collect()
}

fn numbers(history: &History) -> Vec<u64> {
    history.revisions().iter().map(|r| r.number).collect()
}

#[test]
fn a_line_says_in_plain_words_what_was_changed() {
    let line = String::from_utf8(line::write(&revision(3), &KEY).unwrap()).unwrap();
    assert!(
        line.starts_with(
            "{\"revision\":3,\"at\":\"2025-09-07T02:45:49.315Z\",\"by\":\"ana (uid 1000) on build-7\",\"action\":\"rollback\",\"to\":2,\"policy\":{\"name\":\"strict\""
        ),
        "{line}"
    );
    serde_json::from_str::<serde_json::Value>(&line).expect("a line is JSON");
}

#[test]
fn an_empty_history_has_no_active_revision() {
    let history = read(b"");
    assert_eq!(history.active(), Ok(None));
    assert_eq!(history.before_active(), None);
    assert_eq!(history.newest(), 0);
}

#[test]
fn the_newest_revision_is_the_active_one() {
    let history = read(&written(1..=3));
    assert_eq!(history.active(), Ok(Some(&revision(3))));
    assert_eq!(
        history.before_active(),
        Some(&revision(1)),
        "the third goes back to the second"
    );
    assert_eq!(history.revision(1), Ok(&revision(1)));
    assert_eq!(
        history.revision(4),
        Err(RevisionError::NoSuchRevision(4)),
        "there is no fourth"
    );
}

#[test]
fn a_damaged_line_in_the_middle_is_reported_and_the_newest_counts() {
    let mut bytes = written(1..=1);
    bytes.extend_from_slice(b"what is this\n");
    bytes.extend(written(3..=3));
    let history = read(&bytes);
    assert_eq!(history.active(), Ok(Some(&revision(3))));
    assert_eq!(history.damage().len(), 1);
    assert_eq!(history.damage()[0].line, 2);
}

#[test]
fn a_damaged_newest_line_leaves_no_revision_known_to_be_active() {
    let mut bytes = written(1..=2);
    bytes.extend_from_slice(b"\n");
    let history = read(&bytes);
    assert!(matches!(
        history.active(),
        Err(RevisionError::Damaged { line: 3, .. })
    ));
    assert_eq!(history.newest(), 3, "its number is not given again");
    assert_eq!(history.before_active(), Some(&revision(2)));
}

#[test]
fn of_any_number_of_damaged_lines_some_are_told_and_the_newest() {
    let history = read(&b"\n".repeat(100_000));
    assert_eq!((history.damage().len(), history.damaged()), (100, 100_000));
    assert!(matches!(
        history.active(),
        Err(RevisionError::Damaged { line: 100_000, .. })
    ));
}

#[test]
fn a_lost_or_repeated_line_is_reported() {
    let lost = read(&written([1, 3]));
    assert_eq!(lost.active(), Ok(Some(&revision(3))));
    assert_eq!(lost.damage().len(), 1);
    let repeated = read(&written([1, 2, 1]));
    assert!(repeated.active().is_err(), "which of the two is meant?");
}

#[test]
fn the_newest_line_counts_without_its_line_break() {
    let bytes = written(1..=3);
    let history = read(&bytes[..bytes.len() - 1]);
    assert_eq!(history.active(), Ok(Some(&revision(3))));
    assert_eq!(history.damage(), &[]);
    assert!(history.is_open() && !history.is_torn());
    assert_eq!(history.whole_bytes(), bytes.len() - 1);
    assert!(!read(&bytes).is_open());
}

#[test]
fn what_another_installation_wrote_is_not_believed() {
    let mut bytes = written(1..=1);
    let foreign = Seal::numbered(2);
    bytes.extend(line::write(&revision(2), &foreign).unwrap());
    let history = read(&bytes);
    assert!(matches!(
        history.active(),
        Err(RevisionError::Damaged { line: 2, reason }) if reason.contains("AUDIT_POLICY_SEAL")
    ));
    assert!(history.revision(2).is_err());
    // Without a key nothing holds.
    let history = History::read(&written(1..=2), None);
    assert_eq!((history.revisions().len(), history.newest()), (0, 2));
    assert!(history.active().is_err());
    // Who has the key goes on from there.
    bytes.extend(line::write(&revision(3), &KEY).unwrap());
    assert_eq!(read(&bytes).active(), Ok(Some(&revision(3))));
}

#[test]
fn each_rollback_goes_one_further_back() {
    let changes = [
        (Change::Activate, None),
        (Change::Activate, Some(1)),
        (Change::Activate, Some(2)),
        (Change::Rollback { to: 2 }, Some(1)),
        (Change::Rollback { to: 1 }, None),
        // What was rolled back from is not gone back to unless it is named.
        (Change::Rollback { to: 3 }, Some(2)),
        (Change::Rollback { to: 6 }, Some(2)),
        (Change::Activate, Some(7)),
        // A damaged history may say anything: no revision goes back to a later one.
        (Change::Rollback { to: 9 }, Some(8)),
    ];
    let mut lines = Vec::new();
    for (number, (change, back)) in (1..).zip(changes) {
        let mut revision = revision(number);
        revision.record.change = change;
        lines.extend(line::write(&revision, &KEY).unwrap());
        let history = read(&lines);
        assert_eq!(
            history.before_active().map(|before| before.number),
            back,
            "after revision {number}"
        );
    }
}

proptest! {
    #[test]
    fn what_was_written_before_a_torn_line_is_read(lines in 1u64..6, cut in 1usize..1000) {
        let whole = written(1..lines);
        let last = written(lines..=lines);
        // Without its line break alone it is not torn.
        let cut = cut.min(last.len() - 2);
        let bytes = [whole.as_slice(), &last[..cut]].concat();
        let history = read(&bytes);
        prop_assert_eq!(numbers(&history), (1..lines).collect::<Vec<_>>());
        prop_assert_eq!(history.damage(), &[]);
        prop_assert!(history.is_torn());
        prop_assert_eq!(history.whole_bytes(), whole.len());
    }

    #[test]
    fn a_changed_byte_costs_no_more_than_the_lines_it_touches(
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = written(1..=4);
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        bytes[at] = byte;
        let history = read(&bytes);
        for read in history.revisions() {
            prop_assert_eq!(read, &revision(read.number), "no revision is read other than it was written");
        }
        for whole in (1..=4).filter(|number| *number != line && *number != line + 1) {
            prop_assert!(history.revision(whole).is_ok());
        }
        prop_assert!(history.revision(line).is_err());
        prop_assert!(!history.damage().is_empty() || history.is_torn());
    }

    #[test]
    fn no_bytes_make_reading_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let history = read(&bytes);
        prop_assert!(history.revisions().is_empty());
        prop_assert_eq!(history.active().is_ok(), history.damage().is_empty());
    }
}
