//! `gansauditor-componentize MODULE COMPONENT [PRECOMPILED]`: reads a core module, writes the component and,
//! where a third path is given, its machine code for the server. Files that would not change stay untouched.

use gansauditor_componentize::{
    ComponentizeError, componentize, precompile, read, write_if_changed,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn run(
    module: &Path,
    component: &Path,
    precompiled: Option<&Path>,
) -> Result<(), ComponentizeError> {
    let bytes = componentize(&read(module)?)?;
    write_if_changed(component, &bytes)?;
    if let Some(path) = precompiled {
        write_if_changed(path, &precompile(&bytes)?)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let outcome = match arguments.as_slice() {
        [module, component] => run(module, component, None),
        [module, component, precompiled] => run(module, component, Some(precompiled)),
        _ => {
            let _ = writeln!(
                std::io::stderr(),
                "usage: gansauditor-componentize MODULE COMPONENT [PRECOMPILED]"
            );
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "error: {e}");
            ExitCode::FAILURE
        }
    }
}
