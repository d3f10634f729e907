//! What the edit tools of agents are called with.
//!
//! Claude's Edit, MultiEdit and Write, the text editor tools of Anthropic's API, Gemini's replace and write_file, opencode,
//! Cline and OpenAI's function calls differ in the names of their arguments alone; one table reads all of them.

use super::{Block, Out, Place, Scope, search};
use crate::diff;
use crate::edit::Edit;
use crate::language::Language;
use crate::patch::{Hunk, HunkStart, Patch};
use crate::path;
use crate::submission::Content;
use crate::unread::Unread;
use serde_json::{Map, Value};

/// Deepest nesting of values that is looked into for calls.
const MAX_DEPTH: usize = 12;

const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "filepath",
    "path",
    "target_file",
    "targetFile",
    "absolute_path",
    "file_name",
    "filename",
    "file",
    "relative_path",
    "notebook_path",
];
const OLD: &[&str] = &[
    "old_string",
    "oldString",
    "old_str",
    "oldStr",
    "old_text",
    "oldText",
    "old_content",
    "search",
    "find",
    "old",
];
const NEW: &[&str] = &[
    "new_string",
    "newString",
    "new_str",
    "newStr",
    "new_text",
    "newText",
    "new_content",
    "replace",
    "replacement",
    "new",
];
const WHOLE: &[&str] = &[
    "content",
    "contents",
    "file_text",
    "fileText",
    "code_edit",
    "new_file_content",
    "text",
];
const ALL: &[&str] = &["replace_all", "replaceAll", "all", "allow_multiple"];
const LISTS: &[&str] = &["edits", "replacements", "changes", "operations"];

/// Names that only the arguments of edit calls have; a text with one of them looks like a call.
pub(crate) const SIGNS: &[&str] = &[
    "\"old_string\"",
    "\"new_string\"",
    "\"oldString\"",
    "\"newString\"",
    "\"old_str\"",
    "\"new_str\"",
    "\"file_text\"",
];

/// Reads all calls within a value; says whether there was one.
pub(super) fn read_value(value: &Value, name: Option<&str>, out: &mut Out<'_>) -> bool {
    walk(value, name, 0, out)
}

fn walk(value: &Value, name: Option<&str>, depth: usize, out: &mut Out<'_>) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match value {
        Value::Object(fields) => {
            if read_fields(fields, name, out) {
                return true;
            }
            let mut found = false;
            for value in fields.values() {
                found |= walk(value, name, depth + 1, out);
            }
            found
        }
        Value::Array(values) => {
            let mut found = false;
            for value in values {
                found |= walk(value, name, depth + 1, out);
            }
            found
        }
        Value::String(text) => walk_text(text, name, depth, out),
        _ => false,
    }
}

/// Arguments written out as a text of their own, and commands that hold a patch or write a file.
fn walk_text(text: &str, name: Option<&str>, depth: usize, out: &mut Out<'_>) -> bool {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) && PATHS.iter().any(|path| text.contains(path)) {
        return serde_json::from_str::<Value>(text)
            .is_ok_and(|value| walk(&value, name, depth + 1, out));
    }
    if !text.contains("*** Begin Patch") && !text.contains("<<") && !text.contains("@@") {
        return false;
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let block = Block::new(&lines, name, Place::Alone, Scope::Shell);
    let before = out.drafts.len();
    super::read_block(&block, out);
    out.drafts.len() > before
}

fn text<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| fields.get(*name)?.as_str())
}

fn number(fields: &Map<String, Value>, name: &str) -> Option<u32> {
    let value = fields.get(name)?;
    let number = value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())?;
    u32::try_from(number).ok()
}

/// Reads one call's arguments; says whether they were one.
pub(super) fn read_fields(
    fields: &Map<String, Value>,
    name: Option<&str>,
    out: &mut Out<'_>,
) -> bool {
    let path = text(fields, PATHS)
        .and_then(path::label)
        .or_else(|| name.map(str::to_owned));
    let named = text(fields, PATHS).is_some();
    let language = path.as_deref().and_then(Language::from_path);
    let content = match text(fields, &["command"]) {
        Some("view" | "undo_edit") if named => return true,
        Some("insert") if named => Some(insertion(fields)),
        _ => None,
    };
    let content = content
        .or_else(|| from_list(fields))
        .or_else(|| from_pair(fields, named));
    if let Some(content) = content {
        let is_edit = !matches!(content, Content::Whole { .. } | Content::Patch(_));
        let unread = is_edit && path.is_none() && matches!(content, Content::Edits(_));
        let content = if unread {
            Content::Unread(Unread::IncompleteEdit)
        } else {
            content
        };
        out.drafts.add(path, language, content);
        return true;
    }
    if named && let Some(diff) = text(fields, &["diff", "patch", "unified_diff"]) {
        return read_diff(diff, path.as_deref(), out);
    }
    if let (true, Some(source)) = (
        fields.contains_key("notebook_path"),
        text(fields, &["new_source"]),
    ) {
        let unread = !source.is_empty();
        if unread {
            out.drafts
                .add(path, None, Content::Unread(Unread::Notebook));
        }
        return unread;
    }
    if let (true, Some(text)) = (named, text(fields, WHOLE)) {
        let ranged = fields.contains_key("start_line")
            || fields.contains_key("startLine")
            || fields.contains_key("line");
        // A sketch leaves the rest of the file to the one who applies it.
        let sketched = text.contains("... existing code ...") || text.contains("... rest of ");
        let content = if ranged || sketched {
            Content::Unread(Unread::IncompleteEdit)
        } else {
            Content::Whole {
                text: text.to_owned(),
            }
        };
        out.drafts.add(path, language, content);
        return true;
    }
    false
}

/// A list of replacements of one file.
fn from_list(fields: &Map<String, Value>) -> Option<Content> {
    let list = LISTS.iter().find_map(|name| fields.get(*name))?;
    let parsed;
    let list = match list {
        Value::Array(list) => list,
        Value::String(text) => {
            parsed = serde_json::from_str::<Vec<Value>>(text).ok()?;
            &parsed
        }
        _ => return None,
    };
    // Entries that name files of their own are calls of their own.
    let pairs: Vec<&Map<String, Value>> = list.iter().filter_map(Value::as_object).collect();
    let is_list = !pairs.is_empty()
        && pairs.iter().all(|pair| text(pair, PATHS).is_none())
        && pairs
            .iter()
            .any(|pair| text(pair, OLD).is_some() || text(pair, NEW).is_some());
    is_list.then(|| {
        let edits: Option<Vec<Edit>> = pairs.iter().map(|pair| edit(pair)).collect();
        edits
            .filter(|edits| edits.len() == list.len())
            .map_or(Content::Unread(Unread::IncompleteEdit), replacements)
    })
}

fn from_pair(fields: &Map<String, Value>, named: bool) -> Option<Content> {
    let sure = |names: &[&str]| names.iter().take(7).any(|name| fields.contains_key(*name));
    let (has_old, has_new) = (text(fields, OLD).is_some(), text(fields, NEW).is_some());
    // Plain words such as `old` and `search` are the fields of anything; with a path, and in pairs, they are an edit's.
    let is_edit = (has_old && has_new && (named || sure(OLD)))
        || (sure(OLD) && has_old)
        || (sure(NEW) && has_new && named);
    is_edit.then(|| {
        edit(fields).map_or(Content::Unread(Unread::IncompleteEdit), |edit| {
            replacements(vec![edit])
        })
    })
}

fn edit(fields: &Map<String, Value>) -> Option<Edit> {
    let many = number(fields, "expected_replacements").is_some_and(|count| count > 1);
    let all = ALL
        .iter()
        .filter_map(|name| fields.get(*name))
        .any(|all| all == &Value::Bool(true) || all == "true");
    Some(Edit {
        old: text(fields, OLD)?.to_owned(),
        new: text(fields, NEW)?.to_owned(),
        all: all || many,
    })
}

/// Edits as content: one that replaces nothing holds all of a new file.
pub(super) fn replacements(edits: Vec<Edit>) -> Content {
    match edits.as_slice() {
        [] => Content::Unread(Unread::IncompleteEdit),
        [edit] if edit.old.trim().is_empty() => Content::Whole {
            text: edit.new.clone(),
        },
        _ if edits.iter().any(|edit| edit.old.is_empty()) => {
            Content::Unread(Unread::IncompleteEdit)
        }
        _ => Content::Edits(edits),
    }
}

/// Lines put in after a numbered one.
fn insertion(fields: &Map<String, Value>) -> Content {
    let line = number(fields, "insert_line");
    let lines = text(fields, &["insert_text", "new_str", "text", "content"]);
    let (Some(line), Some(lines)) = (line, lines.filter(|lines| !lines.is_empty())) else {
        return Content::Unread(Unread::IncompleteEdit);
    };
    let at = HunkStart {
        old: line,
        new: line.saturating_add(1),
    };
    let body: String = lines.lines().map(|line| format!("+{line}\n")).collect();
    Patch::new(vec![Hunk::new(Some(at), String::new(), body)], None)
        .map_or(Content::Unread(Unread::IncompleteEdit), Content::Patch)
}

/// A diff of one file, in any form.
fn read_diff(text: &str, path: Option<&str>, out: &mut Out<'_>) -> bool {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let block = Block::new(&lines, path, Place::Alone, Scope::All);
    let before = out.drafts.len();
    if search::is_in(text) || text.contains("*** Begin Patch") {
        super::read_block(&block, out);
    } else {
        diff::read_all(text, path, out.drafts, out.notes);
    }
    if out.drafts.len() == before {
        let unread = Content::Unread(Unread::IncompleteEdit);
        out.drafts.add(path.map(str::to_owned), None, unread);
    }
    true
}
