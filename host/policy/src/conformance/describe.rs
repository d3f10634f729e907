//! What the policy says of itself.

use super::{Check, NO_DESCRIPTION, schema, skip};
use crate::description::Description;
use crate::error::LoadError;
use crate::linked::Linked;

const CONSTANT: &str = "describe-constant";
const DESCRIPTION: &str = "description";
const SCHEMA: &str = "settings-schema";

/// The checks, and the description when there is one.
///
/// # Errors
/// The functions have other types than the contract gives them, so that nothing can be called.
pub(super) fn checks(linked: &Linked) -> Result<(Vec<Check>, Option<Description>), LoadError> {
    let (first, second) = match (linked.describe(2), linked.describe(1)) {
        (Ok(twice), Ok(again)) => (twice, again),
        (Err(e @ LoadError::Contract(_)), _) => return Err(e),
        (Err(e), _) | (_, Err(e)) => {
            let check = Check::fail(
                CONSTANT,
                e.to_string(),
                "let `describe` return a constant: it takes nothing and may not fail",
            );
            let untried = skip([DESCRIPTION, SCHEMA], NO_DESCRIPTION);
            return Ok(([vec![check], untried].concat(), None));
        }
    };
    let mut checks = Vec::new();
    let mut answers = first.into_iter().chain(second).map(Description::try_from);
    let Some(newest) = answers.next() else {
        return Ok((checks, None));
    };
    checks.push(if answers.all(|other| other == newest) {
        Check::pass(
            CONSTANT,
            "the same in one instance and in another, three times",
        )
    } else {
        Check::fail(
            CONSTANT,
            "it does not describe itself the same way each time",
            "let `describe` return a constant",
        )
    });
    match newest {
        Ok(description) => {
            checks.push(Check::pass(
                DESCRIPTION,
                format!(
                    "{} {}, asks for {} submissions and {} bytes of history",
                    description.name,
                    description.version,
                    description.history.submissions,
                    description.history.bytes
                ),
            ));
            checks.push(shape(&description.settings_schema));
            Ok((checks, Some(description)))
        }
        Err(e) => {
            checks.push(Check::fail(
                DESCRIPTION,
                e.to_string(),
                "name: lower-case words joined by `-`; version: semantic; summary: a sentence; schema: a JSON object",
            ));
            checks.push(Check::skip(SCHEMA, NO_DESCRIPTION));
            Ok((checks, None))
        }
    }
}

/// The schema is one.
fn shape(text: &str) -> Check {
    let faults = match serde_json::from_str(text) {
        Ok(value) => schema::faults(&value),
        Err(e) => vec![e.to_string()],
    };
    Check::unless(
        SCHEMA,
        &faults,
        "a JSON Schema",
        "write the schema of the settings in JSON Schema 2020-12",
    )
}
