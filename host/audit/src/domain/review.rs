//! Reviews: what the host holds after a judge has spoken.

use super::{CheckResult, Evidence, JudgeIdentity, ReadingClass, Reported, Score};
use serde::{Deserialize, Serialize};

/// One graded aspect of a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// Name in the rubric.
    pub name: String,
    /// Share in the rubric before leaving out what was not assessed, 0..=1.
    pub weight: f64,
    /// Absent when the judge could not assess it.
    pub score: Option<Score>,
}

/// What became of one version of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReading {
    /// Label of the file.
    pub path: String,
    /// How far it was read.
    pub class: ReadingClass,
    /// Why it is not `Graded`, as the rest of a sentence after the file's name. Empty for graded files.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl FileReading {
    /// A file that a judge read whole and graded.
    pub fn graded(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            class: ReadingClass::Graded,
            reason: String::new(),
        }
    }

    /// A file that was not graded, and why.
    pub fn apart(path: impl Into<String>, class: ReadingClass, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            class,
            reason: reason.into(),
        }
    }

    /// All of it was read, whether or not there was something to grade.
    pub fn is_read(&self) -> bool {
        matches!(self.class, ReadingClass::Graded | ReadingClass::Screened)
    }
}

/// How much of the submission was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// All of it.
    Whole,
    /// Some of it; what was left out and why.
    Partial(String),
    /// Nothing that could be scored; why.
    Unscored(String),
}

/// What the host makes of a review, from scores and findings alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands in the way.
    Pass,
    /// Mend and come back.
    Revise,
    /// Do not build on this.
    Reject,
}

/// What a review cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read by a model.
    pub input_tokens: u64,
    /// Of those, tokens that were cached.
    pub cached_tokens: u64,
    /// Tokens written by a model, reasoning included.
    pub output_tokens: u64,
    /// Millionths of the operator's currency.
    pub money_micros: u64,
}

/// How one judge of the panel came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardOutcome {
    /// It answered.
    Answered {
        /// Weighted mean of what it graded; absent when it graded nothing.
        score: Option<Score>,
        /// How much it read.
        coverage: Coverage,
        /// Paths it read, sorted.
        covered: Vec<String>,
        /// Fingerprints of what it reported.
        reported: Vec<String>,
        /// What it graded, by dimension.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        grades: Vec<(String, Score)>,
    },
    /// It failed; why.
    Failed(String),
}

/// What one judge of the panel contributed to a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Which judge.
    pub judge: JudgeIdentity,
    /// Its weight on the panel, over 0.
    pub weight: f64,
    /// How it came out.
    pub outcome: CardOutcome,
    /// How its answer came about: model, way, number of requests. Empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provenance: String,
    /// What the reader must know of how it came about, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
    /// Wall-clock time it took, in milliseconds.
    pub millis: u64,
}

impl Card {
    /// It read this file.
    pub fn covers(&self, path: &str) -> bool {
        match &self.outcome {
            CardOutcome::Answered { covered, .. } => covered.iter().any(|c| c == path),
            CardOutcome::Failed(_) => false,
        }
    }

    /// It reported this finding.
    pub fn reports(&self, fingerprint: &str) -> bool {
        match &self.outcome {
            CardOutcome::Answered { reported, .. } => reported.iter().any(|f| f == fingerprint),
            CardOutcome::Failed(_) => false,
        }
    }
}

impl Usage {
    /// Nothing was spent.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            money_micros: self.money_micros.saturating_add(other.money_micros),
        }
    }
}

/// The result of judging one submission, graded by the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Who answered. Never empty.
    pub judges: Vec<JudgeIdentity>,
    /// One for each judge that was asked, in the panel's order. Empty for reviews of the original server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<Card>,
    /// Weighted mean of the assessed dimensions, rounded to a whole number. Absent when unscored.
    pub score: Option<Score>,
    /// From score and findings.
    pub verdict: Verdict,
    /// The rubric's dimensions, in its order.
    pub dimensions: Vec<Dimension>,
    /// Sum of the weights of the assessed dimensions, 0..=1.
    pub assessed_weight: f64,
    /// How much was read.
    pub coverage: Coverage,
    /// Paths that were read, sorted, a subset of the submission's; and those that nobody here can read, where the
    /// operator lets them complete.
    pub covered: Vec<String>,
    /// What became of every piece of the submission, by path. Empty in records of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<FileReading>,
    /// What was found, with fingerprints, worst first.
    pub findings: Vec<(String, Reported)>,
    /// The judges' own words.
    pub summary: String,
    /// Results of the checks that were run on the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
    /// Wall-clock time of the review in milliseconds.
    pub millis: u64,
}

impl Review {
    /// Judges that were asked and failed, with why.
    pub fn failed(&self) -> impl Iterator<Item = (&JudgeIdentity, &str)> {
        self.cards.iter().filter_map(|card| match &card.outcome {
            CardOutcome::Failed(why) => Some((&card.judge, why.as_str())),
            CardOutcome::Answered { .. } => None,
        })
    }

    /// The results of checks that could not be run to their end.
    pub fn cut_off(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence
            .iter()
            .filter(|evidence| evidence.outcome == CheckResult::Errored)
    }

    /// The judge that reported a finding: of several, the one of highest rank.
    pub fn raiser(&self, fingerprint: &str) -> Option<&JudgeIdentity> {
        let of_cards = self
            .cards
            .iter()
            .filter(|card| card.reports(fingerprint))
            .map(|card| &card.judge)
            .rev()
            .max_by_key(|judge| judge.kind.rank());
        of_cards.or_else(|| {
            self.judges
                .iter()
                .rev()
                .max_by_key(|judge| judge.kind.rank())
        })
    }

    /// Whole and scored: such reviews, and only they, count as loops.
    pub fn counts(&self) -> bool {
        self.is_whole() && self.score.is_some()
    }

    /// Nothing of the submission was left unread that somebody here can read.
    pub fn is_whole(&self) -> bool {
        self.coverage == Coverage::Whole
    }

    /// The authority of this review: that of its highest judge.
    pub fn rank(&self) -> u8 {
        self.judges
            .iter()
            .map(|judge| judge.kind.rank())
            .max()
            .unwrap_or(0)
    }
}
