//! What a source is called, and which addresses are safe.

use super::super::registry;
use super::*;

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

#[test]
fn a_registry_is_where_its_name_says_but_for_dockers_own() {
    for (text, base) in [
        ("oci://ghcr.io/team/policy:1.2", "https://ghcr.io/"),
        (
            "oci://docker.io/library/x:tag",
            "https://registry-1.docker.io/",
        ),
        ("oci://docker.io.example/x", "https://docker.io.example/"),
        ("oci://host.example:5000/x", "https://host.example:5000/"),
        ("oci://localhost:5000/x", "http://localhost:5000/"),
    ] {
        let reference = Reference::from_str(text).unwrap();
        assert_eq!(registry::base(&reference).unwrap().as_str(), base);
        assert_eq!(reference.to_string(), text, "it is called as before");
    }
}

#[test]
fn an_address_stays_safe_where_https_is_never_left_and_plain_http_is_only_here() {
    let url = |text: &str| Url::parse(text).unwrap();
    for (so_far, next, is_safe) in [
        (&["https://host.example"][..], "https://host.example", true),
        (&["https://host.example"], "https://other.example", true),
        (&["https://host.example"], "http://host.example", false),
        (&["https://host.example"], "http://localhost", false),
        (&["https://host.example"], "http://[::1]:5000", false),
        (&["https://localhost"], "http://localhost", false),
        (&["http://localhost"], "http://127.0.0.1:5000", true),
        (&["http://localhost"], "http://host.example", false),
        (&["http://localhost"], "https://host.example", true),
        (
            &["http://localhost", "https://host.example"],
            "http://localhost",
            false,
        ),
        (&["http://localhost"], "ftp://host.example", false),
        (&["http://localhost"], "file:///etc/passwd", false),
    ] {
        let before: Vec<Url> = so_far.iter().copied().map(url).collect();
        assert_eq!(
            stays_safe(&before, &url(next)),
            is_safe,
            "{so_far:?} {next}"
        );
    }
}
