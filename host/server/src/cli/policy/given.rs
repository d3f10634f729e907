//! The policy that a command is to put in force or on trial, or to prove.

use super::candidate::{Candidate, With, load};
use super::change::Checked;
use super::source::{self, Fetched, Source};
use crate::config::Config;
use crate::policies::host_config;
use clap::Args;
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::LivePolicy as _;
use gansauditor_policy::revisions::{Change, Program};
use gansauditor_policy::{HostConfig, OwnLimits};

/// Which policy, and what it is run under.
#[derive(Debug, Args)]
pub(super) struct Given {
    #[arg(required_unless_present = "core", value_name = source::VALUE, help = source::HELP)]
    component: Option<Source>,
    /// The policy built into each server instead of a component
    #[arg(long, conflicts_with = "component")]
    core: bool,
    /// The component's digest, sha256:... or what `sha256sum` prints: no other is taken
    #[arg(long, value_name = "DIGEST", requires = "component", value_parser = digest)]
    digest: Option<Digest>,
    /// Its settings: a JSON object, or a file that holds one; without it {}, or those of the revision that is named
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// Limits of its own, a JSON object: deadline_ms, memory_bytes, table_elements, output_bytes, fuel
    #[arg(long, value_name = "JSON", value_parser = OwnLimits::parse)]
    limits: Option<OwnLimits>,
}

impl Given {
    /// Loads it as a server made with `host` would.
    pub(super) async fn load(self, host: HostConfig, config: &Config) -> anyhow::Result<Candidate> {
        let with = With {
            host,
            limits: self.limits,
            digest: self.digest,
        };
        load(
            self.component.as_ref(),
            self.settings.as_deref(),
            with,
            config,
        )
        .await
    }

    /// Loads it as a server would, for this change.
    pub(super) async fn checked(self, change: Change, config: &Config) -> anyhow::Result<Checked> {
        let Candidate { policy, fetched } = self.load(host_config(config)?, config).await?;
        let (artifact, source) = match fetched {
            Some(Fetched { artifact, from, .. }) => (Some(artifact), Some(from)),
            None => (None, None),
        };
        Ok(Checked {
            change,
            policy: policy.identity().clone(),
            setup: policy.setup().clone(),
            program: match artifact {
                Some(_) => Program::Component,
                None => Program::Core,
            },
            signature: artifact
                .as_ref()
                .and_then(|artifact| artifact.signature.clone()),
            source,
            component: artifact.map(|artifact| artifact.component),
            expected: None,
        })
    }
}

/// A digest with or without the name of its algorithm, in either case.
fn digest(text: &str) -> Result<Digest, String> {
    let text = text.to_ascii_lowercase();
    let digits = text.trim_start_matches("sha256:");
    let digest = format!("sha256:{digits}").parse();
    digest.map_err(|_| "a digest is sha256: and 64 hexadecimal digits".to_owned())
}
