//! What git says of a submodule when it shows its log (`diff.submodule=log`).

use super::{Block, Out};
use crate::path;
use crate::submission::Content;

/// Takes a line `Submodule PATH a1b2c3d..e4f5a6b:` and the subjects below it.
pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let (name, range) = block
        .line(at)
        .strip_prefix("Submodule ")?
        .rsplit_once(' ')?;
    let name = name.trim_end_matches(" contains modified content");
    let (old, new) = range.trim_end_matches(':').split_once("..")?;
    let is_id = |id: &str| id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id(old) || !is_id(new.trim_start_matches('.')) {
        return None;
    }
    let path = path::label(name)?;
    let what = "the commit of a submodule".to_owned();
    out.drafts.add(Some(path), None, Content::Metadata { what });
    let subjects = block.lines[at + 1..]
        .iter()
        .take_while(|line| line.starts_with("  > ") || line.starts_with("  < "));
    Some(at + 1 + subjects.count())
}
