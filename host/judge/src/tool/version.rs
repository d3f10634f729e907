//! Asks a program for its version.

use super::output_text::OutputText;
use super::run::{Ending, Keep, described, run};
use super::scratch::Scratch;
use super::settings::Command;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long a program may take to tell.
const TIME: Duration = Duration::from_secs(20);
/// Most of the answer that is read, in bytes, and kept, in characters.
const MAX_OUTPUT: usize = 64 << 10;
const MAX_CHARS: usize = 80;

/// The first line that a command prints, or what happened instead. Blocks; may be called in a runtime.
pub(crate) fn ask(command: &Command) -> Result<String, String> {
    // In a thread of its own: this one may already run a runtime, which cannot wait for another.
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?
                .block_on(answer(command))
        });
        asked
            .join()
            .unwrap_or_else(|_| Err("asking for it broke off".to_owned()))
    })
}

async fn answer(command: &Command) -> Result<String, String> {
    let scratch =
        Scratch::create().map_err(|error| format!("no folder to run in: {}", error.kind()))?;
    let program = command.program(&scratch, std::iter::empty());
    let (ending, printed) = run(
        &program,
        Keep::All(MAX_OUTPUT),
        Instant::now() + TIME,
        &CancellationToken::new(),
    )
    .await
    .map_err(|error| format!("`{command}` did not start: {error}"))?;
    let text = OutputText::of(&scratch);
    match ending {
        Ending::Exited(status) if status.success() => {
            let said = text.clean(&String::from_utf8_lossy(&printed.stdout));
            match said.lines().map(str::trim).find(|line| !line.is_empty()) {
                Some(line) => Ok(text.beginning(line, MAX_CHARS)),
                None => Err(format!("`{command}` printed nothing")),
            }
        }
        Ending::Exited(status) => Err(format!(
            "`{command}` ended with {}: {}",
            described(status),
            text.end(&printed.stderr, 200)
        )),
        Ending::TimedOut | Ending::Cancelled => Err(format!(
            "`{command}` did not end within {} s",
            TIME.as_secs()
        )),
        Ending::Flooded => Err(format!("`{command}` printed without end")),
    }
}
