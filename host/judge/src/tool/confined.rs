//! Paths of a submission that may be written in a folder.

/// The parts of a path below the folder, or why it may not be written there.
///
/// Labels come from clients. What is refused would leave the folder, mean another file on another system, or be obeyed by
/// a program that is only to read: git runs commands that a `.git/config` names.
pub(crate) fn confined(path: &str) -> Result<Vec<&str>, &'static str> {
    let drive = |path: &str| {
        let mut chars = path.chars();
        chars
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && chars.next() == Some(':')
    };
    if path.starts_with('/') {
        return Err("absolute path");
    }
    if drive(path) {
        return Err("path with a drive");
    }
    if path.contains('\\') {
        return Err("path with a backslash");
    }
    if path.contains(char::is_control) {
        return Err("path with a control character");
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.contains(&"..") {
        return Err("path with `..`");
    }
    if parts.iter().any(|part| part.eq_ignore_ascii_case(".git")) {
        return Err("path into `.git`");
    }
    if parts.is_empty() || path.ends_with('/') {
        return Err("not a path of a file");
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_are_allowed() {
        assert_eq!(confined("./a//b.py"), Ok(vec!["a", "b.py"]));
        assert_eq!(confined("a/..b/c..d"), Ok(vec!["a", "..b", "c..d"]));
        for path in [
            "",
            ".",
            "a/",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a/..",
            "C:a",
            "c:\\a",
            "a\\b",
            "a\0b",
            "a\nb",
            ".git/config",
            "a/.GIT/hooks/x",
        ] {
            assert!(confined(path).is_err(), "{path:?}");
        }
    }
}
