use super::*;

fn diff(ids: &str, at: u32, old: &str, new: &str) -> String {
    let index = if ids.is_empty() {
        String::new()
    } else {
        format!("index {ids} 100644\n")
    };
    format!(
        "diff --git a/a.py b/a.py\n{index}--- a/a.py\n+++ b/a.py\n@@ -{at} +{at} @@\n-{old}\n+{new}\n"
    )
}

fn mail(number: u32, diff: &str) -> String {
    format!(
        "From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.example>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: [PATCH {number}/2] Change\n\nWhy.\n---\n a.py | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n{diff}-- \n2.40.1\n\n"
    )
}

fn series(text: &str) -> Vec<String> {
    match only(text) {
        (_, Content::Series(patches)) => patches
            .iter()
            .map(|patch| patch.new_side().map(|line| line.text).collect())
            .collect(),
        other => panic!("{text}\n{other:?}"),
    }
}

#[test]
fn commits_are_put_in_order_by_the_ids_of_their_texts() {
    let (one, two) = (
        diff("1111111..2222222", 1, "aaaa", "bbbb"),
        diff("2222222..3333333", 1, "bbbb", "cccc"),
    );
    let log = |commits: [&str; 2]| {
        commits.map(|diff| format!("commit 1234567890123456789012345678901234567890\nAuthor: A <a@b.example>\nDate:   Mon Jan 1 00:00:00 2024 +0000\n\n    A change\n\n{diff}\n")).concat()
    };
    for text in [
        mail(1, &one) + &mail(2, &two),
        mail(2, &two) + &mail(1, &one),
        log([&one, &two]),
        log([&two, &one]),
    ] {
        for text in dressed(&text, &["diff", "", "text"]) {
            assert_eq!(series(&text), ["bbbb\n", "cccc\n"], "{text}");
        }
    }
}

#[test]
fn without_ids_the_lines_tell_the_order_or_nothing_does() {
    let (one, two) = (diff("", 1, "aaaa", "bbbb"), diff("", 1, "bbbb", "cccc"));
    for text in [
        format!("```diff\n{one}```\n\nThen:\n\n```diff\n{two}```\n"),
        format!("{two}\n{one}"),
    ] {
        assert_eq!(series(&text), ["bbbb\n", "cccc\n"], "{text}");
    }
    let other = diff("", 1, "aaaa", "dddd");
    assert_eq!(
        unread(&format!("{one}\n{other}")),
        ("a.py".into(), Unread::Conflicting)
    );
}

#[test]
fn a_whole_file_and_its_later_patches_are_one_whole_file() {
    let fence = "`a.py`\n```python\naaaa\nx\n```\n";
    let text = format!(
        "{fence}\n{}\n{}",
        diff("", 1, "aaaa", "bbbb"),
        diff("", 1, "bbbb", "cccc")
    );
    assert_eq!(whole(&text), ("a.py".into(), "cccc\nx\n".into()));
    let text = format!("{fence}\na.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n");
    assert_eq!(whole(&text), ("a.py".into(), "aaaa\ny\n".into()));
    // The patch and then the file that has it.
    let text = format!(
        "{}\n`a.py`\n```python\nbbbb\nx\n```\n",
        diff("", 1, "aaaa", "bbbb")
    );
    assert_eq!(whole(&text), ("a.py".into(), "bbbb\nx\n".into()));
    // A patch that the file does not have, before or after it.
    for text in [
        format!(
            "{}\n`a.py`\n```python\nx\n```\n",
            diff("", 1, "aaaa", "eval(b)")
        ),
        format!(
            "`a.py`\n```python\nx\n```\n\n{}",
            diff("", 1, "aaaa", "eval(b)")
        ),
    ] {
        assert_eq!(
            unread(&text),
            ("a.py".into(), Unread::Conflicting),
            "{text}"
        );
    }
}

#[test]
fn a_new_file_and_its_later_change_are_one_in_either_order() {
    let new = "diff --git a/a.py b/a.py\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,2 @@\n+aaaa\n+x\n";
    let change = diff("1111111..2222222", 1, "aaaa", "bbbb");
    for text in [format!("{new}{change}"), format!("{change}{new}")] {
        assert_eq!(whole(&text), ("a.py".into(), "bbbb\nx\n".into()), "{text}");
    }
}

#[test]
fn what_was_changed_before_a_rename_is_changed_in_the_renamed_file() {
    let renamed = "diff --git a/a.py b/b.py\nsimilarity index 90%\nrename from a.py\nrename to b.py\nindex 2222222..3333333 100644\n--- a/a.py\n+++ b/b.py\n@@ -1 +1 @@\n-bbbb\n+cccc\n";
    let text = format!("{}{renamed}", diff("1111111..2222222", 1, "aaaa", "bbbb"));
    let files = files(&text);
    let contents: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), &file.content))
        .collect();
    assert!(
        matches!(contents.as_slice(), [("a.py", Content::Deleted), ("b.py", Content::Series(patches))] if patches.len() == 2),
        "{contents:#?}"
    );
}

#[test]
fn two_whole_texts_of_one_file_hide_nothing() {
    let fence = |text: &str| format!("`a.py`\n```python\n{text}```\n\n");
    let (small, large) = (
        "def g():\n    return 2\n",
        "def f():\n    return eval(1)\n\n\ndef g():\n    return 2\n",
    );
    for text in [
        fence(small) + &fence(large),
        fence(large) + &fence(small),
        fence(large) + &fence(large),
    ] {
        assert_eq!(whole(&text).1, large, "{text}");
    }
    let text = fence("def f():\n    return eval(1)\n") + &fence(small);
    assert_eq!(unread(&text), ("a.py".into(), Unread::Conflicting));
    // The next version of the same text.
    let next = large.replace("eval(1)", "1");
    assert_eq!(whole(&(fence(large) + &fence(&next))).1, next);
}
