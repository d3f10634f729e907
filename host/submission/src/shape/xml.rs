//! Edit calls written out as XML: Cline's and Roo's elements, and Anthropic's `invoke`.

use super::{Block, Out, call};
use crate::submission::Content;
use crate::unread::Unread;
use serde_json::{Map, Value};

/// Elements that are calls of edit tools.
const CALLS: &[&str] = &[
    "replace_in_file",
    "write_to_file",
    "apply_diff",
    "insert_content",
    "search_and_replace",
    "edit_file",
    "write_file",
    "create_file",
    "str_replace_editor",
    "str_replace_based_edit_tool",
    "str_replace",
    "invoke",
    "edit",
    "multi_edit",
    "write",
    "replace",
];
/// Elements around the arguments of a call.
const WRAPPERS: &[&str] = &["args", "arguments", "parameters", "file", "input"];

/// Most tags of one call that are looked at.
const MAX_SEARCHES: usize = 200;

/// The name of the element that a line opens, without Anthropic's prefix.
fn opened(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('<')?;
    let inner = inner.strip_prefix("antml:").unwrap_or(inner);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    inner[end..]
        .starts_with(['>', ' '])
        .then_some(&inner[..end])
}

fn closes(line: &str, name: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let bare = rest.strip_prefix("antml:").unwrap_or(rest);
        if bare
            .strip_prefix(name)
            .is_some_and(|after| after.starts_with('>'))
        {
            return true;
        }
    }
    false
}

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let name = opened(block.line(at)).filter(|name| CALLS.contains(name))?;
    // One of these words as an element of something else has no path in it.
    let shows_path = |line: &str| line.contains("path") || line.contains("file");
    let attributed = name == "invoke" && !block.line(at).contains("name=");
    block.find(at, 8, shows_path).filter(|_| !attributed)?;
    let again = |line: &str| opened(line) == Some(name);
    let closing = (at..block.lines.len()).find(|index| {
        closes(block.line(*index), name) || (*index > at && again(block.line(*index)))
    });
    let end = match closing {
        Some(end) if closes(block.line(end), name) => end + 1,
        stop => {
            let unread = Content::Unread(Unread::IncompleteEdit);
            out.drafts.add(block.name.map(str::to_owned), None, unread);
            return Some(stop.unwrap_or(block.lines.len()));
        }
    };
    let text = block.lines[at..end].concat();
    let mut calls = Vec::new();
    fields(inner(&text, name), name == "invoke", &mut calls, 0);
    let before = out.drafts.len();
    let mut understood = false;
    for call in &calls {
        understood |= call::read_fields(call, block.name, out);
    }
    // A call that only reads files is no work.
    let is_edit = calls.iter().any(|call| {
        [
            "diff",
            "content",
            "search",
            "replace",
            "old_string",
            "new_string",
            "old_str",
            "new_str",
            "file_text",
        ]
        .iter()
        .any(|key| call.contains_key(*key))
    });
    if !understood && is_edit && out.drafts.len() == before {
        let path = calls
            .iter()
            .find_map(|call| call.get("path").or_else(|| call.get("file_path"))?.as_str());
        let path = path
            .and_then(crate::path::label)
            .or_else(|| block.name.map(str::to_owned));
        out.drafts
            .add(path, None, Content::Unread(Unread::IncompleteEdit));
    }
    Some(end)
}

/// What is between the tags of an element that the text consists of.
fn inner<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find('>').map_or(0, |at| at + 1);
    let end = text
        .rfind(&format!("/{name}>"))
        .or_else(|| text.rfind(&format!(":{name}>")));
    let end = end
        .and_then(|end| text[..end].rfind('<'))
        .unwrap_or(text.len());
    text.get(start..end).unwrap_or_default()
}

/// The elements within a call as fields; each element around a file's arguments makes a call of its own.
fn fields(text: &str, parameters: bool, calls: &mut Vec<Map<String, Value>>, depth: usize) {
    let mut own = Map::new();
    let mut rest = text;
    // Each tag that nothing closes costs a search of the rest.
    let mut searches = 0;
    while let Some(at) = rest.find('<').filter(|_| searches < MAX_SEARCHES) {
        searches += 1;
        rest = &rest[at..];
        let Some(tag_end) = rest.find('>') else { break };
        let tag = rest[1..tag_end].trim_start_matches("antml:");
        let name = tag.split(' ').next().unwrap_or_default();
        let after = &rest[tag_end + 1..];
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            rest = &rest[1..];
            continue;
        }
        // Texts may hold any tags, their own as well: they end at the last one, parameters at the next.
        let close = format!("/{name}>");
        let found = if parameters || WRAPPERS.contains(&name) {
            after.find(&close)
        } else {
            after.rfind(&close)
        };
        let Some(close_at) = found.or_else(|| after.find(&format!(":{name}>"))) else {
            rest = &rest[1..];
            continue;
        };
        let value = &after[..after[..close_at].rfind('<').unwrap_or(close_at)];
        rest = &after[close_at + close.len()..];
        let key = if parameters && name == "parameter" {
            attribute(tag).unwrap_or(name)
        } else {
            name
        };
        if WRAPPERS.contains(&key) && value.contains('<') && depth < 4 {
            fields(value, false, calls, depth + 1);
        } else {
            own.entry(key.to_owned())
                .or_insert_with(|| Value::String(trimmed(value).to_owned()));
        }
    }
    if !own.is_empty() {
        calls.push(own);
    }
}

fn attribute(tag: &str) -> Option<&str> {
    let (_, value) = tag.split_once("name=")?;
    value
        .trim_start_matches(['"', '\''])
        .split(['"', '\''])
        .next()
}

/// A text without the line ends next to its tags.
fn trimmed(value: &str) -> &str {
    value
        .strip_prefix('\n')
        .or_else(|| value.strip_prefix("\r\n"))
        .unwrap_or(value)
}
