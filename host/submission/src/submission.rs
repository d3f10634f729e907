//! What was submitted: files by path, and one digest over them.

use crate::digest::{Digest, FieldHasher};
use crate::edit::Edit;
use crate::encoding::decode;
use crate::language::Language;
use crate::limits::{Limits, SubmissionError, is_binary};
use crate::note::{Note, Notes};
use crate::patch::Patch;
use crate::unread::Unread;
use crate::{diff, draft::Drafts, path};
use serde::{Deserialize, Serialize};

/// At least one file with something to review; sorted by path, each path once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSubmission")]
pub struct Submission {
    files: Vec<SubmittedFile>,
    digest: Digest,
}

/// One file, or a piece of code without a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmittedFile {
    /// A relative label with forward slashes; never opened.
    pub path: String,
    /// Whether the sender named the file; otherwise `path` is `snippet-<n>.<extension>`.
    pub named: bool,
    /// The language by the path, else by the fence's label, else by the look of unfenced code.
    pub language: Option<Language>,
    /// What was sent of it.
    pub content: Content,
}

/// What was sent of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Content {
    /// All of it.
    Whole {
        /// The text, byte for byte.
        text: String,
    },
    /// Its change.
    Patch(Patch),
    /// Changes that build on each other, in the order of the text: at least two.
    Series(#[serde(with = "series")] Vec<Patch>),
    /// Replacements, to be made one after the other: at least one.
    Edits(#[serde(with = "edits")] Vec<Edit>),
    /// That it is gone.
    Deleted,
    /// That it has another name now, and the same text.
    Renamed {
        /// The old path.
        from: String,
    },
    /// That something about it changed which is no text: its mode, or where a link or submodule points.
    Metadata {
        /// What, as a noun: `its mode`.
        what: String,
    },
    /// Work that was recognised and not read.
    Unread(Unread),
}

/// Declares how a list is written within [`Content`], whose kind is a field beside those of its content: as a field.
macro_rules! listed {
    ($module:ident, $of:ty) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            #[derive(Serialize)]
            struct Lent<'a> {
                $module: &'a [$of],
            }

            #[derive(Deserialize)]
            struct Owned {
                $module: Vec<$of>,
            }

            pub(super) fn serialize<S: Serializer>(list: &[$of], to: S) -> Result<S::Ok, S::Error> {
                Lent { $module: list }.serialize(to)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<Vec<$of>, D::Error> {
                Ok(Owned::deserialize(from)?.$module)
            }
        }
    };
}

listed!(series, crate::patch::Patch);
listed!(edits, crate::edit::Edit);

impl Submission {
    /// A submission of these files, in any order.
    ///
    /// # Errors
    /// `Empty` when there is nothing to review in them, `DuplicatePath`, and `BadPath` for a path that is not in
    /// the form of a plain relative label.
    pub fn new(files: impl IntoIterator<Item = SubmittedFile>) -> Result<Self, SubmissionError> {
        let mut files: Vec<SubmittedFile> = files.into_iter().collect();
        if files
            .iter()
            .all(|file| matches!(&file.content, Content::Whole { text } if text.trim().is_empty()))
        {
            return Err(SubmissionError::Empty);
        }
        if let Some(bad) = files
            .iter()
            .find(|file| path::normalise(&file.path).as_ref() != Some(&file.path))
        {
            return Err(SubmissionError::BadPath {
                path: bad.path.clone(),
            });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(pair) = files.windows(2).find(|pair| pair[0].path == pair[1].path) {
            return Err(SubmissionError::DuplicatePath {
                path: pair[0].path.clone(),
            });
        }
        let digest = digest_of(&files);
        Ok(Self { files, digest })
    }

    /// A submission of whole files, in any encoding that [`decode`] knows. Files that are not text are left out with a note; a path given twice
    /// keeps its last text, with a note.
    ///
    /// # Errors
    /// `TooLarge` (all files together), `TooManyFiles`, `NothingReadable` when every file was left out, `Empty`.
    pub fn from_files(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        limits: &Limits,
    ) -> Result<(Self, Vec<Note>), SubmissionError> {
        let mut notes = Notes::default();
        let mut drafts = Drafts::new(limits);
        let (mut bytes, mut given) = (0usize, 0usize);
        for (name, content) in files {
            given += 1;
            if given > limits.max_files {
                return Err(SubmissionError::TooManyFiles {
                    files: given,
                    limit: limits.max_files,
                });
            }
            bytes = bytes.saturating_add(content.len());
            limits.check_bytes(bytes)?;
            match decode(&content) {
                Some(text) => {
                    drafts.add(path::label(&name), None, Content::Whole { text });
                }
                None => notes.push(Note::SkippedBinary {
                    path: crate::note::quote(&name),
                }),
            }
        }
        if drafts.is_empty() && given > 0 {
            return Err(SubmissionError::NothingReadable {
                reasons: reasons(&notes),
            });
        }
        let files = drafts.finish(limits, &mut notes)?;
        Ok((Self::new(files)?, notes.finish()))
    }

    /// A submission of a unified diff, as git and GNU diff write it.
    ///
    /// # Errors
    /// `Empty` for a blank text, `Binary`, `TooLarge`, `TooManyFiles`, and `NothingReadable` when the diff holds
    /// no change that can be reviewed.
    pub fn from_diff(text: &str, limits: &Limits) -> Result<(Self, Vec<Note>), SubmissionError> {
        limits.check_bytes(text.len())?;
        if text.trim().is_empty() {
            return Err(SubmissionError::Empty);
        }
        if is_binary(text) {
            return Err(SubmissionError::Binary);
        }
        let mut notes = Notes::default();
        let mut drafts = Drafts::new(limits);
        diff::read_all(text, None, &mut drafts, &mut notes);
        let files = drafts.finish(limits, &mut notes)?;
        match Self::new(files) {
            Ok(submission) => Ok((submission, notes.finish())),
            Err(SubmissionError::Empty) => Err(SubmissionError::NothingReadable {
                reasons: reasons(&notes),
            }),
            Err(error) => Err(error),
        }
    }

    /// The files, sorted by path.
    pub fn files(&self) -> &[SubmittedFile] {
        &self.files
    }

    /// The digest of what was submitted: of each file its path (where it was named), language, and content. Prose,
    /// order, configuration and hunk headings do not matter.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

fn reasons(notes: &Notes) -> Vec<String> {
    let mut reasons: Vec<String> = notes
        .as_slice()
        .iter()
        .take(5)
        .map(ToString::to_string)
        .collect();
    if reasons.is_empty() {
        reasons.push("they hold nothing but white space".to_owned());
    }
    reasons
}

/// Unnamed files are numbered by their order in the text, so their number is left out, and the sum is over the
/// sorted sums of the files.
fn digest_of(files: &[SubmittedFile]) -> Digest {
    let mut sums: Vec<Digest> = files.iter().map(file_digest).collect();
    sums.sort();
    let mut hasher = FieldHasher::new("gansauditor submission 1");
    for sum in &sums {
        hasher.bytes(sum.as_str().as_bytes());
    }
    hasher.finish()
}

fn file_digest(file: &SubmittedFile) -> Digest {
    let mut hasher = FieldHasher::new("gansauditor file 1");
    hasher.optional(file.named.then_some(file.path.as_str()));
    hasher.optional(file.language.as_ref().map(Language::name));
    match &file.content {
        Content::Whole { text } => {
            hasher.bytes(b"whole");
            hasher.bytes(text.as_bytes());
        }
        Content::Deleted => hasher.bytes(b"deleted"),
        Content::Patch(patch) => hash_patch(patch, &mut hasher),
        Content::Series(patches) => {
            hasher.bytes(b"series");
            hasher.number(patches.len() as u64);
            patches
                .iter()
                .for_each(|patch| hash_patch(patch, &mut hasher));
        }
        Content::Edits(edits) => {
            hasher.bytes(b"edits");
            hasher.number(edits.len() as u64);
            for edit in edits {
                hasher.bytes(edit.old.as_bytes());
                hasher.bytes(edit.new.as_bytes());
                hasher.number(u64::from(edit.all));
            }
        }
        Content::Renamed { from } => {
            hasher.bytes(b"renamed");
            hasher.bytes(from.as_bytes());
        }
        Content::Metadata { what } => {
            hasher.bytes(b"metadata");
            hasher.bytes(what.as_bytes());
        }
        Content::Unread(why) => {
            hasher.bytes(b"unread");
            hasher.bytes(why.to_string().as_bytes());
        }
    }
    hasher.finish()
}

fn hash_patch(patch: &Patch, hasher: &mut FieldHasher) {
    hasher.bytes(b"patch");
    hasher.optional(patch.base());
    hasher.number(patch.hunks().len() as u64);
    for hunk in patch.hunks() {
        let at = hunk
            .at
            .map_or([0, 0, 0], |at| [1, u64::from(at.old), u64::from(at.new)]);
        at.into_iter().for_each(|number| hasher.number(number));
        hasher.bytes(hunk.body().as_bytes());
    }
}

#[derive(Deserialize)]
struct RawSubmission {
    files: Vec<SubmittedFile>,
    digest: Digest,
}

impl TryFrom<RawSubmission> for Submission {
    type Error = SubmissionError;

    fn try_from(raw: RawSubmission) -> Result<Self, SubmissionError> {
        let submission = Self::new(raw.files)?;
        if submission.digest != raw.digest {
            return Err(SubmissionError::DigestMismatch {
                recorded: raw.digest.to_string(),
            });
        }
        Ok(submission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &[u8])]) -> Result<(Submission, Vec<Note>), SubmissionError> {
        let files = files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
        Submission::from_files(files, &Limits::default())
    }

    #[test]
    fn sorts_files_and_names_their_languages() {
        let (submission, notes) =
            files(&[("b.py", b"x = 1\n"), ("./a.rs", b"fn a() {}\n")]).unwrap();
        let read: Vec<_> = submission
            .files()
            .iter()
            .map(|f| (f.path.as_str(), f.language.as_ref().unwrap().name()))
            .collect();
        assert_eq!(read, [("a.rs", "rust"), ("b.py", "python")]);
        assert!(notes.is_empty());
    }

    #[test]
    fn leaves_binary_files_out_with_a_note_and_fails_when_nothing_is_left() {
        let (submission, notes) = files(&[
            ("a.rs", b"fn a() {}"),
            ("x.png", b"\x89PNG\xff\xfe"),
            ("n", b"a\0b"),
        ])
        .unwrap();
        assert_eq!(submission.files().len(), 1);
        assert_eq!(notes.len(), 2);
        assert!(matches!(
            files(&[("x.png", b"\xff\xfe\0")]),
            Err(SubmissionError::NothingReadable { .. })
        ));
        assert_eq!(files(&[]), Err(SubmissionError::Empty));
        assert_eq!(files(&[("a.rs", b" \n")]), Err(SubmissionError::Empty));
    }

    #[test]
    fn bounds_bytes_and_files() {
        let limits = Limits {
            max_bytes: 10,
            max_files: 2,
            root: None,
        };
        let file = |path: &str, len: usize| (path.to_owned(), vec![b'x'; len]);
        let large = Submission::from_files([file("a", 6), file("b", 6)], &limits);
        assert_eq!(
            large,
            Err(SubmissionError::TooLarge {
                bytes: 12,
                limit: 10
            })
        );
        let many = Submission::from_files([file("a", 1), file("b", 1), file("c", 1)], &limits);
        assert_eq!(
            many,
            Err(SubmissionError::TooManyFiles { files: 3, limit: 2 })
        );
    }

    #[test]
    fn the_digest_tells_paths_contents_and_kinds_apart() {
        let digest = |list: &[(&str, &[u8])]| files(list).unwrap().0.digest().clone();
        assert_eq!(
            digest(&[("a", b"1"), ("b", b"2")]),
            digest(&[("b", b"2"), ("a", b"1")])
        );
        assert_ne!(
            digest(&[("a", b"1"), ("b", b"2")]),
            digest(&[("a", b"2"), ("b", b"1")])
        );
        assert_ne!(digest(&[("a", b"1")]), digest(&[("b", b"1")]));
        let deleted = SubmittedFile {
            path: "a".into(),
            named: true,
            language: None,
            content: Content::Deleted,
        };
        assert_ne!(
            Submission::new([deleted]).unwrap().digest(),
            &digest(&[("a", b"deleted")])
        );
    }

    #[test]
    fn every_kind_of_content_can_be_recorded_and_read_back() {
        let hunk = crate::patch::Hunk::new(None, String::new(), "+x\n".into());
        let patch = Patch::new(vec![hunk], None).unwrap();
        let edit = Edit {
            old: "a".into(),
            new: "b".into(),
            all: false,
        };
        for content in [
            Content::Whole { text: "x".into() },
            Content::Patch(patch.clone()),
            Content::Series(vec![patch.clone(), patch]),
            Content::Edits(vec![edit]),
            Content::Deleted,
            Content::Renamed { from: "a".into() },
            Content::Metadata {
                what: "its mode".into(),
            },
            Content::Unread(Unread::Combined),
            Content::Unread(Unread::Shape { what: "x".into() }),
        ] {
            let record = serde_json::to_string(&content).unwrap();
            assert_eq!(
                serde_json::from_str::<Content>(&record).unwrap(),
                content,
                "{record}"
            );
        }
    }

    #[test]
    fn a_changed_record_is_refused() {
        let (submission, _) = files(&[("a.rs", b"fn a() {}"), ("b.rs", b"fn b() {}")]).unwrap();
        let record = serde_json::to_string(&submission).unwrap();
        assert_eq!(
            serde_json::from_str::<Submission>(&record).unwrap(),
            submission
        );
        for (from, to) in [("fn a", "fn z"), ("b.rs", "a.rs"), ("a.rs", "../a.rs")] {
            assert!(
                serde_json::from_str::<Submission>(&record.replacen(from, to, 1)).is_err(),
                "{from} -> {to}"
            );
        }
    }
}
