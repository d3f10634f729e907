//! How much of the disk's own rate of durable appends a session gets.
//!
//! Appends batches of 8 KiB to one session, and in turns with that the same bytes to a plain file in the same
//! directory with `write` and `fdatasync`; prints the medians over the rounds and their ratio.

use gansauditor_audit::domain::{Event, SessionId, Timestamp};
use gansauditor_audit::ports::SessionStore as _;
use gansauditor_store::DirectoryStore;
use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

const ROUNDS: usize = 41;
const APPENDS: usize = 50;
const BATCH_BYTES: usize = 8 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Beside the sources, since the usual place for temporary files may be memory.
    let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR"))?;
    let store = DirectoryStore::open(dir.path())?;
    let mut plain = File::create(dir.path().join("plain"))?;
    let id = SessionId::new("bench")?;
    let mut writer = store.open(&id, Timestamp(1), Duration::ZERO).await?;
    let event = Event::Reset {
        at: Timestamp(2),
        reason: "x".repeat(BATCH_BYTES),
    };
    writer.append(vec![event.clone()]).await?;
    let line = vec![b'x'; BATCH_BYTES];

    let (mut stored, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..APPENDS {
            writer.append(vec![event.clone()]).await?;
        }
        let with_store = rate(start);

        let start = Instant::now();
        for _ in 0..APPENDS {
            plain.write_all(&line)?;
            plain.sync_data()?;
        }
        let without = rate(start);
        stored.push(with_store);
        bare.push(without);
        ratios.push(with_store / without);
    }
    writeln!(
        std::io::stdout(),
        "durable appends of 8 KiB: store {:.0}/s, write+fdatasync {:.0}/s, ratio {:.2} (medians of {ROUNDS} rounds of {APPENDS})",
        median(stored),
        median(bare),
        median(ratios),
    )?;
    Ok(())
}

fn rate(start: Instant) -> f64 {
    APPENDS as f64 / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
