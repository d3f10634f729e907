//! Components on web servers, with their signatures beside them; and what all that is fetched over HTTP shares.

use super::{CONNECT, MAX_SIGNATURE, READ, is_here, stays_safe};
use anyhow::Context as _;
use gansauditor_policy::Artifact;
use reqwest::{Client, Response, StatusCode, Url, redirect};

/// Redirects that are followed.
pub(super) const MAX_REDIRECTS: usize = 5;

/// Names of a component's signature: what comes after the path of its own.
const SIGNATURES: [&str; 2] = [".minisig", ".sig"];

/// Fetches a component of at most `limit` bytes.
pub(super) async fn fetch(url: &Url, limit: usize) -> anyhow::Result<Artifact> {
    let client = client(url)?;
    let component = match get(&client, url.clone()).await? {
        Ok(response) => body(response, limit).await?,
        Err(StatusCode::NOT_FOUND | StatusCode::GONE) => {
            anyhow::bail!("the server has no such file (404)")
        }
        Err(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => anyhow::bail!(
            "the server refuses ({status}); the address must be one that this machine may read"
        ),
        Err(status) => anyhow::bail!("the server answers {status}"),
    };
    let mut signature = None;
    for suffix in SIGNATURES {
        let mut beside = url.clone();
        beside.set_path(&format!("{}{suffix}", url.path()));
        match get(&client, beside).await? {
            Ok(response) => {
                let bytes = body(response, MAX_SIGNATURE).await;
                let bytes = bytes.with_context(|| format!("its signature ({suffix})"))?;
                signature = Some(Artifact::signature_text(bytes));
                break;
            }
            // Stores that let nobody list them refuse what is not there. Where a signature is wanted, none is.
            Err(
                StatusCode::NOT_FOUND
                | StatusCode::GONE
                | StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN,
            ) => {}
            Err(status) => anyhow::bail!("its signature ({suffix}): the server answers {status}"),
        }
    }
    Ok(Artifact {
        component,
        signature,
    })
}

/// A client for what begins at an address.
pub(super) fn client(url: &Url) -> anyhow::Result<Client> {
    // Set already: as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let follow =
        redirect::Policy::custom(|attempt| match follows(attempt.previous(), attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        });
    let builder = Client::builder()
        .user_agent(concat!("gansauditor/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .redirect(follow)
        .referer(false);
    let builder = if is_here(url.host_str().unwrap_or_default()) {
        builder.no_proxy()
    } else {
        builder
    };
    let builder = if url.scheme() == "http" {
        // No certificate is looked at, so that none need be installed.
        builder.tls_certs_only([])
    } else {
        builder
    };
    builder.build().context("cannot set up a client")
}

/// Whether a redirect is followed from the addresses so far, the first of which was asked for; or why not.
pub(super) fn follows(so_far: &[Url], next: &Url) -> Result<(), &'static str> {
    if so_far.len() > MAX_REDIRECTS {
        Err("it redirects too often")
    } else if stays_safe(so_far, next) {
        Ok(())
    } else {
        Err("it redirects to an address without https")
    }
}

/// The answer from an address, or the status that is no success. Its address is told by the caller, without secrets.
async fn get(client: &Client, url: Url) -> anyhow::Result<Result<Response, StatusCode>> {
    let answered = client.get(url).send().await;
    let response = answered.map_err(reqwest::Error::without_url)?;
    Ok(match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(status),
    })
}

/// All that a server sends, if it is not more than `limit` bytes.
pub(super) async fn body(mut response: Response, limit: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(reqwest::Error::without_url)?
    {
        anyhow::ensure!(
            bytes.len() + chunk.len() <= limit,
            "it has more than {limit} bytes"
        );
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
