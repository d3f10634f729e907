//! A model that does what it is told, and reviews by it.

use super::samples::asked_of_code;
use crate::model::{Answer, Call, Model, ModelError, ModelJudge, ModelSettings, Prompt};
use async_trait::async_trait;
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::{Judge, JudgeError, JudgeFailure, JudgeReport, JudgeRequest};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// What the model does when it is asked next.
pub(super) enum Act {
    Say(String),
    Fail(ModelError),
    /// Says this, then nothing more until the deadline.
    Stall(&'static str),
    /// Says this, then breaks off.
    Break(&'static str),
    /// No sign until `first_sign`.
    Silent,
    /// Waits until cancelled.
    Wait,
}

impl Act {
    /// Fails after it spent so many tokens, and says when to come again.
    pub(super) fn fail(
        kind: JudgeFailure,
        retry_after: Option<Duration>,
        input_tokens: u64,
    ) -> Self {
        Self::Fail(ModelError::Failed {
            kind,
            message: "no".to_owned(),
            retry_after,
            usage: Usage {
                input_tokens,
                ..Usage::default()
            },
        })
    }
}

#[derive(Default)]
struct Script {
    acts: Mutex<VecDeque<Act>>,
    prompts: Mutex<Vec<Prompt>>,
    another_way: AtomicBool,
}

struct Scripted(Arc<Script>);

#[async_trait]
impl Model for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn version(&self) -> String {
        "m1".to_owned()
    }

    async fn answer(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError> {
        let now = Instant::now().into_std();
        assert!(call.deadline > now, "asked when the time is up");
        assert!(call.first_sign > now && call.first_sign <= call.deadline);
        assert!(call.said.is_empty(), "what an earlier attempt said is gone");
        well_framed(&prompt.input);
        self.0.prompts.lock().unwrap().push(prompt.clone());
        let act = self.0.acts.lock().unwrap().pop_front();
        match act.expect("no more requests than told") {
            Act::Say(text) => {
                call.said.push(&text)?;
                Ok(Answer {
                    text,
                    usage: Usage {
                        input_tokens: 100,
                        output_tokens: 10,
                        ..Usage::default()
                    },
                    way: "m1 over /responses".to_owned(),
                })
            }
            Act::Fail(error) => Err(error),
            Act::Stall(text) => {
                call.said.push(text)?;
                tokio::time::sleep_until(call.deadline.into()).await;
                Err(ModelError::TimedOut)
            }
            Act::Break(text) => {
                call.said.push(text)?;
                Err(ModelError::new(JudgeFailure::Interrupted, "it broke off"))
            }
            Act::Silent => {
                tokio::time::sleep_until(call.first_sign.into()).await;
                Err(ModelError::Silent)
            }
            Act::Wait => {
                call.cancel.cancelled().await;
                Err(ModelError::Cancelled)
            }
        }
    }

    fn distrust(&self) -> bool {
        self.0.another_way.swap(false, Ordering::SeqCst)
    }
}

/// Every line that begins a block is followed by the line that ends it, and the mark occurs nowhere else.
fn well_framed(input: &str) {
    let mark = input
        .lines()
        .find_map(|line| line.strip_prefix("BEGIN ")?.split(' ').next())
        .expect("some data");
    let begins = input.matches(&format!("BEGIN {mark} ")).count();
    let ends = input.matches(&format!("\nEND {mark}\n")).count();
    assert_eq!(begins, ends);
    assert_eq!(input.matches(mark).count(), begins + ends, "{mark}");
}

/// A review that is asked for, and how the model takes it.
pub(super) struct Case {
    pub(super) acts: Vec<Act>,
    pub(super) retries: u32,
    pub(super) max_input_bytes: usize,
    /// The model knows one other way to ask.
    pub(super) another_way: bool,
    pub(super) request: JudgeRequest,
}

impl Case {
    /// A review of the sample code that nothing is repeated for.
    pub(super) fn of(acts: Vec<Act>) -> Self {
        Self {
            acts,
            retries: 0,
            max_input_bytes: 100_000,
            another_way: false,
            request: asked_of_code(),
        }
    }

    pub(super) async fn play(self) -> Played {
        let script = Arc::new(Script {
            acts: Mutex::new(self.acts.into()),
            prompts: Mutex::default(),
            another_way: AtomicBool::new(self.another_way),
        });
        let settings = ModelSettings {
            retries: self.retries,
            max_input_bytes: self.max_input_bytes,
        };
        let judge = ModelJudge::new(Box::new(Scripted(script.clone())), settings);
        let began = Instant::now();
        let result = judge.review(&self.request).await;
        Played {
            result,
            took: began.elapsed(),
            prompts: std::mem::take(&mut script.prompts.lock().unwrap()),
        }
    }
}

/// Reviews the sample code, repeating a request so often.
pub(super) async fn play(retries: u32, acts: Vec<Act>) -> Played {
    let case = Case::of(acts);
    Case { retries, ..case }.play().await
}

/// What came of a review.
pub(super) struct Played {
    pub(super) result: Result<JudgeReport, JudgeError>,
    /// By the clock of the runtime, which some tests hold still.
    pub(super) took: Duration,
    /// What the model was asked, request by request.
    pub(super) prompts: Vec<Prompt>,
}

impl Played {
    #[track_caller]
    pub(super) fn report(&self) -> &JudgeReport {
        self.result.as_ref().unwrap()
    }

    #[track_caller]
    pub(super) fn error(&self) -> &JudgeError {
        self.result.as_ref().unwrap_err()
    }

    /// The kind of failure.
    #[track_caller]
    pub(super) fn failure(&self) -> JudgeFailure {
        match self.error() {
            JudgeError::Failed { kind, .. } => *kind,
            other => panic!("{other:?}"),
        }
    }

    /// The data of a request.
    pub(super) fn input(&self, request: usize) -> &str {
        &self.prompts[request].input
    }
}
