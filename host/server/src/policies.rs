//! Where the policy of a server comes from, and how it follows that.

use crate::config::{Config, PolicySettings};
use crate::files;
use crate::text::plain;
use anyhow::Context as _;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use gansauditor_audit::ports::Clock;
use gansauditor_policy::revisions::{History, PolicyDirectory, SealFile};
use gansauditor_policy::{
    Artifact, CompiledCache, Follower, HostConfig, Limits, PolicyHost, PublicKey, Setup, Trust,
    Watcher,
};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio_util::task::AbortOnDropHandle;

/// Longest file of policy settings that is read: as much as a policy can use.
const MAX_SETTINGS: u64 = 1 << 20;

/// Longest file of a public key that is read.
const MAX_KEY: u64 = 16 << 10;

/// The live policy with where the next one will come from. A handle: clones are the same.
#[derive(Clone)]
pub(crate) struct Policies {
    host: Arc<PolicyHost>,
    source: Source,
}

/// Where policies come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// A file that the operator names, run under this.
    File(PathBuf, Setup),
    /// The active revision of a policy directory.
    Directory(Arc<Follower>),
    /// The program itself: nothing is kept on disk.
    Program,
}

impl Policies {
    /// The policy of a configuration: its file, else the active revision of its directory, else the built-in one. One
    /// that was asked for and cannot be used is an error: no other takes its place.
    pub(crate) fn start(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        if let Some(file) = &config.policy {
            return from_file(file, config, clock);
        }
        let state = config.policies.as_deref();
        let directory = state.map(|state| directory(state, config.policy_seal.clone()));
        let Some(directory) = directory.transpose()?.flatten() else {
            return Ok(Self {
                host: built_in(config, clock)?,
                source: Source::Program,
            });
        };
        Ok(Self {
            host: from_directory(&directory, config, clock)
                .context("the active policy of the state directory cannot be used")?,
            source: Source::Directory(Arc::new(Follower::new(directory))),
        })
    }

    /// Holds the live policy.
    pub(crate) fn host(&self) -> &Arc<PolicyHost> {
        &self.host
    }

    /// Where policies come from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Looks at the source once: whoever does not follow it learns of a trial by that.
    pub(crate) async fn look(&self) {
        if let Source::Directory(follower) = &self.source {
            follower.look(&self.host, SystemTime::now()).await;
        }
    }

    /// Follows the source, if it can change, until the handle is dropped.
    pub(crate) fn follow(&self) -> Option<AbortOnDropHandle<()>> {
        let host = Arc::clone(&self.host);
        let task = match &self.source {
            Source::File(file, setup) => tokio::spawn(Watcher::new(file, setup.clone()).run(host)),
            Source::Directory(follower) => tokio::spawn(Arc::clone(follower).run(host)),
            Source::Program => return None,
        };
        Some(AbortOnDropHandle::new(task))
    }
}

impl std::fmt::Display for Source {
    /// Behind the policy's name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::File(..) => "following AUDIT_POLICY",
            Self::Directory(_) => "following the state directory",
            Self::Program => "built in",
        })
    }
}

/// The policy directory inside a state directory, whose history is sealed with the key in this file; absent when there is no
/// state directory.
pub(crate) fn directory(state: &Path, seal: SealFile) -> anyhow::Result<Option<PolicyDirectory>> {
    match Dir::open_ambient_dir(state, ambient_authority()) {
        Ok(state) => Ok(Some(PolicyDirectory::new(
            state,
            Limits::default().component_bytes,
            seal,
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("SYNC_AUDIT_STATE_DIRECTORY={}", state.display()))
        }
    }
}

fn from_file(file: &Path, config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Policies> {
    let (with, setup) = (host_config(config)?, setup(config)?);
    let host = Artifact::read(file, with.limits.component_bytes)
        .and_then(|artifact| PolicyHost::with_component(with, artifact, setup.clone(), clock))
        .with_context(|| format!("AUDIT_POLICY={}", file.display()))?;
    Ok(Policies {
        host: Arc::new(host),
        source: Source::File(file.to_owned(), setup),
    })
}

fn from_directory(
    directory: &PolicyDirectory,
    config: &Config,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Arc<PolicyHost>> {
    let history = directory.history()?;
    warn_of_damage(&history);
    let Some(revision) = history.active()? else {
        return built_in(config, clock);
    };
    let number = revision.number;
    if config.policy_settings.is_some() || !config.policy_limits.is_empty() {
        tracing::warn!(
            "AUDIT_POLICY_SETTINGS and AUDIT_POLICY_LIMITS are not used: revision {number} of the policy has its own"
        );
    }
    let setup = revision.record.setup.clone();
    let with = host_config(config)?;
    let host = match directory.program(revision)? {
        Some(artifact) => PolicyHost::with_component(with, artifact, setup, clock),
        None => PolicyHost::with_core(with, setup, clock),
    };
    Ok(Arc::new(
        host.with_context(|| format!("revision {number}"))?,
    ))
}

/// Damaged lines that are warned of one by one.
const SHOWN_DAMAGE: usize = 3;

/// Says which lines of a history are damaged.
pub(crate) fn warn_of_damage(history: &History) {
    let more = history.damaged().saturating_sub(SHOWN_DAMAGE);
    for damage in history.damage().iter().take(SHOWN_DAMAGE) {
        tracing::warn!(
            "line {} of the policy history is damaged: {}",
            damage.line,
            plain(&damage.reason)
        );
    }
    if more > 0 {
        tracing::warn!("so are {more} more lines of the policy history");
    }
}

fn built_in(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<PolicyHost>> {
    let host = PolicyHost::with_core(host_config(config)?, setup(config)?, clock)
        .context("the built-in policy cannot be used")?;
    Ok(Arc::new(host))
}

/// What a server's host of policies is made with.
pub(crate) fn host_config(config: &Config) -> anyhow::Result<HostConfig> {
    Ok(HostConfig {
        limits: Limits::default(),
        guard: config.policy_guard,
        trust: trust(config)?,
        compiled: config.policy_cache.as_deref().and_then(compiled),
    })
}

/// The cache in this folder. Without it everything works, more slowly.
fn compiled(folder: &Path) -> Option<Arc<CompiledCache>> {
    match CompiledCache::open(folder) {
        Ok(cache) => Some(Arc::new(cache)),
        Err(error) => {
            tracing::warn!(
                "compiled policies are not kept in {}: {error}",
                plain(&folder.display().to_string())
            );
            None
        }
    }
}

/// Which components the operator lets become policies.
fn trust(config: &Config) -> anyhow::Result<Trust> {
    let key = |path: &PathBuf| {
        files::read(path, MAX_KEY)
            .and_then(|text| Ok(PublicKey::parse(&String::from_utf8(text)?)?))
            .with_context(|| format!("AUDIT_POLICY_KEYS={}", path.display()))
    };
    Ok(Trust {
        pins: config.policy_digests.clone(),
        keys: config
            .policy_keys
            .iter()
            .map(key)
            .collect::<anyhow::Result<_>>()?,
        imports: config.policy_imports.clone(),
    })
}

/// What the operator's policy, or the built-in one, is run under.
fn setup(config: &Config) -> anyhow::Result<Setup> {
    Ok(Setup {
        settings: read_settings(config.policy_settings.as_ref())?,
        limits: config.policy_limits,
    })
}

/// The settings as the policy gets them: JSON text, empty where none are written.
pub(crate) fn read_settings(settings: Option<&PolicySettings>) -> anyhow::Result<String> {
    match settings {
        None => Ok(String::new()),
        Some(PolicySettings::Json(json)) => Ok(json.clone()),
        Some(PolicySettings::File(path)) => files::read(path, MAX_SETTINGS)
            .and_then(|json| Ok(String::from_utf8(json)?))
            .with_context(|| format!("the policy's settings in {}", path.display())),
    }
}

#[cfg(test)]
mod tests;
