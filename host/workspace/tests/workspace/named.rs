//! Single files by their names, and the names of what changed.

use crate::support::*;
use gansauditor_audit::ports::{FilesRequest, OnDisk, Workspace as _};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn files(place: &Place, max_bytes: usize, paths: &[&str]) -> BTreeMap<String, OnDisk> {
    let request = FilesRequest {
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        max_bytes,
        time: Duration::from_secs(60),
        cancel: CancellationToken::new(),
    };
    runtime()
        .block_on(place.repository().files(&request))
        .unwrap()
}

fn changed(place: &Place, most: usize) -> Vec<String> {
    let repository = place.repository();
    let changed = repository.changed(most, Duration::from_secs(60), CancellationToken::new());
    runtime().block_on(changed).unwrap_or_default()
}

#[test]
fn a_file_is_read_whole_or_not_at_all() {
    let place = Place::new();
    place.write("src/a.py", "x = 1\n");
    place.write("long.txt", "0123456789");
    place.write("image.png", [0u8, 159, 146, 150]);
    let found = files(
        &place,
        8,
        &["src/a.py", "long.txt", "image.png", "none.py", "src"],
    );
    assert_eq!(found["src/a.py"], OnDisk::Text("x = 1\n".into()));
    assert_eq!(found["long.txt"], OnDisk::Unshown);
    assert_eq!(found["image.png"], OnDisk::Unshown);
    assert_eq!(found["none.py"], OnDisk::Missing);
    assert_eq!(found["src"], OnDisk::Missing, "no file has a folder's name");
}

#[test]
fn what_must_not_be_shown_is_there_and_no_more() {
    let place = Place::git();
    place.write(".gitignore", "build/\n");
    place.write("build/out.js", "ignored");
    place.write(".env", "TOKEN=1");
    place.link("out.txt", "../beside/outside.txt");
    place.link("all", "../beside");
    let asked = [
        "build/out.js",
        ".env",
        "out.txt",
        "all/outside.txt",
        ".git/config",
        "../beside/outside.txt",
    ];
    for (path, found) in files(&place, 1 << 20, &asked) {
        assert!(!matches!(found, OnDisk::Text(_)), "{path}: {found:?}");
    }
    let outside = place.folder.join("beside/outside.txt");
    let outside = outside.to_str().unwrap();
    assert_eq!(files(&place, 100, &[outside])[outside], OnDisk::Missing);
}

#[test]
fn uncommitted_files_are_named_but_for_what_is_ignored_hidden_or_secret() {
    let place = Place::committed(&[("a.py", "1"), ("b.py", "1"), ("c.py", "1")]);
    assert_eq!(changed(&place, 10), Vec::<String>::new());
    place.write("a.py", "2");
    std::fs::remove_file(place.path("b.py")).unwrap();
    place.write("new/d.py", "1");
    place.write(".gitignore", "build/\n");
    place.write("build/out.js", "1");
    place.write(".env", "TOKEN=1");
    place.write(".idea/state.xml", "1");
    assert_eq!(
        changed(&place, 10),
        [".gitignore", "a.py", "b.py", "new/d.py"]
    );
    assert_eq!(changed(&place, 2), [".gitignore", "a.py"]);
}

#[test]
fn without_a_repository_nothing_is_known_to_have_changed() {
    let place = Place::new();
    place.write("a.py", "1");
    assert_eq!(changed(&place, 10), Vec::<String>::new());
}
