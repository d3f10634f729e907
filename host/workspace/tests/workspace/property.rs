//! What holds whatever is asked for.

use crate::support::{OUTSIDE, Place, request, runtime};
use gansauditor_audit::domain::ContextScope;
use gansauditor_audit::ports::Workspace as _;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const NEVER: &str = "never to be seen";

fn maze() -> Place {
    let place = Place::git();
    place.write("a/b/file.rs", "fn one() {}\n".repeat(20));
    place.write("a/file.rs", "fn zwei() { \"ünïcödé\" }\n".repeat(20));
    place.write("file.rs", "fn three() {}\n");
    place.commit();
    place.write("file.rs", "fn changed() {}\n");
    place.write("a/new.rs", "fn new() {}\n".repeat(50));
    for secret in [
        ".env",
        "a/id_rsa",
        "a/b/.env",
        "ignored/file.rs",
        ".git/file.rs",
    ] {
        place.write(secret, NEVER);
    }
    place.write(".gitignore", "ignored\n");
    place.link("out", "../beside");
    place.link("a/out", "/");
    place.link("a/b/up", "../..");
    place.link("in", "a/b");
    place.link("a/hidden.rs", "../.env");
    place.link("a/config.rs", "../.git/file.rs");
    place.link("a/seen.rs", "../ignored/file.rs");
    place
}

fn part() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "..",
        ".",
        "",
        "a",
        "b",
        "in",
        "up",
        "out",
        "file.rs",
        "new.rs",
        ".env",
        "id_rsa",
        ".git",
        ".GIT",
        "ignored",
        "hidden.rs",
        "config.rs",
        "seen.rs",
        "beside",
        "root",
        "outside.txt",
        "etc",
        "passwd",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => ".{0,6}"]
}

fn scope() -> impl Strategy<Value = ContextScope> {
    let path =
        (any::<bool>(), prop::collection::vec(part(), 0..6)).prop_map(|(absolute, parts)| {
            let path = parts.join("/");
            if absolute && parts.len() > 3 {
                format!("/{path}")
            } else {
                path
            }
        });
    prop_oneof![
        8 => prop::collection::vec(path, 0..6).prop_map(ContextScope::Paths),
        1 => Just(ContextScope::Workspace),
        1 => Just(ContextScope::Diff),
    ]
}

#[test]
fn no_path_leaves_the_root_and_no_text_exceeds_its_room() {
    let place = maze();
    let (repository, runtime) = (place.repository(), runtime());
    let submitted = prop::collection::btree_set(part(), 0..3);
    let mut runner = TestRunner::default();
    let cases = (scope(), 0usize..3_000, submitted);
    let checked = runner.run(&cases, |(scope, room, submitted)| {
        let mut request = request(scope);
        request.max_bytes = room;
        request.submitted = submitted;
        let context = runtime.block_on(repository.context(&request)).unwrap();
        let bytes: usize = context.files.iter().map(|file| file.text.len()).sum();
        prop_assert!(bytes <= room);
        for file in &context.files {
            let path = place.path(&file.path);
            prop_assert_eq!(
                path.canonicalize().unwrap(),
                path,
                "no link, and below the root"
            );
            prop_assert!(!request.submitted.contains(&file.path));
            prop_assert!(!file.text.contains(NEVER) && !file.text.contains(OUTSIDE));
            if !file.is_diff {
                let whole = std::fs::read_to_string(place.path(&file.path)).unwrap();
                prop_assert!(whole.starts_with(&file.text), "byte for byte");
            }
        }
        for path in &context.listing {
            prop_assert_eq!(place.path(path).canonicalize().unwrap(), place.path(path));
        }
        prop_assert!(context.left_out.len() <= 6 * 20);
        Ok(())
    });
    checked.unwrap();
}
