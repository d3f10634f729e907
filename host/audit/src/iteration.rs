//! An iteration: one attempt, from its submission on.

use crate::domain::{
    ContextScope, Digest, FileVersion, ReadingClass, Request, Review, Timestamp, Work,
};

/// One attempt of the current cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    /// Ordinal in the session, from 1.
    pub attempt: u32,
    /// Number of the loop, once a whole and scored review made it one.
    pub loop_number: Option<u32>,
    /// When it came in.
    pub at: Timestamp,
    /// Digest of the work.
    pub digest: Digest,
    /// Versions of the files it held, by path.
    pub files: Vec<FileVersion>,
    /// The work itself, while it is among the newest.
    pub work: Option<Work>,
    /// What it asked for.
    pub request: Request,
    /// What the client said it is for.
    pub task: Option<String>,
    /// What it asked to show of the repository.
    pub context: Option<ContextScope>,
    /// Reviews, in order.
    pub reviews: Vec<Review>,
    /// A review of an earlier iteration was used again.
    pub unchanged: bool,
    /// Why judging or deciding failed, when it did.
    pub failure: Option<String>,
}

impl Iteration {
    /// An attempt before it was judged.
    pub(crate) fn new(
        attempt: u32,
        at: Timestamp,
        work: &Work,
        request: Request,
        task: Option<String>,
        context: Option<ContextScope>,
    ) -> Self {
        let held = work.files.iter().map(|file| FileVersion {
            path: file.path.clone(),
            digest: Some(Digest::of(file.text.as_bytes())),
        });
        // What was not read is a version, too: the file is not covered until one comes that can be read. A change of
        // mode or a rename says nothing of the text, so the version before it stays the latest.
        let unread = work
            .apart
            .iter()
            .filter(|piece| piece.class == ReadingClass::Unread)
            .map(|piece| FileVersion {
                path: piece.path.clone(),
                digest: Some(Digest::of(piece.reason.as_bytes())),
            });
        let renamed = work.renamed.iter().map(|rename| &rename.from);
        let gone = work.deleted.iter().chain(renamed).map(|path| FileVersion {
            path: path.clone(),
            digest: None,
        });
        let mut files: Vec<FileVersion> = held.chain(unread).chain(gone).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, first| later.path == first.path);
        Self {
            attempt,
            loop_number: None,
            at,
            digest: work.digest(),
            files,
            work: Some(work.clone()),
            request,
            task,
            context,
            reviews: Vec::new(),
            unchanged: false,
            failure: None,
        }
    }

    /// Bytes of text that are kept of it.
    pub(crate) fn text_bytes(&self) -> usize {
        self.work
            .iter()
            .flat_map(|work| &work.files)
            .map(|file| file.text.len())
            .sum()
    }
}
