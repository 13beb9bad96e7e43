//! `create-doctor`.

use anyhow::Context as _;

use super::database;
use crate::config::{self, PortalSettings, StorageSettings};
use crate::identity::keys::Keys;
use crate::identity::model::{NewDoctor, PasswordState};
use crate::identity::password::Passwords;
use crate::identity::queries;
use crate::kernel::clock::Clock;
use crate::kernel::fiscal_code::FiscalCode;
use crate::kernel::random;

/// bcrypt's cost in service: about a third of a second on a small server.
pub const BCRYPT_COST: u32 = 12;

/// Arguments of `create-doctor`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    #[command(flatten)]
    portal: PortalSettings,
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
///
/// # Errors
/// One line for the user.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let keys = Keys::new(secrecy::ExposeSecret::expose_secret(&config::secret_key(&arguments.portal)?))?;
    let fiscal_code = FiscalCode::parse(&arguments.fiscal_code).context("--fiscal-code")?;
    let pool = database::open(&arguments.storage, 1)?;
    let password = random::readable_secret(16);
    let doctor = NewDoctor {
        username: arguments.username.trim().to_owned(),
        surname: arguments.surname.trim().to_owned(),
        name: arguments.name.trim().to_owned(),
        fiscal_code: fiscal_code.as_str().to_owned(),
        email: arguments.email.trim().to_owned(),
        phone: String::new(),
        password_hash: Passwords::new(&keys, BCRYPT_COST)?.hash_blocking(&password)?,
        password_state: PasswordState::Temporary,
        confirmed: true,
        region_code: arguments.region.clone(),
        asl_code: arguments.asl.clone(),
        province: String::new(),
        specialization: arguments.specialization.clone(),
        structure_code: arguments.structure.clone(),
    };
    let now = Clock::system().now();
    let added = pool.connection()?.write(|conn| queries::insert_doctor(conn, &doctor, now));
    added.context("the doctor could not be added (is the username taken?)")?;
    println!("username {}", doctor.username.to_lowercase());
    println!("temporary password {password}");
    println!("It opens only the page to choose a new one.");
    Ok(())
}
