//! Git's list of what differs: modes and objects of both sides.

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path of the file, or where it was before it was deleted.
    pub(crate) path: String,
    /// Before.
    pub(crate) old: Side,
    /// After.
    pub(crate) new: Side,
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// Git's mode, as it writes it: `100644` for a plain file, `000000` where there is nothing.
    pub(crate) mode: String,
    /// The object; `None` for what lies in the folder and git has not stored.
    pub(crate) id: Option<String>,
}

impl Side {
    /// Nothing is there.
    pub(crate) fn is_nothing(&self) -> bool {
        self.mode == "000000"
    }

    /// A plain file: no link, no submodule, not nothing.
    pub(crate) fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

/// Reads `git diff --raw -z --no-abbrev`: `:mode mode id id status`, the path, and of a rename the new path too.
pub(crate) fn entries(said: &[u8]) -> Vec<Entry> {
    let mut fields = said
        .split(|byte| *byte == 0)
        .map(|field| String::from_utf8_lossy(field).into_owned());
    let mut entries = Vec::new();
    while let Some(line) = fields.next() {
        let mut words = line.trim_start_matches(':').split(' ');
        let (Some(old_mode), Some(new_mode), Some(old_id), Some(new_id), Some(status)) = (
            words.next(),
            words.next(),
            words.next(),
            words.next(),
            words.next(),
        ) else {
            break;
        };
        let Some(mut path) = fields.next() else {
            break;
        };
        if status.starts_with(['R', 'C']) {
            let Some(new_path) = fields.next() else {
                break;
            };
            path = new_path;
        }
        let side = |mode: &str, id: &str| Side {
            mode: mode.to_owned(),
            id: id.contains(|c| c != '0').then(|| id.to_owned()),
        };
        entries.push(Entry {
            path,
            old: side(old_mode, old_id),
            new: side(new_mode, new_id),
        });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_has_two_paths_and_what_is_not_stored_has_no_id() {
        let said = b":100644 100755 aa bb R087\0old\0new\n\0:000000 120000 00 00 A\0link\0";
        let read = entries(said);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].path, "new\n");
        assert_eq!(read[0].old.id.as_deref(), Some("aa"));
        assert!(read[0].new.is_file());
        assert_eq!(read[1].path, "link");
        assert!(read[1].old.is_nothing() && !read[1].new.is_file());
        assert_eq!(read[1].new.id, None);
        assert_eq!(entries(&said[..20]), []);
    }
}
