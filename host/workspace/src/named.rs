//! Single files by their names, and the names of what changed.

use crate::error::RepositoryError;
use crate::git::Mirror;
use crate::ignores::{Allowance, Ignores};
use crate::locate::{self, Location};
use crate::names;
use crate::reason::Reason;
use crate::repository::Repository;
use crate::walk::{Place, Walk};
use crate::watch::Watch;
use gansauditor_audit::ports::{FilesRequest, OnDisk};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A rename is a file that goes and one that comes.
const OPTIONS: &[&str] = &["--no-renames"];
const SETTINGS: &str = "\tquotePath = false\n";
/// Most paths that are looked at.
const MOST_PATHS: usize = 2_000;
/// Most bytes of names that git is let say.
const MOST_NAMES: usize = 1024 * 1024;

impl Repository {
    /// What is there under these names, within the root and without what must not be shown.
    pub(crate) async fn look_at(
        &self,
        request: &FilesRequest,
    ) -> Result<BTreeMap<String, OnDisk>, RepositoryError> {
        let stop = request.cancel.child_token();
        let _stops = stop.clone().drop_guard();
        let watch = Watch::new(request.time, stop);
        let this = self.clone();
        let paths = request.paths.clone();
        let most = request.max_bytes;
        let inside = watch.clone();
        let work = tokio::task::spawn_blocking(move || {
            let top = locate::top_of(&this.root).unwrap_or(&this.root);
            let mut allowance = Allowance::default();
            let mut found = BTreeMap::new();
            let Ok(rules) = Ignores::around(&this.root, top, &mut allowance) else {
                return Ok(found);
            };
            let mut walk = Walk::new(&this.tree, rules, allowance, &this.limits, &inside);
            let mut left = most;
            for path in paths.into_iter().take(MOST_PATHS) {
                inside.check()?;
                let there = look(&mut walk, &path, left);
                if let OnDisk::Text(text) = &there {
                    left -= text.len();
                }
                found.insert(path, there);
            }
            Ok(found)
        });
        tokio::select! {
            biased;
            () = watch.cancelled() => Err(RepositoryError::Cancelled),
            done = work => done.unwrap_or_else(|error| {
                Err(RepositoryError::Io {
                    action: "read the files",
                    reason: error.to_string(),
                })
            }),
        }
    }

    /// Paths of what is not as it was committed last, sorted, at most so many.
    pub(crate) async fn uncommitted(
        &self,
        most: usize,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Vec<String>, RepositoryError> {
        let stop = cancel.child_token();
        let _stops = stop.clone().drop_guard();
        let watch = Watch::new(time, stop);
        let root = &self.root;
        let top = locate::top_of(root).ok_or_else(|| RepositoryError::NoRepository {
            root: root.display().to_string(),
        })?;
        let mirror = Mirror::open(root, Location::of(top)?, SETTINGS, watch).await?;
        let tree = mirror.real().tree("HEAD").await?;
        let options = [OPTIONS, &[tree.as_str()]].concat();
        let (mut changed, _) = mirror.changed(&options, MOST_NAMES).await?;
        let (untracked, _) = mirror.untracked(MOST_NAMES).await?;
        changed.extend(untracked);
        changed.retain(|path| {
            let hidden = path.split('/').any(names::is_hidden);
            !hidden && !names::is_secret(path)
        });
        changed.sort();
        changed.dedup();
        changed.truncate(most);
        Ok(changed)
    }
}

fn look(walk: &mut Walk<'_>, path: &str, most: usize) -> OnDisk {
    let place = names::relative(path)
        .ok_or(Reason::Outside)
        .and_then(|path| walk.follow(&path));
    match place {
        Ok(Place::File(path)) => match walk.tree.text(&path, most) {
            Ok(text) if text.whole => OnDisk::Text(text.text),
            Err(Reason::Missing) => OnDisk::Missing,
            Ok(_) | Err(_) => OnDisk::Unshown,
        },
        // No file has a folder's name.
        Err(Reason::Missing | Reason::Outside) | Ok(Place::Folder(..)) => OnDisk::Missing,
        Err(_) => OnDisk::Unshown,
    }
}
