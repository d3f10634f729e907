//! One request to a running app-server: a thread of its own with one turn.

use super::model::{Codex, refused};
use super::peer::{NoResult, Peer};
use super::rpc::{Ending, Event};
use super::settings::Provider;
use crate::model::{Answer, Call, ModelError, Prompt};
use crate::redact::Redact;
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the app-server has to interrupt a turn, before it gets no more of them.
const INTERRUPT: Duration = Duration::from_secs(2);

/// A turn. Dropped before its end, it is interrupted behind the caller's back.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    codex: &'a Codex,
    peer: Arc<Peer>,
    thread: String,
    model: String,
    id: Option<String>,
    news: Option<mpsc::Receiver<Event>>,
}

impl<'a> Turn<'a> {
    /// Opens a thread and begins the turn.
    pub(crate) async fn begin(
        codex: &'a Codex,
        peer: Arc<Peer>,
        prompt: &Prompt,
    ) -> Result<Self, ModelError> {
        let thread = json!({
            "cwd": peer.work(),
            "sandbox": "read-only",
            "approvalPolicy": "never",
            "ephemeral": true,
            "baseInstructions": prompt.instructions,
        });
        let no_result = |peer: &Peer, why| match why {
            NoResult::Gone => gone(codex, peer),
            NoResult::Refused(words) => {
                codex.failed(&words, None, JudgeFailure::Broken, Usage::default())
            }
        };
        let opened = peer.request("thread/start", &thread).await;
        let opened = opened.map_err(|why| no_result(&peer, why))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let thread = text(&opened["thread"]["id"]).ok_or_else(|| {
            ModelError::new(
                JudgeFailure::Broken,
                "`codex app-server` opened a thread without an id",
            )
        })?;
        let mut turn = Self {
            codex,
            news: Some(peer.listen(&thread)),
            model: text(&opened["model"]).unwrap_or_else(|| codex.model().to_owned()),
            peer,
            thread,
            id: None,
        };
        let begin = json!({
            "threadId": turn.thread,
            "input": [{ "type": "text", "text": prompt.input }],
            "outputSchema": *prompt.schema,
        });
        match turn.peer.request("turn/start", &begin).await {
            Ok(begun) => turn.id = text(&begun["turn"]["id"]),
            Err(why) => {
                turn.over();
                return Err(no_result(&turn.peer, why));
            }
        }
        Ok(turn)
    }

    /// Hears it to its end.
    pub(crate) async fn answer(mut self, call: Call<'_>) -> Result<Answer, ModelError> {
        let mut heard = Heard::default();
        loop {
            let event = tokio::select! {
                biased;
                event = self.next() => event,
                () = tokio::time::sleep_until(call.first_sign.into()), if !heard.sign => {
                    return Err(ModelError::Silent);
                }
            };
            match event {
                Some(Event::Ended(ending)) => {
                    self.over();
                    return self.ended(ending, heard);
                }
                Some(event) => heard.take(event, call)?,
                None => {
                    self.over();
                    return Err(gone(self.codex, &self.peer));
                }
            }
        }
    }

    async fn next(&mut self) -> Option<Event> {
        self.news.as_mut()?.recv().await
    }

    /// There is nothing to interrupt any more.
    fn over(&mut self) {
        self.news = None;
        self.peer.forget(&self.thread);
    }

    fn ended(&self, ending: Ending, heard: Heard) -> Result<Answer, ModelError> {
        match (ending, heard.message) {
            (Ending::Completed, Some(text)) => Ok(Answer {
                text,
                usage: heard.usage,
                way: self.codex.way(&self.model, "app-server"),
            }),
            (Ending::Completed, None) => Err(refused(heard.usage)),
            (Ending::Interrupted, _) => Err(ModelError::new(
                JudgeFailure::Interrupted,
                "`codex app-server` interrupted the turn",
            )),
            (Ending::Failed { words, code }, _) => {
                let error =
                    self.codex
                        .failed(&words, Some(&code), JudgeFailure::Broken, heard.usage);
                let unauthorized = matches!(
                    error,
                    ModelError::Failed {
                        kind: JudgeFailure::Unauthorized,
                        ..
                    }
                );
                if unauthorized && matches!(self.codex.settings.provider, Provider::Login { .. }) {
                    // The next one reads the login as it is then.
                    self.peer.retire();
                }
                Err(error)
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(news) = self.news.take() {
            let peer = self.peer.clone();
            let (thread, id) = (self.thread.clone(), self.id.take());
            self.peer.spawn(interrupt(peer, thread, id, news));
        }
    }
}

/// Interrupts a turn and waits until it is over.
async fn interrupt(
    peer: Arc<Peer>,
    thread: String,
    mut id: Option<String>,
    mut news: mpsc::Receiver<Event>,
) {
    let over = async {
        let id = loop {
            if let Some(id) = id.take() {
                break id;
            }
            match news.recv().await {
                Some(Event::Began(begun)) => id = Some(begun),
                Some(Event::Ended(_)) | None => return,
                Some(_) => {}
            }
        };
        let turn = json!({ "threadId": thread, "turnId": id });
        let hear = async {
            while let Some(event) = news.recv().await {
                if matches!(event, Event::Ended(_)) {
                    break;
                }
            }
        };
        let _ = tokio::join!(peer.request("turn/interrupt", &turn), hear);
    };
    if tokio::time::timeout(INTERRUPT, over).await.is_err() {
        peer.retire();
    }
    peer.forget(&thread);
}

/// What was heard of a turn so far.
#[derive(Debug, Default)]
struct Heard {
    sign: bool,
    item: String,
    message: Option<String>,
    usage: Usage,
}

impl Heard {
    /// Takes in an event. The last message counts: those before are thinking aloud.
    fn take(&mut self, event: Event, call: Call<'_>) -> Result<(), ModelError> {
        match event {
            Event::Piece { item, text } => {
                self.sign = true;
                if item != self.item {
                    self.item = item;
                    call.said.clear();
                }
                call.said.push(&text)?;
            }
            Event::Message(text) => {
                self.sign = true;
                call.said.clear();
                call.said.push(&text)?;
                self.message = Some(text);
            }
            Event::Cost(usage) => self.usage = usage,
            Event::Sign => self.sign = true,
            Event::Began(_) | Event::Ended(_) => {}
        }
        Ok(())
    }
}

/// The process ended under the call.
fn gone(codex: &Codex, peer: &Peer) -> ModelError {
    let key = codex.settings.provider.key().cloned();
    let complaints = Redact::new(key).quote(&peer.complaints());
    let message = if complaints.is_empty() {
        "`codex app-server` ended under the call".to_owned()
    } else {
        format!("`codex app-server` ended under the call: {complaints}")
    };
    ModelError::new(JudgeFailure::Interrupted, message)
}
