//! What a name says: where a path may lead, what is likely a secret, which hidden files matter.

/// A relative path that goes down only, without its `./` and doubled slashes; the root is "". `None` for one that
/// is absolute or has a `..`.
pub(crate) fn relative(path: &str) -> Option<String> {
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return None;
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    Some(parts.join("/"))
}

/// The path in the form in which a submission's files are labelled, so that both can be compared.
pub(crate) fn label(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path
        .split('/')
        .map(str::trim)
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .collect();
    parts.join("/")
}

/// The folder of a path; "" is the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// A name within a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else if name.is_empty() {
        folder.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether this is git's own folder or file. Some file systems do not tell cases apart.
pub(crate) fn is_git(name: &str) -> bool {
    name.eq_ignore_ascii_case(".git")
}

/// Names of files that hold secrets.
const SECRET_NAMES: &[&str] = &[
    ".dockercfg",
    ".envrc",
    ".git-credentials",
    ".htpasswd",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".vault-token",
    ".yarnrc.yml",
    "_netrc",
    "credentials",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
    "secrets",
];
/// Names that are secrets with these extensions only: `credentials.rs` is code.
const SECRET_STEMS: &[&str] = &[
    "client_secret",
    "credential",
    "credentials",
    "secret",
    "secrets",
    "service-account",
    "service_account",
];
const SECRET_STEM_EXTENSIONS: &[&str] = &[
    "cfg",
    "conf",
    "csv",
    "db",
    "enc",
    "env",
    "ini",
    "json",
    "properties",
    "toml",
    "txt",
    "xml",
    "yaml",
    "yml",
];
/// Extensions of keys, key stores and states that hold them.
const SECRET_EXTENSIONS: &[&str] = &[
    "agekey",
    "env",
    "gpg",
    "jks",
    "kdb",
    "kdbx",
    "key",
    "keystore",
    "kubeconfig",
    "ovpn",
    "p12",
    "p8",
    "pem",
    "pfx",
    "pkcs12",
    "ppk",
    "tfstate",
    "tfvars",
];
/// Folders of secrets.
const SECRET_FOLDERS: &[&str] = &[
    ".aws",
    ".azure",
    ".docker",
    ".gcloud",
    ".gnupg",
    ".kube",
    ".password-store",
    ".ssh",
];
/// Ends of names that mark an example without secrets.
const EXAMPLES: &[&str] = &[".example", ".sample", ".template", ".dist", ".defaults"];

/// Whether any part of a path names something that is likely a secret.
pub(crate) fn is_secret(path: &str) -> bool {
    let path = path.to_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    folders.split('/').any(is_secret_folder) || is_secret_folder(name) || is_secret_file(name)
}

fn is_secret_folder(name: &str) -> bool {
    SECRET_FOLDERS.contains(&name)
}

fn is_secret_file(name: &str) -> bool {
    if EXAMPLES.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    // A copy of a secret is one: `id_rsa.bak`, `.env~`.
    let name = name.trim_end_matches('~');
    let name = [".bak", ".backup", ".old", ".orig", ".save", ".swp"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    if name == ".env" || name.starts_with(".env.") || SECRET_NAMES.contains(&name) {
        return true;
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    if SECRET_EXTENSIONS.contains(&extension) {
        return true;
    }
    let stem = stem.trim_start_matches('.');
    SECRET_STEM_EXTENSIONS.contains(&extension)
        && SECRET_STEMS.iter().any(|secret| {
            stem.strip_prefix(secret)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
        })
}

/// Hidden files and folders that say how a project is built, tested and written.
const WELL_KNOWN: &[&str] = &[
    ".babelrc",
    ".cargo",
    ".circleci",
    ".clang-format",
    ".clang-tidy",
    ".clippy.toml",
    ".config",
    ".coveragerc",
    ".devcontainer",
    ".dockerignore",
    ".editorconfig",
    ".eslintignore",
    ".eslintrc",
    ".flake8",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".gitlab",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".golangci.toml",
    ".golangci.yaml",
    ".golangci.yml",
    ".ignore",
    ".isort.cfg",
    ".jshintrc",
    ".markdownlint.json",
    ".markdownlint.yaml",
    ".mocharc.js",
    ".mocharc.json",
    ".mocharc.yml",
    ".node-version",
    ".nvmrc",
    ".nycrc",
    ".pre-commit-config.yaml",
    ".prettierignore",
    ".prettierrc",
    ".pylintrc",
    ".python-version",
    ".rubocop.yml",
    ".ruby-version",
    ".ruff.toml",
    ".rustfmt.toml",
    ".shellcheckrc",
    ".stylelintrc",
    ".swcrc",
    ".taplo.toml",
    ".tool-versions",
    ".travis.yml",
    ".yamllint",
];
/// Well-known names that come with several extensions.
const WELL_KNOWN_STEMS: &[&str] = &[".eslintrc.", ".prettierrc.", ".stylelintrc."];

/// Whether a name is hidden and none of those that are known to matter.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
        && !WELL_KNOWN.contains(&name)
        && !WELL_KNOWN_STEMS.iter().any(|stem| name.starts_with(stem))
        && !EXAMPLES.iter().any(|end| name == format!(".env{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_down_only() {
        for (given, path) in [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            (".", Some("")),
            ("", Some("")),
            ("a\\b", Some("a\\b")),
            ("..", None),
            ("a/../b", None),
            ("/a", None),
        ] {
            assert_eq!(relative(given).as_deref(), path, "{given:?}");
        }
    }

    #[test]
    fn tells_secrets_from_code_about_secrets() {
        for secret in [
            ".env",
            ".env.production",
            "prod.env",
            "a/b/server.pem",
            "TLS.KEY",
            "id_rsa",
            "id_rsa.bak",
            "credentials",
            "config/credentials.json",
            "secrets.prod.yaml",
            "client_secret_1.json",
            ".aws/config",
            ".ssh/known_hosts",
            "terraform.tfstate.backup",
            ".npmrc",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for harmless in [
            ".env.example",
            "env.rs",
            "credentials.rs",
            "src/secrets/mod.rs",
            "secretary.json",
            "id_rsa.pub",
            "keys.py",
            "monkey",
            "environment.yml",
        ] {
            assert!(!is_secret(harmless), "{harmless}");
        }
    }

    #[test]
    fn hidden_files_that_matter_are_known() {
        for known in [".github", ".eslintrc.cjs", ".env.example", "src"] {
            assert!(!is_hidden(known), "{known}");
        }
        for hidden in [".idea", ".venv", ".DS_Store", ".cache"] {
            assert!(is_hidden(hidden), "{hidden}");
        }
    }
}
