//! How late policies that never end are ended: the deadline holds for every call a policy gets, and for its start
//! function. Run by `make bench`.

#[allow(dead_code, reason = "shared with the tests of the engine")]
#[path = "../tests/engine/guest.rs"]
mod guest;

use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{LivePolicy as _, SystemClock};
use gansauditor_policy::{Limits, PolicyHost};
use guest::{Guest, TRIGGER, snapshot};
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

const DEADLINE: Duration = Duration::from_millis(500);
const ROUNDS: usize = 5;
const LOOP: &str = "(loop $l (br $l))";

fn host(component: Vec<u8>) -> Result<PolicyHost, Failure> {
    let limits = Limits {
        deadline: DEADLINE,
        ..Limits::default()
    };
    let clock = Arc::new(SystemClock);
    Ok(PolicyHost::with_component(limits, component, "", clock)?)
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let decent = host(Guest::default().component())?;
    let runaway = host(Guest::triggered(LOOP))?;
    let facts = Arc::new(snapshot(TRIGGER));
    let start = format!("(func $s {LOOP}) (start $s)");
    let loading = [
        (
            "start",
            Guest {
                items: &start,
                ..Guest::default()
            },
        ),
        (
            "describe",
            Guest {
                on_describe: LOOP,
                ..Guest::default()
            },
        ),
        (
            "validate-settings",
            Guest {
                on_settings: LOOP,
                ..Guest::default()
            },
        ),
        (
            "evaluate, the example",
            Guest {
                on_evaluate: LOOP,
                ..Guest::default()
            },
        ),
    ];
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\npolicies that never end, deadline {} ms, the latest of {ROUNDS}",
        DEADLINE.as_millis()
    )?;
    let mut row = |name: &str, run: &mut dyn FnMut() -> bool| {
        let mut latest = Duration::ZERO;
        for _ in 0..ROUNDS {
            let began = Instant::now();
            assert!(run(), "{name} ends with an error");
            latest = latest.max(began.elapsed());
        }
        let late = 100.0 * (latest.as_secs_f64() / DEADLINE.as_secs_f64() - 1.0);
        let mark = if late <= 10.0 { "met" } else { "MISSED" };
        writeln!(
            out,
            "  {name:<50} {:>8.1} ms  {late:+.1} %  aim +10 %  {mark}",
            latest.as_secs_f64() * 1000.0
        )
    };
    row("evaluate", &mut || {
        let answer = runtime.block_on(runaway.current().evaluate(Arc::clone(&facts)));
        answer.is_err()
    })?;
    for (name, guest) in loading {
        let component = guest.component();
        row(name, &mut || {
            runtime
                .block_on(decent.activate(component.clone(), ""))
                .is_err()
        })?;
    }
    let well = Arc::new(snapshot(Timestamp(1)));
    runtime.block_on(decent.current().evaluate(well))?;
    Ok(())
}
