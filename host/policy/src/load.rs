//! From bytes to a policy that may go live, one step after the other.

use crate::bindings::{AuditPolicyPre, contract, types};
use crate::compiled::CompiledCache;
use crate::component::{self, Interfaces};
use crate::description::Description;
use crate::embedded::EmbeddedCore;
use crate::error::{LoadError, SettingsProblem};
use crate::limits::Meter;
use crate::runtime::Runtime;
use crate::setup::Setup;
use crate::trust::{Artifact, Trust};
use crate::{decision, self_test};
use async_trait::async_trait;
use gansauditor_audit::domain::{Decision, Digest, HistoryRequest, PolicyIdentity, Snapshot};
use gansauditor_audit::ports::{LivePolicy, PolicyError};
use std::sync::Arc;
use wasmtime::component::{Component, Linker};

/// Most problems of the settings that are passed on, and most bytes of each.
const MAX_PROBLEMS: usize = 20;
const MAX_PROBLEM: usize = 512;

/// A policy that was checked, compiled, given its settings and tried. It may be live, have been live, or serve a
/// comparison. A handle: clones are the same policy.
#[derive(Clone)]
pub struct LoadedPolicy(Arc<Loaded>);

struct Loaded {
    runtime: Arc<Runtime>,
    component: AuditPolicyPre<Meter>,
    interfaces: Interfaces,
    description: Description,
    identity: PolicyIdentity,
    setup: Setup,
    bytes: usize,
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
        let bytes = &artifact.component;
        component::check_form(bytes, runtime.limits.component_bytes)?;
        trust.check(artifact)?;
        let component = match compiled {
            Some(cache) => cached(&runtime, cache, bytes)?,
            None => compile(&runtime, bytes)?,
        };
        Self::from_component(runtime, &component, bytes, setup, trust)
    }

    /// The core policy. Its machine code is part of the program; where this processor or this build cannot take
    /// it, the component is compiled like any other.
    pub(crate) fn from_core(
        runtime: Arc<Runtime>,
        core: &EmbeddedCore,
        setup: Setup,
    ) -> Result<Self, LoadError> {
        let component = match precompiled(&runtime, core) {
            Ok(component) => component,
            // Code that counts its fuel is other code.
            Err(_) if runtime.limits.fuel.is_some() => compile(&runtime, core.component)?,
            Err(e) => {
                tracing::warn!(error = %format!("{e:#}"), "the precompiled core policy does not fit this program; compiling it again");
                compile(&runtime, core.component)?
            }
        };
        Self::from_component(
            runtime,
            &component,
            core.component,
            setup,
            &Trust::default(),
        )
    }

    fn from_component(
        runtime: Arc<Runtime>,
        component: &Component,
        bytes: &[u8],
        setup: Setup,
        trust: &Trust,
    ) -> Result<Self, LoadError> {
        let misfit = |e: wasmtime::Error| LoadError::Contract(format!("{e:#}"));
        let interfaces = component::check_interfaces(&runtime.engine, component, trust)?;
        let mut linker = Linker::new(&runtime.engine);
        // Allowed imports have nothing behind them: whoever calls one traps.
        linker
            .define_unknown_imports_as_traps(component)
            .map_err(misfit)?;
        let linked = linker.instantiate_pre(component).map_err(misfit)?;
        let component = AuditPolicyPre::new(linked).map_err(misfit)?;
        let description: Description = runtime
            .call(&component, |policy, store| {
                policy.gansauditor_policy_policy().call_describe(store)
            })
            .map_err(|e| match e {
                // The functions' types are compared when the first instance is made.
                PolicyError::Host(text) => LoadError::Contract(text),
                other => LoadError::Describe(other),
            })?
            .try_into()?;
        let identity = PolicyIdentity {
            name: description.name.clone(),
            version: description.version.clone(),
            digest: Digest::of(bytes),
        };
        let loaded = Loaded {
            runtime,
            component,
            interfaces,
            description,
            identity,
            setup,
            bytes: bytes.len(),
        };
        loaded.check_settings()?;
        loaded
            .decide(&self_test::example(&loaded.setup.settings))
            .map_err(LoadError::SelfTest)?;
        Ok(Self(Arc::new(loaded)))
    }

    /// What it is run under.
    pub fn setup(&self) -> &Setup {
        &self.0.setup
    }

    /// What the component is and says of itself.
    pub fn inspect(&self) -> Inspection {
        Inspection {
            identity: self.0.identity.clone(),
            summary: self.0.description.summary.clone(),
            bytes: self.0.bytes,
            imports: self.0.interfaces.imports.clone(),
            exports: self.0.interfaces.exports.clone(),
            settings_schema: self.0.description.settings_schema.clone(),
            history: self.0.description.history,
        }
    }
}

impl Loaded {
    fn check_settings(&self) -> Result<(), LoadError> {
        self.runtime
            .call(&self.component, |policy, store| {
                policy
                    .gansauditor_policy_policy()
                    .call_validate_settings(store, &self.setup.settings)
            })
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

    /// Decides, on this thread.
    fn decide(&self, snapshot: &Snapshot) -> Result<Decision, PolicyError> {
        let snapshot: types::Snapshot = snapshot.into();
        let answer: Result<contract::Decision, types::Error> =
            self.runtime.call(&self.component, |policy, store| {
                policy
                    .gansauditor_policy_policy()
                    .call_evaluate(store, &snapshot)
            })?;
        match answer {
            Ok(given) => decision::accept(given, &self.runtime.limits),
            Err(error) => Err(decision::refusal(error)),
        }
    }
}

impl std::fmt::Debug for LoadedPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedPolicy")
            .field("identity", &self.0.identity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl LivePolicy for LoadedPolicy {
    fn identity(&self) -> &PolicyIdentity {
        &self.0.identity
    }

    fn settings(&self) -> &str {
        &self.0.setup.settings
    }

    fn history(&self) -> HistoryRequest {
        self.0.description.history
    }

    /// Runs on a thread for blocking work: most decisions take well under a millisecond, but a policy may compute
    /// until its deadline, which no thread of the runtime can be spared for.
    async fn evaluate(&self, snapshot: Arc<Snapshot>) -> Result<Decision, PolicyError> {
        let host = |e: &dyn std::fmt::Display| PolicyError::Host(e.to_string());
        let turn = Arc::clone(&self.0.runtime.turns)
            .acquire_owned()
            .await
            .map_err(|e| host(&e))?;
        let policy = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            // The turn goes with the work, which goes on when nobody waits for it any more.
            let _turn = turn;
            policy.decide(&snapshot)
        })
        .await
        .map_err(|e| host(&e))?
    }
}

fn compile(runtime: &Runtime, bytes: &[u8]) -> Result<Component, LoadError> {
    Component::from_binary(&runtime.engine, bytes).map_err(|e| LoadError::Compile(format!("{e:#}")))
}

fn cached(runtime: &Runtime, cache: &CompiledCache, bytes: &[u8]) -> Result<Component, LoadError> {
    let digest = Digest::of(bytes);
    if let Some(component) = cache.get(&digest, &runtime.engine) {
        return Ok(component);
    }
    let component = compile(runtime, bytes)?;
    cache.put(&digest, &runtime.engine, &component);
    Ok(component)
}

#[allow(
    unsafe_code,
    reason = "loading machine code that is part of this program"
)]
fn precompiled(runtime: &Runtime, core: &EmbeddedCore) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are the output of `Engine::precompile_component`, embedded by this crate's build and
    // never taken from outside; the call itself refuses those of another version or configuration.
    unsafe { Component::deserialize(&runtime.engine, core.precompiled) }
}

fn problem(given: types::Problem) -> SettingsProblem {
    let bounded = |mut text: String| {
        text.truncate(text.floor_char_boundary(MAX_PROBLEM));
        text
    };
    SettingsProblem {
        path: bounded(given.path),
        message: bounded(given.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::CORE;
    use crate::limits::Limits;

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
