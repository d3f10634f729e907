//! What is not committed.

use crate::support::{Place, git_in, never_shows, read, request, says, shown, text};
use gansauditor_audit::domain::ContextScope;
use gansauditor_workspace::{Limits, Repository};

const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

#[test]
fn staged_unstaged_untracked_deleted_and_renamed_files_are_all_seen() {
    let place = Place::committed(&[
        ("staged.rs", "a\n"),
        ("unstaged.rs", "a\n"),
        ("both.rs", TEN),
        ("deleted.rs", "gone\n"),
        ("old name.rs", TEN),
        ("same.rs", "a\n"),
        (".gitignore", "ignored*\n"),
    ]);
    place.write("staged.rs", "b\n");
    place.write("both.rs", TEN.replace("1\n2", "1\nstaged"));
    place.run_git(&["add", "."]);
    place.write("unstaged.rs", "c\n");
    place.write(
        "both.rs",
        TEN.replace("1\n2", "1\nstaged")
            .replace("9\n", "unstaged\n"),
    );
    place.run_git(&["mv", "old name.rs", "new name.rs"]);
    std::fs::remove_file(place.path("deleted.rs")).unwrap();
    place.write("dir/new.rs", "new\n");
    place.write("ignored.rs", "ignored\n");
    let context = place.diff();
    assert_eq!(
        shown(&context),
        [
            "*both.rs",
            "*deleted.rs",
            "dir/new.rs",
            "*new name.rs",
            "*staged.rs",
            "*unstaged.rs"
        ]
    );
    assert!(text(&context, "staged.rs").ends_with("@@ -1 +1 @@\n-a\n+b\n"));
    assert!(text(&context, "unstaged.rs").ends_with("-a\n+c\n"));
    let both = text(&context, "both.rs");
    assert!(
        both.contains("+staged\n") && both.contains("+unstaged\n"),
        "{both}"
    );
    assert!(text(&context, "deleted.rs").contains("-gone\n"));
    assert!(text(&context, "new name.rs").contains("rename from old name.rs\n"));
    assert_eq!(text(&context, "dir/new.rs"), "new\n");
    assert_eq!(context.left_out, [""; 0]);
    assert!(context.listing.is_empty());
}

#[test]
fn files_under_review_are_not_repeated_however_they_are_named() {
    let place = Place::committed(&[("a.rs", "a\n"), ("b.rs", "b\n")]);
    for path in ["a.rs", "b.rs", "src/new.rs", "other.rs"] {
        place.write(path, "changed\n");
    }
    let mut request = request(ContextScope::Diff);
    let absolute = place.path("b.rs").display().to_string();
    request.submitted = ["./a.rs", "src\\new.rs", &absolute]
        .map(str::to_owned)
        .into();
    let context = read(&place.repository(), &request).unwrap();
    assert_eq!(shown(&context), ["other.rs"]);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let place = Place::git();
    place.write("staged.rs", "s\n");
    place.run_git(&["add", "."]);
    place.write("untracked.rs", "u\n");
    let context = place.diff();
    assert_eq!(shown(&context), ["*staged.rs", "untracked.rs"]);
    assert!(text(&context, "staged.rs").contains("+s\n"));
}

#[test]
fn nothing_changed_is_an_empty_context() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    assert!(place.diff().is_empty());
}

#[test]
fn without_a_repository_there_is_no_diff_and_it_says_why() {
    let place = Place::new();
    place.write("a.rs", "a\n");
    let error = read(&place.repository(), &request(ContextScope::Diff)).unwrap_err();
    assert!(error.0.contains("no git repository"), "{error}");
    assert_eq!(shown(&place.paths(&["a.rs"])), ["a.rs"]);
    assert_eq!(place.whole().listing, ["a.rs"]);
    let around = Repository::around(&place.root(), Limits::default()).unwrap();
    assert!(around.is_none());
}

#[test]
fn of_a_repository_above_the_root_only_the_part_below_it_is_shown() {
    let place = Place::committed(&[
        ("part/a.rs", "a\n"),
        ("beside.rs", "b\n"),
        ("part/b.rs", TEN),
    ]);
    place.write(".gitignore", "*.log\n/part/build\n");
    place.write("part/a.rs", "changed\n");
    place.write("beside.rs", "changed\n");
    place.write("part/new.rs", "n\n");
    place.write("part/x.log", "log\n");
    place.write("part/build/out.rs", "out\n");
    place.run_git(&["mv", "part/b.rs", "moved.rs"]);
    let part = Repository::at(&place.path("part"), Limits::default()).unwrap();
    let context = read(&part, &request(ContextScope::Diff)).unwrap();
    assert_eq!(shown(&context), ["*a.rs", "*b.rs", "new.rs"]);
    let context = read(&part, &request(ContextScope::Workspace)).unwrap();
    assert_eq!(context.listing, ["a.rs", "new.rs"]);
    let around = Repository::around(&place.path("part"), Limits::default());
    assert_eq!(around.unwrap().unwrap().root(), place.root());
}

#[test]
fn strange_names_are_told_as_they_are() {
    let names = [
        "new\nline.rs",
        "quo\"te\\.rs",
        "ünï 漢字.rs",
        " b/c.rs",
        "tab\there.rs",
        "a b/b a.rs",
    ];
    let place = Place::git();
    for name in names {
        place.write(name, "1\n");
    }
    place.commit();
    for name in names {
        place.write(name, "2\n");
        place.write(&format!("{name}.new.rs"), "3\n");
    }
    let context = place.diff();
    for name in names {
        assert!(text(&context, name).ends_with("-1\n+2\n"), "{name:?}");
        assert_eq!(text(&context, &format!("{name}.new.rs")), "3\n");
    }
    assert_eq!(context.files.len(), 2 * names.len());
}

#[test]
fn a_name_that_is_not_text_is_left_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::committed(&[("a.rs", "a\n")]);
    let name = std::ffi::OsStr::from_bytes(b"bad\xff.rs");
    std::fs::write(place.root().join(name), "x\n").unwrap();
    for context in [place.diff(), place.whole()] {
        says(&context, "bad\u{fffd}.rs", "has a name that is not text");
        never_shows(&context, "x\n");
    }
}

#[test]
fn binary_files_and_other_encodings_are_named_and_left_out() {
    let place = Place::git();
    place.write("tracked.bin", b"a\0b");
    place.write("latin.txt", b"caf\xe9\n");
    place.commit();
    place.write("tracked.bin", b"a\0c");
    place.write("latin.txt", b"caf\xe8\n");
    place.write("new.bin", b"\0\x01");
    place.write("new latin.txt", b"\xe9\n");
    let context = place.diff();
    assert!(context.files.is_empty(), "{context:#?}");
    for name in ["tracked.bin", "latin.txt", "new.bin", "new latin.txt"] {
        says(&context, name, "is not text");
    }
}

#[test]
fn secrets_are_named_and_never_shown_even_when_they_are_tracked_or_renamed() {
    let place = Place::committed(&[(".env", "TOKEN=one\n"), ("deploy/server.key", TEN)]);
    place.write(".env", "TOKEN=two\n");
    place.write("credentials.json", "{\"TOKEN\": 3}");
    place.run_git(&["mv", "deploy/server.key", "harmless.txt"]);
    let context = place.diff();
    assert!(context.files.is_empty(), "{context:#?}");
    for name in [".env", "credentials.json", "harmless.txt"] {
        says(&context, name, "may hold secrets");
    }
}

#[test]
fn links_are_told_as_links() {
    let place = Place::committed(&[("file.rs", "a\n"), ("kept.rs", "k\n")]);
    let target = place.folder.join("beside/outside.txt");
    std::fs::remove_file(place.path("file.rs")).unwrap();
    place.link("file.rs", &target);
    place.link("new.rs", &target);
    let context = place.diff();
    assert_eq!(shown(&context), ["*file.rs"]);
    assert!(text(&context, "file.rs").contains("new file mode 120000"));
    says(&context, "new.rs", "is a symbolic link");
    never_shows(&context, crate::support::OUTSIDE);
}

#[test]
fn a_folder_that_became_a_link_is_not_entered() {
    let place = Place::committed(&[("dir/outside.txt", "inside\n")]);
    std::fs::remove_dir_all(place.path("dir")).unwrap();
    place.link("dir", place.folder.join("beside"));
    let context = place.diff();
    assert_eq!(shown(&context), ["*dir/outside.txt"]);
    assert!(text(&context, "dir/outside.txt").contains("deleted file"));
    never_shows(&context, crate::support::OUTSIDE);
}

#[test]
fn the_repository_is_not_written_to() {
    let place = Place::committed(&[("a.rs", "a\n"), ("b.rs", "b\n")]);
    place.write("a.rs", "changed\n");
    // Stale in the index, and the same: git would note that down.
    place.write("b.rs", "b\n");
    let before = std::fs::read(place.path(".git/index")).unwrap();
    let context = place.diff();
    assert_eq!(shown(&context), ["*a.rs"]);
    assert_eq!(std::fs::read(place.path(".git/index")).unwrap(), before);
    assert!(!place.path(".git/index.lock").exists());
}

#[test]
fn line_ends_are_compared_as_the_repository_writes_them() {
    let place = Place::git();
    place.run_git(&["config", "core.autocrlf", "true"]);
    place.write("a.txt", "one\r\ntwo\r\n");
    place.commit();
    place.write("a.txt", "one\r\nchanged\r\n");
    let context = place.diff();
    assert!(text(&context, "a.txt").contains(" one\n"), "{context:#?}");
}

#[test]
fn a_repository_of_sha256_can_be_read() {
    let place = Place::new();
    place.run_git(&["init", "-q", "--object-format=sha256"]);
    place.write("a.rs", "a\n");
    assert_eq!(shown(&place.diff()), ["a.rs"]);
    place.commit();
    place.write("a.rs", "b\n");
    assert_eq!(shown(&place.diff()), ["*a.rs"]);
}

#[test]
fn linked_worktrees_split_indexes_and_submodules_can_be_read() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    let linked = place.folder.join("linked");
    place.run_git(&["worktree", "add", "-q", linked.to_str().unwrap()]);
    std::fs::write(linked.join("a.rs"), "linked\n").unwrap();
    let repository = Repository::at(&linked, Limits::default()).unwrap();
    let context = read(&repository, &request(ContextScope::Diff)).unwrap();
    assert_eq!(shown(&context), ["*a.rs"]);
    std::fs::write(place.path(".git/info/exclude"), "excluded.rs\n").unwrap();
    std::fs::write(linked.join("excluded.rs"), "e\n").unwrap();
    for scope in [ContextScope::Diff, ContextScope::Workspace] {
        let context = read(&repository, &request(scope)).unwrap();
        assert_eq!(context.files.len(), 1, "{context:#?}");
    }

    place.run_git(&["update-index", "--split-index"]);
    place.write("b.rs", "b\n");
    place.run_git(&["add", "b.rs"]);
    assert_eq!(shown(&place.diff()), ["*b.rs"]);
    place.commit();

    let inner = Place::committed(&[("in.rs", "in\n")]);
    let url = inner.root().display().to_string();
    place.run_git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "sub",
    ]);
    place.commit();
    place.write("sub/in.rs", "changed\n");
    assert!(place.diff().is_empty(), "submodules are skipped");
    says(&place.whole(), "sub", "is a repository of its own");
    let sub = Repository::at(&place.path("sub"), Limits::default()).unwrap();
    let context = read(&sub, &request(ContextScope::Diff)).unwrap();
    assert_eq!(shown(&context), ["*in.rs"]);
}

#[test]
fn files_in_conflict_are_shown_with_their_marks() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    place.run_git(&["checkout", "-q", "-b", "other"]);
    place.write("a.rs", "theirs\n");
    place.commit();
    place.run_git(&["checkout", "-q", "main"]);
    place.write("a.rs", "ours\n");
    place.commit();
    assert!(
        !git_in(&place.root(), &["merge", "-q", "other"])
            .status
            .success()
    );
    let context = place.diff();
    assert!(text(&context, "a.rs").contains("+<<<<<<<"), "{context:#?}");
}
