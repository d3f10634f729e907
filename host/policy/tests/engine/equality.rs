//! The core decides the same natively and as a component.

use crate::guest::snapshot;
use crate::native;
use gansauditor_audit::domain::{
    BarRequest, Category, Coverage, DetailLevel, Digest, FileVersion, Finding, FindingState,
    IterationView, JudgeKind, Location, Reported, Score, Severity, Snapshot, Source, SourceFile,
    StopRequest, Timestamp, Verdict,
};
use gansauditor_audit::ports::{LivePolicy as _, PolicyError, SystemClock};
use gansauditor_policy::{Limits, PolicyHost};
use proptest::prelude::*;
use std::sync::{Arc, OnceLock};

/// The core as the server runs it, on a runtime of its own.
fn core() -> &'static (PolicyHost, tokio::runtime::Runtime) {
    static CORE: OnceLock<(PolicyHost, tokio::runtime::Runtime)> = OnceLock::new();
    CORE.get_or_init(|| {
        let limits = Limits {
            deadline: std::time::Duration::from_secs(60),
            ..Limits::default()
        };
        let host =
            PolicyHost::with_core(limits, "", Arc::new(SystemClock)).expect("the core loads");
        (
            host,
            tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime"),
        )
    })
}

/// What `make core` left.
fn built(file: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/core");
    std::fs::read(folder.join(file)).expect("run `make core` first")
}

/// Holds the component against the native core, and says whether they decided.
fn compare(snapshot: Snapshot) -> bool {
    let (host, runtime) = core();
    let native = native::decide(&snapshot);
    let component = runtime.block_on(host.current().evaluate(Arc::new(snapshot)));
    match (native, component) {
        (Ok(native), Ok(component)) => {
            assert_eq!(native::as_native(&component), native);
            true
        }
        (Err(native), Err(PolicyError::Refused(component))) => {
            assert_eq!(component, native);
            false
        }
        (native, component) => panic!("native {native:?}, component {component:?}"),
    }
}

#[test]
fn the_embedded_machine_code_fits_this_program() {
    // Loads as what `make core` precompiled: the same bytes compiled here would be equal.
    let component = built("core.wasm");
    let precompiled = gansauditor_componentize::precompile(&component).expect("the core compiles");
    assert!(
        precompiled == built("core.cwasm"),
        "target/core/core.cwasm is older than the compiler's configuration: run `make core`"
    );
}

#[test]
fn the_core_is_described_as_its_package_is() {
    let identity = core().0.status().live;
    assert_eq!(identity.name, "gansauditor-core");
    assert_eq!(identity.digest, Digest::of(&built("core.wasm")));
}

#[test]
fn decides_alike_on_a_plain_snapshot() {
    assert!(compare(snapshot(Timestamp(1))));
}

#[test]
fn refuses_alike() {
    let mut broken = snapshot(Timestamp(1));
    broken.iterations.clear();
    assert!(!compare(broken));
    let mut broken = snapshot(Timestamp(1));
    broken.settings = "{\"no-such-setting\": true}".into();
    assert!(!compare(broken));
}

const WORDS: [&str; 12] = [
    "fn ",
    "main",
    "() {",
    "}\n",
    " let x = ",
    "42",
    ";\n",
    "// é ü 漢\n",
    "\"text\"",
    "if ",
    "x == y ",
    "\t",
];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..60)
        .prop_map(|words| words.concat())
}

fn score() -> impl Strategy<Value = Score> {
    prop_oneof![(0u32..=100).prop_map(f64::from), 0.0..=100.0f64].prop_map(Score::clamped)
}

/// One iteration: score, coverage, verdict, deterministic, and the texts of two files.
#[derive(Debug, Clone)]
struct Round {
    score: Score,
    whole: bool,
    reviews: usize,
    deterministic: bool,
    texts: [Option<String>; 2],
}

fn round() -> impl Strategy<Value = Round> {
    (
        score(),
        prop::bool::weighted(0.9),
        0usize..3,
        any::<bool>(),
        [prop::option::of(text()), prop::option::of(text())],
    )
        .prop_map(|(score, whole, reviews, deterministic, texts)| Round {
            score,
            whole,
            reviews,
            deterministic,
            texts,
        })
}

fn rounds_to_snapshot(
    rounds: &[Round],
    repeated: bool,
    findings: Vec<Finding>,
    detail: DetailLevel,
    bar: Option<BarRequest>,
    stop: Option<StopRequest>,
) -> Snapshot {
    let mut s = snapshot(Timestamp(1_700_000_000_000));
    let template = s.iterations[0].clone();
    s.iterations.clear();
    let mut loops = 0;
    for (index, round) in rounds.iter().enumerate() {
        let round = if repeated { &rounds[index % 2] } else { round };
        let attempt = index as u32 + 1;
        let paths = ["src/a.rs", "src/b.py"];
        let files: Vec<SourceFile> = paths
            .iter()
            .zip(&round.texts)
            .filter_map(|(path, text)| {
                text.as_ref().map(|text| SourceFile {
                    path: (*path).to_owned(),
                    language: Some("rust".into()),
                    text: text.clone(),
                })
            })
            .collect();
        let mut review = template.reviews[0].clone();
        review.score = Some(round.score);
        review.verdict = if round.score.get() < 50.0 {
            Verdict::Reject
        } else {
            Verdict::Revise
        };
        review.judges[0].deterministic = round.deterministic;
        review.judges[0].kind = JudgeKind::Model;
        review.covered = files.iter().map(|file| file.path.clone()).collect();
        if !round.whole {
            review.coverage = Coverage::Partial("too long".into());
        }
        let counts = round.whole && round.reviews > 0;
        loops += u32::from(counts);
        s.iterations.push(IterationView {
            attempt,
            loop_number: counts.then_some(loops),
            submission: Digest::of(format!("{:?}", round.texts).as_bytes()),
            submitted_at: Timestamp(1_700_000_000_000 + u64::from(attempt)),
            files: files
                .iter()
                .map(|file| FileVersion {
                    path: file.path.clone(),
                    digest: Some(Digest::of(file.text.as_bytes())),
                })
                .collect(),
            unchanged: false,
            reviews: vec![review; round.reviews],
        });
        s.sources.push(Source { attempt, files });
    }
    s.findings = findings;
    s.findings.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    s.findings.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    s.criteria.detail = detail;
    s.criteria.stagnation.start_loop = 2;
    s.request.bar = bar;
    s.request.stop = stop;
    s
}

fn finding() -> impl Strategy<Value = Finding> {
    let severity = prop::sample::select(vec![
        Severity::Info,
        Severity::Minor,
        Severity::Major,
        Severity::Critical,
        Severity::Blocker,
    ]);
    let state = prop::sample::select(vec![
        FindingState::Open,
        FindingState::Unreviewed,
        FindingState::Fixed,
        FindingState::Waived,
    ]);
    let category = prop_oneof![
        Just(Category::Security),
        Just(Category::ErrorHandling),
        Just(Category::Custom("naming".into()))
    ];
    (severity, state, category, 0u32..9, 1u32..5, 0u32..3, text()).prop_map(
        |(severity, state, category, number, seen, reopened, message)| Finding {
            fingerprint: format!("f{number}"),
            reported: Reported {
                rule: (number % 2 == 0).then(|| format!("rule/{number}")),
                category,
                severity,
                cwe: Some(number),
                message,
                advice: (number % 3 == 0).then(|| "mend it".into()),
                location: (number % 4 != 0).then(|| Location {
                    path: "src/a.rs".into(),
                    line: Some(number),
                    end_line: None,
                }),
                symbol: None,
                anchor: String::new(),
            },
            judge: "codex".into(),
            judge_rank: 1,
            state,
            first_seen: seen.min(2),
            last_seen: seen,
            fixed_in: (state == FindingState::Fixed).then_some(seen + 1),
            reopened,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn decides_alike_on_any_session(
        rounds in proptest::collection::vec(round(), 2..8),
        repeated in any::<bool>(),
        findings in proptest::collection::vec(finding(), 0..8),
        detail in prop::sample::select(vec![DetailLevel::Basic, DetailLevel::Detailed, DetailLevel::Verbose]),
        bar in prop::option::of(score().prop_map(BarRequest::AtLeast)),
        stop in prop::option::of((1u32..6).prop_map(StopRequest::AtMost)),
    ) {
        let snapshot = rounds_to_snapshot(&rounds, repeated, findings, detail, bar, stop);
        prop_assert!(compare(snapshot), "both refuse");
    }
}
