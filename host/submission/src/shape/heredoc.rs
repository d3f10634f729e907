//! Files that a shell command writes: `cat > FILE <<'EOF'`, `tee FILE <<EOF` and their like.

use super::{Block, Out};
use crate::diff;
use crate::draft::Draft;
use crate::language::Language;
use crate::patch::{Hunk, Patch};
use crate::path;
use crate::submission::Content;
use crate::unread::Unread;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Longest command that is looked at, in bytes.
const MAX_COMMAND: usize = 1000;

struct Patterns {
    start: Regex,
    word: Regex,
    redirect: Regex,
    tee: Regex,
}

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants and every test of this file compiles all of them"
)]
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).expect("constant pattern");
    Patterns {
        // A prompt, `sudo` or other commands may come before; prose may not.
        start: pattern(
            r"(?-u)^\s*([$#%>] +)?(([\w./~$-]+|'[^']*'|\x22[^\x22]*\x22)[ =]+)*?([^`]*(&&|;|\|) *)?(sudo +(-\S+ +)*)?(cat|tee)\b",
        ),
        word: pattern(r"(?-u)<<(-?) *([\\'\x22]?)([A-Za-z_][\w.-]*)"),
        redirect: pattern(
            r"(?-u)(^|[^<>&0-9=-])>(>?)\|? *('[^']+'|\x22[^\x22]+\x22|[^\s'\x22<>|;&()]+)",
        ),
        tee: pattern(
            r"(?-u)\btee((?: +-{1,2}[\w-]+)*) +('[^']+'|\x22[^\x22]+\x22|[^\s'\x22<>|;&()]+)",
        ),
    }
});

/// What a command says of the file it writes.
struct Command {
    path: String,
    appends: bool,
    /// The word that ends the text.
    word: String,
    /// Tabs before the lines are no part of the text.
    strips_tabs: bool,
    /// The shell leaves the text as it is.
    quoted: bool,
}

fn command(line: &str) -> Option<Command> {
    if !line.contains("<<") || line.contains("<<<") || line.len() > MAX_COMMAND {
        return None;
    }
    let bytes = line.as_bytes();
    if !PATTERNS.start.is_match(bytes) {
        return None;
    }
    let found = PATTERNS.word.captures(bytes)?;
    let group = |index: usize| {
        found
            .get(index)
            .map(|part| String::from_utf8_lossy(part.as_bytes()).into_owned())
    };
    let (target, appends) = if let Some(tee) = PATTERNS.tee.captures(bytes) {
        let options = tee.get(1).map_or(&b""[..], |part| part.as_bytes());
        (
            tee.get(2)?.as_bytes(),
            options.windows(2).any(|pair| pair == b"-a"),
        )
    } else {
        let redirect = PATTERNS.redirect.captures(bytes)?;
        (
            redirect.get(3)?.as_bytes(),
            redirect.get(2).is_some_and(|part| !part.is_empty()),
        )
    };
    let target = String::from_utf8_lossy(target);
    let target = target.trim_matches(['\'', '"']);
    if target.starts_with("/dev/") {
        return None;
    }
    Some(Command {
        path: path::label(target)?,
        appends,
        word: group(3)?,
        strips_tabs: group(1).is_some_and(|dash| !dash.is_empty()),
        quoted: group(2).is_some_and(|quote| !quote.is_empty()),
    })
}

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let command = command(block.line(at))?;
    let language = Language::from_path(&command.path);
    // A transcript shows the shell's second prompt before each line.
    let prompted =
        block.line(at).trim_start().starts_with("$ ") && block.line(at + 1).starts_with("> ");
    let bare = |line: &'_ str| -> String {
        let line = if prompted {
            line.strip_prefix("> ")
                .or(line.strip_prefix('>'))
                .unwrap_or(line)
        } else {
            line
        };
        let line = if command.strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        line.to_owned()
    };
    let end = block.find(at + 1, usize::MAX, |line| {
        bare(line).trim_end() == command.word
    });
    let Some(end) = end else {
        out.drafts.add(
            Some(command.path),
            language,
            Content::Unread(Unread::IncompleteEdit),
        );
        return Some(block.lines.len());
    };
    let mut text: String = block.lines[at + 1..end]
        .iter()
        .map(|line| bare(line))
        .collect();
    if !command.quoted {
        text = text
            .replace("\\$", "$")
            .replace("\\`", "`")
            .replace("\\\\", "\\");
    }
    let is_patch = language
        .as_ref()
        .is_some_and(|language| language.name() == "diff");
    if is_patch && diff::has_headers(&text) {
        diff::read_all(&text, None, out.drafts, out.notes);
    } else if command.appends {
        let body: String = text.lines().map(|line| format!("+{line}\n")).collect();
        let hunk = Hunk::new(None, String::new(), body);
        if let Ok(patch) = Patch::new(vec![hunk], None) {
            let mut draft = Draft::new(Some(command.path), language, Content::Patch(patch));
            draft.appends = true;
            out.drafts.push(draft);
        }
    } else {
        out.drafts
            .add(Some(command.path), language, Content::Whole { text });
    }
    Some(end + 1)
}

/// Whether a line of a shell script, beside the heredocs in it, only runs, lists or fetches things: it is no work.
pub(crate) fn is_glue(line: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let quiet = [
        "#",
        "cd ",
        "mkdir ",
        "chmod ",
        "python ",
        "python3 ",
        "pytest",
        "npm ",
        "npx ",
        "yarn ",
        "pnpm ",
        "node ",
        "cargo ",
        "go ",
        "make",
        "git ",
        "ls",
        "cat ",
        "pwd",
        "set -",
        "apply_patch",
        "bash -lc",
        "EOF",
        "PATCH",
        "touch ",
        "pip ",
        "uv ",
        "ruff ",
        "mypy ",
        "sh ",
        "bash ",
        "./",
        "echo ",
        "head ",
        "tail ",
        "grep ",
        "diff ",
        "docker ",
    ];
    line.is_empty()
        || line
            .bytes()
            .all(|byte| matches!(byte, b')' | b'"' | b'\'' | b'}' | b'{' | b'(' | b'\\'))
        || (quiet.iter().any(|start| line.starts_with(start))
            && !line.contains(['>', '|', '`'])
            && ![" -c ", " -e ", "$("]
                .iter()
                .any(|code| line.contains(code))
            && line.len() < 300)
}
