//! Processes that are killed in the middle of their work.

use crate::journal_writer::{append_for_ever, count_appends};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

const DIRECTORY: &str = "GANSAUDITOR_TEST_WRITES_TO";
const SESSION: &str = "GANSAUDITOR_TEST_SESSION";
const UNSYNCED: &str = "GANSAUDITOR_TEST_UNSYNCED";

/// A child process that appends until it is killed.
pub(crate) struct Writer {
    pub(crate) process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    /// Appends it said are durable, counted from the session's first.
    pub(crate) acknowledged: u64,
}

impl Writer {
    pub(crate) fn start(dir: &Path, session: &str) -> Self {
        Self::spawn(
            this_program("crash::appends_until_it_is_killed")
                .env(DIRECTORY, dir)
                .env(SESSION, session),
        )
    }

    /// One that appends lines to a file without ever asking for their durability.
    pub(crate) fn start_unsynced(dir: &Path, file: &str) -> Self {
        Self::spawn(
            this_program("crash::appends_until_it_is_killed")
                .env(DIRECTORY, dir)
                .env(SESSION, file)
                .env(UNSYNCED, "1"),
        )
    }

    fn spawn(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self {
            process,
            lines,
            acknowledged: 0,
        }
    }

    /// Waits for so many more acknowledgements.
    pub(crate) fn wait_for(&mut self, appends: usize) {
        for _ in 0..appends {
            assert!(self.next(), "the writer stopped by itself");
        }
    }

    /// Kills it and hears what it said last.
    pub(crate) fn kill(mut self) -> u64 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while self.next() {}
        self.acknowledged
    }

    fn next(&mut self) -> bool {
        for line in self.lines.by_ref() {
            // A line that the kill cut short acknowledges nothing that can be relied on.
            if let Some(number) = line
                .unwrap()
                .strip_prefix("ack ")
                .and_then(|n| n.parse::<u64>().ok())
            {
                self.acknowledged = self.acknowledged.max(number + 1);
                return true;
            }
        }
        false
    }
}

/// This test program, running one of its tests in a process of its own.
pub(crate) fn this_program(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env_remove("RUST_TEST_THREADS");
    command
}

/// Not a test by itself: the process that the others start.
#[tokio::test]
async fn appends_until_it_is_killed() {
    let (Ok(dir), Ok(session)) = (std::env::var(DIRECTORY), std::env::var(SESSION)) else {
        return;
    };
    let mut out = std::io::stdout();
    // The test harness does not end its own line.
    writeln!(out).unwrap();
    if std::env::var(UNSYNCED).is_err() {
        match append_for_ever(Path::new(&dir), &session, &mut out).await {
            Ok(never) => match never {},
            Err(error) => panic!("{error}"),
        }
    }
    let mut file = std::fs::File::create(Path::new(&dir).join(session)).unwrap();
    for number in 0_u64.. {
        file.write_all(format!("{number} {}\n", "x".repeat(2000)).as_bytes())
            .unwrap();
        writeln!(out, "ack {number}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn a_killed_process_loses_no_acknowledged_append_and_leaves_no_lock() {
    let dir = TempDir::new().unwrap();
    let mut total = 0;
    for round in 0..10 {
        let mut writer = Writer::start(dir.path(), "killed");
        writer.wait_for(1 + round * 7);
        let acknowledged = writer.kill();
        let kept = count_appends(dir.path(), "killed").await.unwrap();
        // One more may have become durable before the process could say so.
        assert!(
            (acknowledged..=acknowledged + 1).contains(&kept),
            "{kept} of {acknowledged} acknowledged"
        );
        assert!(kept > total, "round {round} appended nothing");
        total = kept;
    }
}

#[tokio::test]
async fn a_process_that_waits_goes_on_where_a_killed_one_stopped() {
    let dir = TempDir::new().unwrap();
    let mut one = Writer::start(dir.path(), "both");
    one.wait_for(5);
    let mut other = Writer::start(dir.path(), "both");
    let first = one.kill();
    other.wait_for(20);
    let acknowledged = other.kill();
    let kept = count_appends(dir.path(), "both").await.unwrap();
    assert!(
        kept >= acknowledged.max(first),
        "{kept} of {acknowledged} and {first} acknowledged"
    );
    assert!(kept >= 25, "the second process began anew");
}
