//! What a change applies to: the session's version, else the file in the workspace.

use super::{Known, identity};
use crate::domain::Extent;
use crate::ports::OnDisk;
use crate::session::LatestFile;
use gansauditor_submission::{Applier, Content, DoesNotApply, Edit, Marked, Patch};
use std::collections::{BTreeMap, HashSet};

/// A change of one file.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    /// Patches that build on each other.
    Patches(&'a [Patch]),
    /// Replacements.
    Edits(&'a [Edit]),
}

impl<'a> Change<'a> {
    pub(super) fn of(content: &'a Content) -> Option<Self> {
        match content {
            Content::Patch(patch) => Some(Self::Patches(std::slice::from_ref(patch))),
            Content::Series(patches) => Some(Self::Patches(patches)),
            Content::Edits(edits) => Some(Self::Edits(edits)),
            _ => None,
        }
    }

    pub(super) fn apply(
        self,
        base: &Marked,
        applier: &mut Applier,
    ) -> Result<Marked, DoesNotApply> {
        match self {
            Self::Patches(patches) => applier.series(base, patches),
            Self::Edits(edits) => applier.edits(base, edits),
        }
    }

    /// The text with what the change brought marked, if it made this text.
    pub(super) fn made(self, text: &str, applier: &mut Applier) -> Option<Marked> {
        match self {
            Self::Patches(patches) => applier.applied_series(text, patches),
            Self::Edits(edits) => applier.applied_edits(text, edits),
        }
    }

    /// It makes a file where there was none.
    fn creates(self) -> bool {
        matches!(self, Self::Edits(edits) if edits.first().is_some_and(|edit| edit.old.is_empty()))
    }
}

/// What became of a change.
pub(super) enum Base {
    /// It applies, or had been made already.
    Made(Marked, Extent),
    /// It applies to the file under another path, which it has no longer.
    Alias(String, Marked, Extent),
    /// The file is known and the change does not apply to it; why, and what to send.
    Refused(String),
    /// Nobody knows the file.
    Unknown,
}

/// The version of a file, with the lines that are to be judged where that is not all of it.
pub(super) fn version(file: &LatestFile) -> Option<Marked> {
    Some(Marked {
        text: file.text.as_deref()?.to_owned(),
        added: file.changed.clone().unwrap_or_default(),
    })
}

/// What is judged of a new version of a file: all of it where all of it was judged before.
pub(super) fn extent(file: &LatestFile, made: &Marked) -> Extent {
    match file.changed {
        Some(_) => Extent::Changed(made.added.clone()),
        None => Extent::Whole,
    }
}

/// Looks for bases.
pub(super) struct Bases<'a> {
    pub(super) known: &'a Known,
    pub(super) disk: &'a BTreeMap<String, OnDisk>,
    pub(super) applier: &'a mut Applier,
}

impl Bases<'_> {
    /// What becomes of a change of `path`, whose old path is `base` where it has another one.
    pub(super) fn find(
        &mut self,
        path: &str,
        base: Option<&str>,
        change: Change<'_>,
        submitted: impl Fn(&str) -> bool,
    ) -> Base {
        let base = base.unwrap_or(path);
        let in_session = match self.in_session(path, base, change) {
            Some(Ok((made, extent))) => return self.settled(path, change, made, extent),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let on_disk = match self.on_disk(path, base, change) {
            Some(Ok((made, extent))) => return Base::Made(made, extent),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let (error, version) = match (in_session, on_disk, self.known.latest.get(base)) {
            (Some(error), _, Some(file)) => (error, self.known.version(file)),
            (_, Some(error), _) => (error, "as it is in the workspace".to_owned()),
            _ => return self.elsewhere(path, base, change, submitted),
        };
        Base::Refused(format!(
            "it does not apply to `{base}` {version}: {error}; send the whole file or a diff against that version"
        ))
    }

    /// What the change made of the session's version, unless the workspace shows that it was made there on another one:
    /// a diff against the last commit may fit both.
    fn settled(&mut self, path: &str, change: Change<'_>, made: Marked, extent: Extent) -> Base {
        if let Some(OnDisk::Text(there)) = self.disk.get(path)
            && *there != made.text
            && let Some(found) = change.made(there, self.applier)
        {
            let (made, extent) = self.judged(path, path, found);
            return Base::Made(made, extent);
        }
        Base::Made(made, extent)
    }

    /// A version from the workspace is judged where it is new, and where the session's version was judged; all of it
    /// where that was.
    fn judged(&self, path: &str, base: &str, mut made: Marked) -> (Marked, Extent) {
        let latest = &self.known.latest;
        let known = latest.get(base).or_else(|| latest.get(path));
        match known.and_then(|file| Some((file.text.as_deref()?, file.changed.as_ref()))) {
            Some((_, None)) => (made, Extent::Whole),
            Some((text, Some(changed))) => {
                let lines = (1u32..).zip(text.lines());
                let judged: HashSet<&str> = lines
                    .filter(|(number, _)| changed.binary_search(number).is_ok())
                    .map(|(_, line)| line.trim())
                    .filter(|line| !line.is_empty())
                    .collect();
                let lines = (1u32..).zip(made.text.lines());
                let again = lines
                    .filter(|(_, line)| judged.contains(line.trim()))
                    .map(|(number, _)| number);
                let mut added: Vec<u32> = again.chain(made.added.iter().copied()).collect();
                added.sort_unstable();
                added.dedup();
                made.added.clone_from(&added);
                (made, Extent::Changed(added))
            }
            None => {
                let added = made.added.clone();
                (made, Extent::Changed(added))
            }
        }
    }

    fn in_session(
        &mut self,
        path: &str,
        base: &str,
        change: Change<'_>,
    ) -> Option<Result<(Marked, Extent), DoesNotApply>> {
        let latest = &self.known.latest;
        let mut refused = None;
        if let Some((file, version)) = latest
            .get(base)
            .and_then(|file| Some((file, version(file)?)))
        {
            match change.apply(&version, self.applier) {
                Ok(made) => {
                    let extent = extent(file, &made);
                    return Some(Ok((made, extent)));
                }
                Err(error) => refused = Some(error),
            }
        }
        // Sent again, as after an attempt that failed: the session has what comes of it already.
        if let Some((file, version)) = latest
            .get(path)
            .and_then(|file| Some((file, version(file)?)))
            && change.made(&version.text, self.applier).is_some()
        {
            let extent = extent(file, &version);
            return Some(Ok((version, extent)));
        }
        refused.map(Err)
    }

    fn on_disk(
        &mut self,
        path: &str,
        base: &str,
        change: Change<'_>,
    ) -> Option<Result<(Marked, Extent), DoesNotApply>> {
        let disk = self.disk;
        let text = |path: &str| match disk.get(path) {
            Some(OnDisk::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        // An agent with a workspace sends what it did there, so what looks made is.
        let found = text(path).and_then(|there| change.made(there, self.applier));
        let made = match found {
            Some(made) => Ok(made),
            None => {
                let there = text(path).or_else(|| text(base))?;
                change.apply(&Marked::unchanged(there), self.applier)
            }
        };
        Some(made.map(|made| self.judged(path, base, made)))
    }

    /// The file may be known under its path in another folder or case, which is then no longer used.
    fn elsewhere(
        &mut self,
        path: &str,
        base: &str,
        change: Change<'_>,
        submitted: impl Fn(&str) -> bool,
    ) -> Base {
        if change.creates() {
            return match change.apply(&Marked::default(), self.applier) {
                Ok(made) => Base::Made(made, Extent::Whole),
                Err(error) => Base::Refused(format!("{error}; send the whole file")),
            };
        }
        if self.known.latest.contains_key(base) || self.known.latest.contains_key(path) {
            return Base::Unknown;
        }
        let is_there =
            |path: &str| matches!(self.disk.get(path), Some(OnDisk::Text(_) | OnDisk::Unshown));
        let mut found = Vec::new();
        for (other, file) in &self.known.latest {
            if !identity::is_alias(other, path) || submitted(other) || is_there(other) {
                continue;
            }
            let Some(base) = version(file) else {
                continue;
            };
            if let Ok(made) = change.apply(&base, self.applier) {
                let extent = extent(file, &made);
                found.push(Base::Alias(other.clone(), made, extent));
            }
        }
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => only,
            _ => Base::Unknown,
        }
    }
}
