//! Made-up sessions, to try and to measure policies with. The same in every run.

use crate::self_test;
use gansauditor_audit::domain::{
    Digest, FileVersion, IterationView, Score, Snapshot, Source, SourceFile,
};

/// Where the work of every sample lies.
const PATH: &str = "src/main.rs";

/// A generator whose numbers are the same everywhere: xorshift64 (Marsaglia, 2003).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }
}

/// What looks like lines of code, at least so many bytes of it.
pub(crate) fn code(random: &mut Random, bytes: usize) -> Vec<String> {
    const SHAPES: [&str; 5] = [
        "let {} = 1;\n",
        "if {} > 0 {\n",
        "{}();\n",
        "return {};\n",
        "// {}\n",
    ];
    let mut lines = Vec::new();
    let mut len = 0;
    while len < bytes {
        let name = format!("name{}", random.below(500));
        let line = SHAPES[random.below(SHAPES.len())].replace("{}", &name);
        len += line.len();
        lines.push(line);
    }
    lines
}

/// A session with one loop for each score, all on the same text, by a judge that is deterministic.
pub(crate) fn session(settings: &str, scores: &[f64]) -> Snapshot {
    let mut snapshot = self_test::example(settings);
    let first = snapshot.iterations.remove(0);
    for (attempt, score) in (1..).zip(scores) {
        let mut iteration = first.clone();
        iteration.attempt = attempt;
        iteration.loop_number = Some(attempt);
        for review in &mut iteration.reviews {
            review.score = Some(Score::clamped(*score));
            for dimension in &mut review.dimensions {
                dimension.score = review.score;
            }
        }
        snapshot.iterations.push(iteration);
    }
    if let Some(source) = snapshot.sources.first_mut() {
        source.attempt = u32::try_from(scores.len()).unwrap_or(u32::MAX);
    }
    snapshot
}

/// A session that hands over several versions of a text of `bytes`, each a few lines from the one before.
pub(crate) fn versions(settings: &str, versions: usize, bytes: usize) -> Snapshot {
    let mut random = Random::new();
    let mut lines = code(&mut random, bytes);
    let texts = (0..versions).map(|_| {
        for _ in 0..lines.len().div_ceil(100) {
            let at = random.below(lines.len());
            lines[at] = format!("edited{}();\n", random.below(500));
        }
        lines.concat()
    });
    with_texts(settings, texts)
}

/// A session of one loop for each text, none of which completes.
pub(crate) fn with_texts(settings: &str, texts: impl Iterator<Item = String>) -> Snapshot {
    let texts: Vec<String> = texts.collect();
    let mut snapshot = session(settings, &vec![80.0; texts.len()]);
    snapshot.sources.clear();
    for (iteration, text) in snapshot.iterations.iter_mut().zip(texts) {
        set_text(iteration, &text);
        snapshot.sources.push(Source {
            attempt: iteration.attempt,
            files: vec![SourceFile {
                path: PATH.to_owned(),
                language: Some("rust".to_owned()),
                text,
            }],
        });
    }
    snapshot
}

fn set_text(iteration: &mut IterationView, text: &str) {
    let digest = Digest::of(text.as_bytes());
    iteration.submission = digest.clone();
    iteration.files = vec![FileVersion {
        path: PATH.to_owned(),
        digest: Some(digest),
    }];
}
