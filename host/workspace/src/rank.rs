//! Which files of a repository say most about the work.
//!
//! In this order, and within each step smaller files before larger ones, then by path:
//!
//! 1. what introduces the project: a README, manifest or build file at the root, or in a folder above a
//!    submitted file;
//! 2. what belongs to a submitted file: the same name but for extension and test marks (`rates.py` and
//!    `test_rates.py`, `rates.c` and `rates.h`), wherever it is;
//! 3. what is beside one, in the same folder;
//! 4. other source;
//! 5. other prose;
//! 6. data: everything else, lock files and generated code included.

use crate::names;
use crate::walk::Found;
use std::collections::BTreeSet;

/// How much a file says; less comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Introduction,
    Companion,
    Neighbour,
    Source,
    Prose,
    Data,
}

/// What the submitted files tell about the others.
#[derive(Debug)]
pub(crate) struct Ranking {
    folders: BTreeSet<String>,
    above: BTreeSet<String>,
    subjects: BTreeSet<String>,
}

impl Ranking {
    /// By these submitted paths.
    pub(crate) fn new(submitted: &BTreeSet<String>) -> Self {
        let mut ranking = Self {
            folders: BTreeSet::new(),
            above: BTreeSet::from([String::new()]),
            subjects: BTreeSet::new(),
        };
        for path in submitted {
            let mut folder = names::folder(path);
            ranking.folders.insert(folder.to_owned());
            while !folder.is_empty() {
                ranking.above.insert(folder.to_owned());
                folder = names::folder(folder);
            }
            let subject = subject(names::base(path));
            if !GENERAL.contains(&subject.as_str()) {
                ranking.subjects.insert(subject);
            }
        }
        ranking
    }

    /// Puts the files that say most first.
    pub(crate) fn sort(&self, files: &mut [Found]) {
        files.sort_by_cached_key(|file| (self.rank(&file.path), file.size, file.path.clone()));
    }

    /// How much a file says.
    pub(crate) fn rank(&self, path: &str) -> Rank {
        let (folder, name) = (names::folder(path), names::base(path).to_lowercase());
        let kind = kind(&name);
        if self.above.contains(folder) && introduces(&name) {
            Rank::Introduction
        } else if kind != Kind::Data && self.subjects.contains(&subject(&name)) {
            Rank::Companion
        } else if kind != Kind::Data && self.folders.contains(folder) {
            Rank::Neighbour
        } else {
            match kind {
                Kind::Source => Rank::Source,
                Kind::Prose => Rank::Prose,
                Kind::Data => Rank::Data,
            }
        }
    }
}

/// Whether a name is that of a file without text, so that it need not be opened to know.
pub(crate) fn is_binary(path: &str) -> bool {
    let name = names::base(path).to_lowercase();
    extension(&name).is_some_and(|extension| BINARY.contains(&extension))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    Prose,
    Data,
}

fn kind(name: &str) -> Kind {
    if GENERATED.iter().any(|end| name.ends_with(end)) {
        return Kind::Data;
    }
    match extension(name) {
        Some(extension) if SOURCE.contains(&extension) => Kind::Source,
        Some(extension) if PROSE.contains(&extension) => Kind::Prose,
        None if introduces(name) => Kind::Source,
        _ => Kind::Data,
    }
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

fn introduces(name: &str) -> bool {
    name == "readme"
        || name.starts_with("readme.")
        || MANIFESTS.contains(&name)
        || MANIFEST_EXTENSIONS.contains(&extension(name).unwrap_or_default())
}

/// What a file is about: its name without extension, case and test marks.
fn subject(name: &str) -> String {
    let name = name.to_lowercase();
    let mut stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
    for mark in ["test_", "tests_", "test-"] {
        stem = stem.strip_prefix(mark).unwrap_or(stem);
    }
    for mark in [
        "_test", "-test", "_tests", "-tests", "_spec", "-spec", "tests", "test", "spec",
    ] {
        if let Some(rest) = stem.strip_suffix(mark).filter(|rest| !rest.is_empty()) {
            stem = rest;
            break;
        }
    }
    stem.to_owned()
}

/// Names that many files have which have nothing to do with each other.
const GENERAL: &[&str] = &[
    "", "__init__", "index", "lib", "main", "mod", "test", "tests", "types", "utils",
];

const MANIFESTS: &[&str] = &[
    "agents.md",
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
    "build.zig",
    "cargo.toml",
    "claude.md",
    "cmakelists.txt",
    "composer.json",
    "contributing.md",
    "deno.json",
    "dockerfile",
    "gemfile",
    "go.mod",
    "go.work",
    "justfile",
    "makefile",
    "meson.build",
    "mix.exs",
    "package.json",
    "package.swift",
    "pipfile",
    "pom.xml",
    "pubspec.yaml",
    "pyproject.toml",
    "requirements.txt",
    "settings.gradle",
    "setup.cfg",
    "setup.py",
    "stack.yaml",
    "tox.ini",
    "tsconfig.json",
];
const MANIFEST_EXTENSIONS: &[&str] = &["cabal", "csproj", "fsproj", "gemspec", "sln"];

const SOURCE: &[&str] = &[
    "adb", "ads", "asm", "astro", "bash", "bzl", "c", "cc", "cjs", "clj", "cljs", "cmake", "cpp",
    "cr", "cs", "css", "cts", "cu", "cxx", "d", "dart", "el", "elm", "erl", "ex", "exs", "f90",
    "fs", "fsx", "gd", "gleam", "go", "gql", "gradle", "graphql", "groovy", "h", "hcl", "hh",
    "hpp", "hrl", "hs", "html", "hx", "hxx", "idl", "inl", "ipp", "java", "jl", "js", "jsx", "kt",
    "kts", "less", "lisp", "lua", "m", "mjs", "mk", "ml", "mli", "mm", "mts", "nim", "nix", "pas",
    "php", "pl", "pm", "proto", "ps1", "pxd", "py", "pyi", "pyx", "r", "rb", "rego", "rkt", "rs",
    "s", "sass", "scala", "scm", "scss", "sh", "sol", "sql", "sv", "svelte", "swift", "tcl", "tf",
    "thrift", "ts", "tsx", "v", "vb", "vhd", "vue", "wat", "wit", "zig", "zsh",
];
const PROSE: &[&str] = &["adoc", "md", "mdx", "org", "rst", "tex", "txt"];
const GENERATED: &[&str] = &[
    ".lock",
    ".map",
    ".min.css",
    ".min.js",
    ".pb.go",
    ".snap",
    "go.sum",
    "package-lock.json",
    "pnpm-lock.yaml",
];
const BINARY: &[&str] = &[
    "7z", "a", "apk", "avi", "bin", "bmp", "bz2", "class", "cwasm", "dat", "db", "deb", "dll",
    "dmg", "doc", "docx", "dylib", "ear", "eot", "exe", "flac", "gif", "gz", "ico", "iso", "jar",
    "jpeg", "jpg", "lib", "lz4", "mov", "mp3", "mp4", "o", "obj", "ogg", "otf", "parquet", "pdf",
    "png", "pyc", "pyd", "rar", "rlib", "rpm", "so", "sqlite", "sqlite3", "tar", "tgz", "tif",
    "tiff", "ttf", "war", "wasm", "wav", "webm", "webp", "whl", "woff", "woff2", "xls", "xlsx",
    "xz", "zip", "zst",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_near_the_work_come_before_others_and_small_before_large() {
        let ranking = Ranking::new(&BTreeSet::from(["src/pay/rates.py".to_owned()]));
        let mut files: Vec<Found> = [
            ("Cargo.lock", 1),
            ("data.json", 1),
            ("docs/guide.md", 1),
            ("src/large.py", 9),
            ("src/b.py", 1),
            ("src/a.py", 1),
            ("src/pay/money.py", 1),
            ("tests/test_rates.py", 7),
            ("src/pay/README.md", 3),
            ("pyproject.toml", 5),
            ("other/README.md", 1),
        ]
        .map(|(path, size)| Found {
            path: path.to_owned(),
            size,
        })
        .into();
        ranking.sort(&mut files);
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "src/pay/README.md",
                "pyproject.toml",
                "tests/test_rates.py",
                "src/pay/money.py",
                "src/a.py",
                "src/b.py",
                "src/large.py",
                "docs/guide.md",
                "other/README.md",
                "Cargo.lock",
                "data.json",
            ]
        );
    }

    #[test]
    fn tests_are_about_what_they_test() {
        for name in [
            "rates.py",
            "test_rates.py",
            "rates_test.go",
            "rates.test.ts",
            "rates.spec.js",
            "RatesTest.java",
            "rates.h",
        ] {
            assert_eq!(subject(name), "rates", "{name}");
        }
        assert_eq!(subject("test.py"), "test");
    }
}
