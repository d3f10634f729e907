//! Text in, submission out.
//!
//! An agent sends its work as Markdown with fences, as a unified diff, as bare code, or as files. This crate says
//! what of that is code, under which path and in which language, and gives it one digest. It is pure: no files, no
//! network, no clock. All input is hostile; reading is total, bounded and near-linear in the length of the input.
//!
//! What is not read is never passed off as read: a [`Note`] says so, and prose without code is no submission.

mod apply;
mod before;
mod clean;
mod code;
mod compose;
mod config;
mod diff;
mod digest;
mod draft;
mod edit;
mod encoding;
mod kind;
mod language;
mod layout;
mod limits;
mod naming;
mod note;
mod notebook;
mod patch;
mod path;
mod quoted;
mod read;
mod shape;
mod signs;
mod submission;
mod unread;

pub use apply::{Applier, DoesNotApply, Marked, apply_edits, apply_patch, is_applied};
pub use config::{GanConfig, Scope};
pub use digest::{Digest, DigestError};
pub use edit::Edit;
pub use encoding::{decode, decode_message};
pub use kind::{FileKind, file_kind};
pub use language::{Language, LanguageError};
pub use limits::{Limits, SubmissionError};
pub use note::Note;
pub use patch::{Change, FragmentLine, Hunk, HunkStart, Patch, PatchError, PatchLine};
pub use quoted::unquote;
pub use read::{Reading, read};
pub use submission::{Content, Submission, SubmittedFile};
pub use unread::Unread;
