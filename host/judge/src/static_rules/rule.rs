//! One rule: what it matches, and what a match means.

use super::flow::{Asked, AskedText};
use super::grammar::Grammar;
use super::part::{Compiler, PartError, Utility};
use ast_grep_config::{GlobalRules, Metadata, RuleConfig, RuleConfigError, SerializableRuleConfig};
use ast_grep_core::{Doc, Node, NodeMatch};
use gansauditor_audit::domain::{Category, Severity};
use regex::Regex;
use serde::Deserialize;

/// Parts message and advice while they are one template.
const BETWEEN_TEXTS: char = '\u{1e}';

/// What `metadata` of a rule says. `rules/README.md` is the manual.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleCard {
    /// How bad a match is.
    pub(crate) severity: Severity,
    /// What a match is about.
    pub(crate) category: Category,
    /// Number in the Common Weakness Enumeration.
    #[serde(default)]
    pub(crate) cwe: Option<u32>,
    /// The rule holds in test code too; see [`RuleCard::holds_in_tests`].
    #[serde(default)]
    in_tests: Option<bool>,
    /// The rule holds where only pieces of a file are known.
    #[serde(default = "yes")]
    pub(crate) in_fragments: bool,
    /// The only grammars it applies to; all of the folder's when absent.
    #[serde(default)]
    pub(crate) only: Option<Vec<Grammar>>,
    /// Pattern of the names of the functions whose calls the rule is about; see [`Asked::calls`].
    #[serde(default)]
    calls: Option<String>,
    /// What the text that the rule binds must be made of; see [`Asked::text`].
    #[serde(default)]
    text: Option<AskedText>,
    /// Code that the rule must report, at the marked lines.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "examples are for the tests of the rules")
    )]
    pub(crate) invalid: Vec<String>,
    /// Code that the rule must not report.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "examples are for the tests of the rules")
    )]
    pub(crate) valid: Vec<String>,
}

impl RuleCard {
    /// Whether the rule holds in test code too. Rules about security do unless they say otherwise: what is a
    /// test is told by its name, and a name must not excuse an injection. What tests do to themselves they may: switch
    /// verification off against their own server, read back what they wrote.
    pub(crate) fn holds_in_tests(&self) -> bool {
        self.in_tests.unwrap_or(self.category == Category::Security)
    }

    fn read(metadata: &Metadata) -> Result<Self, Box<dyn std::error::Error>> {
        // ast-grep keeps metadata as a newtype of a map.
        let map = match serde_value::to_value(metadata)? {
            serde_value::Value::Newtype(map) => *map,
            map => map,
        };
        Ok(map.deserialize_into()?)
    }
}

fn yes() -> bool {
    true
}

/// Why a rule file is wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RuleError {
    /// Not the YAML of rules.
    #[error("{file}: {source}; see rules/README.md for the fields")]
    Yaml {
        /// Which file.
        file: String,
        /// What the parser says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A rule without what the judge needs.
    #[error("{file}: rule `{rule}`: {reason}")]
    Card {
        /// Which file.
        file: String,
        /// Which rule.
        rule: String,
        /// What is wrong.
        reason: String,
    },
    /// A rule with a part that this judge cannot match.
    #[error("{file}: rule `{rule}` for {grammar}: {source}; see rules/README.md for what has an effect", grammar = .grammar.name())]
    Part {
        /// Which file.
        file: String,
        /// Which rule.
        rule: String,
        /// For which grammar.
        grammar: Grammar,
        /// What is wrong.
        source: PartError,
    },
    /// A rule whose matcher does not compile.
    #[error("{file}: rule `{rule}` for {grammar}: {source}", grammar = .grammar.name())]
    Matcher {
        /// Which file.
        file: String,
        /// Which rule.
        rule: String,
        /// For which grammar.
        grammar: Grammar,
        /// What ast-grep says.
        source: Box<RuleConfigError>,
    },
}

/// A rule, compiled for one grammar.
pub(crate) struct Rule {
    /// Texts; its own matcher only says which kinds of nodes can match.
    pub(crate) config: RuleConfig<Grammar>,
    /// What matches.
    pub(crate) matcher: Utility,
    /// Meaning.
    pub(crate) card: RuleCard,
    /// What a match must be beyond its syntax.
    pub(crate) asked: Asked,
}

impl Rule {
    /// Compiles a rule for `grammar`; `None` when it does not apply there.
    pub(crate) fn compile(
        file: &str,
        mut text: SerializableRuleConfig<Grammar>,
        grammar: Grammar,
        utilities: &GlobalRules,
        compiler: &mut Compiler,
    ) -> Result<Option<Self>, RuleError> {
        let rule = text.id.clone();
        let card_error = |reason: String| RuleError::Card {
            file: file.to_owned(),
            rule: rule.clone(),
            reason,
        };
        let metadata = text
            .metadata
            .take()
            .ok_or_else(|| card_error("has no metadata".into()))?;
        let card =
            RuleCard::read(&metadata).map_err(|error| card_error(format!("metadata: {error}")))?;
        let calls = card.calls.as_deref().map(Regex::new).transpose();
        let asked = Asked {
            calls: calls.map_err(|error| card_error(format!("metadata: calls: {error}")))?,
            text: card.text.clone(),
        };
        let note = text.note.take().unwrap_or_default();
        if text.message.trim().is_empty() || note.trim().is_empty() {
            return Err(card_error(
                "needs a message and a note with what to do".into(),
            ));
        }
        // ast-grep fills in the meta-variables of the message alone, so the note rides on it.
        text.message = format!("{}{BETWEEN_TEXTS}{}", text.message.trim(), note.trim());
        if card
            .only
            .as_ref()
            .is_some_and(|only| !only.contains(&grammar))
        {
            return Ok(None);
        }
        text.language = grammar;
        let matcher = compiler.rule(&text).map_err(|source| RuleError::Part {
            file: file.to_owned(),
            rule: rule.clone(),
            grammar,
            source,
        })?;
        let config =
            RuleConfig::try_from(text, utilities).map_err(|source| RuleError::Matcher {
                file: file.to_owned(),
                rule: rule.clone(),
                grammar,
                source: Box::new(source),
            })?;
        Ok(Some(Self {
            config,
            matcher,
            card,
            asked,
        }))
    }

    /// Message and advice for a match.
    pub(crate) fn texts<D: Doc>(&self, found: &NodeMatch<'_, D>) -> (String, String) {
        let texts = self.config.get_message(found);
        // The last one: what the text under review puts into the message cannot move it.
        let (message, advice) = texts.rsplit_once(BETWEEN_TEXTS).unwrap_or((&texts, ""));
        (message.to_owned(), advice.to_owned())
    }

    /// The node of the meta-variable that the rule's text is.
    pub(crate) fn text_of<'t, D: Doc>(&self, found: &NodeMatch<'t, D>) -> Option<Node<'t, D>> {
        let name = &self.asked.text.as_ref()?.of;
        found.get_env().get_match(name).cloned()
    }

    /// `<folder>/<slug>`.
    pub(crate) fn id(&self) -> &str {
        &self.config.id
    }
}
