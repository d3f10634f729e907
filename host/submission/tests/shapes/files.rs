use super::*;
use gansauditor_submission::Note;

#[test]
fn files_that_a_shell_command_writes_are_whole_files() {
    let body = "import os\nos.system(\"$X\")\n";
    for command in [
        "cat > src/a.py <<'EOF'",
        "cat <<'EOF' > src/a.py",
        "cat <<EOF >src/a.py",
        "mkdir -p src && cat > src/a.py << \"EOF\"",
        "sudo tee src/a.py <<'EOF' > /dev/null",
        "cat <<'EOF' | tee src/a.py",
        "$ cat > 'src/a.py' <<-EOF",
    ] {
        let text = format!("{command}\n{body}EOF\n");
        for text in dressed(&text, &["bash", "sh", "console", "", "shell", "text"]) {
            assert_eq!(whole(&text), ("src/a.py".into(), body.into()), "{text}");
        }
    }
}

#[test]
fn the_rest_of_a_script_is_kept_where_it_does_something() {
    let glue = "```bash\ncd src\ncat > a.py <<'EOF'\nx = 1\nEOF\nchmod +x a.py\npython a.py\n```\n";
    assert_eq!(whole(glue).0, "a.py");
    let script = "```bash\ncat > a.py <<'EOF'\nx = 1\nEOF\ncurl http://x.example | sh\n```\n";
    assert!(
        files(script)
            .iter()
            .any(|file| matches!(&file.content, Content::Whole { text } if text.contains("curl")))
    );
    let named = "`deploy.sh`\n```bash\n#!/bin/sh\ncat > a.py <<'EOF'\nx = 1\nEOF\ncurl http://x.example | sh\n```\n";
    let files = files(named);
    assert_eq!(
        files
            .iter()
            .map(|file| file.path.as_str())
            .collect::<Vec<_>>(),
        ["a.py", "deploy.sh"]
    );
}

#[test]
fn appended_text_follows_what_the_message_holds_and_else_is_a_patch() {
    let append = "```bash\ncat >> a.py <<'EOF'\neval(y)\nEOF\n```\n";
    assert_eq!(new_side(append), ("a.py".into(), "eval(y)\n".into()));
    let both = format!("`a.py`\n```python\nx = 1\n```\n\n{append}");
    assert_eq!(whole(&both), ("a.py".into(), "x = 1\neval(y)\n".into()));
    assert_eq!(
        unread("cat > a.py <<'EOF'\nx = 1\n"),
        ("a.py".into(), Unread::IncompleteEdit)
    );
}

#[test]
fn transcripts_and_logs_are_no_work() {
    for text in [
        "```console\n$ pytest\n2 passed\n$ cat a.py\ndef f(x):\n    return eval(x)\n```\n",
        "```pycon\n>>> def f(x): return eval(x)\n```\n",
        "```text\n2024-01-01 10:00:00 INFO a\n2024-01-01 10:00:00 INFO b\n```\n",
        "```output\nall is well\n```\n",
    ] {
        assert_eq!(files(text), [], "{text}");
        assert_eq!(reading(text).looks_like_work, None, "{text}");
    }
}

#[test]
fn packed_files_are_files() {
    let (a, b) = ("import os\n", "def f(x):\n    return eval(x)\n");
    let line = "=".repeat(48);
    for text in [
        format!("<file path=\"src/a.py\">\n{a}</file>\n<file path=\"src/b.py\">\n{b}</file>\n"),
        format!(
            "<files>\n<file name='src/a.py'>\n{a}</file>\n\n<file name='src/b.py'>\n{b}</file>\n</files>\n"
        ),
        format!(
            "<documents>\n<document index=\"1\">\n<source>src/a.py</source>\n<document_content>\n{a}</document_content>\n</document>\n<document index=\"2\">\n<source>src/b.py</source>\n<document_content>\n{b}</document_content>\n</document>\n</documents>\n"
        ),
        format!("==== File: src/a.py ====\n{a}\n==== File: src/b.py ====\n{b}"),
        format!("==== src/a.py ====\n{a}\n==== src/b.py ====\n{b}"),
        format!("--- FILE: src/a.py ---\n{a}\n--- FILE: src/b.py ---\n{b}--- END FILE ---\n"),
        format!("{line}\nFILE: src/a.py\n{line}\n{a}\n{line}\nFILE: src/b.py\n{line}\n{b}"),
        format!("{line}\nFile: src/a.py\n{line}\n{a}\n\n{line}\nFile: src/b.py\n{line}\n{b}"),
    ] {
        for text in dressed(&text, &["", "text", "xml"]) {
            let files = files(&text);
            let read: Vec<_> = files
                .iter()
                .map(|file| (file.path.as_str(), &file.content))
                .collect();
            let whole = |text: &str| Content::Whole { text: text.into() };
            assert_eq!(
                read,
                [("src/a.py", &whole(a)), ("src/b.py", &whole(b))],
                "{text}"
            );
        }
    }
}

#[test]
fn a_notebook_is_the_code_of_its_cells() {
    let notebook = serde_json::json!({"cells": [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["import os\n", "os.system(x)"]},
    ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    let code = "# %% cell 2\nimport os\nos.system(x)\n";
    let text = serde_json::to_string_pretty(&notebook).unwrap();
    for (path, message) in [
        (
            "nb/a.ipynb",
            format!("`nb/a.ipynb`\n```json\n{text}\n```\n"),
        ),
        (
            "nb/a.ipynb",
            format!("```bash\ncat > nb/a.ipynb <<'EOF'\n{text}\nEOF\n```\n"),
        ),
        (
            "nb/a.ipynb",
            serde_json::json!({"file_path": "nb/a.ipynb", "content": text}).to_string(),
        ),
        ("snippet-1.py", format!("```json\n{text}\n```\n")),
    ] {
        assert_eq!(whole(&message), (path.into(), code.into()), "{message}");
        assert_eq!(
            files(&message)[0]
                .language
                .as_ref()
                .map(|language| language.name()),
            Some("python")
        );
    }
    let diff = "--- a/nb/a.ipynb\n+++ b/nb/a.ipynb\n@@ -1 +1 @@\n-   \"x\"\n+   \"eval(x)\"\n";
    assert_eq!(unread(diff), ("nb/a.ipynb".into(), Unread::Notebook));
    assert_eq!(
        unread("`nb/a.ipynb`\n```json\n{\"cells\": [\n```\n").1,
        Unread::Notebook
    );
}

#[test]
fn line_numbers_come_off_with_a_note() {
    let code = "def f(x):\n\n    return x\n";
    let list = |number: &dyn Fn(usize) -> String| -> String {
        code.lines()
            .zip(9..)
            .map(|(line, index)| format!("{}{line}\n", number(index)))
            .collect()
    };
    for listing in [
        list(&|index| format!("{index:6}\u{2192}")),
        list(&|index| format!("{index}\t")),
        list(&|index| format!("{index:>3} | ")),
        list(&|index| format!("{index}: ")),
    ] {
        let text = format!("```python\n{listing}```\n");
        assert_eq!(whole(&text).1, code, "{text}");
        assert_eq!(reading(&text).notes, [Note::LineNumbers { line: 1 }]);
    }
    let unfenced = format!("`a.py`\n{}\n", list(&|index| format!("{index:6}\u{2192}")));
    assert_eq!(whole(&unfenced), ("a.py".into(), code.into()));
    for data in [
        "```yaml\n1: a\n2: b\n3: c\n```\n",
        "```text\n1. a\n2. b\n```\n",
        "```python\n1\n2\n3\n```\n",
    ] {
        assert!(reading(data).notes.is_empty(), "{data}");
    }
}

#[test]
fn an_absolute_path_below_the_workspace_is_the_relative_file() {
    let limits = Limits {
        root: Some("/work/app".into()),
        ..Limits::default()
    };
    for text in [
        "`/work/app/src/a.py`\n```python\nx = 1\n```\n",
        "```python /work/app/src/a.py\nx = 1\n```\n",
        "cat > /work/app/src/a.py <<'EOF'\nx = 1\nEOF\n",
        "*** Begin Patch\n*** Add File: /work/app/src/a.py\n+x = 1\n*** End Patch\n",
        "{\"file_path\": \"/work/app/src/a.py\", \"content\": \"x = 1\\n\"}\n",
        "--- /work/app/src/a.py\n+++ /work/app/src/a.py\n@@ -1 +1 @@\n-x\n+y\n",
    ] {
        let read = gansauditor_submission::read(text, &limits).unwrap();
        let path = read.submission.unwrap().files()[0].path.clone();
        assert_eq!(path, "src/a.py", "{text}");
        assert_eq!(only(text).0, "work/app/src/a.py", "{text}");
    }
}
