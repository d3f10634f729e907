//! Who this user is to a registry: as docker and oras remember it.

use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};

/// A name and a password.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

/// The login for a registry; none where this user has none. Asks docker's credential helper, where one is set: on a
/// thread that nobody waits for longer than for the whole.
pub(super) async fn login(registry: &str) -> anyhow::Result<Option<Login>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let asked = registry.to_owned();
    std::thread::Builder::new()
        .name("credentials".to_owned())
        .spawn(move || {
            // Nobody listens any more once the time is over.
            let _ = tell.send(get_credential(&asked));
        })
        .context("cannot ask for the registry's password")?;
    let found = told
        .await
        .context("asking for the registry's password failed")?;
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Some(Login { user, password }))
        }
        Ok(DockerCredential::IdentityToken(_)) => anyhow::bail!(
            "docker holds an identity token for {registry}, which is not understood; log in with a user name and an access token"
        ),
        Err(
            CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::ConfigReadError
            | CredentialRetrievalError::NoCredentialConfigured,
        ) => Ok(None),
        // What helpers say of a registry that nobody logged in to.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. })
            if stdout.contains("credentials not found") =>
        {
            Ok(None)
        }
        Err(error) => Err(error).context("the registry's password in docker's config.json"),
    }
}
