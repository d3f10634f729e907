use super::*;
use gansauditor_audit::ContextConfig;
use gansauditor_audit::domain::{ContextScope, DetailLevel, Severity};

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn read(pairs: &[(&str, &str)]) -> Config {
    Config::read(&variables(pairs)).expect("a configuration that a server can be made from")
}

fn remarks(pairs: &[(&str, &str)]) -> String {
    read(pairs).remarks.join("\n")
}

fn tier_pairs(config: &Config) -> Vec<(f64, u32)> {
    config
        .audit
        .criteria
        .tiers
        .iter()
        .map(|tier| (tier.score.get(), tier.loops))
        .collect()
}

#[test]
fn nothing_written_means_the_documented_defaults_and_no_remark() {
    let config = read(&[]);
    assert!(config.auditing && config.synchronous && config.log_thoughts);
    assert_eq!(config.judges.seats, [(JudgeName::Auto, 1.0)]);
    assert_eq!(config.judges.codex.retries, 1);
    assert!(config.judges.caching && config.audit.partial_results);
    assert_eq!(config.audit.queue, QueueLimits::default());
    assert_eq!(config.audit.context, ContextConfig::default());
    assert_eq!(config.progress, Some(Duration::from_secs(5)));
    assert_eq!(config.state, State::Directory(".mcp-gan-state".into()));
    assert_eq!(config.retention.max_age, Duration::from_secs(24 * 3600));
    assert_eq!(config.retention.interval, Duration::from_secs(3600));
    assert_eq!(config.audit.timeout, Duration::from_secs(30));
    assert_eq!(config.audit.criteria, Criteria::default());
    assert_eq!(config.audit.caps, Caps::default());
    assert_eq!(config.audit.gan_config, GanConfigMode::Tighten);
    assert_eq!((config.policy, config.policy_settings), (None, None));
    assert_eq!(config.remarks, Vec::<String>::new());
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let mut empty = Variables::new();
    for setting in SETTINGS {
        empty.insert(setting.describe().name.to_owned(), String::new());
    }
    let config = Config::read(&empty).expect("defaults");
    assert_eq!(config.audit.criteria, Criteria::default());
    assert!(config.auditing);
    assert_eq!(config.remarks, Vec::<String>::new());
}

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
fn switches_are_on_only_for_true() {
    for (text, on) in [
        ("true", true),
        ("TRUE", true),
        ("false", false),
        ("False", false),
    ] {
        let config = read(&[("ENABLE_GAN_AUDITING", text)]);
        assert_eq!((config.auditing, config.remarks.len()), (on, 0), "{text}");
    }
    for text in ["1", "yes", "on", "true ", "true # on"] {
        let config = read(&[("ENABLE_GAN_AUDITING", text)]);
        assert_eq!(
            (config.auditing, config.remarks.len()),
            (false, 1),
            "{text}"
        );
    }
    assert!(!read(&[("ENABLE_SYNCHRONOUS_AUDIT", "false")]).synchronous);
    assert!(!read(&[("DISABLE_THOUGHT_LOGGING", "true")]).log_thoughts);
    assert!(
        !read(&[("ENABLE_STAGNATION_DETECTION", "false")])
            .audit
            .criteria
            .stagnation
            .enabled
    );
    assert_eq!(
        read(&[("ENABLE_SESSION_PERSISTENCE", "false")]).state,
        State::Memory
    );
}

/// Name, reading, and the default, least, greatest and a valid value.
type Case<T> = (&'static str, fn(&Config) -> T, [T; 4]);

#[test]
fn numbers_are_taken_clamped_or_replaced_by_the_default() {
    let whole: [Case<u64>; 9] = [
        (
            "AUDIT_TIMEOUT_SECONDS",
            |c| c.audit.timeout.as_secs(),
            [30, 5, 300, 60],
        ),
        (
            "SYNC_AUDIT_TIER1_LOOPS",
            |c| c.audit.criteria.tiers[0].loops.into(),
            [10, 1, 15, 8],
        ),
        (
            "SYNC_AUDIT_TIER2_LOOPS",
            |c| c.audit.criteria.tiers[1].loops.into(),
            [15, 10, 20, 12],
        ),
        (
            "SYNC_AUDIT_TIER3_LOOPS",
            |c| c.audit.criteria.tiers[2].loops.into(),
            [20, 15, 100, 16],
        ),
        (
            "SYNC_AUDIT_HARD_STOP_LOOPS",
            |c| c.audit.criteria.hard_stop.into(),
            [25, 1, 1000, 40],
        ),
        (
            "SYNC_AUDIT_STAGNATION_START_LOOP",
            |c| c.audit.criteria.stagnation.start_loop.into(),
            [10, 1, 100, 15],
        ),
        (
            "MAX_SESSION_AGE",
            |c| c.retention.max_age.as_millis() as u64,
            [86_400_000, 300_000, 604_800_000, 43_200_000],
        ),
        (
            "SESSION_CLEANUP_INTERVAL",
            |c| c.retention.interval.as_millis() as u64,
            [3_600_000, 60_000, 86_400_000, 1_800_000],
        ),
        (
            "SYNC_AUDIT_HARD_STOP_LOOPS",
            |c| c.audit.caps.max_attempts.into(),
            [100, 100, 4000, 160],
        ),
    ];
    for (name, value, [default, least, greatest, valid]) in whole {
        let number = if name.ends_with("STOP_LOOPS") {
            40
        } else {
            valid
        };
        assert_eq!(value(&read(&[])), default, "{name}");
        assert_eq!(
            value(&read(&[(name, &number.to_string())])),
            valid,
            "{name}"
        );
        assert_eq!(
            value(&read(&[(name, &format!("{number}  # a comment"))])),
            valid,
            "{name}"
        );
        for (text, expected) in [("-1", least), ("999999999999", greatest), ("soon", default)] {
            let config = read(&[(name, text)]);
            assert_eq!(value(&config), expected, "{name}={text}");
            assert!(
                config.remarks.iter().any(|r| r.starts_with(name)),
                "{name}={text}"
            );
        }
    }
    let decimal: [Case<f64>; 4] = [
        (
            "SYNC_AUDIT_TIER1_SCORE",
            |c| c.audit.criteria.tiers[0].score.get(),
            [95.0, 90.0, 100.0, 97.5],
        ),
        (
            "SYNC_AUDIT_TIER2_SCORE",
            |c| c.audit.criteria.tiers[1].score.get(),
            [90.0, 85.0, 95.0, 91.0],
        ),
        (
            "SYNC_AUDIT_TIER3_SCORE",
            |c| c.audit.criteria.tiers[2].score.get(),
            [85.0, 0.0, 90.0, 70.0],
        ),
        (
            "SYNC_AUDIT_STAGNATION_THRESHOLD",
            |c| c.audit.criteria.stagnation.threshold,
            [0.95, 0.0, 1.0, 0.98],
        ),
    ];
    for (name, value, [default, least, greatest, valid]) in decimal {
        assert_eq!(value(&read(&[])), default, "{name}");
        assert_eq!(value(&read(&[(name, &valid.to_string())])), valid, "{name}");
        for (text, expected) in [("-0.5", least), ("1e9", greatest), ("high", default)] {
            let config = read(&[(name, text)]);
            assert_eq!(value(&config), expected, "{name}={text}");
            assert!(
                config.remarks.iter().any(|r| r.starts_with(name)),
                "{name}={text}"
            );
        }
    }
}

#[test]
fn a_number_with_something_behind_it_is_remarked_on_unless_it_is_a_comment() {
    assert_eq!(remarks(&[("MAX_SESSION_AGE", "86400000  # 24 hours")]), "");
    assert_eq!(
        remarks(&[("AUDIT_TIMEOUT_SECONDS", "60s")]),
        "AUDIT_TIMEOUT_SECONDS=`60s` was read as 60"
    );
}

#[test]
fn words_are_taken_in_any_case_and_others_fall_back() {
    for (text, detail, count) in [
        ("basic", DetailLevel::Basic, 0),
        ("Verbose", DetailLevel::Verbose, 0),
        ("chatty", DetailLevel::Detailed, 1),
    ] {
        let config = read(&[("SYNC_AUDIT_FEEDBACK_DETAIL_LEVEL", text)]);
        assert_eq!(
            (config.audit.criteria.detail, config.remarks.len()),
            (detail, count),
            "{text}"
        );
    }
    for (text, severity) in [
        ("blocker", Severity::Blocker),
        ("major", Severity::Major),
        ("minor", Severity::Minor),
        ("info", Severity::Critical),
    ] {
        let config = read(&[("AUDIT_BLOCKING_SEVERITY", text)]);
        assert_eq!(config.audit.criteria.blocking_severity, severity, "{text}");
    }
    for (text, mode) in [
        ("honour", GanConfigMode::Honour),
        ("ignore", GanConfigMode::Ignore),
        ("obey", GanConfigMode::Tighten),
    ] {
        assert_eq!(
            read(&[("GAN_CONFIG_MODE", text)]).audit.gan_config,
            mode,
            "{text}"
        );
    }
}

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

#[test]
fn the_queue_is_as_long_and_as_patient_as_written() {
    let queue = read(&[
        ("MAX_CONCURRENT_AUDITS", "7"),
        ("MAX_CONCURRENT_SESSIONS", "9"),
        ("AUDIT_QUEUE_TIMEOUT", "8000"),
    ])
    .audit
    .queue;
    assert_eq!((queue.audits, queue.sessions), (7, 9));
    assert_eq!(queue.wait, Some(Duration::from_secs(8)));
    let off = read(&[("ENABLE_AUDIT_QUEUE", "false")]).audit.queue;
    assert_eq!(off.wait, None);
    assert!(remarks(&[("MAX_CONCURRENT_SESSIONS", "2")]).contains("MAX_CONCURRENT_SESSIONS=2"));
}

#[test]
fn what_models_are_shown_is_the_operators_choice() {
    let context = |text| read(&[("AUDIT_CONTEXT", text)]).audit.context;
    assert_eq!(context("request"), ContextConfig::default());
    assert_eq!(context("none").scope, ContextScope::None);
    assert!(!context("none").on_request && !context("workspace").on_request);
    assert_eq!(context("workspace").scope, ContextScope::Workspace);
    assert_eq!(
        read(&[("AUDIT_CONTEXT_BYTES", "9")])
            .audit
            .context
            .max_bytes,
        9
    );
}

#[test]
fn progress_can_be_switched_off() {
    assert_eq!(
        read(&[("ENABLE_AUDIT_PROGRESS_INDICATORS", "false")]).progress,
        None
    );
    let every = read(&[("AUDIT_PROGRESS_INDICATOR_INTERVAL", "2000")]).progress;
    assert_eq!(every, Some(Duration::from_secs(2)));
}

#[test]
fn the_state_directory_may_be_absolute_relative_or_at_home() {
    for (text, directory) in [
        ("/var/lib/sessions", "/var/lib/sessions"),
        ("state", "state"),
        ("~/state", "/home/a/state"),
        ("~", "/home/a"),
        ("~other/state", "~other/state"),
    ] {
        let config = read(&[("SYNC_AUDIT_STATE_DIRECTORY", text), ("HOME", "/home/a")]);
        assert_eq!(config.state, State::Directory(directory.into()), "{text}");
    }
    let homeless = variables(&[("SYNC_AUDIT_STATE_DIRECTORY", "~/state")]);
    assert_eq!(
        Config::read(&homeless).map(|_| ()),
        Err(ConfigError::NoHome("~/state".to_owned()))
    );
}

#[test]
fn misordered_tiers_are_put_in_order_and_remarked_on() {
    let config = read(&[
        ("SYNC_AUDIT_TIER1_SCORE", "85"),
        ("SYNC_AUDIT_TIER3_SCORE", "95"),
        ("SYNC_AUDIT_TIER2_LOOPS", "5"),
    ]);
    assert_eq!(tier_pairs(&config), [(95.0, 5), (90.0, 10), (85.0, 20)]);
    assert_eq!(
        config.remarks,
        [
            "the tiers' scores do not fall and their loops do not rise from SYNC_AUDIT_TIER1 to SYNC_AUDIT_TIER3; used are: 95 up to loop 5, 90 up to loop 10, 85 up to loop 20"
        ]
    );
}

#[test]
fn a_hard_stop_within_the_tiers_is_remarked_on() {
    assert!(remarks(&[("SYNC_AUDIT_HARD_STOP_LOOPS", "20")]).contains("leaves no loop after"));
    assert_eq!(remarks(&[("SYNC_AUDIT_HARD_STOP_LOOPS", "21")]), "");
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

#[test]
fn the_guides_production_file_is_taken_as_it_stands() {
    let production = "\
ENABLE_GAN_AUDITING=true
ENABLE_SYNCHRONOUS_AUDIT=true
AUDIT_TIMEOUT_SECONDS=30
SYNC_AUDIT_TIER1_SCORE=95
SYNC_AUDIT_TIER1_LOOPS=10
SYNC_AUDIT_TIER2_SCORE=90
SYNC_AUDIT_TIER2_LOOPS=15
SYNC_AUDIT_TIER3_SCORE=85
SYNC_AUDIT_TIER3_LOOPS=20
SYNC_AUDIT_HARD_STOP_LOOPS=25
ENABLE_STAGNATION_DETECTION=true
SYNC_AUDIT_STAGNATION_START_LOOP=10
SYNC_AUDIT_STAGNATION_THRESHOLD=0.95
ENABLE_SESSION_PERSISTENCE=true
SYNC_AUDIT_FEEDBACK_DETAIL_LEVEL=detailed
SYNC_AUDIT_STATE_DIRECTORY=/var/lib/gansauditor-codex/sessions
MAX_SESSION_AGE=86400000  # 24 hours
SESSION_CLEANUP_INTERVAL=3600000  # 1 hour
DISABLE_THOUGHT_LOGGING=false";
    let pairs: Vec<(&str, &str)> = production
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let config = read(&pairs);
    assert_eq!(config.remarks, Vec::<String>::new());
    assert_eq!(config.audit.criteria, Criteria::default());
    assert_eq!(
        config.state,
        State::Directory("/var/lib/gansauditor-codex/sessions".into())
    );
}

#[test]
fn policy_settings_are_json_or_a_file() {
    let settings = |text| read(&[("AUDIT_POLICY_SETTINGS", text)]).policy_settings;
    assert_eq!(
        settings(" {\"a\":1}"),
        Some(PolicySettings::Json(" {\"a\":1}".to_owned()))
    );
    assert_eq!(
        settings("policy.json"),
        Some(PolicySettings::File("policy.json".into()))
    );
}
