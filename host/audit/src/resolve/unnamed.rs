//! Pieces without a name: code keeps its made-up name while it can be recognised, a change is about the file that it
//! fits.

use super::bases::{Change, extent, version};
use super::identity::{RECOGNISED, extension};
use super::likeness::{Features, Likeness};
use super::{Making, Piece, Stopped, fragments};
use crate::domain::{Extent, WorkFile};
use gansauditor_submission::{Content, Language, Marked, Patch, SubmittedFile, Unread};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Share of lines that makes unnamed code a version of a named file.
const SIMILAR: f64 = 0.5;

/// Resolves what has no name, after all that has.
pub(super) fn resolve(making: &mut Making<'_>) -> Result<(), Stopped> {
    let mut files: Vec<&SubmittedFile> = making
        .inputs
        .submission
        .files()
        .iter()
        .filter(|file| !file.named)
        .collect();
    // Their numbers are their order in the text.
    files.sort_by_key(|file| (file.path.len(), &file.path));
    let mut names = Names {
        next: making.inputs.known.unnamed + 1,
    };
    let mut wholes = Vec::new();
    let mut changes = Vec::new();
    for file in files {
        match (&file.content, Change::of(&file.content)) {
            (Content::Whole { text }, _) => wholes.push((file, text.as_str())),
            (_, Some(change)) => changes.push((file, change)),
            (Content::Unread(why), _) => {
                let path = names.fresh(&file.path, making);
                making.pieces.insert(path, Piece::unread(&why.to_string()));
            }
            // What happens to a file needs its name.
            _ => {
                let path = names.fresh(&file.path, making);
                making.pieces.insert(
                    path,
                    Piece::unread("the file that it is about is not named"),
                );
            }
        }
    }
    recognise(making, &wholes, &mut names)?;
    let mut owners = Owners::default();
    for (file, change) in changes {
        making.inputs.check()?;
        fit(making, file, change, &mut owners, &mut names);
    }
    Ok(())
}

/// Hands out names for unnamed code.
struct Names {
    next: u32,
}

impl Names {
    /// A name no file of this session has had.
    fn fresh(&mut self, like: &str, making: &Making<'_>) -> String {
        loop {
            let path = format!("snippet-{}.{}", self.next, extension(like));
            self.next += 1;
            let is_known = making.inputs.known.latest.contains_key(&path);
            if !is_known && making.is_free(&path) && !making.deleted.contains(&path) {
                return path;
            }
        }
    }
}

/// Gives each piece of code the path of the earlier one it is most like, each path to one piece.
fn recognise(
    making: &mut Making<'_>,
    wholes: &[(&SubmittedFile, &str)],
    names: &mut Names,
) -> Result<(), Stopped> {
    if wholes.is_empty() {
        return Ok(());
    }
    let inputs = making.inputs;
    let sources: BTreeSet<&String> = making.renamed.values().collect();
    let earlier = |named: bool| -> Vec<(&String, &str)> {
        let latest = inputs.known.latest.iter();
        latest
            .filter(|(path, file)| {
                file.named == named && making.is_free(path) && !sources.contains(path)
            })
            .filter_map(|(path, file)| Some((path, file.text.as_deref()?)))
            .collect()
    };
    let (unnamed, named) = (earlier(false), earlier(true));
    let by_words = Likeness::new(Features::Identifiers, unnamed.iter().map(|(_, text)| *text));
    let by_lines = Likeness::new(Features::Lines, named.iter().map(|(_, text)| *text));
    let mut candidates: Vec<(f64, usize, &String)> = Vec::new();
    for (number, (file, text)) in wholes.iter().enumerate() {
        inputs.check()?;
        let fits = |path: &str| extension(path) == extension(&file.path);
        for shared in by_words.shared(text) {
            let path = unnamed[shared.other].0;
            if shared.kept >= RECOGNISED && fits(path) {
                candidates.push((shared.kept, number, path));
            }
        }
        for shared in by_lines.shared(text) {
            let path = named[shared.other].0;
            if shared.similarity >= SIMILAR && fits(path) && !text.trim().is_empty() {
                candidates.push((shared.similarity, number, path));
            }
        }
    }
    candidates.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    let mut paths: BTreeMap<usize, String> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (_, number, path) in candidates {
        if !paths.contains_key(&number) && taken.insert(path.clone()) {
            paths.insert(number, path.clone());
        }
    }
    for (number, (file, text)) in wholes.iter().enumerate() {
        let path = match paths.remove(&number) {
            Some(path) => path,
            None => names.fresh(&file.path, making),
        };
        let mut piece = Piece::file(file, path.clone(), (*text).to_owned(), Extent::Whole);
        if let Piece::File(file) = &mut piece {
            file.named = inputs
                .known
                .latest
                .get(&path)
                .is_some_and(|known| known.named);
        }
        making.pieces.insert(path, piece);
    }
    Ok(())
}

/// An unnamed change is about whichever file it fits, as long as there is only one. What else came of that file in this
/// message comes first.
fn fit(
    making: &mut Making<'_>,
    file: &SubmittedFile,
    change: Change<'_>,
    owners: &mut Owners,
    names: &mut Names,
) {
    let mut fits: Vec<(String, Marked)> = Vec::new();
    for path in owners.of(making, sides(change).0) {
        if let Some(base) = current(making, &path)
            && let Ok(made) = change.apply(&base, &mut making.applier)
        {
            fits.push((path, made));
        }
    }
    if fits.is_empty() {
        for path in owners.of(making, sides(change).1) {
            if let Some(base) = current(making, &path)
                && change.made(&base.text, &mut making.applier).is_some()
            {
                fits.push((path, base));
            }
        }
    }
    if let [(path, made)] = fits.as_slice() {
        let piece = composed(making, file, path, made.clone());
        owners.changed(path);
        making.pieces.insert(path.clone(), piece);
        return;
    }
    if fits.is_empty() {
        let files = making.pieces.iter();
        let in_both: Vec<String> = files
            .filter(|(_, piece)| matches!(piece, Piece::File(_)))
            .filter(|(path, _)| making.inputs.known.latest.contains_key(*path))
            .map(|(path, _)| path.clone())
            .collect();
        let conflicting = in_both.into_iter().find(|path| {
            let known = making.inputs.known.latest.get(path);
            let base = known.and_then(version);
            base.is_some_and(|base| change.apply(&base, &mut making.applier).is_ok())
        });
        if let Some(path) = conflicting {
            let piece = Piece::unread(&Unread::Conflicting.to_string());
            making.pieces.insert(path, piece);
            return;
        }
    }
    let path = names.fresh(&file.path, making);
    let piece = match fragments::of(change) {
        Some((text, extent)) => Piece::file(file, path.clone(), text, extent),
        None => Piece::unread(fragments::UNJOINED),
    };
    making.pieces.insert(path, piece);
}

/// The version of a file that a further change in this message applies to.
fn current(making: &Making<'_>, path: &str) -> Option<Marked> {
    match making.pieces.get(path) {
        Some(Piece::File(file)) => {
            let added = match &file.extent {
                Extent::Whole => Vec::new(),
                Extent::Changed(lines) => lines.clone(),
                Extent::Fragment { .. } => return None,
            };
            let text = file.text.clone();
            Some(Marked { text, added })
        }
        Some(Piece::Apart(..)) => None,
        None => version(making.inputs.known.latest.get(path)?),
    }
}

fn composed(making: &Making<'_>, file: &SubmittedFile, path: &str, made: Marked) -> Piece {
    let known = making.inputs.known.latest.get(path);
    let (extent, named) = match (making.pieces.get(path), known) {
        (Some(Piece::File(earlier)), _) => {
            let extent = match earlier.extent {
                Extent::Changed(_) => Extent::Changed(made.added),
                _ => Extent::Whole,
            };
            (extent, earlier.named)
        }
        (_, Some(known)) => (extent(known, &made), known.named),
        (_, None) => (Extent::Whole, file.named),
    };
    Piece::File(WorkFile {
        path: path.to_owned(),
        named,
        language: Language::from_path(path).or_else(|| file.language.clone()),
        text: made.text,
        extent,
    })
}

/// Lines that must be in a text before, and after the change; `None` where any text may be meant.
fn sides(change: Change<'_>) -> (Option<Vec<&str>>, Option<Vec<&str>>) {
    let Change::Patches(patches) = change else {
        return (None, None);
    };
    let old = patches.first().map(|patch| lines(patch, true));
    let new = patches.last().map(|patch| lines(patch, false));
    let some = |lines: Option<Vec<_>>| lines.filter(|lines: &Vec<&str>| !lines.is_empty());
    (some(old), some(new))
}

fn lines(patch: &Patch, old: bool) -> Vec<&str> {
    use gansauditor_submission::Change as Kind;
    let other = if old { Kind::Added } else { Kind::Removed };
    let lines = patch.hunks().iter().flat_map(|hunk| hunk.lines());
    lines
        .filter(|line| line.change != other)
        .map(|line| line.text.trim())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Which files hold a line, so that a change is tried on those that can be meant.
#[derive(Default)]
struct Owners {
    paths: Vec<String>,
    by_line: HashMap<String, Vec<u32>>,
    /// Files that have changed since.
    changed: BTreeSet<String>,
    is_made: bool,
}

impl Owners {
    fn of(&mut self, making: &Making<'_>, lines: Option<Vec<&str>>) -> Vec<String> {
        if !self.is_made {
            self.make(making);
        }
        let Some(lines) = lines else {
            return self.paths.clone();
        };
        let owners = |line: &&str| self.by_line.get(*line).map_or(&[][..], Vec::as_slice);
        let rarest = lines.iter().map(owners).min_by_key(|owners| owners.len());
        let mut paths: BTreeSet<String> = rarest
            .unwrap_or_default()
            .iter()
            .map(|&owner| self.paths[owner as usize].clone())
            .collect();
        paths.extend(self.changed.iter().cloned());
        paths.into_iter().collect()
    }

    fn changed(&mut self, path: &str) {
        self.changed.insert(path.to_owned());
    }

    fn make(&mut self, making: &Making<'_>) {
        self.is_made = true;
        let paths: BTreeSet<&String> = making
            .inputs
            .known
            .latest
            .keys()
            .chain(making.pieces.keys())
            .collect();
        for path in paths {
            let Some(version) = current(making, path) else {
                continue;
            };
            let Ok(number) = u32::try_from(self.paths.len()) else {
                return;
            };
            self.paths.push(path.clone());
            let lines: BTreeSet<&str> = version.text.lines().map(str::trim).collect();
            for line in lines.into_iter().filter(|line| !line.is_empty()) {
                let owners = self.by_line.entry(line.to_owned()).or_default();
                owners.push(number);
            }
        }
    }
}
