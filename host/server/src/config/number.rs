//! Numbers as the original read them: the longest numeric prefix counts.
//!
//! Environment files in the field carry trailing comments (`86400000  # 24 hours`), which the original's
//! `parseInt` and `parseFloat` read past.

/// A number with what followed it.
#[derive(Debug, PartialEq)]
pub(super) struct Prefix<'a> {
    /// The number.
    pub(super) value: f64,
    /// The text after it, white space trimmed.
    pub(super) rest: &'a str,
}

impl Prefix<'_> {
    /// What follows the number is nothing, or a comment.
    pub(super) fn is_clean(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with('#')
    }
}

/// A whole number at the start of a text, decimal, with an optional sign. `None` where there is none.
pub(super) fn whole(text: &str) -> Option<Prefix<'_>> {
    let text = text.trim();
    let end = sign_end(text) + digits(&text[sign_end(text)..]);
    prefix(text, end)
}

/// A decimal number at the start of a text, with an optional sign, fraction and exponent.
pub(super) fn decimal(text: &str) -> Option<Prefix<'_>> {
    let text = text.trim();
    let start = sign_end(text);
    let mut end = start + digits(&text[start..]);
    if let Some(fraction) = text[end..].strip_prefix('.') {
        end += 1 + digits(fraction);
    }
    if let Some(exponent) = text[end..].strip_prefix(['e', 'E']) {
        let sign = sign_end(exponent);
        let count = digits(&exponent[sign..]);
        if count > 0 {
            end += 1 + sign + count;
        }
    }
    prefix(text, end)
}

fn prefix(text: &str, end: usize) -> Option<Prefix<'_>> {
    let value = text[..end].parse().ok()?;
    Some(Prefix {
        value,
        rest: text[end..].trim(),
    })
}

fn sign_end(text: &str) -> usize {
    usize::from(text.starts_with(['+', '-']))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_like_the_original() {
        for (text, value, rest) in [
            ("25", 25.0, ""),
            ("  -3", -3.0, ""),
            ("+7", 7.0, ""),
            ("86400000  # 24 hours", 86_400_000.0, "# 24 hours"),
            ("30s", 30.0, "s"),
            ("1.9", 1.0, ".9"),
            ("0x10", 0.0, "x10"),
            ("1e3", 1.0, "e3"),
        ] {
            assert_eq!(whole(text), Some(Prefix { value, rest }), "{text:?}");
        }
        for text in ["", " ", "x", "-", "# 3", ".5", "é"] {
            assert_eq!(whole(text), None, "{text:?}");
        }
    }

    #[test]
    fn reads_decimal_numbers_like_the_original() {
        for (text, value, rest) in [
            ("0.95", 0.95, ""),
            (".5", 0.5, ""),
            ("1.", 1.0, ""),
            ("9.8e-1 # near", 0.98, "# near"),
            ("1e", 1.0, "e"),
            ("0.98.2", 0.98, ".2"),
        ] {
            assert_eq!(decimal(text), Some(Prefix { value, rest }), "{text:?}");
        }
        for text in ["", ".", "-", "e5", "nan", "inf", "-."] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }
}
