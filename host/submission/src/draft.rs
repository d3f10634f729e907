//! Files as they are read, before their paths are settled.

use crate::language::Language;
use crate::limits::{Limits, SubmissionError};
use crate::note::{Note, Notes, quote};
use crate::patch::{Hunk, Patch};
use crate::submission::{Content, SubmittedFile};
use std::collections::{BTreeMap, HashSet};

struct Draft {
    path: Option<String>,
    language: Option<Language>,
    content: Content,
}

/// Collects files in the order of the text.
#[derive(Default)]
pub(crate) struct Drafts(Vec<Draft>);

impl Drafts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn add(
        &mut self,
        path: Option<String>,
        language: Option<Language>,
        content: Content,
    ) {
        self.0.push(Draft {
            path,
            language,
            content,
        });
    }

    /// Numbers the unnamed files and leaves one file a path: patches of separate places are joined, else the last wins.
    pub(crate) fn finish(
        self,
        limits: &Limits,
        notes: &mut Notes,
    ) -> Result<Vec<SubmittedFile>, SubmissionError> {
        let named: HashSet<String> = self
            .0
            .iter()
            .filter_map(|draft| draft.path.clone())
            .collect();
        let mut files: BTreeMap<String, Vec<SubmittedFile>> = BTreeMap::new();
        let mut number = 0usize;
        for Draft {
            path,
            language,
            content,
        } in self.0
        {
            let is_named = path.is_some();
            let path = path.unwrap_or_else(|| {
                let extension = language.as_ref().map_or("txt", Language::extension);
                loop {
                    number += 1;
                    let path = format!("snippet-{number}.{extension}");
                    if !named.contains(&path) {
                        break path;
                    }
                }
            });
            let language = if is_named {
                Language::from_path(&path).or(language)
            } else {
                language
            };
            let file = SubmittedFile {
                path: path.clone(),
                named: is_named,
                language,
                content,
            };
            files.entry(path).or_default().push(file);
        }
        if files.len() > limits.max_files {
            return Err(SubmissionError::TooManyFiles {
                files: files.len(),
                limit: limits.max_files,
            });
        }
        Ok(files
            .into_values()
            .filter_map(|versions| settle(versions, notes))
            .collect())
    }
}

fn settle(mut versions: Vec<SubmittedFile>, notes: &mut Notes) -> Option<SubmittedFile> {
    if versions.len() < 2 {
        return versions.pop();
    }
    let joined = join_patches(&versions);
    let mut file = versions.pop()?;
    match joined {
        Some(patch) => file.content = Content::Patch(patch),
        None => notes.push(Note::ReplacedEarlier {
            path: quote(&file.path),
        }),
    }
    Some(file)
}

/// Patches of one base that touch separate places, as one.
fn join_patches(versions: &[SubmittedFile]) -> Option<Patch> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut base = None;
    for (index, version) in versions.iter().enumerate() {
        let Content::Patch(patch) = &version.content else {
            return None;
        };
        if index > 0 && base != patch.base() {
            return None;
        }
        base = patch.base();
        hunks.extend_from_slice(patch.hunks());
    }
    hunks.sort_by_key(|hunk| hunk.at.map_or(u32::MAX, |at| at.old));
    let overlap = hunks.windows(2).any(|pair| match (pair[0].at, pair[1].at) {
        (Some(first), Some(second)) => {
            let last = u64::from(first.old) + pair[0].counts().0;
            first.old == second.old || last > u64::from(second.old)
        }
        _ => pair[0].body() == pair[1].body(),
    });
    if overlap {
        None
    } else {
        Patch::new(hunks, base.map(str::to_owned)).ok()
    }
}
