//! Messages: texts with placeholders and links in them.

use super::log::{Component, Message, Rule};

/// Longest filled text, in bytes: a placeholder may repeat an argument any number of times.
const MAX_FILLED: usize = 8 << 10;

/// The plain text of a message; the one it refers to by name when it has none of its own. Empty when there is none.
pub(crate) fn text(message: &Message, described: Option<(&Rule, &Component)>) -> String {
    let by_name = || {
        let id = message.id.some()?;
        let (rule, component) = described?;
        rule.message_strings
            .0
            .get(id)
            .or_else(|| component.global_message_strings.0.get(id))?
            .text
            .some()
    };
    let Some(text) = message.text.some().or_else(by_name) else {
        return String::new();
    };
    let arguments: Vec<&str> = message
        .arguments
        .items
        .iter()
        .map(|argument| argument.as_str())
        .collect();
    without_links(&filled(text, &arguments))
}

/// Puts arguments in the place of `{0}`, `{1}`, …; `{{` and `}}` are braces. Without arguments nothing is replaced: tools
/// that know no placeholders write braces as they are.
fn filled(text: &str, arguments: &[&str]) -> String {
    if arguments.is_empty() {
        return text.to_owned();
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        if filled.len() > MAX_FILLED {
            break;
        }
        let (before, brace) = rest.split_at(at);
        filled.push_str(before);
        let argument = brace
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
            .and_then(|(number, after)| {
                Some((arguments.get(number.parse::<usize>().ok()?)?, after))
            });
        if let Some((argument, after)) = argument {
            filled.push_str(argument);
            rest = after;
        } else {
            // Doubled, or one that belongs to nothing.
            let one = brace.get(..1).unwrap_or_default();
            filled.push_str(one);
            let after = brace.get(1..).unwrap_or_default();
            rest = after.strip_prefix(one).unwrap_or(after);
        }
    }
    filled.push_str(rest);
    filled.truncate(filled.floor_char_boundary(MAX_FILLED));
    filled
}

/// Whether a text has places for names in it, `{name}`: some tools describe a rule by the pattern of its messages.
pub(crate) fn is_template(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        rest.split_once('}').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    })
}

/// Links to other places of the result, `[text](1)`, become their text.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let (before, link) = rest.split_at(middle);
        let target = link
            .get(2..)
            .and_then(|link| link.split_once(')'))
            .filter(|(target, _)| !target.is_empty() && target.chars().all(|c| c.is_ascii_digit()));
        match (before.rsplit_once('['), target) {
            (Some((left, label)), Some((_, after))) => {
                plain.push_str(left);
                plain.push_str(label);
                rest = after;
            }
            _ => {
                plain.push_str(before);
                plain.push_str("](");
                rest = link.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(filled("{0} is {1}, {0}", &["a", "b"]), "a is b, a");
        assert_eq!(filled("{{0}} {0} {7} {x} }", &["a"]), "{0} a {7} {x} }");
        assert_eq!(filled("{0} {name}", &[]), "{0} {name}");
        let long = "x".repeat(1000);
        assert!(filled(&"{0}".repeat(1000), &[&long]).len() <= MAX_FILLED);
        assert!(filled(&"é{0}".repeat(1000), &[&"é".repeat(999)]).len() <= MAX_FILLED);
    }

    #[test]
    fn templates_are_recognised() {
        assert!(is_template("Undefined name `{name}`. {tip}"));
        assert!(!is_template("use {} or { x: 1 } or a } b { c"));
    }

    #[test]
    fn links_to_places_become_their_text() {
        assert_eq!(
            without_links("from [a value](1) to [b](23)."),
            "from a value to b."
        );
        for kept in [
            "a[0](x)",
            "[see](http://x/1)",
            "a](1)b[",
            "](",
            "[x]()",
            "[x](1",
        ] {
            assert_eq!(without_links(kept), kept);
        }
    }
}
