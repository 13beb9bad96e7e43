//! The command line: one file per command.

mod create_doctor;
mod database;
mod demo;
mod doctor;
mod healthcheck;
mod import;
mod logging;
mod sac_simulator;
mod sealed;
mod seed;
mod serve;
mod settings;
mod shutdown;
mod test_mail;
mod verify_accesses;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self, Problems};

/// The cloud of an Italian general practitioner: Millelight and its services.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows the product with invented data: embedded database, a practice, the stand-in for SAC, mails to a folder.
    Demo(demo::Arguments),
    /// Starts the portal. Needs a migrated database, a secret key, the SAC's address and certificate, and mail settings;
    /// loads no data and has no user of its own.
    Serve(serve::Arguments),
    /// Brings the database up to this version of the program and loads the starter code lists.
    Migrate(database::Arguments),
    /// Adds a doctor and prints a temporary password, once.
    CreateDoctor(create_doctor::Arguments),
    /// Lists, verifies, shuts, opens and changes the accounts of doctors.
    Doctor(doctor::Arguments),
    /// Forgets the failed logins counted for a network address or a username.
    Unlock(doctor::Unlock),
    /// Imports a published list or a doctor's patients, whole or not at all.
    Import(import::Arguments),
    /// Adds synthetic doctors and patients, for tests of load.
    Seed(seed::Arguments),
    /// Starts the stand-in for SAC: same messages, own key pair, ledger on disk, faults on request.
    SacSimulator(sac_simulator::Arguments),
    /// Reckons the log of who looked at what again: names the first row that was changed or taken out.
    VerifyAccesses(verify_accesses::Arguments),
    /// Sends one mail by the portal's settings and says what the server answered.
    TestMail(test_mail::Arguments),
    /// Asks a running portal whether it is ready; ends with 0 when it is.
    Healthcheck(healthcheck::Arguments),
}

/// Runs the command named by the arguments. A failure prints one line and ends with 1.
pub fn run() -> ExitCode {
    let command = Cli::command();
    let known = environment_names(&command);
    let cli = match Cli::from_arg_matches(&command.get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut problems = Problems::default();
    config::unknown_variables(set, known.iter().map(String::as_str)).iter().for_each(|unknown| problems.add(unknown));
    cli.command.check(&mut problems);
    let outcome = problems.verdict().map_err(anyhow::Error::from).and_then(|()| run_command(&cli.command));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<Problems>() {
                Some(problems) => problems.lines().iter().for_each(|line| eprintln!("millecloud: {line}")),
                None => eprintln!("millecloud: {}", one_line(&format!("{error:#}"))),
            }
            ExitCode::FAILURE
        }
    }
}

/// Databases like to say things in several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Command {
    /// Notes what is wrong with the settings of this command, before it does anything.
    fn check(&self, problems: &mut Problems) {
        let found = match self {
            Self::Serve(arguments) => arguments.check().err(),
            Self::Demo(arguments) => arguments.check().err(),
            Self::TestMail(arguments) => {
                arguments.check(problems);
                None
            }
            _ => None,
        };
        found.iter().flat_map(Problems::lines).for_each(|line| problems.add(line));
    }
}

fn run_command(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Migrate(arguments) => database::migrate(arguments),
        Command::CreateDoctor(arguments) => create_doctor::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Unlock(arguments) => doctor::unlock(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Seed(arguments) => seed::run(arguments),
        Command::SacSimulator(arguments) => sac_simulator::run(arguments),
        Command::VerifyAccesses(arguments) => verify_accesses::run(arguments),
        Command::TestMail(arguments) => test_mail::run(arguments),
        Command::Healthcheck(arguments) => healthcheck::run(arguments),
    }
}

/// Every environment variable that some command reads.
fn environment_names(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_string_lossy().into_owned()));
    let below = command.get_subcommands().flat_map(environment_names);
    own.chain(below).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
