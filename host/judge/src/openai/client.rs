//! The connection to one service.

use super::failure::{Fault, Rejection};
use super::retry_after::advice;
use super::route::Endpoint;
use super::settings::{Checked, SetupError};
use super::stream::body;
use super::wire::Complaint;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{ClientBuilder, Response, Url, redirect, retry};
use std::time::{Duration, SystemTime};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// Connections that are kept open between audits: handshakes cost more than the requests of a short audit.
const MAX_IDLE: usize = 8;
/// How long they are kept.
const IDLE: Duration = Duration::from_secs(30);
/// Most bytes of an error's body.
const MAX_COMPLAINT: usize = 64 << 10;
/// How long an error's body may take. What matters is known by then.
const COMPLAINT: Duration = Duration::from_secs(3);

/// Sends requests to one service.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base_url: Url,
    headers: HeaderMap,
}

impl Client {
    /// Needs no network. Proxy variables of the environment are heeded, except for this machine.
    pub(super) fn new(checked: &Checked) -> Result<Self, SetupError> {
        // The process may have one already, and then that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = checked.base_url.scheme() == "http";
        let built = match builder(checked).build() {
            // Certificates are not needed, and on small images not installed.
            Err(_) if plain => builder(checked).tls_certs_only([]).build(),
            built => built,
        };
        let http = built.map_err(|error| SetupError::Tls(deepest(&error)))?;
        let mut headers = checked.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        Ok(Self {
            http,
            base_url: checked.base_url.clone(),
            headers,
        })
    }

    /// Sends one request, and waits for the headers of a success. Dropping the future or the response closes
    /// the connection.
    pub(super) async fn post(&self, endpoint: Endpoint, body: String) -> Result<Response, Fault> {
        let response = self
            .http
            .post(self.url(endpoint))
            .headers(self.headers.clone())
            .body(body)
            .send()
            .await
            .map_err(Fault::Unanswered)?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(complaint(response).await)
    }

    fn url(&self, endpoint: Endpoint) -> Url {
        let mut url = self.base_url.clone();
        // Only URLs without a host cannot be lengthened.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(endpoint.segments());
        }
        url
    }
}

fn builder(checked: &Checked) -> ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("gansauditor/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(MAX_IDLE)
        .pool_idle_timeout(IDLE)
        // A redirect would carry the work, if not the key, to somebody else.
        .redirect(redirect::Policy::none())
        // Whether it is worth asking again is decided in one place, and not here.
        .retry(retry::never())
        .referer(false);
    if checked.local {
        builder.no_proxy()
    } else {
        builder
    }
}

/// Why the service refused.
async fn complaint(mut response: Response) -> Fault {
    let status = response.status();
    let advice = advice(response.headers(), SystemTime::now());
    let location = status
        .is_redirection()
        .then(|| response.headers().get(LOCATION))
        .flatten()
        .and_then(|location| response.url().join(location.to_str().ok()?).ok())
        .and_then(|url| Some(url.host_str()?.to_owned()));
    let body = tokio::time::timeout(COMPLAINT, body(&mut response, MAX_COMPLAINT)).await;
    let text = match body {
        Ok(Ok(Some(body))) => String::from_utf8_lossy(&body).into_owned(),
        _ => String::new(),
    };
    let complaint = Complaint::read(&text).unwrap_or_else(|| Complaint {
        // A web page says nothing in few words.
        message: (!text.trim_start().starts_with('<')).then_some(text),
        ..Complaint::default()
    });
    Fault::Status(Box::new(Rejection {
        status,
        advice,
        complaint,
        location,
    }))
}

fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
