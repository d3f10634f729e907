//! What the operator configured: environment variables, read once at start.
//!
//! Read from a map, so that nothing else decides and tests can choose. A file of the project under audit
//! (`.env`) is never read. Values that cannot be taken as written are remarked on and replaced by something
//! that works, as the original did; only what nobody can guess is an error.

mod judges;
mod number;
mod reader;
mod setting;
mod table;

pub(crate) use judges::{Codex, Hidden, JudgeName, Judges};
pub(crate) use reader::Variables;
pub(crate) use setting::Description;
pub(crate) use table::{SETTINGS, WITHOUT_EFFECT};

use gansauditor_audit::domain::{Caps, Criteria, Digest, Score, StagnationCriteria, Tier};
use gansauditor_audit::rubric::Rubric;
use gansauditor_audit::{GanConfigMode, LoopConfig, QueueLimits};
use gansauditor_policy::revisions::SealFile;
use gansauditor_policy::{Guard, LoadError, OwnLimits};
use reader::{Reader, shown};
use std::path::PathBuf;
use std::time::Duration;

/// Names of the environment variables that command line options override.
pub(crate) mod names {
    /// `--state-dir`.
    pub(crate) const STATE_DIRECTORY: &str = super::table::audit::STATE_DIRECTORY.name;
    /// `--policy`.
    pub(crate) const POLICY: &str = super::table::policy::POLICY.name;
    /// `--judge`.
    pub(crate) const JUDGE: &str = super::table::judges::JUDGE.name;
}

/// Where sessions are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// In a directory.
    Directory(PathBuf),
    /// In memory, for as long as the process runs.
    Memory,
}

/// When sessions are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention {
    /// After its last audit.
    pub(crate) max_age: Duration,
    /// Between two removals.
    pub(crate) interval: Duration,
}

/// Where the policy's settings are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PolicySettings {
    /// In the variable itself.
    Json(String),
    /// In a file.
    File(PathBuf),
}

impl From<&str> for PolicySettings {
    /// What begins like JSON is it, whether the policy takes it or not, and so is nothing at all; anything else names
    /// a file.
    fn from(text: &str) -> Self {
        let start = text.trim_start();
        if start.is_empty() || start.starts_with(['{', '[', '"']) {
            Self::Json(text.to_owned())
        } else {
            Self::File(PathBuf::from(text))
        }
    }
}

/// The configuration of a server.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Audit what is submitted.
    pub(crate) auditing: bool,
    /// Answer with the audit's result.
    pub(crate) synchronous: bool,
    /// Print each submission on stderr.
    pub(crate) log_thoughts: bool,
    /// Who reviews.
    pub(crate) judges: Judges,
    /// Root of the repository that models are shown, if one is written.
    pub(crate) workspace: Option<PathBuf>,
    /// Time between two signs of progress; none are given when absent.
    pub(crate) progress: Option<Duration>,
    /// File of the policy; without it the state directory says which, or it is the built-in one.
    pub(crate) policy: Option<PathBuf>,
    /// Settings of the policy; its own defaults when absent.
    pub(crate) policy_settings: Option<PolicySettings>,
    /// Limits of the policy in place of the host's.
    pub(crate) policy_limits: OwnLimits,
    /// Where compiled policies are kept, if they are.
    pub(crate) policy_cache: Option<PathBuf>,
    /// Where the key that seals policy histories is.
    pub(crate) policy_seal: SealFile,
    /// Files of the keys that sign policies.
    pub(crate) policy_keys: Vec<PathBuf>,
    /// The only policies that are taken; any, when empty.
    pub(crate) policy_digests: Vec<Digest>,
    /// What policies may import.
    pub(crate) policy_imports: Vec<String>,
    /// How failures of the policy are met.
    pub(crate) policy_guard: Guard,
    /// Where sessions are kept.
    pub(crate) state: State,
    /// The state directory whose active policy counts when no file is named; absent without persistence.
    pub(crate) policies: Option<PathBuf>,
    /// When sessions are removed.
    pub(crate) retention: Retention,
    /// What every audit is made under.
    pub(crate) audit: LoopConfig,
    /// What was not taken as written, one sentence each.
    pub(crate) remarks: Vec<String>,
}

/// A configuration that no server can be made from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    /// No such judge.
    #[error(
        "AUDIT_JUDGE: `{0}` is no judge; there are auto, static, codex-http, codex-exec, codex-app-server, sarif:NAME and check:NAME"
    )]
    UnknownJudge(String),
    /// The same judge more than once.
    #[error("AUDIT_JUDGE: `{0}` is named twice; name each judge once")]
    JudgeTwice(String),
    /// A weight that is none.
    #[error(
        "AUDIT_JUDGE: the weight in `{0}` is not a number over 0; write NAME=WEIGHT, e.g. static=0.5"
    )]
    JudgeWeight(String),
    /// Limits that no policy can be run under.
    #[error("AUDIT_POLICY_LIMITS: {0}")]
    PolicyLimits(LoadError),
    /// A text that is no digest.
    #[error("AUDIT_POLICY_DIGESTS: `{0}` is no digest; write sha256: and 64 hexadecimal digits")]
    PolicyDigest(String),
    /// `~/` without a home.
    #[error(
        "SYNC_AUDIT_STATE_DIRECTORY=`{0}` is relative to the home directory, but HOME is not set; set HOME or write the whole path"
    )]
    NoHome(String),
    /// Not Unicode.
    #[error("the value of {0} is not valid UTF-8; write it in UTF-8 or unset it")]
    NotUnicode(String),
}

/// The user's own directory.
const HOME: &str = "HOME";

/// The variables of this process that matter here, and no others.
pub(crate) fn process_variables() -> Result<Variables, ConfigError> {
    let mut variables = Variables::new();
    for name in SETTINGS.iter().map(|setting| setting.describe().name) {
        match std::env::var(name) {
            Ok(value) => {
                variables.insert(name.to_owned(), value);
            }
            Err(std::env::VarError::NotPresent) => {}
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(ConfigError::NotUnicode(name.to_owned()));
            }
        }
    }
    for name in WITHOUT_EFFECT.into_iter().chain([HOME]) {
        if let Ok(value) = std::env::var(name) {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

impl Config {
    /// Reads the configuration.
    pub(crate) fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let reader = Reader::new(variables);
        let home = variables.get(HOME).map(String::as_str);
        let criteria = criteria(&reader);
        let state = state(&reader, home)?;
        let config = Self {
            auditing: reader.switch(&table::audit::AUDITING),
            synchronous: reader.switch(&table::audit::SYNCHRONOUS),
            log_thoughts: !reader.switch(&table::audit::THOUGHT_LOGGING_OFF),
            judges: Judges::read(&reader, home)?,
            workspace: reader.text(&table::judges::WORKSPACE).map(PathBuf::from),
            progress: progress(&reader),
            policy: reader.text(&table::policy::POLICY).map(PathBuf::from),
            policy_settings: reader
                .text(&table::policy::POLICY_SETTINGS)
                .map(PolicySettings::from),
            policy_limits: reader
                .text(&table::policy::LIMITS)
                .map(OwnLimits::parse)
                .transpose()
                .map_err(ConfigError::PolicyLimits)?
                .unwrap_or_default(),
            policy_cache: policy_cache(&reader, home),
            policy_seal: SealFile::new(
                reader
                    .text(&table::policy::SEAL)
                    .and_then(|written| at_home(written, home)),
            ),
            policy_keys: reader
                .list(&table::policy::KEYS)
                .map(PathBuf::from)
                .collect(),
            policy_digests: reader
                .list(&table::policy::DIGESTS)
                .map(|text| {
                    let digest = text.parse();
                    digest.map_err(|_| ConfigError::PolicyDigest(text.to_owned()))
                })
                .collect::<Result<_, _>>()?,
            policy_imports: reader
                .list(&table::policy::IMPORTS)
                .map(str::to_owned)
                .collect(),
            policy_guard: Guard {
                on_failure: reader.choice(&table::policy::ON_FAILURE),
                failures: reader.whole(&table::policy::FAILURES),
                ..Guard::default()
            },
            policies: match &state {
                State::Directory(path) => Some(path.clone()),
                State::Memory => None,
            },
            state,
            retention: Retention {
                max_age: millis(reader.whole(&table::audit::SESSION_AGE)),
                interval: millis(reader.whole(&table::audit::CLEANUP_INTERVAL)),
            },
            audit: LoopConfig {
                caps: caps(&reader, &criteria),
                criteria,
                gan_config: reader.choice::<GanConfigMode>(&table::audit::GAN_CONFIG),
                timeout: Duration::from_secs(u64::from(reader.whole(&table::audit::TIMEOUT))),
                rubric: Rubric::default(),
                queue: queue(&reader),
                context: judges::context(&reader),
                partial_results: reader.switch(&table::load::PARTIAL),
                earlier_findings: reader.switch(&table::judges::CONTEXT_MANAGEMENT),
                unreadable: reader.choice(&table::judges::UNREAD),
            },
            remarks: Vec::new(),
        };
        if config.synchronous && config.state == State::Memory {
            reader.remark(
                "ENABLE_SESSION_PERSISTENCE=false: sessions end with the server, and a loop cannot go on after a restart".to_owned(),
            );
        }
        let checks = |(name, _): &(JudgeName, f64)| matches!(name, JudgeName::Check(_));
        if config.judges.seats.iter().all(checks) {
            reader.remark(
                "AUDIT_JUDGE names checks alone, which grade nothing, so that no work completes; name a judge beside them, e.g. static".to_owned(),
            );
        }
        let idle: Vec<&str> = WITHOUT_EFFECT
            .into_iter()
            .filter(|name| reader.written(name).is_some())
            .collect();
        if !idle.is_empty() {
            reader.remark(format!("without effect in this build: {}", idle.join(", ")));
        }
        Ok(Self {
            remarks: reader.finish(),
            ..config
        })
    }
}

fn queue(reader: &Reader<'_>) -> QueueLimits {
    let wait = millis(reader.whole(&table::load::QUEUE_TIMEOUT));
    let limits = QueueLimits {
        audits: reader.whole(&table::load::AUDITS),
        sessions: reader.whole(&table::load::SESSIONS),
        wait: reader.switch(&table::load::QUEUE).then_some(wait),
    };
    if limits.sessions < limits.audits {
        reader.remark(format!(
            "MAX_CONCURRENT_SESSIONS={} lets no more audits be at work than that, whatever MAX_CONCURRENT_AUDITS says",
            limits.sessions
        ));
    }
    limits
}

fn progress(reader: &Reader<'_>) -> Option<Duration> {
    let interval = millis(reader.whole(&table::load::PROGRESS_INTERVAL));
    reader.switch(&table::load::PROGRESS).then_some(interval)
}

fn criteria(reader: &Reader<'_>) -> Criteria {
    let scores = table::audit::TIER_SCORES
        .each_ref()
        .map(|setting| reader.decimal(setting));
    let loops = table::audit::TIER_LOOPS
        .each_ref()
        .map(|setting| reader.whole(setting));
    let hard_stop = reader.whole(&table::audit::HARD_STOP);
    let tiers = tiers(scores, loops, reader);
    if loops.iter().max() >= Some(&hard_stop) {
        reader.remark(format!(
            "SYNC_AUDIT_HARD_STOP_LOOPS={hard_stop} leaves no loop after the last tier: sessions stop before or at its end"
        ));
    }
    Criteria {
        tiers,
        hard_stop,
        stagnation: StagnationCriteria {
            enabled: reader.switch(&table::audit::STAGNATION),
            start_loop: reader.whole(&table::audit::STAGNATION_START),
            threshold: reader.decimal(&table::audit::STAGNATION_THRESHOLD),
        },
        blocking_severity: reader.choice(&table::audit::BLOCKING),
        check_errors: reader.choice(&table::audit::CHECK_ERRORS),
        detail: reader.choice(&table::audit::DETAIL),
    }
}

/// The bar declines: scores fall and loops rise from tier to tier. Where they are written otherwise, the
/// highest score belongs to the fewest loops.
fn tiers(mut scores: [f64; 3], mut loops: [u32; 3], reader: &Reader<'_>) -> Vec<Tier> {
    let strict = |descending: bool| if descending { "" } else { "not " };
    let falling = scores.windows(2).all(|pair| pair[0] > pair[1]);
    let rising = loops.windows(2).all(|pair| pair[0] < pair[1]);
    scores.sort_by(|a, b| b.total_cmp(a));
    loops.sort_unstable();
    let tiers: Vec<Tier> = scores
        .into_iter()
        .zip(loops)
        .map(|(score, loops)| Tier {
            score: Score::clamped(score),
            loops,
        })
        .collect();
    if !(falling && rising) {
        let used: Vec<String> = tiers
            .iter()
            .map(|tier| format!("{} up to loop {}", tier.score, tier.loops))
            .collect();
        reader.remark(format!(
            "the tiers' scores do {}fall and their loops do {}rise from SYNC_AUDIT_TIER1 to SYNC_AUDIT_TIER3; used are: {}",
            strict(falling),
            strict(rising),
            used.join(", ")
        ));
    }
    tiers
}

/// The caps that stand above any policy. The default cap of attempts grows with the hard stop: failed attempts count
/// too.
fn caps(reader: &Reader<'_>, criteria: &Criteria) -> Caps {
    let written = |setting| Some(reader.whole(setting)).filter(|cap| *cap > 0);
    let caps = Caps::default();
    let attempts = caps.max_attempts.max(criteria.hard_stop.saturating_mul(4));
    Caps {
        max_attempts: written(&table::policy::MAX_ATTEMPTS).unwrap_or(attempts),
        max_tokens: written(&table::policy::MAX_TOKENS).map(u64::from),
        max_judge_millis: written(&table::policy::MAX_JUDGE_SECONDS)
            .map(|seconds| u64::from(seconds) * 1_000),
        ..caps
    }
}

fn state(reader: &Reader<'_>, home: Option<&str>) -> Result<State, ConfigError> {
    if !reader.switch(&table::audit::PERSISTENCE) {
        return Ok(State::Memory);
    }
    let written = reader
        .text(&table::audit::STATE_DIRECTORY)
        .unwrap_or_default();
    let directory = at_home(written, home).ok_or_else(|| ConfigError::NoHome(shown(written)))?;
    Ok(State::Directory(directory))
}

/// Without a home to keep them in, compiled policies are not kept.
fn policy_cache(reader: &Reader<'_>, home: Option<&str>) -> Option<PathBuf> {
    let written = reader.text(&table::policy::CACHE)?;
    if written.eq_ignore_ascii_case("off") {
        return None;
    }
    at_home(written, home)
}

/// A path whose `~` stands for the home directory; nothing when there is none to stand for.
fn at_home(written: &str, home: Option<&str>) -> Option<PathBuf> {
    match written.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            let home = home.filter(|home| !home.is_empty())?;
            Some(PathBuf::from(home).join(rest.trim_start_matches('/')))
        }
        _ => Some(PathBuf::from(written)),
    }
}

fn millis(value: u32) -> Duration {
    Duration::from_millis(u64::from(value))
}

#[cfg(test)]
mod tests;
