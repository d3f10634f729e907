//! Paths as tools write them: URIs, paths of this system, paths of Windows.

/// A path of a log, `.` and `..` worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogPath {
    /// Below the folder the tool ran in.
    Relative(Vec<String>),
    /// From the root of this system.
    Absolute(Vec<String>),
    /// On a drive of Windows, whose letter with its colon comes first, in lower case.
    Drive(Vec<String>),
}

impl LogPath {
    /// Reads a path or the URI of a file, percent-encoding aside; `None` for what no file of a submission can have.
    pub(super) fn of(uri: &str) -> Option<Self> {
        let uri = uri.replace('\\', "/");
        let path = match scheme(&uri) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
                match rest.strip_prefix("//") {
                    // A drive where the authority should be: a common slip.
                    Some(rest) if drive(rest).is_some() => rest,
                    // The authority is this machine or left out.
                    Some(rest) => {
                        let (host, _) = rest.split_once('/')?;
                        if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                            return None;
                        }
                        rest.get(host.len()..)?
                    }
                    None => rest,
                }
            }
            // A path may have a colon in it; no file has the path of another scheme's URI.
            _ => uri.as_str(),
        };
        // `\\?\C:\...`: how Windows writes long paths.
        let path = path.strip_prefix("//?/").unwrap_or(path);
        let in_uri = path.trim_start_matches('/');
        match drive(path).or_else(|| drive(in_uri)) {
            Some((letter, rest)) if rest.starts_with('/') => {
                let mut parts = parts(rest)?;
                parts.insert(0, format!("{letter}:"));
                Some(Self::Drive(parts))
            }
            // Relative to where that drive is.
            Some((_, rest)) => parts(rest).map(Self::Relative),
            None if path.starts_with('/') => parts(path).map(Self::Absolute),
            None => parts(path).map(Self::Relative),
        }
    }
}

/// A reference from a base. One that is absolute stands for itself.
pub(super) fn joined(base: Option<&str>, uri: &str) -> String {
    let is_absolute = uri.starts_with(['/', '\\']) || scheme(uri).is_some() || drive(uri).is_some();
    match base {
        Some(base) if !is_absolute => {
            format!("{}/{uri}", base.trim_end_matches(['/', '\\']))
        }
        _ => uri.to_owned(),
    }
}

/// The parts of a path with forward slashes, `.` and `..` worked out; `None` when it leads above its beginning.
pub(super) fn parts(path: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part.to_owned()),
        }
    }
    Some(parts)
}

/// The scheme of a URI, and what follows it. One letter is a drive.
fn scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some((scheme, rest))
}

/// The letter of a drive, in lower case, and what follows its colon. Old URIs have a bar for the colon.
fn drive(path: &str) -> Option<(char, &str)> {
    let letter = path.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = path.get(1..)?.strip_prefix([':', '|'])?;
    Some((letter.to_ascii_lowercase(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(parts: &str) -> Vec<String> {
        parts.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_way_to_write_a_drive_is_one_path() {
        for uri in [
            r"C:\work\src\a.py",
            r"c:\work\.\x\..\src\a.py",
            "C:/work/src/a.py",
            r"C:\work/src\a.py",
            "/C:/work/src/a.py",
            "file:///C:/work/src/a.py",
            "file:///c|/work/src/a.py",
            "file:/C:/work/src/a.py",
            "file:C:/work/src/a.py",
            "file://C:/work/src/a.py",
            r"file://C:\work\src\a.py",
            "file://localhost/C:/work/src/a.py",
            r"\\?\C:\work\src\a.py",
        ] {
            let path = LogPath::Drive(list("c: work src a.py"));
            assert_eq!(LogPath::of(uri), Some(path), "{uri}");
        }
        let relative = Some(LogPath::Relative(list("src a.py")));
        assert_eq!(LogPath::of(r".\src\a.py"), relative);
        assert_eq!(LogPath::of(r"C:src\a.py"), relative);
        let share = Some(LogPath::Absolute(list("host share a.py")));
        assert_eq!(LogPath::of(r"\\host\share\a.py"), share);
        for nothing in [r"C:\..\a.py", r"..\a.py", "file://host/C:/a.py"] {
            assert_eq!(LogPath::of(nothing), None, "{nothing}");
        }
    }
}
