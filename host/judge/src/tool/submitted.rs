//! The files of a submission that a program is given.

use super::confined::confined;
use super::kinds::Kinds;
use super::scratch::{Scratch, write_new};
use gansauditor_audit::domain::{Extent, WorkFile};
use std::fmt;
use std::io;
use std::sync::Arc;

/// Files that are named of those not written for one reason.
const MAX_NAMED: usize = 10;

/// Why a file was not written for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// Only a part of it is known.
    Part,
    /// Its path may not be written; why.
    Path(&'static str),
    /// The program writes its own output there.
    Output,
    /// The system refuses.
    Unwritable(io::ErrorKind),
}

impl Withheld {
    /// What to do, so that the program is given the file.
    fn cure(self) -> &'static str {
        match self {
            Self::Part => {
                "submit the whole file, or have the operator name the folder it is in (AUDIT_WORKSPACE)"
            }
            Self::Path(_) => "name the file by a path relative to the folder of the project",
            Self::Output => "submit it under another name",
            Self::Unwritable(_) => {
                "see that no other file needs its path as a folder, and that there is room for temporary files"
            }
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part => out.write_str("a part of a file"),
            Self::Path(why) => out.write_str(why),
            Self::Output => out.write_str("the program's own output goes there"),
            Self::Unwritable(kind) => write!(out, "cannot be written: {kind}"),
        }
    }
}

/// What was written for a program, and what was not.
#[derive(Debug)]
pub(crate) struct Submitted {
    all: Arc<Vec<WorkFile>>,
    /// Index of each file that was written, and its path below the folder.
    given: Vec<(usize, String)>,
    /// Files of the program's kinds that were not written, with the reason.
    pub(crate) withheld: Vec<(String, Withheld)>,
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
            let written = parts.map_err(Withheld::Path).and_then(|parts| {
                let path = parts.join("/");
                if matches!(file.extent, Extent::Fragment { .. }) {
                    return Err(Withheld::Part);
                }
                if reserved.is_some_and(|reserved| reserved.eq_ignore_ascii_case(&path)) {
                    return Err(Withheld::Output);
                }
                write_new(&dir, &parts, &file.text)
                    .map(|()| path)
                    .map_err(|error| Withheld::Unwritable(error.kind()))
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

    /// The files that were not written, with the reason of each in words.
    pub(crate) fn left_out(&self) -> Vec<(String, String)> {
        let withheld = self.withheld.iter();
        withheld
            .map(|(path, why)| (path.clone(), why.to_string()))
            .collect()
    }

    /// A sentence for each reason: which files were not written for it, and what to do.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let mut reasons: Vec<Withheld> = Vec::new();
        for (_, why) in &self.withheld {
            if !reasons.contains(why) {
                reasons.push(*why);
            }
        }
        let sentence = |why: &Withheld| {
            let of_it = || self.withheld.iter().filter(|(_, other)| other == why);
            let mut named: Vec<&str> = of_it()
                .take(MAX_NAMED)
                .map(|(path, _)| path.as_str())
                .collect();
            let more = format!("{} more", of_it().count().saturating_sub(MAX_NAMED));
            if of_it().nth(MAX_NAMED).is_some() {
                named.push(&more);
            }
            format!("was not given {} ({why}): {}", named.join(", "), why.cure())
        };
        reasons.iter().map(sentence).collect()
    }

    /// The files that were written, each with its path below the folder.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&WorkFile, &str)> {
        self.given
            .iter()
            .filter_map(|(index, path)| Some((self.all.get(*index)?, path.as_str())))
    }
}
