//! What a component is made of: its core module, and the types of its functions.
//!
//! A component without function imports, as `wit-component` makes it, holds one core module without imports. Its
//! exports have the names of the standard's build targets: `INTERFACE#FUNCTION`, `cabi_post_` before them for what is
//! called when the answer was read, `cabi_realloc` and `memory`.

use anyhow::{Context as _, bail};
use wasmparser::{Parser, Payload};
use wit_parser::abi::AbiVariant;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Function, Resolve, WorldItem, WorldKey};

/// The bytes of the one core module.
pub(crate) fn module(component: &[u8]) -> anyhow::Result<&[u8]> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload?
        {
            modules.push(unchecked_range);
        }
    }
    match modules.as_slice() {
        [one] => Ok(&component[one.clone()]),
        several => bail!("the component has {} core modules, not one", several.len()),
    }
}

/// A function that a component exports from an interface, with the types it is about.
pub(crate) fn function(
    component: &[u8],
    interface: &str,
    name: &str,
) -> anyhow::Result<(Resolve, Function)> {
    let DecodedWasm::Component(resolve, world) = decode(component)? else {
        bail!("the file is a WIT package, not a component");
    };
    let exports = &resolve.worlds[world].exports;
    let function = exports
        .iter()
        .find_map(|(key, item)| match (key, item) {
            (WorldKey::Interface(_), WorldItem::Interface { id, .. })
                if resolve.id_of(*id).as_deref() == Some(interface) =>
            {
                resolve.interfaces[*id].functions.get(name).cloned()
            }
            _ => None,
        })
        .with_context(|| format!("the component does not export {interface}#{name}"))?;
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, &function);
    if !(signature.indirect_params && signature.retptr) {
        bail!("{name} takes and gives values that fit into registers");
    }
    Ok((resolve, function))
}
