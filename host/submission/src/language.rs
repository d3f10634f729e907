//! Names of languages, by fence label and by file name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A language by its canonical lower-case name, such as `rust`, `cpp` or `tsx`. Names outside the table are
/// possible: 1 to 32 characters out of `a-z 0-9 + # . _ -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

/// The text is not a language's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a language's name has 1 to 32 characters out of a-z, 0-9 and + # . _ -")]
pub struct LanguageError;

/// Name; further fence labels; file extensions, the usual one first. An extension is a label as well.
const LANGUAGES: &[Entry] = &[
    ("abap", &[], &["abap"]),
    ("ada", &[], &["adb", "ads"]),
    ("apex", &[], &["apex"]),
    ("applescript", &[], &["applescript"]),
    ("asm", &["assembly", "nasm", "gas", "x86asm"], &["asm", "s"]),
    ("astro", &[], &["astro"]),
    ("autohotkey", &["ahk"], &["ahk"]),
    ("awk", &["gawk"], &["awk"]),
    (
        "bash",
        &["shell-script", "shellscript", "shell"],
        &["sh", "bash", "zsh", "ksh"],
    ),
    ("batch", &["dos", "winbatch"], &["bat", "cmd"]),
    ("c", &["gnu", "ansi-c"], &["c", "h"]),
    ("clojure", &[], &["clj", "cljs", "cljc", "edn"]),
    ("cmake", &[], &["cmake"]),
    ("cobol", &[], &["cob", "cbl"]),
    (
        "cpp",
        &["c++", "cplusplus"],
        &["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ipp", "c++", "h++"],
    ),
    ("crystal", &[], &["cr"]),
    ("csharp", &["c#", "dotnet", "c-sharp"], &["cs", "csx"]),
    ("css", &[], &["css"]),
    ("cuda", &[], &["cu", "cuh"]),
    ("d", &["dlang"], &["d"]),
    ("dart", &[], &["dart"]),
    ("diff", &["patch", "udiff", "git-diff"], &["diff", "patch"]),
    ("dockerfile", &["docker", "containerfile"], &["dockerfile"]),
    ("ejs", &[], &["ejs"]),
    ("elixir", &[], &["ex", "exs"]),
    ("elm", &[], &["elm"]),
    ("erb", &["html-erb", "rhtml"], &["erb"]),
    ("erlang", &[], &["erl", "hrl"]),
    ("fish", &[], &["fish"]),
    ("fortran", &[], &["f90", "f95", "f03", "f08", "for"]),
    ("fsharp", &["f#"], &["fs", "fsi", "fsx"]),
    ("gleam", &[], &["gleam"]),
    ("glsl", &[], &["glsl", "vert", "frag"]),
    ("go", &["golang"], &["go"]),
    ("gotemplate", &["go-template"], &["tmpl", "gotmpl"]),
    ("graphql", &[], &["graphql", "gql"]),
    ("groovy", &["gradle"], &["groovy", "gradle"]),
    ("haml", &[], &["haml"]),
    (
        "handlebars",
        &["html-handlebars"],
        &["hbs", "handlebars", "mustache"],
    ),
    ("haskell", &[], &["hs", "lhs"]),
    ("haxe", &[], &["hx"]),
    ("hcl", &["terraform"], &["tf", "tfvars", "hcl"]),
    ("hlsl", &[], &["hlsl"]),
    ("html", &["xhtml"], &["html", "htm"]),
    ("ini", &["cfg", "editorconfig"], &["ini", "cfg", "conf"]),
    ("java", &[], &["java"]),
    (
        "javascript",
        &[
            "node",
            "ecmascript",
            "nodejs",
            "node.js",
            "es",
            "ecma",
            "javascriptreact",
            "react",
        ],
        &["js", "mjs", "cjs", "jsx"],
    ),
    (
        "jinja",
        &["html-jinja", "django", "nunjucks"],
        &["j2", "jinja", "jinja2", "njk"],
    ),
    (
        "json",
        &["json5", "jsonc"],
        &["json", "jsonc", "json5", "ndjson", "jsonl"],
    ),
    ("jsonnet", &[], &["jsonnet", "libsonnet"]),
    ("jsp", &[], &["jsp"]),
    ("julia", &[], &["jl"]),
    ("jupyter", &["notebook", "jupyter-notebook"], &["ipynb"]),
    ("kotlin", &[], &["kt", "kts"]),
    ("latex", &[], &["tex", "sty", "cls"]),
    ("less", &[], &["less"]),
    ("liquid", &[], &["liquid"]),
    (
        "lisp",
        &["common-lisp", "elisp", "emacs-lisp"],
        &["lisp", "el", "lsp"],
    ),
    ("lua", &[], &["lua"]),
    ("makefile", &["make"], &["mk"]),
    ("markdown", &[], &["md", "mdx", "markdown"]),
    ("matlab", &["octave"], &["m"]),
    ("nim", &[], &["nim"]),
    ("nix", &[], &["nix"]),
    ("nushell", &[], &["nu"]),
    ("objective-c", &["objc", "objectivec", "obj-c"], &["mm"]),
    ("ocaml", &[], &["ml", "mli"]),
    ("odin", &[], &["odin"]),
    ("pascal", &["delphi"], &["pas"]),
    ("perl", &[], &["pl", "pm"]),
    ("php", &[], &["php", "phtml"]),
    ("powershell", &["pwsh", "posh"], &["ps1", "psm1", "psd1"]),
    ("prolog", &[], &["pro"]),
    ("properties", &[], &["properties"]),
    ("protobuf", &["protocol-buffers"], &["proto"]),
    ("pug", &["jade"], &["pug"]),
    ("puppet", &[], &["pp"]),
    ("purescript", &[], &["purs"]),
    (
        "python",
        &[
            "python3", "python2", "cython", "ipython", "ipython3", "sage", "py-repl", "pyspark",
        ],
        &["py", "pyi", "pyw", "pyx"],
    ),
    ("r", &["rlang"], &["r"]),
    ("racket", &[], &["rkt"]),
    ("razor", &[], &["cshtml", "razor"]),
    ("rego", &[], &["rego"]),
    ("ruby", &[], &["rb", "rake", "gemspec"]),
    ("rust", &["rust-script", "rustlang"], &["rs"]),
    ("sas", &[], &["sas"]),
    ("sass", &[], &["sass"]),
    ("scala", &[], &["scala", "sc"]),
    ("scheme", &[], &["scm", "ss"]),
    ("scss", &[], &["scss"]),
    ("solidity", &[], &["sol"]),
    (
        "sql",
        &["mysql", "postgres", "postgresql", "plsql", "tsql", "sqlite"],
        &["sql"],
    ),
    ("starlark", &["bazel"], &["bzl", "star"]),
    ("stata", &[], &["ado"]),
    ("svelte", &[], &["svelte"]),
    ("swift", &[], &["swift"]),
    ("tcl", &[], &["tcl"]),
    ("toml", &[], &["toml"]),
    ("tsx", &["typescriptreact"], &["tsx"]),
    ("twig", &[], &["twig"]),
    (
        "typescript",
        &["deno", "bun", "ts-node", "typescript-node"],
        &["ts", "mts", "cts"],
    ),
    ("vbnet", &["vb", "visualbasic"], &["vb"]),
    ("verilog", &["systemverilog"], &["v", "sv", "svh"]),
    ("vhdl", &[], &["vhd", "vhdl"]),
    ("vim", &["viml", "vimscript"], &["vim"]),
    ("vue", &[], &["vue"]),
    ("vyper", &[], &["vy"]),
    ("wat", &["wast", "wasm"], &["wat", "wast"]),
    ("wgsl", &[], &["wgsl"]),
    ("wit", &[], &["wit"]),
    (
        "xml",
        &["svg"],
        &["xml", "xsd", "xsl", "xslt", "svg", "csproj", "pom"],
    ),
    ("yaml", &["docker-compose", "compose"], &["yaml", "yml"]),
    ("zig", &[], &["zig"]),
];

/// Whole file names, in lower case.
const FILE_NAMES: &[(&str, &str)] = &[
    ("dockerfile", "dockerfile"),
    ("containerfile", "dockerfile"),
    ("makefile", "makefile"),
    ("gnumakefile", "makefile"),
    ("cmakelists.txt", "cmake"),
    ("rakefile", "ruby"),
    ("gemfile", "ruby"),
    ("jenkinsfile", "groovy"),
    ("vagrantfile", "ruby"),
    ("cargo.lock", "toml"),
    ("go.mod", "go-mod"),
    (".gitignore", "gitignore"),
    (".bashrc", "bash"),
];

/// Extensions of text that is no language.
const TEXT_EXTENSIONS: &[&str] = &[
    "txt", "csv", "tsv", "log", "lock", "env", "rst", "adoc", "sum", "mod", "snap",
];

/// Labels that mean text or output, not code.
const TEXT_LABELS: &[&str] = &[
    "text",
    "txt",
    "plain",
    "plaintext",
    "plain-text",
    "none",
    "nohighlight",
    "console",
    "output",
    "out",
    "stdout",
    "stderr",
    "log",
    "logs",
    "shell-session",
    "shellsession",
    "sh-session",
    "session",
    "terminal",
    "term",
    "trace",
    "traceback",
    "stacktrace",
    "pytb",
    "pycon",
    "ascii",
    "prose",
    "quote",
    "mermaid",
];

/// Text labels that mean prose or nothing, and not what a terminal shows.
const PROSE_LABELS: &[&str] = &[
    "text",
    "txt",
    "plain",
    "plaintext",
    "plain-text",
    "none",
    "nohighlight",
    "ascii",
    "prose",
    "quote",
    "mermaid",
];

/// Labels that say no language.
const SILENT_LABELS: &[&str] = &[
    "code",
    "codeblock",
    "code-block",
    "source",
    "snippet",
    "suggestion",
    "whole",
    "full",
    "file",
    "new",
    "old",
    "before",
    "after",
    "original",
    "updated",
    "fixed",
    "example",
    "answer",
    "solution",
    "unknown",
    "raw",
    "verbatim",
    "script",
];

impl Language {
    /// The language that a fence label means, case-insensitively; an unknown label is its own language as far as
    /// it has the form of one. `language-rust`, `python3.12` and `c++20` are labels as well. `None` for labels that mean
    /// text or output, that name no language (`code`, `suggestion`), and for no label.
    pub fn from_label(label: &str) -> Option<Self> {
        let label = plain_label(label);
        if is_text_label(&label) || SILENT_LABELS.contains(&label.as_str()) {
            return None;
        }
        match by_label(&label).or_else(|| by_label(unversioned(&label)?)) {
            Some((name, ..)) => Some(Self((*name).to_owned())),
            None => {
                let bounded: String = label.chars().take(32).filter(|c| valid_char(*c)).collect();
                Self::try_from(bounded).ok()
            }
        }
    }

    /// The language of a file by its name or extension, case-insensitively.
    pub fn from_path(path: &str) -> Option<Self> {
        let base = path
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(path)
            .to_ascii_lowercase();
        if let Some((_, name)) = FILE_NAMES.iter().find(|(file, _)| *file == base) {
            return Some(Self((*name).to_owned()));
        }
        by_extension(base.rsplit_once('.')?.1).map(|(name, ..)| Self((*name).to_owned()))
    }

    /// The canonical lower-case name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The usual file extension without its dot; `txt` for languages outside the table.
    pub fn extension(&self) -> &'static str {
        let known = LANGUAGES.iter().find(|(name, ..)| *name == self.0);
        known
            .and_then(|(_, _, extensions)| extensions.first().copied())
            .unwrap_or("txt")
    }

    /// Whether a name is in the table.
    pub(crate) fn is_listed(name: &str) -> bool {
        LANGUAGES.iter().any(|(listed, ..)| *listed == name)
    }

    /// A language by a name that is one's.
    pub(crate) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

/// Whether a fence label means text or output.
pub(crate) fn is_text_label(label: &str) -> bool {
    TEXT_LABELS.contains(&label.to_ascii_lowercase().as_str())
}

/// Whether an extension is one of text that is no language.
pub(crate) fn is_text_extension(extension: &str) -> bool {
    TEXT_EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
}

/// Whether a fence label says neither a language nor that there is none.
pub(crate) fn is_silent_label(label: &str) -> bool {
    let label = plain_label(label);
    label.is_empty() || SILENT_LABELS.contains(&label.as_str())
}

/// Whether a fence label means what a terminal shows.
pub(crate) fn is_terminal_label(label: &str) -> bool {
    let label = plain_label(label);
    is_text_label(&label) && !PROSE_LABELS.contains(&label.as_str())
}

/// A label in lower case, without what highlighters put before it.
fn plain_label(label: &str) -> String {
    let label = label.trim().trim_start_matches('.').to_ascii_lowercase();
    let bare = [
        "language-",
        "lang-",
        "source-",
        "highlight-",
        "brush:",
        "lang:",
    ]
    .iter()
    .find_map(|prefix| label.strip_prefix(prefix));
    bare.map_or(label.clone(), |bare| bare.trim().to_owned())
}

/// A label without the version at its end: `python3.12`, `c++20`, `es2022`.
fn unversioned(label: &str) -> Option<&str> {
    let bare = label.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let bare = bare.trim_end_matches(['-', '_', '@']);
    (bare != label && (bare.len() > 1 || bare == "c")).then_some(bare)
}

fn by_label(label: &str) -> Option<&'static Entry> {
    LANGUAGES
        .iter()
        .find(|(name, labels, _)| *name == label || labels.contains(&label))
        .or_else(|| by_extension(label))
}

/// A row of the table of languages.
type Entry = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

fn by_extension(extension: &str) -> Option<&'static Entry> {
    LANGUAGES
        .iter()
        .find(|(_, _, extensions)| extensions.contains(&extension))
}

fn valid_char(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '+' | '#' | '.' | '_' | '-')
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Language {
    type Error = LanguageError;

    fn try_from(name: String) -> Result<Self, LanguageError> {
        let valid = (1..=32).contains(&name.len()) && name.chars().all(valid_char);
        if valid {
            Ok(Self(name))
        } else {
            Err(LanguageError)
        }
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_labels_and_paths() {
        for (label, name) in [
            ("rust", "rust"),
            ("RS", "rust"),
            ("c++", "cpp"),
            ("C#", "csharp"),
            ("py", "python"),
            ("golang", "go"),
            ("jsx", "javascript"),
            ("tsx", "tsx"),
            ("ts", "typescript"),
            ("shell", "bash"),
            ("brainfuck", "brainfuck"),
            ("py3", "python"),
            ("python3.12", "python"),
            ("Python-3", "python"),
            ("language-python", "python"),
            ("lang-ts", "typescript"),
            ("c++20", "cpp"),
            ("c11", "c"),
            ("es2022", "javascript"),
            ("jsonc", "json"),
            ("ipython", "python"),
        ] {
            assert_eq!(
                Language::from_label(label).as_ref().map(Language::name),
                Some(name),
                "{label}"
            );
        }
        for label in [
            "",
            "text",
            "Console",
            "output",
            "log",
            "plain",
            "漢",
            "suggestion",
            "whole",
            "code",
        ] {
            assert_eq!(Language::from_label(label), None, "{label}");
        }
        for (path, name) in [
            ("a/b.rs", "rust"),
            ("x.H", "c"),
            ("Dockerfile", "dockerfile"),
            ("a.d.ts", "typescript"),
        ] {
            assert_eq!(
                Language::from_path(path).as_ref().map(Language::name),
                Some(name),
                "{path}"
            );
        }
        assert_eq!(Language::from_path("LICENSE"), None);
    }

    #[test]
    fn every_name_is_its_own_label_and_every_extension_belongs_to_one_language() {
        let mut seen = std::collections::HashSet::new();
        for (name, _, extensions) in LANGUAGES {
            assert_eq!(
                Language::from_label(name).as_ref().map(Language::name),
                Some(*name)
            );
            for extension in *extensions {
                assert!(seen.insert(extension), "{extension} is listed twice");
            }
        }
    }
}
