//! How WebAssembly is compiled: everything that decides whether machine code made by one process can be
//! loaded by another. Shared by the engine and by the tool that precompiles the core.

use target_lexicon::Triple;
use wasmtime::{Config, OptLevel};

/// Stack of a guest, in bytes. Rust guests keep their own stack in linear memory (1 MiB by default); this
/// one holds return addresses and spilled values, and must stay well below a thread's 2 MiB.
const MAX_WASM_STACK: usize = 512 * 1024;

/// The configuration of the compiler for code without fuel, which the core is precompiled for. Fails where this architecture cannot compile WebAssembly.
pub(crate) fn compiler() -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        // Naming the architecture, not the machine, makes code for the baseline processor: what is built
        // on one machine runs on another.
        .target(&Triple::host().to_string())?
        .wasm_component_model(true)
        // The deadline. Costs a load and a compare at each loop's head and function's entry.
        .epoch_interruption(true)
        .max_wasm_stack(MAX_WASM_STACK)
        // Equal snapshots give equal decisions on every processor: only NaN bit patterns could differ.
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .parallel_compilation(true);
    Ok(config)
}
