//! The pieces of a fragment.

use gansauditor_audit::domain::{Extent, WorkFile};
use std::borrow::Cow;

/// The text in pieces that are each whole: lines of separate hunks do not follow one another, and what stands between
/// them is unknown. A file that is not a fragment is one piece.
pub(crate) fn of(file: &WorkFile) -> Vec<Cow<'_, WorkFile>> {
    let Extent::Fragment { lines, .. } = &file.extent else {
        return vec![Cow::Borrowed(file)];
    };
    let mut pieces = Vec::new();
    let mut text = file.text.split_inclusive('\n');
    for run in lines.chunk_by(|before, after| before.number.checked_add(1) == Some(after.number)) {
        pieces.push(Cow::Owned(WorkFile {
            text: text.by_ref().take(run.len()).collect(),
            extent: Extent::Fragment {
                lines: run.to_vec(),
                // No check of a piece asks for them.
                removed: Vec::new(),
            },
            path: file.path.clone(),
            named: file.named,
            language: file.language.clone(),
        }));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use gansauditor_audit::domain::FragmentLine;

    #[test]
    fn lines_that_follow_one_another_are_one_piece() {
        let lines = [3, 4, 9, 10, 11, 20]
            .map(|number| FragmentLine {
                number,
                added: true,
            })
            .to_vec();
        let file = WorkFile {
            path: "a.py".to_owned(),
            named: true,
            language: None,
            text: "a\nb\nc\nd\ne\nf\n".to_owned(),
            extent: Extent::Fragment {
                lines,
                removed: vec![],
            },
        };
        let texts: Vec<String> = of(&file)
            .into_iter()
            .map(|piece| piece.text.clone())
            .collect();
        assert_eq!(texts, ["a\nb\n", "c\nd\ne\n", "f\n"]);
    }
}
