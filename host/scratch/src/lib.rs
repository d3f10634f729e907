//! Temporary folders that do not outlive the process for long, however it ends.
//!
//! A [`ScratchDir`] is removed when it is dropped. A process that is killed drops nothing, so each folder is locked
//! for as long as its process lives, and the next process that makes one in the same place removes those whose lock
//! is free ([`sweep`]). The lock is on the folder itself: there is no file for it that what works in the folder
//! could come across.

mod folder;
mod sweep;

pub use folder::ScratchDir;
pub use sweep::sweep;
