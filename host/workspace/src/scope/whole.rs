//! The whole repository, as far as it fits.

use crate::limits::Limits;
use crate::names;
use crate::packing::Packing;
use crate::rank::{Ranking, is_binary};
use crate::reason::Reason;
use crate::walk::{Place, Walk};
use crate::watch::Interrupted;
use gansauditor_audit::domain::RepositoryContext;
use std::collections::BTreeSet;

/// A listing, and the files that say most about the work, whole, in the order of [`crate::rank`].
pub(crate) fn whole(
    submitted: &BTreeSet<String>,
    mut walk: Walk<'_>,
    mut packing: Packing,
    limits: &Limits,
) -> Result<RepositoryContext, Interrupted> {
    let mut files = match walk.follow("") {
        Ok(Place::Folder(folder, rules)) => walk.files(&folder, rules, &mut packing)?,
        Ok(Place::File(_)) => Vec::new(),
        Err(reason) => {
            packing.leave_out("", reason);
            Vec::new()
        }
    };
    Ranking::new(submitted).sort(&mut files);
    for file in files {
        packing.list(&file.path);
        if submitted.contains(&names::label(&file.path)) {
            continue;
        }
        let reason = match walk.watch.check() {
            Err(Interrupted::Cancelled) => return Err(Interrupted::Cancelled),
            Err(Interrupted::TimedOut) => Reason::NoTime,
            Ok(()) if is_binary(&file.path) => Reason::NotText,
            Ok(()) if file.size > limits.file_bytes as u64 => Reason::TooLarge,
            Ok(()) if file.size > packing.room() as u64 => Reason::NoRoom,
            Ok(()) => match walk
                .tree
                .text(&file.path, packing.room().min(limits.file_bytes))
            {
                Ok(text) => {
                    packing.add(&file.path, text, false);
                    continue;
                }
                Err(reason) => reason,
            },
        };
        packing.leave_out(&file.path, reason);
    }
    Ok(packing.finish(limits))
}
