//! Running git: with an environment of our own, its output bounded, killed when nobody waits for it.

use crate::error::RepositoryError;
use crate::watch::Watch;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// Most bytes kept of what git says on stderr.
const MOST_TROUBLE: u64 = 4096;

/// What keeps git to itself, whatever the user or the repository configures: no prompt, no lock that is not
/// needed, no pager, no transport (a missing object could be fetched by a program the repository names), no
/// configuration or attributes of the machine or the user.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_PROTOCOL_FROM_USER", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];
const NO_CONFIGURATION: &[(&str, &str)] = &[
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
];
/// Where git finds which repositories of other users the user trusts.
const TRUST: &[&str] = &["HOME", "XDG_CONFIG_HOME", "SUDO_UID"];

/// A git that was found outside the repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    program: PathBuf,
    path: OsString,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// Where it runs.
    pub(crate) folder: &'a Path,
    /// The git directory; without it git looks for one in `folder`, and whether the user trusts it.
    pub(crate) git_dir: Option<&'a Path>,
    /// More of the environment.
    pub(crate) environment: Vec<(&'static str, OsString)>,
    /// The subcommand and its arguments.
    pub(crate) arguments: &'a [&'a str],
    /// What it reads on stdin.
    pub(crate) input: Option<Vec<u8>>,
    /// Most bytes read of its output.
    pub(crate) most: usize,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its output.
    pub(crate) output: Vec<u8>,
    /// There was more output than asked for.
    pub(crate) cut: bool,
    /// It succeeded, or its output was cut.
    pub(crate) success: bool,
    /// The code it ended with, unless it was killed.
    pub(crate) code: Option<i32>,
    /// What it complained about.
    pub(crate) trouble: String,
}

impl Ended {
    /// An error where the call failed.
    pub(crate) fn or_error(self, command: &str) -> Result<Self, RepositoryError> {
        if self.success {
            return Ok(self);
        }
        Err(RepositoryError::Git {
            command: command.to_owned(),
            said: if self.trouble.is_empty() {
                "it did not say why".to_owned()
            } else {
                self.trouble
            },
        })
    }

    /// The output as one line.
    pub(crate) fn line(&self) -> String {
        String::from_utf8_lossy(&self.output).trim().to_owned()
    }
}

impl Git {
    /// Finds git on the PATH. Relative entries, and those within the repository, are passed over: the
    /// repository must not bring its own.
    pub(crate) fn find(repository: &Path) -> Result<Self, RepositoryError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self::find_on(&path, repository)
    }

    fn find_on(path: &OsStr, repository: &Path) -> Result<Self, RepositoryError> {
        let none = || RepositoryError::NoGit {
            reason: "there is no git on the PATH".to_owned(),
        };
        let folders: Vec<PathBuf> = std::env::split_paths(path)
            .filter(|folder| folder.is_absolute())
            .filter_map(|folder| std::fs::canonicalize(folder).ok())
            .filter(|folder| !folder.starts_with(repository))
            .collect();
        let name = format!("git{}", std::env::consts::EXE_SUFFIX);
        let program = folders
            .iter()
            .map(|folder| folder.join(&name))
            .find(|program| program.is_file())
            .ok_or_else(none)?;
        let path = std::env::join_paths(folders).map_err(|_| none())?;
        Ok(Self { program, path })
    }

    /// Runs git to its end. It is killed when its output is too long, when the watch is over, and when the
    /// caller goes away.
    pub(crate) async fn run(
        &self,
        call: Call<'_>,
        watch: &Watch,
    ) -> Result<Ended, RepositoryError> {
        watch.check()?;
        tokio::select! {
            biased;
            why = watch.over() => Err(why.into()),
            ended = self.run_to_end(call) => ended,
        }
    }

    async fn run_to_end(&self, call: Call<'_>) -> Result<Ended, RepositoryError> {
        let failed = RepositoryError::io("read what git says");
        let mut child = self
            .command(&call)
            .spawn()
            .map_err(|error| RepositoryError::NoGit {
                reason: error.to_string(),
            })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let stdin = child.stdin.take();
        // All at once, so that a git with much to say or to hear on one cannot block on it.
        let (output, trouble, ()) = tokio::join!(
            async {
                let mut output = Vec::new();
                if let Some(stdout) = stdout {
                    let limit = (call.most as u64).saturating_add(1);
                    stdout.take(limit).read_to_end(&mut output).await?;
                }
                if output.len() > call.most {
                    child.start_kill()?;
                }
                Ok(output)
            },
            trouble(stderr),
            async {
                if let (Some(mut stdin), Some(input)) = (stdin, &call.input) {
                    // A git that ends before it heard all says why.
                    let _ = stdin.write_all(input).await;
                }
            },
        );
        let mut output: Vec<u8> = output.map_err(&failed)?;
        let cut = output.len() > call.most;
        output.truncate(call.most);
        let status = child.wait().await.map_err(&failed)?;
        Ok(Ended {
            output,
            cut,
            success: cut || status.success(),
            code: status.code(),
            trouble,
        })
    }

    fn command(&self, call: &Call<'_>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", &self.path)
            .envs(ENVIRONMENT.iter().copied());
        match call.git_dir {
            Some(git_dir) => {
                command
                    .env("GIT_DIR", git_dir)
                    .envs(NO_CONFIGURATION.iter().copied());
            }
            None => {
                for name in TRUST {
                    if let Some(value) = std::env::var_os(name) {
                        command.env(name, value);
                    }
                }
            }
        }
        command
            .envs(call.environment.iter().map(|(name, value)| (name, value)))
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(call.arguments)
            .current_dir(call.folder)
            .stdin(match call.input {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// The beginning of what is said; the rest is read and forgotten.
async fn trouble(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let mut said = Vec::new();
    if let Some(mut stderr) = stderr {
        // What cannot be read was not said.
        let _ = (&mut stderr)
            .take(MOST_TROUBLE)
            .read_to_end(&mut said)
            .await;
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    }
    String::from_utf8_lossy(&said).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_that_the_repository_brings_is_not_run() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let (inside, outside) = (root.join("repository/bin"), root.join("bin"));
        for folder in [&inside, &outside] {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join("git"), "").unwrap();
        }
        let path =
            std::env::join_paths([Path::new(""), Path::new("."), &inside, &outside]).unwrap();
        let git = Git::find_on(&path, &root.join("repository")).unwrap();
        assert_eq!(git.program, outside.join("git"));
        assert_eq!(git.path, outside.as_os_str());
        let path = inside.as_os_str();
        assert!(matches!(
            Git::find_on(path, &root.join("repository")),
            Err(RepositoryError::NoGit { .. })
        ));
    }
}
