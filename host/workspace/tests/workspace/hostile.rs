//! Repositories that would like to run something.

use crate::support::{OUTSIDE, Place, git_in, never_shows, read, request, shown, text};
use gansauditor_audit::domain::ContextScope;
use gansauditor_workspace::{Changes, Limits, Repository, Wanted};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A program that leaves a mark when it is run, and the mark.
fn trap(place: &Place) -> (String, PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let mark = place.folder.join("ran");
    let program = place.folder.join("trap");
    let script = format!(
        "#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n",
        mark.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (program.display().to_string(), mark)
}

/// Makes `folder`'s repository run the trap wherever git can be told to.
fn set(folder: &Path, trap: &str) {
    let config = |name: &str, value: &str| {
        assert!(
            git_in(folder, &["config", name, value]).status.success(),
            "{name}"
        );
    };
    for name in [
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "merge.evil.driver",
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "pager.diff",
        "pager.ls-files",
        "credential.helper",
        "gpg.program",
        "interactive.diffFilter",
    ] {
        config(name, trap);
    }
    for name in ["diff", "ls-files", "rev-parse", "hash-object", "config"] {
        config(&format!("alias.{name}"), &format!("!{trap}"));
    }
    let hooks = folder.join("evil-hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    for hook in [
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "query-watchman",
    ] {
        std::fs::copy(trap, hooks.join(hook)).unwrap();
    }
    config("core.hooksPath", hooks.to_str().unwrap());
    config("diff.evil.cachetextconv", "true");
    config("status.submoduleSummary", "true");
    config("diff.submodule", "diff");
    config("diff.ignoreSubmodules", "none");
    std::fs::write(
        folder.join(".gitattributes"),
        "*.rs filter=evil diff=evil merge=evil\n",
    )
    .unwrap();
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let inner = Place::committed(&[("in.rs", "in\n")]);
    let place = Place::committed(&[("a.rs", "one\n"), ("same.rs", "same\n")]);
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
    let (trap, mark) = trap(&place);
    set(&place.root(), &trap);
    set(&place.path("sub"), &trap);
    place.write("a.rs", "two\n");
    place.write("sub/in.rs", "ni\n");
    place.write("new.rs", "new\n");
    // Stale in the index: whether it changed, only its content tells, and that goes through the filter.
    place.write("same.rs", "same\n");

    // A git without care falls into it.
    let _ = git_in(&place.root(), &["diff", "HEAD"]);
    assert!(mark.exists(), "the trap works");
    std::fs::remove_file(&mark).unwrap();

    let context = place.diff();
    assert!(
        text(&context, "a.rs").ends_with("-one\n+two\n"),
        "{context:#?}"
    );
    assert_eq!(text(&context, "new.rs"), "new\n");
    place.whole();
    place.paths(&["."]);
    let changes = crate::support::runtime()
        .block_on(Changes::of(
            &place.repository(),
            &Wanted {
                revision: "HEAD".to_owned(),
                staged: false,
            },
            1 << 20,
            Duration::from_secs(60),
            CancellationToken::new(),
        ))
        .unwrap();
    assert!(changes.diff.contains("-one\n+two\n"), "{changes:#?}");
    let ran = std::fs::read_to_string(&mark).unwrap_or_default();
    assert_eq!(ran, "", "these were run");
}

#[test]
fn a_missing_object_is_not_fetched_by_a_program_of_the_repository() {
    let place = Place::committed(&[("a.rs", "one\n")]);
    let (trap, mark) = trap(&place);
    for (name, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.promisor", "true"),
        ("remote.evil.url", &format!("ext::{trap}")),
        ("remote.evil.uploadpack", &trap),
        ("protocol.ext.allow", "always"),
    ] {
        place.run_git(&["config", name, value]);
    }
    let blob = place.run_git(&["rev-parse", "HEAD:a.rs"]);
    let tree = place.run_git(&["rev-parse", "HEAD^{tree}"]);
    place.write("a.rs", "two\n");
    for object in [blob.trim(), tree.trim()] {
        let object = format!(".git/objects/{}/{}", &object[..2], &object[2..]);
        std::fs::remove_file(place.path(&object)).unwrap();
        let _ = git_in(&place.root(), &["diff", "HEAD"]);
        assert!(mark.exists(), "the trap works");
        std::fs::remove_file(&mark).unwrap();
        let error = read(&place.repository(), &request(ContextScope::Diff)).unwrap_err();
        assert!(!mark.exists(), "{error}");
    }
}

#[test]
fn the_configuration_cannot_move_the_work_tree_or_the_root() {
    let place = Place::committed(&[("a.rs", "one\n")]);
    let beside = place.folder.join("beside");
    place.run_git(&["config", "core.worktree", beside.to_str().unwrap()]);
    place.write("a.rs", "two\n");
    let context = place.diff();
    assert_eq!(shown(&context), ["*a.rs"]);
    never_shows(&context, OUTSIDE);
    let around = Repository::around(&place.root(), Limits::default()).unwrap();
    assert_eq!(around.unwrap().root(), place.root());
}

#[test]
fn a_git_file_cannot_borrow_another_repository() {
    let private = Place::committed(&[("private.txt", OUTSIDE)]);
    let git_dir = private.path(".git").display().to_string();
    let refused = |place: &Place| {
        let error = read(&place.repository(), &request(ContextScope::Diff)).unwrap_err();
        assert!(
            error.0.contains("does not belong to this folder"),
            "{error}"
        );
        assert!(!error.0.contains(OUTSIDE));
    };
    let place = Place::new();
    place.write(".git", format!("gitdir: {git_dir}\n"));
    refused(&place);

    let place = Place::new();
    place.link(".git", &git_dir);
    refused(&place);

    let place = Place::committed(&[("a.rs", "a\n")]);
    place.write(".git/commondir", &git_dir);
    refused(&place);

    // Not even by a worktree of its own that claims to be one of the other.
    let place = Place::new();
    place.write(".git", "gitdir: fake\n");
    place.write("fake/commondir", &git_dir);
    place.write("fake/gitdir", place.path(".git").display().to_string());
    place.write("fake/HEAD", "ref: refs/heads/main\n");
    refused(&place);
}

#[test]
fn a_git_folder_that_is_no_repository_is_said_to_be_none() {
    let place = Place::new();
    std::fs::create_dir(place.path(".git")).unwrap();
    let error = read(&place.repository(), &request(ContextScope::Diff)).unwrap_err();
    assert!(error.0.contains("no git repository"), "{error}");
}
