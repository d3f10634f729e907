//! Snapshots for tests, built like sentences: `session().review(60.0).finding(...).review(97.0)`.

mod random;

pub use random::{FILES, Judged, SEVERITIES, Step, keeps_the_contract, play, step, steps, submit};

use crate::Policy;
use crate::model::*;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The guide's defaults: 95/10, 90/15, 85/20, hard stop 25, stagnation from loop 10 at 0.95.
pub fn criteria() -> Criteria {
    let tier = |score, loops| Tier { score, loops };
    Criteria {
        tiers: vec![tier(95.0, 10), tier(90.0, 15), tier(85.0, 20)],
        hard_stop: 25,
        stagnation: StagnationCriteria {
            enabled: true,
            start_loop: 10,
            threshold: 0.95,
        },
        blocking_severity: Severity::Critical,
        detail: DetailLevel::Detailed,
    }
}

/// A session without any iteration yet: add at least one.
pub fn session() -> Snapshot {
    Snapshot {
        now: 1_000,
        criteria: criteria(),
        request: Request::default(),
        limits: Limits {
            max_attempts: 100,
            max_reviews: 3,
            max_tokens: None,
            max_money_micros: None,
            max_judge_millis: None,
        },
        settings: String::new(),
        iterations: Vec::new(),
        sources: Vec::new(),
        findings: Vec::new(),
        evidence: Vec::new(),
        spend: Spend::default(),
        memo: None,
        extensions: Vec::new(),
    }
}

/// A model that scatters.
pub fn noisy() -> Judge {
    Judge {
        name: "model".into(),
        version: "1".into(),
        kind: JudgeKind::Model,
        deterministic: false,
    }
}

/// Built-in rules.
pub fn steady() -> Judge {
    Judge {
        name: "rules".into(),
        version: "1".into(),
        kind: JudgeKind::Static,
        deterministic: true,
    }
}

/// A whole review of these files by the noisy judge.
pub fn review(score: f64, covered: &[&str]) -> Review {
    Review {
        judges: vec![noisy()],
        score: Some(score),
        verdict: if score < 50.0 {
            Verdict::Reject
        } else {
            Verdict::Revise
        },
        dimensions: vec![Dimension {
            name: "correctness".into(),
            weight: 1.0,
            score: Some(score),
        }],
        assessed_weight: 1.0,
        coverage: Coverage::Whole,
        covered: covered.iter().map(|&path| path.to_owned()).collect(),
        reported: Vec::new(),
        summary: String::new(),
        extensions: Vec::new(),
    }
}

/// An open finding in a file, first and last reported at loop 1.
pub fn finding(fingerprint: &str, severity: Severity, path: &str, line: u32) -> Finding {
    Finding {
        fingerprint: fingerprint.to_owned(),
        rule: None,
        category: Category::Logic,
        severity,
        cwe: None,
        message: format!("{fingerprint} is wrong"),
        advice: Some(format!("mend {fingerprint}")),
        location: Some(Location {
            path: path.to_owned(),
            line: Some(line),
            end_line: None,
        }),
        symbol: None,
        judge: "model".into(),
        state: FindingState::Open,
        first_seen: 1,
        last_seen: 1,
        fixed_in: None,
        reopened: 0,
        extensions: Vec::new(),
    }
}

/// Which conditions a decision found unmet.
pub fn conditions(decision: &Decision) -> Vec<Condition> {
    decision
        .unmet
        .iter()
        .map(|unmet| unmet.condition.clone())
        .collect()
}

/// Whether a decision completes.
pub fn is_complete(decision: &Decision) -> bool {
    matches!(decision.status, Status::Complete(_))
}

/// The JSON Pointers to what a policy finds wrong with its settings.
pub fn problems<P: Policy>(settings: &str) -> Vec<String> {
    let problems = P::validate_settings(settings).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.path).collect()
}

/// Holds a policy that keeps the default policy's settings beside its own, a `T`, to what its schema says:
/// every setting is explained, and each default is what an absent setting stands for.
pub fn schema_is_kept<P: Policy, T: DeserializeOwned + PartialEq + Debug>(own: &str) {
    let read = |text: &str| crate::settings::read::<T>(own, text);
    let schema: serde_json::Value =
        serde_json::from_str(&P::describe().settings_schema).expect("the schema is JSON");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let absent = read("");
    assert!(absent.is_ok(), "{absent:?}");
    let properties = schema["properties"].as_object().expect("properties");
    assert!(properties.contains_key("noise_band"));
    for (name, property) in properties {
        assert!(property["description"].is_string(), "{name}");
        if let Some(default) = property.get("default") {
            let text = serde_json::json!({ name: default }).to_string();
            assert_eq!(P::validate_settings(&text), Ok(()), "{name}");
            assert_eq!(read(&text), absent, "{name}");
        }
    }
    assert_eq!(
        problems::<P>(r#"{"no such setting":1}"#)[0],
        "/no such setting"
    );
}

/// Holds a policy's page to its word: the settings in its JSON blocks are valid.
pub fn examples_are_valid<P: Policy>(page: &str) {
    let blocks = page.split("```json\n").skip(1);
    let examples: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(!examples.is_empty(), "the page has no example");
    for example in examples {
        assert_eq!(P::validate_settings(example), Ok(()), "{example}");
    }
}

impl Snapshot {
    /// Submits files (path and text) and has them reviewed; without reviews judging failed. A text `"-"`
    /// deletes its file.
    pub fn submit(mut self, files: &[(&str, &str)], reviews: Vec<Review>) -> Self {
        let attempt = self.iterations.last().map_or(1, |last| last.attempt + 1);
        let counts = reviews.iter().any(|review| review.whole_score().is_some());
        let next = 1 + self
            .iterations
            .iter()
            .filter(|i| i.loop_number.is_some())
            .count() as u32;
        self.iterations.push(Iteration {
            attempt,
            loop_number: counts.then_some(next),
            submission: format!("{files:?}"),
            submitted_at: u64::from(attempt),
            files: files
                .iter()
                .map(|&(path, text)| FileVersion {
                    path: path.to_owned(),
                    digest: (text != "-").then(|| format!("{path} {text}")),
                })
                .collect(),
            unchanged: false,
            reviews,
            extensions: Vec::new(),
        });
        let files = files
            .iter()
            .filter(|(_, text)| *text != "-")
            .map(|&(path, text)| SourceFile {
                path: path.to_owned(),
                language: None,
                text: text.to_owned(),
            });
        self.sources.push(Source {
            attempt,
            files: files.collect(),
        });
        self
    }

    /// Submits the next version of `a.rs`, different from all before, reviewed whole with this score.
    pub fn scored(self, score: f64) -> Self {
        let version = self.iterations.len();
        let text: String = (0..40).map(|n| format!("word{}x{n} ", version)).collect();
        self.submit(&[("a.rs", &text)], vec![review(score, &["a.rs"])])
    }

    /// Adds to the ledger.
    pub fn with_finding(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    /// Sets the policy's settings.
    pub fn with_settings(mut self, settings: &str) -> Self {
        self.settings = settings.to_owned();
        self
    }

    /// The newest review, to be changed.
    pub fn newest_review(&mut self) -> &mut Review {
        let newest = self
            .iterations
            .last_mut()
            .and_then(|newest| newest.reviews.last_mut());
        newest.expect("the session has a review")
    }
}
