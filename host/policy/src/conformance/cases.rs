//! Snapshots on which policies break.

use crate::sample::{self, Random, code, session};
use gansauditor_audit::domain::{
    BarRequest, Category, CheckResult, Coverage, DetailLevel, Digest, Evidence, Finding,
    FindingState, HistoryRequest, IterationView, Location, Reported, Score, Severity, Snapshot,
    Spend, StopRequest, Tier, Timestamp,
};

/// What nobody expects in a text.
const ODD: &str = "\0\u{7}\u{1b}[2J\u{202e}\u{feff} \u{10ffff} e\u{301} \u{1f469}\u{200d}\u{1f4bb} \"\\`</script>\r\n";

/// Most bytes of a memo, as the contract has it.
const MEMO: usize = 64 << 10;

/// A snapshot and what may be made of it.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) snapshot: Snapshot,
    /// The snapshot keeps the contract, so there must be a decision; otherwise a refusal will do.
    pub(super) lawful: bool,
    /// There is no whole review of the newest submission, so nothing completes.
    pub(super) unread: bool,
}

/// All of them; texts as long as the policy asks for.
pub(super) fn all(settings: &str, history: Option<HistoryRequest>) -> Vec<Case> {
    let mut cases = lawful(settings, history);
    cases.extend(unread(settings));
    cases.extend(unlawful(settings));
    cases
}

fn case(name: &'static str, snapshot: Snapshot) -> Case {
    Case {
        name,
        snapshot,
        lawful: true,
        unread: false,
    }
}

/// A session changed in one way.
fn but(
    name: &'static str,
    settings: &str,
    scores: &[f64],
    change: impl FnOnce(&mut Snapshot),
) -> Case {
    let mut snapshot = session(settings, scores);
    change(&mut snapshot);
    case(name, snapshot)
}

fn newest(snapshot: &mut Snapshot) -> Option<&mut IterationView> {
    snapshot.iterations.last_mut()
}

fn lawful(settings: &str, history: Option<HistoryRequest>) -> Vec<Case> {
    let plain = |name, change: fn(&mut Snapshot)| but(name, settings, &[72.0], change);
    vec![
        plain("a first loop", |_| {}),
        but("a perfect first loop", settings, &[100.0], |_| {}),
        but("a score of nothing", settings, &[0.0], |_| {}),
        but(
            "scores up and down",
            settings,
            &[90.0, 10.0, 90.0, 10.0, 90.0],
            |_| {},
        ),
        but("1,000 loops on one text", settings, &[50.0; 1000], |_| {}),
        plain("all numbers at their greatest", greatest),
        plain("2,000 findings", |s| {
            s.findings = (0..2000).map(|n| finding(n, "It is wrong.")).collect();
            s.criteria.detail = DetailLevel::Verbose;
        }),
        plain("one finding with 256 KiB of text", |s| {
            s.findings = vec![finding(1, &"long ".repeat(50 << 10))];
        }),
        plain("odd characters everywhere", odd),
        plain("500 results of checks", |s| {
            s.evidence = (0..500).map(evidence).collect();
        }),
        plain("a bar that is asked for", |s| {
            s.request.bar = Some(BarRequest::Exactly(Score::MAX));
            s.request.stop = Some(StopRequest::AtMost(1));
        }),
        plain("every file deleted", |s| {
            s.sources.clear();
            for i in &mut s.iterations {
                i.files.iter_mut().for_each(|file| file.digest = None);
                i.reviews
                    .iter_mut()
                    .for_each(|review| review.covered.clear());
            }
        }),
        plain("no texts", |s| s.sources.clear()),
        plain("additions nobody knows", |s| {
            s.extensions = vec![("acme/later".to_owned(), "{\"a\":[null]}".to_owned())];
        }),
        case("as much text as it asks for", wanted(settings, history)),
    ]
}

/// Several submissions that have nothing in common, as long as the policy wants to see.
fn wanted(settings: &str, history: Option<HistoryRequest>) -> Snapshot {
    let history = history.unwrap_or(HistoryRequest {
        submissions: 1,
        bytes: 0,
    });
    // A loop has a submission: without history there is one, whose text is not shown.
    let versions = usize::try_from(history.submissions.clamp(1, 8)).unwrap_or(1);
    let bytes = usize::try_from(history.bytes).unwrap_or(0) / versions;
    let mut random = Random::new();
    let texts = (0..versions).map(|_| {
        let mut text = code(&mut random, bytes).concat();
        text.truncate(bytes);
        text
    });
    sample::with_texts(settings, texts)
}

fn unread(settings: &str) -> Vec<Case> {
    let of = |name, change: fn(&mut IterationView)| {
        let mut made = but(name, settings, &[99.0, 100.0], |s| {
            if let Some(iteration) = newest(s) {
                iteration.loop_number = None;
                change(iteration);
            }
        });
        made.unread = true;
        made
    };
    vec![
        of("a perfect review in part", |i| {
            for review in &mut i.reviews {
                review.coverage = Coverage::Partial("the second half is missing".to_owned());
                review.covered.clear();
            }
        }),
        of("a review without a score", |i| {
            for review in &mut i.reviews {
                review.coverage = Coverage::Unscored("it could not be read".to_owned());
                review.score = None;
                review.assessed_weight = 0.0;
                review.dimensions.iter_mut().for_each(|d| d.score = None);
            }
        }),
        of("no review", |i| i.reviews.clear()),
    ]
}

/// Each breaks a promise of the contract: the policy may refuse, and must not fail.
fn unlawful(settings: &str) -> Vec<Case> {
    let of = |name, change: fn(&mut Snapshot)| {
        let mut made = but(name, settings, &[72.0], change);
        made.lawful = false;
        made
    };
    let mut cases = vec![
        of("no tiers", |s| s.criteria.tiers.clear()),
        of("all numbers at their least", |s| {
            s.now = Timestamp(0);
            s.criteria.hard_stop = 0;
            s.criteria.tiers = vec![Tier {
                score: Score::MIN,
                loops: 0,
            }];
            s.criteria.stagnation.start_loop = 0;
            s.criteria.stagnation.threshold = 0.0;
            if let Some(iteration) = newest(s) {
                iteration.attempt = 0;
                iteration.loop_number = Some(0);
            }
        }),
        of("loops past counting", |s| {
            if let Some(iteration) = newest(s) {
                iteration.attempt = u32::MAX;
                iteration.loop_number = Some(u32::MAX);
            }
        }),
        of("a review by nobody", |s| {
            if let Some(iteration) = newest(s) {
                iteration.reviews.iter_mut().for_each(|r| r.judges.clear());
            }
        }),
        of("a memo of garbage", |s| s.memo = Some(vec![0xff; MEMO])),
        of("an empty memo", |s| s.memo = Some(Vec::new())),
        of("texts of a submission that never was", |s| {
            s.sources.iter_mut().for_each(|source| source.attempt = 99);
        }),
        of("settings that are no settings", |s| {
            s.settings = "\0{".to_owned()
        }),
    ];
    let mut none = of("no attempt at all", |s| s.iterations.clear());
    none.unread = true;
    cases.push(none);
    cases
}

fn greatest(s: &mut Snapshot) {
    s.now = Timestamp(u64::MAX);
    s.criteria.hard_stop = u32::MAX;
    s.criteria.stagnation.start_loop = u32::MAX;
    s.criteria.tiers = vec![Tier {
        score: Score::MAX,
        loops: u32::MAX,
    }];
    s.limits.max_attempts = u32::MAX;
    s.limits.max_reviews = u32::MAX;
    s.limits.max_tokens = Some(u64::MAX);
    s.spend = Spend {
        input_tokens: u64::MAX,
        cached_tokens: u64::MAX,
        output_tokens: u64::MAX,
        money_micros: u64::MAX,
        judge_millis: u64::MAX,
        judge_calls: u32::MAX,
    };
    let mut last = finding(1, "It is wrong.");
    last.last_seen = u32::MAX;
    last.reopened = u32::MAX;
    last.reported.location = Some(Location {
        path: "src/main.rs".to_owned(),
        line: Some(u32::MAX),
        end_line: Some(u32::MAX),
    });
    s.findings = vec![last];
}

fn odd(s: &mut Snapshot) {
    s.findings = vec![finding(1, ODD)];
    for found in &mut s.findings {
        found.fingerprint = ODD.to_owned();
        found.reported.category = Category::Custom("odd".to_owned());
        found.reported.symbol = Some(ODD.to_owned());
        found.reported.advice = Some(ODD.to_owned());
    }
    for source in &mut s.sources {
        source.files.iter_mut().for_each(|f| f.text = ODD.repeat(9));
    }
    for review in s.iterations.iter_mut().flat_map(|i| &mut i.reviews) {
        review.summary = ODD.to_owned();
    }
}

fn finding(number: u32, message: &str) -> Finding {
    Finding {
        fingerprint: format!("f{number}"),
        reported: Reported {
            rule: None,
            category: Category::Logic,
            severity: Severity::Critical,
            cwe: None,
            message: message.to_owned(),
            advice: None,
            location: Some(Location {
                path: "src/main.rs".to_owned(),
                line: Some(number),
                end_line: None,
            }),
            symbol: None,
            anchor: String::new(),
        },
        judge: "example".to_owned(),
        judge_rank: 0,
        state: FindingState::Open,
        first_seen: 1,
        last_seen: 1,
        fixed_in: None,
        reopened: 0,
    }
}

fn evidence(number: u32) -> Evidence {
    Evidence {
        check: format!("check{number}"),
        submission: Digest::of(&number.to_le_bytes()),
        outcome: CheckResult::Errored,
        provenance: String::new(),
        detail: ODD.to_owned(),
    }
}
