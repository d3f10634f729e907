//! The corpus that every runtime decides on (`tests/runtimes`), decided on here: by the component in this engine, as
//! a stranger would call it, from its types alone.

use gansauditor_audit::domain::Digest;
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use wasmtime::component::{Component, InstancePre, Linker, Type, Val};
use wasmtime::{Config, Engine, Store};

const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/core/core.wasm");
const CORPUS: &str = include_str!("../../../../tests/runtimes/corpus.jsonl");
const POLICY: &str = "gansauditor:policy/policy@1.0.0";

/// A snapshot of the corpus.
#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// SHA-256 of the canonical bytes of the core's answer.
    decision: String,
    pub(crate) snapshot: Value,
}

impl Line {
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", self.decision)
    }
}

pub(crate) fn lines() -> Vec<Line> {
    let lines = CORPUS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// A policy that is called by its types alone.
pub(crate) struct Stranger {
    engine: Engine,
    policy: InstancePre<()>,
}

impl Stranger {
    pub(crate) fn new(component: &[u8]) -> Self {
        let engine = Engine::new(&Config::new()).unwrap();
        let component = Component::new(&engine, component).unwrap();
        let policy = Linker::new(&engine).instantiate_pre(&component).unwrap();
        Self { engine, policy }
    }

    pub(crate) fn core() -> Self {
        Self::new(&std::fs::read(CORE).expect("`make core` was run"))
    }

    /// What a fresh instance decides, and how long the call took.
    pub(crate) fn evaluate(&self, snapshot: &Value) -> (Val, Duration) {
        let mut store = Store::new(&self.engine, ());
        let instance = self.policy.instantiate(&mut store).unwrap();
        let interface = instance.get_export_index(&mut store, None, POLICY).unwrap();
        let evaluate = instance
            .get_export_index(&mut store, Some(&interface), "evaluate")
            .and_then(|index| instance.get_func(&mut store, index))
            .unwrap();
        let (_, ty) = evaluate.ty(&store).params().next().unwrap();
        let given = [lowered(snapshot, &ty)];
        let mut answer = [Val::Bool(false)];
        let began = Instant::now();
        evaluate.call(&mut store, &given, &mut answer).unwrap();
        let took = began.elapsed();
        let [answer] = answer;
        (answer, took)
    }
}

/// Tells that all decisions were equal, and how long half of them took at most.
#[allow(
    clippy::print_stdout,
    reason = "`make runtimes` shows it beside the others"
)]
pub(crate) fn show(runtime: &str, mut took: Vec<Duration>) {
    took.sort();
    let (all, p50) = (took.len(), took[took.len() / 2].as_micros());
    println!("{runtime}: {all} of {all} decisions equal, p50 {p50} us");
}

#[test]
fn the_core_decides_on_the_corpus_as_it_does_in_every_other_runtime() {
    let core = Stranger::core();
    let lines = lines();
    assert!(lines.len() >= 70);
    let mut took = Vec::new();
    for line in &lines {
        let (answer, duration) = core.evaluate(&line.snapshot);
        took.push(duration);
        let digest = Digest::of(&canonical(&answer)).to_string();
        assert_eq!(digest, line.digest(), "{}", line.name);
    }
    show("wasmtime", took);
}

/// A value of the corpus as one of this type.
fn lowered(value: &Value, ty: &Type) -> Val {
    match ty {
        Type::Bool => Val::Bool(value.as_bool().unwrap()),
        Type::U8 => Val::U8(value.as_u64().unwrap().try_into().unwrap()),
        Type::U32 => Val::U32(value.as_u64().unwrap().try_into().unwrap()),
        Type::U64 => Val::U64(value.as_u64().unwrap()),
        Type::Float64 => Val::Float64(value.as_f64().unwrap()),
        Type::String => Val::String(value.as_str().unwrap().to_owned()),
        Type::Enum(_) => Val::Enum(value.as_str().unwrap().to_owned()),
        Type::Option(option) => Val::Option(match value {
            Value::Null => None,
            value => Some(Box::new(lowered(value, &option.ty()))),
        }),
        Type::List(list) => {
            let items = value.as_array().unwrap().iter();
            Val::List(items.map(|item| lowered(item, &list.ty())).collect())
        }
        Type::Tuple(tuple) => {
            let items = value.as_array().unwrap().iter().zip(tuple.types());
            Val::Tuple(items.map(|(item, ty)| lowered(item, &ty)).collect())
        }
        Type::Record(record) => {
            let field = |field: wasmtime::component::types::Field<'_>| {
                let held = value.get(field.name).unwrap_or(&Value::Null);
                (field.name.to_owned(), lowered(held, &field.ty))
            };
            Val::Record(record.fields().map(field).collect())
        }
        Type::Variant(variant) => {
            let tag = value["tag"].as_str().unwrap();
            let case = variant.cases().find(|case| case.name == tag).unwrap();
            let payload = case.ty.map(|ty| Box::new(lowered(&value["val"], &ty)));
            Val::Variant(tag.to_owned(), payload)
        }
        other => panic!("the contract has no {other:?}"),
    }
}

/// The bytes of a value that are the same in every language; `tests/runtimes/README.md` defines them.
pub(crate) fn canonical(value: &Val) -> Vec<u8> {
    let number = |number: f64| format!("n{:016x}", number.to_bits()).into_bytes();
    let text = |text: &str| [format!("s{}:", text.len()).as_bytes(), text.as_bytes()].concat();
    let case = |tag: &str, payload: Option<&Val>| {
        [
            b"(".to_vec(),
            text(tag),
            payload.map(canonical).unwrap_or_default(),
            b")".to_vec(),
        ]
        .concat()
    };
    match value {
        Val::Bool(true) => b"t".to_vec(),
        Val::Bool(false) => b"f".to_vec(),
        Val::U8(value) => number(f64::from(*value)),
        Val::U32(value) => number(f64::from(*value)),
        Val::U64(value) => number(*value as f64),
        Val::Float64(value) => number(*value),
        Val::String(value) | Val::Enum(value) => text(value),
        Val::Option(value) => value.as_deref().map(canonical).unwrap_or_default(),
        Val::List(items) | Val::Tuple(items) => {
            let items: Vec<u8> = items.iter().flat_map(canonical).collect();
            [b"[".to_vec(), items, b"]".to_vec()].concat()
        }
        Val::Record(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .filter(|(_, held)| !matches!(held, Val::Option(None)))
                .collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            let fields = fields
                .into_iter()
                .flat_map(|(name, held)| [text(name), canonical(held)].concat());
            [b"{".to_vec(), fields.collect(), b"}".to_vec()].concat()
        }
        Val::Variant(tag, payload) => case(tag, payload.as_deref()),
        Val::Result(Ok(value)) => case("ok", value.as_deref()),
        Val::Result(Err(value)) => case("error", value.as_deref()),
        other => panic!("the contract has no {other:?}"),
    }
}
