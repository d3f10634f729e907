use super::*;
use crate::draft::Drafts;
use crate::limits::Limits;
use crate::note::Notes;
use crate::submission::Content;
use proptest::prelude::*;

fn patch(diff: &str) -> Patch {
    let (mut drafts, mut notes) = (Drafts::default(), Notes::default());
    crate::diff::read_all(diff, Some("f"), &mut drafts, &mut notes);
    let mut files = drafts.finish(&Limits::default(), &mut notes).unwrap();
    match files.remove(0).content {
        Content::Patch(patch) => patch,
        other => panic!("{other:?} is no patch"),
    }
}

fn between(old: &str, new: &str) -> Patch {
    patch(&diffy::create_patch(old, new).to_string())
}

fn edit(old: &str, new: &str) -> Edit {
    Edit {
        old: old.into(),
        new: new.into(),
        all: false,
    }
}

#[test]
fn a_patch_with_right_numbers_gives_the_new_text() {
    let change = patch("@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n");
    assert_eq!(apply_patch("a\nb\nd\n", &change).unwrap(), "a\nc\nd\n");
}

#[test]
fn wrong_numbers_are_followed_to_the_nearest_place_and_move_the_hunks_that_follow() {
    let base = "x\ny\n".repeat(20) + "a\nb\n" + &"x\ny\n".repeat(20);
    let change = patch("@@ -3,2 +3,2 @@\n a\n-b\n+c\n@@ -9,2 +9,3 @@\n x\n+new\n y\n");
    let text = apply_patch(&base, &change).unwrap();
    // The first hunk lies 38 lines below its number, so the second is looked for at line 47.
    assert_eq!(text.lines().position(|line| line == "c"), Some(41));
    assert_eq!(text.lines().position(|line| line == "new"), Some(47));
}

#[test]
fn a_hunk_whose_old_lines_are_nowhere_does_not_apply() {
    let change = patch("@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9,2 +9,2 @@\n q\n-b\n+c\n");
    assert_eq!(
        apply_patch("a\nb\n", &change),
        Err(DoesNotApply::Nowhere { piece: 2 })
    );
}

#[test]
fn a_hunk_without_numbers_lies_at_its_only_place_or_below_its_heading() {
    let base = "def f():\n    return 1\n\ndef g():\n    return 1\n";
    let plain = patch("@@\n-    return 1\n+    return 2\n");
    assert_eq!(
        apply_patch(base, &plain),
        Err(DoesNotApply::Ambiguous { piece: 1 })
    );
    let headed = patch("@@ def g():\n-    return 1\n+    return 2\n");
    assert_eq!(
        apply_patch(base, &headed).unwrap(),
        "def f():\n    return 1\n\ndef g():\n    return 2\n"
    );
    let only = patch("@@\n def g():\n-    return 1\n+    return 2\n");
    assert_eq!(apply_patch(base, &only), apply_patch(base, &headed));
}

#[test]
fn hunks_without_numbers_in_any_order_and_additions_at_the_end() {
    let base = "a\nb\nc\nd\n";
    let change = patch("@@\n-d\n+D\n@@\n-a\n+A\n");
    assert_eq!(apply_patch(base, &change).unwrap(), "A\nb\nc\nD\n");
    let addition = patch("@@\n+e\n");
    assert_eq!(apply_patch(base, &addition).unwrap(), "a\nb\nc\nd\ne\n");
    let twice = patch("@@\n-a\n+A\n@@\n-a\n+B\n");
    assert_eq!(apply_patch(base, &twice), Err(DoesNotApply::Overlapping));
}

#[test]
fn a_hunk_without_an_old_side_goes_after_the_line_it_names() {
    let change = patch("@@ -2,0 +3,1 @@\n+x\n");
    assert_eq!(apply_patch("a\nb\nc\n", &change).unwrap(), "a\nb\nx\nc\n");
    assert_eq!(
        apply_patch("a\n", &change),
        Err(DoesNotApply::Nowhere { piece: 1 })
    );
}

#[test]
fn white_space_may_differ_only_where_the_place_is_certain() {
    let change = patch("@@ -1,2 +1,2 @@\n if x:\n-    y\n+    z\n");
    assert_eq!(
        apply_patch("if x:  \n    y\t\n", &change).unwrap(),
        "if x:  \n    z\n"
    );
    let twice = "if x: \n    y\nif x: \n    y\n";
    assert_eq!(
        apply_patch(twice, &change),
        Err(DoesNotApply::Ambiguous { piece: 1 })
    );
    // Other indentation is another program, unless nothing but the text says where it lies.
    assert!(apply_patch("  if x:\n      y\n", &change).is_err());
    let unlocated = patch("@@\n-y\n+z\n");
    assert_eq!(
        apply_patch("if x:\n    y\n", &unlocated).unwrap(),
        "if x:\nz\n"
    );
}

#[test]
fn line_ends_are_those_of_the_file() {
    let change = patch("@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n");
    assert_eq!(
        apply_patch("a\r\nb\r\ne\r\n", &change).unwrap(),
        "a\r\nc\r\nd\r\ne\r\n"
    );
    assert_eq!(
        apply_edits("a\r\nb\r\n", &[edit("a\nb\n", "c\nd\n")]).unwrap(),
        "c\r\nd\r\n"
    );
    // A line after one that had no end.
    let append = patch("@@ -1,1 +1,2 @@\n a\n+b\n");
    assert_eq!(apply_patch("a", &append).unwrap(), "a\nb\n");
}

#[test]
fn what_a_patch_made_is_told_from_what_it_is_made_from() {
    let (old, new) = ("a\nb\nc\n", "a\nB\nc\nd\n");
    let change = between(old, new);
    assert!(is_applied(&change, new));
    assert!(!is_applied(&change, old));
    let removal = patch("@@ -2,1 +1,0 @@\n-b\n");
    assert!(is_applied(&removal, "a\nc\n"));
    assert!(!is_applied(&removal, old));
}

#[test]
fn an_edit_replaces_the_one_occurrence_of_its_text() {
    let base = "let a = 1;\nlet b = 1;\n";
    assert_eq!(
        apply_edits(base, &[edit("a = 1", "a = 2"), edit("a = 2", "a = 3")]).unwrap(),
        "let a = 3;\nlet b = 1;\n"
    );
    assert_eq!(
        apply_edits(base, &[edit("= 1", "= 2")]),
        Err(DoesNotApply::Ambiguous { piece: 1 })
    );
    let every = Edit {
        all: true,
        ..edit("= 1", "= 2")
    };
    assert_eq!(
        apply_edits(base, &[every]).unwrap(),
        "let a = 2;\nlet b = 2;\n"
    );
    assert_eq!(
        apply_edits(base, &[edit("let a", "x"), edit("let c = 1", "y")]),
        Err(DoesNotApply::Nowhere { piece: 2 })
    );
}

#[test]
fn an_edit_of_nothing_makes_a_new_file_and_changes_no_other() {
    assert_eq!(apply_edits("", &[edit("", "x\n")]).unwrap(), "x\n");
    assert!(apply_edits("a\n", &[edit("", "x\n")]).is_err());
}

#[test]
fn whole_lines_are_found_as_lines() {
    let base = "  x = 1\nx = 1\n";
    assert_eq!(
        apply_edits(base, &[edit("x = 1\n", "x = 2\n")]).unwrap(),
        "  x = 1\nx = 2\n"
    );
}

#[test]
fn lines_with_another_indentation_are_found_and_keep_it() {
    let base = "class A:\n    def f(self):\n        return 1\n";
    let less = edit(
        "def f(self):\n    return 1\n",
        "def f(self):\n    if x:\n        return 2\n",
    );
    assert_eq!(
        apply_edits(base, &[less]).unwrap(),
        "class A:\n    def f(self):\n        if x:\n            return 2\n"
    );
    let more = edit(
        "        def f(self):\n            return 1",
        "        def g(self):\n            return 1",
    );
    assert_eq!(
        apply_edits(base, &[more]).unwrap(),
        "class A:\n    def g(self):\n        return 1\n"
    );
}

#[test]
fn a_hunk_of_equal_lines_is_found_among_equal_lines_without_comparing_them_all() {
    let base = "x\n".repeat(200_000);
    let body = " x\n".repeat(100_000);
    let fits = patch(&format!("@@ -90000,100000 +90000,100001 @@\n{body}+y\n"));
    // About 200,000 lines to index and 100,000 to compare.
    let mut applier = Applier::new(1_000_000);
    assert_eq!(
        applier.patch(&base, &fits).unwrap().len(),
        base.len() + "y\n".len()
    );
    let misses = patch(&format!("@@ -1,100001 +1,100001 @@\n{body}-y\n+z\n"));
    let mut applier = Applier::new(1_000_000);
    assert_eq!(
        applier.patch(&base, &misses),
        Err(DoesNotApply::Nowhere { piece: 1 })
    );
    let too_far = patch(&format!("@@ -1,100002 +1,100003 @@\n y\n{body}+z\n y\n"));
    let base = format!("{base}y\n{base}");
    let mut applier = Applier::new(2_000_000);
    assert_eq!(
        applier.patch(&base, &too_far),
        Err(DoesNotApply::Nowhere { piece: 1 })
    );
}

#[test]
fn many_hunks_far_from_their_places_are_found_in_few_steps() {
    let base: String = (0..100_000).map(|n| format!("line {n}\n")).collect();
    let hunks: String = (0..10_000)
        .map(|n| format!("@@ -1,1 +1,1 @@\n-line {}\n+changed {n}\n", n * 10))
        .collect();
    let mut applier = Applier::new(1_000_000);
    let text = applier.patch(&base, &patch(&hunks)).unwrap();
    assert_eq!(text.matches("changed").count(), 10_000);
}

#[test]
fn past_its_effort_a_patch_does_not_apply() {
    // Each hunk passes over all that look like it, on its way to the one that is meant.
    let base = "a\nb\n".repeat(5_000) + &"a\n".repeat(50_000) + &"b\n".repeat(50_000);
    let hunks = "@@ -110000,2 +110000,3 @@\n a\n+x\n b\n".repeat(5_000);
    let mut applier = Applier::new(10_000_000);
    let applied = applier.patch(&base, &patch(&hunks));
    assert_eq!(applied, Err(DoesNotApply::TooLarge));
    assert_eq!(
        applier.patch("a\n", &patch("@@ -1 +1 @@\n-a\n+b\n")),
        Err(DoesNotApply::TooLarge)
    );
}

#[test]
fn a_series_is_applied_in_order() {
    let (a, b, c) = ("1\n2\n3\n", "1\ntwo\n3\n", "1\ntwo\nthree\n");
    let patches = [between(a, b), between(b, c)];
    let base = Marked::unchanged(a);
    let made = Applier::default().series(&base, &patches).unwrap();
    assert_eq!((made.text.as_str(), made.added), (c, vec![2, 3]));
    let turned = [between(b, c), between(a, b)];
    assert!(Applier::default().series(&base, &turned).is_err());
    let found = Applier::default().applied_series(c, &patches).unwrap();
    assert_eq!(found.added, [2, 3]);
    assert_eq!(Applier::default().applied_series(b, &patches), None);
}

#[test]
fn lines_that_a_change_brought_are_marked_and_stay_so() {
    let base = Marked::unchanged("a\nb\nc\nd\n");
    let edits = [edit("b\n", "x\nb\ny\n"), edit("d", "d2"), edit("a\n", "")];
    let made = Applier::default().edits(&base, &edits).unwrap();
    assert_eq!(made.text, "x\nb\ny\nc\nd2\n");
    // Between two new lines everything counts as new.
    assert_eq!(made.added, [1, 2, 3, 5]);
    let change = patch("@@ -3,2 +3,3 @@\n y\n+z\n c\n");
    let made = Applier::default().series(&made, &[change]).unwrap();
    assert_eq!(made.text, "x\nb\ny\nz\nc\nd2\n");
    assert_eq!(made.added, [1, 2, 3, 4, 6]);
}

#[test]
fn edits_that_are_made_already_are_recognised() {
    let edits = [edit("b\n", "B\nB2\n"), edit("gone\n", "")];
    let mut applier = Applier::default();
    let made = applier.applied_edits("a\nB\nB2\n", &edits).unwrap();
    assert_eq!(made.added, [2, 3]);
    assert_eq!(applier.applied_edits("a\nb\n", &edits), None);
    assert_eq!(applier.applied_edits("a\nB\nB2\ngone\n", &edits), None);
}

/// Texts of few different lines, so that they repeat.
fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec!["a", "b", "  c", "}", "", "d e"]);
    (prop::collection::vec(line, 0..40), any::<bool>()).prop_map(|(lines, ended)| {
        let mut text = lines.join("\n");
        if ended && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    })
}

proptest! {
    #[test]
    fn the_difference_of_two_texts_makes_one_of_the_other_and_back(old in text(), new in text()) {
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let change = between(&old, &new);
        prop_assert_eq!(Applier::default().patch(&old, &change).unwrap(), new.clone());
        prop_assert!(is_applied(&change, &new));
        prop_assert_eq!(Applier::default().taken_back(&new, &change).unwrap(), old);
    }

    #[test]
    fn lines_before_the_text_only_move_the_patch(
        old in text(),
        new in text(),
        before in 0usize..500,
    ) {
        prop_assume!(old != new && old.ends_with('\n') && new.ends_with('\n'));
        let change = between(&old, &new);
        let all_are_placed = change.hunks().iter().all(|hunk| {
            hunk.lines().any(|line| line.change != Change::Added)
        });
        prop_assume!(all_are_placed);
        let before = "#\n".repeat(before);
        let moved = apply_patch(&format!("{before}{old}"), &change);
        // A repeated text may lie nearer to where the header points; what is there is changed as the patch says.
        prop_assert_eq!(moved.unwrap().len() + old.len(), before.len() + old.len() + new.len());
    }

    #[test]
    fn applying_is_total(base in text(), old in text(), new in text(), at in 0u32..60) {
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let diff = diffy::create_patch(&old, &new).to_string();
        let change = patch(&diff.replacen("@@ -1,", &format!("@@ -{at},"), 1));
        let _ = apply_patch(&base, &change);
        let _ = is_applied(&change, &base);
        let _ = apply_edits(&base, &[edit(&old, &new)]);
    }
}
