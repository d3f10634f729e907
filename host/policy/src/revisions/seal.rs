//! The key with which the lines of a history are sealed.
//!
//! A state directory often lies in the folder of a project, and a project may be anybody's: what it brings as a history
//! must not say which policy judges it. So a line counts only under the seal of this installation, an HMAC-SHA256 (RFC
//! 2104) over what stands before it. The key lies with its user, never beside the history.

use super::error::RevisionError;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What a seal begins with.
const ALGORITHM: &str = "hmac-sha256:";

/// Bytes of a key, and of a seal before it is written in hexadecimal digits.
const BYTES: usize = 32;

/// Bytes of a seal as it is written.
pub(super) const SEAL_BYTES: usize = ALGORITHM.len() + 2 * BYTES;

/// Longest file that is read: a key and white space.
const MAX_FILE: u64 = 1024;

/// Where the key of an installation is kept. Its file is made by the first change of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealFile(Option<PathBuf>);

impl SealFile {
    /// The key is in this file, or nowhere: then no history can be read or written.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    /// The key; absent while there is none.
    ///
    /// # Errors
    /// [`RevisionError::NoSeal`], and [`RevisionError::Seal`] where the file is none that can be trusted.
    pub(super) fn read(&self) -> Result<Option<Seal>, RevisionError> {
        read(self.path()?)
    }

    /// The key, a new one where there is none. Of several processes that make one all get the same.
    ///
    /// # Errors
    /// As [`SealFile::read`].
    pub(super) fn make(&self) -> Result<Seal, RevisionError> {
        let path = self.path()?;
        if let Some(seal) = read(path)? {
            return Ok(seal);
        }
        write(path).map_err(|error| failed(path, format!("cannot be written: {error}")))?;
        read(path)?.ok_or_else(|| failed(path, "was removed".to_owned()))
    }

    fn path(&self) -> Result<&Path, RevisionError> {
        let path = self.0.as_deref().ok_or(RevisionError::NoSeal)?;
        if path.is_absolute() {
            return Ok(path);
        }
        let reason =
            "is a relative path, at which a project may have a key of its own; give a whole one";
        Err(failed(path, reason.to_owned()))
    }
}

fn failed(path: &Path, reason: String) -> RevisionError {
    RevisionError::Seal {
        path: path.to_owned(),
        reason,
    }
}

fn read(path: &Path) -> Result<Option<Seal>, RevisionError> {
    let unreadable = |error| failed(path, format!("cannot be read: {error}"));
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    // A pipe would block.
    if !metadata.is_file() {
        return Err(failed(path, "is not a plain file".to_owned()));
    }
    if let Some(reason) = exposed(&metadata) {
        return Err(failed(path, reason.to_owned()));
    }
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    let key = Some(&text).filter(|text| text.len() as u64 <= MAX_FILE);
    let key = key.and_then(|text| parse(&text.trim_ascii().to_ascii_lowercase()));
    let key = key.ok_or_else(|| {
        let digits = 2 * BYTES;
        failed(path, format!("does not hold {digits} hexadecimal digits; name another file, or move it away and activate the policy again"))
    })?;
    Ok(Some(Seal(hmac::Key::new(hmac::HMAC_SHA256, &key))))
}

/// Who else may use the file, where that is too many. A group may read it: so do containers get their secrets.
#[cfg(unix)]
fn exposed(metadata: &fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt as _;
    (metadata.permissions().mode() & 0o027 != 0)
        .then_some("may be changed by its group, or used by everybody; `chmod 600` it")
}

#[cfg(not(unix))]
fn exposed(_: &fs::Metadata) -> Option<&'static str> {
    None
}

/// Writes a new key whole or not at all. One that came meanwhile stays.
fn write(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut key = [0; BYTES];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| std::io::Error::other("the system has no random numbers"))?;
    // For its owner only.
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(draft, "{}", hexadecimal(&key))?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
        _ => {
            #[cfg(unix)]
            fs::File::open(folder)?.sync_all()?;
            Ok(())
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads digits in lower case: there is one way to write a seal.
fn parse(digits: &[u8]) -> Option<[u8; BYTES]> {
    let digits = str::from_utf8(digits).ok()?;
    let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * BYTES || !digits.bytes().all(is_digit) {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The key of an installation. It is never shown.
#[derive(Debug, Clone)]
pub(super) struct Seal(hmac::Key);

impl Seal {
    /// The seal of a text, [`SEAL_BYTES`] bytes.
    pub(super) fn of(&self, text: &[u8]) -> String {
        format!(
            "{ALGORITHM}{}",
            hexadecimal(hmac::sign(&self.0, text).as_ref())
        )
    }

    /// Whether that is the seal of this text.
    pub(super) fn holds(&self, text: &[u8], claimed: &[u8]) -> bool {
        claimed
            .strip_prefix(ALGORITHM.as_bytes())
            .and_then(parse)
            .is_some_and(|claimed| hmac::verify(&self.0, text, &claimed).is_ok())
    }

    /// A key for tests, the same for the same number.
    #[cfg(test)]
    pub(super) fn numbered(number: u8) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &[number; BYTES]))
    }
}

#[cfg(test)]
mod tests;
