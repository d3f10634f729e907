//! What changed in a repository, as git tells it.
//!
//! The repository is under audit and thus hostile: nothing it configures is run, no link is followed.

use anyhow::{Context as _, bail};
use gansauditor_submission::Limits;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Changes of tracked files, and the files that are not tracked.
pub(super) struct Changes {
    /// A unified diff; empty when no tracked file changed.
    pub(super) diff: String,
    /// Texts of the changed files as they are now, by path.
    pub(super) patched: BTreeMap<String, String>,
    /// Untracked files that are not ignored, with their content.
    pub(super) untracked: Vec<(String, Vec<u8>)>,
}

/// What changed in the repository around the current directory since `revision`, staged or not.
pub(super) fn since(revision: &str, limits: &Limits) -> anyhow::Result<Changes> {
    let root = git(Path::new("."), &["rev-parse", "--show-toplevel"], limits)
        .context("--diff takes a git repository")?;
    let root = PathBuf::from(root.trim_end_matches('\n'));
    let named = format!("{revision}^{{tree}}");
    let tree = match git(
        &root,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &named,
        ],
        limits,
    ) {
        Ok(tree) => tree.trim().to_owned(),
        // Before the first commit everything is new.
        Err(_) if revision == "HEAD" => {
            git(&root, &["hash-object", "-t", "tree", "--stdin"], limits)?
                .trim()
                .to_owned()
        }
        Err(_) => bail!("{revision} names no revision of this repository"),
    };
    let options = [
        "diff",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
    ];
    let diff = git(&root, &[&options[..], &[&tree, "--"]].concat(), limits)?;
    let names = git(
        &root,
        &[&options[..], &["--name-only", "-z", &tree, "--"]].concat(),
        limits,
    )?;
    let patched = split(&names)
        .filter_map(|path| {
            let text = String::from_utf8(read(&root, path, limits)?).ok()?;
            Some((path.to_owned(), text))
        })
        .collect();
    let names = git(
        &root,
        &["ls-files", "--others", "--exclude-standard", "-z"],
        limits,
    )?;
    let mut untracked = Vec::new();
    let mut left = limits.max_bytes;
    for path in split(&names) {
        let Some(content) = read(&root, path, limits) else {
            continue;
        };
        let Some(rest) = left.checked_sub(content.len()) else {
            bail!(
                "the untracked files hold more than {} MiB; ignore or add what is not to be judged",
                limits.max_bytes >> 20
            );
        };
        left = rest;
        untracked.push((path.to_owned(), content));
    }
    Ok(Changes {
        diff,
        patched,
        untracked,
    })
}

fn split(names: &str) -> impl Iterator<Item = &str> {
    names.split('\0').filter(|name| !name.is_empty())
}

/// A regular file's content, when it fits.
fn read(root: &Path, path: &str, limits: &Limits) -> Option<Vec<u8>> {
    let path = root.join(path);
    let metadata = std::fs::symlink_metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > limits.max_bytes as u64 {
        return None;
    }
    let mut content = Vec::new();
    let file = std::fs::File::open(&path).ok()?;
    file.take(limits.max_bytes as u64)
        .read_to_end(&mut content)
        .ok()?;
    Some(content)
}

/// Runs git with what a repository could make it run switched off. Output beyond the limit is an error.
fn git(folder: &Path, arguments: &[&str], limits: &Limits) -> anyhow::Result<String> {
    let mut child = Command::new("git")
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.quotePath=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run git; is it installed?")?;
    // Read beside stdout, so that a git with much to say cannot block.
    let stderr = child.stderr.take();
    let trouble = std::thread::spawn(move || {
        let mut trouble = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr).take(4096).read_to_end(&mut trouble);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        }
        String::from_utf8_lossy(&trouble).trim().to_owned()
    });
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(limits.max_bytes as u64 + 1)
            .read_to_end(&mut output)?;
    }
    if output.len() > limits.max_bytes {
        child.kill()?;
        child.wait()?;
        bail!(
            "there is more than {} MiB to judge; submit less at once",
            limits.max_bytes >> 20
        );
    }
    if !child.wait()?.success() {
        let trouble = trouble.join().unwrap_or_default();
        bail!("git {}: {trouble}", arguments.first().unwrap_or(&""));
    }
    Ok(String::from_utf8_lossy(&output).into_owned())
}
