use super::*;
use crate::config::{Config, Variables};
use crate::policies::Policies;
use gansauditor_audit::ports::SystemClock;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

fn desk(state: &Path) -> Desk {
    let name = "SYNC_AUDIT_STATE_DIRECTORY".to_owned();
    let variables = Variables::from([(name, state.to_str().unwrap().to_owned())]);
    let config = Config::read(&variables).unwrap();
    let policies = Policies::start(&config, Arc::new(SystemClock)).unwrap();
    Desk::new(policies, "stdio")
}

/// Where the first server of this process listens.
fn own_socket(state: &Path) -> PathBuf {
    state.join(format!("control/{}.sock", std::process::id()))
}

#[tokio::test]
async fn a_server_tells_what_is_live_and_only_its_owner_can_ask() {
    let state = tempfile::tempdir().unwrap();
    let socket = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    let asked = ask_all(state.path(), Ask::Status).await.unwrap();
    let answer = asked[0].answer.as_ref().unwrap();
    assert_eq!(answer.pid, std::process::id());
    assert_eq!(answer.policy.name, "gansauditor-core");
    assert_eq!(
        answer.source,
        Origin::Directory {
            revision: None,
            failure: None,
            trial: None,
        }
    );
    let mode = |name: &str| {
        let path = state.path().join(name);
        path.metadata().unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("control"), 0o700);
    assert_eq!(mode(&format!("control/{}", asked[0].socket)), 0o600);
    drop(socket);
    assert!(
        ask_all(state.path(), Ask::Status).await.unwrap().is_empty(),
        "the socket goes with its server"
    );
}

#[tokio::test]
async fn a_socket_that_nobody_listens_at_is_removed_by_whoever_finds_it() {
    let state = tempfile::tempdir().unwrap();
    let control = state.path().join("control");
    std::fs::create_dir(&control).unwrap();
    let stale = control.join("1.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(stale.exists());
    assert!(ask_all(state.path(), Ask::Look).await.unwrap().is_empty());
    assert!(!stale.exists());
}

#[tokio::test]
async fn what_is_no_socket_is_neither_asked_nor_replaced() {
    let state = tempfile::tempdir().unwrap();
    std::fs::create_dir(state.path().join("control")).unwrap();
    let own = own_socket(state.path());
    std::fs::write(&own, "mine").unwrap();
    assert!(ask_all(state.path(), Ask::Look).await.unwrap().is_empty());
    let _socket = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    let asked = ask_all(state.path(), Ask::Status).await.unwrap();
    assert_eq!(
        asked[0].socket,
        format!("{}-1.sock", std::process::id()),
        "another name is free"
    );
    assert_eq!(std::fs::read(&own).unwrap(), b"mine");
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_comes_is_ended_and_keeps_nobody_out() {
    let state = tempfile::tempdir().unwrap();
    let _socket = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    let address = own_socket(state.path());
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(UnixStream::connect(&address).await.unwrap());
    }
    let began = tokio::time::Instant::now();
    let asked = ask_all(state.path(), Ask::Status).await.unwrap();
    assert!(asked[0].answer.is_ok(), "{asked:?}");
    assert!(began.elapsed() < REQUEST_TIME, "{:?}", began.elapsed());
    for mut stream in silent {
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        assert_eq!(heard, b"");
    }
    assert!(began.elapsed() <= REQUEST_TIME * 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn servers_of_the_same_number_have_sockets_of_their_own() {
    let state = tempfile::tempdir().unwrap();
    let _first = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    let _second = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    assert_eq!(ask_all(state.path(), Ask::Look).await.unwrap().len(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_state_directory_with_a_long_path_has_a_socket_too() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("long".repeat(30)).join("x".repeat(100));
    std::fs::create_dir_all(&state).unwrap();
    let _socket = Socket::open(&state, desk(&state)).await.unwrap();
    let asked = ask_all(&state, Ask::Status).await.unwrap();
    assert!(asked[0].answer.is_ok(), "{asked:?}");
}

#[tokio::test]
async fn junk_and_endless_requests_are_turned_away_and_others_still_answered() {
    let state = tempfile::tempdir().unwrap();
    let _socket = Socket::open(state.path(), desk(state.path()))
        .await
        .unwrap();
    let address = own_socket(state.path());
    for request in [b"junk\n".to_vec(), vec![b'x'; 100_000]] {
        let mut stream = UnixStream::connect(&address).await.unwrap();
        // The server may hang up before it has read all of it.
        let _ = stream.write_all(&request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer, b"");
    }
    assert!(
        ask_all(state.path(), Ask::Status).await.unwrap()[0]
            .answer
            .is_ok()
    );
}
