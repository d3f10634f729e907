//! Embeds the core policy that `make core` built. Builds nothing itself: without it the crate compiles, says so
//! in one line, and has no core.

use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(std::io::ErrorKind::NotFound)?);
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    let built = Path::new(&manifest).join("../../target/core");
    // The folder is watched, not the files: a watched file that does not exist yet would run this, and
    // compile the crate, at every build.
    std::fs::create_dir_all(&built)?;
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-changed=build.rs");

    let component = built.join("core.wasm");
    let precompiled = built.join("core.cwasm");
    let embedded = component.is_file() && precompiled.is_file();
    let core = if embedded {
        std::fs::copy(component, out.join("core.wasm"))?;
        std::fs::copy(precompiled, out.join("core.cwasm"))?;
        r#"Some(EmbeddedCore {
            component: include_bytes!(concat!(env!("OUT_DIR"), "/core.wasm")),
            precompiled: include_bytes!(concat!(env!("OUT_DIR"), "/core.cwasm")),
        })"#
    } else {
        println!("cargo::warning=the core policy is not built and not embedded; run `make core`");
        "None"
    };
    std::fs::write(out.join("core.rs"), core)
}
