//! Lines of prose where code should be: what a model says around its code.

/// Words that begin a statement in one of the languages; a sentence begins with a capital.
const STATEMENT_WORDS: &[&str] = &[
    "and", "as", "case", "class", "const", "def", "del", "elif", "else", "export", "fn", "for",
    "from", "func", "if", "import", "in", "is", "let", "not", "or", "package", "private", "public",
    "return", "static", "use", "using", "var", "while", "with", "yield",
];

/// Words of English sentences that no language with rules has for a keyword.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "the", "of", "to", "that", "these", "those", "you", "your", "we", "our", "it",
    "its", "are", "was", "be", "been", "has", "have", "can", "will", "would", "should", "here",
    "here's", "there", "which", "they", "on", "at", "so", "how", "what", "i", "i've", "let's",
    "now", "also", "above", "below",
];
/// Shortest line that is believed to be a sentence, in words.
const MIN_WORDS: usize = 5;
/// Function words that a sentence has at least.
const MIN_FUNCTION_WORDS: usize = 2;

/// Whether a line is a sentence of English and nothing else. Brackets, operators and quotes that are not part of a word
/// speak against it, so that code is not taken for prose.
pub(crate) fn is_prose(line: &str) -> bool {
    let line = line.trim();
    // A comment begins with one of these, with or without a blank after it.
    let is_comment = line.starts_with(['/', '#', '*']);
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_statement = STATEMENT_WORDS.contains(&first);
    if is_comment || is_statement || line.len() > 1_000 || line.ends_with(['{', '}', ';', '\\']) {
        return false;
    }
    let mut words = 0;
    let mut function_words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let word = word.trim_matches([
            '`', ',', '.', ':', ';', '!', '?', '’', '“', '”', '-', '–', '—',
        ]);
        let plain = word
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '_' | '.' | '/'));
        // Slashes alone begin a comment.
        let is_sign = !word.is_empty() && !word.contains(char::is_alphanumeric);
        if !plain || is_sign {
            return false;
        }
        if word.is_empty() {
            continue;
        }
        words += 1;
        let word = word.to_lowercase().replace('’', "'");
        if FUNCTION_WORDS.contains(&word.as_str()) && !function_words.contains(&word) {
            function_words.push(word);
        }
    }
    words >= MIN_WORDS && function_words.len() >= MIN_FUNCTION_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_prose_and_code_is_not() {
        for line in [
            "Here is the updated file:",
            "Here's the fix you asked for.",
            "This function now checks that the list has an entry, so it can't fail.",
            "I've moved the parser to `src/parser.rs` - the tests are below.",
        ] {
            assert!(is_prose(line), "{line}");
        }
        for line in [
            "",
            "// Check that the value is in the range, so that it can be used.",
            "/// A map of the names that you have.",
            "for key in keys if it is not None and the",
            "public static final int a",
            "const the = a;",
            "export type * from './a'",
            "class Box[T = int]:",
            "from a import b, c as the",
            "the(a, of, to, that, you)",
            "unsigned long long int the",
            "../shared/my config.py",
            "elif you are not here: to = the",
        ] {
            assert!(!is_prose(line), "{line}");
        }
    }
}
