//! Stands in for a server that speaks OpenAI's HTTP interface, where no such server can be had.
//!
//! It answers `POST /NAME/v1/responses` and `POST /NAME/v1/chat/completions`, streamed or whole, as the
//! *script* of that name says: each request plays the next [`Step`], and the last step plays for all requests
//! after it. A step is an answer or one of the faults that real servers and networks have. What was asked
//! is kept, so that a test can look at it.
//!
//! In a Rust test it is a value that ends when it is dropped:
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use gansauditor_stand_in::{StandIn, Step};
//!
//! let server = StandIn::start().await?;
//! let base_url = server.script("flaky", vec![Step::status(503), Step::answer("{}")]);
//! // ... a client asks `base_url` twice ...
//! assert_eq!(server.requests("flaky").len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Other tests start the program `stand-in` and send scripts over HTTP.
//!
//! # The program
//!
//! `stand-in` prints `listening on http://127.0.0.1:PORT` and ends when its standard input does.
//!
//! - `PUT /admin/NAME` with a JSON list of steps sets a script anew and forgets its requests; the answer
//!   `{"base_url": "..."}` is for the client under test. In JSON a step is `{"answer": {"text": "hello"}}` or
//!   `{"status": {"code": 429, "retry_after": "2"}}` or `"close"`: [`Step`] has them all. What is left out has
//!   its default.
//! - `GET /admin/NAME` gives `{"count", "underway", "requests": [{"method", "path", "headers", "body"}]}`.
//!
//! It knows nothing of the program under test, and so can show it wrong.

mod chat;
mod document;
mod played;
mod responses;
mod scripts;
mod serve;
mod step;

pub use scripts::Recorded;
pub use step::{Step, Usage};

use scripts::Scripts;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running server on a free port of this machine. Dropping it closes all its connections.
#[derive(Debug)]
pub struct StandIn {
    address: SocketAddr,
    scripts: Arc<Scripts>,
    serving: JoinHandle<()>,
}

impl StandIn {
    /// Starts it within the current Tokio runtime.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let scripts = Arc::new(Scripts::new(address));
        let serving = tokio::spawn(serve::serve(listener, Arc::clone(&scripts)));
        Ok(Self {
            address,
            scripts,
            serving,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the script of that name anew, and gives the base URL that a client under test is told. A script of
    /// no steps answers 404. Names are made of ASCII letters, digits, `-` and `_`.
    pub fn script(&self, name: &str, steps: Vec<Step>) -> String {
        self.scripts.set(name, steps)
    }

    /// What was asked of that script, oldest first, as far as it is kept: the last 1,000 requests and 64 MiB.
    pub fn requests(&self, name: &str) -> Vec<Recorded> {
        self.scripts.requests(name)
    }

    /// How many of its requests are not answered yet: still being played, and not given up by the client.
    pub fn underway(&self, name: &str) -> usize {
        self.scripts.underway(name)
    }

    /// Waits until that script was asked `count` times in all.
    pub async fn asked(&self, name: &str, count: u64) {
        self.scripts.until(name, |state| state.count >= count).await;
    }

    /// Waits until none of its requests is underway: all answered, or given up by their clients.
    pub async fn idle(&self, name: &str) {
        self.scripts.until(name, |state| state.underway == 0).await;
    }

    /// How many connections were opened to it, for all scripts together.
    pub fn connections(&self) -> u64 {
        self.scripts.connections()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
