//! `gansauditor serve`.

use crate::cleanup;
use crate::config::{Config, State};
#[cfg(unix)]
use crate::control::{Desk, Socket};
use crate::log::Stderr;
use crate::service::Service;
use crate::signals::Signals;
use crate::wiring::{self, Parts, Place};
use crate::{http, mcp};
use anyhow::Context as _;
use clap::Args;
use std::net::SocketAddr;
use std::sync::Arc;

/// Threads for what blocks: journals, judging, deciding. Each that was ever needed keeps its stack and its share
/// of the heap for a while, so a burst of audits must not make hundreds; work beyond them waits.
const BLOCKING_THREADS: usize = 32;

/// Serves agents.
#[derive(Debug, Default, Args)]
pub(super) struct Serve {
    /// Serve over Streamable HTTP at this address of this machine instead of stdin and stdout; port 0 takes a
    /// free one
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
}

impl Serve {
    pub(super) fn run(self, config: Config, stderr: Stderr) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS)
            .build()
            .context("cannot start the runtime")?;
        let result = runtime.block_on(self.serve(&config, stderr));
        // A read of stdin that is no pipe cannot be taken back; do not wait for it.
        runtime.shutdown_background();
        result
    }

    async fn serve(self, config: &Config, stderr: Stderr) -> anyhow::Result<()> {
        for remark in &config.remarks {
            tracing::warn!("{remark}");
        }
        let mut signals = Signals::new().context("cannot listen for signals")?;
        let place = match self.http {
            Some(_) => Place::Elsewhere,
            None => Place::Here,
        };
        let parts = wiring::parts(config, place)?;
        announce(&parts, config);
        let _follower = parts.policies().follow();
        let _control = control(config, &parts, place).await;
        let _cleaner = cleanup::start(&parts, config);
        let clock = Arc::clone(parts.clock());
        let service = Arc::new(Service::new(config, parts.audits(config), clock, stderr));
        match self.http {
            Some(address) => http::serve(service, address, &mut signals).await,
            None => mcp::serve_stdio(service, &mut signals).await,
        }
    }
}

/// The socket that `gansauditor policy` asks. Without it the server does all it does, only nobody hears of it.
#[cfg(unix)]
async fn control(config: &Config, parts: &Parts, place: Place) -> Option<Socket> {
    let state = config.policies.as_deref()?;
    let transport = match place {
        Place::Here => "stdio",
        Place::Elsewhere => "http",
    };
    let desk = Desk::new(parts.policies().clone(), transport);
    match Socket::open(state, desk).await {
        Ok(socket) => Some(socket),
        Err(error) => {
            tracing::warn!("`gansauditor policy status` will not see this server: {error:#}");
            None
        }
    }
}

/// There are no such sockets here.
#[cfg(not(unix))]
async fn control(_: &Config, _: &Parts, _: Place) {}

/// The one line that says what is running.
fn announce(parts: &Parts, config: &Config) {
    let policy = parts.policy();
    let state = match &config.state {
        State::Directory(_) => "directory",
        State::Memory => "memory",
    };
    tracing::info!(
        "gansauditor {}: judge {}, policy {} {} ({}), {}, sessions in {state}",
        env!("CARGO_PKG_VERSION"),
        parts.panel().name(),
        policy.name,
        policy.version,
        policy.digest,
        parts.policies().source(),
    );
}
