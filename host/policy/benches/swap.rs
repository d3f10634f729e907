//! Policies that take each other's place while clients evaluate: what it costs those who wait for a decision.
//!
//! Candidates are good ones and every kind of bad one, one after the other. Each evaluation must decide, and by a
//! policy that was live. Run by `make bench`.

#[allow(dead_code, reason = "shared with the tests of the engine")]
#[path = "../tests/engine/guest.rs"]
mod guest;
#[allow(dead_code, reason = "shared with the tests of the engine")]
#[path = "../tests/engine/signer.rs"]
mod signer;

use gansauditor_audit::domain::{Digest, SessionId, Timestamp};
use gansauditor_audit::ports::{PolicyEngine, SystemClock};
use gansauditor_policy::{Artifact, HostConfig, Limits, OwnLimits, PolicyHost, Setup};
use guest::{Guest, named, snapshot};
use signer::Signer;
use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CLIENTS: usize = 8;
const SWAPS: usize = 1000;
/// How long clients evaluate without swaps first.
const QUIET: Duration = Duration::from_secs(3);

/// A candidate, and whether it is one that may go live.
struct Candidate {
    artifact: Artifact,
    setup: Setup,
    is_good: bool,
}

/// Every kind in turn.
fn candidates(signer: &Signer) -> Vec<Candidate> {
    let misbehaving = |on_evaluate| {
        let guest = Guest {
            on_evaluate,
            ..Guest::default()
        };
        guest.component()
    };
    // As long as a self-test may take that never ends.
    let short = Setup {
        settings: String::new(),
        limits: OwnLimits {
            deadline_ms: Some(20),
            ..OwnLimits::default()
        },
    };
    let plain = |component, is_good| Candidate {
        artifact: signer.sign(component),
        setup: Setup::default(),
        is_good,
    };
    let mut truncated = named("whole");
    truncated.truncate(truncated.len() / 2);
    let wrong_world = b"\0asm\x0d\0\x01\0".to_vec();
    vec![
        plain(named("first"), true),
        plain(misbehaving("(unreachable)"), false),
        plain(named("second"), true),
        Candidate {
            setup: short,
            ..plain(misbehaving("(loop $l (br $l))"), false)
        },
        plain(named("third"), true),
        plain(
            misbehaving("(loop $l (drop (memory.grow (i32.const 16))) (br $l))"),
            false,
        ),
        plain(truncated, false),
        plain(wrong_world, false),
        Candidate {
            artifact: Artifact {
                component: named("unsigned"),
                ..signer.sign(named("other"))
            },
            ..plain(Vec::new(), false)
        },
    ]
}

/// What a client saw: how long each decision took, and who made them.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    by: HashSet<Digest>,
}

/// Evaluates until it is told to stop.
async fn client(host: Arc<PolicyHost>, done: Arc<AtomicBool>) -> Result<Seen, Failure> {
    let facts = Arc::new(snapshot(Timestamp(1)));
    let session = SessionId::new("client")?;
    let mut seen = Seen::default();
    while !done.load(Ordering::Relaxed) {
        let began = Instant::now();
        let live = host.in_force(&session).live;
        live.evaluate(Arc::clone(&facts)).await?;
        seen.took.push(began.elapsed());
        seen.by.insert(live.identity().digest.clone());
    }
    Ok(seen)
}

/// All that clients saw while something else went on.
async fn watched<T>(
    host: &Arc<PolicyHost>,
    meanwhile: impl Future<Output = T>,
) -> Result<(Seen, T), Failure> {
    let done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(client(Arc::clone(host), Arc::clone(&done))))
        .collect();
    let outcome = meanwhile.await;
    done.store(true, Ordering::Relaxed);
    let mut all = Seen::default();
    for client in clients {
        let seen = client.await??;
        all.took.extend(seen.took);
        all.by.extend(seen.by);
    }
    all.took.sort_unstable();
    Ok((all, outcome))
}

/// Makes the candidates live that can be, in turn; tells which were, and how long a swap took in the middle.
async fn swaps(
    host: &PolicyHost,
    candidates: &[Candidate],
) -> Result<(HashSet<Digest>, Duration), Failure> {
    let mut live = HashSet::from([host.status().live.digest]);
    let mut took = Vec::new();
    for candidate in candidates.iter().cycle().take(SWAPS) {
        let began = Instant::now();
        let outcome = host
            .activate(candidate.artifact.clone(), candidate.setup.clone())
            .await;
        took.push(began.elapsed());
        match outcome {
            Ok(policy) if candidate.is_good => drop(live.insert(policy.digest)),
            Err(_) if !candidate.is_good => {}
            other => return Err(format!("another outcome than it should be: {other:?}").into()),
        }
    }
    took.sort_unstable();
    Ok((live, took[took.len() / 2]))
}

fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let at = ((sorted.len() - 1) as f64 * share) as usize;
    sorted[at].as_secs_f64() * 1e3
}

fn main() -> Result<(), Failure> {
    let signer = Signer::new();
    let config = HostConfig {
        trust: signer.trusted(),
        ..Limits::default().into()
    };
    let candidates = candidates(&signer);
    let first = candidates[0].artifact.clone();
    let host = PolicyHost::with_component(config, first, "", Arc::new(SystemClock))?;
    let host = Arc::new(host);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (quiet, ()) = watched(&host, tokio::time::sleep(QUIET)).await?;
        let (busy, swapped) = watched(&host, swaps(&host, &candidates)).await?;
        let (live, swap) = swapped?;
        let strangers = busy.by.difference(&live).count();
        let (before, during) = (percentile(&quiet.took, 0.99), percentile(&busy.took, 0.99));
        let mut out = std::io::stdout();
        writeln!(
            out,
            "{SWAPS} swaps (p50 {:.1} ms each), {CLIENTS} clients, {} decisions, 0 failed, {strangers} by a policy that was never live",
            swap.as_secs_f64() * 1e3,
            busy.took.len(),
        )?;
        writeln!(
            out,
            "  decision p50 {:.2} ms quiet, {:.2} ms swapping; p99 {before:.2} and {during:.2} ms: {:+.2} ms   aim <= 5 ms",
            percentile(&quiet.took, 0.5),
            percentile(&busy.took, 0.5),
            during - before,
        )?;
        if strangers > 0 {
            return Err("a policy decided that was never live".into());
        }
        Ok(())
    })
}
