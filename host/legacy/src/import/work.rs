//! From a thought to the work in it.

use gansauditor_audit::domain::{Extent, FragmentLine, Work, WorkFile};
use gansauditor_submission::{Content, Limits, Patch, SubmittedFile, read};

/// The work in a thought; none where the original kept no thought.
///
/// Code without a name is named by its order in each thought, as if every iteration were the next version of
/// the same files: that is what a session of the original was for. A thought in which no code is
/// recognised is one text file, because the original had all of it judged.
pub(super) fn work(thought: Option<&str>) -> Work {
    let Some(thought) = thought else {
        return Work::default();
    };
    let submission = read(thought, &Limits::default())
        .ok()
        .and_then(|reading| reading.submission);
    let Some(submission) = submission else {
        return Work {
            files: vec![WorkFile {
                path: "snippet-1.txt".to_owned(),
                named: false,
                language: None,
                text: thought.to_owned(),
                extent: Extent::Whole,
            }],
            ..Work::default()
        };
    };
    let mut work = Work::default();
    for file in submission.files() {
        match &file.content {
            Content::Whole { text } => {
                work.files
                    .push(work_file(file, text.clone(), Extent::Whole))
            }
            Content::Patch(patch) => work.files.push(fragment(file, patch)),
            Content::Deleted => work.deleted.push(file.path.clone()),
            // The original's reviews are on record; what was not text is no part of them.
            Content::Series(_)
            | Content::Edits(_)
            | Content::Renamed { .. }
            | Content::Metadata { .. }
            | Content::Unread(_) => {}
        }
    }
    work
}

/// The original never knew what a patch was made against.
fn fragment(file: &SubmittedFile, patch: &Patch) -> WorkFile {
    let mut text = String::new();
    let mut lines = Vec::new();
    for (ordinal, line) in (1..).zip(patch.new_side()) {
        text.push_str(line.text);
        if !line.text.ends_with('\n') {
            text.push('\n');
        }
        lines.push(FragmentLine {
            number: line.number.unwrap_or(ordinal),
            added: line.added,
        });
    }
    let removed = patch.removed().map(str::to_owned).collect();
    work_file(file, text, Extent::Fragment { lines, removed })
}

fn work_file(file: &SubmittedFile, text: String, extent: Extent) -> WorkFile {
    WorkFile {
        path: file.path.clone(),
        named: file.named,
        language: file.language.clone(),
        text,
        extent,
    }
}
