//! A process that appends for ever and says what was acknowledged, to be killed; and the check afterwards.

use gansauditor_audit::domain::{Event, SessionId, Timestamp};
use gansauditor_audit::ports::SessionStore as _;
use gansauditor_store::DirectoryStore;
use std::convert::Infallible;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Appends after which the session is let go of and taken again.
const APPENDS_A_TURN: usize = 16;

/// Appends numbered events to a session in the directory, from where it ends, and writes a line `ack <number>`
/// after each append that was acknowledged. Ends only with an error.
pub(crate) async fn append_for_ever(
    dir: &Path,
    session: &str,
    out: &mut impl Write,
) -> Result<Infallible, Box<dyn Error>> {
    let store = DirectoryStore::open(dir)?;
    let id = SessionId::new(session)?;
    loop {
        let mut writer = store.open(&id, Timestamp(1), PATIENCE).await?;
        for _ in 0..APPENDS_A_TURN {
            // The first event is the one that opens the session.
            let number = writer.session().events() - 1;
            let reason = format!("number {number} {}", "x".repeat(2000));
            writer
                .append(vec![Event::Reset {
                    at: Timestamp(number),
                    reason,
                }])
                .await?;
            writeln!(out, "ack {number}")?;
            out.flush()?;
        }
    }
}

/// How many appends a session holds, verified from its first to its last byte.
pub(crate) async fn count_appends(dir: &Path, session: &str) -> Result<u64, Box<dyn Error>> {
    let store = DirectoryStore::open(dir)?;
    Ok(store.read(&SessionId::new(session)?).await?.events() - 1)
}
