use super::*;

const PLAIN: &str = "diff --git a/t/d.py b/t/d.py\nindex 1111111..2222222 100644\n--- a/t/d.py\n+++ b/t/d.py\n@@ -1,2 +1,2 @@\n import os\n-a = 1\n+a = 2\n";

#[test]
fn a_diff_is_a_diff_under_any_label() {
    for text in dressed(PLAIN, LABELS) {
        assert_eq!(
            new_side(&text),
            ("t/d.py".into(), "import os\na = 2\n".into()),
            "{text}"
        );
    }
}

#[test]
fn an_index_header_makes_a_diff_in_any_fence_and_without_one() {
    let svn = "Index: t/d.py\n===================================================================\n--- t/d.py\tCurrent\n+++ t/d.py\tProposed\n@@ -1,2 +1,2 @@\n def f(p):\n-    return 1\n+    return eval(p)\n";
    for text in dressed(svn, LABELS) {
        assert_eq!(
            new_side(&text),
            ("t/d.py".into(), "def f(p):\n    return eval(p)\n".into()),
            "{text}"
        );
    }
}

#[test]
fn context_without_its_space_is_context() {
    let text = "--- a/d.py\n+++ b/d.py\n@@ -1,6 +1,7 @@\n import os\n \n-A = 1\n+A = 2\ndef f(path):\n    total = 0\n+    total = eval(path)\n    return total\n";
    let shown = "import os\n\nA = 2\ndef f(path):\n    total = 0\n    total = eval(path)\n    return total\n";
    for text in dressed(text, LABELS) {
        assert_eq!(new_side(&text), ("d.py".into(), shown.into()), "{text}");
    }
    // Tabs, and counts that are too small.
    let text = "--- a/d.go\n+++ b/d.go\n@@ -1,2 +1,2 @@\nfunc f() {\n\tx := 1\n+\ty := bad(x)\n}\n";
    for text in dressed(text, &["diff", ""]) {
        assert!(new_side(&text).1.contains("\ty := bad(x)\n"), "{text}");
    }
}

#[test]
fn prose_after_a_hunk_is_no_context() {
    for counts in ["-1 +1", "-1,9 +1,9"] {
        let text = format!(
            "--- a/d.py\n+++ b/d.py\n@@ {counts} @@\n-a = 1\n+a = 2\n\nThis sets a.\n- and a bullet\n"
        );
        assert_eq!(new_side(&text).1, "a = 2\n", "{counts}");
    }
    let text = "--- a/d.py\n+++ b/d.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\nThis sets a.\n";
    assert_eq!(new_side(text).1, "a = 2\n");
}

#[test]
fn colours_come_off() {
    let coloured = PLAIN
        .replace("-a = 1", "\u{1b}[31m-a = 1\u{1b}[m")
        .replace("+a = 2", "\u{1b}[32m+\u{1b}[m\u{1b}[32ma = 2\u{1b}[m")
        .replace("@@ -1,2 +1,2 @@", "\u{1b}[36m@@ -1,2 +1,2 @@\u{1b}[m");
    for text in dressed(&coloured, &["diff", "ansi"]) {
        assert_eq!(
            new_side(&text),
            ("t/d.py".into(), "import os\na = 2\n".into()),
            "{text}"
        );
    }
}

#[test]
fn word_and_combined_diffs_are_unread() {
    let word = "diff --git a/d.py b/d.py\nindex 1111111..2222222 100644\n--- a/d.py\n+++ b/d.py\n@@ -1,2 +1,2 @@\ndef f(p):\n    return [-1-]{+eval(p)+}\n";
    let combined = "diff --cc d.py\nindex 1111111,2222222..3333333\n--- a/d.py\n+++ b/d.py\n@@@ -1,1 -1,1 +1,2 @@@\n- a\n -b\n++eval(c)\n";
    for (text, why) in [
        (word, Unread::WordDiff),
        (combined, Unread::Combined),
        (&combined.replace("--cc", "--combined"), Unread::Combined),
    ] {
        for text in dressed(text, &["diff", ""]) {
            assert_eq!(unread(&text), ("d.py".into(), why.clone()), "{text}");
        }
    }
}

#[test]
fn what_changes_no_text_is_told_apart() {
    let what = |what: &str| Content::Metadata { what: what.into() };
    for (text, path, content) in [
        (
            "diff --git a/r.sh b/r.sh\nold mode 100644\nnew mode 100755\n",
            "r.sh",
            what("its mode"),
        ),
        (
            "diff --git a/g.py b/g.py\ndeleted file mode 100644\nindex 1111111..0000000\n",
            "g.py",
            Content::Deleted,
        ),
        (
            "diff --git a/o.py b/n.py\nsimilarity index 100%\nrename from o.py\nrename to n.py\n",
            "n.py",
            Content::Renamed {
                from: "o.py".into(),
            },
        ),
        (
            "diff --git a/o.py b/n.py\nsimilarity index 100%\ncopy from o.py\ncopy to n.py\n",
            "n.py",
            Content::Renamed {
                from: "o.py".into(),
            },
        ),
        (
            "diff --git a/l.py b/l.py\nnew file mode 120000\nindex 0000000..1111111\n--- /dev/null\n+++ b/l.py\n@@ -0,0 +1 @@\n+../my file.py\n\\ No newline at end of file\n",
            "l.py",
            what("where a link points"),
        ),
        (
            "diff --git a/l.py b/l.py\nindex 0000000..1111111 120000\n--- a/l.py\n+++ b/l.py\n@@ -1 +1 @@\n-a.py\n+b.py\n",
            "l.py",
            what("where a link points"),
        ),
        (
            "diff --git a/sub b/sub\nindex 1111111..2222222 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
            "sub",
            what("the commit of a submodule"),
        ),
        (
            "Submodule sub 1111111..2222222:\n  > A subject\n",
            "sub",
            what("the commit of a submodule"),
        ),
        (
            "diff --git a/e/__init__.py b/e/__init__.py\nnew file mode 100644\nindex 0000000..e69de29\n",
            "e/__init__.py",
            what("an empty file"),
        ),
        (
            "diff --git a/x.pyc b/x.pyc\nindex 1111111..2222222 100644\nBinary files a/x.pyc and b/x.pyc differ\n",
            "x.pyc",
            Content::Unread(Unread::Binary),
        ),
        (
            "diff --git a/x.png b/x.png\nindex 1111111..2222222 100644\nBinary files a/x.png and b/x.png differ\n",
            "x.png",
            what("a picture"),
        ),
    ] {
        for text in dressed(text, &["diff", ""]) {
            assert_eq!(only(&text), (path.to_owned(), content.clone()), "{text}");
        }
    }
}

#[test]
fn a_header_that_hides_its_change_is_unread() {
    for text in [
        "diff --git a/o.py b/n.py\nsimilarity index 80%\nrename from o.py\nrename to n.py\nindex 1111111..2222222 100644\n",
        "diff --git a/n.py b/n.py\nold mode 100644\nnew mode 100755\nindex 1111111..2222222\n",
        "diff --git a/n.py b/n.py\nnew file mode 100644\nindex 0000000..1111111\n",
        "diff --git a/n.py b/n.py\nindex 1111111..2222222 100644\n--- a/n.py\n+++ b/n.py\n@@ -1,2 +1,2 @@\n eval(a)\n eval(b)\n",
    ] {
        assert_eq!(
            unread(text),
            ("n.py".into(), Unread::IncompleteEdit),
            "{text}"
        );
    }
}

#[test]
fn code_between_the_hunks_of_a_fence_is_work() {
    let text =
        format!("```diff\n{PLAIN}\ndef hidden(x):\n    return eval(x)\n@@ -9 +9 @@\n-b\n+c\n```\n");
    let files = files(&text);
    assert!(
        files.iter().any(|file| matches!(&file.content, Content::Whole { text } if text.contains("eval(x)")))
            || files.iter().any(|file| matches!(&file.content, Content::Patch(patch) if patch.new_side().any(|line| line.text.contains("eval(x)")))),
        "{files:#?}"
    );
}
