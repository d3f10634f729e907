//! Text in, submission out.
//!
//! An agent sends its work as Markdown with fences, as a unified diff, as bare code, or as files. This crate says
//! what of that is code, under which path and in which language, and gives it one digest. It is pure: no files, no
//! network, no clock. All input is hostile; reading is total, bounded and near-linear in the length of the input.
//!
//! What is not read is never passed off as read: a [`Note`] says so, and prose without code is no submission.

mod code;
mod config;
mod diff;
mod digest;
mod draft;
mod edit;
mod kind;
mod language;
mod layout;
mod limits;
mod naming;
mod note;
mod patch;
mod path;
mod quoted;
mod read;
mod submission;
mod unread;

pub use config::{GanConfig, Scope};
pub use digest::{Digest, DigestError};
pub use edit::Edit;
pub use kind::{FileKind, file_kind};
pub use language::{Language, LanguageError};
pub use limits::{Limits, SubmissionError};
pub use note::{Note, Unreadable};
pub use patch::{Change, FragmentLine, Hunk, HunkStart, Patch, PatchError, PatchLine};
pub use quoted::unquote;
pub use read::{Reading, read};
pub use submission::{Content, Submission, SubmittedFile};
pub use unread::Unread;
