//! The files on disk, where there is a workspace.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::*;

const LEGACY: &str = "def old(text):\n    return eval(text)\n\n\ndef run(text):\n    return text\n";

fn clean(times: usize) -> Vec<Act> {
    (0..times).map(|_| Act::clean(96.0)).collect()
}

fn adds(line: u32, old: &str, new: &str) -> String {
    format!("```diff\n--- a/a.py\n+++ b/a.py\n@@ -{line},1 +{line},2 @@\n {old}\n+{new}\n```")
}

#[tokio::test]
async fn a_diff_of_a_file_in_the_workspace_is_read_with_all_of_it_and_judged_where_it_added() {
    let made = LEGACY.replace("    return text\n", "    return text\n# more\n");
    // Whether the agent has made the change on disk already or not.
    for there in [LEGACY, made.as_str()] {
        let disk = Disk::of(&[("a.py", there)]);
        let world = World::beside(&disk, clean(1));
        world
            .submit(&adds(41, "    return text", "# more"))
            .await
            .unwrap();
        let file = &world.newest().files[0];
        assert_eq!(file.text, made);
        assert_eq!(file.extent, Extent::Changed(vec![7]));
    }
}

#[tokio::test]
async fn a_later_diff_of_such_a_file_does_not_blame_it_for_what_was_there_before() {
    let disk = Disk::of(&[("a.py", LEGACY)]);
    let world = World::beside(&disk, clean(2));
    world
        .submit(&adds(6, "    return text", "# more"))
        .await
        .unwrap();
    world.submit(&adds(7, "# more", "# most")).await.unwrap();
    let file = &world.newest().files[0];
    assert_eq!(file.extent, Extent::Changed(vec![7, 8]));
}

#[tokio::test]
async fn a_diff_against_the_commit_is_found_in_the_workspace_when_the_session_is_behind() {
    let disk = Disk::of(&[("a.py", LEGACY)]);
    let world = World::beside(&disk, clean(2));
    world
        .submit(&adds(6, "    return text", "# more"))
        .await
        .unwrap();
    disk.write("a.py", &format!("{LEGACY}# even more\n"));
    let whole = adds(6, "    return text", "# even more");
    world.submit(&whole).await.unwrap();
    let work = world.newest();
    assert_eq!(work.apart, []);
    assert!(work.files[0].text.ends_with("# even more\n"));
    assert!(!work.files[0].text.contains("# more"));
}

#[tokio::test]
async fn a_diff_that_fits_neither_is_unread() {
    let disk = Disk::of(&[("a.py", LEGACY)]);
    let world = World::beside(&disk, vec![]);
    world.submit(&diff(1, "nothing", "like it")).await.unwrap();
    let work = world.newest();
    assert_eq!(work.files, []);
    assert!(
        work.apart[0].reason.contains("as it is in the workspace"),
        "{:?}",
        work.apart
    );
}

#[tokio::test]
async fn a_deletion_that_did_not_happen_is_unread_and_fixes_nothing() {
    let disk = Disk::of(&[("a.py", EVIL)]);
    let world = World::beside(&disk, vec![Act::finds(60.0, "eval(text)")]);
    world.round(EVIL).await;
    let report = world.submit(DELETION).await.unwrap();
    let work = world.newest();
    assert_eq!(work.deleted, Vec::<String>::new());
    assert!(work.apart[0].reason.contains("still in the workspace"));
    assert_eq!(states(&report), [FindingState::Unreviewed]);
    disk.remove("a.py");
    let report = world.submit(DELETION).await.unwrap();
    assert_eq!(states(&report), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_file_that_is_still_there_was_copied_and_not_renamed() {
    let disk = Disk::of(&[("a.py", LEGACY), ("b.py", LEGACY)]);
    let world = World::beside(
        &disk,
        vec![Act::finds(60.0, "eval(text)"), Act::clean(96.0)],
    );
    world.round(LEGACY).await;
    let report = world.submit(&python("b.py", LEGACY)).await.unwrap();
    assert_eq!(world.newest().renamed, []);
    assert_eq!(states(&report), [FindingState::Unreviewed]);
}

#[tokio::test]
async fn what_looks_like_a_part_is_the_whole_file_when_the_workspace_says_so() {
    let part = "def run(text):\n    return text\n";
    let disk = Disk::of(&[("a.py", LEGACY)]);
    let world = World::beside(&disk, clean(2));
    world.round(LEGACY).await;
    world.round(part).await;
    assert_eq!(world.newest().files, []);
    disk.write("a.py", part);
    world.round(part.trim_end()).await;
    assert_eq!(world.newest().files.len(), 1, "{:?}", world.newest().apart);
}

#[tokio::test]
async fn changed_files_that_were_never_submitted_are_named_a_few_of_them() {
    let disk = Disk::of(&[]);
    let names: Vec<String> = (10..30).map(|n| format!("f{n}.py")).collect();
    let mut changed: Vec<&str> = names.iter().map(String::as_str).collect();
    changed.push("a.py");
    disk.change(&changed);
    let world = World::beside(&disk, clean(1));
    let report = world.round(GOOD).await;
    let note = report
        .notes
        .iter()
        .find(|note| note.starts_with("changed in the workspace"))
        .expect("a note");
    assert!(note.contains("`f10.py`") && note.contains("and 10 more"));
    assert!(!note.contains("a.py`,"));
}

#[tokio::test]
async fn nothing_is_read_where_the_operator_shows_nothing() {
    let disk = Disk::of(&[("a.py", LEGACY)]);
    disk.change(&["b.py"]);
    let closed = LoopConfig {
        context: ContextConfig {
            scope: ContextScope::None,
            on_request: false,
            ..ContextConfig::default()
        },
        ..config()
    };
    let judge = ScriptedJudge::new(JudgeKind::Static, clean(1));
    let panel = Panel::of(judge.clone());
    let world = World::with(judge, panel, Some(disk), closed, ordinary_rule);
    let report = world
        .submit(&adds(6, "    return text", "# more"))
        .await
        .unwrap();
    let named = |note: &String| note.contains("b.py");
    assert!(!report.notes.iter().any(named), "{:?}", report.notes);
    assert!(matches!(
        world.newest().files[0].extent,
        Extent::Fragment { .. }
    ));
}
