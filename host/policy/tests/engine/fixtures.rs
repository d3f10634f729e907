//! Fixtures against the core: what people write is read, compared and refreshed.

use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::fixtures::{Fixture, FixtureError, Verdict};
use gansauditor_policy::{Limits, LoadedPolicy, PolicyHost};
use std::sync::Arc;

async fn core() -> LoadedPolicy {
    let host = PolicyHost::with_core(Limits::default(), "", Arc::new(SystemClock));
    let host = host.expect("the core is built");
    host.load_core("").await.expect("the core loads")
}

fn fixture(text: &str) -> Fixture {
    Fixture::parse(text).expect("it is a fixture")
}

fn fault(text: &str) -> String {
    Fixture::parse(text).expect_err("it is none").to_string()
}

#[tokio::test]
async fn as_little_as_a_score_makes_a_session() {
    let core = core().await;
    for (score, expected) in [(97, r#""complete", "unmet": []"#), (60, r#""continue""#)] {
        let text = format!(
            r#"{{"snapshot": {{"iterations": [{{"reviews": [{{"score": {score}}}]}}]}},
                "expect": {{"status": {expected}, "loop": 1, "bar": 95, "hard-stop": 25}}}}"#
        );
        assert_eq!(fixture(&text).run(&core), Ok(Verdict::Same), "{score}");
    }
}

#[tokio::test]
async fn both_spellings_and_settings_of_its_own_are_read() {
    let core = core().await;
    let text = |key: &str| {
        format!(
            r#"{{"name": "noisy", "settings": {{"noise_band": 0}}, "snapshot": {{
                "criteria": {{"{key}": "minor"}},
                "iterations": [{{"reviews": [{{"score": 96, "judges": [{{"kind": "model"}}]}}]}}],
                "findings": [{{"severity": "minor", "category": "error-handling", "message": "It is ignored."}}]}},
                "expect": {{"status": "continue", "unmet": [{{"condition": "blocking-findings"}}]}}}}"#
        )
    };
    for key in ["blocking-severity", "blocking_severity"] {
        let fixture = fixture(&text(key));
        assert_eq!(fixture.name.as_deref(), Some("noisy"));
        assert_eq!(fixture.run(&core), Ok(Verdict::Same));
    }
    let refused = r#"{"settings": {"noise_band": "much"}, "snapshot": {}, "expect": {"loop": 1}}"#;
    let verdict = fixture(refused).run(&core);
    assert!(
        matches!(&verdict, Ok(Verdict::Undecided(why)) if why.contains("/noise_band")),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn what_differs_is_listed_and_refreshed() {
    let core = core().await;
    let written = fixture(
        r#"{"expect": {"status": "complete", "bar": 90}, "snapshot": {"iterations": [{"reviews": [{"score": 60}]}]}}"#,
    );
    let Ok(Verdict::Different(differences)) = written.run(&core) else {
        panic!("it differs");
    };
    let paths: Vec<_> = differences.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(paths, ["status", "bar"]);
    let updated = written.updated(&core).expect("the core decides");
    let expected = "{\n  \"expect\": {\n    \"status\": \"continue\",\n    \"bar\": 95.0\n  },\n  \"snapshot\"";
    assert!(updated.starts_with(expected), "{updated}");
    assert_eq!(fixture(&updated).run(&core), Ok(Verdict::Same));
}

#[tokio::test]
async fn without_an_expectation_the_whole_decision_is_written() {
    let core = core().await;
    let written = fixture(r#"{"snapshot": {}}"#);
    assert_eq!(written.run(&core), Err(FixtureError::NothingExpected));
    let updated = written.updated(&core).expect("the core decides");
    assert!(updated.contains("\"next_steps\""), "{updated}");
    assert_eq!(fixture(&updated).run(&core), Ok(Verdict::Same));
}

#[test]
fn a_fault_has_its_place() {
    for (text, words) in [
        ("{", "not JSON"),
        ("[]", "a fixture is an object"),
        (
            r#"{"snapshot": {}, "expected": {}}"#,
            "expected: there is no such member",
        ),
        (r#"{"snapshot": {"nwo": 1}}"#, "snapshot.nwo: unknown field"),
        (
            r#"{"snapshot": {"iterations": [{"reviews": [{"score": 101}]}]}}"#,
            "snapshot.iterations[0].reviews[0].score: 101 is not a score",
        ),
        (
            r#"{"snapshot": {"spend": {"judge-calls": 1, "judge_calls": 2}}}"#,
            "the same member twice",
        ),
        (
            r#"{"snapshot": {}, "expect": {"statsu": 1}}"#,
            "expect.statsu: a decision has no",
        ),
    ] {
        let fault = fault(text);
        assert!(fault.contains(words), "{text}: {fault}");
    }
}

#[test]
fn a_bench_measures_both_and_keeps_to_its_time() {
    let budget = std::time::Duration::from_millis(200);
    let told = std::cell::Cell::new(0.0);
    let bench = gansauditor_policy::bench::measure(Limits::default(), None, "", budget, |share| {
        told.set(share);
    })
    .expect("the core is built");
    assert_eq!(bench.rows.len(), 2);
    assert!(told.get() > 0.5);
    for row in &bench.rows {
        assert!(row.evaluations >= 10 && row.p50_micros > 0.0 && row.p50_micros <= row.p95_micros);
        assert!(
            row.memory_bytes > 0 && (0.2..5.0).contains(&row.over_core),
            "{row:?}"
        );
    }
}
