//! What was released stays: the contract of each version, and the policies that were built against it.

use crate::guest::{TRIGGER, snapshot};
use crate::host;
use gansauditor_audit::domain::{Status, Timestamp};
use gansauditor_audit::ports::LivePolicy as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wit_component::WitPrinter;
use wit_parser::Resolve;

/// Where the contracts of released versions are kept, and policies of that time.
fn released() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/released")
}

/// The contract as `wit/` has it now, resolved and without its comments.
fn contract() -> (String, String) {
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let (package, _) = resolve.push_dir(wit).expect("the contract parses");
    let name = &resolve.packages[package].name;
    let version = name.version.as_ref().expect("it has a version").to_string();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false);
    printer
        .print(&resolve, package, &[])
        .expect("it can be printed");
    (version, printer.output.to_string())
}

#[test]
fn the_contract_of_a_version_is_the_one_that_was_released() {
    let (version, now) = contract();
    let golden = released().join(format!("{version}.wit"));
    let then = std::fs::read_to_string(&golden).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; a new version is released with its golden file:\n{now}",
            golden.display()
        )
    });
    assert_eq!(
        now, then,
        "version {version} was released otherwise; give the contract a new version"
    );
}

#[tokio::test]
async fn a_policy_that_was_built_against_1_0_0_still_loads_and_decides() {
    let component = std::fs::read(released().join("policy-1.0.0.wasm")).unwrap();
    let host = host(&component);
    assert_eq!(host.status().live.name, "released");
    let decision = host
        .current()
        .evaluate(Arc::new(snapshot(Timestamp(1))))
        .await;
    assert_eq!(decision.unwrap().status, Status::Continue);
    // It was made to fail where today's do, so what it is shown has kept its layout too.
    let failure = host.current().evaluate(Arc::new(snapshot(TRIGGER))).await;
    assert!(failure.is_err());
}
