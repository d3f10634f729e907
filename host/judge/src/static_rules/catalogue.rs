//! The embedded rules, compiled for a grammar when it is first needed.

use super::grammar::Grammar;
use super::part::Compiler;
use super::rule::{Rule, RuleError};
use ast_grep_config::{
    DeserializeEnv, GlobalRules, SerializableGlobalRule, SerializableRuleConfig, from_multiple,
};
use ast_grep_core::Matcher as _;
use gansauditor_audit::domain::Digest;
use std::sync::OnceLock;

/// One file under `rules/`, as it was when the judge was built.
pub(crate) struct RuleFile {
    /// Language folder.
    pub(crate) folder: &'static str,
    /// File name, e.g. `injection.yml`.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) text: &'static str,
}

/// Every rule file, by folder and name.
pub(crate) const RULE_FILES: &[RuleFile] = include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// The file of a folder that holds utilities which its rules share.
const UTILITIES: &str = "utils.yml";

/// The rules of one grammar.
pub(crate) struct Catalogue {
    /// In the order of files and of rules in a file.
    pub(crate) rules: Vec<Rule>,
    /// For each node kind, the rules that can match a node of that kind.
    by_kind: Vec<Vec<usize>>,
}

impl Catalogue {
    /// The catalogue of a grammar; compiled once in the life of the process.
    pub(crate) fn of(grammar: Grammar) -> Result<&'static Self, &'static RuleError> {
        static CATALOGUES: [OnceLock<Result<Catalogue, RuleError>>; Grammar::ALL.len()] =
            [const { OnceLock::new() }; Grammar::ALL.len()];
        CATALOGUES[grammar as usize]
            .get_or_init(|| Self::compile(grammar))
            .as_ref()
    }

    fn compile(grammar: Grammar) -> Result<Self, RuleError> {
        let files = || {
            RULE_FILES
                .iter()
                .filter(|file| grammar.folders().contains(&file.folder))
        };
        let (utilities, mut compiler) =
            utilities(files().filter(|file| file.name == UTILITIES), grammar)?;
        let mut rules = Vec::new();
        for file in files().filter(|file| file.name != UTILITIES) {
            let path = format!("{}/{}", file.folder, file.name);
            let texts: Vec<SerializableRuleConfig<Grammar>> =
                from_multiple(file.text).map_err(|error| RuleError::Yaml {
                    file: path.clone(),
                    source: error.into(),
                })?;
            for text in texts {
                rules.extend(Rule::compile(
                    &path,
                    text,
                    grammar,
                    &utilities,
                    &mut compiler,
                )?);
            }
        }
        let mut by_kind: Vec<Vec<usize>> = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            // A rule that could match any kind is refused when it is compiled.
            for kind in rule.config.matcher.potential_kinds().iter().flatten() {
                if by_kind.len() <= kind {
                    by_kind.resize_with(kind + 1, Vec::new);
                }
                by_kind[kind].push(index);
            }
        }
        Ok(Self { rules, by_kind })
    }

    /// Indices of the rules that can match a node of this kind.
    pub(crate) fn candidates(&self, kind: u16) -> &[usize] {
        self.by_kind
            .get(usize::from(kind))
            .map_or(&[], Vec::as_slice)
    }
}

fn utilities<'f>(
    files: impl Iterator<Item = &'f RuleFile>,
    grammar: Grammar,
) -> Result<(GlobalRules, Compiler), RuleError> {
    let mut all = Vec::new();
    let mut last = String::new();
    for file in files {
        last = format!("{}/{}", file.folder, file.name);
        let texts: Vec<SerializableGlobalRule<Grammar>> =
            from_multiple(file.text).map_err(|error| RuleError::Yaml {
                file: last.clone(),
                source: error.into(),
            })?;
        all.extend(texts.into_iter().map(|text| SerializableGlobalRule {
            language: grammar,
            ..text
        }));
    }
    let yaml = |source| RuleError::Yaml { file: last, source };
    let compiler = match Compiler::new(grammar, &all) {
        Ok(compiler) => compiler,
        Err(source) => return Err(yaml(source)),
    };
    let rules = DeserializeEnv::parse_global_utils(all).map_err(|error| yaml(error.into()))?;
    Ok((rules, compiler))
}

/// Digest over every rule text: part of the judge's version, since another rule is another review.
pub(crate) fn rules_digest() -> Digest {
    let mut bytes = Vec::new();
    for file in RULE_FILES {
        for part in [file.folder, file.name, file.text] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    Digest::of(&bytes)
}
