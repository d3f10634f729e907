//! Setting a damaged journal aside.

use crate::files::{Files, Folder};
use crate::journal::{self, Chain, Ending};
use crate::names::Names;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::ports::StoreError;
use std::io::{self, BufReader, Read as _};

/// What was found wrong with a journal.
pub(crate) struct Damage {
    /// Number of the first record that does not hold.
    pub(crate) record: u64,
    pub(crate) reason: String,
    /// What stands before it.
    pub(crate) readable: Option<Chain>,
}

/// Renames a damaged journal, keeping a copy of its readable part as a journal of its own, and gives the
/// error to answer with. Where that fails the journal stays as it is, and is found damaged again next time.
/// The caller holds the session's lock.
pub(crate) fn set_aside(
    files: &Files,
    names: &Names,
    id: &SessionId,
    damage: Damage,
) -> StoreError {
    let kept_as = try_set_aside(files, names, &damage).unwrap_or_else(|error| {
        tracing::error!(session = %id, %error, "a damaged journal could not be set aside and stays in place");
        names.journal()
    });
    let Damage { record, reason, .. } = damage;
    tracing::error!(session = %id, record, %reason, %kept_as, "the journal of a session is damaged");
    StoreError::Damaged {
        session: id.clone(),
        record,
        reason,
        kept_as,
    }
}

fn try_set_aside(files: &Files, names: &Names, damage: &Damage) -> io::Result<String> {
    let mut kept_as = None;
    for name in names.corrupt() {
        if !files.exists(&name)? {
            kept_as = Some(name);
            break;
        }
    }
    let kept_as = kept_as.ok_or_else(|| {
        io::Error::other("too many damaged journals of this session were set aside; remove some")
    })?;
    let readable = damage.readable.as_ref().filter(|chain| chain.records > 0);
    if let (Some(chain), Some(journal)) = (readable, files.open_to_read(&names.journal())?) {
        files.create(&names.draft(), &format!("{kept_as}.readable"), |copy| {
            io::copy(&mut journal.take(chain.bytes), copy).map(|_| ())
        })?;
    }
    files.rename(&names.journal(), &kept_as)?;
    Ok(kept_as)
}

/// The error that a session without a journal answers with while a damaged journal of it is set aside.
pub(crate) fn find(
    files: &Folder,
    names: &Names,
    id: &SessionId,
) -> io::Result<Option<StoreError>> {
    for kept_as in names.corrupt() {
        let Some(file) = files.open_to_read(&kept_as)? else {
            continue;
        };
        let reading = journal::read(id, &mut BufReader::new(file), |_| {})?;
        let (record, reason) = match reading.ending {
            Ending::Damaged { record, reason } => (record, reason),
            _ => (
                reading.chain.map_or(0, |chain| chain.records),
                format!("it reads well again; rename it to `{}`", names.journal()),
            ),
        };
        return Ok(Some(StoreError::Damaged {
            session: id.clone(),
            record,
            reason,
            kept_as,
        }));
    }
    Ok(None)
}
