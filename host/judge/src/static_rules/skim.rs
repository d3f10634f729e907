//! Reads a text without a grammar: past its comments and quotes, for brackets and quotes that have no partner and for lines
//! of prose.
//!
//! A grammar that is older than the language stumbles over code that is right. What it stumbles over is held against the
//! code only where this reading, which knows no grammar, finds something that is wrong in any version of the language.

use super::brackets::{Brackets, Fault};
use super::grammar::Grammar;
use super::lexis::Lexis;
use super::prose::is_prose;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Skimmed {
    /// The first bracket or quote without a partner.
    pub(crate) fault: Option<Fault>,
    /// Rows of prose where code should be, from 0; the first few.
    pub(crate) prose: Vec<usize>,
    /// Nothing can be told for certain of brackets and quotes: markup, whose text may hold any of them, or directives
    /// that choose between pieces of code with uneven brackets.
    pub(crate) doubtful: bool,
}

/// Rows of prose that are remembered.
const MAX_PROSE: usize = 5;
/// Reads a text. Linear in its length.
pub(crate) fn skim(text: &str, grammar: Grammar) -> Skimmed {
    let lexis = grammar.lexis();
    let markup = lexis.script && (text.contains("</") || text.contains("/>"));
    let mut reader = Reader {
        text: text.as_bytes(),
        lexis,
        at: 0,
        row: 0,
        brackets: Brackets::default(),
        conditions: Vec::new(),
        found: Skimmed {
            doubtful: markup,
            ..Skimmed::default()
        },
        // In markup, sentences are text to be shown.
        prose_until: if markup {
            text.find('<').unwrap_or(0)
        } else {
            text.len()
        },
    };
    let read = reader.read();
    let Reader {
        brackets,
        mut found,
        row,
        ..
    } = reader;
    found.fault = read.err().or_else(|| brackets.finish(row));
    found
}

/// Where the reading is; `literals` reads past quotes and comments.
pub(super) struct Reader<'t> {
    pub(super) text: &'t [u8],
    pub(super) lexis: &'static Lexis,
    pub(super) at: usize,
    pub(super) row: usize,
    pub(super) brackets: Brackets,
    /// Brackets that were open before each `#if` that is.
    conditions: Vec<usize>,
    found: Skimmed,
    prose_until: usize,
}

impl Reader<'_> {
    /// Reads to the end, or to the first fault, which is the error when it is not one of brackets.
    fn read(&mut self) -> Result<(), Fault> {
        let mut line_start = true;
        while let Some(&byte) = self.text.get(self.at) {
            if std::mem::take(&mut line_start) && self.skips_line() {
                line_start = true;
                continue;
            }
            if self.brackets.failed() {
                return Ok(());
            }
            match byte {
                b'\n' => {
                    self.pass(byte);
                    line_start = true;
                }
                b'(' | b'[' | b'{' => {
                    self.brackets.open(byte, self.row);
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    let closed = self.brackets.close(byte, self.row);
                    self.at += 1;
                    if closed == Some(b'`') {
                        self.template(self.row)?;
                    }
                }
                _ => self.literal(byte)?,
            }
        }
        Ok(())
    }

    /// Passes over a line that holds no code: prose, or a directive and what it leaves out.
    fn skips_line(&mut self) -> bool {
        let line = String::from_utf8_lossy(self.line());
        let trimmed = line.trim_start();
        if self.lexis.directives && trimmed.starts_with('#') {
            let directive = trimmed.trim_start_matches('#').trim().to_owned();
            self.directive(&directive);
            return true;
        }
        if self.at < self.prose_until && is_prose(trimmed) {
            if self.found.prose.len() < MAX_PROSE {
                self.found.prose.push(self.row);
            }
            self.next_line();
            return true;
        }
        false
    }

    fn line(&self) -> &[u8] {
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'\n');
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    fn next_line(&mut self) {
        self.skip_line();
        if self.at < self.text.len() {
            self.pass(b'\n');
        }
    }

    /// Reads a directive. Of the pieces that conditions choose between, the first is read, and of `#if 0` the next.
    fn directive(&mut self, directive: &str) {
        self.past_directive();
        let word: String = directive
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        match word.as_str() {
            "if" | "ifdef" | "ifndef" => {
                self.conditions.push(self.brackets.depth());
                if directive.trim_start_matches("if").trim() == "0" {
                    self.leave_out(true);
                }
            }
            "else" | "elif" | "elifdef" | "elifndef" => {
                self.condition_ends();
                self.leave_out(false);
            }
            "endif" => self.condition_ends(),
            _ => {}
        }
    }

    /// A directive goes on in the next line after a backslash.
    fn past_directive(&mut self) {
        loop {
            let goes_on = self.line().trim_ascii_end().ends_with(b"\\");
            let before = self.at;
            self.next_line();
            if !goes_on || self.at == before {
                return;
            }
        }
    }

    /// A piece with brackets of its own left open, or closed beyond it, makes the rest doubtful: which pieces go together
    /// only the compiler's settings tell.
    fn condition_ends(&mut self) {
        if let Some(depth) = self.conditions.pop()
            && depth != self.brackets.depth()
        {
            self.found.doubtful = true;
        }
    }

    /// Passes over what is left out: up to the next piece, or to the end of the condition.
    fn leave_out(&mut self, to_next_piece: bool) {
        let mut nested = 0_usize;
        while self.at < self.text.len() {
            let line = self.line().trim_ascii();
            let directive = line
                .strip_prefix(b"#")
                .map_or(&b""[..], <[u8]>::trim_ascii_start);
            let (opens, closes) = (
                directive.starts_with(b"if"),
                directive.starts_with(b"endif"),
            );
            let next = directive.starts_with(b"el") && to_next_piece;
            self.next_line();
            match nested {
                0 if closes && to_next_piece => return self.condition_ends(),
                0 if closes || next => return,
                _ => nested = (nested + usize::from(opens)).saturating_sub(usize::from(closes)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Grammar::*;

    fn whole(text: &str, grammar: Grammar) {
        let skimmed = skim(text, grammar);
        assert_eq!(skimmed, Skimmed::default(), "{}:\n{text}", grammar.name());
    }

    #[test]
    fn brackets_in_quotes_and_comments_do_not_count() {
        whole(
            "x = '(' + \"[\" + '''{\n(''' # )\ny = f\"{x['a']}\"\n",
            Python,
        );
        whole(
            "let a = \"(\n\"; // )\nlet b = '('; /* [ /* { */ */ let c: &'static str = r#\"\"(\"#;\nfn f<'a>(x: &'a str) {}\n",
            Rust,
        );
        whole("var a = `(` + \"[\" // {\nvar b = '('\n", Go);
        whole("String a = \"\"\"\n (\n\"\"\"; char b = '\\'';\n", Java);
        whole(
            "const a = /[(]\\//.test(b) / 2 + `(${f(`${c}`)}[`;\n",
            JavaScript,
        );
        whole(
            "auto a = R\"x()\")x\"; int b = 1'000; char c = u8'('; // (\n",
            Cpp,
        );
        whole("#define BEGIN if (1) { \\\n  (\n#error don't\nint a;\n", C);
    }

    #[test]
    fn of_the_pieces_that_directives_choose_between_one_counts() {
        whole("#if 0\nit's ( not code\n#endif\nint a;\n", C);
        whole("#if 0\n(\n#else\nint a;\n#endif\n", C);
        whole(
            "int f(\n#ifdef A\n  int a\n#else\n  long a)\n#endif\n);\n",
            C,
        );
        let uneven = skim("#ifdef __cplusplus\nextern \"C\" {\n#endif\nint a;\n", C);
        assert!(uneven.doubtful);
    }

    #[test]
    fn what_has_no_partner_is_found_with_its_place() {
        for (text, grammar, what, row) in [
            ("def f(:\n    return 1\n", Python, "`(` is never closed", 0),
            ("x = 'abc\ny = 1\n", Python, "`'` is never closed", 0),
            ("fn f() {\n    g();\n", Rust, "`{` is never closed", 0),
            ("fn f() {\n}}\n", Rust, "`}` closes nothing", 1),
            ("let a = \"b;\n", Rust, "`\"` is never closed", 0),
            (
                "f(a[1);\n",
                JavaScript,
                "`)` closes what `[` opened in line 1",
                0,
            ),
            ("a = `b ${c}\n;\n", TypeScript, "``` is never closed", 0),
            ("/* int a;\n", C, "`/*` is never closed", 0),
            ("String a = \"b;\nint c;\n", Java, "`\"` is never closed", 0),
        ] {
            let fault = skim(text, grammar)
                .fault
                .unwrap_or_else(|| panic!("{text}"));
            assert_eq!((fault.what.as_str(), fault.row), (what, row), "{text}");
        }
    }

    #[test]
    fn sentences_between_code_are_found_but_not_those_in_quotes() {
        let text = "Here is the file that you asked for:\nx = 1\n\"\"\"\nThis is a text of the file.\n\"\"\"\n";
        assert_eq!(skim(text, Python).prose, [0]);
        let page = "const a = <p>\n  This is the text of a page that you see.\n</p>;\n";
        assert!(skim(page, Tsx).prose.is_empty());
    }
}
