//! What is to be judged: files, what came on stdin, what changed in a repository.

use super::nothing::Nothing;
use anyhow::{Context as _, bail};
use gansauditor_submission::{
    GanConfig, Limits, Note, Submission, SubmissionError, decode_message, read,
};
use gansauditor_workspace::{Ahead, Changes, Repository, Wanted};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long git may take to say what changed.
const GIT_TIME: Duration = Duration::from_secs(60);

/// What is to be judged.
pub(super) enum Input {
    /// Work.
    Work(Work),
    /// There is none.
    Nothing(Nothing),
}

/// Work, read.
pub(super) struct Work {
    pub(super) submission: Submission,
    pub(super) config: Option<GanConfig>,
    /// Texts of patched files, by path.
    pub(super) patched: BTreeMap<String, String>,
    pub(super) notes: Vec<String>,
}

impl Work {
    fn new(submission: Submission, notes: &[Note]) -> Self {
        Self {
            submission,
            config: None,
            patched: BTreeMap::new(),
            notes: notes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// These files, or stdin for `-`.
pub(super) fn from_files(paths: &[PathBuf], limits: &Limits) -> anyhow::Result<Input> {
    if let [path] = paths
        && path == Path::new("-")
    {
        return from_stdin(limits);
    }
    let mut files = Vec::with_capacity(paths.len());
    let mut left = limits.max_bytes as u64;
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            bail!(
                "{name} is a directory; name files, or use --diff for what changed in a repository"
            );
        }
        let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
        let content = bounded(file, left).with_context(|| format!("cannot read {name}"))?;
        left -= content.len() as u64;
        files.push((name, content));
    }
    match Submission::from_files(files, limits) {
        Ok((submission, notes)) => Ok(Input::Work(Work::new(submission, &notes))),
        Err(SubmissionError::Empty) => Ok(Input::Nothing(Nothing::because(match paths {
            [path] => format!("{} is empty", path.display()),
            _ => "the files are empty".to_owned(),
        }))),
        Err(error) => Err(error.into()),
    }
}

/// Reads at most `limit` bytes; more is an error, and is not read.
fn bounded(from: impl Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    from.take(limit + 1).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        bail!(
            "there is more than {} MiB to judge; submit less at once",
            Limits::default().max_bytes >> 20
        );
    }
    Ok(content)
}

fn from_stdin(limits: &Limits) -> anyhow::Result<Input> {
    let content = bounded(std::io::stdin().lock(), limits.max_bytes as u64)?;
    let text = decode_message(&content)
        .context("what came on stdin is not text (UTF-8, UTF-16 with a mark, or windows-1252)")?;
    if text.trim().is_empty() {
        return Ok(Input::Nothing(Nothing::because("stdin is empty")));
    }
    if let Some(input) = from_diff(&text, limits)? {
        return Ok(input);
    }
    let reading = read(&text, limits)?;
    match reading.submission {
        Some(submission) => Ok(Input::Work(Work {
            config: reading.config,
            ..Work::new(submission, &reading.notes)
        })),
        // Words are no work, and no proof that there is none.
        None => match reading
            .looks_like_work
            .or_else(|| reading.notes.first().map(ToString::to_string))
        {
            Some(why) => bail!("no work could be read from stdin: {why}"),
            None => bail!(
                "there is no work in what came on stdin; send a diff, code, or Markdown with code in fences"
            ),
        },
    }
}

/// A text that is a git diff and nothing else. What git writes needs no guesses: a fence within it is a line of a file.
fn from_diff(text: &str, limits: &Limits) -> anyhow::Result<Option<Input>> {
    if !text.starts_with("diff --git ") {
        return Ok(None);
    }
    match Submission::from_diff(text, limits) {
        Ok((_, notes))
            if notes
                .iter()
                .any(|note| matches!(note, Note::StrayDiffLines { .. })) =>
        {
            Ok(None)
        }
        Ok((submission, notes)) => Ok(Some(Input::Work(Work::new(submission, &notes)))),
        Err(SubmissionError::NothingReadable { .. }) => {
            let reading = read(text, limits)?;
            let is_blank = reading.submission.is_none() && reading.notes.is_empty();
            Ok(is_blank.then(|| Input::Nothing(Nothing::because("the files are empty"))))
        }
        Err(error) => Err(error.into()),
    }
}

/// What changed in the repository around this folder. `revision` is what was asked for, if anything was.
pub(super) async fn from_changes(
    revision: Option<&str>,
    staged: bool,
    limits: &Limits,
) -> anyhow::Result<Input> {
    let repository = Repository::around(Path::new("."), gansauditor_workspace::Limits::default())?
        .context(
            "--diff and --staged take a git repository, and there is none around this folder",
        )?;
    let wanted = Wanted {
        revision: revision.unwrap_or("HEAD").to_owned(),
        staged,
    };
    let cancel = CancellationToken::new();
    let changes = Changes::of(
        &repository,
        &wanted,
        limits.max_bytes,
        GIT_TIME,
        cancel.clone(),
    )
    .await?;
    if changes.diff.is_empty() {
        let mut nothing = Nothing::because(match (revision, staged) {
            (None, true) => "nothing is staged".to_owned(),
            (None, false) => "nothing is uncommitted".to_owned(),
            (Some(revision), true) => format!("what is staged is as in {revision}"),
            (Some(range), false) if range.contains("..") => format!("nothing differs in {range}"),
            (Some(revision), false) => format!("nothing changed since {revision}"),
        });
        nothing.notes = changes.left_out;
        if revision.is_none() {
            nothing.hint = hint(Changes::ahead(&repository, GIT_TIME, cancel).await?, staged);
        }
        return Ok(Input::Nothing(nothing));
    }
    let mut input = match from_diff(&changes.diff, limits)? {
        Some(input) => input,
        None => {
            let (submission, notes) = Submission::from_diff(&changes.diff, limits)?;
            Input::Work(Work::new(submission, &notes))
        }
    };
    match &mut input {
        Input::Work(work) => {
            work.patched = changes.patched;
            work.notes.extend(changes.left_out);
        }
        Input::Nothing(nothing) => nothing.notes = changes.left_out,
    }
    Ok(input)
}

/// How to see what is not among the changes.
fn hint(ahead: Option<Ahead>, staged: bool) -> Option<String> {
    let committed = ahead.map(|ahead| {
        let Ahead {
            branch,
            base,
            commits,
        } = ahead;
        let commits = match commits {
            1 => "1 commit".to_owned(),
            _ => format!("{commits} commits"),
        };
        format!(
            "{branch} has {commits} over {base}: gansauditor audit --diff {base}...HEAD judges what is committed"
        )
    });
    committed.or_else(|| {
        staged.then(|| "gansauditor audit --diff judges what is not staged, too".to_owned())
    })
}
