//! Docker's credential helpers, as scripts.

use super::super::credentials::Login;
use super::super::helper::{Kept, ask};
use super::*;
use std::fs;
use tempfile::TempDir;

/// A helper in a folder of its own, which is `$W` in it.
struct Script(TempDir);

impl Script {
    fn new(body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("helper");
        let text = format!("#!/bin/sh\nW={}\n{body}\n", folder.path().display());
        // Another process writes it: one that other tests begin while this one had it open for writing would have it open
        // too, and what is open for writing cannot be run.
        let written = std::process::Command::new("sh")
            .args(["-c", r#"printf %s "$1" > "$0" && chmod 700 "$0""#])
            .args([file.as_os_str(), text.as_ref()])
            .status();
        assert!(written.unwrap().success());
        Self(folder)
    }

    async fn ask(&self) -> anyhow::Result<Kept> {
        ask(self.0.path().join("helper").as_os_str(), "host.example").await
    }

    /// A process number that the script wrote.
    fn process(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.0.path().join(name)).ok()?;
        let number = text.strip_suffix('\n')?;
        Some(number.to_owned())
    }
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

/// It is no process, or a dead one that nobody has taken note of.
fn is_gone(process: &str) -> bool {
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(stat) => stat
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('Z')),
        Err(_) => true,
    }
}

#[tokio::test]
async fn a_helper_is_given_the_server_and_gives_a_login_a_token_or_nothing() {
    let login =
        r#"read -r server; echo '{"ServerURL":"x","Username":"'$1'","Secret":"'$server'"}'"#;
    match Script::new(login).ask().await.unwrap() {
        Kept::Login(Login { user, password }) => {
            assert_eq!((user.as_str(), password.as_str()), ("get", "host.example"));
        }
        _ => panic!("no login"),
    }
    let token = r#"echo '{"Username":"<token>","Secret":"secret"}'"#;
    let kept = Script::new(token).ask().await.unwrap();
    assert!(matches!(kept, Kept::IdentityToken));
    let none = "echo credentials not found in native keychain; exit 1";
    let kept = Script::new(none).ask().await.unwrap();
    assert!(matches!(kept, Kept::Nothing));
}

#[tokio::test]
async fn a_helper_that_fails_is_told_without_what_it_said() {
    for (body, says) in [
        ("echo secret; exit 3", "it fails (exit status: 3)"),
        ("echo secret; kill -9 $$", "it fails (signal: 9"),
        ("echo '{\"Username\":\"secret\"}'", "cannot be read"),
        ("exec yes secret", "it fails (signal: 13"),
    ] {
        let error = Script::new(body).ask().await.err().unwrap();
        let error = format!("{error:#}");
        assert!(error.contains(says), "{body}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let absent = ask("/nowhere/docker-credential-x".as_ref(), "host.example").await;
    let absent = format!("{:#}", absent.err().unwrap());
    assert!(absent.contains("is it installed?"), "{absent}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_helper_that_nobody_waits_for_any_more_is_ended_with_all_it_started() {
    let hangs = r#"trap '' TERM HUP INT
        sh -c 'echo $$ > "$1/child"; exec sleep 1000' - "$W" &
        echo $$ > "$W/helper-process"; wait"#;
    let script = Script::new(hangs);
    let started =
        || script.process("child").is_some() && script.process("helper-process").is_some();
    tokio::select! {
        _ = script.ask() => panic!("it never answers"),
        () = eventually("it started", started) => {}
    }
    for name in ["child", "helper-process"] {
        let process = script.process(name).unwrap();
        eventually("it is gone", || is_gone(&process)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_helper_leaves_running_keeps_nobody_waiting() {
    let leaves = r#"sh -c 'echo $$ > "$1/child"; exec sleep 1000' - "$W" &
        while [ ! -s "$W/child" ]; do :; done
        echo '{"Username":"me","Secret":"secret"}'"#;
    let script = Script::new(leaves);
    assert!(matches!(script.ask().await.unwrap(), Kept::Login(_)));
    let child = script.process("child").unwrap();
    eventually("it is gone", || is_gone(&child)).await;
}
