//! Which lines of a file are to be judged.

use gansauditor_audit::domain::Extent;

/// Lines of the file for lines of the text, both from 1; `None` when none of them is to be judged.
pub(crate) fn judged_lines(extent: &Extent, (first, last): (u32, u32)) -> Option<(u32, u32)> {
    match extent {
        Extent::Whole => Some((first, last)),
        Extent::Changed(lines) => {
            let next = lines.partition_point(|line| *line < first);
            lines
                .get(next)
                .is_some_and(|line| *line <= last)
                .then_some((first, last))
        }
        Extent::Fragment { lines, .. } => {
            let start = usize::try_from(first.max(1)).ok()? - 1;
            let end = usize::try_from(last).ok()?.min(lines.len());
            let part = lines.get(start..end)?;
            let numbers = (part.first()?.number, part.last()?.number);
            part.iter()
                .any(|line| line.added)
                .then_some((numbers.0, numbers.1.max(numbers.0)))
        }
    }
}
