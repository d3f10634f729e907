//! Telling unfenced code from prose, logs and stack traces.
//!
//! Each line is classed by its shape. Lines of code with few others between them form a run; a run counts as code when
//! it holds a definition with something in it, or several statements.

use crate::language::Language;
use crate::path::cut;
use regex::bytes::{Regex, RegexSet};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Only so much of a line is looked at, in bytes.
const MAX_LINE: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A definition that is complete on its line.
    Complete,
    /// The head of a definition, or an import.
    Head,
    /// A statement.
    Statement,
    /// A comment, a brace or an indented line: code among code, nothing by itself.
    Neutral,
    /// A line of a log or a stack trace.
    Output,
    Prose,
    Blank,
}

/// Patterns of definition heads and imports, with the language that the shape is typical of.
const HEADS: &[(&str, Option<&str>)] = &[
    (r"^(async )?def \w+\s*(\[.*\])?\(.*\)?.*:?$", Some("python")),
    (r"^class \w+(\(.*\))?:", Some("python")),
    (r"^from [\w.]+ import [\w*({]", Some("python")),
    (r"^import [\w.]+( as \w+)?(, ?[\w.]+)*$", Some("python")),
    (
        r"^(pub(\([\w: ]+\))? )?(const )?(async )?(unsafe )?(extern \x22C\x22 )?fn \w+\s*[<(]",
        Some("rust"),
    ),
    (
        r"^(pub(\([\w: ]+\))? )?(struct|enum|trait|impl|mod|union)\b[^.]*[{;]$",
        Some("rust"),
    ),
    (
        r"^impl(<.*>)? [\w:<>, ']+( for [\w:<>, ']+)? \{",
        Some("rust"),
    ),
    (r"^(pub )?use [\w:]+(::[\w{}*, :]+)?;$", Some("rust")),
    (r"^func (\(\w+ [*\w.\[\]]+\) )?\w+(\[.*\])?\(", Some("go")),
    (r"^package \w+$", Some("go")),
    (
        r"^(export )?(default )?(async )?function\s*\*?\s*\w*\s*(<.*>)?\(",
        Some("javascript"),
    ),
    (
        r"^(export )?(const|let|var) [\w{}\[\], $]+(: ?[^=]+)? = (async )?(function\b|\(.*\).*=>|\w+ =>)",
        Some("javascript"),
    ),
    (
        r"^(const|let|var) [\w{}\[\], $]+ = require\(",
        Some("javascript"),
    ),
    (r"^import .* from ['\x22]", Some("javascript")),
    (
        r"^(export )?(declare )?(interface|type) \w+(<.*>)?( extends [\w, <>]+)? ?[{=]",
        Some("typescript"),
    ),
    (
        r"^(export )?(default )?(abstract )?class \w+( extends [\w.]+)?( implements [\w, ]+)? ?\{",
        Some("javascript"),
    ),
    (r"^#\s*include\s*[<\x22]", Some("c")),
    (r"^(using namespace|namespace|template ?<)\b.*", Some("cpp")),
    (
        r"^(static |inline |const |extern |unsigned |signed |struct )*(void|int|char|long|short|float|double|bool|size_t|u?int\d+_t|[A-Z]\w+) ?\*{0,2} ?\w+\([^;]*\)\s*(\{.*)?$",
        Some("c"),
    ),
    (
        r"^(public|private|protected|internal)( static| final| abstract| async| override| virtual| readonly| sealed| synchronized)* [\w<>\[\], ?.]+\(.*\).*(\{.*)?$",
        Some("java"),
    ),
    (
        r"^(public |private |protected |internal )?(static |final |abstract |sealed |partial |data )*(class|interface|enum|record|struct|object) \w+[^.]*\{",
        Some("java"),
    ),
    (r"^(import|package) (static )?[\w.]+(\.\*)?;$", Some("java")),
    (r"^using [\w.]+;$", Some("csharp")),
    (
        r"^(override |private |suspend |inline |internal |public )*fun (<.*> )?(\w+\.)?\w+\(",
        Some("kotlin"),
    ),
    (r"^<\?php\b", Some("php")),
    (r"^#!\s*/\S*\bpython", Some("python")),
    (r"^#!\s*/\S*\b(ba|z|k|da)?sh\b", Some("bash")),
    (r"^\w+\(\) ?\{", None),
    (r"^def \w+[?!]?(\(.*\))?$", Some("ruby")),
    (r"^(module|class) [A-Z]\w*( < [A-Z][\w:]*)?$", Some("ruby")),
    (
        r"(?i)^(create (or replace )?(table|view|function|procedure|index)|alter table|insert into|delete from) .*[(;]",
        Some("sql"),
    ),
    (
        r"(?i)^<(!doctype html|html|script|template)\b",
        Some("html"),
    ),
    (r"^(func|init) ?\w*\(.*\) (throws )?-> .*\{", Some("swift")),
    (r"^defmodule [\w.]+ do$", Some("elixir")),
    (r"^local function \w+\(", Some("lua")),
];

/// Definitions that are complete on their line; a head's pattern fits the line as well.
const COMPLETE: &[&str] = &[
    r"\{.*[\w)\];'\x22].*\}\s*[;)]*$",
    r"\)\s*(->\s*[\w\[\], .|]+)?:\s*\S",
    r"=>\s*[^\s{].*$",
];

const STATEMENTS: &[(&str, Option<&str>)] = &[
    (r"^[\w.\[\]\x22'>*&$@:-]+(<.*>)?\(.*\)[;{,]?$", None),
    (
        r"^[\w.\[\]\x22'>*&$@()-]+ ?([-+*/%|&^]|<<|>>|\?\?|:)?= ?\S.*[;)\]}\x22'\w,({\[]$",
        None,
    ),
    (r"^let (mut )?[\w(), ]+(: ?[^=]+)? = .*", Some("rust")),
    (r"^unsafe ?\{", Some("rust")),
    (
        r"^(const|let|var) [\w{}\[\], $]+(: ?[^=]+)? = .*",
        Some("javascript"),
    ),
    (r"^\w+(, \w+)* := .*", Some("go")),
    (
        r"^(if|for|while|switch|foreach|match|catch|\} ?else|\} ?else if|\} ?catch)\b.*\{$",
        None,
    ),
    (r"^(if|while|elif) [^,.]*[=<>!(\[][^,]*:$", Some("python")),
    (
        r"^(else|try|finally|except( \w+( as \w+)?)?):$",
        Some("python"),
    ),
    (
        r"^for \w+(, ?\w+)* in (\S+|[\w.]+[(\[].*):$",
        Some("python"),
    ),
    (r"^with \S+\(.*\) as \w+:$", Some("python")),
    (r"^(if|for|while|switch) ?\(.*[)};]$", None),
    (r"^return\b *((not|await|new|-|!|&|\*) ?)?[^\s]*;$", None),
    (r"^return\b.*[()\[\]{}+*/<>=.&|;].*[\w)\]}\x22';]$", None),
    (r"^return [\w.]+$", None),
    (r"^(throw|raise|yield|await|delete|assert) \S+.*[;)]$", None),
    (
        r"^(unsigned |const |static )*(void|int|char|long|short|float|double|bool|size_t|auto|String|u?int\d+_t) \*?\w+( ?[=\[].*)?;$",
        Some("c"),
    ),
    (r"^[\w.:<>]+(<.*>)? \w+ = .*;$", None),
    (r"^@\w+(\(.*\))?$", None),
    (r"^(self|this)\.\w+.*=", None),
    (r"^#\[.*\]$", Some("rust")),
    (r"^#\s*(define|ifdef|ifndef|endif|pragma)\b", Some("c")),
    (r"(?i)^(select .* from|update .* set) .*;$", Some("sql")),
    (
        r"^(echo|export|set|rm|cd|curl|eval) [-$\x22'/].*",
        Some("bash"),
    ),
    (r"^(if|while) \[\[? .* \]\]?; (then|do)$", Some("bash")),
    (r"^std::\w+", Some("cpp")),
    (r"^<(/?\w+)( [\w-]+=\x22.*\x22)*/?>", Some("html")),
    (r"^\$\w+ ?(=|->)", Some("php")),
];

const NEUTRALS: &[&str] = &[
    r"^(//|/\*|\*/|#|<!--|--\s|\x22\x22\x22|''')",
    r"^[)}\]{(\[;,]+$",
    r"^(end|fi|done|esac|then|do|pass|break;?|continue;?)$",
];

const OUTPUTS: &[&str] = &[
    r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    r"^\[?\d\d:\d\d:\d\d",
    r"^\[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL|PASS|FAIL|OK)\b[\]:]?\s",
    r"^(error|warning|note|help)(\[\w+\])?:",
    r"^at [\w$.<>\[\] /]+\(.*\)$",
    r"^at .*:\d+(:\d+)?\)?$",
    r"^File \x22.*\x22, line \d+",
    r"^Traceback \(most recent call last\)",
    r"^(Exception in thread|Caused by:|Uncaught |Unhandled |goroutine \d+|panic: |thread '.*' panicked|stack backtrace)",
    r"^\w*(Error|Exception)\b.*:",
    r"^\S+:\d+(:\d+)?: ?(error|warning|note|fatal)",
    r"^-->",
    r"^\d*\s*\|",
    r"^(\$|>>>|\.\.\.|>|PS>|C:\\.*>) ",
    r"^(npm|yarn|pip|cargo|go|git|make|docker|kubectl|python3?|node) [\w-]+",
    r"^(running \d+ tests?|test .* \.\.\. |ok \d|not ok \d|PASS|FAIL|={3,}|-{3,}|\d+ (passing|failing|passed|failed))",
    r"^\d+: +0x|^\d+: [\w:<>]+$",
    r"^\^+",
];

struct Patterns {
    heads: RegexSet,
    complete: RegexSet,
    statements: RegexSet,
    neutrals: RegexSet,
    outputs: RegexSet,
    bullet: Regex,
    sentence: Regex,
}

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants and every test of this file compiles all of them"
)]
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let set = |patterns: &mut dyn Iterator<Item = &str>| {
        // Classes of bytes: no Unicode tables are needed to tell code from prose.
        RegexSet::new(patterns.map(|pattern| format!("(?-u){pattern}"))).expect("constant patterns")
    };
    Patterns {
        heads: set(&mut HEADS.iter().map(|(pattern, _)| *pattern)),
        complete: set(&mut COMPLETE.iter().copied()),
        statements: set(&mut STATEMENTS.iter().map(|(pattern, _)| *pattern)),
        neutrals: set(&mut NEUTRALS.iter().copied()),
        outputs: set(&mut OUTPUTS.iter().copied()),
        bullet: Regex::new(r"(?-u)^([-*+] |\d+[.)] |#{1,6} [A-Z]|> )").expect("constant pattern"),
        // Four plain words running, which comments and strings aside only prose has.
        sentence: Regex::new(r"(?-u)^[A-Za-z']+,? [a-z']+,? [a-z']+,? [a-z']+([ ,.;!?]|$)")
            .expect("constant pattern"),
    }
});

/// Classes a line, and counts into `votes` the languages that its shape is typical of.
fn shape(line: &str, votes: &mut BTreeMap<&'static str, usize>) -> Shape {
    let text = cut(line, MAX_LINE).trim();
    let patterns = &*PATTERNS;
    // A comment or string after the code does not change what the code is, and its words mislead the patterns.
    let bare = text
        .split(" //")
        .next()
        .unwrap_or(text)
        .split("  #")
        .next()
        .unwrap_or(text)
        .trim();
    if text.is_empty() {
        return Shape::Blank;
    }
    let vote =
        |found: Option<&'static str>, weight: usize, votes: &mut BTreeMap<&'static str, usize>| {
            if let Some(name) = found {
                *votes.entry(name).or_default() += weight;
            }
        };
    let head = patterns.heads.matches(bare.as_bytes()).iter().next();
    if let Some(index) = head {
        vote(HEADS[index].1, 3, votes);
        return if patterns.complete.is_match(bare.as_bytes()) {
            Shape::Complete
        } else {
            Shape::Head
        };
    }
    if patterns.outputs.is_match(text.as_bytes()) {
        return Shape::Output;
    }
    if patterns.bullet.is_match(text.as_bytes()) {
        return if text.starts_with(['#', '*']) {
            Shape::Neutral
        } else {
            Shape::Prose
        };
    }
    if patterns.neutrals.is_match(text.as_bytes()) {
        return Shape::Neutral;
    }
    if !patterns.sentence.is_match(bare.as_bytes())
        && let Some(index) = patterns.statements.matches(bare.as_bytes()).iter().next()
    {
        vote(STATEMENTS[index].1, 1, votes);
        return Shape::Statement;
    }
    Shape::Prose
}

/// What was recognised as code.
pub(crate) struct Region {
    /// Indices of its lines.
    pub(crate) lines: Range<usize>,
    /// The language, where it is clear.
    pub(crate) language: Option<Language>,
}

#[derive(Default, Clone)]
struct Run {
    lines: Range<usize>,
    heads: usize,
    complete: usize,
    statements: usize,
    indented: usize,
}

impl Run {
    fn is_code(&self) -> bool {
        let evidence = self.heads + self.statements + self.complete;
        self.complete > 0
            || (self.heads > 0 && (evidence > 1 || self.indented > 0))
            || self.statements >= 3
    }
}

/// The regions of code among lines of prose. Where code makes up most of the lines from the first region to the last
/// line of code, that whole stretch is one region, so that nothing of it is lost.
pub(crate) fn regions(lines: &[&str]) -> Vec<Region> {
    let mut votes = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut run = Run::default();
    // A line of output makes the indented lines after it output.
    let mut after_output = false;
    // Leading comments belong to the code that follows them without a blank line.
    let mut lead: Option<usize> = None;
    let mut in_comment: Option<&str> = None;
    let mut shapes = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let indented = line.starts_with("  ") || line.starts_with('\t');
        let text = cut(line, MAX_LINE).trim();
        let open = !run.lines.is_empty();
        let mut found = if let Some(end) = in_comment {
            if text.contains(end) {
                in_comment = None;
            }
            Shape::Neutral
        } else if after_output && indented {
            Shape::Output
        } else {
            shape(line, &mut votes)
        };
        if found == Shape::Neutral && in_comment.is_none() {
            in_comment = [
                ("/*", "*/"),
                ("\"\"\"", "\"\"\""),
                ("'''", "'''"),
                ("<!--", "-->"),
            ]
            .into_iter()
            .find(|(start, end)| text.starts_with(start) && !text[start.len()..].contains(end))
            .map(|(_, end)| end);
        }
        if found == Shape::Prose && indented && open {
            found = Shape::Neutral;
        }
        after_output = found == Shape::Output || (after_output && found == Shape::Blank);
        shapes.push(found);
        match found {
            Shape::Complete | Shape::Head | Shape::Statement => {
                if !open {
                    run.lines.start = lead.unwrap_or(index);
                }
                run.lines.end = index + 1;
                run.complete += usize::from(found == Shape::Complete);
                run.heads += usize::from(found == Shape::Head);
                run.statements += usize::from(found == Shape::Statement);
            }
            Shape::Neutral if open => {
                run.lines.end = index + 1;
                run.indented += usize::from(indented && !text.starts_with(['#', '*', '/']));
            }
            Shape::Neutral => lead = lead.or(Some(index)),
            Shape::Blank => lead = if in_comment.is_some() { lead } else { None },
            Shape::Output | Shape::Prose => {
                lead = None;
                if open {
                    runs.push(std::mem::take(&mut run));
                }
            }
        }
    }
    if !run.lines.is_empty() {
        runs.push(run);
    }
    let language = clear_winner(&votes);
    let Some(first) = runs
        .iter()
        .find(|run| run.is_code())
        .map(|run| run.lines.start)
    else {
        return Vec::new();
    };
    let last = runs.last().map_or(first, |run| run.lines.end);
    let stretch = &shapes[first..last];
    let foreign = stretch
        .iter()
        .filter(|shape| matches!(shape, Shape::Prose | Shape::Output))
        .count();
    let filled = stretch
        .iter()
        .filter(|shape| **shape != Shape::Blank)
        .count();
    if foreign * 5 <= filled * 2 {
        return vec![Region {
            lines: first..last,
            language,
        }];
    }
    let code = runs.into_iter().filter(Run::is_code);
    code.map(|run| Region {
        language: guess_language(&lines[run.lines.clone()]),
        lines: run.lines,
    })
    .collect()
}

/// The language that lines of code look like, where it is clear.
pub(crate) fn guess_language(lines: &[&str]) -> Option<Language> {
    let mut votes = BTreeMap::new();
    for line in lines.iter().take(400) {
        shape(line, &mut votes);
    }
    clear_winner(&votes)
}

/// Whether most of the lines are those of a log or stack trace, and none defines anything.
pub(crate) fn is_output(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(400).collect();
    let mut votes = BTreeMap::new();
    let shapes: Vec<Shape> = lines.iter().map(|line| shape(line, &mut votes)).collect();
    let count = |wanted: Shape| shapes.iter().filter(|shape| **shape == wanted).count();
    let filled = shapes.len() - count(Shape::Blank);
    count(Shape::Output) * 2 > filled && regions(&lines).is_empty()
}

/// Families whose members look alike: the second is the first with more.
const FAMILIES: &[(&str, &str)] = &[
    ("javascript", "typescript"),
    ("c", "cpp"),
    ("java", "csharp"),
];

fn clear_winner(votes: &BTreeMap<&'static str, usize>) -> Option<Language> {
    let mut votes = votes.clone();
    for (general, special) in FAMILIES {
        if votes.contains_key(special)
            && let Some(generals) = votes.remove(general)
        {
            *votes.entry(special).or_default() += generals;
        }
    }
    let (name, most) = votes.iter().max_by_key(|(_, count)| **count)?;
    let tied = votes
        .iter()
        .any(|(other, count)| other != name && count == most);
    (!tied).then(|| Language::known(name))
}

#[cfg(test)]
mod tests;
