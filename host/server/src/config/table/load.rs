//! How much at once, for how long, and what is kept.

use crate::config::setting::{Switch, Whole};

pub(in crate::config) static AUDITS: Whole = Whole {
    name: "MAX_CONCURRENT_AUDITS",
    min: 1,
    max: 50,
    default: 5,
    meaning: "Audits at work at once.",
};

pub(in crate::config) static SESSIONS: Whole = Whole {
    name: "MAX_CONCURRENT_SESSIONS",
    min: 1,
    max: 1000,
    default: 50,
    meaning: "Sessions with an audit at work or waiting at once; further ones are told at once to come again.",
};

pub(in crate::config) static QUEUE: Switch = Switch {
    name: "ENABLE_AUDIT_QUEUE",
    default: true,
    meaning: "Let audits wait while others are at work. Off: they are told at once to come again.",
};

pub(in crate::config) static QUEUE_TIMEOUT: Whole = Whole {
    name: "AUDIT_QUEUE_TIMEOUT",
    min: 5_000,
    max: 300_000,
    default: 60_000,
    meaning: "Milliseconds an audit waits at the most; AUDIT_TIMEOUT_SECONDS covers the wait too.",
};

pub(in crate::config) static RETRIES: Whole = Whole {
    name: "AUDIT_TIMEOUT_RETRY_ATTEMPTS",
    min: 0,
    max: 5,
    default: 1,
    meaning: "How often a model is asked again when it is overloaded, silent or out of reach, within the time of the audit.",
};

pub(in crate::config) static PARTIAL: Switch = Switch {
    name: "AUDIT_PARTIAL_RESULTS_ON_TIMEOUT",
    default: true,
    meaning: "Return what a model had said when the time was up, as a review in part. Off: an error.",
};

pub(in crate::config) static CACHE: Switch = Switch {
    name: "ENABLE_AUDIT_CACHING",
    default: true,
    meaning: "Review the same work, asked in the same way, once. Built-in rules are quicker than a cache and are always asked.",
};

pub(in crate::config) static PROGRESS: Switch = Switch {
    name: "ENABLE_AUDIT_PROGRESS_INDICATORS",
    default: true,
    meaning: "Tell clients that ask for it, and people at a terminal, how an audit gets on.",
};

pub(in crate::config) static PROGRESS_INTERVAL: Whole = Whole {
    name: "AUDIT_PROGRESS_INDICATOR_INTERVAL",
    min: 1_000,
    max: 30_000,
    default: 5_000,
    meaning: "Milliseconds between two of those while nothing changes.",
};
