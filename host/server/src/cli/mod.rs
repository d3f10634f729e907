//! The command line.

mod audit;
mod output;
mod policy;
mod progress;
mod serve;
mod session;
mod settings;

use crate::config::{Config, Variables, names, process_variables};
use crate::log;
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  gansauditor                            serve an agent over stdin and stdout
  gansauditor audit --diff               one review of what is not committed yet
  gansauditor serve --http 127.0.0.1:0   serve over Streamable HTTP, on a free port
  gansauditor session show my-task       what became of a session
  gansauditor policy inspect new.wasm    what a policy is, before it is used
  gansauditor policy replay new.wasm     what it would have decided on the sessions so far
  gansauditor policy new my-policy       begin a policy of your own; `test`, `conformance` and `bench` try it
  gansauditor policy trial start new.wasm  what it decides on the sessions to come, beside the policy in force
  gansauditor policy activate new.wasm   put it in force, in running servers too; `policy rollback` takes it back
  gansauditor settings                   every setting, with its meaning and value";

/// The reviewer in a coding agent's loop: an MCP server and a command line.
#[derive(Debug, Parser)]
#[command(name = "gansauditor", version, about, after_help = EXAMPLES, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    overrides: Overrides,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that stand above the environment.
#[derive(Debug, Args)]
struct Overrides {
    /// Directory of the sessions and of the policy in force [env: SYNC_AUDIT_STATE_DIRECTORY]
    #[arg(long, global = true, value_name = "DIR")]
    state_dir: Option<String>,
    /// File of the evaluation policy [env: AUDIT_POLICY]
    #[arg(long, global = true, value_name = "FILE")]
    policy: Option<String>,
    /// Who reviews: auto, static, codex-http, codex-exec, codex-app-server, sarif:NAME, check:NAME, or several with
    /// commas [env: AUDIT_JUDGE]
    #[arg(long, global = true, value_name = "JUDGE")]
    judge: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve agents over the Model Context Protocol (the default when stdin is not a terminal)
    Serve(serve::Serve),
    /// Audit files, a diff or what an agent would send, once or in a session
    Audit(audit::Audit),
    /// Look at sessions, or let a stopped one go on
    #[command(subcommand)]
    Session(session::Command),
    /// Write, try and look at evaluation policies, prove them on recorded sessions, put one in force, take it back
    #[command(subcommand)]
    Policy(Box<policy::Command>),
    /// List every setting with its meaning and value
    Settings(settings::Settings),
}

impl Overrides {
    fn apply(self, variables: &mut Variables) {
        for (name, value) in [
            (names::STATE_DIRECTORY, self.state_dir),
            (names::POLICY, self.policy),
            (names::JUDGE, self.judge),
        ] {
            if let Some(value) = value {
                variables.insert(name.to_owned(), value);
            }
        }
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let Cli { overrides, command } = Cli::parse();
    let command = match command {
        Some(command) => command,
        None if std::io::stdin().is_terminal() => return help(),
        None => Command::Serve(serve::Serve::default()),
    };
    let reader = match command {
        Command::Serve(_) => log::Reader::Operator,
        _ => log::Reader::Person,
    };
    let (stderr, _flush) = match log::start(reader) {
        Ok(started) => started,
        // Without a log there is nowhere to say so but the exit code.
        Err(_) => return ExitCode::FAILURE,
    };
    // A command that reports by its exit code keeps 1 for what it reports.
    let failure = match &command {
        Command::Audit(_) => ExitCode::from(audit::NO_AUDIT),
        Command::Policy(_) => ExitCode::from(policy::NOTHING_DONE),
        _ => ExitCode::FAILURE,
    };
    let result = process_variables()
        .map_err(anyhow::Error::from)
        .and_then(|mut variables| {
            overrides.apply(&mut variables);
            match command {
                Command::Settings(command) => command.run(&variables)?,
                Command::Policy(command) => return command.run(&variables),
                Command::Serve(command) => command.run(Config::read(&variables)?, stderr)?,
                Command::Session(command) => command.run(Config::read(&variables)?)?,
                Command::Audit(command) => return command.run(Config::read(&variables)?),
            }
            Ok(ExitCode::SUCCESS)
        });
    match result {
        Ok(code) => code,
        // Whoever read the output has enough of it.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            failure
        }
    }
}

fn help() -> ExitCode {
    match Cli::command().print_help() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_above_the_environment() {
        let cli = Cli::parse_from([
            "gansauditor",
            "serve",
            "--judge",
            "static",
            "--state-dir",
            "/s",
        ]);
        let mut variables = Variables::from([
            (names::JUDGE.to_owned(), "codex".to_owned()),
            (names::POLICY.to_owned(), "p.wasm".to_owned()),
        ]);
        cli.overrides.apply(&mut variables);
        assert_eq!(variables[names::JUDGE], "static");
        assert_eq!(variables[names::STATE_DIRECTORY], "/s");
        assert_eq!(variables[names::POLICY], "p.wasm");
    }
}
