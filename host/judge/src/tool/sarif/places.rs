//! From the places of a log to files of the submission.

use super::log::{ArtifactLocation, Run};
use super::log_path::{LogPath, joined, parts};
use gansauditor_audit::domain::WorkFile;
use percent_encoding::percent_decode_str;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

/// Bases that refer to bases, at most.
const MAX_BASES: usize = 8;
/// Folders that a file may be deep to be found from a path on a drive.
const MAX_DEPTH: usize = 64;

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

/// What a location names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'p, 'f> {
    /// One of the files.
    File(&'p Given<'f>),
    /// One of several files, and nobody can tell which.
    Doubtful,
    /// None of the files.
    Outside,
}

/// The files a program was given, by their paths below the folder it ran in.
pub(crate) struct Places<'f> {
    /// Parts of the folder's path.
    root: Vec<String>,
    files: HashMap<String, Given<'f>>,
    /// The paths by themselves in lower case; nothing where two files differ in case alone.
    by_lower_case: HashMap<String, Option<String>>,
}

impl<'f> Places<'f> {
    /// Of files below `root`.
    pub(crate) fn new(root: &Path, files: impl Iterator<Item = (&'f WorkFile, &'f str)>) -> Self {
        let files: HashMap<String, Given<'f>> = files
            .map(|(file, path)| {
                let lines = file.text.lines().collect();
                (path.to_owned(), Given { file, lines })
            })
            .collect();
        let mut by_lower_case = HashMap::new();
        for path in files.keys() {
            by_lower_case
                .entry(path.to_lowercase())
                .and_modify(|one| *one = None)
                .or_insert_with(|| Some(path.clone()));
        }
        Self {
            root: parts(&root.display().to_string()).unwrap_or_default(),
            files,
            by_lower_case,
        }
    }

    /// The files as a run names them.
    pub(crate) fn of<'p>(&'p self, run: &'p Run) -> PlacesOf<'p, 'f> {
        let mut places = PlacesOf {
            all: self,
            run,
            drive: DriveRoot::Unknown,
        };
        places.drive = places.drive_root();
        places
    }
}

/// Where on a drive of Windows the folder is that the files are below. The program runs in a folder of this system, which
/// has no drives: it is another system that names them, which sees the folder under a path that the log does not always
/// tell.
#[derive(Debug, Clone, PartialEq, Eq)]
enum DriveRoot {
    /// No path on a drive fits any file.
    Unknown,
    /// Paths fit more than one folder.
    Doubtful,
    /// In lower case, with slashes.
    Is(String),
}

/// The files as one run names them.
pub(crate) struct PlacesOf<'p, 'f> {
    all: &'p Places<'f>,
    run: &'p Run,
    drive: DriveRoot,
}

impl<'p, 'f> PlacesOf<'p, 'f> {
    /// What a location names.
    pub(crate) fn find(&self, location: &ArtifactLocation) -> Found<'p, 'f> {
        let mut found = Found::Outside;
        for path in self.paths(location) {
            match self.named(&path) {
                Found::File(file) => return Found::File(file),
                Found::Doubtful => found = Found::Doubtful,
                Found::Outside => {}
            }
        }
        found
    }

    /// The file that a location names.
    pub(crate) fn file(&self, location: &ArtifactLocation) -> Option<&'p Given<'f>> {
        match self.find(location) {
            Found::File(file) => Some(file),
            Found::Doubtful | Found::Outside => None,
        }
    }

    /// The files that a text names, for tools that do not say places apart.
    pub(crate) fn named_in(&self, text: &str) -> impl Iterator<Item = &'p Given<'f>> {
        text.split(|c: char| c.is_whitespace() || ":,;'\"`()[]<>".contains(c))
            .filter_map(LogPath::of)
            .filter_map(|path| match self.named(&path) {
                Found::File(file) => Some(file),
                Found::Doubtful | Found::Outside => None,
            })
    }

    /// The text of a location as the standard has it, decoded, and then as tools write it that do not encode.
    fn paths(&self, location: &ArtifactLocation) -> impl Iterator<Item = LogPath> + use<> {
        let of_artifact = || {
            let artifact = self.run.artifacts.items.get(location.index.index()?)?;
            Some(&artifact.location.0)
        };
        let location = match location.uri.some() {
            Some(_) => Some(location),
            None => of_artifact(),
        };
        let uris = location.and_then(|location| {
            let uri = location.uri.some()?;
            let base = base(location, self.run);
            let decoded = percent_decode_str(uri).decode_utf8().ok();
            let of = |uri: &str| LogPath::of(&joined(base.as_deref(), uri));
            Some([decoded.as_deref().and_then(of), of(uri)])
        });
        uris.into_iter().flatten().flatten()
    }

    fn named(&self, path: &LogPath) -> Found<'p, 'f> {
        let exact = |parts: &[String]| self.all.files.get(&parts.join("/"));
        let found = |file: Option<&'p Given<'f>>| file.map_or(Found::Outside, Found::File);
        match path {
            LogPath::Relative(parts) => found(exact(parts)),
            LogPath::Absolute(parts) => {
                found(parts.strip_prefix(self.all.root.as_slice()).and_then(exact))
            }
            LogPath::Drive(parts) => match &self.drive {
                DriveRoot::Unknown => Found::Outside,
                DriveRoot::Doubtful => {
                    let path = parts.join("/").to_lowercase();
                    match self.fitting(&path).next() {
                        Some(_) => Found::Doubtful,
                        None => Found::Outside,
                    }
                }
                DriveRoot::Is(root) => {
                    let below = root.split('/').count();
                    let (before, rest) = parts.split_at(below.min(parts.len()));
                    if before.join("/").to_lowercase() != *root {
                        return Found::Outside;
                    }
                    // Case makes a difference here and none there.
                    match exact(rest) {
                        Some(file) => Found::File(file),
                        None => match self.all.by_lower_case.get(&rest.join("/").to_lowercase()) {
                            Some(Some(path)) => found(self.all.files.get(path)),
                            Some(None) => Found::Doubtful,
                            None => Found::Outside,
                        },
                    }
                }
            },
        }
    }

    /// The folders that the files could be below for a path on a drive, in lower case, to be one of them, with that one.
    fn fitting<'t>(&self, path: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        let all = self.all;
        path.rmatch_indices('/')
            .take(MAX_DEPTH)
            .map(move |(at, _)| path.split_at(at))
            .map(|(root, rest)| (root, rest.trim_start_matches('/')))
            .filter(move |(_, rest)| all.by_lower_case.contains_key(*rest))
    }

    /// The one folder for the whole run: of those that the log names as a base or as where the tool ran, else of all
    /// that fit, the one that most files can be below.
    fn drive_root(&self) -> DriveRoot {
        let results = self.run.results.items.iter();
        let located = results
            .flat_map(|result| &result.locations.items)
            .map(|location| &location.physical_location.artifact_location.0);
        let artifacts = self.run.artifacts.items.iter();
        let listed = artifacts.map(|artifact| &artifact.location.0);
        let paths: BTreeSet<String> = located
            .chain(listed)
            .flat_map(|location| self.paths(location))
            .filter_map(on_drive)
            .collect();
        let mut files_below: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (root, file) in paths.iter().flat_map(|path| self.fitting(path)) {
            files_below.entry(root).or_default().insert(file);
        }
        let declared = self.declared();
        if files_below.keys().any(|root| declared(root)) {
            files_below.retain(|root, _| declared(root));
        }
        let most = files_below.values().map(HashSet::len).max();
        let mut best = files_below
            .iter()
            .filter(|(_, files)| Some(files.len()) == most);
        match (best.next(), best.next()) {
            (None, _) => DriveRoot::Unknown,
            (Some((root, _)), None) => DriveRoot::Is((*root).to_owned()),
            (Some(_), Some(_)) => DriveRoot::Doubtful,
        }
    }

    /// Whether the log names a folder as a base or as where the tool ran, or it is our own as a drive shows it.
    fn declared(&self) -> impl Fn(&str) -> bool {
        let bases = self.run.original_uri_base_ids.0.values();
        let ran_in = self.run.invocations.items.iter();
        let declared: HashSet<String> = bases
            .map(|base| &base.0)
            // One that lies below another is no folder of its own.
            .filter(|base| base.uri_base_id.some().is_none())
            .chain(ran_in.map(|invocation| &invocation.working_directory.0))
            .flat_map(|location| self.paths(location))
            .filter_map(on_drive)
            .collect();
        let own = self.all.root.join("/").to_lowercase();
        move |root: &str| {
            let on_its_drive = root.split_once('/').map(|(_, rest)| rest);
            declared.contains(root) || on_its_drive == Some(own.as_str())
        }
    }
}

/// A path on a drive in lower case, with slashes.
fn on_drive(path: LogPath) -> Option<String> {
    match path {
        LogPath::Drive(parts) => Some(parts.join("/").to_lowercase()),
        LogPath::Relative(_) | LogPath::Absolute(_) => None,
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
        match places.of(&log.runs.items[0]).find(&location) {
            Found::File(given) => Some(given.file.path.clone()),
            Found::Doubtful => Some("doubtful".to_owned()),
            Found::Outside => None,
        }
    }

    /// What each location names, of a run with a result at each of them.
    fn found_together(paths: &[&str], uris: &[&str], more: &str) -> Vec<Option<String>> {
        let locations: Vec<String> = uris
            .iter()
            .map(|uri| serde_json::json!({ "uri": uri }).to_string())
            .collect();
        let results: Vec<String> = locations
            .iter()
            .map(|location| {
                format!(
                    r#"{{"locations": [{{"physicalLocation": {{"artifactLocation": {location}}}}}]}}"#
                )
            })
            .collect();
        let run = format!(r#"{{"results": [{}]{more}}}"#, results.join(", "));
        let named = locations.iter();
        named.map(|location| found(paths, location, &run)).collect()
    }

    fn some(paths: &[&str]) -> Vec<Option<String>> {
        paths.iter().map(|path| Some((*path).to_owned())).collect()
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

    #[test]
    fn backslashes_and_drives_lead_to_the_file() {
        for uri in [
            r"src\a b.py",
            r".\src\a%20b.py",
            r"C:\work\src\a b.py",
            r"c:\Work\SRC\A b.py",
            "file:///C:/work/src/a%20b.py",
            "file:///c%3A/work/src/a%20b.py",
            "C:/work/src/a b.py",
            r"D:\deep\down\there\src\a b.py",
            r"Z:\tmp\gans-x\work\src\a b.py",
        ] {
            let found = found_together(&["src/a b.py", "src/b.py"], &[uri], "");
            assert_eq!(found, some(&["src/a b.py"]), "{uri}");
        }
    }

    #[test]
    fn a_run_has_one_folder_on_a_drive_and_what_is_beside_it_is_outside() {
        let files = ["src/a.py", "a.py", "json.py"];
        let uris = [
            r"C:\work\src\a.py",
            "file:///c:/work/a.py",
            r"C:\Python\Lib\json.py",
            r"D:\work\a.py",
            r"C:\work\b.py",
        ];
        let named = found_together(&files, &uris, "");
        assert_eq!(named[..2], some(&["src/a.py", "a.py"]));
        assert_eq!(named[2..], [None, None, None]);
    }

    #[test]
    fn a_path_that_fits_several_files_is_doubtful_unless_the_log_names_the_folder() {
        let files = ["src/a.py", "a.py"];
        let uri = [r"C:\work\src\a.py"];
        assert_eq!(found_together(&files, &uri, ""), some(&["doubtful"]));
        for more in [
            r#", "originalUriBaseIds": {"R": {"uri": "file:///C:/work/"}}"#,
            r#", "invocations": [{"workingDirectory": {"uri": "file:///c:/Work"}}]"#,
        ] {
            assert_eq!(found_together(&files, &uri, more), some(&["src/a.py"]));
        }
        let mapped = [r"Z:\tmp\gans-x\work\src\a.py"];
        assert_eq!(found_together(&files, &mapped, ""), some(&["src/a.py"]));
        // Two files that a drive could not tell apart.
        let twins = ["src/a.py", "src/A.py"];
        assert_eq!(found_together(&twins, &uri, ""), some(&["src/a.py"]));
        let loud = [r"C:\work\SRC\a.py"];
        assert_eq!(found_together(&twins, &loud, ""), some(&["doubtful"]));
    }

    #[test]
    fn what_no_file_fits_is_outside_on_a_drive_too() {
        for uri in [
            r"C:\work\b.py",
            r"C:\a.py.bak",
            r"\\host\share\a.py",
            r"..\a.py",
            r"C:\..\a.py",
            "file://host/C:/work/a.py",
            "C:",
            r"C:\",
            r"\",
        ] {
            assert_eq!(found_together(&["a.py"], &[uri], ""), [None], "{uri}");
        }
    }

    #[test]
    fn bases_on_a_drive_are_followed() {
        let run = r#"{"originalUriBaseIds": {
            "ROOT": {"uri": "file:///C:/work/"},
            "SRC": {"uri": "src\\", "uriBaseId": "ROOT"}},
            "results": [{"locations": [{"physicalLocation": {"artifactLocation": {"uri": "b.py", "uriBaseId": "SRC"}}}]}],
            "artifacts": [{"location": {"uri": "C:\\work\\src\\b.py"}}]}"#;
        let of = |location: &str| found(&["src/b.py", "b.py"], location, run);
        let b = Some("src/b.py".to_owned());
        assert_eq!(of(r#"{"uri": "b.py", "uriBaseId": "SRC"}"#), b);
        assert_eq!(of(r#"{"uri": "src\\b.py", "uriBaseId": "ROOT"}"#), b);
        assert_eq!(
            of(r#"{"uri": "C:\\work\\src\\b.py", "uriBaseId": "ROOT"}"#),
            b
        );
        assert_eq!(of(r#"{"index": 0}"#), b);
    }
}
