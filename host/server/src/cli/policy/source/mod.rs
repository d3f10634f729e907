//! Where a component comes from: a file, a web server, a registry, or the policy directory.

mod credentials;
mod helper;
mod reference;
mod registry;
mod stored;
mod web;

use super::place;
use crate::config::Config;
use anyhow::Context as _;
use credentials::login;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::{Artifact, PolicyHost, Setup};
use reference::Reference;
use reqwest::Url;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use stored::Stored;

/// What stands for a source in a usage line.
pub(super) const VALUE: &str = "SOURCE";

/// What may be written as a source.
pub(super) const HELP: &str = "The component: a file (.wasm), https://..., oci://HOST/NAME:TAG, or a stored one: \
revision:N with the settings and limits it had, or sha256: and the first digits of its digest";

/// What may be written as a source by who builds one.
pub(super) const HELP_BUILT: &str = "The component (.wasm), or a module that was built for one: a file, https://..., \
oci://HOST/NAME:TAG, or a stored one: revision:N with the settings it had, or sha256: and the first digits of its digest";

/// What it may take to fetch a component, from the first connection to the last byte.
const FETCH: Duration = Duration::from_secs(120);

/// What it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);

/// Longest wait for the next bytes.
const READ: Duration = Duration::from_secs(30);

/// Largest signature, in bytes.
const MAX_SIGNATURE: usize = 8 << 10;

/// Where a component is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// A web address.
    Web(Box<Url>),
    /// An artifact in a registry.
    Registry(Box<Reference>),
    /// One that the policy directory holds.
    Stored(Stored),
}

/// A component, with where it was found in the end.
pub(super) struct Fetched {
    pub(super) artifact: Artifact,
    /// Without secrets; a registry's with the digest of its manifest.
    pub(super) from: String,
    /// What the revision that was named runs it under.
    pub(super) setup: Option<Setup>,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(stored) = Stored::parse(text) {
            return stored.map(Self::Stored);
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self::File(text.into()));
        };
        match scheme {
            "oci" => match Reference::from_str(text) {
                Ok(reference) => Ok(Self::Registry(Box::new(reference))),
                Err(error) => Err(error.to_owned()),
            },
            "https" | "http" => {
                let url = Url::parse(text).map_err(|error| error.to_string())?;
                if is_safe(&url) {
                    Ok(Self::Web(Box::new(url)))
                } else {
                    Err(
                        "anybody on the way could put another policy in its place; use https"
                            .to_owned(),
                    )
                }
            }
            _ => Err(format!(
                "{scheme}:// is not known; a policy is a file, https://... or oci://..."
            )),
        }
    }
}

impl std::fmt::Display for Source {
    /// Without secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Web(url) => {
                let mut url = url.clone();
                // An address that can have neither has neither.
                let _ = url.set_username("");
                let _ = url.set_password(None);
                url.set_query(None);
                url.set_fragment(None);
                write!(f, "{url}")
            }
            Self::Registry(reference) => write!(f, "{reference}"),
            Self::Stored(stored) => write!(f, "{stored}"),
        }
    }
}

impl Source {
    /// Fetches the component, within the size that `host` may load, and its signature where there is one. The policy
    /// directory is that of `config`.
    pub(super) async fn fetch(
        &self,
        host: &PolicyHost,
        config: &Config,
    ) -> anyhow::Result<Fetched> {
        let limit = host.component_bytes();
        let fetched = async {
            match self {
                Self::File(path) => Ok(Fetched {
                    artifact: host.read(path).await?,
                    from: std::path::absolute(path)?.display().to_string(),
                    setup: None,
                }),
                Self::Web(url) => Ok(Fetched {
                    artifact: web::fetch(url, limit).await?,
                    from: self.to_string(),
                    setup: None,
                }),
                Self::Stored(stored) => {
                    let policies = place::open(config)?.context("no policy was ever stored")?;
                    stored.read(&policies)
                }
                Self::Registry(reference) => {
                    let login = login(&reference.registry).await?;
                    registry::pull(reference, login, limit).await
                }
            }
        };
        match self {
            Self::File(_) | Self::Stored(_) => fetched.await,
            Self::Web(_) | Self::Registry(_) => tokio::time::timeout(FETCH, fetched)
                .await
                .with_context(|| format!("it did not come within {} s", FETCH.as_secs()))?,
        }
    }
}

impl Fetched {
    /// The component is the one that was meant.
    pub(super) fn check(&self, digest: Option<&Digest>) -> anyhow::Result<()> {
        let found = Digest::of(&self.artifact.component);
        match digest {
            Some(meant) if *meant != found => {
                anyhow::bail!("its digest is {found}, and not {meant}")
            }
            _ => Ok(()),
        }
    }
}

/// Nobody between here and there can read or change what is sent.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || is_here(url.host_str().unwrap_or_default())
}

/// After the addresses so far, nothing is given away or taken on the way to the next: neither is it open to anybody,
/// nor does it leave https, which an address on this machine would too.
fn stays_safe(so_far: &[Url], next: &Url) -> bool {
    let is_https = |url: &Url| url.scheme() == "https";
    is_safe(next) && (is_https(next) || !so_far.iter().any(is_https))
}

/// The host is this machine.
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
