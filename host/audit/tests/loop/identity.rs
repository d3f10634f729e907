//! Files under other names, and files of which only a part comes.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::session::Standing;

const MODULE: &str = "import os\n\n\ndef load(path):\n    return open(path).read()\n\n\ndef run(text):\n    return eval(text)\n\n\ndef save(path, text):\n    open(path, 'w').write(text)\n";

fn evil_in(path: &str) -> Act {
    Act::Report(60.0, vec![critical(path, "return eval(text)")])
}

fn mended() -> String {
    MODULE.replace("eval(text)", "literal(text)")
}

fn renamed(world: &World) -> Vec<(String, String)> {
    let work = world.newest();
    let pairs = work.renamed.into_iter();
    pairs.map(|rename| (rename.from, rename.to)).collect()
}

/// The second submission takes the place of the first, under another path.
async fn goes_on_as(first: &str, found_in: &str, second: &str, from: &str, to: &str) {
    let world = World::ordinary(vec![evil_in(found_in), Act::clean(96.0)]);
    world.submit(first).await.unwrap();
    let report = world.submit(second).await.unwrap();
    assert_eq!(renamed(&world), [(from.to_owned(), to.to_owned())]);
    assert_eq!(states(&report), [FindingState::Fixed]);
    let location = report.ledger[0].reported.location.as_ref().unwrap();
    assert_eq!(location.path, to);
    assert_eq!(report.standing, Standing::Complete);
}

#[tokio::test]
async fn a_file_that_comes_back_under_another_name_takes_its_findings_along() {
    for to in ["b.py", "A.py", "src/a.py", "lib/tools/a.py"] {
        goes_on_as(
            &python("a.py", MODULE),
            "a.py",
            &python(to, &mended()),
            "a.py",
            to,
        )
        .await;
    }
    let from = "pkg/src/a.py";
    goes_on_as(
        &python(from, MODULE),
        from,
        &python("a.py", &mended()),
        from,
        "a.py",
    )
    .await;
}

#[tokio::test]
async fn a_deletion_beside_the_new_name_is_a_rename_and_fixes_nothing_by_itself() {
    let world = World::ordinary(vec![evil_in("a.py"), evil_in("b.py")]);
    world.round(MODULE).await;
    let deletion = "```diff\n--- a/a.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-import os\n```\n";
    let report = world
        .submit(&format!("{deletion}{}", python("b.py", MODULE)))
        .await
        .unwrap();
    assert_eq!(world.newest().deleted, Vec::<String>::new());
    assert_eq!(report.ledger.len(), 1, "the same finding");
    assert_eq!(states(&report), [FindingState::Open]);
    assert_eq!(report.ledger[0].first_seen, 1);
}

#[tokio::test]
async fn code_that_gets_a_name_and_code_that_loses_it_is_the_same_code() {
    let unnamed = |code: &str| format!("```python\n{code}\n```\n");
    goes_on_as(
        &unnamed(EVIL),
        "snippet-1.py",
        &python("calc.py", GOOD),
        "snippet-1.py",
        "calc.py",
    )
    .await;
    let world = World::ordinary(vec![evil_in("a.py"), Act::clean(96.0)]);
    world.round(MODULE).await;
    let report = world.submit(&unnamed(&mended())).await.unwrap();
    assert_eq!(world.newest().files[0].path, "a.py");
    assert_eq!(states(&report), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_diff_under_a_shorter_path_is_about_the_file_that_it_fits() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("src/a.py", "eval(text)")]),
        Act::clean(96.0),
    ]);
    world.submit(&python("src/a.py", EVIL)).await.unwrap();
    let report = world.submit(MENDING).await.unwrap();
    assert_eq!(
        renamed(&world),
        [("src/a.py".to_owned(), "a.py".to_owned())]
    );
    assert_eq!(states(&report), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_copy_is_no_rename() {
    let world = World::ordinary(vec![evil_in("a.py"), evil_in("a.py")]);
    world.round(MODULE).await;
    let both = python("a.py", MODULE) + &python("b.py", &mended());
    let report = world.submit(&both).await.unwrap();
    assert_eq!(renamed(&world), []);
    assert_eq!(states(&report), [FindingState::Open]);
}

#[tokio::test]
async fn of_two_similar_files_each_follows_the_text_that_is_most_like_it() {
    let world = World::ordinary(vec![Act::clean(60.0), Act::clean(60.0)]);
    let (one, two) = (
        format!("{MODULE}\nONE = 1\n"),
        format!("{MODULE}\nTWO = 2\n"),
    );
    let both = python("a.py", &one) + &python("b.py", &two);
    world.submit(&both).await.unwrap();
    let both = python("c.py", &two) + &python("d.py", &one);
    world.submit(&both).await.unwrap();
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let mut pairs = renamed(&world);
    pairs.sort();
    assert_eq!(pairs, [pair("a.py", "d.py"), pair("b.py", "c.py")]);
}

#[tokio::test]
async fn other_code_under_another_name_is_another_file_and_the_first_stays_unreviewed() {
    let world = World::ordinary(vec![evil_in("a.py"), Act::clean(96.0)]);
    world.round(MODULE).await;
    let other = python("b.py", "def area(w, h):\n    return w * h\n");
    let report = world.submit(&other).await.unwrap();
    assert_eq!(renamed(&world), []);
    assert_eq!(states(&report), [FindingState::Unreviewed]);
}

#[tokio::test]
async fn a_part_of_a_file_sent_as_all_of_it_is_unread_and_a_diff_that_removes_the_rest_is_not() {
    let world = World::ordinary(vec![evil_in("a.py"), Act::clean(96.0)]);
    world.round(MODULE).await;
    let part = "def load(path):\n    return open(path).read()\n";
    let report = world.round(part).await;
    let work = world.newest();
    assert_eq!(work.files, []);
    assert!(
        work.apart[0]
            .reason
            .starts_with("it holds only part of the file"),
        "{:?}",
        work.apart
    );
    assert_eq!(states(&report), [FindingState::Unreviewed]);
    let removal = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -6,8 +6,1 @@\n \n-\n-def run(text):\n-    return eval(text)\n-\n-\n-def save(path, text):\n-    open(path, 'w').write(text)\n```\n";
    let report = world.submit(removal).await.unwrap();
    assert_eq!(world.newest().files.len(), 1, "{:?}", world.newest());
    assert_eq!(states(&report), [FindingState::Fixed]);
}
