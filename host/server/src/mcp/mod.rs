//! The Model Context Protocol: one tool, in both eras of the protocol.

mod call;
mod progress;
mod stdio;
mod tool;

pub(crate) use stdio::serve as serve_stdio;

use crate::identity::Identity;
use crate::service::Service;
use crate::thoughts::Thoughts;
use call::Caller;
use gansauditor_audit::domain::InvalidSessionId;
use gansauditor_legacy::{ErrorContext, Failure};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::Serialize;
use std::sync::Arc;

/// Answers the requests of one connection, or of one HTTP exchange.
pub(crate) struct Handler {
    service: Arc<Service>,
    identity: Identity,
    thoughts: Thoughts,
}

impl Handler {
    /// For a connection with one client.
    pub(crate) fn for_connection(service: Arc<Service>) -> Result<Self, InvalidSessionId> {
        let identity = Identity::connection(service.now())?;
        Ok(Self {
            service,
            identity,
            thoughts: Thoughts::default(),
        })
    }

    /// For HTTP, where nothing says which requests are of one conversation. What one client did is not shown
    /// to another.
    pub(crate) fn for_http(service: Arc<Service>) -> Self {
        Self {
            service,
            identity: Identity::Call,
            thoughts: Thoughts::default(),
        }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let implementation = Implementation::new("gansauditor", env!("CARGO_PKG_VERSION"))
            .with_title("GansAuditor")
            .with_description(env!("CARGO_PKG_DESCRIPTION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation)
            .with_instructions(tool::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(vec![tool::tool()]))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tool::is_known(name).then(tool::tool)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if !tool::is_known(&request.name) {
            let failure = Failure::unknown_tool(&request.name);
            let payload = failure.payload(self.service.now(), ErrorContext::default());
            return failed(&payload);
        }
        let caller = Caller {
            service: &self.service,
            identity: &self.identity,
            thoughts: &self.thoughts,
        };
        match caller
            .answer(&request.arguments.unwrap_or_default(), &context)
            .await
        {
            Ok(answer) => Ok(written(&answer)?.into()),
            Err(payload) => failed(&payload),
        }
    }
}

fn failed(payload: &impl Serialize) -> Result<CallToolResponse, ErrorData> {
    let mut result = written(payload)?;
    result.is_error = Some(true);
    Ok(result.into())
}

/// The same data twice: some clients read the text only, others the structure only. As in the original, only
/// an error says whether it is one.
fn written(payload: &impl Serialize) -> Result<CallToolResult, ErrorData> {
    let unserialisable = |error: serde_json::Error| {
        ErrorData::internal_error(format!("the answer could not be written: {error}"), None)
    };
    let text = serde_json::to_string_pretty(payload).map_err(unserialisable)?;
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(serde_json::to_value(payload).map_err(unserialisable)?);
    result.is_error = None;
    Ok(result)
}

#[cfg(test)]
mod tests;
