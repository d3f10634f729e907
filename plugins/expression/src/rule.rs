//! A rule: a compiled expression that answers true or false.

use crate::bounds;
use cel::parser::{Expression, PrattParser};
use cel::{Context, Value};
use gansauditor_core::text::shortened;

/// Most parts of one expression.
const MAX_NODES: usize = 1000;
/// Most errors that are told of one expression.
const MOST_ERRORS: usize = 3;

/// A rule that was compiled.
pub(crate) struct Rule {
    expression: Expression,
}

impl Rule {
    /// Compiles a text. Errors: what is wrong with it, in words.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        bounds::check_text(text)?;
        let parsed = PrattParser::new()
            .max_recursion_depth(bounds::MAX_DEPTH)
            .max_expression_node_count(MAX_NODES)
            .parse(text);
        let expression = parsed.map_err(|errors| {
            let told = errors.errors.iter().take(MOST_ERRORS).map(|error| {
                let message = shortened(&error.msg, 300);
                match error.pos {
                    (line @ 1.., column) => format!("line {line}, column {column}: {message}"),
                    _ => message,
                }
            });
            format!("is no expression: {}", told.collect::<Vec<_>>().join("; "))
        })?;
        bounds::check(&expression)?;
        Ok(Self { expression })
    }

    /// Whether the rule holds. Errors: why it has no answer, in words.
    pub(crate) fn holds(&self, context: &Context) -> Result<bool, String> {
        match context.resolve(&self.expression) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(other) => Err(format!(
                "must be true or false, and is of the type {}",
                other.type_of()
            )),
            Err(error) => Err(format!(
                "cannot be evaluated: {}",
                shortened(&error.to_string(), 400)
            )),
        }
    }
}
