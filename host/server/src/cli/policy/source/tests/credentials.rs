//! What docker remembers.

use super::super::credentials::{config_file, login_in};
use std::fs;
use std::path::PathBuf;

const REGISTRY: &str = "registry.example";

/// What a configuration says of the registry: user and password, none, or why neither.
async fn found(config: &str) -> Result<Option<(String, String)>, String> {
    found_for(REGISTRY, config).await
}

async fn found_for(registry: &str, config: &str) -> Result<Option<(String, String)>, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    fs::write(&file, config).unwrap();
    match login_in(&file, registry).await {
        Ok(login) => Ok(login.map(|login| (login.user, login.password))),
        Err(error) => {
            let error = format!("{error:#}");
            assert!(!error.contains("secret"), "{error}");
            Err(error.replace(&file.display().to_string(), "FILE"))
        }
    }
}

#[test]
fn dockers_configuration_is_where_docker_looks_for_it() {
    let place = |docker: Option<&str>, home: Option<&str>| {
        config_file(|name| match name {
            "DOCKER_CONFIG" => docker.map(Into::into),
            "HOME" => home.map(Into::into),
            _ => None,
        })
    };
    let own = Some(PathBuf::from("/own/config.json"));
    let at_home = Some(PathBuf::from("/home/me/.docker/config.json"));
    assert_eq!(place(Some("/own"), Some("/home/me")), own);
    assert_eq!(place(Some("/own"), None), own);
    assert_eq!(place(None, Some("/home/me")), at_home);
    assert_eq!(place(Some(""), Some("/home/me")), at_home);
    assert_eq!(place(Some(""), Some("")), None);
    assert_eq!(place(None, None), None);
}

#[tokio::test]
async fn a_login_is_found_and_one_for_another_registry_is_not() {
    let me = Ok(Some(("me".to_owned(), "secret".to_owned())));
    let auth = r#"{"auths":{"registry.example":{"auth":"bWU6c2VjcmV0"}}}"#;
    assert_eq!(found(auth).await, me);
    let plain = r#"{"auths":{"registry.example":{"username":"me","password":"secret"}}}"#;
    assert_eq!(found(plain).await, me);
    let other = auth.replace(REGISTRY, "other.example");
    assert_eq!(found(&other).await, Ok(None));
}

#[tokio::test]
async fn without_a_configuration_there_is_no_login() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for absent in [
        folder.path().join("config.json"),
        // As with HOME=/dev/null.
        file.join(".docker/config.json"),
    ] {
        assert!(login_in(&absent, REGISTRY).await.unwrap().is_none());
    }
    for none in ["", " \n", "{}"] {
        assert_eq!(found(none).await, Ok(None), "{none:?}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_is_told_by_its_name_without_what_is_in_it() {
    let long = format!(r#"{{"auths":{{}},"secret":"{}"}}"#, "x".repeat(1 << 20));
    for malformed in [
        "{",
        r#"{"auths":{"registry.example":"secret"}}"#,
        r#"["secret"]"#,
        r#"{"credHelpers":{"registry.example":["secret"]}}"#,
        r#"{"credsStore":{"secret":1}}"#,
        &long,
    ] {
        let error = found(malformed).await.unwrap_err();
        assert_eq!(
            error,
            "docker's configuration FILE is malformed; correct it, or move it away and log in again"
        );
    }
    let odd = found(r#"{"auths":{"registry.example":{"auth":"secret!"}}}"#)
        .await
        .unwrap_err();
    assert!(
        odd.starts_with("the password for registry.example in FILE: "),
        "{odd}"
    );
    let token = r#"{"auths":{"registry.example":{"identitytoken":"secret"}}}"#;
    let token = found(token).await.unwrap_err();
    assert!(token.contains("an identity token"), "{token}");

    for missing in [
        r#"{"credHelpers":{"registry.example":"gansauditor-absent"}}"#,
        r#"{"credsStore":"gansauditor-absent"}"#,
    ] {
        let missing = found(missing).await.unwrap_err();
        assert!(
            missing.contains("docker-credential-gansauditor-absent")
                && missing.contains("installed"),
            "{missing}"
        );
    }

    let folder = tempfile::tempdir().unwrap();
    let error = login_in(folder.path(), REGISTRY).await.err().unwrap();
    let error = format!("{error:#}");
    assert!(error.contains("cannot be read") && error.contains("DOCKER_CONFIG"));
}

#[tokio::test]
async fn dockers_own_registry_has_its_login_under_dockers_name_for_it() {
    let me = Ok(Some(("me".to_owned(), "secret".to_owned())));
    for registry in ["docker.io", "registry-1.docker.io"] {
        // As docker and oras write it, among others that are not for registries, and as podman does.
        for config in [
            r#"{"auths":{
                "https://index.docker.io/v1/access-token":{"username":"no","password":"secret"},
                "https://index.docker.io/v1/":{"auth":"bWU6c2VjcmV0"},
                "https://index.docker.io/v1/refresh-token":{"username":"no","password":"secret"}
            }}"#,
            r#"{"auths":{"docker.io":{"auth":"bWU6c2VjcmV0"}}}"#,
        ] {
            assert_eq!(
                found_for(registry, config).await,
                me,
                "{registry}: {config}"
            );
        }
        let helper = r#"{"credHelpers":{"https://index.docker.io/v1/":"gansauditor-absent"}}"#;
        let missing = found_for(registry, helper).await.unwrap_err();
        assert!(
            missing.contains("docker-credential-gansauditor-absent"),
            "{missing}"
        );
    }
}
