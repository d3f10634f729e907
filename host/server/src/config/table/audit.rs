//! What is audited, when it completes, where sessions are kept.

use crate::config::setting::{Choice, Decimal, Switch, Text, Whole};
use gansauditor_audit::GanConfigMode;
use gansauditor_audit::domain::{CheckErrors, DetailLevel, Severity};

pub(in crate::config) static AUDITING: Switch = Switch {
    name: "ENABLE_GAN_AUDITING",
    default: true,
    meaning: "Audit what is submitted. Off: calls are acknowledged and nothing is judged.",
};

pub(in crate::config) static SYNCHRONOUS: Switch = Switch {
    name: "ENABLE_SYNCHRONOUS_AUDIT",
    default: true,
    meaning: "Answer with the audit's result. Off: answer at once, audit and record in the background.",
};

pub(in crate::config) static THOUGHT_LOGGING_OFF: Switch = Switch {
    name: "DISABLE_THOUGHT_LOGGING",
    default: false,
    meaning: "Do not print each submission on stderr.",
};

pub(in crate::config) static TIMEOUT: Whole = Whole {
    name: "AUDIT_TIMEOUT_SECONDS",
    min: 5,
    max: 300,
    default: 30,
    meaning: "Seconds for one audit, waiting, judging and deciding together.",
};

pub(in crate::config) static TIER_SCORES: [Decimal; 3] = [
    tier_score(
        "SYNC_AUDIT_TIER1_SCORE",
        95.0,
        "Score that completes while the first tier is in force.",
    ),
    tier_score(
        "SYNC_AUDIT_TIER2_SCORE",
        90.0,
        "Score that completes while the second tier is in force.",
    ),
    tier_score(
        "SYNC_AUDIT_TIER3_SCORE",
        85.0,
        "Score that completes from then on.",
    ),
];

pub(in crate::config) static TIER_LOOPS: [Whole; 3] = [
    tier_loops("SYNC_AUDIT_TIER1_LOOPS", 10, "Last loop of the first tier."),
    tier_loops(
        "SYNC_AUDIT_TIER2_LOOPS",
        15,
        "Last loop of the second tier.",
    ),
    tier_loops(
        "SYNC_AUDIT_TIER3_LOOPS",
        20,
        "Last loop of the third tier; its score stays in force after it.",
    ),
];

pub(in crate::config) static HARD_STOP: Whole = Whole {
    name: "SYNC_AUDIT_HARD_STOP_LOOPS",
    min: 1,
    max: 1000,
    default: 25,
    meaning: "Loop at which a session stops unless it completes.",
};

pub(in crate::config) static STAGNATION: Switch = Switch {
    name: "ENABLE_STAGNATION_DETECTION",
    default: true,
    meaning: "Stop a session that no longer moves.",
};

pub(in crate::config) static STAGNATION_START: Whole = Whole {
    name: "SYNC_AUDIT_STAGNATION_START_LOOP",
    min: 1,
    max: 100,
    default: 10,
    meaning: "First loop at which stagnation can stop a session.",
};

pub(in crate::config) static STAGNATION_THRESHOLD: Decimal = Decimal {
    name: "SYNC_AUDIT_STAGNATION_THRESHOLD",
    min: 0.0,
    max: 1.0,
    default: 0.95,
    meaning: "Mean similarity from which consecutive submissions count as near-identical.",
};

pub(in crate::config) static STATE_DIRECTORY: Text = Text {
    name: "SYNC_AUDIT_STATE_DIRECTORY",
    values: "directory; `~/` is the home directory",
    default: Some(".mcp-gan-state"),
    meaning: "Where sessions and the policy in force are kept. A relative one is relative to the working directory.",
};

pub(in crate::config) static PERSISTENCE: Switch = Switch {
    name: "ENABLE_SESSION_PERSISTENCE",
    default: true,
    meaning: "Keep sessions in the state directory. Off: in memory, for as long as the server runs.",
};

pub(in crate::config) static SESSION_AGE: Whole = Whole {
    name: "MAX_SESSION_AGE",
    min: 300_000,
    max: 604_800_000,
    default: 86_400_000,
    meaning: "Milliseconds after its last audit at which a session is removed.",
};

pub(in crate::config) static CLEANUP_INTERVAL: Whole = Whole {
    name: "SESSION_CLEANUP_INTERVAL",
    min: 60_000,
    max: 86_400_000,
    default: 3_600_000,
    meaning: "Milliseconds between two removals of old sessions.",
};

pub(in crate::config) static DETAIL: Choice<DetailLevel> = Choice {
    name: "SYNC_AUDIT_FEEDBACK_DETAIL_LEVEL",
    options: &[
        ("basic", DetailLevel::Basic),
        ("detailed", DetailLevel::Detailed),
        ("verbose", DetailLevel::Verbose),
    ],
    default: ("detailed", DetailLevel::Detailed),
    meaning: "How much feedback an answer carries.",
};

pub(in crate::config) static BLOCKING: Choice<Severity> = Choice {
    name: "AUDIT_BLOCKING_SEVERITY",
    options: &[
        ("blocker", Severity::Blocker),
        ("critical", Severity::Critical),
        ("major", Severity::Major),
        ("minor", Severity::Minor),
    ],
    default: ("critical", Severity::Critical),
    meaning: "Open findings of this severity or worse forbid completion, whatever the score.",
};

pub(in crate::config) static CHECK_ERRORS: Choice<CheckErrors> = Choice {
    name: "AUDIT_CHECK_ERRORS",
    options: &[("block", CheckErrors::Block), ("note", CheckErrors::Note)],
    default: ("block", CheckErrors::Block),
    meaning: "What a check (check:NAME) means that hangs, is killed or cannot be run: the work does not complete until it ends, or the answer says so and nothing waits for it.",
};

pub(in crate::config) static GAN_CONFIG: Choice<GanConfigMode> = Choice {
    name: "GAN_CONFIG_MODE",
    options: &[
        ("tighten", GanConfigMode::Tighten),
        ("honour", GanConfigMode::Honour),
        ("ignore", GanConfigMode::Ignore),
    ],
    default: ("tighten", GanConfigMode::Tighten),
    meaning: "What a submission's gan-config may do: only raise the bar and lower the stop, set both, or nothing.",
};

const fn tier_score(name: &'static str, default: f64, meaning: &'static str) -> Decimal {
    Decimal {
        name,
        min: 0.0,
        max: 100.0,
        default,
        meaning,
    }
}

const fn tier_loops(name: &'static str, default: u32, meaning: &'static str) -> Whole {
    Whole {
        name,
        min: 1,
        max: 100,
        default,
        meaning,
    }
}
