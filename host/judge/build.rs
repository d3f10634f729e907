//! Lists the rule files under `rules/` as embedded text, so that a new file is picked up by being there.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("rules");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = String::from("&[\n");
    for folder in sorted(&root)? {
        if !root.join(&folder).is_dir() {
            continue;
        }
        for file in sorted(&root.join(&folder))? {
            let path = root.join(&folder).join(&file);
            if path.extension().is_some_and(|extension| extension == "yml") {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    list,
                    "    RuleFile {{ folder: {folder:?}, name: {file:?}, text: include_str!({:?}) }},",
                    path
                );
            }
        }
    }
    list.push(']');
    fs::write(
        Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("rule_files.rs"),
        list,
    )
}

fn sorted(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
