//! What fits: the earlier findings within their quarter, the submission, then the repository.
//!
//! A file that does not fit is left out whole, and named: half a file invites findings about the missing
//! half. The context is there to help, so of it as much is shown as there is room.

use gansauditor_audit::domain::{ContextFile, Finding, RepositoryContext, WorkFile};

/// Share of the room that earlier findings may take, in quarters.
const FINDINGS_QUARTERS: usize = 1;
/// What a file or finding takes beside its text: delimiters, headings.
const OVERHEAD: usize = 400;

/// What is shown, and what is not.
#[derive(Debug, Default)]
pub(super) struct Window<'a> {
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
    /// What of the repository is not shown, one sentence each.
    pub(super) left_out: Vec<String>,
}

/// Chooses what is shown within `room` bytes.
pub(super) fn window<'a>(
    files: &'a [WorkFile],
    earlier: &'a [Finding],
    context: &'a RepositoryContext,
    room: usize,
) -> Window<'a> {
    let mut left = room;
    let mut take = |bytes: usize| {
        let fits = left.checked_sub(bytes + OVERHEAD);
        left = fits.unwrap_or(left);
        fits.is_some()
    };
    // Before the files: one that fills the room would keep its own findings from ever being asked about.
    let mut for_findings = room / 4 * FINDINGS_QUARTERS;
    let mut worst_first: Vec<&Finding> = earlier.iter().collect();
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
            let bytes = finding.reported.message.len() + finding.reported.anchor.len();
            for_findings
                .checked_sub(bytes + OVERHEAD)
                .is_some_and(|rest| {
                    for_findings = rest;
                    take(bytes)
                })
        })
        .collect();
    // Small ones first, so that one large file does not keep all the others out.
    let mut by_size: Vec<(usize, &WorkFile)> = files.iter().enumerate().collect();
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

    let mut left_out = context.left_out.clone();
    if earlier.len() < all {
        left_out.push(format!(
            "{} earlier findings do not fit.",
            all - earlier.len()
        ));
    }
    let listed: usize = context.listing.iter().map(|path| path.len() + 1).sum();
    let listing = if context.listing.is_empty() || take(listed) {
        context.listing.as_slice()
    } else {
        left_out.push("The list of the repository's files does not fit.".to_owned());
        &[]
    };
    let texts = &context.files;
    let fitting = texts
        .iter()
        .take_while(|file| take(file.path.len() + file.text.len()))
        .count();
    if fitting < texts.len() {
        left_out.push(format!(
            "{} more texts of the repository do not fit.",
            texts.len() - fitting
        ));
    }
    Window {
        files: shown.into_iter().map(|(_, file)| file).collect(),
        too_long: too_long.into_iter().map(|(_, path)| path).collect(),
        earlier,
        context: texts[..fitting].iter().collect(),
        listing,
        left_out,
    }
}

fn size_of_file(file: &WorkFile) -> usize {
    use gansauditor_audit::domain::Extent;
    let ranges = match &file.extent {
        Extent::Whole => 0,
        Extent::Changed(lines) => 8 * lines.len(),
        Extent::Fragment { lines, removed } => {
            8 * lines.len() + removed.iter().map(|line| line.len() + 1).sum::<usize>()
        }
    };
    file.path.len() + file.text.len() + ranges
}
