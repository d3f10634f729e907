//! Numbers on the command line.

use std::fmt::Display;
use std::str::FromStr;

/// What the number of a revision is.
pub(super) const REVISION: &str =
    "the number of a revision, as `gansauditor policy history` shows it";

/// Reads a number within these bounds. For anything else the error says what is expected, in the words of `what`.
pub(super) fn number<T>(
    what: &'static str,
    least: T,
    most: Option<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Copy,
{
    move |text| {
        let number = text.parse().ok();
        let number =
            number.filter(|number| *number >= least && most.is_none_or(|most| *number <= most));
        number.ok_or_else(|| match most {
            Some(most) => format!("expected is {what}, {least} to {most}"),
            None => format!("expected is {what}, {least} or more"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[test]
    fn a_number_is_read_within_its_bounds_and_else_told_what_is_expected() {
        let keep = number("a number of revisions", NonZeroUsize::MIN, None);
        assert_eq!(keep("3"), Ok(NonZeroUsize::MIN.saturating_add(2)));
        for wrong in ["0", "-1", "", "three", "99999999999999999999999"] {
            let expected = "expected is a number of revisions, 1 or more".to_owned();
            assert_eq!(keep(wrong), Err(expected));
        }
        let share = number("a percentage", 0_u8, Some(100));
        assert_eq!((share("0"), share("100")), (Ok(0), Ok(100)));
        for wrong in ["101", "256", "1.5"] {
            assert_eq!(
                share(wrong),
                Err("expected is a percentage, 0 to 100".to_owned())
            );
        }
    }
}
