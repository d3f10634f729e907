//! Time of one stagnation check over three and four submissions, by size and share of edited tokens.

use gansauditor_core::model::*;
use gansauditor_core::stagnation::assess_stagnation;
use std::time::{Duration, Instant};

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % bound as u64) as usize
    }
}

const WORDS: [&str; 24] = [
    "let", "if", "return", "self", "value", "index", "result", "for", "in", "match", "Some",
    "None", "total", "items", "buffer", "length", "name", "Error", "config", "state", "0", "1",
    "42", "true",
];
const SIGNS: [&str; 10] = ["(", ")", ";", ".", ",", "{", "}", "=", "::", "+"];

fn word(random: &mut Random) -> String {
    match random.below(10) {
        0..4 => SIGNS[random.below(SIGNS.len())].to_owned(),
        4..8 => WORDS[random.below(WORDS.len())].to_owned(),
        _ => format!("name_{}", random.below(400)),
    }
}

fn program(random: &mut Random, bytes: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut length = 0;
    while length < bytes {
        let next = word(random);
        length += next.len() + 1;
        words.push(next);
    }
    words
}

fn edited(random: &mut Random, words: &[String], share: f64) -> Vec<String> {
    let mut words = words.to_vec();
    if share >= 1.0 {
        return program(random, words.iter().map(|word| word.len() + 1).sum());
    }
    for _ in 0..(words.len() as f64 * share) as usize {
        let place = random.below(words.len());
        words[place] = word(random);
    }
    words
}

fn session(texts: Vec<Vec<String>>) -> Snapshot {
    let review = Review {
        judges: vec![Judge {
            name: "j".into(),
            version: "1".into(),
            kind: JudgeKind::Model,
            deterministic: false,
        }],
        score: Some(60.0),
        verdict: Verdict::Revise,
        dimensions: Vec::new(),
        assessed_weight: 1.0,
        coverage: Coverage::Whole,
        covered: Vec::new(),
        reported: Vec::new(),
        summary: String::new(),
        extensions: Vec::new(),
    };
    let iterations = (1..=texts.len() as u32).map(|attempt| Iteration {
        attempt,
        loop_number: Some(attempt),
        submission: attempt.to_string(),
        submitted_at: 0,
        files: Vec::new(),
        unchanged: false,
        reviews: vec![review.clone()],
        extensions: Vec::new(),
    });
    let sources = (1..).zip(&texts).map(|(attempt, words)| {
        let text = words
            .chunks(9)
            .map(|line| line.join(" "))
            .collect::<Vec<_>>()
            .join("\n");
        Source {
            attempt,
            files: vec![SourceFile {
                path: "a.rs".into(),
                language: None,
                text,
            }],
        }
    });
    Snapshot {
        now: 0,
        criteria: Criteria {
            tiers: vec![Tier {
                score: 95.0,
                loops: 10,
            }],
            hard_stop: 25,
            stagnation: StagnationCriteria {
                enabled: true,
                start_loop: 10,
                threshold: 0.95,
            },
            blocking_severity: Severity::Critical,
            detail: DetailLevel::Detailed,
        },
        request: Request::default(),
        limits: Limits {
            max_attempts: 100,
            max_reviews: 3,
            max_tokens: None,
            max_money_micros: None,
            max_judge_millis: None,
        },
        settings: String::new(),
        iterations: iterations.collect(),
        sources: sources.collect(),
        findings: Vec::new(),
        evidence: Vec::new(),
        spend: Spend::default(),
        memo: None,
        extensions: Vec::new(),
    }
}

fn median(snapshot: &Snapshot) -> Duration {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(assess_stagnation(std::hint::black_box(snapshot)).is_ok());
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[allow(clippy::print_stdout, reason = "a bench reports on stdout")]
fn main() {
    println!("submissions  size      edits   similarity  median");
    for (count, kilobytes) in [(3, 20), (3, 200), (4, 20), (4, 200), (3, 4000)] {
        for share in [0.002, 0.05, 1.0] {
            let mut random = Random(7);
            let mut texts = vec![program(&mut random, kilobytes * 1000)];
            while texts.len() < count {
                let next = edited(&mut random, &texts[texts.len() - 1], share);
                texts.push(next);
            }
            let snapshot = session(texts);
            let mean = assess_stagnation(&snapshot)
                .ok()
                .and_then(|report| report.mean_similarity);
            println!(
                "{count:<12} {kilobytes:>4} KB {:>7} %  {:>10.4}  {:>9.3} ms",
                share * 100.0,
                mean.unwrap_or(f64::NAN),
                median(&snapshot).as_secs_f64() * 1000.0
            );
        }
    }
}
