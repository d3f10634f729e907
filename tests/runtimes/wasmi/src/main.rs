//! The core in an interpreter, wasmi: decides on the corpus, and compares.
//!
//! ```sh
//! gansauditor-runtime-wasmi core.wasm corpus.jsonl
//! ```
//!
//! Exits with 1 when a decision differs. The interpreter runs core modules, so the one of the component is taken out,
//! and its values are lowered and lifted here.

mod canonical_abi;
mod component;

use anyhow::Context as _;
use canonical_abi::{Layout, Memory};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::ExitCode;
use std::time::Instant;
use wasmi::{Config, Engine, Instance, Linker, Module, Store, TypedFunc};

const POLICY: &str = "gansauditor:policy/policy@1.0.0";

/// Instructions that a call may run, about a hundred times what the heaviest of the corpus takes.
const FUEL: u64 = 2_000_000_000;

#[derive(Deserialize)]
struct Line {
    name: String,
    /// SHA-256 of the answer's canonical bytes, in hexadecimal.
    decision: String,
    snapshot: Value,
}

/// An instance of the core's module.
struct Guest {
    store: Store<()>,
    memory: wasmi::Memory,
    realloc: TypedFunc<(i32, i32, i32, i32), i32>,
    evaluate: TypedFunc<i32, i32>,
    post_return: TypedFunc<i32, ()>,
}

impl Guest {
    fn new(engine: &Engine, module: &Module) -> anyhow::Result<Self> {
        let mut store = Store::new(engine, ());
        store.set_fuel(FUEL)?;
        let instance: Instance = Linker::new(engine).instantiate_and_start(&mut store, module)?;
        let evaluate = format!("{POLICY}#evaluate");
        Ok(Self {
            memory: instance
                .get_memory(&store, "memory")
                .context("the module exports no memory")?,
            realloc: instance.get_typed_func(&store, "cabi_realloc")?,
            evaluate: instance.get_typed_func(&store, &evaluate)?,
            post_return: instance.get_typed_func(&store, &format!("cabi_post_{evaluate}"))?,
            store,
        })
    }
}

impl Memory for Guest {
    fn allocate(&mut self, size: usize, align: usize) -> anyhow::Result<usize> {
        if size == 0 {
            // Nothing is allocated for nothing; what points there must be aligned.
            return Ok(align);
        }
        let wanted = (0, 0, i32::try_from(align)?, i32::try_from(size)?);
        Ok(self.realloc.call(&mut self.store, wanted)? as u32 as usize)
    }

    fn write(&mut self, at: usize, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.memory.write(&mut self.store, at, bytes)?)
    }

    fn read(&self, at: usize, bytes: &mut [u8]) -> anyhow::Result<()> {
        Ok(self.memory.read(&self.store, at, bytes)?)
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, corpus] = arguments.as_slice() else {
        anyhow::bail!("usage: gansauditor-runtime-wasmi core.wasm corpus.jsonl");
    };
    let bytes = std::fs::read(component).with_context(|| format!("cannot read {component}"))?;
    let corpus =
        std::fs::read_to_string(corpus).with_context(|| format!("cannot read {corpus}"))?;
    let (resolve, evaluate) = component::function(&bytes, POLICY, "evaluate")?;
    let parameter = &evaluate
        .params
        .first()
        .context("evaluate takes nothing")?
        .ty;
    let result = evaluate.result.as_ref().context("evaluate gives nothing")?;
    let layout = Layout::new(&resolve);

    let mut config = Config::default();
    config.consume_fuel(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, component::module(&bytes)?)?;

    let (mut took, mut differing, mut fuel) = (Vec::new(), Vec::new(), 0);
    for line in corpus.lines() {
        let line: Line = serde_json::from_str(line)?;
        // A fresh instance for each, as in the host.
        let mut guest = Guest::new(&engine, &module)?;
        let began = Instant::now();
        let given = layout.lower(&line.snapshot, parameter, &mut guest)?;
        let answer = guest
            .evaluate
            .call(&mut guest.store, i32::try_from(given)?)
            .with_context(|| format!("on {}", line.name))?;
        let bytes = layout.canonical(result, answer as u32 as usize, &guest)?;
        took.push(began.elapsed());
        guest.post_return.call(&mut guest.store, answer)?;
        fuel = fuel.max(FUEL - guest.store.get_fuel()?);
        let digest: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if digest != line.decision {
            differing.push(line.name);
        }
    }
    took.sort();
    let p50 = took.get(took.len() / 2).context("the corpus is empty")?;
    println!(
        "wasmi: {} of {} decisions equal, p50 {} us, at most {fuel} fuel",
        took.len() - differing.len(),
        took.len(),
        p50.as_micros()
    );
    for name in &differing {
        println!("  differs: {name}");
    }
    Ok(ExitCode::from(u8::from(!differing.is_empty())))
}
