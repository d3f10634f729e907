//! The decision: what a policy makes of a snapshot.

use super::{Category, Extensions, Location, Score, Severity};
use serde::{Deserialize, Serialize};

/// Why the work is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompleteReason {
    /// The score met the bar; the number of the tier in force, from 1.
    BarMet(u32),
    /// Any other, by a short lower-case name.
    Custom(String),
}

/// Why a session ends unfinished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The last loop allowed.
    HardStop,
    /// The loop does not move.
    Stagnation,
    /// Any other, by a short lower-case name.
    Custom(String),
}

/// Why one more review is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// The score is within the judge's noise of the bar.
    NearTheBar,
    /// Any other, by a short lower-case name.
    Custom(String),
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Revise and submit again.
    Continue,
    /// The work is right.
    Complete(CompleteReason),
    /// The loop ends although the work is not right.
    Stop(StopReason),
    /// Review the same submission once more before deciding.
    ReviewAgain(ReviewReason),
}

impl Status {
    /// Lower-case name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Complete(_) => "complete",
            Self::Stop(_) => "stop",
            Self::ReviewAgain(_) => "review_again",
        }
    }

    /// Lower-case name of the reason, for programs. A custom one is in the policy's words: untrusted.
    pub fn reason(&self) -> Option<&str> {
        Some(match self {
            Self::Continue => return None,
            Self::Complete(CompleteReason::BarMet(_)) => "bar_met",
            Self::Stop(StopReason::HardStop) => "hard_stop",
            Self::Stop(StopReason::Stagnation) => "stagnation",
            Self::ReviewAgain(ReviewReason::NearTheBar) => "near_the_bar",
            Self::Complete(CompleteReason::Custom(name))
            | Self::Stop(StopReason::Custom(name))
            | Self::ReviewAgain(ReviewReason::Custom(name)) => name,
        })
    }

    /// The cycle ends with it.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Complete(_) | Self::Stop(_))
    }
}

/// Why the work is not complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The score is below the bar in force.
    ScoreBelowBar,
    /// Findings at or above the blocking severity stand.
    BlockingFindings,
    /// The review did not read all of the submission.
    PartialReview,
    /// Too small a share of the rubric was assessed.
    TooLittleAssessed,
    /// Files of this cycle have no whole review of their latest version.
    UncoveredFiles,
    /// Files that this submission left out still hold the score below the bar.
    LeftOutFiles,
    /// A check is missing or did not pass.
    MissingEvidence,
    /// Any other, by a short lower-case name.
    Custom(String),
}

/// One condition of completion that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnmetCondition {
    /// Which.
    pub condition: Condition,
    /// What it takes, in the condition's own unit.
    pub required: f64,
    /// What there is.
    pub actual: f64,
    /// Distance between the two, 0 or more.
    pub margin: f64,
    /// One sentence that says what to do.
    pub detail: String,
}

/// What made the loop count as stagnant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StagnationSign {
    /// Consecutive submissions are near-identical.
    NearIdentical,
    /// Submissions go back and forth between two versions.
    Oscillation,
    /// The open blocking findings do not get fewer.
    NoProgress,
    /// The same blocking findings come back.
    ReopenedFindings,
    /// Any other, by a short lower-case name.
    Custom(String),
}

/// Whether the loop moves, with the numbers behind it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StagnationReport {
    /// Signs hold and nothing excuses them.
    pub stagnant: bool,
    /// Which.
    pub signs: Vec<StagnationSign>,
    /// Of each pair of consecutive submissions in the window, oldest first.
    pub similarities: Vec<f64>,
    /// Their mean.
    pub mean_similarity: Option<f64>,
    /// Number of open blocking findings at each loop of the window, oldest first.
    pub open_blocking: Vec<u32>,
    /// Last score of the window less the first, when one judge gave both.
    pub score_rise: Option<f64>,
    /// The score rose so far that the signs are excused.
    pub excused: bool,
    /// One or two sentences with the numbers.
    pub explanation: String,
    /// Other ways to go on.
    pub alternatives: Vec<String>,
}

/// What a stopped session leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TerminationReport {
    /// Share of the cycle's loops with the verdict reject, 0..=1.
    pub failure_rate: f64,
    /// Fingerprints of blocker and critical findings that are not fixed, worst first.
    pub critical_findings: Vec<String>,
    /// Assessment of the way the session took.
    pub assessment: String,
    /// What to do instead.
    pub recommendations: Vec<String>,
}

/// How pressing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before anything else.
    Critical,
    /// Next.
    High,
    /// In this round.
    Medium,
    /// When convenient.
    Low,
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackItem {
    /// Fingerprint of the finding it stands for.
    pub finding: String,
    /// What it is about.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// How pressing it is.
    pub priority: Priority,
    /// Where.
    pub location: Option<Location>,
    /// What is wrong.
    pub description: String,
    /// What happens if it stays.
    pub impact: Option<String>,
    /// What to do.
    pub action: String,
}

/// One step to take next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// What to do.
    pub action: String,
    /// Why.
    pub rationale: String,
    /// What will be different.
    pub expected_outcome: String,
    /// How pressing it is.
    pub priority: Priority,
}

/// Direction of the scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Rising.
    Improving,
    /// Flat.
    Stagnant,
    /// Falling.
    Declining,
    /// Up and down.
    Oscillating,
}

/// How the loop is getting on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Direction of the scores.
    pub trend: Trend,
    /// How much the trend can be relied on, 0..=1.
    pub confidence: f64,
    /// Scores of the cycle's loops, oldest first.
    pub scores: Vec<Score>,
    /// What speaks for and against.
    pub factors: Vec<String>,
}

/// What the agent is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// In a sentence or two.
    pub summary: String,
    /// By severity, then path, then line.
    pub items: Vec<FeedbackItem>,
    /// Findings left out of `items` by the detail level.
    pub omitted: u32,
    /// Fingerprints fixed by this submission.
    pub fixed: Vec<String>,
    /// Fingerprints first reported by it.
    pub new: Vec<String>,
    /// Fingerprints that came back with it.
    pub reopened: Vec<String>,
    /// How the loop is getting on.
    pub progress: Progress,
    /// What to do next, most pressing first.
    pub next_steps: Vec<NextStep>,
}

/// What was decided, and all that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What happens next.
    pub status: Status,
    /// The loop the decision is about; 0 before the first.
    pub loop_number: u32,
    /// The bar in force.
    pub bar: Score,
    /// Loop at which the session stops unless it completes.
    pub hard_stop: u32,
    /// The score that was held against the bar.
    pub score: Option<Score>,
    /// Empty exactly when the status is complete.
    pub unmet: Vec<UnmetCondition>,
    /// Whether the loop moves.
    pub stagnation: StagnationReport,
    /// Present exactly when the status is stop.
    pub termination: Option<TerminationReport>,
    /// What the agent is told.
    pub feedback: Feedback,
    /// Given back in the next snapshot to the same policy. At most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<Vec<u8>>,
    /// Additions of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Extensions,
}
