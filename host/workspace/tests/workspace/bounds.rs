//! Nothing is endless.

use crate::support::{Place, asked, read, request, runtime, says, shown, text};
use gansauditor_audit::domain::{ContextScope, RepositoryContext};
use gansauditor_audit::ports::Workspace as _;
use gansauditor_workspace::{Limits, Repository};
use std::io::Write as _;
use std::time::{Duration, Instant};

fn bytes(context: &RepositoryContext) -> usize {
    context.files.iter().map(|file| file.text.len()).sum()
}

fn with_limits(place: &Place, change: impl FnOnce(&mut Limits)) -> Repository {
    let mut limits = Limits::default();
    change(&mut limits);
    Repository::at(&place.root(), limits).unwrap()
}

#[test]
fn what_does_not_fit_is_cut_at_a_line_and_said() {
    let place = Place::new();
    place.write("a.rs", "line one\n".repeat(10));
    place.write("b.rs", "b\n");
    let mut request = request(asked(&["a.rs", "b.rs"]));
    request.max_bytes = 30;
    let context = read(&place.repository(), &request).unwrap();
    assert_eq!(text(&context, "a.rs"), "line one\n".repeat(3));
    says(&context, "a.rs", "shown in part");
    says(&context, "b.rs", "does not fit");
    request.max_bytes = 92;
    let context = read(&place.repository(), &request).unwrap();
    assert_eq!(shown(&context), ["a.rs", "b.rs"]);
    assert_eq!(context.left_out, [""; 0]);
    request.max_bytes = 0;
    let context = read(&place.repository(), &request).unwrap();
    assert!(context.files.is_empty());
    says(&context, "a.rs", "does not fit");
}

#[test]
fn a_huge_file_is_read_in_part_or_not_at_all() {
    let place = Place::git();
    let file = std::fs::File::create(place.path("huge.rs")).unwrap();
    file.set_len(1 << 40).unwrap();
    place.write("large.rs", "large\n".repeat(200_000));
    place.write("small.rs", "s\n");
    let context = place.whole();
    assert_eq!(shown(&context), ["small.rs"]);
    says(&context, "huge.rs", "too large");
    let context = place.paths(&["huge.rs", "large.rs"]);
    assert_eq!(shown(&context), ["large.rs"]);
    assert!(bytes(&context) <= Limits::default().file_bytes);
    says(&context, "large.rs", "shown in part");
    let context = place.diff();
    assert_eq!(shown(&context), ["large.rs", "small.rs"]);
    says(&context, "huge.rs", "not text");
}

#[test]
fn a_huge_tracked_file_is_not_compared() {
    let place = Place::committed(&[("large.rs", "a\n"), ("small.rs", "a\n")]);
    place.write("large.rs", "large\n".repeat(1_000_000));
    place.write("small.rs", "b\n");
    let context = place.diff();
    assert_eq!(shown(&context), ["*small.rs"]);
    says(&context, "large.rs", "too large");
}

#[test]
fn a_diff_of_five_megabytes_is_cut_to_what_is_asked_for() {
    let place = Place::git();
    let name = |n: usize| format!("f{n:02}.rs");
    for n in 0..50 {
        place.write(&name(n), "old line of text\n".repeat(3_000));
    }
    place.commit();
    for n in 0..50 {
        place.write(&name(n), "new line of text\n".repeat(3_000));
    }
    let mut request = request(ContextScope::Diff);
    request.max_bytes = 250_000;
    let context = read(&place.repository(), &request).unwrap();
    assert!(bytes(&context) <= request.max_bytes && bytes(&context) > 240_000);
    assert_eq!(shown(&context), ["*f00.rs", "*f01.rs", "*f02.rs"]);
    says(&context, "f02.rs", "shown in part");
    says(&context, "f03.rs", "does not fit");
    assert!(
        context
            .left_out
            .contains(&"And 42 more do not fit in the room for context.".to_owned())
    );
    // Git is not even read to its end: the files are known by their names then.
    request.max_bytes = 1 << 20;
    let repository = with_limits(&place, |limits| limits.git_bytes = 300_000);
    let context = read(&repository, &request).unwrap();
    assert_eq!(shown(&context), ["*f00.rs", "*f01.rs"]);
    says(&context, "f02.rs", "does not fit");
}

#[test]
fn a_huge_tree_is_walked_in_part_and_the_notes_are_few() {
    let place = Place::new();
    for folder in 0..20 {
        for file in 0..50 {
            place.write(&format!("d{folder:02}/f{file:02}.png"), "x");
        }
    }
    place.write("top.rs", "t\n");
    let repository = with_limits(&place, |limits| {
        limits.entries = 500;
        limits.listed = 100;
    });
    let context = read(&repository, &request(ContextScope::Workspace)).unwrap();
    assert_eq!(context.listing.len(), 100);
    assert!(
        context.listing.contains(&"top.rs".to_owned()),
        "what is near the root stays"
    );
    assert!(context.listing.contains(&"d00/f00.png".to_owned()));
    says(&context, "d10", "was not looked into");
    assert!(context.left_out.len() < 20, "{:#?}", context.left_out);
    assert!(
        context
            .left_out
            .iter()
            .any(|note| note.contains("more files lie deeper")),
        "{:#?}",
        context.left_out
    );
    assert_eq!(
        read(&repository, &request(ContextScope::Workspace)),
        Ok(context)
    );
}

#[test]
fn more_paths_than_can_be_looked_at_are_counted() {
    let place = Place::new();
    let many: Vec<String> = (0..3_000).map(|n| format!("f{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let context = place.paths(&many);
    assert!(
        context
            .left_out
            .contains(&"And 995 more do not exist.".to_owned())
    );
    assert!(
        context
            .left_out
            .iter()
            .any(|note| note.starts_with("And 1995 more were not looked at"))
    );
}

#[test]
fn rules_that_are_too_large_hide_their_folder() {
    let place = Place::git();
    place.write("sub/.gitignore", "ignored.rs\n".repeat(100_000));
    place.write("sub/a.rs", "a\n");
    place.write("b.rs", "b\n");
    let context = place.paths(&[".", "sub/a.rs"]);
    assert_eq!(shown(&context), ["b.rs"]);
    says(&context, "sub", "ignore files are too large");
    says(&context, "sub/a.rs", "ignore files are too large");
    // A link as an ignore file is not followed, as by git.
    let place = Place::git();
    place.link(".gitignore", "/dev/zero");
    place.write("b.rs", "b\n");
    assert_eq!(shown(&place.whole()), ["b.rs"]);
}

#[test]
fn without_time_it_says_so() {
    let place = Place::committed(&[("a.rs", "a\n")]);
    for scope in [
        ContextScope::Diff,
        ContextScope::Workspace,
        asked(&["a.rs"]),
    ] {
        let mut request = request(scope);
        request.time = Duration::ZERO;
        let error = read(&place.repository(), &request).unwrap_err();
        assert!(error.0.contains("too long"), "{error}");
        request.time = Duration::MAX;
        assert!(read(&place.repository(), &request).is_ok());
        request.cancel.cancel();
        let error = read(&place.repository(), &request).unwrap_err();
        assert!(error.0.contains("cancelled"), "{error}");
    }
}

/// A repository at which git hangs, and what it hangs on: it reads a pipe to which nobody writes.
fn hanging() -> (Place, std::path::PathBuf) {
    let place = Place::committed(&[("a.rs", "a\n")]);
    let pipe = place.path(".git/objects/info/alternates");
    std::fs::create_dir_all(pipe.parent().unwrap()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    (place, pipe)
}

#[test]
fn a_git_that_hangs_ends_with_the_time() {
    let (place, _pipe) = hanging();
    let mut request = request(ContextScope::Diff);
    request.time = Duration::from_millis(300);
    let error = read(&place.repository(), &request).unwrap_err();
    assert!(error.0.contains("too long"), "{error}");
}

/// Who has a file open: process, state and command line, where the system tells.
fn holders(file: &std::path::Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let has_it = |process: &std::path::Path| {
        let open = std::fs::read_dir(process.join("fd"));
        let mut open = open.into_iter().flatten().flatten();
        open.any(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == file))
    };
    processes
        .map(|process| process.path())
        .filter(|process| has_it(process))
        .map(|process| {
            let told = |name| std::fs::read_to_string(process.join(name)).unwrap_or_default();
            let command = told("cmdline").replace('\0', " ");
            format!("{command}: {}", told("stat"))
        })
        .collect()
}

#[test]
fn git_is_killed_when_nobody_waits_any_more() {
    let (place, pipe) = hanging();
    let repository = place.repository();
    let request = request(ContextScope::Diff);
    runtime().block_on(async {
        let reading = {
            let request = request.clone();
            tokio::spawn(async move { repository.context(&request).await })
        };
        // Opening it takes until git has opened the other end.
        let open = move || std::fs::File::options().write(true).open(pipe);
        let mut pipe = tokio::task::spawn_blocking(open).await.unwrap().unwrap();
        request.cancel.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(10), reading).await;
        let error = ended.unwrap().unwrap().unwrap_err();
        assert!(error.0.contains("cancelled"), "{error}");
        let deadline = Instant::now() + Duration::from_secs(60);
        // A pipe that nobody reads any more cannot be written to.
        while pipe.write_all(b"\n").is_ok() {
            assert!(
                Instant::now() < deadline,
                "still read by {:?}",
                holders(&place.path(".git/objects/info/alternates"))
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
}
