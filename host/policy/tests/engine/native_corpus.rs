//! The corpus that every runtime decides on, decided on by the core without WebAssembly.
//!
//! The core's plain types know no text form, and need none: what the corpus has to say of them is said here.

use crate::corpus::{lines, show};
use gansauditor_audit::domain::Digest;
use gansauditor_core::model::*;
use gansauditor_core::{Core, Policy};
use serde_json::Value;
use std::time::Instant;

#[test]
fn the_native_core_decides_on_the_corpus_as_it_does_in_every_runtime() {
    let mut took = Vec::new();
    for line in lines() {
        let snapshot = Snapshot::read(&line.snapshot);
        let began = Instant::now();
        let answer = Core::evaluate(&snapshot);
        took.push(began.elapsed());
        let digest = Digest::of(&answer.canonical()).to_string();
        assert_eq!(digest, line.digest(), "{}", line.name);
    }
    show("native", took);
}

/// What the corpus can hold.
trait Read {
    fn read(value: &Value) -> Self;
}

/// What an answer can hold, as the bytes that are the same in every language; `tests/runtimes/README.md` defines them.
trait Canonical {
    fn canonical(&self) -> Vec<u8>;
}

/// The contract's spelling of a field or a case.
fn spelled(name: &str) -> String {
    let name = match name {
        "loop_number" => "loop",
        name => name,
    };
    let mut spelled = String::new();
    for letter in name.chars() {
        match letter {
            '_' => spelled.push('-'),
            letter if letter.is_uppercase() => {
                if !spelled.is_empty() {
                    spelled.push('-');
                }
                spelled.extend(letter.to_lowercase());
            }
            letter => spelled.push(letter),
        }
    }
    spelled
}

fn text(text: &str) -> Vec<u8> {
    format!("s{}:{text}", text.len()).into_bytes()
}

fn joined(open: u8, parts: impl IntoIterator<Item = Vec<u8>>, close: u8) -> Vec<u8> {
    let mut bytes = vec![open];
    parts.into_iter().for_each(|part| bytes.extend(part));
    bytes.push(close);
    bytes
}

macro_rules! numbers {
    ($($type:ty: $read:ident),*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Self {
                value.$read().unwrap().try_into().unwrap()
            }
        }

        impl Canonical for $type {
            fn canonical(&self) -> Vec<u8> {
                format!("n{:016x}", (*self as f64).to_bits()).into_bytes()
            }
        }
    )*};
}

numbers!(u8: as_u64, u32: as_u64, u64: as_u64, f64: as_f64);

impl Read for bool {
    fn read(value: &Value) -> Self {
        value.as_bool().unwrap()
    }
}

impl Canonical for bool {
    fn canonical(&self) -> Vec<u8> {
        if *self { b"t".to_vec() } else { b"f".to_vec() }
    }
}

impl Read for String {
    fn read(value: &Value) -> Self {
        value.as_str().unwrap().to_owned()
    }
}

impl Canonical for String {
    fn canonical(&self) -> Vec<u8> {
        text(self)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value) -> Self {
        (!value.is_null()).then(|| T::read(value))
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn canonical(&self) -> Vec<u8> {
        self.as_ref().map(T::canonical).unwrap_or_default()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value) -> Self {
        value.as_array().unwrap().iter().map(T::read).collect()
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn canonical(&self) -> Vec<u8> {
        joined(b'[', self.iter().map(T::canonical), b']')
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read(value: &Value) -> Self {
        (A::read(&value[0]), B::read(&value[1]))
    }
}

impl<A: Canonical, B: Canonical> Canonical for (A, B) {
    fn canonical(&self) -> Vec<u8> {
        joined(b'[', [self.0.canonical(), self.1.canonical()], b']')
    }
}

impl<A: Canonical, B: Canonical> Canonical for Result<A, B> {
    fn canonical(&self) -> Vec<u8> {
        match self {
            Ok(value) => joined(b'(', [text("ok"), value.canonical()], b')'),
            Err(value) => joined(b'(', [text("error"), value.canonical()], b')'),
        }
    }
}

/// Records, by their fields.
macro_rules! read_record {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Read for $name {
            fn read(value: &Value) -> Self {
                $name { $($field: Read::read(&value[spelled(stringify!($field))])),* }
            }
        }
    )*};
}

macro_rules! write_record {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Canonical for $name {
            fn canonical(&self) -> Vec<u8> {
                let mut fields =
                    [$((spelled(stringify!($field)), self.$field.canonical())),*];
                fields.sort();
                let present = fields.iter().filter(|(_, held)| !held.is_empty());
                joined(b'{', present.map(|(name, held)| [text(name), held.clone()].concat()), b'}')
            }
        }
    )*};
}

/// Enums and variants: cases without a payload, then those with one.
macro_rules! read_cases {
    ($($name:ident { $($unit:ident),* } { $($case:ident),* })*) => {$(
        impl Read for $name {
            fn read(value: &Value) -> Self {
                let tag = value.as_str().or(value["tag"].as_str()).unwrap();
                $(if tag == spelled(stringify!($unit)) {
                    return $name::$unit;
                })*
                $(if tag == spelled(stringify!($case)) {
                    return $name::$case(Read::read(&value["val"]));
                })*
                panic!("{} has no case {tag}", stringify!($name))
            }
        }
    )*};
}

macro_rules! write_enum {
    ($($name:ident { $($unit:ident),* })*) => {$(
        impl Canonical for $name {
            fn canonical(&self) -> Vec<u8> {
                match self { $($name::$unit => text(&spelled(stringify!($unit)))),* }
            }
        }
    )*};
}

macro_rules! write_variant {
    ($($name:ident { $($unit:ident),* } { $($case:ident),* })*) => {$(
        impl Canonical for $name {
            fn canonical(&self) -> Vec<u8> {
                match self {
                    $($name::$unit => joined(b'(', [text(&spelled(stringify!($unit)))], b')'),)*
                    $($name::$case(held) => joined(
                        b'(', [text(&spelled(stringify!($case))), held.canonical()], b')'),)*
                }
            }
        }
    )*};
}

read_record! {
    Tier { score, loops }
    StagnationCriteria { enabled, start_loop, threshold }
    Criteria { tiers, hard_stop, stagnation, blocking_severity, detail }
    Request { bar, stop, extensions }
    Limits { max_attempts, max_reviews, max_tokens, max_money_micros, max_judge_millis }
    Location { path, line, end_line }
    Finding {
        fingerprint, rule, category, severity, cwe, message, advice, location, symbol, judge, state, first_seen,
        last_seen, fixed_in, reopened, extensions
    }
    Judge { name, version, kind, deterministic }
    Dimension { name, weight, score }
    Review {
        judges, score, verdict, dimensions, assessed_weight, coverage, covered, reported, summary, extensions
    }
    FileVersion { path, digest }
    Iteration {
        attempt, loop_number, submission, submitted_at, files, unchanged, reviews, extensions
    }
    SourceFile { path, language, text }
    Source { attempt, files }
    Evidence { check, submission, outcome, provenance, detail, extensions }
    Spend { input_tokens, cached_tokens, output_tokens, money_micros, judge_millis, judge_calls }
    Snapshot {
        now, criteria, request, limits, settings, iterations, sources, findings, evidence, spend, memo, extensions
    }
}

read_cases! {
    Severity { Info, Minor, Major, Critical, Blocker } {}
    Category {
        Security, Performance, Style, Logic, ErrorHandling, Maintainability, Testing, Documentation, Architecture,
        Compatibility
    } { Custom }
    FindingState { Open, Unreviewed, Fixed, Waived } {}
    JudgeKind { Static, Tool, Model, Human } {}
    Coverage { Whole } { Partial, Unscored }
    Verdict { Pass, Revise, Reject } {}
    DetailLevel { Basic, Detailed, Verbose } {}
    BarRequest {} { AtLeast, Exactly }
    StopRequest {} { AtMost, Exactly }
    CheckResult { Passed, Failed, Errored } {}
}

write_record! {
    Location { path, line, end_line }
    UnmetCondition { condition, required, actual, margin, detail }
    StagnationReport {
        stagnant, signs, similarities, mean_similarity, open_blocking, score_rise, excused, explanation, alternatives
    }
    TerminationReport { failure_rate, critical_findings, assessment, recommendations }
    FeedbackItem { finding, category, severity, priority, location, description, impact, action }
    NextStep { action, rationale, expected_outcome, priority }
    Progress { trend, confidence, scores, factors }
    Feedback { summary, items, omitted, fixed, new, reopened, progress, next_steps }
    Problem { path, message }
    Decision {
        status, loop_number, bar, hard_stop, score, unmet, stagnation, termination, feedback, memo, extensions
    }
}

write_enum! {
    Severity { Info, Minor, Major, Critical, Blocker }
    Priority { Critical, High, Medium, Low }
    Trend { Improving, Stagnant, Declining, Oscillating }
}

write_variant! {
    Category {
        Security, Performance, Style, Logic, ErrorHandling, Maintainability, Testing, Documentation, Architecture,
        Compatibility
    } { Custom }
    Condition {
        ScoreBelowBar, BlockingFindings, PartialReview, TooLittleAssessed, UncoveredFiles, LeftOutFiles,
        MissingEvidence
    } { Custom }
    CompleteReason {} { BarMet, Custom }
    StopReason { HardStop, Stagnation } { Custom }
    ReviewReason { NearTheBar } { Custom }
    Status { Continue } { Complete, Stop, ReviewAgain }
    StagnationSign { NearIdentical, Oscillation, NoProgress, ReopenedFindings } { Custom }
    Error {} { InvalidSettings, InvalidSnapshot, Other }
}
