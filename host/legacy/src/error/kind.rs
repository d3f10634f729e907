//! The kinds of failures: the original's table, and what it lacked.

use super::payload::RetryInfo;

/// The kinds with the original's table behind them, and three that it lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Validation,
    /// A judge that cannot work; the original calls every judge codex.
    Judge,
    /// A judge that failed this once.
    JudgeAgain,
    Configuration,
    Timeout,
    Session,
    /// Too much at once.
    Resource,
    /// Reviewed, but not decided.
    Undecided,
    Internal,
}

impl Kind {
    /// Category, severity, status code and whether the session can go on.
    pub(super) fn row(self) -> (&'static str, &'static str, u16, bool) {
        match self {
            Self::Validation => ("validation", "error", 400, true),
            Self::Judge => ("codex", "critical", 503, false),
            Self::JudgeAgain => ("codex", "error", 503, true),
            Self::Configuration => ("configuration", "critical", 500, false),
            Self::Timeout => ("timeout", "error", 408, true),
            Self::Session => ("session", "error", 422, true),
            Self::Resource => ("resource", "error", 429, true),
            Self::Undecided => ("internal", "error", 503, true),
            Self::Internal => ("internal", "critical", 500, false),
        }
    }

    pub(super) fn retry(self) -> Option<RetryInfo> {
        let after = |retry_after_ms, max_retries| {
            Some(RetryInfo {
                can_retry: true,
                retry_after_ms,
                max_retries,
            })
        };
        match self {
            Self::Validation | Self::Judge | Self::Configuration | Self::Session => None,
            Self::Timeout | Self::JudgeAgain => after(5_000, 2),
            Self::Resource => after(1_000, 5),
            Self::Undecided => after(10_000, 3),
            Self::Internal => after(10_000, 1),
        }
    }
}
