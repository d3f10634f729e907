//! Running the real program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program, in the profile of this test. Cargo does not build it for a test of another package, so it is
/// asked to: a test must not pass on yesterday's program.
pub(crate) fn binary() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let mut path = std::env::current_exe().unwrap();
            path.pop();
            if path.ends_with("deps") {
                path.pop();
            }
            let mut cargo = Command::new(env!("CARGO"));
            cargo
                .args(["build", "--quiet", "--workspace", "--bin", "gansauditor"])
                .current_dir(root());
            if path.ends_with("release") {
                cargo.arg("--release");
            }
            // What cargo tells this test of its package would have it build anew whatever looks at the same variables.
            for (name, _) in std::env::vars_os() {
                let is_ours = |name: &str| {
                    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
                };
                if name.to_str().is_some_and(is_ours) {
                    cargo.env_remove(name);
                }
            }
            assert!(cargo.status().unwrap().success(), "the program builds");
            path.join("gansauditor")
        })
        .clone()
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// One version of the demo's file.
pub(crate) fn demo_version(number: u32) -> String {
    std::fs::read_to_string(root().join(format!("tests/demo/rates-{number}.py"))).unwrap()
}

/// A folder to run in, with nothing of the caller's settings.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.path()).env_clear();
        for name in ["PATH", "HOME"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("SYNC_AUDIT_STATE_DIRECTORY", self.path().join("state"));
        // Beside the state, not in the home of whoever runs the tests.
        command.env("AUDIT_POLICY_CACHE", self.path().join("compiled"));
        command.env("AUDIT_POLICY_SEAL", self.path().join("seal.key"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.feed(arguments, b"")
    }

    /// Runs with something on stdin.
    pub(crate) fn feed(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program that refuses its input early closes the pipe: no failure of the test.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ran(output)
    }

    pub(crate) fn git(&self, arguments: &[&str]) {
        let done = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// How a run ended.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("the program ended by itself")
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout(), self.stderr()))
    }

    /// Asserts the exit code, showing the output where it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "{}{}", self.stdout(), self.stderr());
        self
    }
}
