//! Keeping texts, lists and numbers of an answer within bounds.

use serde::{Serialize, Serializer};

/// The text without control characters, line feeds and tabs excepted, cut at a character boundary to at most
/// `max` bytes, with an ellipsis in place of the rest. What it shows may come from the code under audit:
/// an escape sequence must not reach a terminal.
pub(crate) fn bounded(text: &str, max: usize) -> String {
    let printable = |c: char| {
        if c.is_control() && c != '\n' && c != '\t' {
            ' '
        } else {
            c
        }
    };
    let fits = text.len() <= max;
    let end = if fits {
        text.len()
    } else {
        text.floor_char_boundary(max.saturating_sub('…'.len_utf8()))
    };
    let mut shown: String = text[..end].chars().map(printable).collect();
    if !fits {
        shown.push('…');
    }
    shown
}

/// A list's first items, as many as fit.
pub(crate) struct Fitting<T> {
    /// What fits.
    pub(crate) items: Vec<T>,
    /// How many were left out.
    pub(crate) omitted: usize,
}

/// Takes items in order while there are at most `count` of them and their JSON takes at most `bytes`.
pub(crate) fn fitting<T: Serialize>(
    all: impl IntoIterator<Item = T>,
    count: usize,
    bytes: usize,
) -> Fitting<T> {
    let (mut items, mut omitted, mut left) = (Vec::new(), 0, bytes);
    for item in all {
        // Plain data always serialises; what would not is left out and counted.
        let size = serde_json::to_vec(&item).map_or(usize::MAX, |json| json.len());
        if omitted == 0 && items.len() < count && size <= left {
            left -= size;
            items.push(item);
        } else {
            omitted += 1;
        }
    }
    Fitting { items, omitted }
}

/// A number as a JavaScript program writes it: whole numbers without a fraction, others with at most four
/// decimals. A value that JSON cannot hold becomes the nearest large number, and NaN becomes 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const LARGEST: f64 = 1e11;
        let value = if self.0.is_nan() {
            0.0
        } else {
            self.0.clamp(-LARGEST, LARGEST)
        };
        let value = (value * 1e4).round() / 1e4;
        if value.fract() == 0.0 {
            // Exact: a whole number far within 53 bits.
            serializer.serialize_i64(value as i64)
        } else {
            serializer.serialize_f64(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_whole_numbers_without_a_fraction() {
        let json = |value| serde_json::to_string(&Number(value)).unwrap();
        assert_eq!(json(95.0), "95");
        assert_eq!(json(-0.0), "0");
        assert_eq!(json(1.0 / 3.0), "0.3333");
        assert_eq!(json(f64::NAN), "0");
        assert_eq!(json(f64::INFINITY), "100000000000");
    }

    #[test]
    fn a_list_is_cut_by_count_and_by_size_and_says_how_much_is_missing() {
        let words = ["one", "two", "three"];
        assert_eq!(fitting(words, 2, 100).items, ["one", "two"]);
        assert_eq!(fitting(words, 9, 10).omitted, 1);
        // Nothing after the first that does not fit, so that the order tells what matters most.
        assert_eq!(fitting(["x", "much too long", "y"], 9, 6).items, ["x"]);
    }

    proptest! {
        #[test]
        fn a_bounded_text_is_within_its_bound(text in "[\u{1}-\u{9f}é漢]{0,60}", max in 3usize..80) {
            let cut = bounded(&text, max);
            prop_assert!(cut.len() <= max);
            prop_assert!(!cut.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
            prop_assert!(cut.chars().count() == text.chars().count() || cut.ends_with('…'));
        }
    }
}
