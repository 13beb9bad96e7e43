//! `doctor` and `unlock`: the accounts, from the command line.

use anyhow::Context as _;
use secrecy::ExposeSecret as _;

use super::create_doctor::BCRYPT_COST;
use super::database;
use crate::account::queries;
use crate::account::service::operate::{self, Act, Changes};
use crate::config::{self, StorageSettings};
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use kernel::clock::Clock;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Every doctor: username, name, and what is missing (address, verification, account).
    List(List),
    /// Vouches for a doctor who registered alone: until then collaborators, Millebook and SAC are closed.
    Verify(Who),
    /// Shuts an account: open sessions and connected programs end.
    Disable(Who),
    /// Opens a shut account again.
    Enable(Who),
    /// Prints a new temporary password, once; sessions end. Also for a collaborator, whose doctors must reconfirm.
    ResetPassword(WithKey),
    /// Turns the second factor off, when telephone and recovery codes are lost; sessions end.
    ResetSecondFactor(Who),
    /// Changes surname, name or e-mail address.
    Edit(Edit),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    storage: StorageSettings,
}

#[derive(Debug, clap::Args)]
struct Who {
    #[command(flatten)]
    storage: StorageSettings,
    /// Login name.
    username: String,
}

#[derive(Debug, clap::Args)]
struct WithKey {
    #[command(flatten)]
    storage: StorageSettings,
    /// Login name.
    username: String,
}

#[derive(Debug, clap::Args)]
struct Edit {
    #[command(flatten)]
    who: Who,
    /// New surname.
    #[arg(long)]
    surname: Option<String>,
    /// New name.
    #[arg(long)]
    name: Option<String>,
    /// New e-mail address.
    #[arg(long)]
    email: Option<String>,
}

/// Runs `doctor`.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::List(list) => print_list(&list.storage),
        Command::Verify(who) => act(who, Act::Verify, "verified"),
        Command::Disable(who) => act(who, Act::Disable, "disabled"),
        Command::Enable(who) => act(who, Act::Enable, "enabled"),
        Command::ResetSecondFactor(who) => act(who, Act::ResetSecondFactor, "second factor off"),
        Command::ResetPassword(who) => reset_password(who),
        Command::Edit(edit) => change(edit),
    }
}

fn print_list(storage: &StorageSettings) -> anyhow::Result<()> {
    let pool = database::open(storage, 1)?;
    for doctor in queries::list_doctors(&mut *pool.connection()?)? {
        let lacks = [
            (doctor.confirmed_at.is_none(), "address not confirmed"),
            (doctor.verified_at.is_none(), "to be verified"),
            (!doctor.active, "disabled"),
        ];
        let lacks: Vec<&str> = lacks.iter().filter(|(lacks, _)| *lacks).map(|(_, words)| *words).collect();
        let state = if lacks.is_empty() { "good".to_owned() } else { lacks.join(", ") };
        println!("{}\t{} {}\t{}\t{state}", doctor.username, doctor.surname, doctor.name, doctor.fiscal_code);
    }
    Ok(())
}

fn act(who: &Who, act: Act, done: &str) -> anyhow::Result<()> {
    let pool = database::open(&who.storage, 1)?;
    operate::act(&mut *pool.connection()?, &who.username, act, Clock::system().now()).context("nothing was changed")?;
    println!("{}: {done}", who.username);
    Ok(())
}

fn reset_password(who: &WithKey) -> anyhow::Result<()> {
    let keys = Keys::new(config::secret_key(&who.storage)?.expose_secret())?;
    let pool = database::open(&who.storage, 1)?;
    let passwords = Passwords::new(&keys, BCRYPT_COST)?;
    let password = operate::reset_password(&mut *pool.connection()?, &passwords, &who.username, Clock::system().now())
        .context("nothing was changed")?;
    println!("temporary password {password}");
    println!("It is good for 24 hours and opens only the page to choose a new one.");
    Ok(())
}

fn change(edit: &Edit) -> anyhow::Result<()> {
    let pool = database::open(&edit.who.storage, 1)?;
    let changes =
        Changes { surname: edit.surname.as_deref(), name: edit.name.as_deref(), email: edit.email.as_deref() };
    operate::edit(&mut *pool.connection()?, &edit.who.username, &changes, Clock::system().now())
        .context("nothing was changed")?;
    println!("{}: changed", edit.who.username);
    Ok(())
}

/// Arguments of `unlock`.
#[derive(Debug, clap::Args)]
pub struct Unlock {
    #[command(flatten)]
    storage: StorageSettings,
    /// A network address, or a username.
    whom: String,
}

/// Runs `unlock`.
pub fn unlock(arguments: &Unlock) -> anyhow::Result<()> {
    let keys = Keys::new(config::secret_key(&arguments.storage)?.expose_secret())?;
    let pool = database::open(&arguments.storage, 1)?;
    let forgotten = operate::unlock(&mut *pool.connection()?, &keys, &arguments.whom, Clock::system().now())?;
    println!("{forgotten} counts forgotten");
    Ok(())
}
