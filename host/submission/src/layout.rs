//! Where the fences and the unfenced diffs of a text are.

use crate::diff;
use crate::draft::Drafts;
use crate::note::Notes;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Each pass can uncover a fence or diff that another one hid; more passes than this only text made to resist needs.
const MAX_PASSES: usize = 4;

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
}

/// A part of the text that is not prose.
pub(crate) enum Part {
    Fence(Fence),
    /// An unfenced diff: the indices of its lines.
    Diff(Range<usize>),
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
    /// Reads the text as Markdown, in which diffs may stand without a fence and fences within HTML blocks.
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
        // Diffs may hold fences and HTML blocks hide them. Both are painted over, byte for byte, and the text read again.
        let mut masked = text.to_owned();
        let mut diffs: Vec<Range<usize>> = Vec::new();
        for pass in 1.. {
            let (fences, hidden) = fences(&masked, text);
            let found = layout.find_diffs(&fences, &diffs);
            if pass == MAX_PASSES || (found.is_empty() && hidden.is_empty()) {
                diffs.sort_by_key(|lines| lines.start);
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
                Part::Diff(lines) => lines.clone(),
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

    fn find_diffs(&self, fences: &[Fence], known: &[Range<usize>]) -> Vec<Range<usize>> {
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
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.lines.len() {
            if taken[at] || !diff::begins(&self.lines, at) {
                at += 1;
                continue;
            }
            let end = diff::read_in_prose(
                &self.lines,
                at,
                &mut Drafts::default(),
                &mut Notes::default(),
            );
            // What was known before stays as it is.
            let end = (at + 1..end).find(|line| known_start[*line]).unwrap_or(end);
            found.push(at..end);
            at = end;
        }
        found
    }

    fn set_parts(&mut self, fences: Vec<Fence>, diffs: Vec<Range<usize>>) {
        let mut parts: Vec<(usize, Part)> = fences
            .into_iter()
            .map(|fence| (fence.range.start, Part::Fence(fence)))
            .collect();
        parts.extend(
            diffs
                .into_iter()
                .map(|lines| (self.offsets[lines.start], Part::Diff(lines))),
        );
        parts.sort_by_key(|(start, _)| *start);
        self.parts = parts.into_iter().map(|(_, part)| part).collect();
    }
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
