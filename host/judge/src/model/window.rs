//! What fits: the task within its quarter, the earlier findings within theirs, the submission, then the repository.
//!
//! A file that does not fit is left out whole, and named: half a file invites findings about the missing
//! half. The context is there to help, so of it as much is shown as there is room.

use super::prompt::{FIXED, size_of_block, size_of_file, size_of_finding};
use gansauditor_audit::domain::{ContextFile, Finding, WorkFile};
use gansauditor_audit::ports::JudgeRequest;

/// Share of the room that the task may take, and the earlier findings as well.
const SHARE: usize = 4;

/// What is shown, and what is not.
#[derive(Debug, Default)]
pub(super) struct Window<'a> {
    /// What the work is to achieve; its beginning when it is long.
    pub(super) task: Option<&'a str>,
    /// Files of the submission, in its order.
    pub(super) files: Vec<&'a WorkFile>,
    /// Paths of those that do not fit.
    pub(super) too_long: Vec<&'a str>,
    /// Earlier findings.
    pub(super) earlier: Vec<&'a Finding>,
    /// Texts of the repository.
    pub(super) context: Vec<&'a ContextFile>,
    /// Paths of the repository.
    pub(super) listing: &'a [String],
    /// What is not shown besides, one sentence each.
    pub(super) left_out: Vec<String>,
}

/// Chooses what is shown in an input of at most `room` bytes. Where no file fits there is nothing to ask.
pub(super) fn window(request: &JudgeRequest, room: usize) -> Window<'_> {
    let mut left = room.saturating_sub(FIXED);
    let share = left / SHARE;
    let mut take = |bytes: usize| {
        let fits = left.checked_sub(bytes);
        left = fits.unwrap_or(left);
        fits.is_some()
    };
    let mut left_out = Vec::new();
    let whole_task = request.task.as_deref();
    let task = whole_task.map(|task| &task[..task.floor_char_boundary(share)]);
    if let (Some(whole), Some(shown)) = (whole_task, task)
        && shown.len() < whole.len()
    {
        left_out.push(format!(
            "Of the task only the first {} of {} bytes are shown.",
            shown.len(),
            whole.len()
        ));
    }
    take(task.map_or(0, str::len));
    // Before the files: one that fills the room would keep its own findings from ever being asked about.
    let mut for_findings = share;
    let mut worst_first: Vec<&Finding> = request.earlier.iter().collect();
    worst_first.sort_by_key(|finding| {
        (
            !finding.state.is_standing(),
            std::cmp::Reverse(finding.reported.severity),
        )
    });
    let all = worst_first.len();
    let earlier: Vec<&Finding> = worst_first
        .into_iter()
        .filter(|finding| {
            let bytes = size_of_finding(finding);
            for_findings.checked_sub(bytes).is_some_and(|rest| {
                for_findings = rest;
                take(bytes)
            })
        })
        .collect();
    // Small ones first, so that one large file does not keep all the others out.
    let mut by_size: Vec<(usize, &WorkFile)> = request.files.iter().enumerate().collect();
    by_size.sort_by_key(|(index, file)| (file.text.len(), *index));
    let mut shown: Vec<(usize, &WorkFile)> = Vec::new();
    let mut too_long: Vec<(usize, &str)> = Vec::new();
    for (index, file) in by_size {
        if take(size_of_file(file)) {
            shown.push((index, file));
        } else {
            too_long.push((index, &file.path));
        }
    }
    shown.sort_by_key(|(index, _)| *index);
    too_long.sort_unstable();

    let context = &request.context;
    let said = context
        .left_out
        .iter()
        .take_while(|sentence| take(sentence.len() + 1))
        .count();
    left_out.extend_from_slice(&context.left_out[..said]);
    if said < context.left_out.len() {
        left_out.push("More of the repository is not shown.".to_owned());
    }
    if earlier.len() < all {
        left_out.push(format!(
            "{} earlier findings do not fit.",
            all - earlier.len()
        ));
    }
    let listed: usize = context.listing.iter().map(|path| path.len() + 1).sum();
    let listing = if context.listing.is_empty() || take(size_of_block("paths".len(), listed)) {
        context.listing.as_slice()
    } else {
        left_out.push("The list of the repository's files does not fit.".to_owned());
        &[]
    };
    let texts = &context.files;
    let fitting = texts
        .iter()
        .take_while(|file| {
            take(size_of_block(
                "file ".len() + file.path.len(),
                file.text.len(),
            ))
        })
        .count();
    if fitting < texts.len() {
        left_out.push(format!(
            "{} more texts of the repository do not fit.",
            texts.len() - fitting
        ));
    }
    Window {
        task,
        files: shown.into_iter().map(|(_, file)| file).collect(),
        too_long: too_long.into_iter().map(|(_, path)| path).collect(),
        earlier,
        context: texts[..fitting].iter().collect(),
        listing,
        left_out,
    }
}
