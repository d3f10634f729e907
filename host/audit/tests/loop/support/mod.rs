//! Adapters for tests, stricter than the real ones: events must survive JSON, a session has one writer, a
//! judge or policy that was not told what to answer fails the test.

mod disk;
mod judge;
mod policy;
mod store;
mod work;
mod world;

pub(crate) use disk::Disk;
pub(crate) use judge::{Act, ScriptedJudge, critical};
pub(crate) use policy::{RulePolicy, ordinary_rule};
pub(crate) use store::ListStore;
pub(crate) use work::{DELETION, EVIL, GOOD, MENDING, configured, diff, python, request};
pub(crate) use world::{World, config, states};
