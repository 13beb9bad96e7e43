//! `create-doctor`.

use anyhow::Context as _;

use super::database;
use crate::account::service::create::{self, Request};
use crate::config::{self, StorageSettings};
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use kernel::clock::Clock;

/// bcrypt's cost in service: about a third of a second on a small server.
pub const BCRYPT_COST: u32 = 12;

/// Arguments of `create-doctor`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    /// Login name.
    #[arg(long)]
    username: String,
    /// Surname.
    #[arg(long)]
    surname: String,
    /// Name.
    #[arg(long)]
    name: String,
    /// Fiscal code (codice fiscale).
    #[arg(long)]
    fiscal_code: String,
    /// E-mail address.
    #[arg(long)]
    email: String,
    /// Region code as SAC writes it, three digits: 050 is Veneto.
    #[arg(long)]
    region: String,
    /// ASL code within the region, three digits.
    #[arg(long)]
    asl: String,
    /// SAC specialisation, one letter: F is general practice.
    #[arg(long, default_value = "F")]
    specialization: String,
    /// Structure code, where the region registered one for its doctors.
    #[arg(long, default_value = "")]
    structure: String,
}

/// Runs `create-doctor`.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let keys = Keys::new(secrecy::ExposeSecret::expose_secret(&config::secret_key(&arguments.storage)?))?;
    let pool = database::open(&arguments.storage, 1)?;
    let request = Request {
        username: &arguments.username,
        surname: &arguments.surname,
        name: &arguments.name,
        fiscal_code: &arguments.fiscal_code,
        email: &arguments.email,
        region: &arguments.region,
        asl: &arguments.asl,
        specialization: &arguments.specialization,
        structure: &arguments.structure,
    };
    let passwords = Passwords::new(&keys, BCRYPT_COST)?;
    let created = create::create_doctor(&mut *pool.connection()?, &passwords, &request, Clock::system().now())
        .context("the doctor was not added")?;
    println!("username {}", created.username);
    println!("temporary password {}", created.password);
    println!("It opens only the page to choose a new one.");
    Ok(())
}
