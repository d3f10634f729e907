//! Files as they are read, before their paths are settled.

use crate::compose;
use crate::encoding::without_mark;
use crate::language::Language;
use crate::limits::{Limits, SubmissionError};
use crate::note::Notes;
use crate::notebook;
use crate::path::below_root;
use crate::submission::{Content, SubmittedFile};
use crate::unread::Unread;
use std::collections::{BTreeMap, HashSet};

/// One piece of the text that is about one file.
#[derive(Clone)]
pub(crate) struct Draft {
    /// Its path; `None` for a piece without a name.
    pub(crate) path: Option<String>,
    pub(crate) language: Option<Language>,
    pub(crate) content: Content,
    /// Git's abbreviated ids of the text before and after (`index a..b`).
    pub(crate) ids: Option<(String, String)>,
    /// The content belongs at the end of what the file holds.
    pub(crate) appends: bool,
    /// The file is gone because it has this name now.
    pub(crate) moved_to: Option<String>,
}

impl Draft {
    pub(crate) fn new(path: Option<String>, language: Option<Language>, content: Content) -> Self {
        Self {
            path,
            language,
            content,
            ids: None,
            appends: false,
            moved_to: None,
        }
    }
}

/// Collects files in the order of the text.
#[derive(Default)]
pub(crate) struct Drafts {
    drafts: Vec<Draft>,
    root: Option<String>,
}

impl Drafts {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            drafts: Vec::new(),
            root: limits.root.clone(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.drafts.len()
    }

    /// A label without what it has in common with the workspace's root.
    pub(crate) fn relative(&self, label: &str) -> String {
        below_root(label, self.root.as_deref())
    }

    pub(crate) fn add(
        &mut self,
        path: Option<String>,
        language: Option<Language>,
        content: Content,
    ) {
        self.push(Draft::new(path, language, content));
    }

    /// Takes a draft whose path is a label. Notebooks become the code of their cells.
    pub(crate) fn push(&mut self, mut draft: Draft) {
        draft.path = draft.path.map(|path| self.relative(&path));
        draft.moved_to = draft.moved_to.map(|path| self.relative(&path));
        draft.content = without_mark(draft.content);
        let is_notebook = draft.path.as_deref().is_some_and(notebook::is_name);
        match &draft.content {
            Content::Whole { text } if is_notebook || notebook::looks_like(text) => {
                match notebook::read(text) {
                    Some(read) if read.code.is_empty() => {
                        draft.content = Content::Metadata {
                            what: "cells of a notebook without code".to_owned(),
                        };
                    }
                    Some(read) => {
                        draft.content = Content::Whole { text: read.code };
                        draft.language = Some(read.language);
                    }
                    None if is_notebook => {
                        draft.content = Content::Unread(Unread::Notebook);
                    }
                    None => {}
                }
            }
            Content::Patch(_) | Content::Series(_) | Content::Edits(_) if is_notebook => {
                draft.content = Content::Unread(Unread::Notebook);
            }
            _ => {}
        }
        self.drafts.push(draft);
    }

    /// Numbers the unnamed files and leaves one file a path: several pieces about one path are composed.
    pub(crate) fn finish(
        mut self,
        limits: &Limits,
        notes: &mut Notes,
    ) -> Result<Vec<SubmittedFile>, SubmissionError> {
        self.follow_moves();
        let named: HashSet<String> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.path.clone())
            .collect();
        let mut files: BTreeMap<String, (bool, Vec<Draft>)> = BTreeMap::new();
        let mut number = 0usize;
        for mut draft in self.drafts {
            let is_named = draft.path.is_some();
            let path = draft.path.take().unwrap_or_else(|| {
                let extension = draft.language.as_ref().map_or("txt", Language::extension);
                loop {
                    number += 1;
                    let path = format!("snippet-{number}.{extension}");
                    if !named.contains(&path) {
                        break path;
                    }
                }
            });
            files
                .entry(path)
                .or_insert((is_named, Vec::new()))
                .1
                .push(draft);
        }
        if files.len() > limits.max_files {
            return Err(SubmissionError::TooManyFiles {
                files: files.len(),
                limit: limits.max_files,
            });
        }
        let mut effort = compose::Effort::default();
        Ok(files
            .into_iter()
            .filter_map(|(path, (named, drafts))| {
                let (content, language) = compose::compose(&path, drafts, &mut effort, notes)?;
                Some(SubmittedFile {
                    language: settled_language(&path, named, language),
                    path,
                    named,
                    content,
                })
            })
            .collect())
    }

    /// What was said of a file before it got another name is said of the one with the new name.
    fn follow_moves(&mut self) {
        let moves: BTreeMap<String, String> = self
            .drafts
            .iter()
            .filter_map(|draft| Some((draft.path.clone()?, draft.moved_to.clone()?)))
            .collect();
        for draft in &mut self.drafts {
            let changes = matches!(
                draft.content,
                Content::Patch(_) | Content::Series(_) | Content::Edits(_) | Content::Unread(_)
            );
            let target = draft.path.as_ref().and_then(|path| moves.get(path));
            if let (true, Some(target)) = (changes, target) {
                draft.path = Some(target.clone());
            }
        }
    }
}

/// The language by the path, else by what the text said. A notebook's cells have the language of its kernel.
fn settled_language(path: &str, named: bool, given: Option<Language>) -> Option<Language> {
    if !named || notebook::is_name(path) {
        return given;
    }
    Language::from_path(path).or(given)
}
