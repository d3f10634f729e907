//! Snapshots of what goes over the wire, in `golden/`.

use serde::Serialize;
use std::path::Path;

/// Compares a value's JSON with the snapshot of this name. With `UPDATE_GOLDEN` set it writes the snapshot
/// instead; read the difference before committing it.
pub(crate) fn check(name: &str, value: &impl Serialize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name)
        .with_extension("json");
    let json = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &json).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(json, golden, "{name} differs from its snapshot");
}
