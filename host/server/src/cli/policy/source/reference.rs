//! Names of artifacts in registries.

use gansauditor_audit::domain::Digest;
use reqwest::Url;
use std::str::FromStr;

/// Longest name and tag, in bytes: those of the OCI distribution specification.
const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;

/// `oci://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli::policy) struct Reference {
    /// Host, with the port where it was given.
    pub(super) registry: String,
    /// The artifact's name there.
    pub(super) name: String,
    /// `latest` where neither a tag nor a digest was given.
    pub(super) tag: Option<String>,
    /// Of the manifest.
    pub(super) digest: Option<Digest>,
}

/// Docker's registry, as everybody calls it, and the server that it is.
const DOCKER: (&str, &str) = ("docker.io", "registry-1.docker.io");

impl Reference {
    /// The server that has the registry, with the port where it was given.
    pub(super) fn server(&self) -> &str {
        match self.registry.as_str() {
            name if name == DOCKER.0 => DOCKER.1,
            other => other,
        }
    }

    /// How the manifest is asked for: the digest goes before the tag.
    pub(super) fn version(&self) -> &str {
        let digest = self.digest.as_ref().map(Digest::as_str);
        digest.or(self.tag.as_deref()).unwrap_or("latest")
    }
}

impl FromStr for Reference {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = "a registry's artifact is oci://HOST/NAME:TAG or oci://HOST/NAME@sha256:DIGEST";
        let url = Url::parse(text).map_err(|_| shape)?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let is_plain = url.scheme() == "oci"
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let (Some(host), true) = (host, is_plain) else {
            return Err(shape);
        };
        let path = url.path().trim_start_matches('/');
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(digest.parse().map_err(|_| shape)?)),
            None => (path, None),
        };
        let (name, tag) = match path.split_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (path, None),
        };
        if !is_name(name) || !tag.is_none_or(is_tag) {
            return Err(shape);
        }
        Ok(Self {
            registry: match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            },
            name: name.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "oci://{}/{}", self.registry, self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_end =
            |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        is_end(part.chars().next())
            && is_end(part.chars().last())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    name.len() <= MAX_NAME && name.split('/').all(is_part)
}

fn is_tag(tag: &str) -> bool {
    (1..=MAX_TAG).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}
