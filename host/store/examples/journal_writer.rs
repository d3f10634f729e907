//! Appends to a session for ever, or verifies one: what tests kill and look at afterwards.
//!
//! `journal_writer write <directory> <session>` prints `ack <number>` for each append, counted from 0, once it is
//! durable. `journal_writer verify <directory> <session>` prints how many appends the session holds; it
//! fails when the session is damaged.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

#[path = "../tests/store/journal_writer.rs"]
mod journal_writer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", dir, session] => {
            match journal_writer::append_for_ever(Path::new(dir), session, &mut std::io::stdout())
                .await? {}
        }
        ["verify", dir, session] => {
            let appends = journal_writer::count_appends(Path::new(dir), session).await?;
            Ok(writeln!(std::io::stdout(), "{appends}")?)
        }
        _ => Err("usage: journal_writer write|verify <directory> <session>".into()),
    }
}
