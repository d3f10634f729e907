//! A body as it is played: events with waits between them, and what goes wrong.

use crate::scripts::Underway;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use std::collections::VecDeque;
use std::time::Duration;

/// A body that is sent.
pub(crate) type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, Broken>;

/// Breaks the connection.
#[derive(Debug)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("broken on purpose")
    }
}

impl std::error::Error for Broken {}

/// The events of a streamed answer, and which of them carry its text.
#[derive(Debug, Default)]
pub(crate) struct Events {
    all: Vec<String>,
    text: std::ops::Range<usize>,
}

impl Events {
    pub(crate) fn push(&mut self, event: String) {
        self.all.push(event);
    }

    pub(crate) fn text_begins(&mut self) {
        self.text = self.all.len()..self.all.len();
    }

    pub(crate) fn text_ends(&mut self) {
        self.text.end = self.all.len();
    }

    /// All of them, with a wait before each piece of text.
    pub(crate) fn paced(self, pause: Duration) -> Play {
        let mut play = Play::default();
        for (number, event) in self.all.into_iter().enumerate() {
            if self.text.contains(&number) {
                play.wait(pause);
            }
            play.send(event);
        }
        play
    }

    /// Those before the piece of text of that number.
    pub(crate) fn until(mut self, piece: usize) -> Play {
        self.all
            .truncate((self.text.start + piece).min(self.text.end));
        self.paced(Duration::ZERO)
    }
}

/// What happens, in order.
#[derive(Debug, Default)]
pub(crate) struct Play(VecDeque<Beat>);

#[derive(Debug)]
enum Beat {
    Send(Bytes),
    Wait(Duration),
    Stall,
    Break,
}

impl Play {
    pub(crate) fn send(&mut self, data: impl Into<Bytes>) {
        self.0.push_back(Beat::Send(data.into()));
    }

    fn wait(&mut self, pause: Duration) {
        if !pause.is_zero() {
            self.0.push_back(Beat::Wait(pause));
        }
    }

    pub(crate) fn and_stall(mut self) -> Self {
        self.0.push_back(Beat::Stall);
        self
    }

    pub(crate) fn and_break(mut self) -> Self {
        // What was sent before shall arrive before the connection breaks.
        self.0.push_back(Beat::Wait(Duration::from_millis(20)));
        self.0.push_back(Beat::Break);
        self
    }

    /// The body; the request is underway until it ended or was dropped.
    pub(crate) fn body(self, underway: Underway) -> Body {
        let beats = stream::unfold((self.0, underway), |(mut beats, underway)| async move {
            loop {
                let item = match beats.pop_front()? {
                    Beat::Send(data) => Ok(Frame::data(data)),
                    Beat::Break => Err(Broken),
                    Beat::Wait(pause) => {
                        tokio::time::sleep(pause).await;
                        continue;
                    }
                    Beat::Stall => std::future::pending().await,
                };
                return Some((item, (beats, underway)));
            }
        });
        StreamBody::new(beats).boxed_unsync()
    }
}
