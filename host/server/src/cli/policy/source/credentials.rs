//! Who this user is to a registry: as docker and oras remember it.

use super::helper::{self, Kept};
use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// Largest configuration of docker, in bytes. A longer one is cut off, and so is none.
const MAX_CONFIG: u64 = 1 << 20;

/// What docker calls its own registry where it keeps logins, and what else that registry is called.
const DOCKER: &str = "https://index.docker.io/v1/";
const DOCKERS: [&str; 3] = ["docker.io", "registry-1.docker.io", "index.docker.io"];

/// A name and a password.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// The login for a registry; none where this user has none. Asks docker's credential helper, where one is set.
///
/// # Errors
/// Docker's configuration is there and cannot be used. Nothing of what it says is told: passwords are in it.
pub(super) async fn login(registry: &str) -> anyhow::Result<Option<Login>> {
    match config_file(|name| std::env::var_os(name)) {
        Some(file) => login_in(&file, registry).await,
        None => Ok(None),
    }
}

/// Where docker's configuration is, in an environment. What is empty is not set, as docker has it: the working
/// directory is not this user's.
pub(super) fn config_file(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| {
        let set = variable(name).filter(|value| !value.is_empty());
        set.map(PathBuf::from)
    };
    let folder = folder("DOCKER_CONFIG").or_else(|| Some(folder("HOME")?.join(".docker")));
    Some(folder?.join("config.json"))
}

/// The login that a configuration of docker has for a registry.
pub(super) async fn login_in(file: &Path, registry: &str) -> anyhow::Result<Option<Login>> {
    let Some(config) = read(file).await? else {
        return Ok(None);
    };
    let shown = file.display();
    let malformed = || {
        format!(
            "docker's configuration {shown} is malformed; correct it, or move it away and log in again"
        )
    };
    let (config, helpers) = Helpers::apart(&config).with_context(malformed)?;
    let key = key(registry);
    let helper = match helpers.of(key) {
        Some(helper) => helper,
        None => match written(&config, key, registry) {
            Ok(DockerCredential::UsernamePassword(user, password)) => {
                return Ok(Some(Login { user, password }));
            }
            Ok(DockerCredential::IdentityToken(_)) => return identity_token(registry),
            Err(CredentialRetrievalError::ConfigReadError) => anyhow::bail!(malformed()),
            Err(CredentialRetrievalError::NoCredentialConfigured) => match helpers.of_all() {
                Some(helper) => helper,
                None => return Ok(None),
            },
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("the password for {registry} in {shown}"));
            }
        },
    };
    let program = format!("docker-credential-{helper}");
    let kept = helper::ask(program.as_ref(), key)
        .await
        .with_context(|| format!("the password for {registry}, which {program} is to know"))?;
    match kept {
        Kept::Login(login) => Ok(Some(login)),
        Kept::IdentityToken => identity_token(registry),
        Kept::Nothing => Ok(None),
    }
}

/// What docker keeps the login for a registry under.
fn key(registry: &str) -> &str {
    if DOCKERS.contains(&registry) {
        DOCKER
    } else {
        registry
    }
}

/// What a configuration itself says of a registry: under docker's key for it, else as others write it there.
fn written(
    config: &[u8],
    key: &str,
    registry: &str,
) -> Result<DockerCredential, CredentialRetrievalError> {
    match get_credential_from_reader(config, key) {
        Err(CredentialRetrievalError::NoCredentialConfigured) if key != registry => {
            get_credential_from_reader(config, registry)
        }
        found => found,
    }
}

fn identity_token(registry: &str) -> anyhow::Result<Option<Login>> {
    anyhow::bail!(
        "docker holds an identity token for {registry}, which is not understood; log in with a user name and an access token"
    )
}

/// Docker's configuration; absent when there is none. Read on a thread that nobody waits for longer than for the whole:
/// it may be a pipe.
async fn read(file: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let path = file.to_owned();
    std::thread::Builder::new()
        .name("credentials".to_owned())
        .spawn(move || {
            let mut config = Vec::new();
            let read =
                File::open(path).and_then(|file| file.take(MAX_CONFIG).read_to_end(&mut config));
            // Nobody listens any more once the time is over.
            let _ = tell.send(read.map(|_| config));
        })
        .context("cannot read docker's configuration")?;
    match told.await.context("reading docker's configuration failed")? {
        // Docker takes an empty one for none.
        Ok(config) => Ok(Some(config).filter(|config| !config.trim_ascii().is_empty())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| {
            format!(
                "docker's configuration {} cannot be read; make it readable, or set DOCKER_CONFIG to another folder",
                file.display()
            )
        }),
    }
}

/// Which credential helpers a configuration of docker names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Helpers {
    /// By server.
    #[serde(default)]
    cred_helpers: Option<HashMap<String, String>>,
    /// Where nothing else is said.
    #[serde(default)]
    creds_store: Option<String>,
}

impl Helpers {
    /// A configuration without its helpers, and these. Absent when it is malformed.
    fn apart(config: &[u8]) -> Option<(Vec<u8>, Self)> {
        let helpers: Self = serde_json::from_slice(config).ok()?;
        let mut config: Map<String, Value> = serde_json::from_slice(config).ok()?;
        config.retain(|name, _| !matches!(name.as_str(), "credHelpers" | "credsStore"));
        Some((serde_json::to_vec(&config).ok()?, helpers))
    }

    /// The helper for this server alone.
    fn of(&self, server: &str) -> Option<&str> {
        let helper = self.cred_helpers.as_ref()?.get(server)?;
        Some(helper.as_str()).filter(|helper| !helper.is_empty())
    }

    /// The helper for all servers of which nothing else is known.
    fn of_all(&self) -> Option<&str> {
        self.creds_store
            .as_deref()
            .filter(|helper| !helper.is_empty())
    }
}
