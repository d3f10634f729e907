//! What is to be judged of a repository: the same as of git's own diff.

use crate::support::{Place, git_in, runtime};
use gansauditor_submission::{Content, Limits, Submission, SubmittedFile, decode_message};
use gansauditor_workspace::{Changes, RepositoryError, Wanted};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const TEN: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";
const MOST: usize = 1 << 20;

fn changes(place: &Place, revision: &str, staged: bool) -> Result<Changes, RepositoryError> {
    let wanted = Wanted {
        revision: revision.to_owned(),
        staged,
    };
    runtime().block_on(Changes::of(
        &place.repository(),
        &wanted,
        MOST,
        Duration::from_secs(60),
        CancellationToken::new(),
    ))
}

/// What a reader of diffs makes of it.
fn files(diff: &str) -> Vec<SubmittedFile> {
    match Submission::from_diff(diff, &Limits::default()) {
        Ok((submission, _)) => submission.files().to_vec(),
        Err(_) => Vec::new(),
    }
}

fn paths(changes: &Changes) -> Vec<String> {
    let files = files(&changes.diff);
    files.into_iter().map(|file| file.path).collect()
}

/// What git itself says, with what is not tracked among it: on a copy of the index, as `git add` would tell it.
fn told_by_git(place: &Place, arguments: &[&str], with_untracked: bool) -> String {
    let index = place.folder.join("index of the test");
    let _ = std::fs::remove_file(&index);
    if place.path(".git/index").exists() {
        std::fs::copy(place.path(".git/index"), &index).unwrap();
    }
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(place.root())
            .env("GIT_INDEX_FILE", &index)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
        done.stdout
    };
    if with_untracked {
        git(&["add", "--intent-to-add", "."]);
    }
    decode_message(&git(&[&["diff"], arguments].concat())).unwrap()
}

/// A name and what was done to a repository with some files.
type State = (&'static str, fn(&Place));

const STATES: &[State] = &[
    ("nothing", |_| {}),
    ("changed", |place| {
        place.write("a.rs", TEN.replace("two", "2"))
    }),
    ("staged", |place| {
        place.write("a.rs", TEN.replace("two", "2"));
        place.run_git(&["add", "."]);
    }),
    ("staged and changed again", |place| {
        place.write("a.rs", TEN.replace("two", "2"));
        place.run_git(&["add", "."]);
        place.write("a.rs", TEN.replace("two", "2").replace("nine", "9"));
    }),
    ("staged and taken back", |place| {
        place.write("a.rs", TEN.replace("two", "2"));
        place.run_git(&["add", "."]);
        place.write("a.rs", TEN);
    }),
    ("new", |place| place.write("dir/new.rs", "fn new() {}\n")),
    ("new without an end of line", |place| {
        place.write("new.rs", "fn new() {}")
    }),
    ("new and empty", |place| {
        place.write("new.rs", "");
        place.write("b.rs", "b\n");
    }),
    ("new and staged", |place| {
        place.write("new.rs", "fn new() {}\n");
        place.run_git(&["add", "."]);
    }),
    ("new and meant to be added", |place| {
        place.write("new.rs", "fn new() {}\n");
        place.run_git(&["add", "-N", "."]);
    }),
    ("new and executable", |place| {
        place.write("new.sh", "echo\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path("new.sh"), mode).unwrap();
    }),
    ("ignored", |place| {
        place.write(".gitignore", "*.log\n");
        place.write("x.log", "log\n");
    }),
    ("deleted", |place| {
        std::fs::remove_file(place.path("a.rs")).unwrap()
    }),
    ("not tracked any longer", |place| {
        place.run_git(&["rm", "-q", "--cached", "a.rs"]);
    }),
    ("not tracked any longer, and changed", |place| {
        place.run_git(&["rm", "-q", "--cached", "a.rs"]);
        place.write("a.rs", TEN.replace("two", "2"));
    }),
    ("renamed", |place| {
        place.run_git(&["mv", "a.rs", "moved.rs"]);
    }),
    ("renamed and changed", |place| {
        place.run_git(&["mv", "a.rs", "moved.rs"]);
        place.write("moved.rs", TEN.replace("two", "2"));
    }),
    ("moved without git", |place| {
        std::fs::rename(place.path("a.rs"), place.path("moved.rs")).unwrap();
    }),
    ("made executable", |place| {
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path("a.rs"), mode).unwrap();
    }),
    ("made executable and changed", |place| {
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path("a.rs"), mode).unwrap();
        place.write("a.rs", TEN.replace("two", "2"));
    }),
    ("a new link", |place| {
        place.link("link.rs", "/etc/passwd");
        place.write("b.rs", "b\n");
    }),
    ("a link that leads elsewhere", |place| {
        std::fs::remove_file(place.path("link")).unwrap();
        place.link("link", "b.rs");
    }),
    ("a file that became a link", |place| {
        std::fs::remove_file(place.path("a.rs")).unwrap();
        place.link("a.rs", "b.rs");
    }),
    ("a link that became a file", |place| {
        std::fs::remove_file(place.path("link")).unwrap();
        place.write("link", "text\n");
    }),
    ("a file that became a folder", |place| {
        std::fs::remove_file(place.path("a.rs")).unwrap();
        place.write("a.rs/in.rs", "in\n");
    }),
    ("a folder that became a file", |place| {
        std::fs::remove_dir_all(place.path("sub")).unwrap();
        place.write("sub", "file\n");
    }),
    ("a changed binary file", |place| {
        place.write("data.bin", b"a\0c");
        place.write("b.rs", "b\n");
    }),
    ("a new binary file", |place| {
        place.write("new.bin", b"\0\x01\x02");
        place.write("b.rs", "b\n");
    }),
    ("a deleted binary file", |place| {
        std::fs::remove_file(place.path("data.bin")).unwrap()
    }),
    ("another encoding", |place| {
        place.write("latin.py", b"# caf\xe9\nx = '\xea'\n")
    }),
    ("a new file in another encoding", |place| {
        place.write("new.py", b"# caf\xe9\nx = 1\n")
    }),
    ("a mark that was added", |place| {
        place.write("a.rs", [b"\xef\xbb\xbf", TEN.as_bytes()].concat());
    }),
    ("carriage returns", |place| {
        place.write("a.rs", TEN.replace('\n', "\r\n"))
    }),
    ("strange names", |place| {
        for name in [
            "a b/b a.rs",
            "ünï 漢字.rs",
            "quo\"te.rs",
            "-dash.rs",
            "b/b.rs",
        ] {
            place.write(name, "x\n");
        }
    }),
    ("a submodule at another commit", |place| {
        let sub = place.path("module");
        git_in(&sub, &["commit", "-q", "--allow-empty", "-m", "two"]);
        place.write("b.rs", "b\n");
    }),
    ("files in conflict", |place| {
        place.run_git(&["checkout", "-q", "-b", "other"]);
        place.write("a.rs", TEN.replace("two", "theirs"));
        place.run_git(&["commit", "-q", "-a", "-m", "theirs"]);
        place.run_git(&["checkout", "-q", "main"]);
        place.write("a.rs", TEN.replace("two", "ours"));
        place.run_git(&["commit", "-q", "-a", "-m", "ours"]);
        assert!(
            !git_in(&place.root(), &["merge", "-q", "other"])
                .status
                .success()
        );
    }),
    ("much at once", |place| {
        place.write("b.rs", "b\n");
        place.write("new.rs", "n\n");
        place.run_git(&["mv", "a.rs", "z.rs"]);
        std::fs::remove_file(place.path("sub/in.rs")).unwrap();
        place.run_git(&["add", "new.rs"]);
        place.write("new.rs", "n\nm\n");
    }),
];

/// A repository with a file of every kind.
fn place() -> Place {
    let place = Place::committed(&[("a.rs", TEN), ("b.rs", "x\n"), ("sub/in.rs", "in\n")]);
    place.write("data.bin", b"a\0b");
    place.write("latin.py", b"# caf\xe9\nx = '\xe8'\n");
    place.link("link", "a.rs");
    let inner = Place::committed(&[("in.rs", "in\n")]);
    let url = inner.root().display().to_string();
    let allow = ["-c", "protocol.file.allow=always"];
    place.run_git(&[&allow[..], &["submodule", "--quiet", "add", &url, "module"]].concat());
    place.commit();
    place
}

#[test]
fn what_is_judged_is_what_a_piped_diff_would_be_judged_by() {
    let original = place();
    for (name, change) in STATES {
        let place = original.copied();
        change(&place);
        let ours = changes(&place, "HEAD", false).unwrap();
        let told = told_by_git(&place, &["HEAD"], true);
        assert_eq!(
            files(&ours.diff),
            files(&told),
            "{name}: {}\n{told}",
            ours.diff
        );
        if *name == "files in conflict" {
            assert!(matches!(
                changes(&place, "HEAD", true),
                Err(RepositoryError::InConflict { path }) if path == "a.rs"
            ));
            continue;
        }
        let staged = changes(&place, "HEAD", true).unwrap();
        let told = told_by_git(&place, &["--cached"], false);
        assert_eq!(
            files(&staged.diff),
            files(&told),
            "{name}, staged: {}\n{told}",
            staged.diff
        );
        // Committed, it is the same between two commits.
        place.commit_all();
        let committed = changes(&place, "HEAD~1..", false);
        let told = told_by_git(&place, &["HEAD~1", "HEAD"], false);
        let committed = committed.unwrap();
        assert_eq!(files(&committed.diff), files(&told), "{name}, committed");
        assert_eq!(
            changes(&place, "HEAD", false).unwrap().diff,
            "",
            "{name}, committed"
        );
    }
}

#[test]
fn no_setting_changes_what_is_judged() {
    let place = place();
    for (name, change) in STATES {
        if *name == "much at once" {
            change(&place);
        }
    }
    let before = changes(&place, "HEAD", false).unwrap();
    let order = place.folder.join("order");
    std::fs::write(&order, "z*\n").unwrap();
    for (name, value) in [
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "false"),
        ("diff.external", "false"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "9"),
        ("diff.algorithm", "patience"),
        ("diff.submodule", "log"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.wordRegex", "."),
        ("diff.relative", "true"),
        ("diff.orderFile", order.to_str().unwrap()),
        ("diff.srcPrefix", "x/"),
        ("core.quotePath", "false"),
        ("core.attributesFile", "/nonexistent"),
        ("core.pager", "false"),
    ] {
        place.run_git(&["config", name, value]);
    }
    assert_eq!(changes(&place, "HEAD", false).unwrap(), before);
}

#[test]
fn the_texts_after_the_change_come_along() {
    let place = place();
    place.run_git(&["config", "core.autocrlf", "true"]);
    place.write("a.rs", TEN.replace("two", "2").replace('\n', "\r\n"));
    place.write("latin.py", b"# caf\xe9\nx = '\xea'\n");
    place.write("data.bin", b"a\0c");
    place.write("new.rs", "new\n");
    std::fs::remove_file(place.path("link")).unwrap();
    place.link("link", "/etc/passwd");
    let ours = changes(&place, "HEAD", false).unwrap();
    let known: Vec<&str> = ours.patched.keys().map(String::as_str).collect();
    assert_eq!(known, ["a.rs", "latin.py"]);
    assert_eq!(ours.patched["a.rs"], TEN.replace("two", "2"));
    assert_eq!(ours.patched["latin.py"], "# café\nx = 'ê'\n");
    place.run_git(&["add", "latin.py"]);
    place.write("latin.py", "x = 'later'\n");
    let staged = changes(&place, "HEAD", true).unwrap();
    assert_eq!(staged.patched["latin.py"], "# café\nx = 'ê'\n");
    place.run_git(&["commit", "-q", "-m", "staged"]);
    let committed = changes(&place, "HEAD~..HEAD", false).unwrap();
    assert_eq!(committed.patched, staged.patched);
}

#[test]
fn what_git_takes_for_binary_and_is_text_is_told_line_by_line() {
    let utf16 = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let place = Place::git();
    place.write("old.cs", utf16(TEN));
    place.write("hidden.py", TEN);
    place.write("image.png", b"\x89PNG\r\n\x1a\n\0\0");
    place.commit();
    place.write("old.cs", utf16(&TEN.replace("two", "zwei ü")));
    place.write("new.cs", utf16("first\nsecond\n"));
    place.write(".gitattributes", "*.py -diff\n");
    place.write("hidden.py", TEN.replace("two", "eval(input())"));
    place.write("image.png", b"\x89PNG\r\n\x1a\n\0\x01");
    for committed in [false, true] {
        if committed {
            place.commit();
        }
        let ours = changes(
            &place,
            if committed { "HEAD~..HEAD" } else { "HEAD" },
            false,
        )
        .unwrap();
        assert!(ours.diff.contains("-two\n+zwei ü\n"), "{}", ours.diff);
        assert!(
            ours.diff.contains("-two\n+eval(input())\n"),
            "{}",
            ours.diff
        );
        assert_eq!(ours.patched["old.cs"], TEN.replace("two", "zwei ü"));
        let files = files(&ours.diff);
        let new = files.iter().find(|file| file.path == "new.cs").unwrap();
        let text = "first\nsecond\n".to_owned();
        assert_eq!(new.content, Content::Whole { text });
        assert_eq!(
            ours.diff.matches("\nBinary files ").count(),
            1,
            "{}",
            ours.diff
        );
    }
}

#[test]
fn only_an_encoding_that_changed_is_no_change_of_lines() {
    let place = Place::git();
    place.write("a.txt", b"caf\xe9\n");
    place.write("b.rs", "b\n");
    place.commit();
    let utf16: Vec<u8> = "\u{feff}café\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    place.write("a.txt", utf16);
    let ours = changes(&place, "HEAD", false).unwrap();
    assert!(
        ours.diff.starts_with("diff --git a/a.txt b/a.txt\nindex "),
        "{}",
        ours.diff
    );
    assert!(
        !ours.diff.contains("@@") && !ours.diff.contains("Binary"),
        "{}",
        ours.diff
    );
}

#[test]
fn two_commits_are_compared_directly_or_from_where_they_parted() {
    let place = Place::committed(&[("a.rs", TEN), ("b.rs", "b\n")]);
    place.run_git(&["checkout", "-q", "-b", "side"]);
    place.write("a.rs", TEN.replace("two", "2"));
    place.commit();
    place.run_git(&["checkout", "-q", "main"]);
    place.write("b.rs", "main\n");
    place.commit();
    place.run_git(&["checkout", "-q", "side"]);
    place.write("not committed.rs", "x\n");
    let of = |revision: &str| paths(&changes(&place, revision, false).unwrap());
    assert_eq!(of("main..side"), ["a.rs", "b.rs"]);
    assert_eq!(of("main...side"), ["a.rs"]);
    assert_eq!(of("main..."), ["a.rs"]);
    assert_eq!(of("...main"), ["b.rs"]);
    assert_eq!(of("HEAD~.."), ["a.rs"]);
    assert_eq!(of("main"), ["a.rs", "b.rs", "not committed.rs"]);
    place.run_git(&["commit", "-q", "--allow-empty", "-m", "its own message"]);
    assert_eq!(of(":/its own message"), of("HEAD"));
    for (wanted, unknown) in [
        ("no-such..HEAD", "no-such"),
        ("HEAD...no-such", "no-such"),
        ("--output=x", "--output=x"),
        ("HEAD; touch x", "HEAD; touch x"),
        ("--all..HEAD", "--all"),
    ] {
        let error = changes(&place, wanted, false).unwrap_err();
        let revision = unknown.to_owned();
        assert_eq!(
            error,
            RepositoryError::UnknownRevision { revision },
            "{wanted}"
        );
    }
    assert!(matches!(
        changes(&place, " ", false),
        Err(RepositoryError::NoRevision)
    ));
    let staged = changes(&place, "main..side", true);
    assert!(matches!(staged, Err(RepositoryError::StagedRange { .. })));
    place.run_git(&["checkout", "-q", "--orphan", "lone"]);
    place.commit();
    let apart = changes(&place, "main...lone", false);
    assert!(matches!(
        apart,
        Err(RepositoryError::NothingInCommon { .. })
    ));
}

#[test]
fn what_was_there_before_is_left_out_by_a_stash_commit_or_a_tree() {
    let place = Place::committed(&[("a.rs", TEN), ("b.rs", "b\n")]);
    place.write("a.rs", TEN.replace("two", "before"));
    let stash = place.run_git(&["stash", "create"]);
    place.write(
        "a.rs",
        TEN.replace("two", "before").replace("nine", "after"),
    );
    place.write("b.rs", "after\n");
    place.run_git(&["commit", "-q", "-m", "committed meanwhile", "b.rs"]);
    let since = changes(&place, stash.trim(), false).unwrap();
    assert_eq!(paths(&since), ["a.rs", "b.rs"]);
    assert!(
        !since.diff.contains("+before") && since.diff.contains("+after"),
        "{}",
        since.diff
    );
    // A tree of everything leaves out what was not tracked, too.
    place.write("mine.rs", "mine\n");
    place.run_git(&["add", "-A"]);
    let tree = place.run_git(&["write-tree"]);
    place.run_git(&["reset", "-q"]);
    assert_eq!(changes(&place, tree.trim(), false).unwrap().diff, "");
    place.write("mine.rs", "mine\nthe agent's\n");
    let since = changes(&place, tree.trim(), false).unwrap();
    assert!(
        since.diff.ends_with(" mine\n+the agent's\n"),
        "{}",
        since.diff
    );
}

#[test]
fn a_repository_inside_is_left_out_and_named() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    git_in(&place.root(), &["init", "-q", "nested"]);
    place.write("nested/in.rs", "in\n");
    place.write("new.rs", "n\n");
    let ours = changes(&place, "HEAD", false).unwrap();
    assert_eq!(paths(&ours), ["new.rs"]);
    assert_eq!(ours.left_out.len(), 1);
    assert!(ours.left_out[0].starts_with("`nested/` is a repository of its own"));
}

#[test]
fn looking_writes_nothing_into_the_repository() {
    let place = place();
    place.write("new.rs", "n\n");
    place.write("a.rs", "changed\n");
    let list = || {
        let listed = Command::new("find")
            .arg(place.path(".git"))
            .args(["-printf", "%p %s %T@\n"])
            .output();
        String::from_utf8(listed.unwrap().stdout).unwrap()
    };
    let before = list();
    for staged in [false, true] {
        changes(&place, "HEAD", staged).unwrap();
    }
    changes(&place, "HEAD~..", false).unwrap();
    assert_eq!(list(), before);
}

#[test]
fn more_than_may_be_judged_is_an_error_and_a_large_binary_file_is_not() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    place.write("large.bin", vec![0; 3 * MOST]);
    place.write("b.rs", "b\n");
    assert_eq!(
        changes(&place, "HEAD", false)
            .unwrap()
            .diff
            .matches("Binary files")
            .count(),
        1
    );
    place.write("large.rs", "x\n".repeat(MOST));
    let error = changes(&place, "HEAD", false).unwrap_err();
    assert!(
        matches!(error, RepositoryError::TooMuch { limit: MOST, .. }),
        "{error}"
    );
}

#[test]
fn before_the_first_commit_everything_is_to_be_judged() {
    let place = Place::git();
    place.write("a.rs", "a\n");
    place.run_git(&["add", "."]);
    place.write("b.rs", "b\n");
    assert_eq!(
        paths(&changes(&place, "HEAD", false).unwrap()),
        ["a.rs", "b.rs"]
    );
    assert_eq!(paths(&changes(&place, "HEAD", true).unwrap()), ["a.rs"]);
}

#[test]
fn what_a_branch_has_over_another_is_counted() {
    let ahead = |place: &Place| {
        let time = Duration::from_secs(60);
        runtime()
            .block_on(Changes::ahead(
                &place.repository(),
                time,
                CancellationToken::new(),
            ))
            .unwrap()
            .map(|ahead| (ahead.branch, ahead.base, ahead.commits))
    };
    let place = Place::git();
    assert_eq!(ahead(&place), None, "without a commit");
    place.write("a.rs", "a\n");
    place.commit();
    assert_eq!(ahead(&place), None, "on main");
    place.run_git(&["checkout", "-q", "-b", "work"]);
    for text in ["b\n", "c\n"] {
        place.write("a.rs", text);
        place.commit();
    }
    assert_eq!(ahead(&place), Some(("work".into(), "main".into(), 2)));
    place.run_git(&["branch", "pushed", "HEAD~"]);
    place.run_git(&["branch", "-q", "--set-upstream-to=pushed"]);
    assert_eq!(ahead(&place), Some(("work".into(), "pushed".into(), 1)));
}
