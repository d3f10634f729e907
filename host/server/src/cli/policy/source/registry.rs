//! Components in OCI registries: an artifact with the component as a layer, as `oras push` and `wkg oci push` make
//! it, and its signature as another layer.

use super::{CONNECT, Fetched, MAX_SIGNATURE, READ, append, is_here, set_up_tls};
use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use futures_util::StreamExt as _;
use gansauditor_policy::Artifact;
use oci_client::Reference;
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::OciDescriptor;
use oci_client::secrets::RegistryAuth;

/// Media types of a component's layer.
const COMPONENTS: [&str; 2] = [
    "application/wasm",
    "application/vnd.wasm.content.layer.v1+wasm",
];

/// The annotation that has the name of a layer's file.
const TITLE: &str = "org.opencontainers.image.title";

/// Pulls a component of at most `limit` bytes.
pub(super) async fn pull(reference: &Reference, limit: usize) -> anyhow::Result<Fetched> {
    set_up_tls();
    let client = client(reference);
    let auth = credentials(reference.resolve_registry())?;
    let manifest = client.pull_image_manifest(reference, &auth).await;
    let (manifest, digest) = manifest.map_err(in_words)?;
    let layer = component(&manifest.layers)?;
    let component = blob(&client, reference, layer, limit).await?;
    let signature = match manifest.layers.iter().find(|layer| is_signature(layer)) {
        Some(layer) => {
            let bytes = blob(&client, reference, layer, MAX_SIGNATURE).await;
            let bytes = bytes.context("its signature")?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        None => None,
    };
    let found = reference.clone_with_digest(digest);
    Ok(Fetched {
        artifact: Artifact {
            component,
            signature,
        },
        from: format!("oci://{found}"),
    })
}

fn client(reference: &Reference) -> Client {
    let registry = reference.resolve_registry().to_owned();
    let host = match registry.rsplit_once(':') {
        Some((host, _)) => host,
        None => &registry,
    };
    Client::new(ClientConfig {
        protocol: if is_here(host) {
            ClientProtocol::HttpsExcept(vec![registry])
        } else {
            ClientProtocol::Https
        },
        // A policy is for every platform: an index of several is no policy.
        platform_resolver: None,
        connect_timeout: Some(CONNECT),
        read_timeout: Some(READ),
        user_agent: concat!("gansauditor/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    })
}

/// As this user logged in with docker or oras; anonymous where they did not.
fn credentials(registry: &str) -> anyhow::Result<RegistryAuth> {
    match docker_credential::get_credential(registry) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(RegistryAuth::Basic(user, password))
        }
        Ok(DockerCredential::IdentityToken(_)) => anyhow::bail!(
            "docker holds an identity token for {registry}, which is not understood; log in with a user name and an access token"
        ),
        Err(
            CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::ConfigReadError
            | CredentialRetrievalError::NoCredentialConfigured,
        ) => Ok(RegistryAuth::Anonymous),
        Err(error) => Err(error).context("the registry's password in docker's config.json"),
    }
}

/// The one layer that is a component.
fn component(layers: &[OciDescriptor]) -> anyhow::Result<&OciDescriptor> {
    let mut components = layers
        .iter()
        .filter(|layer| COMPONENTS.contains(&layer.media_type.as_str()));
    match (components.next(), components.next()) {
        (Some(layer), None) => Ok(layer),
        (Some(_), Some(_)) => anyhow::bail!("it has several layers of WebAssembly"),
        (None, _) => {
            let types: Vec<_> = layers
                .iter()
                .map(|layer| layer.media_type.as_str())
                .collect();
            anyhow::bail!(
                "it has no layer of type {}, but [{}]; push the component so: oras push REF policy.wasm:{}",
                COMPONENTS[0],
                types.join(", "),
                COMPONENTS[0]
            )
        }
    }
}

/// A layer that is the file of a signature.
fn is_signature(layer: &OciDescriptor) -> bool {
    let title = layer.annotations.as_ref().and_then(|all| all.get(TITLE));
    title.is_some_and(|title| title.ends_with(".minisig") || title.ends_with(".sig"))
}

/// The bytes of a layer; the library holds them against the layer's digest.
async fn blob(
    client: &Client,
    reference: &Reference,
    layer: &OciDescriptor,
    limit: usize,
) -> anyhow::Result<Vec<u8>> {
    let mut stream = client
        .pull_blob_stream(reference, layer)
        .await
        .map_err(in_words)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        append(&mut bytes, &chunk?, limit)?;
    }
    Ok(bytes)
}

/// What is wrong, and what to do about it.
fn in_words(error: OciDistributionError) -> anyhow::Error {
    let advice = match &error {
        OciDistributionError::AuthenticationFailure(_)
        | OciDistributionError::UnauthorizedError { .. } => {
            "the registry does not let this user in; log in with `docker login` or `oras login`"
        }
        OciDistributionError::ImageManifestNotFoundError(_) => "the registry has no such artifact",
        OciDistributionError::RegistryError { .. } => "the registry refuses",
        OciDistributionError::ImageIndexParsingNoPlatformResolverError => {
            "it is an index of artifacts for several platforms; name one of them by its digest"
        }
        _ => "the registry's answer cannot be used",
    };
    anyhow::Error::new(error).context(advice)
}
