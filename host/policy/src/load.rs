//! From bytes to a policy that may go live, one step after the other.

use crate::bindings::types;
use crate::compiled::CompiledCache;
use crate::description::Description;
use crate::embedded::EmbeddedCore;
use crate::error::{LoadError, SettingsProblem};
use crate::linked::Linked;
use crate::runtime::{Cost, Runtime};
use crate::setup::Setup;
use crate::trust::{Artifact, Trust};
use crate::{decision, self_test};
use async_trait::async_trait;
use gansauditor_audit::domain::{Decision, HistoryRequest, PolicyIdentity, Snapshot};
use gansauditor_audit::plain::quoted;
use gansauditor_audit::ports::{LivePolicy, PolicyError};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// Most problems of the settings that are passed on, and most bytes of each.
const MAX_PROBLEMS: usize = 20;
const MAX_PROBLEM: usize = 512;

/// A policy that was checked, compiled, given its settings and tried. It may be live, have been live, or serve a
/// comparison. A handle: clones are the same policy.
#[derive(Clone)]
pub struct LoadedPolicy {
    loaded: Arc<Loaded>,
    /// Turns that evaluations take.
    turns: Arc<Semaphore>,
}

struct Loaded {
    linked: Linked,
    description: Description,
    identity: PolicyIdentity,
    setup: Setup,
}

/// What a component is and says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Name, version and digest.
    pub identity: PolicyIdentity,
    /// One sentence: when it completes and when it stops.
    pub summary: String,
    /// Size of the component in bytes.
    pub bytes: usize,
    /// Names of what it imports: at most types.
    pub imports: Vec<String>,
    /// Names of what it exports.
    pub exports: Vec<String>,
    /// JSON Schema of its settings.
    pub settings_schema: String,
    /// How much text it wants to see, no more than the host gives.
    pub history: HistoryRequest,
}

impl LoadedPolicy {
    /// Checks, compiles and tries a component. Takes about a tenth of a second of every processor for the core's
    /// size where it is not cached, so not for a thread that must answer.
    pub(crate) fn from_bytes(
        runtime: Arc<Runtime>,
        artifact: &Artifact,
        setup: Setup,
        trust: &Trust,
        compiled: Option<&CompiledCache>,
    ) -> Result<Self, LoadError> {
        let linked = Linked::from_bytes(runtime, artifact, trust, compiled)?;
        Self::from_linked(linked, setup)
    }

    /// The core policy.
    pub(crate) fn from_core(
        runtime: Arc<Runtime>,
        core: &EmbeddedCore,
        setup: Setup,
    ) -> Result<Self, LoadError> {
        Self::from_linked(Linked::from_core(runtime, core)?, setup)
    }

    pub(crate) fn from_linked(linked: Linked, setup: Setup) -> Result<Self, LoadError> {
        let described = linked.describe(1)?.pop();
        let description: Description = described
            .ok_or_else(|| LoadError::Host("the policy was not asked".to_owned()))?
            .try_into()?;
        let identity = PolicyIdentity {
            name: description.name.clone(),
            version: description.version.clone(),
            digest: linked.digest.clone(),
        };
        let loaded = Loaded {
            linked,
            description,
            identity,
            setup,
        };
        let settings = &loaded.setup.settings;
        check_settings(&loaded.linked, settings)?;
        loaded
            .decide(&self_test::example(settings))
            .0
            .map_err(LoadError::SelfTest)?;
        Ok(Self {
            turns: Arc::clone(&loaded.linked.runtime.turns),
            loaded: Arc::new(loaded),
        })
    }

    /// The same policy with turns of its own, so that its evaluations, however slow, keep nobody else's waiting.
    pub(crate) fn apart(self) -> Self {
        let turns = self.loaded.linked.runtime.limits.turns_on_trial();
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            ..self
        }
    }

    /// Decides on this thread, and says what it cost.
    pub(crate) fn decide(&self, snapshot: &Snapshot) -> (Result<Decision, PolicyError>, Cost) {
        self.loaded.decide(snapshot)
    }

    /// The policy accepts other settings than those it was loaded with.
    pub(crate) fn accepts(&self, settings: &str) -> Result<(), LoadError> {
        check_settings(&self.loaded.linked, settings)
    }

    /// What it is run under.
    pub fn setup(&self) -> &Setup {
        &self.loaded.setup
    }

    /// What the component is and says of itself.
    pub fn inspect(&self) -> Inspection {
        Inspection {
            identity: self.loaded.identity.clone(),
            summary: self.loaded.description.summary.clone(),
            bytes: self.loaded.linked.bytes,
            imports: self.loaded.linked.interfaces.imports.clone(),
            exports: self.loaded.linked.interfaces.exports.clone(),
            settings_schema: self.loaded.description.settings_schema.clone(),
            history: self.loaded.description.history,
        }
    }
}

impl Loaded {
    fn decide(&self, snapshot: &Snapshot) -> (Result<Decision, PolicyError>, Cost) {
        let started = Instant::now();
        let (answer, mut cost) = self.linked.evaluate(snapshot);
        let decision = answer.and_then(|answer| match answer {
            Ok(given) => decision::accept(given, &self.linked.runtime.limits),
            Err(error) => Err(decision::refusal(error)),
        });
        // With what the host does for it.
        cost.time = started.elapsed();
        (decision, cost)
    }
}

/// The policy accepts the settings.
pub(crate) fn check_settings(linked: &Linked, settings: &str) -> Result<(), LoadError> {
    linked
        .validate(settings)
        .map_err(LoadError::CheckSettings)?
        .map_err(|problems| {
            LoadError::Settings(
                problems
                    .into_iter()
                    .take(MAX_PROBLEMS)
                    .map(problem)
                    .collect(),
            )
        })
}

impl std::fmt::Debug for LoadedPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedPolicy")
            .field("identity", &self.loaded.identity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl LivePolicy for LoadedPolicy {
    fn identity(&self) -> &PolicyIdentity {
        &self.loaded.identity
    }

    fn settings(&self) -> &str {
        &self.loaded.setup.settings
    }

    fn history(&self) -> HistoryRequest {
        self.loaded.description.history
    }

    /// Runs on a thread for blocking work: most decisions take well under a millisecond, but a policy may compute
    /// until its deadline, which no thread of the runtime can be spared for.
    async fn evaluate(&self, snapshot: Arc<Snapshot>) -> Result<Decision, PolicyError> {
        let host = |e: &dyn std::fmt::Display| PolicyError::Host(e.to_string());
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|e| host(&e))?;
        let policy = Arc::clone(&self.loaded);
        tokio::task::spawn_blocking(move || {
            // The turn goes with the work, which goes on when nobody waits for it any more.
            let _turn = turn;
            policy.decide(&snapshot).0
        })
        .await
        .map_err(|e| host(&e))?
    }
}

fn problem(given: types::Problem) -> SettingsProblem {
    SettingsProblem {
        path: quoted(&given.path, MAX_PROBLEM),
        message: quoted(&given.message, MAX_PROBLEM),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::CORE;
    use crate::limits::Limits;
    use gansauditor_audit::domain::Digest;

    #[test]
    fn compiles_the_core_again_when_its_machine_code_is_of_another_program() {
        let built = CORE.as_ref().expect("run `make core` first");
        let stale = EmbeddedCore {
            component: built.component,
            precompiled: b"of another version",
        };
        let runtime = Arc::new(Runtime::new(Limits::default()).expect("the engine starts"));
        let policy =
            LoadedPolicy::from_core(runtime, &stale, Setup::default()).expect("the core loads");
        assert_eq!(policy.identity().digest, Digest::of(built.component));
    }
}
