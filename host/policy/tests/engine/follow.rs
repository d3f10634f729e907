//! A policy directory whose active revision changes under a running host.

use crate::guest::named;
use crate::{host, later, limits};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use gansauditor_audit::domain::{Digest, PolicyIdentity, Timestamp};
use gansauditor_audit::ports::LivePolicy as _;
use gansauditor_policy::revisions::{
    Change, Draft, PolicyDirectory, Program, Revision, RevisionError, SealFile,
};
use gansauditor_policy::{FollowOutcome, Follower, LoadError, PolicyHost};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) policies: PolicyDirectory,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        let seal = SealFile::new(Some(folder.path().join("seal.key")));
        let policies = PolicyDirectory::new(state, limits().component_bytes, seal);
        Self { folder, policies }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn history(&self) -> PathBuf {
        self.folder.path().join("policies/history.jsonl")
    }

    pub(crate) fn follower(&self) -> Follower {
        Follower::new(self.policies.clone())
    }

    /// Records without a check, as a careless writer would.
    pub(crate) fn activate(&self, component: &[u8], program: Program) -> Revision {
        self.change(Change::Activate, component, program)
    }

    pub(crate) fn change(&self, change: Change, component: &[u8], program: Program) -> Revision {
        self.record(change, component, program).unwrap()
    }

    pub(crate) fn record(
        &self,
        change: Change,
        component: &[u8],
        program: Program,
    ) -> Result<Revision, RevisionError> {
        let draft = Draft {
            at: Timestamp(1),
            by: "ana".to_owned(),
            reason: None,
            change,
            policy: PolicyIdentity {
                name: "any".to_owned(),
                version: "1.0.0".to_owned(),
                digest: Digest::of(component),
            },
            program,
            setup: "{}".into(),
            signature: None,
            source: None,
        };
        self.policies
            .record(draft, Some(component), None, Duration::ZERO)
    }
}

pub(crate) fn live(host: &PolicyHost) -> String {
    host.current().identity().name.clone()
}

fn component_file(folder: &Path, revision: &Revision) -> PathBuf {
    let digest = revision.record.policy.digest.to_string();
    let digits = digest.strip_prefix("sha256:").unwrap();
    folder.join(format!("policies/components/{digits}.wasm"))
}

#[tokio::test]
async fn without_a_directory_what_is_live_stays() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged
    );
    assert_eq!(follower.followed().await.revision, None);
}

#[tokio::test]
async fn a_new_active_revision_goes_live_once() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    follower.look(&host, later()).await;
    place.activate(&named("second"), Program::Component);
    let FollowOutcome::Activated { revision, policy } = follower.look(&host, later()).await else {
        panic!("the revision goes live");
    };
    assert_eq!((revision, policy.name.as_str()), (1, "second"));
    assert_eq!(live(&host), "second");
    assert_eq!(host.current().settings(), "{}");
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged
    );
}

#[tokio::test]
async fn revisions_within_one_second_are_all_seen() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    for name in ["second", "third", "fourth"] {
        place.activate(&named(name), Program::Component);
        follower.look(&host, SystemTime::now()).await;
        assert_eq!(live(&host), name);
    }
}

#[tokio::test]
async fn the_core_is_a_revision_like_any_other() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    place.activate(b"the core of another build", Program::Core);
    follower.look(&host, later()).await;
    assert_eq!(live(&host), "gansauditor-core");
    place.activate(b"the core of another build", Program::Core);
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged,
        "it is live already"
    );
    assert_eq!(follower.followed().await.revision, Some(2));
}

#[tokio::test]
async fn a_revision_that_is_no_policy_leaves_the_old_one_live_and_is_reported_once() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    place.activate(b"junk", Program::Component);
    assert!(matches!(
        follower.look(&host, later()).await,
        FollowOutcome::Failed(LoadError::NotWebAssembly(_))
    ));
    assert_eq!(
        follower.look(&host, SystemTime::now()).await,
        FollowOutcome::Unchanged
    );
    assert_eq!(live(&host), "first");
    let followed = follower.followed().await;
    assert_eq!(followed.revision, Some(1));
    assert!(followed.failure.is_some());
    assert!(host.status().failed.is_some());
    place.activate(&named("second"), Program::Component);
    follower.look(&host, later()).await;
    assert_eq!(live(&host), "second");
    assert_eq!(follower.followed().await.failure, None);
}

#[tokio::test]
async fn an_altered_component_is_not_run_until_it_is_mended_and_asked_for_again() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    let component = named("second");
    let revision = place.activate(&component, Program::Component);
    let file = component_file(place.folder.path(), &revision);
    std::fs::write(&file, named("evil")).unwrap();
    assert!(matches!(
        follower.look(&host, later()).await,
        FollowOutcome::Failed(LoadError::Revision(RevisionError::Altered(_)))
    ));
    assert_eq!(live(&host), "first");
    std::fs::write(&file, &component).unwrap();
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged,
        "the history did not change"
    );
    let followed = follower.look_again(&host, later()).await;
    assert_eq!((followed.revision, followed.failure), (Some(1), None));
    assert_eq!(live(&host), "second");
}

#[tokio::test]
async fn a_damaged_history_leaves_the_old_policy_live_and_is_reported_once() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    place.activate(&named("second"), Program::Component);
    follower.look(&host, later()).await;
    let whole = std::fs::read(place.history()).unwrap();
    std::fs::write(place.history(), [whole.as_slice(), b"junk\n"].concat()).unwrap();
    assert!(matches!(
        follower.look(&host, later()).await,
        FollowOutcome::Failed(LoadError::Revision(RevisionError::Damaged { .. }))
    ));
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged
    );
    assert_eq!(live(&host), "second");
    place.activate(&named("third"), Program::Component);
    follower.look(&host, later()).await;
    assert_eq!(live(&host), "third");
}

#[tokio::test]
async fn a_line_that_is_being_written_is_waited_for() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    place.activate(&named("second"), Program::Component);
    let one = std::fs::read(place.history()).unwrap();
    place.activate(&named("third"), Program::Component);
    let two = std::fs::read(place.history()).unwrap();
    std::fs::write(place.history(), &two[..one.len() + 40]).unwrap();
    follower.look(&host, later()).await;
    assert_eq!(live(&host), "second");
    std::fs::write(place.history(), &two).unwrap();
    follower.look(&host, later()).await;
    assert_eq!(live(&host), "third");
}

#[tokio::test]
async fn a_component_that_was_not_there_is_looked_for_again_after_a_while() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    let revision = place.activate(&named("second"), Program::Component);
    let component = component_file(place.folder(), &revision);
    let away = place.folder().join("away.wasm");
    std::fs::rename(&component, &away).unwrap();
    let began = later();
    let outcome = follower.look(&host, began).await;
    assert!(
        matches!(
            &outcome,
            FollowOutcome::Failed(LoadError::Revision(RevisionError::Missing(_)))
        ),
        "{outcome:?}"
    );
    std::fs::rename(&away, &component).unwrap();
    let soon = began + Duration::from_secs(29);
    assert_eq!(follower.look(&host, soon).await, FollowOutcome::Unchanged);
    let due = began + Duration::from_secs(30);
    let outcome = follower.look(&host, due).await;
    assert!(
        matches!(&outcome, FollowOutcome::Activated { revision: 1, .. }),
        "{outcome:?}"
    );
    assert_eq!(host.status().failed, None);
}

#[tokio::test]
async fn what_failed_is_forgotten_once_what_is_live_is_what_is_wanted() {
    let (place, host) = (Place::new(), host(&named("first")));
    let follower = place.follower();
    place.activate(&named("first"), Program::Component);
    follower.look(&host, later()).await;
    place.activate(b"no policy", Program::Component);
    follower.look(&host, later()).await;
    assert!(host.status().failed.is_some());
    place.activate(&named("first"), Program::Component);
    assert_eq!(
        follower.look(&host, later()).await,
        FollowOutcome::Unchanged
    );
    assert_eq!(host.status().failed, None);
}
