//! Completion and stops by the operator's own rules, written in the Common Expression Language (CEL).
//!
//! A rule sees what [`variables`] binds and answers true or false. It is compiled when the settings are
//! checked; what goes wrong in evaluating it is an error of the policy, never a completion.

mod bounds;
mod rule;
mod variables;

use cel::Context;
use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{
    CompleteReason, Condition, Decision, Description, Error, Problem, Snapshot, UnmetCondition,
};
use gansauditor_core::reading::Reading;
use gansauditor_core::text::shortened;
use gansauditor_core::{Policy, policy, settings};
use rule::Rule;
use serde::Deserialize;

const SCHEMA: &str = include_str!("settings.schema.json");

/// Name of the policy's reasons and of its condition.
const RULE: &str = "rule";

/// How the rule stands to the default policy's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    And,
    Instead,
}

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
struct Settings {
    complete: Option<String>,
    mode: Mode,
    stop: Option<String>,
    advice: Option<String>,
}

/// The settings with their rules compiled.
struct Rules {
    core: settings::Settings,
    own: Settings,
    complete: Option<Rule>,
    stop: Option<Rule>,
}

impl Rules {
    fn read(text: &str) -> Result<Self, Vec<Problem>> {
        let (own, core) = settings::read::<Settings>(SCHEMA, text)?;
        let mut problems = Vec::new();
        let mut compile = |path: &str, text: &Option<String>| {
            let compiled = text.as_deref().map(Rule::compile).transpose();
            compiled.unwrap_or_else(|message| {
                let path = path.to_owned();
                problems.push(Problem { path, message });
                None
            })
        };
        let complete = compile("/complete", &own.complete);
        let stop = compile("/stop", &own.stop);
        if own.mode == Mode::Instead && own.complete.is_none() {
            problems.push(Problem {
                path: "/complete".to_owned(),
                message: "is missing: `mode` puts it in place of the default policy's conditions"
                    .to_owned(),
            });
        }
        if problems.is_empty() {
            Ok(Self {
                core,
                own,
                complete,
                stop,
            })
        } else {
            Err(problems)
        }
    }

    /// Applies both rules to a loop.
    fn apply(&self, assessment: &mut Assessment, context: &Context) -> Result<(), Error> {
        let holds = |name: &str, rule: &Option<Rule>| {
            let answer = rule.as_ref().map(|rule| rule.holds(context)).transpose();
            answer.map_err(|message| Error::Other(format!("the rule `{name}` {message}")))
        };
        let (complete, stop) = (
            holds("complete", &self.complete)?,
            holds("stop", &self.stop)?,
        );
        if self.own.mode == Mode::Instead {
            assessment.waive(|_| true, CompleteReason::Custom(RULE.to_owned()));
        }
        if complete == Some(false) {
            assessment.require(self.unmet());
        }
        if stop == Some(true) {
            assessment.remark("The rule for stopping holds.".to_owned());
            assessment.stop(RULE);
        }
        Ok(())
    }

    /// The rule does not hold. Counted in rules.
    fn unmet(&self) -> UnmetCondition {
        let rule = self.own.complete.as_deref().unwrap_or_default();
        let told = || format!("Meet the rule of this policy: {}", shortened(rule, 400));
        UnmetCondition {
            condition: Condition::Custom(RULE.to_owned()),
            required: 1.0,
            actual: 0.0,
            margin: 1.0,
            detail: self.own.advice.clone().unwrap_or_else(told),
        }
    }
}

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct Expression;

impl Policy for Expression {
    fn describe() -> Description {
        Description {
            name: "expression".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes and stops by rules of the settings, besides the default policy's conditions or instead of them.".to_owned(),
            settings_schema: settings::schema_with(SCHEMA),
            history: policy::HISTORY,
        }
    }

    fn validate_settings(text: &str) -> Result<(), Vec<Problem>> {
        Rules::read(text).map(|_| ())
    }

    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error> {
        let rules = Rules::read(&snapshot.settings).map_err(Error::InvalidSettings)?;
        let reading = Reading {
            settings: rules.core,
            ..Reading::default()
        };
        let mut assessment = Assessment::of(snapshot, &reading)?;
        // An attempt that is no loop has no score; neither rule could answer.
        if assessment.is_loop() {
            let context = variables::bind(snapshot, &assessment);
            rules.apply(&mut assessment, &context)?;
        }
        Ok(assessment.decide())
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(Expression);

#[cfg(test)]
mod tests;
