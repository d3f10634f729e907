use super::*;
use crate::trial::TrialRules;
use cap_std::ambient_authority;
use gansauditor_audit::domain::{PolicyIdentity, Timestamp};
use std::path::Path;

const NOW: Duration = Duration::ZERO;
const LIMIT: usize = 1000;

struct Place {
    folder: tempfile::TempDir,
    policies: PolicyDirectory,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policies = opened(folder.path());
        Self { folder, policies }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn activate(&self, component: &[u8]) -> Result<Revision, RevisionError> {
        self.policies
            .record(draft(component), Some(component), None, NOW)
    }
}

fn opened(path: &Path) -> PolicyDirectory {
    PolicyDirectory::new(
        Dir::open_ambient_dir(path, ambient_authority()).unwrap(),
        LIMIT,
        SealFile::new(Some(path.join("seal.key"))),
    )
}

fn draft(component: &[u8]) -> Draft {
    Draft {
        at: Timestamp(1_757_213_149_312),
        by: "ana".to_owned(),
        reason: None,
        change: Change::Activate,
        policy: PolicyIdentity {
            name: "p".to_owned(),
            version: "1.0.0".to_owned(),
            digest: Digest::of(component),
        },
        program: Program::Component,
        setup: "{}".into(),
        signature: None,
        source: None,
    }
}

fn stored(place: &Place, component: &[u8]) -> std::path::PathBuf {
    let digest = Digest::of(component).to_string();
    let digits = digest.strip_prefix("sha256:").unwrap();
    place.path(&format!("policies/components/{digits}.wasm"))
}

#[test]
fn a_directory_that_is_not_there_has_an_empty_history_and_is_not_made_by_looking() {
    let place = Place::new();
    assert_eq!(place.policies.history().unwrap().active(), Ok(None));
    assert_eq!(place.policies.components(), Ok(Vec::new()));
    assert!(!place.path("policies").exists());
}

#[test]
fn what_was_recorded_is_found_by_another_process() {
    let place = Place::new();
    let first = place.activate(b"one").unwrap();
    let second = place.activate(b"two").unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    let other = opened(place.folder.path());
    assert_eq!(other.history().unwrap().active(), Ok(Some(&second)));
    assert_eq!(
        other.component(&first.record.policy.digest).unwrap(),
        b"one"
    );
    assert_eq!(other.components().unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_or_write_what_is_stored() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.activate(b"one").unwrap();
    let mode = |path: std::path::PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.path("policies")), 0o700);
    assert_eq!(mode(place.path("policies/components")), 0o700);
    assert_eq!(mode(place.path("policies/history.jsonl")), 0o600);
    assert_eq!(mode(stored(&place, b"one")), 0o600);
}

#[test]
fn a_component_that_was_changed_or_removed_is_never_given_out() {
    let place = Place::new();
    let digest = place.activate(b"one").unwrap().record.policy.digest;
    std::fs::write(stored(&place, b"one"), "ONE").unwrap();
    assert_eq!(
        place.policies.component(&digest),
        Err(RevisionError::Altered(digest.clone()))
    );
    std::fs::write(stored(&place, b"one"), vec![0; LIMIT + 1]).unwrap();
    assert!(matches!(
        place.policies.component(&digest),
        Err(RevisionError::ComponentTooLarge { .. })
    ));
    std::fs::remove_file(stored(&place, b"one")).unwrap();
    assert_eq!(
        place.policies.component(&digest),
        Err(RevisionError::Missing(digest.clone()))
    );
    let back = place
        .policies
        .record(draft(b"one"), None, None, NOW)
        .unwrap_err();
    assert_eq!(back, RevisionError::Missing(digest));
    assert_eq!(place.policies.history().unwrap().newest(), 1);
}

#[test]
fn activating_the_file_again_mends_an_altered_component() {
    let place = Place::new();
    let digest = place.activate(b"one").unwrap().record.policy.digest;
    std::fs::write(stored(&place, b"one"), "ONE").unwrap();
    place.activate(b"one").unwrap();
    assert_eq!(place.policies.component(&digest).unwrap(), b"one");
}

#[test]
fn a_lost_line_break_is_written_before_the_next_line() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let history = place.path("policies/history.jsonl");
    let whole = std::fs::read(&history).unwrap();
    std::fs::write(&history, whole.trim_ascii_end()).unwrap();
    let second = place.activate(b"two").unwrap();
    let history = place.policies.history().unwrap();
    assert_eq!(history.damage(), &[]);
    assert_eq!(history.revisions().len(), 2);
    assert_eq!(history.active(), Ok(Some(&second)));
}

#[test]
fn a_history_counts_where_its_key_is() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let theirs = PolicyDirectory::new(
        Dir::open_ambient_dir(place.path("."), ambient_authority()).unwrap(),
        LIMIT,
        SealFile::new(Some(elsewhere.path().join("seal.key"))),
    );
    let history = theirs.history().unwrap();
    assert!(history.active().is_err() && history.revisions().is_empty());
    assert!(!elsewhere.path().join("seal.key").exists());
    // They can put their own in force, and what was there is still told.
    let own = theirs.record(draft(b"two"), Some(b"two"), None, NOW);
    assert_eq!(own.unwrap().number, 2);
    let history = theirs.history().unwrap();
    assert_eq!(history.active().unwrap().unwrap().number, 2);
    assert_eq!(history.damage().len(), 1);
}

#[test]
fn a_torn_line_is_cut_off_by_the_next_writer() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let path = place.path("policies/history.jsonl");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), b"{\"revision\":2,"].concat()).unwrap();
    assert_eq!(place.activate(b"two").unwrap().number, 2);
    let history = place.policies.history().unwrap();
    assert_eq!((history.newest(), history.damage()), (2, &[][..]));
    assert!(!history.is_torn());
}

#[test]
fn a_damaged_newest_line_is_followed_by_a_revision_of_the_next_number() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let path = place.path("policies/history.jsonl");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), b"junk\n"].concat()).unwrap();
    assert!(place.policies.history().unwrap().active().is_err());
    assert_eq!(place.activate(b"two").unwrap().number, 3);
    let history = place.policies.history().unwrap();
    assert_eq!(history.active().unwrap().unwrap().number, 3);
    assert_eq!(history.damage().len(), 1);
}

#[test]
fn a_change_that_was_planned_on_an_older_history_is_refused() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    place.activate(b"two").unwrap();
    let late = place
        .policies
        .record(draft(b"one"), None, Some(1), NOW)
        .unwrap_err();
    assert_eq!(
        late,
        RevisionError::Moved {
            expected: 1,
            newest: 2
        }
    );
}

#[test]
fn writers_exclude_each_other() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let state = Dir::open_ambient_dir(place.folder.path(), ambient_authority()).unwrap();
    let held = WriteLock::take(&state, LOCK, NOW).unwrap();
    assert_eq!(place.activate(b"two").unwrap_err(), RevisionError::Busy);
    assert_eq!(place.policies.history().unwrap().newest(), 1);
    drop(held);
    place.activate(b"two").unwrap();
}

#[test]
fn many_writers_leave_a_history_without_gaps() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let policies = opened(place.folder.path());
            scope.spawn(move || {
                for round in 0..5 {
                    let component = [writer, round];
                    let patience = Duration::from_secs(60);
                    policies
                        .record(draft(&component), Some(&component), None, patience)
                        .unwrap();
                }
            });
        }
    });
    let history = place.policies.history().unwrap();
    assert_eq!(history.revisions().len(), 20);
    assert_eq!((history.newest(), history.damage()), (20, &[][..]));
}

#[test]
fn texts_without_measure_are_refused() {
    let place = Place::new();
    let long = Draft {
        reason: Some("x".repeat(5000)),
        ..draft(b"one")
    };
    let error = place
        .policies
        .record(long, Some(b"one"), None, NOW)
        .unwrap_err();
    assert!(matches!(
        error,
        RevisionError::TextTooLong { what: "reason", .. }
    ));
    assert!(!place.path("policies").exists());
}

#[cfg(unix)]
#[test]
fn a_history_that_is_a_link_is_neither_read_nor_written() {
    let place = Place::new();
    place.activate(b"one").unwrap();
    let path = place.path("policies/history.jsonl");
    std::fs::rename(&path, place.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", &path).unwrap();
    assert!(matches!(
        place.policies.history(),
        Err(RevisionError::Io { .. })
    ));
    assert!(place.activate(b"two").is_err());
}

#[test]
fn a_trial_whose_component_is_gone_can_be_ended() {
    let place = Place::new();
    let trial = Draft {
        change: Change::Try(TrialRules::default()),
        ..draft(b"1")
    };
    let trial = place.policies.record(trial, Some(b"1"), None, NOW).unwrap();
    std::fs::remove_file(stored(&place, b"1")).unwrap();
    let ending = |change| Draft {
        change,
        ..trial.record.clone()
    };
    let promoted = ending(Change::Promote { trial: 1 });
    let refused = place.policies.record(promoted, None, None, NOW);
    assert_eq!(refused, Err(RevisionError::Missing(Digest::of(b"1"))));
    let withdrawn = ending(Change::Withdraw { trial: 1 });
    let withdrawn = place.policies.record(withdrawn, None, None, NOW);
    assert_eq!(withdrawn.map(|revision| revision.number), Ok(2));
}

#[test]
fn pruning_leaves_what_can_be_gone_back_to_and_what_is_on_trial() {
    let place = Place::new();
    for component in [b"1", b"2", b"3", b"1", b"4"] {
        place.activate(component).unwrap();
    }
    let trial = Draft {
        change: Change::Try(TrialRules::default()),
        ..draft(b"5")
    };
    place.policies.record(trial, Some(b"5"), None, NOW).unwrap();
    std::fs::write(place.path("policies/components/half.new"), "6").unwrap();
    let (before, keep) = (place.policies.history().unwrap(), NonZeroUsize::new(2));
    let mut unused = [b"2", b"3"].map(|bytes| StoredComponent {
        digest: Digest::of(bytes),
        bytes: 1,
    });
    unused.sort_by(|a, b| a.digest.cmp(&b.digest));

    let told = place.policies.prune(keep.unwrap(), true, NOW).unwrap();
    assert_eq!(told, unused);
    assert_eq!(place.policies.components().unwrap().len(), 5);

    let removed = place.policies.prune(keep.unwrap(), false, NOW).unwrap();
    assert_eq!(removed, unused);
    let left: Vec<_> = place.policies.components().unwrap();
    assert!(left.iter().all(|stored| !unused.contains(stored)) && left.len() == 3);
    assert!(!place.path("policies/components/half.new").exists());
    assert_eq!(place.policies.history().unwrap(), before);
    let missing = place.policies.component(&unused[0].digest).unwrap_err();
    assert_eq!(missing, RevisionError::Missing(unused[0].digest.clone()));
}

#[test]
fn nothing_is_pruned_while_nobody_knows_what_is_active_or_somebody_writes() {
    let place = Place::new();
    let keep = NonZeroUsize::MIN;
    assert_eq!(place.policies.prune(keep, false, NOW), Ok(Vec::new()));
    assert!(!place.path("policies").exists());
    place.activate(b"one").unwrap();
    place.activate(b"two").unwrap();
    let writing = WriteLock::take(&place.policies.state, LOCK, NOW).unwrap();
    let refused = place.policies.prune(keep, false, NOW);
    assert_eq!(refused, Err(RevisionError::Busy));
    drop(writing);
    let history = place.path("policies/history.jsonl");
    let damaged = std::fs::read_to_string(&history).unwrap() + "no line\n";
    std::fs::write(history, damaged).unwrap();
    let refused = place.policies.prune(keep, false, NOW).unwrap_err();
    assert!(matches!(refused, RevisionError::Damaged { line: 3, .. }));
    assert_eq!(place.policies.components().unwrap().len(), 2);
}

#[test]
fn a_history_with_the_last_number_there_is_takes_no_more() {
    let place = Place::new();
    let first = place.activate(b"one").unwrap();
    let last = Revision {
        number: u64::MAX,
        ..first
    };
    let history = place.path("policies/history.jsonl");
    std::fs::write(
        history,
        line::write(&last, &place.policies.seal.make().unwrap()).unwrap(),
    )
    .unwrap();
    assert_eq!(place.activate(b"two"), Err(RevisionError::NoNumber));
}
