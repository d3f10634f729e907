//! What a change applies to, and what becomes of one that applies to nothing.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::Unheard;
use gansauditor_submission::{Content, Edit, Submission, SubmittedFile};

fn clean(times: usize) -> Vec<Act> {
    (0..times).map(|_| Act::clean(96.0)).collect()
}

fn fence(body: &str) -> String {
    format!("```diff\n{body}```\n")
}

fn hunk(old: &str, new: &str) -> String {
    format!("@@ -1,1 +1,1 @@\n-{old}\n+{new}\n")
}

/// A submission of these pieces, as another reader of messages makes it.
async fn send(world: &World, files: Vec<(&str, Content)>) -> Work {
    let mut request = request("s", &python("x.py", "x = 1"));
    let files = files.into_iter().map(|(path, content)| SubmittedFile {
        path: path.to_owned(),
        named: !path.starts_with("snippet-"),
        language: None,
        content,
    });
    request.submission = Submission::new(files).unwrap();
    world.audits.audit(request, &Unheard).await.unwrap();
    world.newest()
}

fn edit(old: &str, new: &str) -> Edit {
    Edit {
        old: old.into(),
        new: new.into(),
        all: false,
    }
}

#[tokio::test]
async fn a_diff_that_does_not_apply_to_a_known_file_is_unread_and_fixes_nothing() {
    let script = vec![
        Act::finds(60.0, "eval(text)"),
        Act::clean(96.0),
        Act::clean(96.0),
    ];
    let world = World::ordinary(script);
    world.round(EVIL).await;
    let wrong = diff(2, "    return evil(text)", "    return literal(text)");
    let other = python("b.py", "y = 1");
    let report = world.submit(&format!("{wrong}\n{other}")).await.unwrap();
    let work = world.newest();
    assert_eq!(work.files.len(), 1);
    assert_eq!(work.apart[0].class, ReadingClass::Unread);
    let reason = &work.apart[0].reason;
    assert!(
        reason.starts_with("it does not apply to `a.py` as of loop 1"),
        "{reason}"
    );
    assert!(reason.contains("send the whole file or a diff against that version"));
    assert_eq!(states(&report), [FindingState::Unreviewed]);
    // The version that is known is the one that a diff must fit, and it can go on.
    world.submit(MENDING).await.unwrap();
    assert_eq!(world.newest().files[0].text.trim_end(), GOOD);
}

#[tokio::test]
async fn a_diff_with_wrong_line_numbers_is_the_whole_file() {
    let world = World::ordinary(clean(2));
    world.round(EVIL).await;
    world
        .submit(&diff(
            71,
            "    return eval(text)",
            "    return literal(text)",
        ))
        .await
        .unwrap();
    let file = &world.newest().files[0];
    assert_eq!((file.text.trim_end(), &file.extent), (GOOD, &Extent::Whole));
}

#[tokio::test]
async fn edits_of_a_known_file_make_the_whole_file_and_of_an_unknown_one_a_fragment() {
    let world = World::ordinary(clean(4));
    world.round(EVIL).await;
    let change = edit("eval(text)", "literal(text)");
    let work = send(&world, vec![("a.py", Content::Edits(vec![change.clone()]))]).await;
    assert_eq!(work.files[0].text.trim_end(), GOOD);
    assert_eq!(work.files[0].extent, Extent::Whole);

    let work = send(&world, vec![("b.py", Content::Edits(vec![change]))]).await;
    assert_eq!(work.files[0].text, "literal(text)\n");
    let Extent::Fragment { lines, removed } = &work.files[0].extent else {
        panic!("{:?}", work.files[0].extent);
    };
    assert!(lines[0].added);
    assert_eq!(removed, &["eval(text)"]);

    let new = edit("", "x = 1\n");
    let work = send(&world, vec![("c.py", Content::Edits(vec![new]))]).await;
    assert_eq!(work.files[0].extent, Extent::Whole);
}

#[tokio::test]
async fn an_edit_that_fits_nowhere_or_twice_is_unread() {
    let world = World::ordinary(clean(1));
    world.round("a = 1\nb = 1").await;
    for change in [edit("c = 1", "c = 2"), edit("= 1", "= 2")] {
        let work = send(&world, vec![("a.py", Content::Edits(vec![change]))]).await;
        assert_eq!(work.files, []);
        assert_eq!(work.apart[0].class, ReadingClass::Unread);
    }
}

#[tokio::test]
async fn a_series_is_joined_on_a_known_file_and_unread_on_an_unknown_one() {
    let world = World::ordinary(clean(1));
    world.round("a = 1").await;
    let patch = |old, new| {
        let request = request("s", &fence(&hunk(old, new)));
        match &request.submission.files()[0].content {
            Content::Patch(patch) => patch.clone(),
            other => panic!("{other:?}"),
        }
    };
    let patches = || vec![patch("a = 1", "a = 2"), patch("a = 2", "a = 3")];
    let work = send(&world, vec![("z.py", Content::Series(patches()))]).await;
    assert_eq!(work.files, []);
    assert!(work.apart[0].reason.contains("send one diff"));
    let world = World::ordinary(clean(2));
    world.round("a = 1").await;
    let work = send(&world, vec![("a.py", Content::Series(patches()))]).await;
    assert_eq!(work.files[0].text, "a = 3\n");
}

#[tokio::test]
async fn two_headerless_diffs_of_one_file_are_composed() {
    let world = World::ordinary(clean(3));
    world.round("a = 1\nb = 1").await;
    let both = fence(&hunk("a = 1", "a = 2")) + &fence(&hunk("b = 1", "b = 2"));
    world.submit(&both).await.unwrap();
    let work = world.newest();
    assert_eq!(work.files.len(), 1);
    assert_eq!(work.files[0].path, "a.py");
    assert_eq!(work.files[0].text, "a = 2\nb = 2\n");
    // And the session goes on.
    world.round("a = 3\nb = 3").await;
}

#[tokio::test]
async fn a_file_and_an_unnamed_diff_that_fits_it_are_composed_or_unread() {
    let world = World::ordinary(clean(4));
    world.round("a = 1\nb = 1").await;
    let fits = python("a.py", "a = 5\nb = 1") + &fence(&hunk("b = 1", "b = 2"));
    world.submit(&fits).await.unwrap();
    let work = world.newest();
    assert_eq!(work.files.len(), 1);
    assert_eq!(work.files[0].text, "a = 5\nb = 2\n");

    let conflicts = python("a.py", "a = 6\nb = 6") + &fence(&hunk("b = 2", "b = 3"));
    world.submit(&conflicts).await.unwrap();
    let work = world.newest();
    assert_eq!(work.files, []);
    assert_eq!(work.apart[0].path, "a.py");
    assert!(work.apart[0].reason.contains("send it once, whole"));
    world.round("a = 3\nb = 3").await;
}

#[tokio::test]
async fn paths_are_unique_whatever_pieces_a_message_holds() {
    let pieces = [
        python("a.py", "a = 1\nb = 2\nc = 3"),
        fence(&hunk("a = 1", "a = 2")),
        fence(&hunk("b = 2", "b = 3")),
        fence(&format!(
            "--- a/a.py\n+++ b/a.py\n{}",
            hunk("c = 3", "c = 4")
        )),
        "```python\na = 1\nb = 2\nc = 9\n```\n".to_owned(),
        fence("--- a/a.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a = 1\n"),
    ];
    for first in &pieces {
        let world = World::ordinary(clean(60));
        for second in &pieces {
            for third in &pieces {
                let text = format!("{first}\n{second}\n{third}");
                let Ok(reading) =
                    gansauditor_submission::read(&text, &gansauditor_submission::Limits::default())
                else {
                    continue;
                };
                if reading.submission.is_none() {
                    continue;
                }
                world.submit(&text).await.unwrap();
                let work = world.newest();
                let mut paths: Vec<&str> = work
                    .files
                    .iter()
                    .map(|file| file.path.as_str())
                    .chain(work.apart.iter().map(|piece| piece.path.as_str()))
                    .chain(work.deleted.iter().map(String::as_str))
                    .collect();
                paths.sort_unstable();
                let all = paths.len();
                paths.dedup();
                assert_eq!(paths.len(), all, "{text}\n{work:?}");
            }
        }
    }
}
