//! The program `stand-in`: see the library.

use gansauditor_stand_in::StandIn;
use std::io::Write as _;
use tokio::io::AsyncReadExt as _;

#[tokio::main(worker_threads = 2)]
async fn main() -> std::io::Result<()> {
    let server = StandIn::start().await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on http://{}", server.address())?;
    stdout.flush()?;
    // Whoever started it holds the other end: nothing is left behind when they end, however they do.
    let mut stdin = tokio::io::stdin();
    let mut ignored = [0; 256];
    while stdin.read(&mut ignored).await? > 0 {}
    drop(server);
    Ok(())
}
