//! Files that the operator names.

use anyhow::Context as _;
use std::io::Read as _;
use std::path::Path;

/// Reads a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .context("the file cannot be read")?;
    anyhow::ensure!(
        bytes.len() as u64 <= limit,
        "the file has more than {limit} bytes"
    );
    Ok(bytes)
}
