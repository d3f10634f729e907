//! Keeping the machine's paths out of messages.

/// The text with everything that looks like an absolute path of the machine taken out: messages of programs
/// and systems, which a judge's reason may quote, tell more than a client should know.
pub(super) fn without_paths(text: &str) -> String {
    let boundary = |c: char| c.is_whitespace() || "`'\"()[]{}<>,;=:".contains(c);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // A drive letter ends at a colon, which is a boundary otherwise.
        let drive = matches!(rest.as_bytes(), [letter, b':', b'\\' | b'/', next, ..]
            if letter.is_ascii_alphabetic() && *next != b'/');
        let from = if drive { 2 } else { 0 };
        let end = rest[from..]
            .find(boundary)
            .map_or(rest.len(), |end| from + end);
        let word = &rest[..end];
        let rooted = word.starts_with('/')
            && word
                .trim_end_matches(['.', '/'])
                .rfind('/')
                .is_some_and(|at| at > 1);
        // The two slashes of a URL are no root.
        let path = drive || (rooted && !word.starts_with("//"));
        clean.push_str(if path { "<path>" } else { word });
        let after = rest[end..]
            .chars()
            .next()
            .map_or(end, |c| end + c.len_utf8());
        clean.push_str(&rest[end..after]);
        rest = &rest[after..];
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_of_the_machine_out_of_messages() {
        for (text, clean) in [
            (
                "cannot run /usr/bin/codex: no such file",
                "cannot run <path>: no such file",
            ),
            ("open `/home/me/.codex/auth.json`", "open `<path>`"),
            ("at C:\\Users\\me\\x.js (line 3)", "at <path> (line 3)"),
            (
                "see https://example.org/a/b and read/write",
                "see https://example.org/a/b and read/write",
            ),
            (
                "1/2 of the work, and/or a / b",
                "1/2 of the work, and/or a / b",
            ),
            ("ends in /var/tmp/", "ends in <path>"),
            ("src/main.rs stays", "src/main.rs stays"),
        ] {
            assert_eq!(without_paths(text), clean);
        }
    }
}
