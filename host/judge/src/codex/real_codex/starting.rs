//! Which CLI is started, and as whom.

use super::*;
use crate::codex::CodexCli;
use gansauditor_stand_in::{Recorded, StandIn, Step};

/// The requests to the model. With a login, Codex asks for the list of models too.
fn posts(server: &StandIn, script: &str) -> Vec<Recorded> {
    let mut requests = server.requests(script);
    requests.retain(|request| request.method == "POST");
    requests
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_uses_the_users_login_and_leaves_it_alone() {
    let server = StandIn::start().await.unwrap();
    let theirs = tempfile::tempdir().unwrap();
    let path = theirs.path().join("auth.json");
    let login = r#"{"OPENAI_API_KEY":"sk-of-the-user"}"#;
    std::fs::write(&path, login).unwrap();
    for way in BOTH {
        let base_url = server.script("login", vec![Step::answer(ANSWER)]);
        let (settings, _) = settings(String::new());
        let settings = CodexSettings {
            provider: Provider::Login {
                codex_home: theirs.path().to_owned(),
                base_url: Some(base_url),
            },
            ..settings
        };
        let model = way.model(settings);
        let answer = model
            .answer(&prompt(), Asker::patient().call())
            .await
            .unwrap();
        assert_eq!(answer.text, ANSWER);
        let requests = posts(&server, "login");
        assert_eq!(requests.len(), 1);
        assert_eq!(
            requests[0].headers["authorization"],
            "Bearer sk-of-the-user"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), login);
        assert_eq!(std::fs::read_dir(theirs.path()).unwrap().count(), 1);
    }
}

#[test]
fn real_codex_is_found_behind_its_wrapper() {
    let cli = CodexCli::find(Some(&executable())).unwrap();
    assert!(
        cli.version().starts_with("codex-cli 0."),
        "{}",
        cli.version()
    );
    assert_ne!(
        cli.path().extension().and_then(|end| end.to_str()),
        Some("js")
    );
    let start = std::fs::read(cli.path()).unwrap();
    assert_ne!(&start[..2], b"#!", "{}", cli.path().display());
}
