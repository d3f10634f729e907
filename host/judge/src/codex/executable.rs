//! Which program Codex is.

use crate::process::Program;
use crate::redact::Redact;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// How long a question as `--version` may take: a cold start loads 300 MB.
const TIME: Duration = Duration::from_secs(20);

/// As much of the answer as anybody reads, in bytes.
const LONGEST: u64 = 1 << 16;

/// Why there is no Codex CLI to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodexError {
    /// Nothing of that name on `PATH`.
    #[error(
        "there is no `codex` on PATH: install it with `npm install -g @openai/codex`, or name it in CODEX_EXECUTABLE"
    )]
    NotInstalled,
    /// The operator names a file that is not there or cannot be run.
    #[error("CODEX_EXECUTABLE names `{}`, which is no executable file", .path.display())]
    NoSuchFile {
        /// The file.
        path: PathBuf,
    },
    /// It is there and does not tell its version.
    #[error("`{} --version` did not answer as the Codex CLI does: {reason}; install it with `npm install -g @openai/codex`", .path.display())]
    NotRunnable {
        /// The file.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
}

/// A Codex CLI that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodexCli {
    path: PathBuf,
    version: String,
}

impl CodexCli {
    /// Finds the named program, or `codex` on `PATH`, and asks it for its version. Behind npm's wrapper the
    /// native program is taken: it starts in half the time and cannot outlive its wrapper.
    ///
    /// Blocks for as long as the program takes to start, at most 20 s.
    pub fn find(executable: Option<&Path>) -> Result<Self, CodexError> {
        let path = find(executable, std::env::var_os("PATH").as_deref())?;
        let path = native(&path).unwrap_or(path);
        let version = version(&path).map_err(|reason| CodexError::NotRunnable {
            path: path.clone(),
            reason,
        })?;
        Ok(Self { path, version })
    }

    /// The program.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version, e.g. `codex-cli 0.169.0`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn find(named: Option<&Path>, search: Option<&OsStr>) -> Result<PathBuf, CodexError> {
    let on_path = |name: &Path| {
        std::env::split_paths(search.unwrap_or_default())
            .map(|folder| folder.join(name))
            .find(|path| is_executable(path))
    };
    let (found, missing) = match named {
        None => (on_path(Path::new("codex")), CodexError::NotInstalled),
        Some(path) => {
            let is_name = path.components().count() == 1 && !path.has_root();
            let there = is_executable(path).then(|| path.to_owned());
            (
                there.or_else(|| is_name.then(|| on_path(path)).flatten()),
                CodexError::NoSuchFile {
                    path: path.to_owned(),
                },
            )
        }
    };
    // It is run from another folder.
    found
        .and_then(|path| std::path::absolute(path).ok())
        .ok_or(missing)
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// The native program behind the wrapper `@openai/codex/bin/codex.js`, laid out as npm does.
fn native(path: &Path) -> Option<PathBuf> {
    let script = path.canonicalize().ok()?;
    let package = script.parent()?.parent()?;
    if script.extension()? != "js" || !package.ends_with("@openai/codex") {
        return None;
    }
    let (system, vendor, abi) = match std::env::consts::OS {
        "linux" => ("linux", "unknown-linux", "-musl"),
        "macos" => ("darwin", "apple-darwin", ""),
        _ => return None,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    let platform = format!("codex-{system}-{machine}");
    let target = format!("{}-{vendor}{abi}", std::env::consts::ARCH);
    [
        package.join("node_modules/@openai").join(&platform),
        package.with_file_name(&platform),
        package.to_owned(),
    ]
    .into_iter()
    .map(|folder| folder.join("vendor").join(&target).join("bin/codex"))
    .find(|path| is_executable(path))
}

/// What `codex --version` says.
fn version(path: &Path) -> Result<String, String> {
    let asked = ask(path, "--version")?;
    let first = asked.lines().next().unwrap_or_default().trim();
    let tells = first
        .rsplit(' ')
        .next()
        .is_some_and(|last| last.starts_with(|letter: char| letter.is_ascii_digit()));
    if tells {
        Ok(first.to_owned())
    } else {
        Err(format!("it said `{}`", Redact::default().quote(first)))
    }
}

/// Asks on a thread with a runtime of its own, so that it does not matter whether the caller has one.
fn ask(path: &Path, question: &'static str) -> Result<String, String> {
    let program = question_to(path, question);
    let asking = std::thread::Builder::new()
        .name(format!("codex {question}"))
        .spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(answer_of(&program))
        })
        .map_err(|error| error.to_string())?;
    match asking.join() {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it could not be asked".to_owned()),
    }
}

/// The program with one option that makes it tell something and end.
fn question_to(path: &Path, question: &str) -> Program {
    let inherited = |name: &str| Some((name.into(), std::env::var_os(name)?));
    Program {
        executable: path.to_owned(),
        arguments: vec![question.into()],
        environment: ["PATH", "HOME"].into_iter().filter_map(inherited).collect(),
        folder: std::env::temp_dir(),
    }
}

/// The first [`LONGEST`] bytes that the program says.
async fn answer_of(program: &Program) -> std::io::Result<String> {
    let mut running = program.start()?;
    drop(running.stdin());
    let stdout = running.stdout();
    let mut said = Vec::new();
    let reading = async {
        match stdout {
            Some(stdout) => stdout.take(LONGEST).read_to_end(&mut said).await,
            None => Ok(0),
        }
    };
    tokio::time::timeout(TIME, reading).await??;
    Ok(String::from_utf8_lossy(&said).into_owned())
    // Whatever still runs is killed here: it has said all it had to say.
}

impl CodexCli {
    /// Whether it has that subcommand. Older and newer ones take an unknown subcommand for a prompt.
    pub(crate) async fn has_subcommand(&self, name: &str) -> bool {
        let help = answer_of(&question_to(&self.path, "--help")).await;
        help.unwrap_or_default()
            .lines()
            .any(|line| line.split_whitespace().next() == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::FakeCodex;
    use super::*;
    use std::fs;

    #[test]
    fn what_is_not_there_is_said_with_what_to_do() {
        let empty = tempfile::tempdir().unwrap();
        let nothing = find(None, Some(empty.path().as_os_str()));
        assert_eq!(nothing, Err(CodexError::NotInstalled));
        assert!(
            CodexError::NotInstalled
                .to_string()
                .contains("npm install -g @openai/codex")
        );
        let path = empty.path().join("codex");
        let error = find(Some(&path), None).unwrap_err();
        assert!(error.to_string().contains("CODEX_EXECUTABLE"), "{error}");
        fs::write(&path, "no program").unwrap();
        assert_eq!(
            find(Some(&path), None),
            Err(CodexError::NoSuchFile { path })
        );
    }

    #[test]
    fn a_program_is_found_by_name_and_by_path() {
        let fake = FakeCodex::new("");
        let folder = fake.path().parent().unwrap();
        assert_eq!(
            find(None, Some(folder.as_os_str())).as_deref(),
            Ok(fake.path())
        );
        assert_eq!(
            find(Some(Path::new("codex")), Some(folder.as_os_str())).as_deref(),
            Ok(fake.path())
        );
        assert_eq!(find(Some(fake.path()), None).as_deref(), Ok(fake.path()));
    }

    #[test]
    fn the_native_program_is_taken_from_behind_the_wrapper() {
        let modules = tempfile::tempdir().unwrap();
        let modules = modules.path().canonicalize().unwrap();
        let package = modules.join("@openai/codex");
        let wrapper = package.join("bin/codex.js");
        fs::create_dir_all(package.join("bin")).unwrap();
        fs::copy("/bin/sh", &wrapper).unwrap();
        let link = modules.join("codex");
        std::os::unix::fs::symlink(&wrapper, &link).unwrap();
        assert_eq!(
            native(&link),
            None,
            "the wrapper itself runs when there is nothing behind it"
        );
        let machine = if cfg!(target_arch = "x86_64") {
            "x64"
        } else {
            "arm64"
        };
        let (platform, target) = if cfg!(target_os = "macos") {
            (format!("codex-darwin-{machine}"), "apple-darwin")
        } else {
            (format!("codex-linux-{machine}"), "unknown-linux-musl")
        };
        let target = format!("vendor/{}-{target}/bin", std::env::consts::ARCH);
        for place in [
            package.join(&target),
            modules.join("@openai").join(&platform).join(&target),
            package
                .join("node_modules/@openai")
                .join(&platform)
                .join(&target),
        ] {
            fs::create_dir_all(&place).unwrap();
            fs::copy("/bin/sh", place.join("codex")).unwrap();
            assert_eq!(native(&link), Some(place.join("codex")));
        }
        assert_eq!(native(Path::new("/bin/sh")), None);
    }

    #[test]
    fn the_version_is_asked_for() {
        let fake = FakeCodex::new("");
        let cli = CodexCli::find(Some(fake.path())).unwrap();
        assert_eq!(cli.version(), "codex-cli 0.0.1");
        fake.write("version", "Welcome!\n");
        let error = CodexCli::find(Some(fake.path())).unwrap_err();
        assert!(matches!(error, CodexError::NotRunnable { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_subcommand_is_looked_for_in_the_help() {
        let fake = FakeCodex::new("");
        let cli = fake.cli();
        assert!(cli.has_subcommand("app-server").await);
        assert!(!cli.has_subcommand("mcp-server").await);
    }
}
