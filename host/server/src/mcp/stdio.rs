//! MCP over stdin and stdout.

use super::Handler;
use crate::service::Service;
use crate::signals::Signals;
use anyhow::Context as _;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::io::stdio_pipes;
use std::sync::Arc;

/// Serves one client until it closes stdin or a signal comes, then lets running audits end.
pub(crate) async fn serve(service: Arc<Service>, signals: &mut Signals) -> anyhow::Result<()> {
    let handler = Handler::for_connection(Arc::clone(&service))?;
    let begun = tokio::select! {
        begun = handler.serve(stdio_pipes()) => begun,
        signal = signals.next() => {
            tracing::info!("{signal}: ending");
            return Ok(());
        }
    };
    let connection = match begun {
        Ok(connection) => connection,
        // A client that leaves without a word is no error.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(error).context("the client did not begin as MCP clients do"),
    };
    let hang_up = connection.cancellation_token();
    let mut closed = std::pin::pin!(connection.waiting());
    let signal = tokio::select! {
        end = &mut closed => {
            end.context("the connection ended abnormally")?;
            // Audits that a client waited for are cancelled by now; those in the background go on.
            service.running.drain(signals.next()).await;
            return Ok(());
        }
        signal = signals.next() => signal,
    };
    tracing::info!("{signal}: ending");
    // The connection stays open, so that the audits' answers get through.
    service.running.drain(signals.next()).await;
    hang_up.cancel();
    closed.await.context("the connection ended abnormally")?;
    Ok(())
}
