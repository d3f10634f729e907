//! Reviews in a directory: one file each, `<key>.review`, the digest of its text on the first line.
//!
//! Not made durable: after a crash a file may be torn, which its digest tells, and the review is made again.

use crate::files::private;
use cap_std::fs::{Dir, OpenOptions};
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::JudgeReport;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

const SUFFIX: &str = ".review";
/// Ends the names of files that are being written.
const DRAFT: &str = ".draft";
/// Longest text that is kept or read.
const MAX_TEXT: u64 = 4 << 20;
/// Share of the limit that is left after making room, so that room is not made at every review.
const ROOM: (u64, u64) = (9, 10);

/// Reviews in a directory, bounded in bytes: the oldest go first.
#[derive(Debug)]
pub(super) struct Kept {
    dir: Dir,
    limit: u64,
    /// Bytes since the directory was last looked through, and what was there then: a guess, since other
    /// processes write too.
    held: AtomicU64,
    drafts: AtomicU64,
}

impl Kept {
    pub(super) fn new(dir: Dir, limit: u64) -> Self {
        Self {
            dir,
            limit,
            // Looked through at the first write.
            held: AtomicU64::new(u64::MAX / 2),
            drafts: AtomicU64::new(0),
        }
    }

    /// The report with the length of its text. A file that is not what was written is as good as none.
    pub(super) fn get(&self, key: &Digest) -> io::Result<Option<(JudgeReport, usize)>> {
        let name = name(key);
        // A pipe would block, and a link may lead elsewhere.
        match self.dir.symlink_metadata(&name) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        let file = self.dir.open_with(&name, OpenOptions::new().read(true))?;
        let mut content = Vec::new();
        file.take(MAX_TEXT + 100).read_to_end(&mut content)?;
        let Some(end) = content.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let (digest, text) = (&content[..end], &content[end + 1..]);
        if Digest::of(text).as_str().as_bytes() != digest {
            return Ok(None);
        }
        Ok(serde_json::from_slice(text)
            .ok()
            .map(|report| (report, text.len())))
    }

    pub(super) fn put(&self, key: &Digest, text: &[u8]) -> io::Result<()> {
        let bytes = text.len() as u64;
        if bytes > MAX_TEXT.min(self.limit / 4) {
            return Ok(());
        }
        // The process is part of the name: others write here too.
        let draft = format!(
            "{}-{}{DRAFT}",
            std::process::id(),
            self.drafts.fetch_add(1, Ordering::Relaxed)
        );
        let mut file = self
            .dir
            .open_with(&draft, private().create_new(true).write(true))?;
        let written = file
            .write_all(format!("{}\n", Digest::of(text)).as_bytes())
            .and_then(|()| file.write_all(text))
            .and_then(|()| self.dir.rename(&draft, &self.dir, name(key)));
        if let Err(error) = written {
            let _ = self.dir.remove_file(&draft);
            return Err(error);
        }
        if self.held.fetch_add(bytes, Ordering::Relaxed) + bytes > self.limit {
            self.make_room()?;
        }
        Ok(())
    }

    /// Looks the directory through and removes the oldest files, and drafts nobody finished.
    fn make_room(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let ours = name.ends_with(SUFFIX) || name.ends_with(DRAFT);
            if ours && metadata.is_file() {
                let age = metadata.modified().map(cap_std::time::SystemTime::into_std);
                files.push((age.ok(), metadata.len(), name));
            }
        }
        let mut held: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        if held > self.limit {
            files.sort();
            let target = self.limit / ROOM.1 * ROOM.0;
            for (_, bytes, name) in files {
                if held <= target {
                    break;
                }
                match self.dir.remove_file(&name) {
                    Ok(()) => held -= bytes,
                    Err(error) if error.kind() == ErrorKind::NotFound => held -= bytes,
                    Err(error) => return Err(error),
                }
            }
        }
        self.held.store(held, Ordering::Relaxed);
        Ok(())
    }
}

/// The name of a key's file: its hexadecimal digits.
fn name(key: &Digest) -> String {
    let digits = key.as_str().rsplit(':').next().unwrap_or_default();
    format!("{digits}{SUFFIX}")
}
