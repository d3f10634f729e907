//! The one table of settings.

pub(super) mod audit;
pub(super) mod judges;
pub(super) mod load;
pub(super) mod policy;

use super::setting::Setting;

/// Every setting, in the order they are shown.
pub(crate) static SETTINGS: [&dyn Setting; 63] = [
    &audit::AUDITING,
    &audit::SYNCHRONOUS,
    &audit::THOUGHT_LOGGING_OFF,
    &audit::TIMEOUT,
    &judges::JUDGE,
    &judges::TOOLS,
    &judges::CODEX_KEY,
    &judges::OPENAI_KEY,
    &judges::KEY_FILE,
    &judges::BASE_URL,
    &judges::ALLOW_PLAIN_HTTP,
    &judges::HEADERS,
    &judges::MODEL,
    &judges::EFFORT,
    &judges::MAX_INPUT,
    &judges::MAX_OUTPUT,
    &judges::EXECUTABLE,
    &judges::CODEX_HOME,
    &judges::CONTEXT_MANAGEMENT,
    &judges::UNREAD,
    &judges::CONTEXT,
    &judges::CONTEXT_BYTES,
    &judges::WORKSPACE,
    &load::RETRIES,
    &load::PARTIAL,
    &load::AUDITS,
    &load::SESSIONS,
    &load::QUEUE,
    &load::QUEUE_TIMEOUT,
    &load::CACHE,
    &load::PROGRESS,
    &load::PROGRESS_INTERVAL,
    &policy::POLICY,
    &policy::POLICY_SETTINGS,
    &policy::LIMITS,
    &policy::CACHE,
    &policy::SEAL,
    &policy::KEYS,
    &policy::DIGESTS,
    &policy::IMPORTS,
    &policy::ON_FAILURE,
    &policy::FAILURES,
    &policy::MAX_ATTEMPTS,
    &policy::MAX_TOKENS,
    &policy::MAX_JUDGE_SECONDS,
    &audit::GAN_CONFIG,
    &audit::TIER_SCORES[0],
    &audit::TIER_LOOPS[0],
    &audit::TIER_SCORES[1],
    &audit::TIER_LOOPS[1],
    &audit::TIER_SCORES[2],
    &audit::TIER_LOOPS[2],
    &audit::HARD_STOP,
    &audit::BLOCKING,
    &audit::CHECK_ERRORS,
    &audit::STAGNATION,
    &audit::STAGNATION_START,
    &audit::STAGNATION_THRESHOLD,
    &audit::DETAIL,
    &audit::PERSISTENCE,
    &audit::STATE_DIRECTORY,
    &audit::SESSION_AGE,
    &audit::CLEANUP_INTERVAL,
];

/// Variables of the migration guide that this build reads but does not act on yet.
pub(crate) const WITHOUT_EFFECT: [&str; 2] = [
    "ENABLE_SYNC_AUDIT_METRICS",
    "ENABLE_SYNC_AUDIT_HEALTH_CHECKS",
];
