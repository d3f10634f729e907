//! What a policy costs, against the core.
//!
//! Both decide in turn in one loop, so that what else the machine does falls on both. An evaluation is what an
//! audit waits for: the snapshot's conversion, a fresh instance, the call, the check of the answer.

use crate::embedded::CORE;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::linked::{self, Linked};
use crate::load::LoadedPolicy;
use crate::runtime::Runtime;
use crate::sample;
use crate::setup::Setup;
use gansauditor_audit::domain::{PolicyIdentity, Snapshot};
use gansauditor_audit::ports::LivePolicy;
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Versions of the work in a snapshot, and how long each is.
const VERSIONS: usize = 3;
const SIZES: [(&str, usize); 2] = [("small", 1 << 10), ("20 KB", 20 << 10)];

/// Times a component is compiled.
const COMPILED: usize = 3;

/// What was measured of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// Which policy.
    pub identity: PolicyIdentity,
    /// Size of the component.
    pub bytes: usize,
    /// Median time to compile it.
    pub compile: Duration,
    /// By size of the submission.
    pub rows: Vec<Row>,
}

/// Evaluations of one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What the submissions are like.
    pub submission: &'static str,
    /// How many evaluations were measured, of each of the two policies.
    pub evaluations: usize,
    /// Median, in microseconds.
    pub p50_micros: f64,
    /// Of a hundred, ninety-five took no longer, in microseconds.
    pub p95_micros: f64,
    /// Evaluations a second on one processor, by the mean.
    pub per_second: f64,
    /// The core's median, in microseconds.
    pub core_p50_micros: f64,
    /// The policy's median over the core's.
    pub over_core: f64,
    /// Most memory of an instance.
    pub memory_bytes: usize,
}

/// Measures a component, or the core without one, for about `budget`. `progress` hears the share that is done.
///
/// # Errors
/// When the component does not load, or does not decide on what it is measured with.
pub fn measure(
    limits: Limits,
    component: Option<&[u8]>,
    settings: &str,
    budget: Duration,
    progress: impl Fn(f64),
) -> Result<Bench, LoadError> {
    let runtime = Arc::new(Runtime::new(limits)?);
    let embedded = CORE.as_ref().ok_or(LoadError::NoCore)?;
    let core = LoadedPolicy::from_core(Arc::clone(&runtime), embedded, Setup::default())?;
    let (bytes, linked) = match component {
        Some(bytes) => (bytes, Linked::to_try(Arc::clone(&runtime), bytes)?),
        None => (
            embedded.component,
            Linked::from_core(Arc::clone(&runtime), embedded)?,
        ),
    };
    let policy = LoadedPolicy::from_linked(linked, settings.into())?;
    let compile = compile_time(&runtime, bytes)?;
    let share = budget / u32::try_from(SIZES.len()).unwrap_or(1);
    let mut rows = Vec::new();
    for (done, (submission, size)) in SIZES.into_iter().enumerate() {
        let told = |part: f64| progress((done as f64 + part) / SIZES.len() as f64);
        rows.push(row(
            submission,
            [
                (&policy, &sample::versions(settings, VERSIONS, size)),
                (&core, &sample::versions("", VERSIONS, size)),
            ],
            share,
            told,
        )?);
    }
    Ok(Bench {
        identity: policy.identity().clone(),
        bytes: bytes.len(),
        compile,
        rows,
    })
}

fn compile_time(runtime: &Runtime, bytes: &[u8]) -> Result<Duration, LoadError> {
    let mut times = Vec::new();
    for _ in 0..COMPILED {
        let started = Instant::now();
        linked::compile(runtime, bytes)?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// The first of the two is the one that is measured, the second what it is held against.
fn row(
    submission: &'static str,
    pair: [(&LoadedPolicy, &Snapshot); 2],
    budget: Duration,
    progress: impl Fn(f64),
) -> Result<Row, LoadError> {
    let mut times = [Vec::new(), Vec::new()];
    let mut memory_bytes = 0;
    let started = Instant::now();
    // The first rounds warm what is cold, and are not counted.
    for round in 0.. {
        let passed = started.elapsed();
        if passed >= budget && times[0].len() >= 10 {
            break;
        }
        progress((passed.as_secs_f64() / budget.as_secs_f64()).min(1.0));
        // Each goes first every other time: the one that follows finds the caches as the other left them.
        for of in [round % 2, 1 - round % 2] {
            let (policy, snapshot) = pair[of];
            let (decision, cost) = policy.decide(snapshot);
            decision.map_err(LoadError::SelfTest)?;
            if round >= 3 {
                times[of].push(cost.time);
            }
            if of == 0 {
                memory_bytes = memory_bytes.max(cost.memory_bytes);
            }
        }
    }
    for times in &mut times {
        times.sort_unstable();
    }
    let [own, core] = &times;
    let total: Duration = own.iter().sum();
    let (p50, core_p50) = (micros(own, 0.5), micros(core, 0.5));
    Ok(Row {
        submission,
        evaluations: own.len(),
        p50_micros: p50,
        p95_micros: micros(own, 0.95),
        per_second: own.len() as f64 / total.as_secs_f64(),
        core_p50_micros: core_p50,
        over_core: p50 / core_p50,
        memory_bytes,
    })
}

/// The time that such a share of them did not exceed.
fn micros(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .map_or(0.0, |time| time.as_secs_f64() * 1e6)
}
