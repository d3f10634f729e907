//! What is read where nothing is written, and from the files that operators have.

use super::read;
use crate::config::*;
use gansauditor_audit::ContextConfig;

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
