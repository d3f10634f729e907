//! The engine that runs policies: configured once, with its limits and its clock.

use crate::bindings::{AuditPolicy, AuditPolicyPre};
use crate::config;
use crate::error::LoadError;
use crate::limits::{Limits, Meter};
use crate::ticker::Ticker;
use gansauditor_audit::plain::quoted;
use gansauditor_audit::ports::PolicyError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, Trap,
};

/// Bytes of an instance's memory that stay resident between calls, reset instead of given back, so that a call
/// does not fault its pages in again. Where the kernel tells which pages were written (Linux 6.7), only those are
/// reset, and the bound covers what an ordinary decision touches; elsewhere the whole range is, so it is small.
const KEEP_RESIDENT: usize = 4 << 20;
const KEEP_RESIDENT_BLINDLY: usize = 64 << 10;

/// Instances that loading may need besides the evaluations.
const LOADING: usize = 2;

/// Longest text of a trap that is passed on, in bytes: it holds names out of the component.
const MAX_TRAP_TEXT: usize = 2048;

/// What one call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// On the wall clock, with making the instance.
    pub(crate) time: Duration,
    /// Linear memory of the instance at its end, which never shrinks.
    pub(crate) memory_bytes: usize,
}

/// An engine with its limits and its clock.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    /// Turns for evaluations.
    pub(crate) turns: Arc<Semaphore>,
    ticker: Ticker,
}

impl Runtime {
    /// Makes the engine and starts its clock.
    pub(crate) fn new(limits: Limits) -> Result<Self, LoadError> {
        let engine = engine(&limits).map_err(|e| LoadError::Host(format!("{e:#}")))?;
        let ticker =
            Ticker::start(&engine, limits.deadline).map_err(|e| LoadError::Host(e.to_string()))?;
        Ok(Self {
            engine,
            turns: Arc::new(Semaphore::new(limits.turns())),
            limits,
            ticker,
        })
    }

    /// Calls a fresh instance of a policy. Blocks the thread for at most the deadline and a tenth.
    pub(crate) fn call<R>(
        &self,
        policy: &AuditPolicyPre<Meter>,
        function: impl FnOnce(&AuditPolicy, &mut Store<Meter>) -> wasmtime::Result<R>,
    ) -> Result<R, PolicyError> {
        self.measured(policy, function).0
    }

    /// As [`Runtime::call`], with what it cost.
    pub(crate) fn measured<R>(
        &self,
        policy: &AuditPolicyPre<Meter>,
        function: impl FnOnce(&AuditPolicy, &mut Store<Meter>) -> wasmtime::Result<R>,
    ) -> (Result<R, PolicyError>, Cost) {
        let started = Instant::now();
        let mut store = Store::new(&self.engine, Meter::new(&self.limits));
        store.limiter(|meter| meter);
        store.set_epoch_deadline(self.ticker.epochs);
        store.set_hostcall_fuel(self.limits.output_bytes);
        let fuelled = match self.limits.fuel {
            Some(fuel) => store.set_fuel(fuel),
            None => Ok(()),
        };
        let outcome = match fuelled.and_then(|()| policy.instantiate(&mut store)) {
            Ok(instance) => function(&instance, &mut store)
                // Once it runs, what is neither a trap nor a limit is a value that the contract does not know:
                // text that is not UTF-8, a pointer outside the memory, a case that does not exist.
                .map_err(|e| (e, PolicyError::InvalidDecision as fn(String) -> PolicyError)),
            Err(e) => Err((e, PolicyError::Host as fn(String) -> PolicyError)),
        };
        let outcome =
            outcome.map_err(|(error, otherwise)| self.classify(&error, store.data(), otherwise));
        let cost = Cost {
            time: started.elapsed(),
            memory_bytes: store.data().memory_used(),
        };
        (outcome, cost)
    }

    fn classify(
        &self,
        error: &wasmtime::Error,
        meter: &Meter,
        otherwise: fn(String) -> PolicyError,
    ) -> PolicyError {
        if let Some(limit) = meter.exceeded() {
            return PolicyError::OverLimit(limit.to_owned());
        }
        let text = excerpt(error);
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => PolicyError::TimedOut(self.limits.deadline),
            Some(Trap::OutOfFuel) => {
                PolicyError::OverLimit(format!("fuel ({})", self.limits.fuel.unwrap_or_default()))
            }
            Some(Trap::StackOverflow) => PolicyError::OverLimit("stack".to_owned()),
            Some(_) => PolicyError::Trapped(text),
            // The runtime has no public types for these three; tests hold its words.
            None if text.contains("has not been defined") => PolicyError::Trapped(text),
            None if text.contains("fuel allocated for hostcalls") => {
                PolicyError::OverLimit(format!("output ({} bytes)", self.limits.output_bytes))
            }
            None if text.contains("resource limit exceeded") => {
                PolicyError::OverLimit(format!("instance ({})", self.limits.core_instances))
            }
            None => otherwise(text),
        }
    }
}

fn excerpt(error: &wasmtime::Error) -> String {
    quoted(&format!("{error:#}"), MAX_TRAP_TEXT)
}

/// The best engine that this system allows.
fn engine(limits: &Limits) -> wasmtime::Result<Engine> {
    let mut scan = pool(limits);
    scan.pagemap_scan(Enabled::Yes)
        .linear_memory_keep_resident(KEEP_RESIDENT);
    let mut blind = pool(limits);
    blind.linear_memory_keep_resident(KEEP_RESIDENT_BLINDLY);
    for pool in [scan, blind] {
        let mut config = compiler(limits)?;
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        match Engine::new(&config) {
            Ok(engine) => return Ok(engine),
            Err(e) => {
                tracing::debug!(error = %format!("{e:#}"), "no such pool of policy instances here")
            }
        }
    }
    // A pool reserves address space, which `ulimit -v` and some containers ration.
    tracing::warn!("no room for a pool of policy instances; they are made on demand");
    Engine::new(&compiler(limits)?)
}

fn compiler(limits: &Limits) -> wasmtime::Result<Config> {
    let mut config = config::compiler()?;
    config.consume_fuel(limits.fuel.is_some());
    Ok(config)
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let components = limits.turns() + limits.turns_on_trial() + LOADING;
    // Most components are one core instance with a memory and a table; the pool has room for a share of
    // larger ones, and a component that finds none fails as a call, not as a process.
    let parts = count(components.saturating_mul(4).max(limits.core_instances));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count(components))
        .total_core_instances(parts)
        .total_memories(parts)
        .total_tables(parts)
        .max_tables_per_module(8)
        .max_memories_per_module(4)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .table_keep_resident(KEEP_RESIDENT_BLINDLY);
    pool
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
