//! Preparing the work: what was sent meets what is known, off the threads that serve.

use crate::domain::{ContextScope, Work};
use crate::one_audit::OneAudit;
use crate::ports::{FilesRequest, JudgeError, OnDisk, Workspace};
use crate::report::AuditError;
use crate::resolve::{Inputs, Known, Stopped, questions, resolve};
use crate::session::Session;
use gansauditor_submission::{Content, Submission};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes, of what was sent and what is known together, that are resolved where they are: to hand them to another thread
/// takes longer, and the worst that can be made of them is over in milliseconds.
const SMALL: usize = 8 * 1024;
/// Most bytes of files of the workspace that one submission is resolved against.
const MAX_DISK_BYTES: usize = 16 * 1024 * 1024;
/// Share of the time left that reading them may take.
const DISK_SHARE: u32 = 4;
/// Longest search for files that were changed and never submitted.
const UNSENT_TIME: Duration = Duration::from_secs(1);
/// Changed files that are looked through, and those that are named.
const UNSENT: (usize, usize) = (1_000, 10);

impl OneAudit<'_> {
    /// Resolves the submission within the deadline and until it is cancelled.
    pub(crate) async fn prepare(
        &self,
        submission: Submission,
        patched: BTreeMap<String, String>,
        session: &Session,
    ) -> Result<Work, AuditError> {
        let stop = self.cancel.child_token();
        // The work on another thread ends when its caller is gone.
        let _stops = stop.clone().drop_guard();
        let inputs = Arc::new(Inputs {
            submission,
            patched,
            known: Known::of(session),
            stop,
        });
        let asked = match self.workspace() {
            Some(_) => {
                let inputs = Arc::clone(&inputs);
                self.apart(&inputs.clone(), move || Ok(questions(&inputs)))
                    .await?
            }
            None => BTreeSet::new(),
        };
        let disk = self.on_disk(asked).await;
        self.apart(&inputs.clone(), move || resolve(&inputs, &disk))
            .await
    }

    /// The workspace, where the operator lets anything of it be seen.
    fn workspace(&self) -> Option<&Arc<dyn Workspace>> {
        let context = &self.of.config.context;
        let shows = context.scope != ContextScope::None || context.on_request;
        self.of.workspace.as_ref().filter(|_| shows)
    }

    /// Runs what may take long on a thread that may block.
    async fn apart<T: Send + 'static>(
        &self,
        inputs: &Inputs,
        step: impl FnOnce() -> Result<T, Stopped> + Send + 'static,
    ) -> Result<T, AuditError> {
        let cancelled = || AuditError::from(JudgeError::Cancelled);
        if inputs.bytes() <= SMALL {
            return step().map_err(|Stopped| cancelled());
        }
        let step = tokio::task::spawn_blocking(step);
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(cancelled()),
            done = step => match done {
                Ok(done) => done.map_err(|Stopped| cancelled()),
                Err(error) => Err(self.broken(error.to_string()).into()),
            },
            () = tokio::time::sleep_until(self.deadline.into()) => Err(AuditError::Late {
                after: self.of.config.timeout,
            }),
        }
    }

    /// What the workspace has under these names. That it can't be read is as if it had nothing.
    async fn on_disk(&self, paths: BTreeSet<String>) -> BTreeMap<String, OnDisk> {
        let Some(workspace) = self.workspace().filter(|_| !paths.is_empty()) else {
            return BTreeMap::new();
        };
        let time = self.deadline.saturating_duration_since(Instant::now()) / DISK_SHARE;
        let request = FilesRequest {
            paths,
            max_bytes: MAX_DISK_BYTES,
            time,
            cancel: self.cancel.child_token(),
        };
        let _stops = request.cancel.clone().drop_guard();
        let trouble = match tokio::time::timeout(time, workspace.files(&request)).await {
            Ok(Ok(files)) => return files,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the workspace was not read within {} s", time.as_secs()),
        };
        tracing::warn!("nothing of the submission is compared with the workspace: {trouble}");
        BTreeMap::new()
    }

    /// Names changed files of the workspace that this session never saw.
    pub(crate) async fn unsent(&self, session: &Session, work: &Work) -> Option<String> {
        let workspace = self.workspace()?;
        let time = self
            .deadline
            .saturating_duration_since(Instant::now())
            .min(UNSENT_TIME);
        let cancel = self.cancel.child_token();
        let _stops = cancel.clone().drop_guard();
        let changed = workspace.changed(UNSENT.0, time, cancel);
        let changed = match tokio::time::timeout(time, changed).await {
            Ok(Ok(changed)) => changed,
            Ok(Err(error)) => {
                tracing::debug!("what was changed and not submitted is not known: {error}");
                return None;
            }
            Err(_) => return None,
        };
        let is_known = |path: &String| {
            session.latest().contains_key(path)
                || work.files.iter().any(|file| file.path == *path)
                || work.apart.iter().any(|piece| piece.path == *path)
                || work.deleted.contains(path)
                || work.renamed.iter().any(|rename| rename.from == *path)
        };
        let unsent: Vec<&String> = changed.iter().filter(|path| !is_known(path)).collect();
        let named: Vec<String> = unsent
            .iter()
            .take(UNSENT.1)
            .map(|path| format!("`{}`", crate::plain::plain(path)))
            .collect();
        let more = match unsent.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!named.is_empty()).then(|| {
            format!(
                "changed in the workspace and never submitted: {}{more}",
                named.join(", ")
            )
        })
    }
}

impl Inputs {
    /// Bytes of what was sent and of what is known.
    fn bytes(&self) -> usize {
        let sent = self
            .submission
            .files()
            .iter()
            .map(|file| match &file.content {
                Content::Whole { text } => text.len(),
                Content::Patch(patch) => patch.bytes(),
                Content::Series(patches) => patches.iter().map(|patch| patch.bytes()).sum(),
                Content::Edits(edits) => edits
                    .iter()
                    .map(|edit| edit.old.len() + edit.new.len())
                    .sum(),
                _ => 0,
            });
        let patched = self.patched.values().map(String::len);
        sent.sum::<usize>() + patched.sum::<usize>() + self.known.bytes()
    }
}
