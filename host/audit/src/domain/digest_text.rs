//! The digest of a piece of work.

use super::{Digest, Extent, Work};

/// Digest over an unambiguous encoding: every field is preceded by its length.
pub fn work_digest(work: &Work) -> Digest {
    let mut bytes = Vec::new();
    let mut field = |text: &[u8]| {
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text);
    };
    for file in &work.files {
        field(b"file");
        field(file.path.as_bytes());
        field(file.text.as_bytes());
        match &file.extent {
            // Which lines of a whole file are new does not change what the work is, but what is judged.
            Extent::Whole => field(b"whole"),
            Extent::Changed(lines) => {
                field(b"changed");
                for line in lines {
                    field(&line.to_le_bytes());
                }
            }
            Extent::Fragment { lines, removed } => {
                field(b"fragment");
                for line in lines {
                    field(&line.number.to_le_bytes());
                    field(&[u8::from(line.added)]);
                }
                for line in removed {
                    field(line.as_bytes());
                }
            }
        }
    }
    for path in &work.deleted {
        field(b"deleted");
        field(path.as_bytes());
    }
    for piece in &work.apart {
        field(b"apart");
        field(piece.path.as_bytes());
        field(piece.reason.as_bytes());
    }
    for rename in &work.renamed {
        field(b"renamed");
        field(rename.from.as_bytes());
        field(rename.to.as_bytes());
    }
    Digest::of(&bytes)
}
