//! A policy file that changes under a running host.

use crate::guest::named;
use crate::{host, later};
use gansauditor_audit::ports::LivePolicy as _;
use gansauditor_policy::{LoadError, WatchOutcome, Watcher};

#[tokio::test]
async fn a_replaced_file_goes_live() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let host = host(&named("first"));
    std::fs::write(&path, named("first")).unwrap();
    let mut watcher = Watcher::new(&path, "");
    assert_eq!(
        watcher.look(&host, later()).await,
        WatchOutcome::Unchanged,
        "the same bytes are live already"
    );

    let next = folder.path().join("next");
    std::fs::write(&next, named("second")).unwrap();
    std::fs::rename(next, &path).unwrap();
    let WatchOutcome::Activated(identity) = watcher.look(&host, later()).await else {
        panic!("the new file goes live");
    };
    assert_eq!(identity.name, "second");
    assert_eq!(host.current().identity(), &identity);
    assert_eq!(watcher.look(&host, later()).await, WatchOutcome::Unchanged);
}

#[tokio::test]
async fn a_half_written_file_fails_once_and_goes_live_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let host = host(&named("first"));
    let whole = named("second");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let mut watcher = Watcher::new(&path, "");
    assert!(matches!(
        watcher.look(&host, later()).await,
        WatchOutcome::Failed(LoadError::Compile(_))
    ));
    assert_eq!(host.current().identity().name, "first");
    assert_eq!(
        watcher.look(&host, later()).await,
        WatchOutcome::Unchanged,
        "it is reported once"
    );
    std::fs::write(&path, &whole).unwrap();
    assert!(matches!(
        watcher.look(&host, later()).await,
        WatchOutcome::Activated(_)
    ));
}

#[tokio::test]
async fn a_missing_file_is_reported_once_and_followed_when_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let host = host(&named("first"));
    let mut watcher = Watcher::new(&path, "");
    assert!(matches!(
        watcher.look(&host, later()).await,
        WatchOutcome::Failed(LoadError::Unreadable { .. })
    ));
    assert_eq!(watcher.look(&host, later()).await, WatchOutcome::Unchanged);
    assert!(
        host.status()
            .failed
            .is_some_and(|failed| failed.digest.is_none())
    );
    std::fs::write(&path, named("second")).unwrap();
    assert!(matches!(
        watcher.look(&host, later()).await,
        WatchOutcome::Activated(_)
    ));
    assert_eq!(host.status().failed, None);
}

#[tokio::test]
async fn a_second_write_under_the_same_stamp_is_seen_while_the_file_settles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let host = host(&named("first0"));
    std::fs::write(&path, named("second")).unwrap();
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let mut watcher = Watcher::new(&path, "");
    assert!(matches!(
        watcher.look(&host, modified).await,
        WatchOutcome::Activated(_)
    ));

    // Same length, same inode, same time.
    std::fs::write(&path, named("third0")).unwrap();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    let WatchOutcome::Activated(identity) = watcher.look(&host, modified).await else {
        panic!("the second write goes live");
    };
    assert_eq!(identity.name, "third0");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_the_place_of_the_file_or_its_signature_is_told_and_waited_for_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let pipe = |path: &std::path::Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    let host = host(&named("first"));
    let mut watcher = Watcher::new(&path, "");
    pipe(&path);
    let told = watcher.look(&host, later()).await;
    let WatchOutcome::Failed(LoadError::Unreadable { reason, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(reason, "it is not a plain file");

    let next = folder.path().join("next");
    std::fs::write(&next, named("second")).unwrap();
    std::fs::rename(&next, &path).unwrap();
    let signature = folder.path().join("policy.wasm.minisig");
    pipe(&signature);
    let told = watcher.look(&host, later()).await;
    assert!(matches!(told, WatchOutcome::Failed(_)), "{told:?}");
    std::fs::remove_file(signature).unwrap();
    let told = watcher.look(&host, later()).await;
    assert!(matches!(told, WatchOutcome::Activated(_)), "{told:?}");
}

#[tokio::test]
async fn a_file_that_is_put_back_has_not_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.wasm");
    let host = host(&named("first"));
    let mut watcher = Watcher::new(&path, "");
    std::fs::write(&path, "no policy").unwrap();
    watcher.look(&host, later()).await;
    assert!(host.status().failed.is_some());
    std::fs::write(&path, named("first")).unwrap();
    assert_eq!(watcher.look(&host, later()).await, WatchOutcome::Unchanged);
    assert_eq!(host.status().failed, None);
}
