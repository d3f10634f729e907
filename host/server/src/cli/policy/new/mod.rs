//! `gansauditor policy new`: the beginnings of a policy, in a folder of its own.

mod template;

use crate::cli::output::{self, BOLD};
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use template::{CONTRACT, Language, filled};

/// Longest name, in bytes: the contract's.
const MAX_NAME: usize = 64;

/// Writes a policy that builds, with tests, fixtures and the contract, into a new folder.
#[derive(Debug, Args)]
pub(in crate::cli) struct New {
    /// Name of the policy: lower-case words joined by -
    #[arg(value_parser = name)]
    name: String,
    /// Language to write it in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    lang: Language,
    /// Folder to write it into, instead of one of its name
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    folder: &'a Path,
    files: Vec<&'static str>,
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let folder = self.dir.unwrap_or_else(|| PathBuf::from(&self.name));
        let files: Vec<(&'static str, String)> = self
            .lang
            .files()
            .map(|(path, text)| (path, filled(text, &self.name)))
            .chain(CONTRACT.map(|(path, text)| (path, text.to_owned())))
            .collect();
        write_all(&folder, &files)?;
        if self.json {
            return output::json(&View {
                folder: &folder,
                files: files.iter().map(|(path, _)| *path).collect(),
            });
        }
        let mut out = output::stdout();
        writeln!(out, "{BOLD}{}{BOLD:#}", folder.display())?;
        for (path, _) in &files {
            writeln!(out, "  {path}")?;
        }
        writeln!(
            out,
            "README.md there says how to build it and how to try it."
        )?;
        Ok(())
    }
}

/// The name of a policy that is a package's too.
fn name(text: &str) -> Result<String, String> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let starts_with_letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    if text.len() <= MAX_NAME && starts_with_letter && text.split('-').all(is_word) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a name is lower-case words joined by `-`, of at most {MAX_NAME} bytes, and begins with a letter"
        ))
    }
}

/// Writes all of them, or none where one exists: nobody's work is overwritten.
fn write_all(folder: &Path, files: &[(&str, String)]) -> anyhow::Result<()> {
    if let Some((path, _)) = files.iter().find(|(path, _)| exists(&folder.join(path))) {
        anyhow::bail!(
            "{} exists; nothing was written. Name another folder with --dir",
            folder.join(path).display()
        );
    }
    for (path, text) in files {
        let path = folder.join(path);
        write_new(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Also of a link that leads nowhere.
fn exists(path: &Path) -> bool {
    match path.symlink_metadata() {
        Ok(_) => true,
        Err(e) => e.kind() != ErrorKind::NotFound,
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_policies_and_packages() {
        for good in ["a", "my-policy", "team2-policy"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for bad in ["", "My", "a_b", "-a", "a--b", "2a", "../a", &"a".repeat(65)] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [("a/b", "1".to_owned()), ("c", "2".to_owned())];
        std::fs::write(folder.path().join("c"), "mine").expect("written");
        assert!(write_all(folder.path(), &files).is_err());
        assert!(!folder.path().join("a").exists(), "all or nothing");
        std::fs::remove_file(folder.path().join("c")).expect("removed");
        write_all(folder.path(), &files).expect("written");
        assert!(write_all(folder.path(), &files).is_err());
    }
}
