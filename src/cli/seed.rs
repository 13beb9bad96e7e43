//! `seed`: synthetic doctors and patients, for tests of load. Never on a database with real data.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::ExposeSecret as _;

use super::create_doctor::BCRYPT_COST;
use super::database;
use crate::config::{self, StorageSettings};
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::practice::{self, SeedPlan};
use kernel::clock::Clock;
use kernel::random;

/// Arguments of `seed`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    /// Doctors to add, named medico0001, medico0002, ...
    #[arg(long, default_value_t = 1)]
    doctors: u32,
    /// Patients of each doctor.
    #[arg(long, default_value_t = 1_500)]
    patients_per_doctor: u32,
    /// The same number makes the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Password of every doctor added; without it a random one is printed.
    #[arg(long)]
    password: Option<String>,
}

/// Runs `seed`: one transaction a doctor, so an interrupted run can be started again.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let keys = Keys::new(config::secret_key(&arguments.storage)?.expose_secret())?;
    let pool = database::open(&arguments.storage, 1)?;
    database::bring_up_to_date(&pool)?;
    let password = arguments.password.clone().unwrap_or_else(|| random::readable_secret(16));
    let hash = Passwords::new(&keys, BCRYPT_COST)?.hash_blocking(&password)?;
    let plan = SeedPlan {
        doctors: arguments.doctors,
        patients_per_doctor: arguments.patients_per_doctor,
        seed: arguments.seed,
    };
    let clock = Clock::system();
    let progress = progress_bar(u64::from(plan.doctors));
    let mut written = 0usize;
    let mut conn = pool.connection()?;
    for index in 1..=plan.doctors {
        let (now, today) = (clock.now(), clock.today());
        written += conn.write(|c| practice::load_seed(c, plan, index, &hash, now, today))?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    println!("{} doctors, {written} patients", plan.doctors);
    println!("usernames medico0001 to medico{:04}, password {password}", plan.doctors);
    Ok(())
}

/// A bar on a terminal, nothing elsewhere.
pub fn progress_bar(length: u64) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}
