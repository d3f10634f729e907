//! The transport against a scripted server: every answer and every fault that the stand-in knows.

mod answers;
mod connections;
mod faults;
mod routes;
mod settings;
mod tls;
mod waiting;

use super::{HttpModel, HttpSettings};
use crate::model::{Answer, Call, Model, ModelError, Prompt, Said};
use crate::secret::Secret;
use gansauditor_audit::ports::JudgeFailure;
use gansauditor_stand_in::{Recorded, StandIn, Step};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const KEY: &str = "sk-test-0123456789abcdefghij";
/// Longer than anything here takes that does not wait for it.
const LONG: Duration = Duration::from_secs(60);

/// A text with all that could be spoiled on the way.
const TEXT: &str = "{\"verdict\": \"wörse 🦀 than \\\"good\\\"\\n\", \"dimensions\": [1, 2, 3, 4, 5, 6, 7, 8, 9]}\r\n";

fn prompt() -> Prompt {
    Prompt {
        instructions: "You review.".to_owned(),
        input: "fn main() { \"\u{0}\u{2028}ä\" }\r\n".to_owned(),
        schema: Arc::new(
            json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        ),
    }
}

fn settings(base_url: &str) -> HttpSettings {
    HttpSettings {
        base_url: base_url.to_owned(),
        model: "m-1".to_owned(),
        key: Some(Secret::new(KEY)),
        ..HttpSettings::default()
    }
}

fn model(base_url: &str) -> HttpModel {
    HttpModel::new(settings(base_url)).unwrap()
}

/// Asks, with as much time as it likes.
async fn ask(model: &HttpModel, said: &Said) -> Result<Answer, ModelError> {
    within(model, said, LONG, LONG).await
}

async fn within(
    model: &HttpModel,
    said: &Said,
    first_sign: Duration,
    deadline: Duration,
) -> Result<Answer, ModelError> {
    let now = Instant::now();
    let call = Call {
        deadline: now + deadline,
        first_sign: now + first_sign,
        cancel: &CancellationToken::new(),
        said,
    };
    model.answer(&prompt(), call).await
}

/// One script, asked once.
struct Asked {
    result: Result<Answer, ModelError>,
    said: String,
    requests: Vec<Recorded>,
}

async fn play(step: Step) -> Asked {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("one", vec![step]));
    let said = Said::default();
    let result = ask(&model, &said).await;
    Asked {
        result,
        said: said.text(),
        requests: server.requests("one"),
    }
}

/// Kind and message of a failure.
#[track_caller]
fn failed(result: Result<Answer, ModelError>) -> (JudgeFailure, String) {
    match result {
        Err(ModelError::Failed { kind, message, .. }) => (kind, message),
        other => panic!("no failure: {other:?}"),
    }
}

fn paths(requests: &[Recorded]) -> Vec<&str> {
    requests.iter().map(|request| &*request.path).collect()
}

/// The step as a server without `/responses` plays it.
fn over_chat(step: Step) -> Step {
    Step::PerEndpoint {
        responses: Box::new(Step::status(404)),
        chat: Box::new(step),
    }
}
