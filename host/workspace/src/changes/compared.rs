//! Which two states are compared.

use super::Wanted;
use crate::error::RepositoryError;
use crate::git::Real;

/// Two states of the files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// Trees, as git takes them: the one before, and where two are compared the one after.
    trees: Vec<String>,
    /// What the state after is.
    pub(super) of: Of,
}

/// Where the files after the change are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// In the folder.
    Folder,
    /// In the index.
    Index,
    /// In a tree.
    Tree,
}

impl Compared {
    pub(super) async fn resolve(real: &Real, wanted: &Wanted) -> Result<Self, RepositoryError> {
        let revision = wanted.revision.trim();
        if revision.is_empty() {
            return Err(RepositoryError::NoRevision);
        }
        // A message that is searched for (`:/a..b`) may hold dots: what names one revision is one.
        let unknown = match real.tree(revision).await {
            Ok(tree) => {
                return Ok(Self {
                    trees: vec![tree],
                    of: if wanted.staged { Of::Index } else { Of::Folder },
                });
            }
            Err(unknown @ RepositoryError::UnknownRevision { .. }) => unknown,
            Err(error) => return Err(error),
        };
        let (from, to, parted) = if let Some((from, to)) = revision.split_once("...") {
            (from, to, true)
        } else if let Some((from, to)) = revision.split_once("..") {
            (from, to, false)
        } else {
            return Err(unknown);
        };
        let or_head = |name: &str| if name.is_empty() { "HEAD" } else { name }.to_owned();
        let (mut from, to) = (or_head(from), or_head(to));
        if wanted.staged {
            return Err(RepositoryError::StagedRange {
                range: revision.to_owned(),
            });
        }
        if parted {
            from = real.merge_base(&from, &to).await?;
        }
        Ok(Self {
            trees: vec![real.tree(&from).await?, real.tree(&to).await?],
            of: Of::Tree,
        })
    }

    /// What `git diff` takes.
    pub(super) fn arguments(&self) -> Vec<&str> {
        let cached = (self.of == Of::Index).then_some("--cached");
        cached
            .into_iter()
            .chain(self.trees.iter().map(String::as_str))
            .collect()
    }
}
