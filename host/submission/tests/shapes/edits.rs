use super::*;

const CODEX: &str = "*** Begin Patch\n*** Update File: t/d.py\n@@ class A:\n@@ def f(p):\n-    return 1\n+    return eval(p)\n*** End Patch\n";

#[test]
fn the_patch_format_of_codex_is_read_under_any_label() {
    for text in dressed(CODEX, LABELS).into_iter().chain([
        format!("```bash\napply_patch <<'EOF'\n{CODEX}EOF\n```\n"),
        format!("```\nbash -lc \"apply_patch <<'PATCH'\n{CODEX}PATCH\"\n```\n"),
        format!("apply_patch <<'EOF'\n{CODEX}EOF\n"),
        format!(
            "```json\n{}\n```\n",
            serde_json::json!({"command": ["apply_patch", CODEX]})
        ),
        CODEX.replace("*** End Patch\n", ""),
        CODEX.replace("*** Begin Patch\n", ""),
    ]) {
        let (path, content) = only(&text);
        let Content::Patch(patch) = content else {
            panic!("{text}\n{content:?}")
        };
        assert_eq!(path, "t/d.py");
        assert_eq!((patch.hunks().len(), patch.hunks()[0].at), (1, None));
        assert_eq!(patch.hunks()[0].heading, "class A: def f(p):");
        assert!(
            patch
                .new_side()
                .all(|line| line.text == "    return eval(p)\n"),
            "{text}"
        );
    }
}

#[test]
fn a_patch_of_codex_adds_deletes_and_moves_several_files() {
    let text = "*** Begin Patch\n*** Add File: new.py\n+import os\n+\n+eval(x)\n*** Delete File: old.py\n*** Update File: a.py\n*** Move to: b/c.py\n@@\n x = 1\n-y\n+z\n@@ def g():\nno space\n+w\n*** End of File\n*** Update File: m.py\n*** Move to: n.py\n*** End Patch\n";
    for text in dressed(text, LABELS) {
        let files = files(&text);
        let of = |path: &str| &files.iter().find(|file| file.path == path).unwrap().content;
        assert_eq!(
            of("new.py"),
            &Content::Whole {
                text: "import os\n\neval(x)\n".into()
            }
        );
        assert_eq!(
            (of("old.py"), of("a.py")),
            (&Content::Deleted, &Content::Deleted)
        );
        assert_eq!(
            of("n.py"),
            &Content::Renamed {
                from: "m.py".into()
            }
        );
        let Content::Patch(patch) = of("b/c.py") else {
            panic!("{files:?}")
        };
        assert_eq!(
            (patch.base(), patch.hunks().len()),
            (Some("a.py"), 2),
            "{text}"
        );
        let shown: String = patch.new_side().map(|line| line.text).collect();
        assert_eq!(shown, "x = 1\nz\nno space\nw\n");
        assert_eq!(files.len(), 5, "{files:?}");
    }
}

#[test]
fn search_and_replace_blocks_are_edits_in_all_their_forms() {
    let body = "def f(r):\n    return r\n";
    let expected = vec![(
        body.to_owned(),
        "def f(r):\n    return eval(r)\n".to_owned(),
    )];
    let aider = "<<<<<<< SEARCH\ndef f(r):\n    return r\n=======\ndef f(r):\n    return eval(r)\n>>>>>>> REPLACE\n";
    let cline = aider
        .replace("<<<<<<< SEARCH", "------- SEARCH")
        .replace(">>>>>>> REPLACE", "+++++++ REPLACE");
    let roo = aider.replace("SEARCH\n", "SEARCH\n:start_line:3\n-------\n");
    for block in [aider, &cline, &roo] {
        for text in [
            format!("src/r.py\n```python\n{block}```\n"),
            format!("```python\nsrc/r.py\n{block}```\n"),
            format!("```\nsrc/r.py\n{block}```\n"),
            format!("**src/r.py**\n\n```diff\n{block}```\n"),
            format!("src/r.py\n{block}\nDone.\n"),
            format!(
                "<replace_in_file>\n<path>src/r.py</path>\n<diff>\n{block}</diff>\n</replace_in_file>\n"
            ),
            format!(
                "```xml\n<apply_diff>\n<path>src/r.py</path>\n<diff>\n{block}</diff>\n</apply_diff>\n```\n"
            ),
        ] {
            assert_eq!(
                edits(&text),
                ("src/r.py".into(), expected.clone()),
                "{text}"
            );
        }
    }
}

#[test]
fn several_blocks_may_be_of_several_files_and_a_broken_one_is_unread() {
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n");
    let text = format!(
        "```\na.py\n{}\n{}\nb.py\n{}```\n",
        block("x\n", "y\n"),
        block("z\n", "w\n"),
        block("", "new = 1\n")
    );
    let files = files(&text);
    assert_eq!(files.len(), 2);
    assert!(matches!(&files[0].content, Content::Edits(edits) if edits.len() == 2));
    assert_eq!(
        files[1].content,
        Content::Whole {
            text: "new = 1\n".into()
        }
    );
    for text in [
        "a.py\n<<<<<<< SEARCH\nx\n=======\ny\n",
        "a.py\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n",
    ] {
        assert_eq!(
            unread(text),
            ("a.py".into(), Unread::IncompleteEdit),
            "{text}"
        );
    }
}

#[test]
fn a_merge_conflict_in_a_whole_file_stays_its_text() {
    let body = "a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> topic\n";
    assert_eq!(
        whole(&format!("`a.py`\n```python\n{body}```\n")),
        ("a.py".into(), body.into())
    );
}

fn json(value: &serde_json::Value) -> Vec<String> {
    let (flat, pretty) = (
        value.to_string(),
        serde_json::to_string_pretty(value).unwrap(),
    );
    [format!("{flat}\n"), format!("{pretty}\n")]
        .iter()
        .flat_map(|text| dressed(text, &["json", "", "text", "tool"]))
        .collect()
}

#[test]
fn edit_calls_in_json_are_edits() {
    use serde_json::json;
    let arguments = json!({"file_path": "a.py", "old_string": "x", "new_string": "eval(y)"});
    for value in [
        arguments.clone(),
        json!({"name": "Edit", "input": arguments}),
        json!({"type": "tool_use", "id": "1", "name": "Edit", "input": arguments}),
        json!([{"type": "function", "function": {"name": "edit", "arguments": arguments.to_string()}}]),
        json!({"tool_calls": [{"function": {"name": "edit", "arguments": arguments.to_string()}}]}),
        json!({"file_path": "a.py", "edits": [{"old_string": "x", "new_string": "eval(y)"}]}),
        json!({"command": "str_replace", "path": "a.py", "old_str": "x", "new_str": "eval(y)"}),
        json!({"filePath": "a.py", "oldString": "x", "newString": "eval(y)"}),
        json!({"path": "a.py", "edits": [{"oldText": "x", "newText": "eval(y)"}]}),
        json!({"file_path": "a.py", "old_string": "x", "new_string": "eval(y)", "expected_replacements": 1}),
    ] {
        for text in json(&value) {
            assert_eq!(
                edits(&text),
                ("a.py".into(), vec![("x".into(), "eval(y)".into())]),
                "{text}"
            );
        }
    }
}

#[test]
fn calls_that_write_files_are_whole_files() {
    use serde_json::json;
    for value in [
        json!({"file_path": "a.py", "content": "eval(y)\n"}),
        json!({"command": "create", "path": "a.py", "file_text": "eval(y)\n"}),
        json!({"tool": "write_file", "args": {"file_path": "a.py", "content": "eval(y)\n"}}),
        json!({"file_path": "a.py", "old_string": "", "new_string": "eval(y)\n"}),
    ] {
        for text in json(&value) {
            assert_eq!(whole(&text), ("a.py".into(), "eval(y)\n".into()), "{text}");
        }
    }
    let insert =
        json!({"command": "insert", "path": "a.py", "insert_line": 3, "insert_text": "eval(y)"});
    assert_eq!(
        new_side(&insert.to_string()),
        ("a.py".into(), "eval(y)\n".into())
    );
}

#[test]
fn incomplete_calls_are_unread_and_other_json_is_data() {
    for (text, path) in [
        (r#"{"file_path": "a.py", "old_string": "x"}"#, "a.py"),
        (
            r#"{"file_path": "a.py", "old_string": "x", "new_string": "ev"#,
            "a.py",
        ),
        (
            "{\n  \"file_path\": \"a.py\",\n  \"old_string\": \"x\",\n  \"new_string\": \"unfinished\n}",
            "a.py",
        ),
        (
            r#"{"old_string": "x", "new_string": "eval(y)"}"#,
            "snippet-1.txt",
        ),
        (
            r#"{"path": "a.py", "start_line": 3, "content": "eval(y)"}"#,
            "a.py",
        ),
        (
            r#"{"target_file": "a.py", "code_edit": "// ... existing code ...\neval(y)"}"#,
            "a.py",
        ),
        (
            r#"{"notebook_path": "a.ipynb", "new_source": "eval(y)"}"#,
            "a.ipynb",
        ),
    ] {
        let (read, why) = unread(&format!("```json\n{text}\n```\n"));
        assert_eq!(read, path, "{text}");
        assert!(
            matches!(why, Unread::IncompleteEdit | Unread::Notebook),
            "{text}"
        );
    }
    for text in [
        "{\"old\": 1, \"new\": 2}",
        "[{\"search\": \"x\", \"name\": \"y\"}]",
        "{\"threshold\": 10}",
    ] {
        assert!(
            matches!(
                only(&format!("```json\n{text}\n```\n")).1,
                Content::Whole { .. }
            ),
            "{text}"
        );
    }
    let named = "`data/a.json`\n```json\n{\"path\": \"a.py\", \"content\": \"x\"}\n```\n";
    assert_eq!(whole(named).0, "data/a.json");
}

#[test]
fn edit_calls_in_xml_are_read() {
    let invoke = "<function_calls>\n<invoke name=\"Edit\">\n<parameter name=\"file_path\">a.py</parameter>\n<parameter name=\"old_string\">x</parameter>\n<parameter name=\"new_string\">eval(y)</parameter>\n</invoke>\n</function_calls>\n";
    for text in dressed(invoke, &["xml", "", "text"]) {
        assert_eq!(
            edits(&text),
            ("a.py".into(), vec![("x".into(), "eval(y)".into())]),
            "{text}"
        );
    }
    let write = "<write_to_file>\n<path>a.py</path>\n<content>\nif a < b:\n    eval(y)\n</content>\n</write_to_file>\n";
    let roo = "<write_to_file>\n<args>\n<file>\n<path>a.py</path>\n<content>\nif a < b:\n    eval(y)\n</content>\n</file>\n</args>\n</write_to_file>\n";
    for text in dressed(write, &["xml", "", "html"])
        .into_iter()
        .chain(dressed(roo, &["xml"]))
    {
        assert_eq!(
            whole(&text),
            ("a.py".into(), "if a < b:\n    eval(y)\n".into()),
            "{text}"
        );
    }
    let cut = "<write_to_file>\n<path>a.py</path>\n<content>\neval(y)\n";
    assert_eq!(unread(cut).1, Unread::IncompleteEdit);
}
