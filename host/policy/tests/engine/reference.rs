//! The page about the contract names all that is in it.

use std::path::Path;
use wit_parser::{Resolve, TypeDefKind};

#[test]
fn the_reference_of_the_contract_names_every_type_and_function() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let page = std::fs::read_to_string(wit.join("README.md")).unwrap();
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&wit).expect("the contract parses");
    let package = &resolve.packages[package];
    assert!(page.contains(&package.name.to_string()), "{}", package.name);
    let mut names: Vec<String> = package.worlds.keys().cloned().collect();
    for (interface, id) in &package.interfaces {
        names.push(interface.clone());
        names.extend(resolve.interfaces[*id].functions.keys().cloned());
        for (name, ty) in &resolve.interfaces[*id].types {
            // Not names that are only borrowed from another interface.
            if !matches!(
                resolve.types[*ty].kind,
                TypeDefKind::Type(wit_parser::Type::Id(_))
            ) {
                names.push(name.clone());
            }
        }
    }
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "wit/README.md does not name {missing:?}"
    );
}
