//! Progress notifications of one call: one at each stage, and one each interval in between, so that a client
//! that waits can tell a long audit from a dead one.

use crate::stage::words;
use gansauditor_audit::ports::{ProgressSink, Stage, Unheard};
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Stages waiting to be sent. An audit has half a dozen, and a few more for each further review.
const QUEUE: usize = 32;

/// Tells a client how its audit gets on, when it asked to be told.
pub(super) struct Reporter(Option<Client>);

struct Client {
    peer: Peer<RoleServer>,
    token: ProgressToken,
    stages: Receiver<Stage>,
    /// Where the audit is.
    stage: Stage,
    began: Instant,
    interval: Duration,
    sent: u32,
}

/// The audit's end of the reporter.
struct Stages(Sender<Stage>);

impl ProgressSink for Stages {
    fn stage(&self, stage: Stage) {
        // What does not fit is lost: progress is a courtesy and must not hold up the audit.
        let _ = self.0.try_send(stage);
    }
}

/// A sink for the audit, and the reporter that sends on what it hears. `interval` is the longest silence;
/// without one the client is told nothing.
pub(super) fn of_call(
    context: &RequestContext<RoleServer>,
    interval: Option<Duration>,
) -> (Box<dyn ProgressSink>, Reporter) {
    let (Some(token), Some(interval)) = (context.meta.get_progress_token(), interval) else {
        return (Box::new(Unheard), Reporter(None));
    };
    let (sender, stages) = channel(QUEUE);
    let client = Client {
        peer: context.peer.clone(),
        token,
        stages,
        stage: Stage::Waiting,
        began: Instant::now(),
        interval,
        sent: 0,
    };
    (Box::new(Stages(sender)), Reporter(Some(client)))
}

impl Reporter {
    /// Waits for an audit. All its stages are sent before this returns, none after.
    pub(super) async fn wait<T>(self, mut audit: JoinHandle<T>) -> Result<T, JoinError> {
        let Some(mut client) = self.0 else {
            return audit.await;
        };
        let mut silence = interval_at(client.began + client.interval, client.interval);
        silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let result = loop {
            tokio::select! {
                biased;
                Some(stage) = client.stages.recv() => {
                    client.enter(stage).await;
                    silence.reset();
                }
                result = &mut audit => break result,
                _ = silence.tick() => client.send().await,
            }
        };
        while let Ok(stage) = client.stages.try_recv() {
            client.enter(stage).await;
        }
        result
    }
}

impl Client {
    async fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.send().await;
    }

    async fn send(&mut self) {
        self.sent += 1;
        let seconds = self.began.elapsed().as_secs();
        let message = match seconds {
            0 => words(self.stage).to_owned(),
            _ => format!("{}, after {seconds} s", words(self.stage)),
        };
        let progress = ProgressNotificationParam::new(self.token.clone(), f64::from(self.sent))
            .with_message(message);
        if let Err(error) = self.peer.notify_progress(progress).await {
            tracing::debug!("progress could not be sent: {error}");
        }
    }
}
