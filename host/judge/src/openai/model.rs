//! The model behind the connection.

use super::client::Client;
use super::failure::{Failures, Fault};
use super::route::{Endpoint, Route};
use super::settings::{HttpSettings, SetupError};
use super::{chat, responses, stream};
use crate::model::{Answer, Call, Model, ModelError, Prompt};
use crate::redact::Redact;
use async_trait::async_trait;
use gansauditor_audit::domain::{Digest, Usage};
use reqwest::Response;
use std::sync::Arc;
use tokio::time::{Instant, sleep_until, timeout_at};

/// A model behind OpenAI's interface over HTTP. Clones share connections and what was learnt of the server.
#[derive(Debug, Clone)]
pub(crate) struct HttpModel(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: HttpSettings,
    client: Client,
    failures: Failures,
    route: Route,
}

impl HttpModel {
    /// Checks the settings; does not ask the server.
    pub(crate) fn new(settings: HttpSettings) -> Result<Self, SetupError> {
        let checked = settings.check()?;
        let client = Client::new(&checked)?;
        let failures = Failures {
            host: checked.host,
            model: settings.model.clone(),
            redact: Redact::new(checked.secrets),
        };
        Ok(Self(Arc::new(Inner {
            settings,
            client,
            failures,
            route: Route::default(),
        })))
    }
}

impl Inner {
    /// Tells services behind one host apart, which its path, query and headers may choose between. Says nothing
    /// about what they are.
    fn service(&self) -> String {
        let HttpSettings {
            base_url, headers, ..
        } = &self.settings;
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let digest = Digest::of(format!("{base_url}\n{names:?}").as_bytes()).to_string();
        digest.chars().rev().take(8).collect()
    }
}

#[async_trait]
impl Model for HttpModel {
    fn name(&self) -> &'static str {
        "codex-http"
    }

    fn version(&self) -> String {
        let HttpSettings { model, effort, .. } = &self.0.settings;
        let host = &self.0.failures.host;
        let service = self.0.service();
        match effort {
            Some(effort) => format!("{model} ({effort}) at {host} {service}"),
            None => format!("{model} at {host} {service}"),
        }
    }

    async fn answer(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError> {
        // Timers are coarser than a fast server.
        if std::time::Instant::now() >= call.deadline {
            return Err(ModelError::TimedOut);
        }
        // What is not chosen is dropped, and its connection closed.
        tokio::select! {
            biased;
            () = call.cancel.cancelled() => Err(ModelError::Cancelled),
            () = sleep_until(Instant::from_std(call.deadline)) => Err(ModelError::TimedOut),
            answer = self.0.ask(prompt, call) => answer,
        }
    }

    fn distrust(&self) -> bool {
        self.0.route.distrust()
    }
}

impl Inner {
    async fn ask(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError> {
        let (endpoint, response) = self
            .reach(prompt, call)
            .await
            .map_err(|fault| self.failures.error(fault, Usage::default()))?;
        let mut reader = stream::reader(endpoint);
        let text = stream::read(response, &mut *reader, call.said)
            .await
            .map_err(|fault| self.failures.error(fault, reader.usage()))?;
        Ok(Answer {
            text,
            usage: reader.usage(),
            way: format!("{} over {}", self.settings.model, endpoint.name()),
        })
    }

    /// Has an answer begin, over the endpoint that the server has.
    async fn reach(&self, prompt: &Prompt, call: Call<'_>) -> Result<(Endpoint, Response), Fault> {
        let first = self.route.best();
        let on_trial = self.route.is_on_trial(first);
        let status = match self.post(first, prompt, call).await {
            Ok(response) => {
                self.route.answered(first);
                return Ok((first, response));
            }
            Err(Fault::Status(rejection)) if on_trial && rejection.is_useless_endpoint() => {
                // Before the other one is asked, so that nobody else tries this one meanwhile.
                self.route.failed_trial(first);
                let second = self.route.best();
                if second == first {
                    return Err(Fault::Status(rejection));
                }
                return Ok((second, self.post(second, prompt, call).await?));
            }
            Err(Fault::Status(rejection)) if rejection.is_missing_endpoint() => rejection.status,
            Err(fault) => return Err(fault),
        };
        let Some(second) = self.route.instead_of(first) else {
            return Err(Fault::NoEndpoint { status });
        };
        match self.post(second, prompt, call).await {
            Ok(response) => {
                self.route.found_instead(second);
                Ok((second, response))
            }
            Err(Fault::Status(rejection)) if rejection.is_missing_endpoint() => {
                Err(Fault::NoEndpoint { status })
            }
            Err(fault) => Err(fault),
        }
    }

    /// Sends the question, and waits for the first sign of an answer.
    async fn post(
        &self,
        endpoint: Endpoint,
        prompt: &Prompt,
        call: Call<'_>,
    ) -> Result<Response, Fault> {
        let question = match endpoint {
            Endpoint::Responses => responses::question(&self.settings, prompt),
            Endpoint::Chat => chat::question(&self.settings, prompt, &self.failures.host),
        };
        let sending = self.client.post(endpoint, question.to_string());
        timeout_at(Instant::from_std(call.first_sign), sending)
            .await
            .unwrap_or(Err(Fault::Known(ModelError::Silent)))
    }
}
