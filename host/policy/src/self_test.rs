//! The plain example that every policy must decide on before it goes live.

use gansauditor_audit::domain::{
    Caps, Coverage, Criteria, Digest, Dimension, FileVersion, IterationView, JudgeIdentity,
    JudgeKind, Request, Review, Score, Snapshot, Source, SourceFile, Spend, Timestamp, Usage,
    Verdict,
};

/// One session's first loop: one file, read whole by a deterministic judge, graded in the middle.
pub(crate) fn example(settings: &str) -> Snapshot {
    let text = "fn main() {\n    println!(\"hello\");\n}\n";
    let path = "src/main.rs";
    let digest = Digest::of(text.as_bytes());
    let score = Score::clamped(72.0);
    Snapshot {
        now: Timestamp(1_700_000_000_000),
        criteria: Criteria::default(),
        request: Request::default(),
        limits: Caps::default(),
        settings: settings.to_owned(),
        iterations: vec![IterationView {
            attempt: 1,
            loop_number: Some(1),
            submission: digest.clone(),
            submitted_at: Timestamp(1_700_000_000_000),
            files: vec![FileVersion {
                path: path.to_owned(),
                digest: Some(digest),
            }],
            unchanged: false,
            reviews: vec![Review {
                cards: Vec::new(),
                evidence: Vec::new(),
                judges: vec![JudgeIdentity {
                    name: "example".to_owned(),
                    version: "1".to_owned(),
                    kind: JudgeKind::Static,
                    deterministic: true,
                }],
                score: Some(score),
                verdict: Verdict::Revise,
                dimensions: vec![Dimension {
                    name: "correctness".to_owned(),
                    weight: 1.0,
                    score: Some(score),
                }],
                assessed_weight: 1.0,
                coverage: Coverage::Whole,
                covered: vec![path.to_owned()],
                readings: Vec::new(),
                findings: Vec::new(),
                summary: "An example.".to_owned(),
                usage: Usage::default(),
                millis: 1,
            }],
        }],
        sources: vec![Source {
            attempt: 1,
            files: vec![SourceFile {
                path: path.to_owned(),
                language: Some("rust".to_owned()),
                text: text.to_owned(),
            }],
        }],
        findings: Vec::new(),
        evidence: Vec::new(),
        spend: Spend {
            judge_millis: 1,
            judge_calls: 1,
            ..Spend::default()
        },
        memo: None,
        extensions: Vec::new(),
    }
}
