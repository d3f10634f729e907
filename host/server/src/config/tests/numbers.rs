//! Numbers: taken as written, moved into their range, or replaced by their default.

use super::{read, remarks};
use crate::config::Config;
use std::time::Duration;

/// Settings that are whole numbers: the least value, the default, the greatest one, and one between.
const WHOLE: &str = "
    AUDIT_TIMEOUT_SECONDS                  5        30        300       60
    SYNC_AUDIT_TIER1_LOOPS                 1        10         15        8
    SYNC_AUDIT_TIER2_LOOPS                10        15         20       12
    SYNC_AUDIT_TIER3_LOOPS                15        20        100       16
    SYNC_AUDIT_HARD_STOP_LOOPS             1        25       1000       40
    SYNC_AUDIT_STAGNATION_START_LOOP       1        10        100       15
    MAX_SESSION_AGE                   300000  86400000  604800000 43200000
    SESSION_CLEANUP_INTERVAL           60000   3600000   86400000  1800000
";

/// The same of settings that may have a fraction.
const DECIMAL: &str = "
    SYNC_AUDIT_TIER1_SCORE                90        95        100     97.5
    SYNC_AUDIT_TIER2_SCORE                85        90         95       91
    SYNC_AUDIT_TIER3_SCORE                 0        85         90       70
    SYNC_AUDIT_STAGNATION_THRESHOLD        0      0.95          1     0.98
";

/// What a setting came to.
fn value(config: &Config, name: &str) -> f64 {
    let criteria = &config.audit.criteria;
    let [first, second, third] = &criteria.tiers[..] else {
        panic!("there are three tiers")
    };
    match name {
        "AUDIT_TIMEOUT_SECONDS" => config.audit.timeout.as_secs_f64(),
        "SYNC_AUDIT_TIER1_LOOPS" => first.loops.into(),
        "SYNC_AUDIT_TIER2_LOOPS" => second.loops.into(),
        "SYNC_AUDIT_TIER3_LOOPS" => third.loops.into(),
        "SYNC_AUDIT_HARD_STOP_LOOPS" => criteria.hard_stop.into(),
        "SYNC_AUDIT_STAGNATION_START_LOOP" => criteria.stagnation.start_loop.into(),
        "MAX_SESSION_AGE" => config.retention.max_age.as_millis() as f64,
        "SESSION_CLEANUP_INTERVAL" => config.retention.interval.as_millis() as f64,
        "SYNC_AUDIT_TIER1_SCORE" => first.score.get(),
        "SYNC_AUDIT_TIER2_SCORE" => second.score.get(),
        "SYNC_AUDIT_TIER3_SCORE" => third.score.get(),
        "SYNC_AUDIT_STAGNATION_THRESHOLD" => criteria.stagnation.threshold,
        _ => panic!("{name} is no number"),
    }
}

/// Each setting of the table is taken as written, moved into its range with a remark, and its default where it is
/// no number. Answers with each name and the value between.
fn obey<'t>(table: &'t str, too_little: &str, too_much: &str) -> Vec<(&'t str, &'t str)> {
    let rows = table.lines().filter(|row| !row.trim().is_empty());
    let obeys = |row: &'t str| {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let [name, least, default, greatest, between] = cells[..] else {
            panic!("{row}")
        };
        let comes_to = |config: &Config, expected: &str, text: &str| {
            let expected: f64 = expected.parse().unwrap();
            assert_eq!(value(config, name), expected, "{name}={text}");
        };
        comes_to(&read(&[]), default, "");
        comes_to(&read(&[(name, between)]), between, between);
        for (text, expected) in [(too_little, least), (too_much, greatest), ("soon", default)] {
            let config = read(&[(name, text)]);
            comes_to(&config, expected, text);
            assert!(
                config.remarks.iter().any(|r| r.starts_with(name)),
                "{name}={text}"
            );
        }
        (name, between)
    };
    rows.map(obeys).collect()
}

#[test]
fn whole_numbers_are_taken_clamped_or_replaced_by_the_default() {
    for (name, between) in obey(WHOLE, "-1", "999999999999") {
        let config = read(&[(name, &format!("{between}  # a comment"))]);
        assert_eq!(
            value(&config, name),
            between.parse::<f64>().unwrap(),
            "{name}"
        );
    }
}

#[test]
fn decimal_numbers_are_taken_clamped_or_replaced_by_the_default() {
    assert_eq!(obey(DECIMAL, "-0.5", "1e9").len(), 4);
}

#[test]
fn a_cycle_has_four_attempts_for_each_loop_and_never_fewer_than_a_hundred() {
    for (loops, attempts) in [
        ("", 100),
        ("40", 160),
        ("40  # a comment", 160),
        ("-1", 100),
        ("999999999999", 4000),
        ("soon", 100),
    ] {
        let config = read(&[("SYNC_AUDIT_HARD_STOP_LOOPS", loops)]);
        assert_eq!(config.audit.caps.max_attempts, attempts, "{loops}");
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
