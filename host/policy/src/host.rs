//! The live policy and how another takes its place.

use crate::compiled::CompiledCache;
use crate::embedded::CORE;
use crate::error::LoadError;
use crate::guard::{Breaker, Guard, Guarded, OnFailure, Trouble};
use crate::limits::Limits;
use crate::load::LoadedPolicy;
use crate::runtime::Runtime;
use crate::setup::Setup;
use crate::trial::RunningTrial;
use crate::trust::{Artifact, Trust};
use arc_swap::ArcSwap;
use gansauditor_audit::domain::{Digest, PolicyIdentity, SessionId, Timestamp};
use gansauditor_audit::ports::{Clock, InForce, LivePolicy, PolicyEngine};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;

/// A candidate that did not become the live policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCandidate {
    /// When it failed.
    pub at: Timestamp,
    /// Digest of its bytes; absent when they could not be read.
    pub digest: Option<Digest>,
    /// Why.
    pub error: LoadError,
}

/// What is live, and what would have liked to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyStatus {
    /// The live policy.
    pub live: PolicyIdentity,
    /// Since when it is live.
    pub since: Timestamp,
    /// The newest candidate that failed after the live policy took its place; absent when none did.
    pub failed: Option<FailedCandidate>,
    /// What keeps the live policy from deciding; absent while it decides.
    pub trouble: Option<Trouble>,
}

/// The live policy with the time it went live: one value, so that nobody reads half of a change.
#[derive(Clone)]
struct Published {
    policy: LoadedPolicy,
    breaker: Arc<Breaker>,
    since: Timestamp,
    failed: Option<FailedCandidate>,
    /// The newest policy before it that decided.
    last_good: Option<LoadedPolicy>,
    /// A candidate beside it.
    trial: Option<RunningTrial>,
}

/// What a host is made with.
#[derive(Debug, Clone, Default)]
pub struct HostConfig {
    /// What policies may use, unless they have limits of their own.
    pub limits: Limits,
    /// How failures of the live policy are met.
    pub guard: Guard,
    /// Which components may become policies. The core always may.
    pub trust: Trust,
    /// Where compiled components are kept; they are compiled each time without it.
    pub compiled: Option<Arc<CompiledCache>>,
}

impl From<Limits> for HostConfig {
    /// These limits, and nothing else asked for.
    fn from(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

/// Holds the live policy, loads others, and puts one in its place while evaluations run.
pub struct PolicyHost {
    runtime: Arc<Runtime>,
    clock: Arc<dyn Clock>,
    guard: Guard,
    trust: Arc<Trust>,
    compiled: Option<Arc<CompiledCache>>,
    /// Stands in for a failing policy, where the guard wants that.
    core: Option<LoadedPolicy>,
    published: ArcSwap<Published>,
    /// One candidate at a time: compiling takes every processor, and the last one asked for must be the one that
    /// stays.
    loading: Mutex<()>,
}

impl PolicyHost {
    /// Starts with the core policy under these settings (`""` stands for `{}`).
    ///
    /// # Errors
    /// [`LoadError::NoCore`] when it is not part of this build, [`LoadError::Settings`] when the core refuses the
    /// settings, and whatever else stands in the way of running WebAssembly here.
    pub fn with_core(
        config: impl Into<HostConfig>,
        setup: impl Into<Setup>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LoadError> {
        let core = CORE.as_ref().ok_or(LoadError::NoCore)?;
        Self::start(config.into(), clock, setup.into(), |runtime, setup, _| {
            LoadedPolicy::from_core(runtime, core, setup)
        })
    }

    /// Starts with the policy of a component.
    ///
    /// # Errors
    /// As [`PolicyHost::activate`].
    pub fn with_component(
        config: impl Into<HostConfig>,
        component: impl Into<Artifact>,
        setup: impl Into<Setup>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LoadError> {
        let artifact = component.into();
        let config = config.into();
        let compiled = config.compiled.clone();
        let load = |runtime, setup, trust: &Trust| {
            LoadedPolicy::from_bytes(runtime, &artifact, setup, trust, compiled.as_deref())
        };
        Self::start(config, clock, setup.into(), load)
    }

    fn start(
        config: HostConfig,
        clock: Arc<dyn Clock>,
        setup: Setup,
        load: impl FnOnce(Arc<Runtime>, Setup, &Trust) -> Result<LoadedPolicy, LoadError>,
    ) -> Result<Self, LoadError> {
        let HostConfig {
            limits,
            guard,
            trust,
            compiled,
        } = config;
        let runtime = Arc::new(Runtime::new(limits)?);
        let policy = load(runtime_for(&runtime, &setup)?, setup, &trust)?;
        let core = match guard.on_failure {
            OnFailure::Closed => None,
            OnFailure::LastGood | OnFailure::Core => {
                let core = CORE.as_ref().ok_or(LoadError::NoCore)?;
                let setup = Setup::default();
                Some(LoadedPolicy::from_core(Arc::clone(&runtime), core, setup)?)
            }
        };
        let since = clock.now();
        let published = ArcSwap::from_pointee(Published {
            policy,
            breaker: Arc::new(Breaker::new(guard, Arc::clone(&clock))),
            since,
            failed: None,
            last_good: None,
            trial: None,
        });
        Ok(Self {
            runtime,
            clock,
            guard,
            trust: Arc::new(trust),
            compiled,
            core,
            published,
            loading: Mutex::new(()),
        })
    }

    /// Loads a component without putting it in anyone's place: to inspect it, or to replay sessions through it.
    ///
    /// # Errors
    /// By the step that failed.
    pub async fn load(
        &self,
        component: impl Into<Artifact>,
        setup: impl Into<Setup>,
    ) -> Result<LoadedPolicy, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        self.load_now(component.into(), setup.into()).await
    }

    /// The core policy under these settings, without putting it in anyone's place.
    ///
    /// # Errors
    /// As [`PolicyHost::with_core`].
    pub async fn load_core(&self, setup: impl Into<Setup>) -> Result<LoadedPolicy, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        self.load_core_now(setup.into()).await
    }

    /// Loads a component and makes it the live policy. Evaluations that run end with the policy they began with.
    ///
    /// # Errors
    /// By the step that failed. The live policy stays, and [`PolicyHost::status`] shows the failure.
    pub async fn activate(
        &self,
        component: impl Into<Artifact>,
        setup: impl Into<Setup>,
    ) -> Result<PolicyIdentity, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        let artifact = component.into();
        let digest = Digest::of(&artifact.component);
        match self.load_now(artifact, setup.into()).await {
            Ok(policy) => Ok(self.publish(policy)),
            Err(error) => {
                self.note_failure(Some(digest), &error);
                Err(error)
            }
        }
    }

    /// Makes the core policy live under these settings.
    ///
    /// # Errors
    /// As [`PolicyHost::with_core`]; the live policy stays, and [`PolicyHost::status`] shows the failure.
    pub async fn activate_core(
        &self,
        setup: impl Into<Setup>,
    ) -> Result<PolicyIdentity, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        match self.load_core_now(setup.into()).await {
            Ok(policy) => Ok(self.publish(policy)),
            Err(error) => {
                self.note_failure(core_digest(), &error);
                Err(error)
            }
        }
    }

    /// Makes a policy live that was loaded before: a candidate that proved itself, or the one that was live
    /// before the last change. A trial beside the policy before ends.
    pub fn publish(&self, policy: LoadedPolicy) -> PolicyIdentity {
        let identity = policy.identity().clone();
        let since = self.clock.now();
        let breaker = Arc::new(Breaker::new(self.guard, Arc::clone(&self.clock)));
        self.published.rcu(|now| Published {
            policy: policy.clone(),
            breaker: Arc::clone(&breaker),
            since,
            failed: None,
            last_good: if now.breaker.is_good() {
                Some(now.policy.clone())
            } else {
                now.last_good.clone()
            },
            trial: None,
        });
        tracing::info!(policy = %identity.name, version = %identity.version, digest = %identity.digest, "policy is live");
        identity
    }

    /// From now on this trial runs beside the live policy, or none.
    pub(crate) fn set_trial(&self, trial: Option<RunningTrial>) {
        self.published.rcu(|now| Published {
            trial: trial.clone(),
            ..Published::clone(now)
        });
    }

    /// Tells the time.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The live policy itself, without what holds it back while it fails.
    pub fn current(&self) -> LoadedPolicy {
        self.published.load().policy.clone()
    }

    /// What is live, since when, and what failed since.
    pub fn status(&self) -> PolicyStatus {
        let published = self.published.load();
        PolicyStatus {
            live: published.policy.identity().clone(),
            since: published.since,
            failed: published.failed.clone(),
            trouble: published.breaker.trouble(),
        }
    }

    /// Largest component that is loaded, in bytes.
    pub fn component_bytes(&self) -> usize {
        self.runtime.limits.component_bytes
    }

    /// Reads the file of a component, within the size that may be loaded.
    ///
    /// # Errors
    /// As [`Artifact::read`].
    pub async fn read(&self, path: &Path) -> Result<Artifact, LoadError> {
        let path = path.to_owned();
        let limit = self.component_bytes();
        blocking(move || Artifact::read(&path, limit)).await
    }

    async fn load_now(&self, artifact: Artifact, setup: Setup) -> Result<LoadedPolicy, LoadError> {
        let (runtime, trust) = (Arc::clone(&self.runtime), Arc::clone(&self.trust));
        let compiled = self.compiled.clone();
        blocking(move || {
            LoadedPolicy::from_bytes(
                runtime_for(&runtime, &setup)?,
                &artifact,
                setup,
                &trust,
                compiled.as_deref(),
            )
        })
        .await
    }

    async fn load_core_now(&self, setup: Setup) -> Result<LoadedPolicy, LoadError> {
        let core = CORE.as_ref().ok_or(LoadError::NoCore)?;
        let runtime = Arc::clone(&self.runtime);
        blocking(move || LoadedPolicy::from_core(runtime_for(&runtime, &setup)?, core, setup)).await
    }

    /// Whether the live policy is this one, run under this.
    pub(crate) fn holds(&self, digest: &Digest, setup: &Setup) -> bool {
        let live = self.current();
        live.identity().digest == *digest && live.setup() == setup
    }

    /// What was wanted is what is live: what failed before is not wanted any more.
    pub(crate) fn forget_failure(&self) {
        self.published.rcu(|now| Published {
            failed: None,
            ..Published::clone(now)
        });
    }

    pub(crate) fn note_failure(&self, digest: Option<Digest>, error: &LoadError) {
        let known = self
            .published
            .load()
            .failed
            .as_ref()
            .is_some_and(|known| known.digest == digest && known.error == *error);
        // Once is enough: it is tried again and again.
        if !known {
            tracing::warn!(%error, digest = digest.as_ref().map(tracing::field::display), "candidate policy failed; the live policy stays");
        }
        let failed = FailedCandidate {
            at: self.clock.now(),
            digest,
            error: error.clone(),
        };
        self.published.rcu(|now| Published {
            failed: Some(failed.clone()),
            ..Published::clone(now)
        });
    }
}

impl PolicyEngine for PolicyHost {
    fn in_force(&self, session: &SessionId) -> InForce {
        let published = self.published.load();
        InForce {
            live: Arc::new(Guarded {
                policy: published.policy.clone(),
                breaker: Arc::clone(&published.breaker),
                session: session.clone(),
            }),
            trial: published
                .trial
                .as_ref()
                .map(|trial| Arc::new(trial.clone()) as _),
        }
    }

    fn fallback(&self, failed: &dyn LivePolicy) -> Option<Arc<dyn LivePolicy>> {
        let published = self.published.load();
        let fallback = match self.guard.on_failure {
            OnFailure::Closed => None,
            OnFailure::LastGood => published.last_good.as_ref().or(self.core.as_ref()),
            OnFailure::Core => self.core.as_ref(),
        };
        let fallback = fallback.filter(|policy| {
            policy.identity().digest != failed.identity().digest
                || policy.settings() != failed.settings()
        })?;
        Some(Arc::new(fallback.clone()))
    }
}

impl std::fmt::Debug for PolicyHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicyHost")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// The engine for a policy: the host's, or one with the policy's own limits, which ends with the policy.
fn runtime_for(host: &Arc<Runtime>, setup: &Setup) -> Result<Arc<Runtime>, LoadError> {
    let limits = setup.limits.over(&host.limits)?;
    if limits == host.limits {
        return Ok(Arc::clone(host));
    }
    Ok(Arc::new(Runtime::new(limits)?))
}

/// Digest of the core policy, if it is part of this build.
pub(crate) fn core_digest() -> Option<Digest> {
    CORE.as_ref().map(|core| Digest::of(core.component))
}

/// Runs what computes or reads for long on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|e| Err(LoadError::Host(e.to_string())))
}
