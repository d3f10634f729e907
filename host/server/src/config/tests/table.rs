//! The table of settings against what is read.

use super::{remarks, variables};
use crate::config::*;

#[test]
fn the_table_names_each_setting_once_with_its_meaning() {
    let rows: Vec<Description> = SETTINGS.iter().map(|setting| setting.describe()).collect();
    let mut names: Vec<&str> = rows
        .iter()
        .map(|row| row.name)
        .chain(WITHOUT_EFFECT)
        .collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(
        rows.iter()
            .all(|row| row.meaning.ends_with('.') && !row.values.is_empty())
    );
}

#[test]
fn every_setting_of_the_table_is_read() {
    // A value that no setting takes leaves a mark wherever it is read: a remark, an error, or itself.
    for setting in SETTINGS {
        let name = setting.describe().name;
        let marked = match Config::read(&variables(&[(name, "~?")])) {
            Err(ConfigError::UnknownJudge(text)) => text == "~?",
            Err(ConfigError::PolicyDigest(text)) => text == "~?",
            Err(ConfigError::PolicyLimits(_)) => name == "AUDIT_POLICY_LIMITS",
            Err(other) => panic!("{name}: {other}"),
            Ok(config) => {
                config.remarks.iter().any(|remark| remark.starts_with(name))
                    || [
                        config.policy,
                        config.policy_settings.map(|settings| match settings {
                            PolicySettings::File(file) => file,
                            PolicySettings::Json(json) => json.into(),
                        }),
                    ]
                    .contains(&Some("~?".into()))
                    || config.policy_cache == Some("~?".into())
                    || config.policy_seal == SealFile::new(Some("~?".into()))
                    || config.policy_keys == [PathBuf::from("~?")]
                    || config.policy_imports == ["~?"]
                    || config.state == State::Directory("~?".into())
                    || config.workspace == Some("~?".into())
                    || holds(&config.judges, "~?")
            }
        };
        assert!(marked, "{name} is not read");
    }
}

/// Some text of these judges is this one.
fn holds(judges: &Judges, text: &str) -> bool {
    let Judges { codex, tools, .. } = judges;
    let hidden = [&codex.key, &codex.headers];
    let texts = [&codex.base_url, &codex.model, &codex.effort];
    let paths = [tools, &codex.key_file, &codex.home, &codex.executable];
    hidden
        .iter()
        .any(|h| h.as_ref().is_some_and(|h| h.0 == text))
        || texts.iter().any(|t| t.as_deref() == Some(text))
        || paths.iter().any(|p| p.as_deref() == Some(text.as_ref()))
}

#[test]
fn variables_without_effect_are_named_in_one_remark() {
    assert_eq!(
        remarks(&[
            ("ENABLE_SYNC_AUDIT_METRICS", "10"),
            ("ENABLE_SYNC_AUDIT_HEALTH_CHECKS", "true"),
            ("AUDIT_QUEUE_TIMEOUT", "")
        ]),
        "without effect in this build: ENABLE_SYNC_AUDIT_METRICS, ENABLE_SYNC_AUDIT_HEALTH_CHECKS"
    );
}
