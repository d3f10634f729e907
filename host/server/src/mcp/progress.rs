//! Progress notifications of one call.

use gansauditor_audit::ports::{ProgressSink, Stage, Unheard};
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinError, JoinHandle};

/// Stages waiting to be sent. An audit has half a dozen, and a few more for each further review.
const QUEUE: usize = 32;

/// Tells a client how its audit gets on, when it asked to be told.
pub(super) struct Reporter(Option<Client>);

struct Client {
    peer: Peer<RoleServer>,
    token: ProgressToken,
    stages: Receiver<Stage>,
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

/// A sink for the audit, and the reporter that sends on what it hears.
pub(super) fn of_call(context: &RequestContext<RoleServer>) -> (Box<dyn ProgressSink>, Reporter) {
    let Some(token) = context.meta.get_progress_token() else {
        return (Box::new(Unheard), Reporter(None));
    };
    let (sender, stages) = channel(QUEUE);
    let client = Client {
        peer: context.peer.clone(),
        token,
        stages,
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
        let result = loop {
            tokio::select! {
                biased;
                Some(stage) = client.stages.recv() => client.send(stage).await,
                result = &mut audit => break result,
            }
        };
        while let Ok(stage) = client.stages.try_recv() {
            client.send(stage).await;
        }
        result
    }
}

impl Client {
    async fn send(&mut self, stage: Stage) {
        self.sent += 1;
        let progress = ProgressNotificationParam::new(self.token.clone(), f64::from(self.sent))
            .with_message(words(stage));
        if let Err(error) = self.peer.notify_progress(progress).await {
            tracing::debug!("progress could not be sent: {error}");
        }
    }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting for earlier audits of the session",
        Stage::Judging => "the judge reads the submission",
        Stage::Recording => "recording",
        Stage::Deciding => "the policy decides",
    }
}
