//! Components on web servers, with their signatures beside them.

use super::{CONNECT, MAX_SIGNATURE, READ, append, is_here, is_safe, set_up_tls};
use anyhow::Context as _;
use gansauditor_policy::Artifact;
use reqwest::{Client, StatusCode, Url, redirect};

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 5;

/// Names of a component's signature: what comes after the path of its own.
const SIGNATURES: [&str; 2] = [".minisig", ".sig"];

/// Fetches a component of at most `limit` bytes.
pub(super) async fn fetch(url: &Url, limit: usize) -> anyhow::Result<Artifact> {
    let client = client(url)?;
    let component = get(&client, url.clone(), limit).await?;
    let component = component.context("the server has no such file (404)")?;
    let mut signature = None;
    for suffix in SIGNATURES {
        let mut beside = url.clone();
        beside.set_path(&format!("{}{suffix}", url.path()));
        let found = get(&client, beside, MAX_SIGNATURE).await;
        if let Some(bytes) = found.with_context(|| format!("its signature ({suffix})"))? {
            // What is no text is no signature either, and will be told so.
            signature = Some(String::from_utf8_lossy(&bytes).into_owned());
            break;
        }
    }
    Ok(Artifact {
        component,
        signature,
    })
}

fn client(url: &Url) -> anyhow::Result<Client> {
    set_up_tls();
    let follow = redirect::Policy::custom(|attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("it redirects too often")
        } else if is_safe(attempt.url()) {
            attempt.follow()
        } else {
            attempt.error("it redirects to an address without https")
        }
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
    builder.build().context("cannot set up a client")
}

/// What lies at an address; nothing where the server knows of nothing there.
async fn get(client: &Client, url: Url, limit: usize) -> anyhow::Result<Option<Vec<u8>>> {
    // Told by the whole chain of causes; the address is told by the caller, without its secrets.
    let plain = reqwest::Error::without_url;
    let mut response = client.get(url).send().await.map_err(plain)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => anyhow::bail!(
            "the server refuses ({}); the address must be one that this machine may read",
            response.status()
        ),
        status => anyhow::bail!("the server answers {status}"),
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(plain)? {
        append(&mut bytes, &chunk, limit)?;
    }
    Ok(Some(bytes))
}
