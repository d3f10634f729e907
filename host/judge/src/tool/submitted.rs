//! The files of a submission that a program is given.

use super::confined::confined;
use super::kinds::Kinds;
use super::scratch::{Scratch, write_new};
use gansauditor_audit::domain::{Extent, WorkFile};
use std::io;
use std::sync::Arc;

/// What was written for a program, and what was not.
#[derive(Debug)]
pub(crate) struct Submitted {
    all: Arc<Vec<WorkFile>>,
    /// Index of each file that was written, and its path below the folder.
    given: Vec<(usize, String)>,
    /// Files of the program's kinds that were not written, with the reason.
    pub(crate) withheld: Vec<(String, String)>,
    /// Indices of the files that are of other kinds.
    others: Vec<usize>,
}

impl Submitted {
    /// Writes the whole files of the given kinds; `reserved` is a path that the program is to write itself.
    ///
    /// Files of other kinds are not written: settings that the submission brings for the program would otherwise decide
    /// what it finds.
    pub(crate) fn write(
        files: &Arc<Vec<WorkFile>>,
        kinds: &Kinds,
        reserved: Option<&str>,
        scratch: &Scratch,
    ) -> io::Result<Self> {
        let dir = scratch.open_work()?;
        let mut submitted = Self {
            all: Arc::clone(files),
            given: Vec::new(),
            withheld: Vec::new(),
            others: Vec::new(),
        };
        for (index, file) in files.iter().enumerate() {
            let parts = confined(&file.path);
            let matches = match &parts {
                Ok(parts) => kinds.include(&parts.join("/")),
                Err(_) => kinds.include(&file.path),
            };
            if !matches {
                submitted.others.push(index);
                continue;
            }
            let written = parts.map_err(str::to_owned).and_then(|parts| {
                let path = parts.join("/");
                if matches!(file.extent, Extent::Fragment { .. }) {
                    return Err("a part of a file".to_owned());
                }
                if reserved.is_some_and(|reserved| reserved.eq_ignore_ascii_case(&path)) {
                    return Err("the program's own output goes there".to_owned());
                }
                write_new(&dir, &parts, &file.text)
                    .map(|()| path)
                    .map_err(|error| format!("cannot be written: {}", error.kind()))
            });
            match written {
                Ok(path) => submitted.given.push((index, path)),
                Err(reason) => submitted.withheld.push((file.path.clone(), reason)),
            }
        }
        Ok(submitted)
    }

    /// No file was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The files that are of other kinds.
    pub(crate) fn others(&self) -> impl Iterator<Item = &WorkFile> {
        self.others.iter().filter_map(|index| self.all.get(*index))
    }

    /// The files that were written, each with its path below the folder.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&WorkFile, &str)> {
        self.given
            .iter()
            .filter_map(|(index, path)| Some((self.all.get(*index)?, path.as_str())))
    }
}
