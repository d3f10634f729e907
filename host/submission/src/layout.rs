//! Where the fences and the unfenced pieces of work of a text are.

use crate::draft::Drafts;
use crate::note::Notes;
use crate::shape::{self, Block, Out, Place, Scope};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;

/// Each pass can uncover a fence or diff that another one hid; more passes than this only text made to resist needs.
const MAX_PASSES: usize = 12;

/// A fenced code block, as CommonMark (0.31, section 4.5) says.
pub(crate) struct Fence {
    /// The block in the text, its fences included.
    pub(crate) range: Range<usize>,
    /// The info string.
    pub(crate) info: String,
    /// The content, byte for byte but for the indentation and prefixes of what contains the block.
    pub(crate) content: String,
    /// Whether a closing fence ends it.
    pub(crate) closed: bool,
    /// A fence inside it was meant as its content, and would have ended it.
    pub(crate) cut: bool,
}

/// A part of the text that is not prose.
pub(crate) enum Part {
    Fence(Fence),
    /// A piece of work without a fence: the indices of its lines.
    Piece(Range<usize>),
}

/// The lines of a text and what they form.
pub(crate) struct Layout<'a> {
    pub(crate) text: &'a str,
    pub(crate) lines: Vec<&'a str>,
    /// Offset of each line, and the length of the text.
    offsets: Vec<usize>,
    /// In the order of the text.
    pub(crate) parts: Vec<Part>,
}

impl<'a> Layout<'a> {
    /// Reads the text as Markdown, in which work may stand without a fence and fences within HTML blocks.
    pub(crate) fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut offsets = Vec::with_capacity(lines.len() + 1);
        let mut offset = 0;
        offsets.push(0);
        for line in &lines {
            offset += line.len();
            offsets.push(offset);
        }
        let mut layout = Self {
            text,
            lines,
            offsets,
            parts: Vec::new(),
        };
        // Pieces may hold fences, HTML blocks hide them, and fences within fences end them. All of these are painted
        // over, byte for byte, and the text read again.
        let mut masked = text.to_owned();
        let mut diffs: Vec<Range<usize>> = Vec::new();
        let mut cuts: BTreeSet<usize> = BTreeSet::new();
        for pass in 1.. {
            let (mut fences, hidden) = fences(&masked, text);
            let found = layout.find_pieces(&fences, &diffs);
            let inner = if found.is_empty() && hidden.is_empty() {
                layout.inner_fences(&fences, &masked, &mut cuts)
            } else {
                Vec::new()
            };
            if pass == MAX_PASSES || (found.is_empty() && hidden.is_empty() && inner.is_empty()) {
                diffs.sort_by_key(|lines| lines.start);
                // Where the passes end too early, all that follows the first cut may be the rest of it.
                let shifted = cuts.first().copied().filter(|_| !inner.is_empty());
                for fence in &mut fences {
                    let start = fence.range.start;
                    fence.cut = cuts.contains(&start) || shifted.is_some_and(|cut| start >= cut);
                }
                layout.set_parts(fences, diffs);
                break;
            }
            let mut painted = masked.into_bytes();
            for range in hidden {
                painted[range]
                    .iter_mut()
                    .filter(|byte| **byte == b'<')
                    .for_each(|byte| *byte = b'x');
            }
            for lines in &inner {
                painted[layout.offsets[*lines]..layout.offsets[*lines + 1]]
                    .iter_mut()
                    .filter(|byte| matches!(byte, b'`' | b'~'))
                    .for_each(|byte| *byte = b'x');
            }
            for lines in &found {
                painted[layout.offsets[lines.start]..layout.offsets[lines.end]].fill(b'\n');
            }
            diffs.extend(found);
            // Whole lines became line feeds and ASCII became ASCII, so this is lossless.
            masked = String::from_utf8_lossy(&painted).into_owned();
        }
        layout
    }

    /// 1-based number of the line at an offset.
    pub(crate) fn line_number(&self, offset: usize) -> usize {
        self.offsets.partition_point(|start| *start <= offset)
    }

    /// The text before the line at an offset.
    pub(crate) fn before(&self, offset: usize) -> &'a str {
        &self.text[..self.offsets[self.line_number(offset) - 1]]
    }

    /// The lines outside all parts; lines of parts are blank.
    pub(crate) fn outside(&self) -> Vec<&'a str> {
        let mut lines = self.lines.clone();
        for part in &self.parts {
            let taken = match part {
                Part::Piece(lines) => lines.clone(),
                Part::Fence(fence) => self.lines_of(&fence.range),
            };
            lines[taken].fill("\n");
        }
        lines
    }

    fn lines_of(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end.saturating_sub(1).max(range.start);
        self.line_number(range.start) - 1..self.line_number(last).min(self.lines.len())
    }

    fn find_pieces(&self, fences: &[Fence], known: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut taken = vec![false; self.lines.len()];
        for lines in known
            .iter()
            .cloned()
            .chain(fences.iter().map(|fence| self.lines_of(&fence.range)))
        {
            taken[lines].fill(true);
        }
        let mut known_start = vec![false; self.lines.len()];
        known
            .iter()
            .for_each(|lines| known_start[lines.start] = true);
        let block = self.prose(self.lines.len());
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.lines.len() {
            if taken[at] {
                at += 1;
                continue;
            }
            let (mut drafts, mut notes) = (Drafts::default(), Notes::default());
            let mut out = Out {
                drafts: &mut drafts,
                notes: &mut notes,
            };
            let Some(end) = shape::recognise(&block, at, &mut out) else {
                at += 1;
                continue;
            };
            // What was known before stays as it is.
            let end = (at + 1..end).find(|line| known_start[*line]).unwrap_or(end);
            found.push(at..end);
            at = end;
        }
        found
    }

    /// The lines up to `end` as prose.
    pub(crate) fn prose(&self, end: usize) -> Block<'_> {
        Block {
            lines: &self.lines[..end],
            name: None,
            place: Place::InProse,
            scope: Scope::All,
            budget: Cell::new(shape::budget(self.offsets[end])),
        }
    }

    /// Lines of fences that were meant as content of the fence before them; notes the fences that they cut.
    ///
    /// A fence with an info string cannot close one, so where the content of a closed fence holds one, the fence that
    /// closed is that one's. The same holds where a string of several lines is open at the end of the content.
    fn inner_fences(
        &self,
        fences: &[Fence],
        masked: &str,
        cuts: &mut BTreeSet<usize>,
    ) -> Vec<usize> {
        let mut inner = Vec::new();
        let unclosed_end = fences.last().is_some_and(|fence| {
            !fence.closed && fence.info.is_empty() && fence.content.trim().is_empty()
        });
        let mut skipped = false;
        for (index, fence) in fences.iter().enumerate() {
            // What follows a cut fence is known once that one is whole.
            if skipped || !fence.closed {
                continue;
            }
            let lines = self.lines_of(&fence.range);
            let (mark, length) = fence_mark(&masked[fence.range.start..]);
            // A fence that an earlier pass painted over counts no more.
            let unpainted = |line: usize| {
                let range = self.offsets.get(line).zip(self.offsets.get(line + 1));
                let line = range.and_then(|(start, end)| masked.get(*start..*end));
                line.is_some_and(|line| line.contains("```") || line.contains("~~~"))
            };
            let mut numbered = (lines.start + 1..).zip(fence.content.lines());
            let opens_within = numbered.find(|(number, line)| {
                let (inner_mark, inner_length) = fence_mark(line);
                inner_mark == mark && inner_length >= length && has_info(line) && unpainted(*number)
            });
            let opens_within = opens_within.map(|(number, _)| number);
            let last = lines.end.saturating_sub(1);
            let bare = fences
                .get(index + 1)
                .filter(|next| next.info.trim().is_empty());
            let open_text = bare.is_some_and(|next| leaves_string_open(fence, next));
            let is_document = bare.is_some()
                && unclosed_end
                && matches!(
                    fence.info.trim().to_ascii_lowercase().as_str(),
                    "md" | "markdown" | "mdx"
                );
            if let Some(opens) = opens_within {
                inner.extend([opens, last]);
            } else if open_text || is_document {
                inner.push(last);
                inner.push(self.lines_of(&fences[index + 1].range).start);
            } else {
                continue;
            }
            cuts.insert(fence.range.start);
            skipped = true;
        }
        inner
    }

    fn set_parts(&mut self, fences: Vec<Fence>, diffs: Vec<Range<usize>>) {
        let mut parts: Vec<(usize, Part)> = fences
            .into_iter()
            .map(|fence| (fence.range.start, Part::Fence(fence)))
            .collect();
        parts.extend(
            diffs
                .into_iter()
                .map(|lines| (self.offsets[lines.start], Part::Piece(lines))),
        );
        parts.sort_by_key(|(start, _)| *start);
        self.parts = parts.into_iter().map(|(_, part)| part).collect();
    }
}

/// The sign and the length of the fence that a line is; three spaces at most may come before it.
fn fence_mark(line: &str) -> (u8, usize) {
    let bare = line.trim_start_matches(' ');
    match bare.as_bytes().first() {
        Some(mark @ (b'`' | b'~')) if line.len() - bare.len() < 4 => {
            let length = bare.bytes().take_while(|byte| byte == mark).count();
            if length < 3 { (0, 0) } else { (*mark, length) }
        }
        _ => (0, 0),
    }
}

/// Whether a fence's line has an info string of one word, as one that opens a fence has.
fn has_info(line: &str) -> bool {
    let info = line.trim().trim_start_matches(['`', '~']);
    !info.is_empty()
        && info.len() < 60
        && !info.contains('`')
        && info.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '{')
}

/// Whether a string or comment of several lines is open at the end of a fence's content, and ends in that of the next.
fn leaves_string_open(fence: &Fence, next: &Fence) -> bool {
    let odd = |text: &str, quote: &str| text.matches(quote).count() % 2 == 1;
    let over = |quote: &str| odd(&fence.content, quote) && odd(&next.content, quote);
    let commented = || {
        let opens = fence.content.rfind("/*");
        opens.is_some_and(|at| !fence.content[at..].contains("*/")) && next.content.contains("*/")
    };
    over("\"\"\"") || over("'''") || commented()
}

/// The fences of a text whose bytes may be masked, with their content from the original; and the HTML blocks that hide
/// something like a fence.
fn fences(masked: &str, original: &str) -> (Vec<Fence>, Vec<Range<usize>>) {
    let mut fences: Vec<Fence> = Vec::new();
    let mut hidden = Vec::new();
    // End of the last piece of content, while within a fence.
    let mut content_end: Option<usize> = None;
    for (event, range) in Parser::new_ext(masked, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let opening = masked[range.clone()]
                    .find('\n')
                    .map_or(range.end, |end| range.start + end + 1);
                content_end = Some(opening);
                fences.push(Fence {
                    range,
                    info: info.into_string(),
                    content: String::new(),
                    closed: false,
                    cut: false,
                });
            }
            Event::Text(piece) => {
                let (Some(end), Some(fence)) = (&mut content_end, fences.last_mut()) else {
                    continue;
                };
                // The parser turns CRLF to LF by leaving the CR out.
                if original
                    .get(*end..range.start)
                    .is_some_and(|gap| gap.ends_with('\r'))
                {
                    fence.content.push('\r');
                }
                let same = masked.get(range.clone()) == Some(&*piece);
                let text = if same {
                    original.get(range.clone())
                } else {
                    None
                };
                fence.content.push_str(text.unwrap_or(&piece));
                *end = range.end.max(*end);
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(end), Some(fence)) = (content_end.take(), fences.last_mut()) {
                    let tail = masked.get(end..fence.range.end).unwrap_or_default();
                    fence.closed = tail.contains("```") || tail.contains("~~~");
                }
            }
            Event::Start(Tag::HtmlBlock) => {
                let block = &masked[range.clone()];
                if block.contains("```") || block.contains("~~~") {
                    hidden.push(range);
                }
            }
            _ => {}
        }
    }
    (fences, hidden)
}
