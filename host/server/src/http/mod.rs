//! MCP over Streamable HTTP, on this machine only.

mod errors;
mod sessions;

use crate::mcp::Handler;
use crate::service::Service;
use crate::signals::Signals;
use anyhow::Context as _;
use axum::Router;
use axum::serve::ListenerExt;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use sessions::BoundedSessions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Most bytes of one request. A submission has at most half as many; escaped as JSON it can take twice that.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// How long connections have to take their last answer when the process ends.
const GOODBYE: Duration = Duration::from_secs(2);
/// Names and origins of this machine. Others are refused, so that no web page can reach the server by
/// rebinding a name to it.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const ORIGINS: [&str; 6] = [
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://localhost:*",
    "https://127.0.0.1:*",
    "https://[::1]:*",
];

/// Serves until a signal, then lets running audits end.
pub(crate) async fn serve(
    service: Arc<Service>,
    address: SocketAddr,
    signals: &mut Signals,
) -> anyhow::Result<()> {
    check_is_local(address)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is the port taken?"))?;
    let bound = listener
        .local_addr()
        .context("cannot tell the bound address")?;
    tracing::info!("listening on http://{bound}/mcp");

    let streams = CancellationToken::new();
    let stop = CancellationToken::new();
    let router = router(Arc::clone(&service), streams.clone());
    let listener = listener.tap_io(|connection| {
        // Otherwise each event on a kept-alive connection waits 40 ms for the client's acknowledgement.
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY: {error}");
        }
    });
    let serving =
        axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    // A task, so that answers get through while audits are waited for.
    let mut serving = tokio::spawn(serving.into_future());

    let signal = tokio::select! {
        result = &mut serving => return result?.context("the HTTP server failed"),
        signal = signals.next() => signal,
    };
    tracing::info!("{signal}: ending");
    stop.cancel();
    service.running.drain(signals.next()).await;
    // Event streams of idle clients would keep their connections open for ever.
    streams.cancel();
    match tokio::time::timeout(GOODBYE, serving).await {
        Ok(result) => result?.context("the HTTP server failed"),
        Err(_) => Ok(()),
    }
}

/// Nobody else's machine may reach a server that asks nobody who they are.
fn check_is_local(address: SocketAddr) -> anyhow::Result<()> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "{address} can be reached from other machines, and this server does not authenticate them; \
         bind a loopback address such as 127.0.0.1:8080"
    );
    Ok(())
}

fn router(service: Arc<Service>, streams: CancellationToken) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(HOSTS)
        .with_allowed_origins(ORIGINS)
        .with_max_request_body_bytes(MAX_BODY)
        .with_cancellation_token(streams);
    let mcp = StreamableHttpService::new(
        move || Ok(Handler::for_http(Arc::clone(&service))),
        Arc::new(BoundedSessions::new()),
        config,
    );
    Router::new()
        .route_service("/mcp", mcp)
        .fallback(errors::not_found)
        .layer(axum::middleware::map_response(errors::as_json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listens_only_where_no_other_machine_can_reach_it() {
        for (address, local) in [
            ("127.0.0.1:0", true),
            ("127.8.9.10:80", true),
            ("[::1]:8080", true),
            ("0.0.0.0:8080", false),
            ("[::]:8080", false),
            ("192.168.0.1:8080", false),
            ("[::ffff:192.168.0.1]:8080", false),
        ] {
            let address: SocketAddr = address.parse().unwrap();
            assert_eq!(check_is_local(address).is_ok(), local, "{address}");
        }
    }
}
