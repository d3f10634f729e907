use super::*;
use FileKind::{Code, Configuration, Data, Documentation};

fn kind(path: &str, text: &str) -> FileKind {
    file_kind(path, Language::from_path(path).as_ref(), text)
}

/// Names that stand beside code in real repositories; no judge of code can object to them.
const NO_CODE: &[&str] = &[
    ".gitattributes",
    ".gitignore",
    ".gitmodules",
    ".gitkeep",
    ".mailmap",
    ".git-blame-ignore-revs",
    ".editorconfig",
    "CODEOWNERS",
    ".github/CODEOWNERS",
    ".github/FUNDING.yml",
    ".github/dependabot.yml",
    ".github/workflows/ci.yml",
    ".github/ISSUE_TEMPLATE/bug.md",
    ".gitlab-ci.yml",
    ".travis.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE.txt",
    "LICENCE",
    "COPYING",
    "COPYING.LESSER",
    "NOTICE",
    "AUTHORS",
    "CONTRIBUTORS",
    "MAINTAINERS",
    "OWNERS",
    "README",
    "README.md",
    "README.rst",
    "README.zh-CN",
    "CHANGELOG",
    "CHANGELOG.md",
    "CHANGES",
    "HISTORY.rst",
    "NEWS",
    "TODO",
    "INSTALL",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    "CITATION.cff",
    "docs/index.adoc",
    "docs/man/tool.1",
    "docs/diagram.puml",
    "docs/paper.tex",
    "docs/refs.bib",
    "VERSION",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain",
    "rust-toolchain.toml",
    "clippy.toml",
    "rustfmt.toml",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lockb",
    "deno.lock",
    ".npmrc",
    ".npmignore",
    ".yarnrc",
    ".yarnrc.yml",
    ".nvmrc",
    ".node-version",
    "tsconfig.json",
    ".eslintrc",
    ".eslintrc.json",
    ".eslintignore",
    ".prettierrc",
    ".prettierignore",
    ".babelrc",
    ".browserslistrc",
    ".stylelintrc",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "Pipfile.lock",
    "requirements.txt",
    "requirements/dev.txt",
    "constraints.txt",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "mypy.ini",
    ".pylintrc",
    ".flake8",
    ".coveragerc",
    ".python-version",
    "py.typed",
    "MANIFEST.in",
    "environment.yml",
    "Gemfile",
    "Gemfile.lock",
    ".rspec",
    ".rubocop.yml",
    ".ruby-version",
    "composer.json",
    "composer.lock",
    "phpunit.xml.dist",
    "go.mod",
    "go.sum",
    "go.work",
    ".golangci.yml",
    "pom.xml",
    "build.gradle",
    "settings.gradle.kts",
    "gradle.properties",
    "gradle.lockfile",
    "mix.lock",
    "pubspec.yaml",
    "pubspec.lock",
    "Podfile",
    "Podfile.lock",
    "Package.resolved",
    "App.csproj",
    "App.sln",
    "Directory.Build.props",
    "packages.lock.json",
    "flake.nix",
    "flake.lock",
    "dune-project",
    "Dockerfile",
    "Containerfile",
    "Dockerfile.dev",
    "docker-compose.yml",
    ".dockerignore",
    "Makefile",
    "GNUmakefile",
    "rules.mk",
    "CMakeLists.txt",
    "cmake/find.cmake",
    "meson.build",
    "justfile",
    "BUILD.bazel",
    "WORKSPACE",
    ".bazelrc",
    "configure.ac",
    "Procfile",
    "Caddyfile",
    "nginx.conf",
    "deploy/nginx.conf.j2",
    "Jenkinsfile",
    "Vagrantfile",
    "main.tf",
    "terraform.tfvars",
    ".terraform.lock.hcl",
    "Chart.yaml",
    "Chart.lock",
    "values.yaml",
    ".helmignore",
    "unit.service",
    "app.desktop",
    "robots.txt",
    "CNAME",
    ".nojekyll",
    "_redirects",
    ".htaccess",
    "sitemap.xml",
    ".env",
    ".env.example",
    ".env.local",
    ".envrc",
    ".tool-versions",
    ".clang-format",
    ".clang-tidy",
    "icon.svg",
    "logo.png",
    "locale/de.po",
    "messages.pot",
    "Localizable.strings",
    "app_de.arb",
    "data.csv",
    "table.tsv",
    "data.json",
    "events.ndjson",
    "fixture.xml",
    "feed.atom",
    "style.css",
    "style.scss",
    "theme.less",
    "page.html",
    "schema.proto",
    "schema.graphql",
    "schema.xsd",
    "schema.prisma",
    "__snapshots__/a.test.js.snap",
    "app.js.map",
    "server.pem",
    "id_rsa.pub",
    "trace.har",
    "notes.org",
    "x.patch",
    ".watchmanconfig",
    ".cursorrules",
    "Doxyfile",
    "world.wit",
    ".whateverrc",
    "unknown.zzz",
    "bin/some-name",
    "a.snapshot",
    "x.golden",
];

#[test]
fn no_name_beside_code_is_taken_for_code() {
    let wrong: Vec<&&str> = NO_CODE
        .iter()
        .filter(|name| kind(name, "some = words\n") == Code)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(NO_CODE.len() >= 200, "{}", NO_CODE.len());
}

#[test]
fn code_keeps_its_kind_whatever_it_is_called() {
    for name in [
        "a.py",
        "a.rs",
        "License.java",
        "readme.py",
        "setup.py",
        "conf.py",
        "query.sql",
        "run.sh",
        "x.lua",
        "a.php",
        "a.rb",
        "A.kt",
        "A.swift",
        "a.vue",
        "nb.ipynb",
        "index.html.erb",
        "mail.ejs",
        "a.config.js",
        "config.php.dist",
        ".bashrc",
        "Rakefile",
        "types.d.ts",
        "v.sol",
    ] {
        assert_eq!(kind(name, ""), Code, "{name}");
    }
    let script = "#!/bin/sh\nrm -rf \"$1\"\n";
    assert_eq!(kind("bin/clean", script), Code);
    assert_eq!(kind(".husky/pre-commit", script), Code);
    assert_eq!(kind("lib.zzz", "def run(x):\n    return eval(x)\n"), Code);
}

#[test]
fn a_page_is_code_when_it_runs_something() {
    assert_eq!(kind("a.html", "<p>once on a time</p>"), Documentation);
    for text in [
        "<script>x()</script>",
        "<a onclick=\"x()\">",
        "<p>{{ name }}</p>",
        "<SCRIPT src=x>",
    ] {
        assert_eq!(kind("a.html", text), Code, "{text}");
    }
}

#[test]
fn kinds_are_told_apart() {
    for (name, expected) in [
        ("LICENSE", Documentation),
        ("docs/a.md", Documentation),
        (".gitattributes", Configuration),
        ("web/style.css", Configuration),
        ("Dockerfile", Configuration),
        ("Cargo.lock", Data),
        ("yarn.lock", Data),
        ("a\\b\\GO.SUM", Data),
    ] {
        assert_eq!(kind(name, ""), expected, "{name}");
    }
    assert_eq!(
        file_kind("snippet-1", Some(&Language::known("rust")), ""),
        Code
    );
    assert_eq!(
        file_kind("snippet-1", Some(&Language::known("yaml")), ""),
        Configuration
    );
}

#[test]
fn a_name_is_known_in_the_case_that_it_has() {
    for name in [
        "LICENSE",
        "Makefile",
        "CODEOWNERS",
        ".gitattributes",
        "Procfile",
        "py.typed",
    ] {
        assert!(is_known_name(name), "{name}");
    }
    for name in [
        "License", "build", "Build", "Install", "security", "hosts", "main",
    ] {
        assert!(!is_known_name(name), "{name}");
    }
}
