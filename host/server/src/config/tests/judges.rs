//! Which judges there are, and their key.

use super::{read, remarks, variables};
use crate::config::*;

#[test]
fn a_judge_that_is_not_there_is_an_error_and_never_another_judge() {
    let seats = |text: &str| {
        Config::read(&variables(&[("AUDIT_JUDGE", text)])).map(|config| config.judges.seats)
    };
    assert_eq!(
        seats(" codex-http=3, static ,sarif:ruff=0.5,check:tests").unwrap(),
        [
            (JudgeName::CodexHttp, 3.0),
            (JudgeName::Static, 1.0),
            (JudgeName::Sarif("ruff".to_owned()), 0.5),
            (JudgeName::Check("tests".to_owned()), 1.0),
        ]
    );
    for unknown in ["oracle", "sarif:", "codex", ",", "lint:ruff"] {
        assert!(
            matches!(seats(unknown), Err(ConfigError::UnknownJudge(_))),
            "{unknown}"
        );
    }
    assert!(matches!(
        seats("static,static=2"),
        Err(ConfigError::JudgeTwice(_))
    ));
    for weight in ["0", "-1", "NaN", "inf", "", "much"] {
        let text = format!("static={weight}");
        let refused = matches!(seats(text.as_str()), Err(ConfigError::JudgeWeight(_)));
        assert!(refused, "{text}");
    }
}

#[test]
fn a_panel_of_checks_alone_is_remarked_on() {
    let remarked = |text: &str| remarks(&[("AUDIT_JUDGE", text)]).contains("checks alone");
    assert!(remarked("check:tests") && remarked("check:tests=2,check:types"));
    assert!(!remarked("static,check:tests") && !remarked("auto"));
}

#[test]
fn a_key_is_shown_nowhere_and_the_one_for_codex_wins() {
    let config = read(&[("OPENAI_API_KEY", "sk-one"), ("CODEX_API_KEY", "sk-two")]);
    assert_eq!(config.judges.codex.key, Some(Hidden("sk-two".to_owned())));
    let config = read(&[
        ("OPENAI_API_KEY", " sk-one\n"),
        ("OPENAI_EXTRA_HEADERS", "{\"x-token\": \"secret\"}"),
    ]);
    assert_eq!(config.judges.codex.key, Some(Hidden("sk-one".to_owned())));
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("sk-") && !shown.contains("x-token"),
        "{shown}"
    );
}
