//! The contract as Rust types, generated from `wit/`. Only the conversions see them.

#![allow(unreachable_pub, reason = "generated code is public throughout")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "audit-policy",
});

pub(crate) use exports::gansauditor::policy::policy as contract;
pub(crate) use gansauditor::policy::types;
