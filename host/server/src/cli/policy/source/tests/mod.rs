//! Sources, against servers in this process.

mod credentials;
#[cfg(unix)]
mod helper;
mod names;
mod registry;
mod stand_in;
mod stored;
mod web;

use super::*;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::Limits;
use std::net::SocketAddr;
use std::sync::Arc;

/// Largest component of the host under test.
const LIMIT: usize = 64 << 10;

fn host() -> PolicyHost {
    let limits = Limits {
        component_bytes: LIMIT,
        ..Limits::default()
    };
    PolicyHost::with_core(limits, "", Arc::new(SystemClock)).unwrap()
}

async fn serve(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn config(pairs: &[(&str, &str)]) -> Config {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Config::read(&pairs.iter().map(owned).collect()).unwrap()
}

/// Why a source gave nothing, with all causes.
fn why(source: &str, fetched: anyhow::Result<Fetched>) -> String {
    match fetched {
        Ok(_) => panic!("{source} gives something"),
        Err(error) => format!("{error:#}"),
    }
}
