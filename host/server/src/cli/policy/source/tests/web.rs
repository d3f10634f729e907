//! Components on web servers.

use super::super::web::{MAX_REDIRECTS, follows};
use super::*;
use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::routing::get;

async fn fetch(source: &str) -> anyhow::Result<Fetched> {
    Source::from_str(source)
        .map_err(anyhow::Error::msg)?
        .fetch(&host(), &config(&[]))
        .await
}

async fn refusal(source: &str) -> String {
    why(source, fetch(source).await)
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

#[test]
fn a_redirect_is_followed_where_it_stays_safe_and_only_so_often() {
    let url = |text: &str| Url::parse(text).unwrap();
    let https = vec![url("https://host.example/p.wasm")];
    assert_eq!(follows(&https, &url("https://cdn.example/p.wasm")), Ok(()));
    let open = follows(&https, &url("http://host.example/p.wasm")).unwrap_err();
    assert!(open.contains("without https"), "{open}");
    let times = |count| vec![https[0].clone(); count];
    assert_eq!(follows(&times(MAX_REDIRECTS), &https[0]), Ok(()));
    let too_often = follows(&times(MAX_REDIRECTS + 1), &https[0]).unwrap_err();
    assert!(too_often.contains("too often"), "{too_often}");
}
