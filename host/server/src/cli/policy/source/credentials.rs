//! Who this user is to a registry: as docker and oras remember it.

use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// Largest configuration of docker, in bytes. A longer one is cut off, and so is none.
const MAX_CONFIG: u64 = 1 << 20;

/// A name and a password.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// The login for a registry; none where this user has none. Asks docker's credential helper, where one is set: on a
/// thread that nobody waits for longer than for the whole.
///
/// # Errors
/// Docker's configuration is there and cannot be used. Nothing of what it says is told: passwords are in it.
pub(super) async fn login(registry: &str) -> anyhow::Result<Option<Login>> {
    let Some(file) = config_file(|name| std::env::var_os(name)) else {
        return Ok(None);
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let registry = registry.to_owned();
    std::thread::Builder::new()
        .name("credentials".to_owned())
        .spawn(move || {
            // Nobody listens any more once the time is over.
            let _ = tell.send(login_in(&file, &registry));
        })
        .context("cannot ask for the registry's password")?;
    told.await
        .context("asking for the registry's password failed")?
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
pub(super) fn login_in(file: &Path, registry: &str) -> anyhow::Result<Option<Login>> {
    let mut config = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MAX_CONFIG).read_to_end(&mut config));
    match read {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "docker's configuration {} cannot be read; make it readable, or set DOCKER_CONFIG to another folder",
                    file.display()
                )
            });
        }
    }
    if config.trim_ascii().is_empty() {
        // Docker takes it so.
        return Ok(None);
    }
    match get_credential_from_reader(config.as_slice(), registry) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Login { user, password }))
        }
        Ok(DockerCredential::IdentityToken(_)) => anyhow::bail!(
            "docker holds an identity token for {registry}, which is not understood; log in with a user name and an access token"
        ),
        Err(CredentialRetrievalError::ConfigReadError) => anyhow::bail!(
            "docker's configuration {} is malformed; correct it, or move it away and log in again",
            file.display()
        ),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        // What helpers say of a registry that nobody logged in to.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. })
            if stdout.contains("credentials not found") =>
        {
            Ok(None)
        }
        Err(error) => {
            Err(error).with_context(|| format!("the password for {registry} in {}", file.display()))
        }
    }
}
