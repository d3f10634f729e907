//! The files below one folder, reached through its handle: the operating system refuses what leads out of it.

use crate::reason::Reason;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A folder and what is below it. Paths are relative to it, with forward slashes; the folder itself is "".
#[derive(Debug)]
pub(crate) struct Tree(Dir);

/// What a path names. Links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, a device, a socket.
    Other,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        if kind.is_symlink() {
            Self::Link
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else {
            Self::Other
        }
    }
}

/// One thing in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name; `Err` holds what can be read of one that is not text.
    pub(crate) name: Result<String, String>,
    /// What it is.
    pub(crate) kind: Kind,
    /// Bytes of a plain file, else 0.
    pub(crate) size: u64,
}

/// A text, possibly only its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// Byte for byte.
    pub(crate) text: String,
    /// Nothing was cut off.
    pub(crate) whole: bool,
}

impl Text {
    /// Text of these bytes, of which the last character may be cut when they are not all of the file.
    pub(crate) fn of(bytes: Vec<u8>, whole: bool) -> Result<Self, Reason> {
        if bytes.contains(&0) {
            return Err(Reason::NotText);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { text, whole }),
            Err(error) if !whole && error.utf8_error().error_len().is_none() => {
                let valid = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(valid);
                let text = String::from_utf8(bytes).map_err(|_| Reason::NotText)?;
                Ok(Self { text, whole })
            }
            Err(_) => Err(Reason::NotText),
        }
    }

    /// Cuts the text to its first bytes, at the end of a line where there is one. A text that is cut already
    /// ends at a line, too.
    pub(crate) fn cut_to(&mut self, most: usize) {
        if self.whole && self.text.len() <= most {
            return;
        }
        let end = self.text.floor_char_boundary(most);
        let end = self.text[..end].rfind('\n').map_or(end, |line| line + 1);
        self.text.truncate(end);
        self.whole = false;
    }
}

impl Tree {
    /// Opens a folder. From here on it is reached through its handle only.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Dir::open_ambient_dir(path, ambient_authority()).map(Self)
    }

    /// What `path` names, or nothing.
    pub(crate) fn kind(&self, path: &str) -> Result<Kind, Reason> {
        if path.is_empty() {
            return Ok(Kind::Folder);
        }
        self.0
            .symlink_metadata(path)
            .map(|metadata| metadata.file_type().into())
            .map_err(|error| refusal(&error))
    }

    /// Where `path` leads when its links are followed, as long as that is below this folder.
    pub(crate) fn resolve(&self, path: &str) -> Result<String, Reason> {
        let resolved = self.0.canonicalize(path).map_err(|_| Reason::LinkOut)?;
        let resolved = resolved.to_str().ok_or(Reason::BadName)?;
        crate::names::relative(resolved).ok_or(Reason::LinkOut)
    }

    /// What is in a folder, in the order of names. More than `most` is an error: which of them would be
    /// seen would be left to the file system.
    pub(crate) fn entries(&self, folder: &str, most: usize) -> Result<Vec<Entry>, Reason> {
        let folder = if folder.is_empty() { "." } else { folder };
        let mut entries = Vec::new();
        for entry in self.0.read_dir(folder).map_err(|error| refusal(&error))? {
            if entries.len() >= most {
                return Err(Reason::TooMany);
            }
            let entry = entry.map_err(|error| refusal(&error))?;
            let kind = entry.file_type().map_or(Kind::Other, Kind::from);
            entries.push(Entry {
                name: entry
                    .file_name()
                    .into_string()
                    .map_err(|name| name.to_string_lossy().into_owned()),
                kind,
                size: match kind {
                    Kind::File => entry.metadata().map_or(0, |metadata| metadata.len()),
                    _ => 0,
                },
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The first `most` bytes of a plain file.
    pub(crate) fn bytes(&self, path: &str, most: usize) -> Result<(Vec<u8>, bool), Reason> {
        // A pipe would block, and a link may lead to what must not be shown.
        match self.kind(path)? {
            Kind::File => {}
            Kind::Link => return Err(Reason::Link),
            Kind::Folder | Kind::Other => return Err(Reason::NotPlain),
        }
        let file = self.0.open(path).map_err(|error| refusal(&error))?;
        let mut bytes = Vec::new();
        let limit = (most as u64).saturating_add(1);
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| refusal(&error))?;
        let whole = bytes.len() <= most;
        bytes.truncate(most);
        Ok((bytes, whole))
    }

    /// The first `most` bytes of a plain file, as text.
    pub(crate) fn text(&self, path: &str, most: usize) -> Result<Text, Reason> {
        let (bytes, whole) = self.bytes(path, most)?;
        Text::of(bytes, whole)
    }
}

fn refusal(error: &io::Error) -> Reason {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Reason::Missing,
        // The handle's refusal, as opposed to the file's mode, comes without a number of the system.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => Reason::LinkOut,
        _ => Reason::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_whole_lines_and_whole_characters() {
        let mut text = Text::of("ab\ncdé".into(), true).unwrap();
        text.cut_to(6);
        assert_eq!((text.text.as_str(), text.whole), ("ab\n", false));
        let mut text = Text::of("éé".into(), true).unwrap();
        text.cut_to(3);
        assert_eq!(text.text, "é");
        assert_eq!(
            Text::of("é".as_bytes()[..1].into(), false).unwrap().text,
            ""
        );
        assert_eq!(
            Text::of("é".as_bytes()[..1].into(), true),
            Err(Reason::NotText)
        );
        assert_eq!(Text::of(b"a\0b".to_vec(), true), Err(Reason::NotText));
    }
}
