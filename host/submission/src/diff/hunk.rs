//! The hunks of a diff.

use super::header;
use crate::patch::{Hunk, HunkStart, NO_NEWLINE};
use crate::path::cut;
use crate::shape::Place;

const MAX_HEADING: usize = 200;
/// How many lines ahead a hunk is looked for that goes on after a line without a mark.
const LOOK_AHEAD: usize = 64;

/// What was read at a hunk's header.
pub(super) struct Read {
    /// `None` when no line followed the header.
    pub(super) hunk: Option<Hunk>,
    /// Index of the first line after it.
    pub(super) end: usize,
    /// Whether the header counts other lines than follow it.
    pub(super) miscounted: bool,
}

/// The numbers of a header `@@ -1,2 +3,4 @@ heading`.
pub(super) struct Located<'a> {
    at: HunkStart,
    counts: (u64, u64),
    heading: &'a str,
}

/// Reads a full hunk header.
pub(super) fn located(line: &str) -> Option<Located<'_>> {
    let (ranges, heading) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(u32, u64)> {
        match text.split_once(',') {
            Some((start, count)) => {
                Some((start.parse().ok()?, u64::from(count.parse::<u32>().ok()?)))
            }
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((old, old_count), (new, new_count)) = (range(old)?, range(new)?);
    Some(Located {
        at: HunkStart { old, new },
        counts: (old_count, new_count),
        heading,
    })
}

/// The place that a header with numbers says, and the heading of any header.
pub(super) fn header(line: &str) -> (Option<HunkStart>, String) {
    let found = located(line);
    let heading = found
        .as_ref()
        .map_or_else(|| line.trim_start_matches('@'), |header| header.heading);
    let heading = heading.trim().trim_end_matches('@').trim_end();
    let heading = cut(heading, MAX_HEADING)
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    (found.map(|header| header.at), heading)
}

/// Reads the hunk whose header is `lines[at]`, a full one or just `@@`.
pub(super) fn read(lines: &[&str], at: usize, place: Place) -> Read {
    let line = lines[at];
    let counts = located(line).map(|header| header.counts);
    let (start, heading) = self::header(line);
    let mut body = Body::new(counts, place, line.ends_with("\r\n"));
    let end = body.read(lines, at + 1);
    let miscounted = counts.is_some_and(|counts| counts != (body.old, body.new));
    let hunk = (!body.text.is_empty()).then(|| Hunk::new(start, heading, body.finish()));
    Read {
        hunk,
        end,
        miscounted,
    }
}

/// Reads changed lines that have no header.
pub(super) fn read_bare(lines: &[&str], at: usize) -> Read {
    let mut body = Body::new(None, Place::Alone, false);
    let end = body.read(lines, at).max(at + 1);
    Read {
        hunk: (!body.text.is_empty()).then(|| Hunk::new(None, String::new(), body.finish())),
        end,
        miscounted: false,
    }
}

/// Whether the line is the dashes before the signature of a mail, as `git format-patch` ends.
pub(super) fn is_signature(line: &str) -> bool {
    matches!(line.trim_end_matches(['\n', '\r']), "-- " | "--")
}

/// Whether a line may be an item of a list in prose.
fn is_bullet(line: &str) -> bool {
    matches!(line.as_bytes(), [b'+' | b'-', b' ', next, ..] if *next != b' ')
}

/// Whether a line begins what follows a diff in a log, a mail or a message.
fn ends_hunk(line: &str) -> bool {
    let id = |start: &str| {
        line.strip_prefix(start)
            .is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 7)
    };
    id("commit ")
        || id("From ")
        || [
            "diff ",
            "Index: ",
            "*** ",
            "```",
            "~~~",
            "<<<<<<< SEARCH",
            "------- SEARCH",
            "Only in ",
        ]
        .iter()
        .any(|start| line.starts_with(start))
}

/// The lines of one hunk in the making.
struct Body {
    /// Lines of each side that the header announced.
    announced: Option<(u64, u64)>,
    place: Place,
    /// The diff as a whole was written with CRLF, so each line's CR is the diff's and not the file's.
    crlf: bool,
    text: String,
    old: u64,
    new: u64,
    /// A context line came without its space, so that the first space of others may be their own.
    loose: bool,
    /// Blank lines not yet taken: mail and editors strip the space of a blank context line, but they may as well
    /// stand after the hunk.
    blanks: Vec<&'static str>,
}

impl Body {
    fn new(announced: Option<(u64, u64)>, place: Place, crlf: bool) -> Self {
        Self {
            announced,
            place,
            crlf,
            text: String::new(),
            old: 0,
            new: 0,
            loose: false,
            blanks: Vec::new(),
        }
    }

    /// Takes lines from `lines[at]` on; returns the index of the first line after the hunk.
    fn read(&mut self, lines: &[&str], mut at: usize) -> usize {
        while let Some(line) = lines.get(at).copied() {
            if line.starts_with("@@") || self.at_file_header(lines, at) {
                break;
            }
            let full = self.is_full();
            match line.as_bytes() {
                [b'\\', ..] if self.ends_in_line() => self.text.push_str(NO_NEWLINE),
                _ if line.trim_end_matches(['\n', '\r']).is_empty() => {
                    if full && self.place == Place::InProse {
                        break;
                    }
                    self.blanks.push(if line.ends_with("\r\n") && !self.crlf {
                        " \r\n"
                    } else {
                        " \n"
                    });
                    if self.completes_with_blanks() {
                        self.take_blanks();
                    }
                }
                [mark @ (b' ' | b'+' | b'-'), ..] => {
                    if full
                        && (is_signature(line) || (self.place == Place::InProse && *mark == b' '))
                    {
                        break;
                    }
                    self.take_blanks();
                    self.take(line);
                }
                _ if self.is_context(lines, at) => {
                    self.take_blanks();
                    self.loose = true;
                    self.take(&format!(" {line}"));
                }
                _ => break,
            }
            at += 1;
        }
        at
    }

    /// Whether a line without a mark is context that lost its space: the hunk goes on after it, or its header says so.
    fn is_context(&self, lines: &[&str], at: usize) -> bool {
        if ends_hunk(lines[at]) {
            return false;
        }
        let (full, in_fence) = (self.is_full(), self.place == Place::Alone);
        for (ahead, line) in lines.iter().enumerate().skip(at + 1).take(LOOK_AHEAD) {
            if line.starts_with("@@") || ends_hunk(line) || header::begins_file(lines, ahead) {
                break;
            }
            if line.starts_with(['+', '-']) && !is_signature(line) && (in_fence || !is_bullet(line))
            {
                return true;
            }
            if line.trim().is_empty() && (full || !in_fence) {
                break;
            }
        }
        if in_fence || full {
            return !full;
        }
        // In prose only as many lines as the header announces, with a blank line behind them.
        self.left().is_some_and(|(old, new)| {
            let left = usize::try_from(old).unwrap_or(usize::MAX);
            let ahead = lines[at..].iter().take(LOOK_AHEAD);
            old == new && ahead.take_while(|line| !line.trim().is_empty()).count() == left
        })
    }

    /// The lines. Where some came without their space, an even number of spaces is taken for the code's own.
    fn finish(self) -> String {
        if !self.loose {
            return self.text;
        }
        let mut text = String::with_capacity(self.text.len() + 64);
        for line in self.text.split_inclusive('\n') {
            let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
            if spaces >= 2 && spaces.is_multiple_of(2) {
                text.push(' ');
            }
            text.push_str(line);
        }
        text
    }

    fn take(&mut self, line: &str) {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = if self.crlf {
            content.strip_suffix('\r').unwrap_or(content)
        } else {
            content
        };
        self.text.push_str(content);
        self.text.push('\n');
        self.old += u64::from(!content.starts_with('+'));
        self.new += u64::from(!content.starts_with('-'));
    }

    fn take_blanks(&mut self) {
        for blank in std::mem::take(&mut self.blanks) {
            self.text.push_str(blank);
            self.old += 1;
            self.new += 1;
        }
    }

    fn pending(&self) -> u64 {
        self.blanks.len() as u64
    }

    /// Lines of each side still announced; `None` when nothing was announced, or more came than that.
    fn left(&self) -> Option<(u64, u64)> {
        let (old, new) = self.announced?;
        Some((
            old.checked_sub(self.old + self.pending())?,
            new.checked_sub(self.new + self.pending())?,
        ))
    }

    fn is_full(&self) -> bool {
        self.announced.is_some_and(|(old, new)| {
            self.old + self.pending() >= old && self.new + self.pending() >= new
        })
    }

    fn completes_with_blanks(&self) -> bool {
        self.left() == Some((0, 0))
    }

    fn ends_in_line(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with(NO_NEWLINE)
    }

    /// Whether another file begins here. A removed `-- x` before an added `++ y` looks like its names: that is what it
    /// is when the header announced just these two lines.
    fn at_file_header(&self, lines: &[&str], at: usize) -> bool {
        if !header::begins_file(lines, at) {
            return false;
        }
        let line = lines[at];
        if line.starts_with("diff ") || line.starts_with("Index: ") {
            return true;
        }
        let hunk_follows = lines.get(at + 2).is_some_and(|line| line.starts_with("@@"));
        match self.left() {
            Some((1, 1)) if line.starts_with("--- ") => false,
            Some((old, new))
                if (line.starts_with("--- ") && old > 0)
                    || (line.starts_with("+++ ") && new > 0) =>
            {
                line.starts_with("--- ") && hunk_follows && lines[at + 1].starts_with("+++ ")
            }
            _ => line.starts_with("--- ") && (hunk_follows || self.is_full()),
        }
    }
}
