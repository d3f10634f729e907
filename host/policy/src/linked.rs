//! A component that can be called, before anything in it was believed.

use crate::bindings::{AuditPolicyPre, contract, types};
use crate::compiled::CompiledCache;
use crate::component::{self, Interfaces};
use crate::embedded::EmbeddedCore;
use crate::error::LoadError;
use crate::limits::Meter;
use crate::runtime::{Cost, Runtime};
use crate::trust::{Artifact, Trust};
use gansauditor_audit::domain::{Digest, Snapshot};
use gansauditor_audit::ports::PolicyError;
use std::sync::Arc;
use wasmtime::component::{Component, Linker};

/// What `validate-settings` answers.
pub(crate) type Validated = Result<(), Vec<types::Problem>>;

/// What `evaluate` answers.
pub(crate) type Answer = Result<contract::Decision, types::Error>;

/// A component of the right form that imports no functions but allowed ones, and exports a policy.
pub(crate) struct Linked {
    pub(crate) runtime: Arc<Runtime>,
    component: AuditPolicyPre<Meter>,
    pub(crate) interfaces: Interfaces,
    pub(crate) digest: Digest,
    pub(crate) bytes: usize,
}

impl Linked {
    /// Checks form and trust, compiles unless it was compiled before, checks the interfaces.
    pub(crate) fn from_bytes(
        runtime: Arc<Runtime>,
        artifact: &Artifact,
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
        Self::new(runtime, &component, bytes, trust)
    }

    /// What an author tries: whoever signed it, compiled anew.
    pub(crate) fn to_try(runtime: Arc<Runtime>, bytes: &[u8]) -> Result<Self, LoadError> {
        Self::from_bytes(runtime, &bytes.into(), &Trust::default(), None)
    }

    /// The core. Its machine code is part of the program; where this processor or this build cannot take it, the
    /// component is compiled like any other.
    pub(crate) fn from_core(runtime: Arc<Runtime>, core: &EmbeddedCore) -> Result<Self, LoadError> {
        let component = match precompiled(&runtime, core) {
            Ok(component) => component,
            // Code that counts its fuel is other code.
            Err(_) if runtime.limits.fuel.is_some() => compile(&runtime, core.component)?,
            Err(e) => {
                tracing::warn!(error = %format!("{e:#}"), "the precompiled core policy does not fit this program; compiling it again");
                compile(&runtime, core.component)?
            }
        };
        Self::new(runtime, &component, core.component, &Trust::default())
    }

    fn new(
        runtime: Arc<Runtime>,
        component: &Component,
        bytes: &[u8],
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
        Ok(Self {
            component: AuditPolicyPre::new(linked).map_err(misfit)?,
            runtime,
            interfaces,
            digest: Digest::of(bytes),
            bytes: bytes.len(),
        })
    }

    /// What the policy says of itself, as often as it is asked in one instance.
    pub(crate) fn describe(&self, times: usize) -> Result<Vec<contract::Description>, LoadError> {
        self.runtime
            .call(&self.component, |policy, store| {
                (0..times)
                    .map(|_| {
                        policy
                            .gansauditor_policy_policy()
                            .call_describe(&mut *store)
                    })
                    .collect()
            })
            .map_err(|e| match e {
                // The functions' types are compared when the first instance is made.
                PolicyError::Host(text) => LoadError::Contract(text),
                other => LoadError::Describe(other),
            })
    }

    /// What the policy makes of a settings text.
    pub(crate) fn validate(&self, settings: &str) -> Result<Validated, PolicyError> {
        self.runtime.call(&self.component, |policy, store| {
            policy
                .gansauditor_policy_policy()
                .call_validate_settings(store, settings)
        })
    }

    /// What the policy makes of a snapshot, and what that cost.
    pub(crate) fn evaluate(&self, snapshot: &Snapshot) -> (Result<Answer, PolicyError>, Cost) {
        let snapshot: types::Snapshot = snapshot.into();
        self.runtime.measured(&self.component, |policy, store| {
            policy
                .gansauditor_policy_policy()
                .call_evaluate(store, &snapshot)
        })
    }

    /// What one instance makes of several snapshots, one after the other.
    pub(crate) fn evaluate_in_turn(
        &self,
        snapshots: &[&Snapshot],
    ) -> Result<Vec<Answer>, PolicyError> {
        let snapshots: Vec<types::Snapshot> = snapshots.iter().copied().map(Into::into).collect();
        self.runtime.call(&self.component, |policy, store| {
            let policy = policy.gansauditor_policy_policy();
            snapshots
                .iter()
                .map(|snapshot| policy.call_evaluate(&mut *store, snapshot))
                .collect()
        })
    }
}

/// Machine code of a component.
pub(crate) fn compile(runtime: &Runtime, bytes: &[u8]) -> Result<Component, LoadError> {
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
