//! A registry in this process.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as At, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use std::collections::HashMap;
use std::sync::Mutex;

/// The one user, and what its name and password are on the way.
pub(super) const USER: (&str, &str) = ("me", "secret");
const BASIC: &str = "Basic bWU6c2VjcmV0";

/// Media types of what is pushed.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What a registry wants of those who ask.
#[derive(Clone, Copy)]
pub(super) enum Wants {
    Nothing,
    /// A name and a password.
    Password,
    /// A token, from one of the registry's own paths: `token` for all, `members` for the user, `broken` for nobody.
    Token(&'static str),
    /// Whatever this challenge says.
    Other(&'static str),
    /// Something that it does not tell.
    Unsaid,
}

/// Artifacts called `team/policy`, by tag and by digest.
pub(super) struct Registry {
    pub(super) address: String,
    wants: Wants,
    manifests: HashMap<&'static str, String>,
    blobs: HashMap<String, &'static [u8]>,
    /// Where blobs are instead, if not here.
    store: Option<String>,
    /// Whom each request said it was from, in order.
    shown: Mutex<Vec<Option<String>>>,
}

impl Registry {
    /// A registry that runs until its test ends.
    pub(super) async fn start(wants: Wants) -> Arc<Self> {
        Self::with_store(wants, None).await
    }

    /// One that keeps its blobs at another server.
    pub(super) async fn with_store(wants: Wants, store: Option<String>) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let registry = Arc::new(Self {
            address: listener.local_addr().unwrap().to_string(),
            wants,
            manifests: manifests(),
            blobs: blobs(),
            store,
            shown: Mutex::default(),
        });
        let router = Router::new()
            .route("/token", get(|| async { r#"{"token":"let-me-in"}"# }))
            .route("/members", get(members))
            .route("/broken", get(|| async { StatusCode::BAD_GATEWAY }))
            .route("/v2/team/policy/manifests/{reference}", get(manifest))
            .route("/v2/team/policy/blobs/{digest}", get(blob))
            .with_state(Arc::clone(&registry));
        tokio::spawn(async move { axum::serve(listener, router).await });
        registry
    }

    /// Whom each request for a part of an artifact, and each for a member's token, said it was from.
    pub(super) fn shown(&self) -> Vec<Option<String>> {
        self.shown.lock().unwrap().clone()
    }

    /// Whom a request says it is from.
    fn hear(&self, headers: &HeaderMap) -> Option<String> {
        let shown = headers.get(header::AUTHORIZATION);
        let shown = shown.map(|shown| shown.to_str().unwrap().to_owned());
        self.shown.lock().unwrap().push(shown.clone());
        shown
    }

    /// The refusal of a request that does not show what is wanted.
    fn refuse(&self, headers: &HeaderMap) -> Option<Response<Body>> {
        let shown = self.hear(headers);
        let (wanted, challenge) = match self.wants {
            Wants::Nothing => return None,
            Wants::Password => (Some(BASIC), r#"Basic realm="tests""#.to_owned()),
            Wants::Token(path) => (
                Some("Bearer let-me-in"),
                format!(
                    r#"Bearer realm="http://{}/{path}",service="tests",scope="repository:team/policy:pull""#,
                    self.address
                ),
            ),
            Wants::Other(challenge) => (None, challenge.to_owned()),
            Wants::Unsaid => return Some(answer(StatusCode::UNAUTHORIZED, "")),
        };
        if wanted.is_some() && shown.as_deref() == wanted {
            return None;
        }
        let mut refusal = answer(StatusCode::UNAUTHORIZED, "");
        let challenge = challenge.parse().unwrap();
        refusal
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        Some(refusal)
    }

    fn manifest(&self, reference: &str) -> Option<&String> {
        let by_digest = |manifest: &&String| Digest::of(manifest.as_bytes()).as_str() == reference;
        let by_tag = self.manifests.get(reference);
        by_tag.or_else(|| self.manifests.values().find(by_digest))
    }
}

/// What is pushed, by tag.
fn manifests() -> HashMap<&'static str, String> {
    let digest = Digest::of(b"component").to_string();
    let wasm = format!(r#"{{"mediaType":"application/wasm","digest":"{digest}","size":9}}"#);
    let signature = format!(
        r#"{{"mediaType":"application/octet-stream","digest":"{}","size":4,"annotations":{{"org.opencontainers.image.title":"p.wasm.sig"}}}}"#,
        Digest::of(b"c2ln")
    );
    let text = wasm.replace("application/wasm", "text/plain");
    let huge = wasm.replace(&digest, Digest::of(&[0; LIMIT + 1]).as_str());
    let altered = wasm.replace(&digest, Digest::of(b"another").as_str());
    let manifest = |layers: &str| {
        format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{}","size":2}},"layers":[{layers}]}}"#,
            Digest::of(b"{}")
        )
    };
    HashMap::from([
        ("plain", manifest(&wasm)),
        ("signed", manifest(&format!("{wasm},{signature}"))),
        ("text", manifest(&text)),
        ("two", manifest(&format!("{wasm},{wasm}"))),
        ("altered", manifest(&altered)),
        ("huge", manifest(&huge)),
        ("padded", manifest(&wasm) + &" ".repeat(4 << 20)),
        (
            "index",
            format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#),
        ),
        // A tag that looks like a digest: another manifest than the one that was asked for.
        (
            "sha256:0000000000000000000000000000000000000000000000000000000000000000",
            manifest(&wasm),
        ),
    ])
}

/// The bytes under the digests; for one of them, others.
fn blobs() -> HashMap<String, &'static [u8]> {
    let huge: &[u8] = &[0; LIMIT + 1];
    let sound = [&b"component"[..], b"c2ln", huge];
    let mut blobs: HashMap<_, _> = sound
        .into_iter()
        .map(|bytes| (Digest::of(bytes).to_string(), bytes))
        .collect();
    blobs.insert(Digest::of(b"another").to_string(), b"component");
    blobs
}

async fn members(State(registry): State<Arc<Registry>>, headers: HeaderMap) -> Response<Body> {
    if registry.hear(&headers).as_deref() == Some(BASIC) {
        answer(StatusCode::OK, r#"{"access_token":"let-me-in"}"#)
    } else {
        answer(StatusCode::UNAUTHORIZED, "")
    }
}

async fn manifest(
    State(registry): State<Arc<Registry>>,
    At(reference): At<String>,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(refusal) = registry.refuse(&headers) {
        return refusal;
    }
    let Some(manifest) = registry.manifest(&reference) else {
        let body = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}"#;
        return answer(StatusCode::NOT_FOUND, body);
    };
    let kind = if manifest.contains(INDEX) {
        INDEX
    } else {
        MANIFEST
    };
    let mut found = answer(StatusCode::OK, manifest.clone());
    let kind = kind.parse().unwrap();
    found.headers_mut().insert(header::CONTENT_TYPE, kind);
    found
}

async fn blob(
    State(registry): State<Arc<Registry>>,
    At(digest): At<String>,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(refusal) = registry.refuse(&headers) {
        return refusal;
    }
    if let Some(store) = &registry.store {
        let mut away = answer(StatusCode::TEMPORARY_REDIRECT, "");
        let there = format!("http://{store}/v2/team/policy/blobs/{digest}");
        let there = there.parse().unwrap();
        away.headers_mut().insert(header::LOCATION, there);
        return away;
    }
    match registry.blobs.get(&digest) {
        Some(bytes) => answer(StatusCode::OK, *bytes),
        None => answer(StatusCode::NOT_FOUND, ""),
    }
}

fn answer(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer
}
