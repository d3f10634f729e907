//! What is not committed.

use crate::error::RepositoryError;
use crate::git::{FilePatch, Mirror, split};
use crate::limits::Limits;
use crate::locate::Location;
use crate::names;
use crate::packing::Packing;
use crate::reason::Reason;
use crate::tree::{Text, Tree};
use crate::watch::{Interrupted, Watch};
use gansauditor_audit::domain::RepositoryContext;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// A renamed file is shown as such; with more than this many candidates on either side git does not look.
const OPTIONS: [&str; 3] = ["--find-renames", "-l200", "--ignore-submodules=all"];

/// What git says of a file.
enum Change {
    /// A tracked file changed.
    Tracked(FilePatch),
    /// A file is new and not tracked yet.
    Untracked,
    /// A tracked file changed, and there was no room to be told how.
    Untold,
}

/// Changes of tracked files against HEAD, staged or not, as diffs, and untracked files as they are; by path.
pub(crate) async fn diff(
    root: &Path,
    tree: Arc<Tree>,
    submitted: BTreeSet<String>,
    room: usize,
    limits: Limits,
    watch: Watch,
) -> Result<RepositoryContext, RepositoryError> {
    let top = crate::locate::top_of(root).ok_or_else(|| RepositoryError::NoRepository {
        root: root.display().to_string(),
    })?;
    let location = Location::of(top)?;
    let settings = format!(
        "\tquotePath = false\n\tbigFileThreshold = {}\n",
        limits.compared_bytes
    );
    let mirror = Mirror::open(root, location, &settings, watch.clone()).await?;
    let tree_of_head = mirror.real().tree("HEAD").await?;
    let options = [&OPTIONS[..], &[&tree_of_head]].concat();
    let told = mirror.diff(&options, limits.git_bytes).await?;
    let mut changes = BTreeMap::new();
    let mut unnamed = false;
    if told.cut {
        let (names, cut) = mirror.changed(&options, limits.git_bytes).await?;
        changes.extend(names.into_iter().map(|path| (path, Change::Untold)));
        unnamed |= cut;
    }
    for patch in split(&told.bytes, told.cut) {
        changes.insert(patch.path.clone(), Change::Tracked(patch));
    }
    let (names, cut) = mirror.untracked(limits.git_bytes).await?;
    unnamed |= cut;
    changes.extend(names.into_iter().map(|path| (path, Change::Untracked)));
    tokio::task::spawn_blocking(move || {
        let packing = Packing::new(room);
        let mut context = pack(changes, &tree, &submitted, packing, &limits, &watch)?;
        if unnamed {
            let note =
                "There are more changes than git's output may hold; the last ones are not named.";
            context.left_out.push(note.to_owned());
        }
        Ok(context)
    })
    .await
    .unwrap_or_else(|error| {
        Err(RepositoryError::Io {
            action: "read the changes",
            reason: error.to_string(),
        })
    })
}

fn pack(
    changes: BTreeMap<String, Change>,
    tree: &Tree,
    submitted: &BTreeSet<String>,
    mut packing: Packing,
    limits: &Limits,
    watch: &Watch,
) -> Result<RepositoryContext, RepositoryError> {
    for (number, (path, change)) in changes.into_iter().enumerate() {
        if submitted.contains(&names::label(&path)) {
            continue;
        }
        let interrupted = watch.check();
        if interrupted == Err(Interrupted::Cancelled) {
            return Err(RepositoryError::Cancelled);
        }
        let is_diff = matches!(change, Change::Tracked(_));
        let text = if names::is_secret(&path) {
            Err(Reason::Secret)
        } else if number >= limits.entries {
            Err(Reason::TooMany)
        } else if interrupted.is_err() {
            Err(Reason::NoTime)
        } else {
            text(&path, change, tree, packing.to_read(limits), limits)
        };
        match text {
            Ok(text) => packing.add(&path, text, is_diff),
            Err(reason) => packing.leave_out(&path, reason),
        }
    }
    Ok(packing.finish(limits))
}

fn text(
    path: &str,
    change: Change,
    tree: &Tree,
    most: usize,
    limits: &Limits,
) -> Result<Text, Reason> {
    match change {
        Change::Untold => Err(Reason::NoRoom),
        Change::Tracked(patch) if patch.from.as_deref().is_some_and(names::is_secret) => {
            Err(Reason::Secret)
        }
        Change::Tracked(patch) if patch.opaque => match tree.bytes(path, limits.compared_bytes) {
            Ok((_, false)) => Err(Reason::TooLarge),
            _ => Err(Reason::NotText),
        },
        Change::Tracked(patch) => Text::of(patch.bytes, true),
        Change::Untracked if path.ends_with('/') => Err(Reason::Nested),
        Change::Untracked => tree.text(path, most).map_err(|reason| {
            // A name that is not text was made text, and thus is no name any more.
            if path.contains(char::REPLACEMENT_CHARACTER) {
                Reason::BadName
            } else {
                reason
            }
        }),
    }
}
