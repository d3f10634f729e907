//! A git directory of our own over somebody else's repository.
//!
//! To say what changed, git reads files of the work tree, and on the way it runs what the repository configures:
//! `filter.*.clean` where an index entry may be stale, text conversions, diff programs, the file system monitor,
//! and the same again within submodules. These cannot be enumerated and switched off, so they are never read: git
//! works in a fresh directory whose configuration is written here. Of the repository it gets the objects (by
//! GIT_OBJECT_DIRECTORY), a copy of the index and of `info/exclude`, and those few settings that say how its
//! files are written. Attributes may still name a driver; without its definition there is nothing to run. The
//! repository itself is never written to, not even its index.
//!
//! The repository's own configuration is in force only in calls that look at no file; see [`Real`].

use super::child::{Call, Ended, Git};
use super::real::Real;
use crate::error::RepositoryError;
use crate::locate::Location;
use crate::watch::Watch;
use gansauditor_scratch::ScratchDir;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Largest index that is copied, in bytes; some 2 million files.
const LARGEST_INDEX: u64 = 256 * 1024 * 1024;
/// Most bytes of what a call says of one thing.
const MOST_SAID: usize = 256;
/// Largest `info/exclude` and `info/attributes` that are copied, in bytes.
const LARGEST_INFO: u64 = 128 * 1024;

/// Git's own directory, borrowed.
#[derive(Debug)]
pub(crate) struct Mirror {
    real: Real,
    folder: ScratchDir,
    /// Where git runs: paths are relative to it, and only what is below it is told.
    root: PathBuf,
}

/// What git says.
#[derive(Debug)]
pub(crate) struct Output {
    /// The beginning, or all.
    pub(crate) bytes: Vec<u8>,
    /// There was more.
    pub(crate) cut: bool,
}

impl Mirror {
    /// A mirror of the repository around `root`, with more `settings`: lines of the section `core`.
    pub(crate) async fn open(
        root: &Path,
        location: Location,
        settings: &str,
        watch: Watch,
    ) -> Result<Self, RepositoryError> {
        let git = Git::find(&location.top)?;
        let real = Real::open(git, location, watch).await?;
        let mut configuration = format!(
            "[core]\n\
             \trepositoryFormatVersion = 1\n\
             \tbare = false\n\
             \tabbrev = 12\n\
             \tuntrackedCache = false\n\
             \tsafecrlf = false\n\
             {settings}{}",
            real.settings().await?
        );
        // The length of a name tells the hash.
        if real.empty_tree().await?.len() == 64 {
            configuration.push_str("[extensions]\n\tobjectFormat = sha256\n");
        }
        let location = real.location.clone();
        let folder = tokio::task::spawn_blocking(move || make(&location, &configuration))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(RepositoryError::io("make a git directory to work in"))?;
        Ok(Self {
            real,
            folder,
            root: root.to_owned(),
        })
    }

    /// The repository itself, for its names.
    pub(crate) fn real(&self) -> &Real {
        &self.real
    }

    /// Unified diffs, by options and revisions. No setting of the user or the repository has a say in their form.
    pub(crate) async fn diff(
        &self,
        options: &[&str],
        most: usize,
    ) -> Result<Output, RepositoryError> {
        let fixed = [
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        ];
        self.run(&[&fixed, options, &["--"]].concat(), most).await
    }

    /// Paths of the changed tracked files, in the order of the diff.
    pub(crate) async fn changed(
        &self,
        options: &[&str],
        most: usize,
    ) -> Result<(Vec<String>, bool), RepositoryError> {
        let options = [options, &["--name-only", "-z"]].concat();
        Ok(texts(names(self.diff(&options, most).await?)))
    }

    /// Paths of the files that are neither tracked nor ignored; a repository inside ends with a slash.
    pub(crate) async fn untracked(
        &self,
        most: usize,
    ) -> Result<(Vec<String>, bool), RepositoryError> {
        Ok(texts(names(
            self.list(&["--others", "--exclude-standard"], most).await?,
        )))
    }

    /// What `git ls-files` lists with these options, ended by NULs.
    pub(crate) async fn list(
        &self,
        options: &[&str],
        most: usize,
    ) -> Result<Output, RepositoryError> {
        self.run(&[&["ls-files", "-z"], options].concat(), most)
            .await
    }

    /// Puts paths into the copy of the index, so that a diff compares what is there with what lies in the folder. Paths
    /// are those of `ls-files --full-name`. What the index says of them is not true: it holds no text for them.
    pub(crate) async fn track(&self, paths: &[Vec<u8>]) -> Result<(), RepositoryError> {
        if paths.is_empty() {
            return Ok(());
        }
        let blob = self.real.empty_blob().await?;
        let mut entries = Vec::new();
        for path in paths {
            entries.extend_from_slice(format!("100644 {blob} 0\t").as_bytes());
            entries.extend_from_slice(path);
            entries.push(0);
        }
        let call = Call {
            input: Some(entries),
            ..self.call(&["update-index", "-z", "--index-info"], MOST_SAID)
        };
        self.end(call).await?.or_error("update-index")?;
        Ok(())
    }

    /// Contents of objects by their ids, those of at most `each` bytes, `all` together; others are left out.
    pub(crate) async fn blobs(
        &self,
        ids: &[&str],
        each: usize,
        all: usize,
    ) -> Result<BTreeMap<String, Vec<u8>>, RepositoryError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let lines = |ids: &[&str]| Some((ids.join("\n") + "\n").into_bytes());
        let call = Call {
            input: lines(ids),
            ..self.call(&["cat-file", "--batch-check"], ids.len() * MOST_SAID)
        };
        let sizes = self.end(call).await?.or_error("cat-file")?;
        let mut left = all;
        let wanted: Vec<&str> = String::from_utf8_lossy(&sizes.output)
            .lines()
            .zip(ids)
            .filter_map(|(said, id)| {
                let size: usize = said.rsplit_once(" blob ")?.1.parse().ok()?;
                (size <= each && size <= left).then(|| {
                    left -= size;
                    *id
                })
            })
            .collect();
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let call = Call {
            input: lines(&wanted),
            ..self.call(
                &["cat-file", "--batch"],
                all.saturating_add(ids.len() * MOST_SAID),
            )
        };
        let ended = self.end(call).await?.or_error("cat-file")?;
        Ok(contents(&ended.output))
    }

    /// Diffs of pairs of texts that are no files of the repository, by their place in the list: their hunks.
    pub(crate) async fn compare(
        &self,
        pairs: &[(String, String)],
        most: usize,
    ) -> Result<BTreeMap<usize, Vec<u8>>, RepositoryError> {
        if pairs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let failed = RepositoryError::io("write texts to compare");
        let place = ScratchDir::create("texts").map_err(&failed)?;
        for side in ["a", "b"] {
            fs::create_dir(place.path().join(side)).map_err(&failed)?;
        }
        for (number, (old, new)) in pairs.iter().enumerate() {
            for (side, text) in [("a", old), ("b", new)] {
                let path = place.path().join(side).join(number.to_string());
                fs::write(path, text).map_err(&failed)?;
            }
        }
        let arguments = [
            "diff",
            "--no-index",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--no-prefix",
            "a",
            "b",
        ];
        let call = Call {
            folder: place.path(),
            environment: vec![("GIT_WORK_TREE", place.path().into())],
            ..self.call(&arguments, most)
        };
        let mut ended = self.end(call).await?;
        // This form of diff ends as `diff` does: with 1 where there is a difference.
        ended.success |= ended.code == Some(1);
        let ended = ended.or_error("diff")?;
        if ended.cut {
            return Err(RepositoryError::TooMuch {
                what: "the changes of files in other encodings",
                limit: most,
            });
        }
        Ok(super::patch::numbered(&ended.output))
    }

    async fn run(&self, arguments: &[&str], most: usize) -> Result<Output, RepositoryError> {
        let ended = self.end(self.call(arguments, most)).await?;
        let ended = ended.or_error(arguments[0])?;
        Ok(Output {
            bytes: ended.output,
            cut: ended.cut,
        })
    }

    fn call<'a>(&'a self, arguments: &'a [&'a str], most: usize) -> Call<'a> {
        let location = &self.real.location;
        Call {
            folder: &self.root,
            git_dir: Some(self.folder.path()),
            environment: vec![
                ("GIT_WORK_TREE", location.top.clone().into()),
                (
                    "GIT_OBJECT_DIRECTORY",
                    location.common_dir.join("objects").into(),
                ),
            ],
            arguments,
            input: None,
            most,
        }
    }

    async fn end(&self, call: Call<'_>) -> Result<Ended, RepositoryError> {
        self.real.git.run(call, &self.real.watch).await
    }
}

/// Names that end with NULs; one that was cut is dropped.
pub(crate) fn names(output: Output) -> (Vec<Vec<u8>>, bool) {
    let end = output.bytes.iter().rposition(|byte| *byte == 0);
    let names = output.bytes[..end.unwrap_or(0)]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    (names, output.cut)
}

/// Names that are not text come out with replacement characters, and thus name nothing that can be opened.
fn texts((names, cut): (Vec<Vec<u8>>, bool)) -> (Vec<String>, bool) {
    let text = |name: &Vec<u8>| String::from_utf8_lossy(name).into_owned();
    (names.iter().map(text).collect(), cut)
}

/// What `cat-file --batch` says: of each object a line with its id, kind and size, its content, and a line feed.
fn contents(mut said: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    while let Some(end) = said.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&said[..end]).into_owned();
        said = &said[end + 1..];
        let Some((id, size)) = line.split_once(" blob ") else {
            continue;
        };
        let Some(content) = size.parse().ok().and_then(|size: usize| said.get(..size)) else {
            break;
        };
        contents.insert(id.to_owned(), content.to_vec());
        said = said.get(content.len() + 1..).unwrap_or_default();
    }
    contents
}

fn make(location: &Location, configuration: &str) -> io::Result<ScratchDir> {
    let folder = ScratchDir::create("git")?;
    let path = folder.path();
    for name in ["refs", "objects", "info"] {
        fs::create_dir(path.join(name))?;
    }
    fs::write(path.join("config"), configuration)?;
    fs::write(path.join("HEAD"), "ref: refs/heads/none\n")?;
    copy(
        &location.git_dir.join("index"),
        &path.join("index"),
        LARGEST_INDEX,
    )?;
    for entry in fs::read_dir(&location.git_dir)? {
        let name = entry?.file_name();
        // A split index has its larger part here.
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("sharedindex."))
        {
            copy(
                &location.git_dir.join(&name),
                &path.join(&name),
                LARGEST_INDEX,
            )?;
        }
    }
    for name in ["info/exclude", "info/attributes"] {
        copy(
            &location.common_dir.join(name),
            &path.join(name),
            LARGEST_INFO,
        )?;
    }
    Ok(folder)
}

/// Copies a plain file if it is there. The copy is as old as the file: git takes entries younger than the index
/// for possibly stale, and would miss a change of the same second otherwise.
fn copy(from: &Path, to: &Path, largest: u64) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(from) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let name = from.file_name().unwrap_or_default().to_string_lossy();
    if !metadata.is_file() {
        return Err(io::Error::other(format!(".git/{name} is no plain file")));
    }
    if metadata.len() > largest {
        let limit = largest >> 10;
        return Err(io::Error::other(format!(
            ".git/{name} has more than {limit} KiB"
        )));
    }
    let mut source = io::Read::take(fs::File::open(from)?, largest);
    let mut copy = fs::File::create(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.set_modified(metadata.modified()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_copy_of_an_index_is_as_old_as_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("index"), folder.path().join("copy"));
        fs::write(&from, "DIRC").unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_000_000_000_123_456_789);
        let file = fs::File::options().write(true).open(&from).unwrap();
        file.set_modified(old).unwrap();
        copy(&from, &to, 4).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), old);
        assert!(copy(&from, &to, 3).is_err(), "too large");
        assert!(copy(&folder.path().join("none"), &folder.path().join("no"), 4).is_ok());
        assert!(!folder.path().join("no").exists());
    }

    #[test]
    fn contents_are_told_apart_by_their_sizes() {
        let said = b"aa blob 5\nx\n\0y\n\nbb missing\ncc blob 0\n\ndd blob 9\ncut";
        let read = contents(said);
        assert_eq!(read.len(), 2);
        assert_eq!(read["aa"], b"x\n\0y\n");
        assert_eq!(read["cc"], b"");
    }

    #[test]
    fn a_name_that_was_cut_is_dropped() {
        let output = |bytes: &[u8], cut| Output {
            bytes: bytes.to_vec(),
            cut,
        };
        let (all, _) = names(output(b"a\0b c\n\0", false));
        assert_eq!(all, [&b"a"[..], b"b c\n"]);
        assert_eq!(names(output(b"a\0b", true)), (vec![b"a".to_vec()], true));
        assert_eq!(names(output(b"", false)), (Vec::new(), false));
    }
}
