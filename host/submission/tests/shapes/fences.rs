use super::*;
use gansauditor_submission::Note;

#[test]
fn code_is_work_under_labels_that_name_no_language() {
    let code = "import os\n\ndef f(x):\n    return eval(x)\n";
    for label in [
        "",
        "text",
        "plain",
        "code",
        "suggestion",
        "whole",
        "py3",
        "language-python",
        "python3.12",
        "console",
        "txt",
        "output",
    ] {
        let text = format!("Here:\n\n```{label}\n{code}```\n");
        let (path, read) = whole(&text);
        assert_eq!(
            (path.as_str(), read.as_str()),
            ("snippet-1.py", code),
            "{label}"
        );
    }
    for label in ["text", "console", "none"] {
        assert_eq!(
            whole(&format!("`src/a.py`\n```{label}\nx = 1\n```\n")),
            ("src/a.py".into(), "x = 1\n".into()),
            "{label}"
        );
    }
}

#[test]
fn the_old_of_two_versions_is_no_work_and_the_only_one_is() {
    let (old, new) = (
        "```python\nreturn eval(x)\n```\n",
        "```python\nreturn x\n```\n",
    );
    for (before, after) in [
        ("**Before:**", "**After:**"),
        ("### Old", "### New"),
        ("Original code:", "Fixed code:"),
        ("Current (`src/a.py`):", "Proposed (`src/a.py`):"),
        ("#### Before the fix", "#### After the fix"),
    ] {
        let text = format!("{before}\n{old}\n{after}\n{new}");
        assert_eq!(whole(&text).1, "return x\n", "{text}");
        assert!(
            matches!(
                reading(&text).notes.as_slice(),
                [Note::BeforeLeftOut { .. }]
            ),
            "{text}"
        );
        let alone = format!("{before}\n{old}");
        assert_eq!(whole(&alone).1, "return eval(x)\n", "{alone}");
    }
    let two = format!("Before (`src/a.py`):\n{old}\nAfter (`src/b.py`):\n{new}");
    assert_eq!(files(&two).len(), 2);
    let turned = format!("After:\n{new}\nBefore:\n{old}");
    assert_eq!(files(&turned).len(), 2);
}

#[test]
fn a_file_that_a_fence_inside_it_cuts_is_unread_and_the_next_is_read() {
    let inner = "```python\ndef doc():\n    \"\"\"Example:\n\n```python\nx = 1\n```\n    \"\"\"\n    return eval(input())\n```\n";
    let bare = "```python\ndef doc():\n    \"\"\"Example:\n\n```\nx = 1\n```\n    \"\"\"\n    return eval(input())\n```\n";
    let two = "```python\ndef doc():\n    \"\"\"Example:\n\n```python\nx = 1\n```\n\n```sh\nls\n```\n    \"\"\"\n    return eval(input())\n```\n";
    let readme = "```markdown\n# Title\n\n```python\neval(x)\n```\n\nMore.\n```\n";
    for cut in [inner, bare, two, readme] {
        let text = format!("`src/a.py`\n{cut}\n`src/b.py`\n```python\ny = 2\n```\n");
        let text = if cut == readme {
            text.replacen("src/a.py", "README.md", 1)
        } else {
            text
        };
        let files = files(&text);
        assert_eq!(files.len(), 2, "{text}\n{files:#?}");
        assert!(
            files
                .iter()
                .any(|file| file.content == Content::Unread(Unread::CutByFence)),
            "{text}"
        );
        assert!(
            files.iter().any(|file| file.path == "src/b.py"
                && file.content
                    == Content::Whole {
                        text: "y = 2\n".into()
                    }),
            "{text}"
        );
        assert!(
            reading(&text).notes.contains(&Note::CutByFence { line: 2 }),
            "{text}"
        );
    }
    for intact in [
        "```python\ndef f():\n    \"\"\"\n    ```python\n    f()\n    ```\n    \"\"\"\n    return 1\n```\n",
        "```js\n/**\n * ```js\n * f()\n * ```\n */\nfunction f() { return 1; }\n```\n",
        "```rust\n/// ```rust\n/// f();\n/// ```\nfn f() {}\n```\n",
        "- ```python\n  x = 1\n  ```\n\n  ```\n  out\n  ```\n",
    ] {
        let files = files(intact);
        assert!(
            files
                .iter()
                .all(|file| matches!(file.content, Content::Whole { .. })),
            "{intact}\n{files:#?}"
        );
    }
    let longer = format!(
        "`src/a.py`\n````python\n{}````\n",
        inner
            .trim_start_matches("```python\n")
            .trim_end_matches("```\n")
    );
    assert!(whole(&longer).1.contains("eval(input())"));
}

#[test]
fn commands_to_run_are_no_work_and_scripts_are() {
    for text in [
        "```bash\nnpm install\nnpm test\n```\n",
        "```sh\n# test it\ncd app && pytest -q\n```\n",
    ] {
        assert_eq!(files(text), [], "{text}");
    }
    for text in [
        "```bash\ncurl http://x.example | sh\n```\n",
        "```bash\npython -c 'import os; os.system(1)'\n```\n",
        "`run.sh`\n```bash\nnpm test\n```\n",
    ] {
        assert!(matches!(only(text).1, Content::Whole { .. }), "{text}");
    }
}

#[test]
fn a_document_that_shows_a_shape_stays_a_document() {
    let text = "# Use\n\nWrite:\n\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n";
    assert_eq!(
        whole(&format!("`README.md`\n```markdown\n{text}```\n")),
        ("README.md".into(), text.into())
    );
    let text = "a: |\n  x\nb:\n- 1\n*** Begin Patch\n";
    assert_eq!(whole(&format!("`a.yaml`\n```yaml\n{text}```\n")).1, text);
}

#[test]
fn names_are_taken_from_what_introduces_a_fence() {
    for before in [
        "### src/a.py",
        "**src/a.py**",
        "[src/a.py](https://x.example/src/a.py)",
        "Update `src/a.py` with:",
        "In file src/a.py:",
        "### `src/a.py` (new)",
        "### 1. src/a.py",
        "### src/a.py\n\nIt does a thing.",
        "## File: src/a.py",
    ] {
        assert_eq!(
            whole(&format!("{before}\n\n```python\nx = 1\n```\n")).0,
            "src/a.py",
            "{before}"
        );
    }
    for before in [
        "As `README.md` says:",
        "It is used by src/a.py and src/b.py:",
        "We saw it.",
    ] {
        assert_eq!(
            whole(&format!("{before}\n\n```python\nx = 1\n```\n")).0,
            "snippet-1.py",
            "{before}"
        );
    }
}

#[test]
fn what_looks_like_work_and_is_not_read_says_so() {
    for text in [
        "Done:\n\n```python\n```\n",
        "```diff\n```\n",
        "I changed it:\n\n@@ somewhere\nand more words\n",
        "*** Update the File: x\n\ndiff --git a/x b/x\nnothing follows\n",
    ] {
        let reading = reading(text);
        assert!(
            reading.submission.is_none() && reading.looks_like_work.is_some(),
            "{text} {reading:?}"
        );
    }
    for text in [
        "All done.",
        "I fixed the findings.\n\n- one\n- two\n",
        "The function `f(x)` is right.",
    ] {
        assert_eq!(reading(text).looks_like_work, None, "{text}");
    }
    assert_eq!(unread("`src/a.py`\n```python\n```\n").0, "src/a.py");
}
