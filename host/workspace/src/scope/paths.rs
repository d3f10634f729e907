//! The files and folders that were asked for.

use crate::limits::Limits;
use crate::names;
use crate::packing::Packing;
use crate::reason::Reason;
use crate::walk::{Place, Walk};
use crate::watch::Interrupted;
use gansauditor_audit::domain::RepositoryContext;
use std::collections::BTreeSet;

/// Most paths that are looked at.
const MOST_PATHS: usize = 1_000;

/// These files, and the files of these folders with a listing, in the order asked for. Files under review are
/// listed, not repeated.
pub(crate) fn paths(
    asked: &[String],
    submitted: &BTreeSet<String>,
    mut walk: Walk<'_>,
    mut packing: Packing,
    limits: &Limits,
) -> Result<RepositoryContext, Interrupted> {
    for (number, asked) in asked.iter().enumerate() {
        if number >= MOST_PATHS {
            packing.leave_out(asked, Reason::TooManyAsked);
            continue;
        }
        match walk.watch.check() {
            Ok(()) => {}
            Err(Interrupted::Cancelled) => return Err(Interrupted::Cancelled),
            Err(Interrupted::TimedOut) => {
                packing.leave_out(asked, Reason::NoTime);
                continue;
            }
        }
        let place = names::relative(asked)
            .ok_or(Reason::Outside)
            .and_then(|path| walk.follow(&path));
        match place {
            Ok(Place::File(path)) => show(&path, submitted, &walk, &mut packing, limits),
            Ok(Place::Folder(folder, rules)) => {
                for file in walk.files(&folder, rules, &mut packing)? {
                    packing.list(&file.path);
                    if walk.watch.check() == Err(Interrupted::Cancelled) {
                        return Err(Interrupted::Cancelled);
                    }
                    show(&file.path, submitted, &walk, &mut packing, limits);
                }
            }
            Err(reason) => packing.leave_out(asked, reason),
        }
    }
    Ok(packing.finish(limits))
}

fn show(
    path: &str,
    submitted: &BTreeSet<String>,
    walk: &Walk<'_>,
    packing: &mut Packing,
    limits: &Limits,
) {
    if packing.shows(path) || submitted.contains(&names::label(path)) {
        return;
    }
    if walk.watch.check().is_err() {
        return packing.leave_out(path, Reason::NoTime);
    }
    match walk.tree.text(path, packing.to_read(limits)) {
        Ok(text) => packing.add(path, text, false),
        Err(reason) => packing.leave_out(path, reason),
    }
}
