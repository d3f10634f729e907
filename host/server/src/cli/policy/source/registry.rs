//! Components in OCI registries: an artifact with the component as a layer, as `oras push` and `wkg oci push` make
//! it, and its signature as another layer.
//!
//! A pull is two requests of the OCI distribution specification 1.1, a manifest and a blob, and a token where the
//! registry wants one. They are made here, and not by a library, because none bounds what a registry may send and
//! whom it may redirect to.

use super::credentials::Login;
use super::reference::Reference;
use super::web::{body, client};
use super::{Fetched, MAX_SIGNATURE, is_here, stays_safe};
use anyhow::Context as _;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::Artifact;
use reqwest::header::{ACCEPT, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Media types of a component's layer.
const COMPONENTS: [&str; 2] = [
    "application/wasm",
    "application/vnd.wasm.content.layer.v1+wasm",
];

/// What is asked for: a manifest; an index only so that it can be told what it is.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json";

/// The annotation that has the name of a layer's file.
const TITLE: &str = "org.opencontainers.image.title";

/// Largest manifest, in bytes: what the specification wants registries to take.
const MAX_MANIFEST: usize = 4 << 20;

/// Largest answer with a token, in bytes.
const MAX_TOKEN: usize = 64 << 10;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Layer>,
    /// Of an index.
    #[serde(default)]
    manifests: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// Pulls a component of at most `limit` bytes. The login is shown when the registry wants to see one.
pub(super) async fn pull(
    reference: &Reference,
    login: Option<Login>,
    limit: usize,
) -> anyhow::Result<Fetched> {
    let mut registry = Registry::new(reference, login)?;
    let manifest = registry.manifest().await?;
    let found = Reference {
        digest: Some(Digest::of(&manifest)),
        ..reference.clone()
    };
    let manifest: Manifest =
        serde_json::from_slice(&manifest).context("its manifest cannot be read")?;
    anyhow::ensure!(
        manifest.manifests.is_none(),
        "it is an index of artifacts for several platforms; name one of them by its digest"
    );
    let component = registry.blob(component(&manifest.layers)?, limit).await?;
    let signature = match manifest.layers.iter().find(|layer| is_signature(layer)) {
        Some(layer) => {
            let bytes = registry.blob(layer, MAX_SIGNATURE).await;
            let bytes = bytes.context("its signature")?;
            Some(Artifact::signature_text(bytes))
        }
        None => None,
    };
    Ok(Fetched {
        artifact: Artifact {
            component,
            signature,
        },
        from: found.to_string(),
        setup: None,
    })
}

/// The one layer that is a component.
fn component(layers: &[Layer]) -> anyhow::Result<&Layer> {
    let is_component = |layer: &&Layer| COMPONENTS.contains(&layer.media_type.as_str());
    let mut components = layers.iter().filter(is_component);
    match (components.next(), components.next()) {
        (Some(layer), None) => Ok(layer),
        (Some(_), Some(_)) => anyhow::bail!("it has several layers of WebAssembly"),
        (None, _) => {
            let types: Vec<_> = layers
                .iter()
                .map(|layer| layer.media_type.as_str())
                .collect();
            anyhow::bail!(
                "it has no layer of type {0}, but [{1}]; push the component so: oras push REF policy.wasm:{0}",
                COMPONENTS[0],
                types.join(", ")
            )
        }
    }
}

/// A layer that is the file of a signature.
fn is_signature(layer: &Layer) -> bool {
    let title = layer.annotations.get(TITLE);
    title.is_some_and(|title| title.ends_with(".minisig") || title.ends_with(".sig"))
}

/// A registry, asked about one artifact.
struct Registry<'r> {
    reference: &'r Reference,
    client: Client,
    base: Url,
    login: Option<Login>,
    pass: Pass,
}

/// What requests are let in with.
enum Pass {
    Nothing,
    Password,
    Token(String),
}

/// Where a registry is.
pub(super) fn base(reference: &Reference) -> anyhow::Result<Url> {
    let plain = format!("http://{}/", reference.server());
    let plain = Url::parse(&plain).context("the registry's name is none")?;
    // As docker does: nobody is between this machine and itself.
    if is_here(plain.host_str().unwrap_or_default()) {
        Ok(plain)
    } else {
        Ok(Url::parse(&format!("https://{}/", reference.server()))?)
    }
}

impl<'r> Registry<'r> {
    fn new(reference: &'r Reference, login: Option<Login>) -> anyhow::Result<Self> {
        let base = base(reference)?;
        Ok(Self {
            reference,
            client: client(&base)?,
            login,
            base,
            pass: Pass::Nothing,
        })
    }

    async fn manifest(&mut self) -> anyhow::Result<Vec<u8>> {
        let response = self.get("manifests", self.reference.version()).await?;
        let bytes = body(response, MAX_MANIFEST).await.context("its manifest")?;
        if let Some(wanted) = &self.reference.digest {
            let found = Digest::of(&bytes);
            anyhow::ensure!(found == *wanted, "the digest of its manifest is {found}");
        }
        Ok(bytes)
    }

    async fn blob(&mut self, layer: &Layer, limit: usize) -> anyhow::Result<Vec<u8>> {
        let wanted: Digest = layer.digest.parse().context("a layer of it")?;
        let response = self.get("blobs", wanted.as_str()).await?;
        let bytes = body(response, limit).await?;
        let found = Digest::of(&bytes);
        anyhow::ensure!(
            found == wanted,
            "the digest of a layer is {found}, and not {wanted}"
        );
        Ok(bytes)
    }

    /// A part of the artifact. Asked once more when the registry wants to know who asks.
    async fn get(&mut self, kind: &str, name: &str) -> anyhow::Result<Response> {
        let path = format!("v2/{}/{kind}/{name}", self.reference.name);
        let url = self.base.join(&path)?;
        let mut response = self.send(&url).await?;
        if response.status() == StatusCode::UNAUTHORIZED && self.is_own(&response) {
            self.pass = self.let_in(&response).await?;
            response = self.send(&url).await?;
        }
        match response.status() {
            StatusCode::OK => Ok(response),
            status if is_refusal(status) && !self.is_own(&response) => {
                anyhow::bail!("another server, which the registry redirects to, refuses ({status})")
            }
            status if is_refusal(status) => {
                anyhow::bail!("the registry refuses ({status}): {}", self.way_in(status))
            }
            StatusCode::NOT_FOUND => anyhow::bail!("the registry has no such artifact"),
            status => anyhow::bail!("the registry answers {status}"),
        }
    }

    /// The registry itself has answered, and no server that it redirects to: that one must not ask for its password.
    fn is_own(&self, response: &Response) -> bool {
        response.url().origin() == self.base.origin()
    }

    async fn send(&self, url: &Url) -> anyhow::Result<Response> {
        let request = self.client.get(url.clone()).header(ACCEPT, MANIFESTS);
        let request = match &self.pass {
            Pass::Nothing => request,
            Pass::Password => self.with_password(request),
            Pass::Token(token) => request.bearer_auth(token),
        };
        Ok(request.send().await.map_err(reqwest::Error::without_url)?)
    }

    fn with_password(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Some(Login { user, password }) => request.basic_auth(user, Some(password)),
            None => request,
        }
    }

    /// What helps against a refusal.
    fn way_in(&self, status: StatusCode) -> String {
        let why = match (&self.login, status) {
            (None, _) => "this machine has no login for it; log in",
            (Some(_), StatusCode::UNAUTHORIZED) => {
                "the user name or password that this machine has for it is wrong; log in again"
            }
            (Some(_), _) => {
                "the user that this machine has for it may not read this; log in as another"
            }
        };
        let registry = &self.reference.registry;
        format!("{why} with `docker login {registry}` or `oras login {registry}`")
    }

    /// What the registry wants to see, by its challenge.
    async fn let_in(&self, refused: &Response) -> anyhow::Result<Pass> {
        let challenge = refused.headers().get(WWW_AUTHENTICATE);
        let challenge = challenge.and_then(|challenge| challenge.to_str().ok());
        let challenge =
            challenge.context("the registry refuses, and does not say what it wants")?;
        let challenges = http_auth::parse_challenges(challenge)
            .map_err(|_| anyhow::anyhow!("what the registry wants cannot be read: {challenge}"))?;
        let wants = |scheme: &str| {
            let mut all = challenges.iter();
            all.find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))
        };
        let Some(bearer) = wants("bearer") else {
            anyhow::ensure!(
                wants("basic").is_some(),
                "what the registry wants is not understood: {challenge}"
            );
            return Ok(Pass::Password);
        };
        let parameter = |name: &str| {
            let mut all = bearer.params.iter();
            let found = all.find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_unescaped())
        };
        let realm = parameter("realm").context("the registry does not say who gives a token")?;
        let mut realm = Url::parse(&realm).context("who gives the registry's token")?;
        // The password goes there.
        anyhow::ensure!(
            stays_safe(std::slice::from_ref(&self.base), &realm),
            "the registry's tokens come from an address without https"
        );
        let scope = format!("repository:{}:pull", self.reference.name);
        realm.query_pairs_mut().append_pair("scope", &scope);
        if let Some(service) = parameter("service") {
            realm.query_pairs_mut().append_pair("service", &service);
        }
        let request = self.with_password(self.client.get(realm));
        let response = request.send().await.map_err(reqwest::Error::without_url)?;
        match response.status() {
            StatusCode::OK => {}
            status if is_refusal(status) => {
                anyhow::bail!(
                    "the registry gives no token ({status}): {}",
                    self.way_in(status)
                )
            }
            status => anyhow::bail!("the registry gives no token: it answers {status}"),
        }
        let answer = body(response, MAX_TOKEN).await.context("its token")?;
        token(&answer).context("the registry's token cannot be read")
    }
}

/// The one who asks is not let in.
fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// The token in an answer, by either of its names.
fn token(answer: &[u8]) -> Option<Pass> {
    #[derive(Deserialize)]
    struct Answer {
        token: Option<String>,
        access_token: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(answer).ok()?;
    answer.token.or(answer.access_token).map(Pass::Token)
}
