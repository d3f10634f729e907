//! Files and folders asked for by name.

use crate::support::{OUTSIDE, Place, asked, never_shows, read, request, says, shown, text};
use gansauditor_audit::domain::ContextScope;

#[test]
fn files_come_whole_and_folders_with_a_listing() {
    let place = Place::git();
    place.write("one.rs", "\u{feff}one\r\n\ttwo");
    place.write("src/a.rs", "a\n");
    place.write("src/deep/b.rs", "b\n");
    place.write("src/out/c.rs", "c\n");
    place.write("src/.gitignore", "out/\n");
    place.write("other.rs", "o\n");
    let context = place.paths(&["./one.rs", "src/", "src/a.rs"]);
    assert_eq!(
        shown(&context),
        ["one.rs", "src/.gitignore", "src/a.rs", "src/deep/b.rs"]
    );
    assert_eq!(text(&context, "one.rs"), "\u{feff}one\r\n\ttwo");
    assert_eq!(
        context.listing,
        ["src/.gitignore", "src/a.rs", "src/deep/b.rs"]
    );
    assert_eq!(context.left_out, [""; 0]);
    let everything = place.paths(&["."]);
    assert_eq!(everything.listing.len(), 5);
}

#[test]
fn files_under_review_are_listed_and_not_repeated() {
    let place = Place::new();
    place.write("src/a.rs", "a\n");
    place.write("src/b.rs", "b\n");
    let mut request = request(asked(&["src", "src/a.rs"]));
    request.submitted = ["src/a.rs".to_owned()].into();
    let context = read(&place.repository(), &request).unwrap();
    assert_eq!(shown(&context), ["src/b.rs"]);
    assert_eq!(context.listing, ["src/a.rs", "src/b.rs"]);
}

#[test]
fn nothing_outside_the_root_can_be_asked_for() {
    let place = Place::new();
    place.write("a/b.rs", "b\n");
    let absolute = place.folder.join("beside/outside.txt");
    let absolute = absolute.to_str().unwrap();
    let inside = place.path("a/b.rs");
    let inside = inside.to_str().unwrap();
    let asked = [
        "../beside/outside.txt",
        "a/../../beside/outside.txt",
        "a/..",
        "..",
        absolute,
        inside,
        "/",
    ];
    for name in asked {
        let context = place.paths(&[name]);
        assert!(context.is_empty(), "{context:#?}");
        says(&context, name, "is outside the repository");
    }
}

#[test]
fn no_link_leads_out() {
    let place = Place::new();
    let beside = place.folder.join("beside");
    place.link("file", beside.join("outside.txt"));
    place.link("relative", "../beside/outside.txt");
    place.link("folder", &beside);
    place.link("chain/one", "two");
    place.link("chain/two", "../folder");
    place.link("loop", "loop");
    place.link("nowhere", "no/such/file");
    place.link("absolute", place.path("real.rs"));
    place.write("real.rs", "real\n");
    for path in [
        "file",
        "relative",
        "folder",
        "folder/outside.txt",
        "chain/one",
        "chain/one/outside.txt",
        "loop",
        "absolute",
    ] {
        let context = place.paths(&[path]);
        assert!(context.is_empty(), "{path}: {context:#?}");
        says(&context, path, "symbolic link");
    }
    let nowhere = place.paths(&["nowhere"]);
    assert!(
        nowhere.is_empty() && nowhere.left_out.len() == 1,
        "{nowhere:#?}"
    );
    for scope in [asked(&["."]), ContextScope::Workspace] {
        let context = read(&place.repository(), &request(scope)).unwrap();
        assert_eq!(shown(&context), ["real.rs"]);
        says(&context, "folder", "is a symbolic link");
        never_shows(&context, OUTSIDE);
    }
}

#[test]
fn a_link_within_the_root_shows_what_it_leads_to_and_no_more() {
    let place = Place::git();
    place.write("docs/guide.md", "guide\n");
    place.write("docs/secret/.env", "TOKEN=1\n");
    place.write("ignored.rs", "ignored\n");
    place.write(".gitignore", "ignored.rs\n");
    place.link("guide.md", "docs/guide.md");
    place.link("manual", "docs");
    place.link("plain.txt", "docs/secret/.env");
    place.link("config.txt", ".git/config");
    place.link("seen.rs", "ignored.rs");
    let context = place.paths(&[
        "guide.md",
        "manual/guide.md",
        "plain.txt",
        "config.txt",
        "seen.rs",
    ]);
    assert_eq!(shown(&context), ["docs/guide.md"]);
    says(&context, "plain.txt", "may hold secrets");
    says(&context, "config.txt", "belongs to git");
    says(&context, "seen.rs", "is ignored");
}

#[test]
fn git_secrets_ignored_and_missing_files_are_refused_by_name() {
    let place = Place::git();
    place.write(".env", "TOKEN=1\n");
    place.write("keys/id_rsa", "TOKEN\n");
    place.write("out/a.rs", "TOKEN\n");
    place.write(".ignore", "out\n");
    let context = place.paths(&[
        ".git/config",
        ".git",
        ".GIT/config",
        ".env",
        "keys/id_rsa",
        "out/a.rs",
        "none.rs",
        "keys",
    ]);
    assert!(context.is_empty(), "{context:#?}");
    says(&context, ".git/config", "never shown");
    says(&context, ".git", "never shown");
    says(&context, ".GIT/config", "never shown");
    says(&context, ".env", "may hold secrets");
    says(&context, "keys/id_rsa", "may hold secrets");
    says(&context, "out/a.rs", "is ignored");
    says(&context, "none.rs", "does not exist");
}

#[test]
fn rules_of_deeper_folders_and_exceptions_count() {
    let place = Place::git();
    place.write(".gitignore", "*.log\n/build\nsub/tmp\n!keep.log\n");
    place.write("sub/.gitignore", "!deep.log\nlocal\n");
    place.write(".git/info/exclude", "private.rs\n");
    for path in [
        "a.log",
        "keep.log",
        "sub/deep.log",
        "sub/b.log",
        "build/x.rs",
        "sub/build/y.rs",
        "sub/tmp/z.rs",
        "sub/local/q.rs",
        "local/r.rs",
        "private.rs",
        "sub/private.rs",
    ] {
        place.write(path, "x\n");
    }
    let context = place.paths(&["."]);
    let expected = ["keep.log", "local/r.rs", "sub/build/y.rs", "sub/deep.log"];
    let listed: Vec<&String> = context
        .listing
        .iter()
        .filter(|path| !path.ends_with(".gitignore"))
        .collect();
    assert_eq!(listed, expected);
    // As git itself sees it.
    let untracked = place.run_git(&["ls-files", "--others", "--exclude-standard"]);
    let untracked: Vec<&str> = untracked
        .lines()
        .filter(|path| !path.ends_with(".gitignore"))
        .collect();
    assert_eq!(untracked, expected);
}

#[test]
fn pipes_and_devices_are_not_opened() {
    let place = Place::new();
    let made = std::process::Command::new("mkfifo")
        .arg(place.path("pipe.rs"))
        .status();
    assert!(made.unwrap().success());
    place.link("zero.rs", "/dev/zero");
    let context = place.paths(&["pipe.rs", "zero.rs", "."]);
    assert!(context.is_empty(), "{context:#?}");
    says(&context, "pipe.rs", "is no plain file");
    says(&context, "zero.rs", "symbolic link");
}
