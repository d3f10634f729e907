//! `gansauditor policy`.

mod activate;
mod bench;
mod candidate;
mod change;
mod componentize;
mod compose;
mod conformance;
mod given;
mod history;
mod inspect;
mod list;
mod new;
mod number;
mod place;
mod prune;
mod replay;
mod replay_view;
mod rollback;
mod source;
mod status;
mod stored_view;
mod taken;
mod test;
mod test_view;
mod trial;
mod trusted;
mod view;

use crate::config::{Config, Variables};
use anyhow::Context as _;
use clap::Subcommand;
use std::process::ExitCode;

/// Nothing was changed or shown.
pub(super) const NOTHING_DONE: u8 = 2;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load a policy as the server would, without using it, and say what it is
    Inspect(inspect::Inspect),
    /// Run recorded sessions through a policy and say which decisions would have been others
    Replay(replay::Replay),
    /// Put a policy in force: check it, store it, and have the servers of the state directory take it
    Activate(activate::Activate),
    /// Put an earlier policy in force again, with the settings it had
    Rollback(rollback::Rollback),
    /// Try a policy beside the one in force, before it takes its place
    #[command(subcommand)]
    Trial(trial::Trial),
    /// List which policies were in force, since when, by whom and why
    History(history::List),
    /// List the stored policies
    List(list::List),
    /// Remove the stored policies that only old revisions used
    Prune(prune::Prune),
    /// Show what each running server of the state directory has live, and what failed there
    Status(status::Status),
    /// Write the beginnings of a policy of your own into a new folder
    New(new::New),
    /// Make a component of the module that a compiler built
    Componentize(componentize::Componentize),
    /// Make one component of a policy and the parts of the core, or of another policy, that it imports
    Compose(compose::Compose),
    /// Hold a policy's decisions on fixtures against what is expected of them
    Test(test::Test),
    /// Try whether a component keeps every promise of the policy contract
    Conformance(conformance::Conformance),
    /// Measure what a policy costs, against the built-in one
    Bench(bench::Bench),
}

impl Command {
    pub(super) fn run(self, variables: &Variables) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        runtime.block_on(async {
            let config = || Config::read(variables);
            match self {
                Self::Inspect(command) => command.run(&config()?).await?,
                Self::Replay(command) => return command.run(&config()?).await,
                Self::Activate(command) => return command.run(&config()?).await,
                Self::Rollback(command) => return command.run(&config()?).await,
                Self::Trial(command) => return command.run(&config()?).await,
                Self::History(command) => command.run(&config()?)?,
                Self::List(command) => command.run(&config()?)?,
                Self::Prune(command) => command.run(&config()?)?,
                Self::Status(command) => return command.run(&config()?).await,
                Self::New(command) => command.run()?,
                Self::Componentize(command) => command.run().await?,
                Self::Compose(command) => command.run().await?,
                Self::Test(command) => return command.run(variables).await,
                Self::Conformance(command) => return command.run(&config()?).await,
                Self::Bench(command) => command.run(&config()?).await?,
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}
