//! Writes hostile policies into a folder, for the tests and benches that give them to a real server:
//! `NAME.wasm` goes live and misbehaves when it decides on real work; `load-NAME.wasm` misbehaves when it is loaded;
//! `good-N.wasm` decides to continue.

#![allow(clippy::print_stderr, reason = "a program for a terminal")]

#[allow(dead_code, reason = "shared with the tests of the engine")]
#[path = "../tests/engine/guest.rs"]
mod guest;

use guest::{Guest, answer, named};
use std::path::Path;
use std::process::ExitCode;

/// Time from which on they misbehave, in milliseconds since the Unix epoch: after that of the example which a policy
/// must decide on before it goes live, before any real one.
const FROM: u64 = 1_750_000_000_000;

const LOOP: &str = "(loop $l (br $l))";

/// Policies that misbehave when they decide on real work.
fn deciding() -> Vec<(&'static str, Vec<u8>)> {
    let grow = "(drop (memory.grow (i32.const 400)))";
    let text = |at: u32, len: u32| {
        format!(
            "(i32.store (i32.const {}) (i32.const {at})) (i32.store offset=4 (i32.const {}) (i32.const {len}))",
            answer::SUMMARY,
            answer::SUMMARY
        )
    };
    let plain = |act: &str| misbehaving(act, "");
    vec![
        ("loop", plain(LOOP)),
        (
            "memory",
            plain("(loop $l (drop (memory.grow (i32.const 16))) (br $l))"),
        ),
        (
            "table",
            misbehaving(
                "(loop $l (drop (table.grow $t (ref.null func) (i32.const 100))) (br $l))",
                "(table $t 1 funcref)",
            ),
        ),
        (
            "stack",
            misbehaving(
                "(drop (call $f (i64.const 1)))",
                "(func $f (param i64) (result i64) (i64.add (call $f (i64.add (local.get 0) (i64.const 1))) (local.get 0)))",
            ),
        ),
        ("trap", plain("unreachable")),
        // As good as a coin: the millisecond of the call.
        (
            "sometimes",
            plain(
                "(if (i64.eqz (i64.and (i64.load (local.get 0)) (i64.const 1))) (then unreachable))",
            ),
        ),
        ("text-1-gib", plain(&format!("{grow} {}", text(0, 1 << 30)))),
        (
            "text-20-mib",
            plain(&format!("{grow} {}", text(0, 20 << 20))),
        ),
        (
            "not-utf8",
            plain(&format!(
                "(i32.store (i32.const 9000) (i32.const 0xfffefdfc)) {}",
                text(9000, 4)
            )),
        ),
        (
            "nan",
            plain(&format!(
                "(f64.store (i32.const {}) (f64.const nan))",
                answer::BAR
            )),
        ),
        (
            "completes-all",
            plain(&format!(
                "(i32.store8 (i32.const {}) (i32.const 1))",
                answer::STATUS
            )),
        ),
    ]
}

/// Policies that never become live.
fn loading() -> Vec<(&'static str, Vec<u8>)> {
    let start = format!("(func $s {LOOP}) (start $s)");
    let guests = [
        (
            "load-start-loop",
            Guest {
                items: &start,
                ..Guest::default()
            },
        ),
        (
            "load-describe-loop",
            Guest {
                on_describe: LOOP,
                ..Guest::default()
            },
        ),
        (
            "load-settings-loop",
            Guest {
                on_settings: LOOP,
                ..Guest::default()
            },
        ),
        (
            "load-evaluate-loop",
            Guest {
                on_evaluate: LOOP,
                ..Guest::default()
            },
        ),
        (
            "load-trap",
            Guest {
                on_evaluate: "unreachable",
                ..Guest::default()
            },
        ),
        (
            "load-memory",
            Guest {
                on_evaluate: "(loop $l (drop (memory.grow (i32.const 16))) (br $l))",
                ..Guest::default()
            },
        ),
        (
            "load-imports",
            Guest {
                asks_the_time: true,
                ..Guest::default()
            },
        ),
    ];
    let mut all: Vec<_> = guests.map(|(name, guest)| (name, guest.component())).into();
    let mut truncated = named("whole");
    truncated.truncate(truncated.len() / 2);
    all.push(("load-truncated", truncated));
    all.push(("load-wrong-world", b"\0asm\x0d\0\x01\0".to_vec()));
    all
}

fn misbehaving(act: &str, items: &str) -> Vec<u8> {
    let when = format!("(if (i64.gt_u (i64.load (local.get 0)) (i64.const {FROM})) (then {act}))");
    Guest {
        on_evaluate: &when,
        items,
        ..Guest::default()
    }
    .component()
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: guests FOLDER");
        return ExitCode::FAILURE;
    };
    let good = ["good-1", "good-2", "good-3"].map(|name| (name, named(name)));
    let all = deciding().into_iter().chain(loading()).chain(good);
    for (name, component) in all {
        if let Err(error) = write(folder.as_ref(), name, &component) {
            eprintln!("{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(folder: &Path, name: &str, component: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(format!("{name}.wasm")), component)
}
