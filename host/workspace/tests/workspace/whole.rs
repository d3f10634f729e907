//! The whole repository.

use crate::support::{Place, read, request, says, shown};
use gansauditor_audit::domain::ContextScope;

fn project(place: &Place, paths: &[&str]) {
    for path in paths {
        place.write(path, format!("{path}\n"));
    }
}

const FILES: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "src/lib.rs",
    "src/pay/rates.rs",
    "src/pay/money.rs",
    "tests/rates_test.rs",
    "docs/guide.md",
    "data/big.json",
    "Cargo.lock",
    ".github/workflows/ci.yml",
    ".idea/x.xml",
    "node_modules/m/i.js",
    "logo.png",
    ".env",
];

#[test]
fn what_is_near_the_work_comes_first() {
    let place = Place::git();
    project(&place, FILES);
    place.write(".gitignore", "node_modules\n");
    let mut request = request(ContextScope::Workspace);
    request.submitted = ["src/pay/rates.rs".to_owned()].into();
    let context = read(&place.repository(), &request).unwrap();
    assert_eq!(
        shown(&context),
        [
            "README.md",
            "Cargo.toml",
            "tests/rates_test.rs",
            "src/pay/money.rs",
            "src/lib.rs",
            "docs/guide.md",
            "Cargo.lock",
            ".gitignore",
            "data/big.json",
            ".github/workflows/ci.yml",
        ]
    );
    assert_eq!(
        context.listing,
        [
            ".github/workflows/ci.yml",
            ".gitignore",
            "Cargo.lock",
            "Cargo.toml",
            "README.md",
            "data/big.json",
            "docs/guide.md",
            "logo.png",
            "src/lib.rs",
            "src/pay/money.rs",
            "src/pay/rates.rs",
            "tests/rates_test.rs",
        ]
    );
    says(&context, ".env", "may hold secrets");
    says(&context, ".idea", "is hidden");
    says(&context, "logo.png", "is not text");
}

#[test]
fn the_same_tree_gives_the_same_context_whatever_order_it_was_made_in() {
    let (one, other) = (Place::git(), Place::git());
    project(&one, FILES);
    let reversed: Vec<&str> = FILES.iter().rev().copied().collect();
    project(&other, &reversed);
    assert_eq!(one.whole(), one.whole());
    assert_eq!(one.whole(), other.whole());
    assert_eq!(one.paths(&["src", "."]), other.paths(&["src", "."]));
    assert_eq!(one.diff(), other.diff());
    assert_eq!(one.diff().digest(), other.diff().digest());
}

#[test]
fn repositories_inside_are_not_entered() {
    let place = Place::git();
    project(&place, &["a.rs", "inner/b.rs", "gitfile/c.rs"]);
    crate::support::git_in(&place.path("inner"), &["init", "-q"]);
    place.write("gitfile/.git", "gitdir: /nowhere\n");
    for context in [place.whole(), place.paths(&[".", "inner/b.rs"])] {
        assert_eq!(shown(&context), ["a.rs"]);
        says(&context, "inner", "is a repository of its own");
        says(&context, "gitfile", "is a repository of its own");
    }
    says(&place.diff(), "inner/", "is a repository of its own");
}
