//! What a decision costs as a component, against the same code natively; and what it costs to load a policy.
//!
//! Both sides are measured in turn in one loop, so that what else the machine does falls on both. A decision as a
//! component is all of it: the turn, the thread, the snapshot's conversion, a fresh instance, the call, the check
//! of the answer.

#[path = "../tests/engine/guest.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod guest;
#[path = "../tests/engine/native.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod native;

use gansauditor_audit::domain::{Digest, FileVersion, Snapshot, Source, SourceFile, Timestamp};
use gansauditor_audit::ports::{LivePolicy as _, SystemClock};
use gansauditor_policy::{CORE_IS_EMBEDDED, CompiledCache, HostConfig, Limits, PolicyHost};
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Versions of the work in a snapshot: as many as the core wants to see.
const VERSIONS: u32 = 4;

/// Time spent on one line of the table.
const BUDGET: Duration = Duration::from_secs(2);

/// A generator of its own, so that every run measures the same texts: xorshift64 (Marsaglia, 2003).
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// Words of code, about `bytes` of them.
fn code(random: &mut Random, bytes: usize) -> Vec<String> {
    const SHAPES: [&str; 6] = [
        "let {} = ",
        "if {} ",
        "{}(",
        "return {};\n",
        "{}.len() + ",
        "// {}\n",
    ];
    let mut words = Vec::new();
    let mut len = 0;
    while len < bytes {
        let word =
            SHAPES[random.next(SHAPES.len())].replace("{}", &format!("name{}", random.next(500)));
        len += word.len();
        words.push(word);
    }
    words
}

/// A session whose versions differ from one to the next in a share of their words.
fn session(bytes: usize, edits: f64) -> Snapshot {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut words = code(&mut random, bytes);
    let mut snapshot = guest::snapshot(Timestamp(1));
    let first = snapshot.iterations.remove(0);
    for attempt in 1..=VERSIONS {
        if attempt > 1 {
            let fresh = code(&mut random, bytes);
            if edits >= 1.0 {
                words = fresh;
            } else {
                let changed = ((words.len() as f64 * edits).ceil() as usize).max(1);
                for _ in 0..changed {
                    let at = random.next(words.len());
                    words[at].clone_from(&fresh[random.next(fresh.len())]);
                }
            }
        }
        let text = words.concat();
        let mut iteration = first.clone();
        iteration.attempt = attempt;
        iteration.loop_number = Some(attempt);
        iteration.submission = Digest::of(text.as_bytes());
        iteration.files = vec![FileVersion {
            path: "a.rs".into(),
            digest: Some(Digest::of(text.as_bytes())),
        }];
        // Below the bar, so that the whole way is gone.
        iteration.reviews[0].score = gansauditor_audit::domain::Score::new(80.0).ok();
        snapshot.iterations.push(iteration);
        snapshot.sources.push(Source {
            attempt,
            files: vec![SourceFile {
                path: "a.rs".into(),
                language: Some("rust".into()),
                text,
            }],
        });
    }
    snapshot
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` passes no `--bench`: there is nothing to test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let out = &mut std::io::stdout().lock();
    if !CORE_IS_EMBEDDED {
        writeln!(
            out,
            "the core policy is not part of this build; run `make bench`"
        )?;
        return Ok(());
    }
    let clock = Arc::new(SystemClock);
    let limits = Limits {
        deadline: Duration::from_secs(30),
        ..Limits::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()?;
    let host = PolicyHost::with_core(limits.clone(), "", clock.clone())?;
    let live = host.current();

    writeln!(
        out,
        "one decision over {VERSIONS} versions, medians in microseconds\n"
    )?;
    writeln!(
        out,
        "{:>9} {:>7} {:>11} {:>11} {:>6} {:>9}",
        "bytes", "edits", "native", "component", "ratio", "overhead"
    )?;
    for bytes in [1_000, 20_000, 200_000] {
        for edits in [0.002, 0.05, 1.0] {
            let snapshot = Arc::new(session(bytes, edits));
            let model = native::convert(&snapshot);
            let (mut natives, mut components) = (Vec::new(), Vec::new());
            let began = Instant::now();
            while began.elapsed() < BUDGET || natives.len() < 10 {
                let start = Instant::now();
                black_box(native::evaluate(black_box(&model)))?;
                natives.push(start.elapsed());
                let start = Instant::now();
                black_box(runtime.block_on(live.evaluate(Arc::clone(&snapshot))))?;
                components.push(start.elapsed());
            }
            let (native, component) = (median(natives), median(components));
            writeln!(
                out,
                "{bytes:>9} {:>6}% {:>11.1} {:>11.1} {:>6.2} {:>9.1}",
                edits * 100.0,
                micros(native),
                micros(component),
                component.as_secs_f64() / native.as_secs_f64(),
                micros(component) - micros(native),
            )?;
        }
    }

    let empty = PolicyHost::with_component(
        limits.clone(),
        guest::Guest::default().component(),
        "",
        clock.clone(),
    )?;
    let plain = Arc::new(guest::snapshot(Timestamp(1)));
    let mut each =
        |name: &str,
         times: usize,
         work: &mut dyn FnMut() -> Result<(), Box<dyn std::error::Error>>| {
            let mut took = Vec::new();
            for _ in 0..times {
                let start = Instant::now();
                work()?;
                took.push(start.elapsed());
            }
            writeln!(out, "{name:<52} {:>11.1}", micros(median(took)))?;
            Ok::<(), Box<dyn std::error::Error>>(())
        };
    let core = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/core/core.wasm"
    ))?;
    each(
        "\na policy that computes nothing: turn, instance, call",
        5000,
        &mut || {
            black_box(runtime.block_on(empty.current().evaluate(Arc::clone(&plain))))?;
            Ok(())
        },
    )?;
    each(
        "start with the embedded core (engine, load, example)",
        50,
        &mut || {
            black_box(PolicyHost::with_core(limits.clone(), "", clock.clone())?);
            Ok(())
        },
    )?;
    each(
        "activate the embedded core in a running host",
        50,
        &mut || {
            host.publish(runtime.block_on(host.load_core(""))?);
            Ok(())
        },
    )?;
    each(
        "activate the core from its file's bytes (compile)",
        10,
        &mut || {
            runtime.block_on(host.activate(core.clone(), ""))?;
            Ok(())
        },
    )?;
    let folder = tempfile::tempdir()?;
    let cache = CompiledCache::open(&folder.path().join("compiled"))?;
    let config = HostConfig {
        compiled: Some(Arc::new(cache)),
        ..limits.into()
    };
    let caching = PolicyHost::with_component(config, core.clone(), "", clock)?;
    each(
        "activate the core from its file's bytes (compiled before)",
        50,
        &mut || {
            runtime.block_on(caching.activate(core.clone(), ""))?;
            Ok(())
        },
    )
}
