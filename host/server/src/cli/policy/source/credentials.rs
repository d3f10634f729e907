//! Who this user is to a registry: as docker and oras remember it.

use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use std::env::var_os;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// Longest `config.json` that is read.
const MAX_CONFIG: u64 = 1 << 20;

/// A name and a password.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// The login for a registry; none where this user has none.
pub(super) async fn login(registry: &str) -> anyhow::Result<Option<Login>> {
    let Some(path) = config() else {
        return Ok(None);
    };
    let found = remembered(registry, &path).await;
    found.with_context(|| format!("the registry's password in {}", path.display()))
}

/// Docker's `config.json`.
fn config() -> Option<PathBuf> {
    let folder = var_os("DOCKER_CONFIG").map(PathBuf::from);
    let at_home = || var_os("HOME").map(|home| Path::new(&home).join(".docker"));
    Some(folder.or_else(at_home)?.join("config.json"))
}

/// The login that a `config.json` leads to. Asks docker's credential helper, where one is set: on a
/// thread that nobody waits for longer than for the whole.
async fn remembered(registry: &str, path: &Path) -> anyhow::Result<Option<Login>> {
    let file = match File::open(path) {
        Ok(file) => BufReader::new(file.take(MAX_CONFIG)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let (tell, told) = tokio::sync::oneshot::channel();
    let asked = registry.to_owned();
    std::thread::Builder::new()
        .name("credentials".to_owned())
        .spawn(move || {
            // Nobody listens any more once the time is over.
            let _ = tell.send(get_credential_from_reader(file, &asked));
        })
        .context("cannot ask for it")?;
    let found = told.await.context("asking for it failed")?;
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Login { user, password }))
        }
        Ok(DockerCredential::IdentityToken(_)) => anyhow::bail!(
            "docker holds an identity token for {registry}, which is not understood; log in with a user name and an access token"
        ),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        Err(CredentialRetrievalError::ConfigReadError) => {
            anyhow::bail!("the file is none of docker's; mend it, or move it away and log in again")
        }
        // What helpers say of a registry that nobody logged in to.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. })
            if stdout.contains("credentials not found") =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
