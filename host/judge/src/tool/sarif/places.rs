//! From the places of a log to files of the submission.

use super::log::{ArtifactLocation, Run};
use gansauditor_audit::domain::WorkFile;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::path::Path;

/// Bases that refer to bases, at most.
const MAX_BASES: usize = 8;

/// A file that a program was given.
#[derive(Debug)]
pub(crate) struct Given<'f> {
    /// The file.
    pub(crate) file: &'f WorkFile,
    /// Its lines.
    pub(crate) lines: Vec<&'f str>,
}

impl<'f> Given<'f> {
    /// A line, from 1.
    pub(crate) fn line(&self, number: u32) -> Option<&'f str> {
        let row = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines.get(row).copied()
    }
}

/// The files a program was given, by their paths below the folder it ran in.
pub(crate) struct Places<'f> {
    /// Parts of the folder's path.
    root: Vec<String>,
    files: HashMap<String, Given<'f>>,
}

impl<'f> Places<'f> {
    /// Of files below `root`.
    pub(crate) fn new(root: &Path, files: impl Iterator<Item = (&'f WorkFile, &'f str)>) -> Self {
        Self {
            root: parts(&root.display().to_string()).unwrap_or_default(),
            files: files
                .map(|(file, path)| {
                    let lines = file.text.lines().collect();
                    (path.to_owned(), Given { file, lines })
                })
                .collect(),
        }
    }

    /// The file that a location names; `None` for whatever is not one of the files.
    pub(crate) fn file(&self, location: &ArtifactLocation, run: &Run) -> Option<&Given<'f>> {
        if location.uri.some().is_some() {
            return self.resolve(location, run);
        }
        let artifact = run.artifacts.items.get(location.index.index()?)?;
        self.resolve(&artifact.location, run)
    }

    /// The files that a text names, for tools that do not say places apart.
    pub(crate) fn named_in(&self, text: &str) -> impl Iterator<Item = &Given<'f>> {
        text.split(|c: char| c.is_whitespace() || ":,;'\"`()[]<>".contains(c))
            .filter_map(|word| self.find(word))
    }

    /// Reads a location as the standard has it, and then as tools write it that do not encode.
    fn resolve(&self, location: &ArtifactLocation, run: &Run) -> Option<&Given<'f>> {
        let uri = location.uri.some()?;
        let base = base(location, run);
        let decoded = percent_decode_str(uri).decode_utf8().ok();
        [decoded.as_deref(), Some(uri)]
            .into_iter()
            .flatten()
            .find_map(|uri| self.find(&joined(base.as_deref(), uri)))
    }

    fn find(&self, uri: &str) -> Option<&Given<'f>> {
        let path = match scheme(uri) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
                match rest.strip_prefix("//") {
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
            _ => uri,
        };
        let parts = parts(path)?;
        let relative = if path.starts_with('/') {
            parts.strip_prefix(self.root.as_slice())?
        } else {
            parts.as_slice()
        };
        self.files.get(&relative.join("/"))
    }
}

/// What a location is relative to, decoded; `None` for the folder itself.
fn base(location: &ArtifactLocation, run: &Run) -> Option<String> {
    let mut base: Option<String> = None;
    let mut next = location.uri_base_id.some().map(str::to_owned);
    for _ in 0..MAX_BASES {
        // A base that is not described is the tool's name for where it ran, e.g. `%SRCROOT%`.
        let Some(outer) = next
            .take()
            .and_then(|id| run.original_uri_base_ids.0.get(&id))
        else {
            break;
        };
        if let Some(uri) = outer.uri.some() {
            let uri = percent_decode_str(uri).decode_utf8().ok()?;
            base = Some(match base {
                Some(inner) => joined(Some(&uri), &inner),
                None => uri.into_owned(),
            });
        }
        next = outer.uri_base_id.some().map(str::to_owned);
    }
    base
}

/// A reference from a base. One that is absolute stands for itself.
fn joined(base: Option<&str>, uri: &str) -> String {
    match base {
        Some(base) if !uri.starts_with('/') && scheme(uri).is_none() => {
            format!("{}/{uri}", base.trim_end_matches('/'))
        }
        _ => uri.to_owned(),
    }
}

/// The scheme of a URI, and what follows it.
fn scheme(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some((scheme, rest))
}

/// The parts of a path, `.` and `..` worked out; `None` when it leads above its beginning.
fn parts(path: &str) -> Option<Vec<String>> {
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

#[cfg(test)]
mod tests {
    use super::super::log::Log;
    use super::*;
    use gansauditor_audit::domain::Extent;

    fn found(paths: &[&str], location: &str, run: &str) -> Option<String> {
        let files: Vec<WorkFile> = paths
            .iter()
            .map(|path| WorkFile {
                path: (*path).to_owned(),
                named: true,
                language: None,
                text: String::new(),
                extent: Extent::Whole,
            })
            .collect();
        let places = Places::new(
            Path::new("/tmp/gans-x/work"),
            files.iter().zip(paths.iter().copied()),
        );
        let log: Log = serde_json::from_str(&format!(r#"{{"runs": [{run}]}}"#)).unwrap();
        let location: ArtifactLocation = serde_json::from_str(location).unwrap();
        places
            .file(&location, &log.runs.items[0])
            .map(|given| given.file.path.clone())
    }

    #[test]
    fn every_form_of_a_uri_leads_to_the_file() {
        for uri in [
            "src/a b.py",
            "src/a%20b.py",
            "./src//a%20b.py",
            "src/x/../a%20b.py",
            "file:///tmp/gans-x/work/src/a%20b.py",
            "file://localhost/tmp/gans-x/work/src/a%20b.py",
            "FILE:/tmp/gans-x/work/src/a b.py",
            "file:/tmp/gans-x/work/src/a b.py",
            "/tmp/gans-x/work/src/a b.py",
        ] {
            let location = format!(r#"{{"uri": "{uri}"}}"#);
            let found = found(&["src/a b.py"], &location, "{}");
            assert_eq!(found.as_deref(), Some("src/a b.py"), "{uri}");
        }
        assert_eq!(
            found(&["100%.py"], r#"{"uri": "100%.py"}"#, "{}").as_deref(),
            Some("100%.py")
        );
        assert_eq!(
            found(&["a%20b.py"], r#"{"uri": "a%20b.py"}"#, "{}").as_deref(),
            Some("a%20b.py")
        );
    }

    #[test]
    fn what_is_outside_is_nothing() {
        for uri in [
            "../work/a.py",
            "/etc/passwd",
            "/a.py",
            "file:///tmp/gans-x/a.py",
            "file:///tmp/gans-x/work/../a.py",
            "file://host/tmp/gans-x/work/a.py",
            "http://example.org/a.py",
            "b.py",
            "%ff.py",
            "",
        ] {
            let location = format!(r#"{{"uri": "{uri}"}}"#);
            assert_eq!(found(&["a.py"], &location, "{}"), None, "{uri}");
        }
    }

    #[test]
    fn bases_and_indexes_are_followed() {
        let run = r#"{"originalUriBaseIds": {
            "ROOT": {"uri": "file:///tmp/gans-x/work/"},
            "SRC": {"uri": "src/", "uriBaseId": "ROOT"},
            "LOOP": {"uri": "x/", "uriBaseId": "LOOP"}},
            "artifacts": [{"location": {"uri": "b.py", "uriBaseId": "SRC"}}, 3]}"#;
        let of = |location: &str| found(&["src/b.py"], location, run);
        let b = Some("src/b.py".to_owned());
        assert_eq!(of(r#"{"uri": "b.py", "uriBaseId": "SRC"}"#), b);
        assert_eq!(of(r#"{"uri": "src/b.py", "uriBaseId": "ROOT"}"#), b);
        assert_eq!(of(r#"{"uri": "src/b.py", "uriBaseId": "%SRCROOT%"}"#), b);
        assert_eq!(of(r#"{"index": 0}"#), b);
        assert_eq!(of(r#"{"index": 1}"#), None);
        assert_eq!(of(r#"{"index": 7}"#), None);
        assert_eq!(of(r#"{"uri": "b.py", "uriBaseId": "LOOP"}"#), None);
    }
}
