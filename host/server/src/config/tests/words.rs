//! Switches and choices.

use super::read;
use crate::config::*;
use gansauditor_audit::ContextConfig;
use gansauditor_audit::domain::{CheckErrors, ContextScope, DetailLevel, Severity};

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
fn a_check_that_could_not_be_run_blocks_unless_it_is_only_noted() {
    for (text, errors, count) in [
        ("", CheckErrors::Block, 0),
        ("block", CheckErrors::Block, 0),
        ("Note", CheckErrors::Note, 0),
        ("ignore", CheckErrors::Block, 1),
    ] {
        let config = read(&[("AUDIT_CHECK_ERRORS", text)]);
        assert_eq!(
            (config.audit.criteria.check_errors, config.remarks.len()),
            (errors, count),
            "{text}"
        );
    }
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
