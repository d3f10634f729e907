//! Sources, against servers in this process.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as At, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::Limits;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// Largest component of the host under test.
const LIMIT: usize = 64 << 10;

fn host() -> PolicyHost {
    let limits = Limits {
        component_bytes: LIMIT,
        ..Limits::default()
    };
    PolicyHost::with_core(limits, "", Arc::new(SystemClock)).unwrap()
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn fetch(source: &str) -> anyhow::Result<Fetched> {
    Source::from_str(source)
        .map_err(anyhow::Error::msg)?
        .fetch(&host())
        .await
}

/// Why a source gives nothing, with all causes.
async fn refusal(source: &str) -> String {
    match fetch(source).await {
        Ok(_) => panic!("{source} gives something"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn a_source_is_told_by_its_scheme_and_told_without_its_secrets() {
    let shown = |text: &str| Source::from_str(text).map(|source| source.to_string());
    assert_eq!(shown("a/b.wasm").as_deref(), Ok("a/b.wasm"));
    assert_eq!(
        shown("https://me:secret@host.example/p.wasm?token=secret#x").as_deref(),
        Ok("https://host.example/p.wasm")
    );
    assert_eq!(
        shown("oci://ghcr.io/team/policy:1.2").as_deref(),
        Ok("oci://ghcr.io/team/policy:1.2")
    );
    for here in [
        "http://localhost:80/p",
        "http://127.0.0.1/p",
        "http://[::1]:8/p",
    ] {
        assert!(shown(here).is_ok(), "{here}");
    }
    for (wrong, says) in [
        ("http://host.example/p.wasm", "use https"),
        ("http://127.0.0.1.host.example/p.wasm", "use https"),
        ("ftp://host.example/p.wasm", "not known"),
        ("oci://", "oci://HOST"),
        ("oci://host/UPPER", "oci://HOST"),
        ("oci://me:secret@host/name", "oci://HOST"),
        ("oci://host/name@sha256:12", "oci://HOST"),
        ("https://", ""),
    ] {
        let error = shown(wrong).unwrap_err();
        assert!(error.contains(says), "{wrong}: {error}");
    }
}

/// A web server with a component, one that is signed, and traps.
fn web() -> Router {
    let to = |location: &'static str| {
        get(move || async move { (StatusCode::FOUND, [(header::LOCATION, location)]) })
    };
    Router::new()
        .route("/plain.wasm", get(|| async { "component" }))
        .route("/signed.wasm", get(|| async { "component" }))
        .route("/signed.wasm.sig", get(|| async { "c2ln" }))
        .route("/closed.wasm", get(|| async { StatusCode::FORBIDDEN }))
        .route("/unlisted.wasm", get(|| async { "component" }))
        .route(
            "/unlisted.wasm.minisig",
            get(|| async { StatusCode::FORBIDDEN }),
        )
        .route("/broken.wasm", get(|| async { StatusCode::BAD_GATEWAY }))
        .route("/odd.wasm", get(|| async { "component" }))
        .route(
            "/odd.wasm.minisig",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .route("/huge.wasm", get(|| async { vec![0u8; LIMIT + 1] }))
        .route("/moved.wasm", to("/plain.wasm"))
        .route("/round.wasm", to("/round.wasm"))
        .route("/away.wasm", to("http://host.example/plain.wasm"))
}

#[tokio::test]
async fn a_web_address_gives_the_component_and_the_signature_beside_it() {
    let base = format!("http://{}", serve(web()).await);
    let plain = fetch(&format!("{base}/plain.wasm?token=secret"))
        .await
        .unwrap();
    assert_eq!(plain.artifact.component, b"component");
    assert_eq!(plain.artifact.signature, None);
    assert_eq!(plain.from, format!("{base}/plain.wasm"));
    let signed = fetch(&format!("{base}/signed.wasm")).await.unwrap();
    assert_eq!(signed.artifact.signature.as_deref(), Some("c2ln"));
    let unlisted = fetch(&format!("{base}/unlisted.wasm")).await.unwrap();
    assert_eq!(unlisted.artifact.signature, None);
    let moved = fetch(&format!("{base}/moved.wasm")).await.unwrap();
    assert_eq!(moved.artifact.component, b"component");
    assert!(plain.check(Some(&Digest::of(b"component"))).is_ok());
    let other = plain.check(Some(&Digest::of(b"other"))).unwrap_err();
    assert!(
        other.to_string().contains("its digest is sha256:"),
        "{other}"
    );
}

#[tokio::test]
async fn what_a_web_server_does_not_give_is_told() {
    let base = format!("http://{}", serve(web()).await);
    for (file, says) in [
        ("absent.wasm", "no such file"),
        ("closed.wasm", "refuses (403"),
        ("broken.wasm", "answers 502"),
        ("huge.wasm", "more than 65536 bytes"),
        (
            "odd.wasm",
            "its signature (.minisig): the server answers 500",
        ),
        ("round.wasm", "redirects too often"),
        ("away.wasm", "without https"),
    ] {
        let why = refusal(&format!("{base}/{file}?token=secret")).await;
        assert!(why.contains(says), "{file}: {why}");
        assert!(!why.contains("secret"), "{why}");
    }
    // Nobody listens there.
    let nowhere = refusal("http://127.0.0.1:1/p.wasm").await;
    assert!(nowhere.contains("onnect"), "{nowhere}");
}

#[test]
fn what_began_with_https_ends_with_it() {
    let url = |text: &str| Url::parse(text).unwrap();
    let (safe, here, away) = (
        url("https://host.example/p"),
        url("http://127.0.0.1/p"),
        url("http://host.example/p"),
    );
    let other = url("https://other.example/p");
    assert_eq!(web::may_follow(std::slice::from_ref(&safe), &other), Ok(()));
    assert_eq!(web::may_follow(std::slice::from_ref(&here), &other), Ok(()));
    for (previous, next) in [
        (vec![safe.clone()], &here),
        (vec![here.clone(), safe], &here),
        (vec![here.clone()], &away),
    ] {
        let refused = web::may_follow(&previous, next);
        assert!(refused.is_err(), "{previous:?} to {next}");
    }
    let often = vec![other.clone(); 6];
    assert_eq!(
        web::may_follow(&often, &other),
        Err("it redirects too often")
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_ends_is_left_alone() {
    let dripping = || async {
        Body::from_stream(futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            Some((Ok::<_, std::io::Error>("x"), ()))
        }))
    };
    let base = serve(Router::new().route("/slow.wasm", get(dripping))).await;
    let why = refusal(&format!("http://{base}/slow.wasm")).await;
    assert!(
        why.contains("within 120 s") || why.contains("timed out"),
        "{why}"
    );
}

/// A registry of artifacts: lets in who has its token, which anybody gets.
struct Registry {
    address: String,
    manifests: HashMap<&'static str, String>,
    blobs: HashMap<String, &'static [u8]>,
}

impl Registry {
    fn new(address: SocketAddr) -> Self {
        let component: &[u8] = b"component";
        let signature: &[u8] = b"c2ln";
        let digest = Digest::of(component).to_string();
        let wasm = format!(
            r#"{{"mediaType":"application/wasm","digest":"{digest}","size":{}}}"#,
            component.len()
        );
        let signed = format!(
            r#"{{"mediaType":"application/octet-stream","digest":"{}","size":4,"annotations":{{"{}":"p.wasm.sig"}}}}"#,
            Digest::of(signature),
            "org.opencontainers.image.title"
        );
        let text = wasm.replace("application/wasm", "text/plain");
        let huge: &[u8] = &[0; LIMIT + 1];
        let large = wasm.replace(&digest, Digest::of(huge).as_str());
        let altered = wasm.replace(&digest, Digest::of(b"another").as_str());
        let manifest = |layers: &str| {
            format!(
                r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{}","size":2}},"layers":[{layers}]}}"#,
                Digest::of(b"{}")
            )
        };
        Self {
            address: address.to_string(),
            manifests: HashMap::from([
                ("plain", manifest(&wasm)),
                ("signed", manifest(&format!("{wasm},{signed}"))),
                ("text", manifest(&text)),
                ("two", manifest(&format!("{wasm},{wasm}"))),
                ("altered", manifest(&altered)),
                ("huge", manifest(&large)),
                ("padded", manifest(&wasm) + &" ".repeat(4 << 20)),
                (
                    "index",
                    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#.to_owned(),
                ),
            ]),
            blobs: HashMap::from([
                (digest, component),
                (Digest::of(signature).to_string(), signature),
                (Digest::of(b"another").to_string(), component),
                (Digest::of(huge).to_string(), huge),
            ]),
        }
    }

    fn manifest(&self, reference: &str) -> Option<&String> {
        let by_digest = |manifest: &&String| Digest::of(manifest.as_bytes()).as_str() == reference;
        let by_tag = self.manifests.get(reference);
        by_tag.or_else(|| self.manifests.values().find(by_digest))
    }
}

fn answer(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer
}

async fn registry() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let registry = Arc::new(Registry::new(listener.local_addr().unwrap()));
    let challenged = |registry: &Registry, headers: &HeaderMap| {
        let let_in = headers
            .get(header::AUTHORIZATION)
            .is_some_and(|token| token == "Bearer let-me-in");
        (!let_in).then(|| {
            let mut answer = answer(StatusCode::UNAUTHORIZED, "");
            let challenge = format!(
                r#"Bearer realm="http://{}/token",service="tests",scope="repository:team/policy:pull""#,
                registry.address
            );
            let challenge = challenge.parse().unwrap();
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            answer
        })
    };
    let manifest = move |State(registry): State<Arc<Registry>>,
                         At(reference): At<String>,
                         headers: HeaderMap| async move {
        if let Some(challenge) = challenged(&registry, &headers) {
            return challenge;
        }
        let Some(manifest) = registry.manifest(&reference) else {
            let body = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}"#;
            return answer(StatusCode::NOT_FOUND, body);
        };
        let kind = if manifest.contains("image.index") {
            "application/vnd.oci.image.index.v1+json"
        } else {
            "application/vnd.oci.image.manifest.v1+json"
        };
        let mut found = answer(StatusCode::OK, manifest.clone());
        found
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.parse().unwrap());
        found
    };
    let blob = move |State(registry): State<Arc<Registry>>,
                     At(digest): At<String>,
                     headers: HeaderMap| async move {
        if let Some(challenge) = challenged(&registry, &headers) {
            return challenge;
        }
        match registry.blobs.get(&digest) {
            Some(bytes) => answer(StatusCode::OK, *bytes),
            None => answer(StatusCode::NOT_FOUND, ""),
        }
    };
    let unchallenged = move |State(registry): State<Arc<Registry>>, headers: HeaderMap| async move {
        challenged(&registry, &headers).unwrap_or_default()
    };
    let router = Router::new()
        .route("/v2/", get(unchallenged))
        .route("/token", get(|| async { r#"{"token":"let-me-in"}"# }))
        .route("/v2/team/policy/manifests/{reference}", get(manifest))
        .route("/v2/team/policy/blobs/{digest}", get(blob))
        .with_state(Arc::clone(&registry));
    tokio::spawn(async move { axum::serve(listener, router).await });
    registry.address.clone()
}

#[tokio::test]
async fn a_registry_gives_the_component_by_tag_and_by_digest() {
    let registry = registry().await;
    let plain = fetch(&format!("oci://{registry}/team/policy:plain"))
        .await
        .unwrap();
    assert_eq!(plain.artifact.component, b"component");
    assert_eq!(plain.artifact.signature, None);
    assert!(
        plain
            .from
            .starts_with(&format!("oci://{registry}/team/policy"))
            && plain.from.contains("@sha256:"),
        "{}",
        plain.from
    );
    let again = fetch(&plain.from).await.unwrap();
    assert_eq!(
        again.artifact, plain.artifact,
        "what the history says can be fetched"
    );
    let signed = fetch(&format!("oci://{registry}/team/policy:signed"))
        .await
        .unwrap();
    assert_eq!(signed.artifact.signature.as_deref(), Some("c2ln"));
}

#[tokio::test]
async fn what_a_registry_does_not_give_is_told() {
    let registry = registry().await;
    for (tag, says) in [
        ("absent", "no such artifact"),
        (
            "text",
            "no layer of type application/wasm, but [text/plain]",
        ),
        ("two", "several layers"),
        ("altered", "igest"),
        ("index", "index of artifacts"),
        ("huge", "more than 65536 bytes"),
        ("padded", "its manifest: it has more than 4194304 bytes"),
    ] {
        let why = refusal(&format!("oci://{registry}/team/policy:{tag}")).await;
        assert!(why.contains(says), "{tag}: {why}");
    }
}
