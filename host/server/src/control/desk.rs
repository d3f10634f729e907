//! Who answers.

use super::protocol::{Answer, Ask, Failed, Origin, Tried, Trouble};
use crate::policies::{Policies, Source};
use std::time::SystemTime;

/// Longest text of a failure that is told, in bytes.
const MAX_TEXT: usize = 4096;

/// Answers for this server.
pub(crate) struct Desk {
    policies: Policies,
    transport: &'static str,
}

impl Desk {
    /// For a server with these policies.
    pub(crate) fn new(policies: Policies, transport: &'static str) -> Self {
        Self {
            policies,
            transport,
        }
    }

    /// Does what is asked.
    pub(crate) async fn answer(&self, ask: Ask) -> Answer {
        let host = self.policies.host();
        let source = match self.policies.source() {
            Source::File(path, _) => Origin::File {
                path: bounded(&path.to_string_lossy()),
            },
            Source::Program => Origin::Program,
            Source::Directory(follower) => {
                let followed = match ask {
                    Ask::Status => follower.followed().await,
                    Ask::Look => follower.look_again(host, SystemTime::now()).await,
                };
                Origin::Directory {
                    revision: followed.revision,
                    failure: followed.failure.map(|error| bounded(&error.to_string())),
                    trial: followed.trial.map(|trial| Tried {
                        revision: trial.revision,
                        failure: trial.failure.map(|error| bounded(&error.to_string())),
                    }),
                }
            }
        };
        let status = host.status();
        Answer {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            transport: self.transport.to_owned(),
            policy: status.live,
            since: status.since.rfc3339(),
            source,
            failed: status.failed.map(|failed| Failed {
                at: failed.at.rfc3339(),
                digest: failed.digest,
                error: bounded(&failed.error.to_string()),
            }),
            trouble: status.trouble.map(|trouble| Trouble {
                failures: trouble.failures,
                error: bounded(&trouble.error.to_string()),
                suspended_until: trouble.suspended_until.map(|until| until.rfc3339()),
            }),
        }
    }
}

fn bounded(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_TEXT)].to_owned()
}
