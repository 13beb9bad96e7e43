//! The patient's first step: the code, proven by fiscal code and birth date, opens an account or joins one.
//!
//! A code of one doctor must not open what another doctor has published: when the account serves another archive already,
//! its password is asked; who has forgotten it chooses a new one, and the other archives close until their own doctors
//! give a new code.

use chrono::{NaiveDate, NaiveDateTime};

use crate::account::service::password::{self, Check};
use crate::account::service::sign_in::hash_failure;
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::keys::same_secret;
use crate::identity::model::User;
use crate::identity::queries::set_logged_in;
use crate::identity::throttle::{self, Door, Subject};
use crate::identity::{second_factor, sessions};
use crate::millebook::model::{self, Happened};
use crate::millebook::queries::{self, Claimant};
use crate::site::Site;
use crate::web::error::AppError;
use kernel::patient_code::PatientCode;

/// What the patient says.
#[derive(Clone)]
pub struct Claim {
    /// The code, as typed.
    pub code: String,
    /// Whose it is.
    pub fiscal_code: PatientCode,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// The peer's address, where one can be told from another.
    pub address: Option<String>,
}

/// A code that fits the person.
pub struct Claimed {
    /// For whom it was made.
    pub claimant: Claimant,
    /// The person's account, open or not.
    pub account: Option<User>,
    /// The account serves another doctor's archive now.
    pub elsewhere: bool,
}

/// The answer to a claim.
pub enum Look {
    /// It fits.
    Fits(Box<Claimed>),
    /// Wrong, used, expired, or of somebody else: nobody is told which.
    Unknown,
    /// Too many tries: nothing was checked.
    Blocked(NaiveDateTime),
}

/// Whose failures are counted: the person's first.
fn subjects(site: &Site, claim: &Claim) -> Vec<Subject> {
    let person = Subject::account(&site.keys, &format!("millebook activation {}", claim.fiscal_code.as_str()));
    let network = claim.address.as_ref().map(|address| Subject::address(&site.keys, Door::Patients, address));
    std::iter::once(person).chain(network).collect()
}

/// Looks a claim up without using the code; a wrong one is counted.
pub async fn look(site: &Site, claim: &Claim) -> Result<Look, AppError> {
    let (digest, subjects) = (model::digest(&site.keys, &claim.code), subjects(site, claim));
    let (claim, now) = (claim.clone(), site.clock.now());
    let work = move |conn: &mut Db| -> Result<Look, DbError> {
        throttle::take_turn(conn, &subjects)?;
        for subject in &subjects {
            if let Some(until) = throttle::blocked_until(conn, subject, now)? {
                return Ok(Look::Blocked(until));
            }
        }
        let Some(claimant) = queries::find_claimant(conn, &digest, now)?.filter(|found| fits(found, &claim)) else {
            for subject in &subjects {
                throttle::count_failure(conn, subject, now)?;
            }
            return Ok(Look::Unknown);
        };
        let account = queries::find_account(conn, &claimant.fiscal_code)?;
        let siblings = match &account {
            Some(user) if user.active => queries::list_siblings(conn, user.id, claimant.patient_id)?,
            _ => Vec::new(),
        };
        Ok(Look::Fits(Box::new(Claimed { elsewhere: !siblings.is_empty(), claimant, account })))
    };
    Ok(site.db.write(work).await?)
}

fn fits(found: &Claimant, claim: &Claim) -> bool {
    let same_code = same_secret(&found.fiscal_code, claim.fiscal_code.as_str());
    same_code & (found.birth_date == claim.birth_date)
}

/// With which password the account opens.
pub enum Choice {
    /// A new one; its rules are checked already.
    New(String),
    /// The present one of an account that serves another archive.
    Present(String),
}

/// How an activation ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Activation {
    /// The account is open: who entered, and the cookie of this device.
    Open(i64, String),
    /// The other doctor's prescriptions are there too; whoever has a second factor signs in with it.
    Joined,
    /// The present password is wrong.
    WrongPassword,
    /// Too many tries.
    Blocked(NaiveDateTime),
    /// The code was used meanwhile.
    Gone,
}

/// Uses the code and opens the account.
/// Fails with [`AppError::Busy`] when too many passwords are being checked.
pub async fn activate(site: &Site, claim: &Claim, claimed: Claimed, choice: Choice) -> Result<Activation, AppError> {
    let hash = match choice {
        Choice::New(password) => Some(site.passwords.hash(password).await.map_err(hash_failure)?),
        Choice::Present(password) => {
            let Some(account) = claimed.account.as_ref().filter(|_| claimed.elsewhere) else {
                return Ok(Activation::WrongPassword);
            };
            match password::check(site, account, password).await? {
                Check::Right => None,
                Check::Wrong => return Ok(Activation::WrongPassword),
                Check::Blocked(until) => return Ok(Activation::Blocked(until)),
            }
        }
    };
    let (digest, subjects, now) = (model::digest(&site.keys, &claim.code), subjects(site, claim), site.clock.now());
    let work = move |conn: &mut Db| -> Result<Activation, DbError> {
        if !queries::set_code_used(conn, claimed.claimant.patient_id, &digest, now)? {
            return Ok(Activation::Gone);
        }
        if let Some(person) = subjects.first() {
            throttle::forgive(conn, person)?;
        }
        let user = match (hash, claimed.account) {
            (None, Some(account)) => {
                let user = join(conn, &claimed.claimant, account.id, now)?;
                if second_factor::is_on(conn, user)? {
                    return Ok(Activation::Joined);
                }
                user
            }
            (None, None) => return Ok(Activation::Gone),
            (Some(hash), _) => open_account(conn, &claimed.claimant, &hash, now)?,
        };
        set_logged_in(conn, user, now)?;
        Ok(Activation::Open(user, throttle::remember_device(conn, user, now)?))
    };
    Ok(site.db.write(work).await?)
}

fn join(conn: &mut Db, claimant: &Claimant, user: i64, now: NaiveDateTime) -> diesel::QueryResult<i64> {
    queries::set_activated(conn, claimant.patient_id, user, now)?;
    queries::insert_event(conn, claimant.patient_id, Happened::Activated, user, now)?;
    Ok(user)
}

/// Opens the person's account with a new password, and with it this enrolment alone: whatever the account opened at other
/// doctors' waits for a code of theirs, and who had entered is out. A second factor goes too: the surgery has seen who asks,
/// and the telephone may be what was lost.
pub fn open_account(conn: &mut Db, claimant: &Claimant, hash: &str, now: NaiveDateTime) -> diesel::QueryResult<i64> {
    let user = match queries::find_account(conn, &claimant.fiscal_code)? {
        Some(user) => {
            let siblings = queries::list_siblings(conn, user.id, claimant.patient_id)?;
            queries::suspend(conn, &siblings)?;
            for sibling in siblings {
                queries::insert_event(conn, sibling, Happened::Suspended, user.id, now)?;
            }
            queries::set_account(conn, user.id, hash, now)?;
            sessions::end_all(conn, user.id)?;
            throttle::forget_devices(conn, user.id)?;
            events::note(conn, user.id, EventKind::PasswordChanged, "", now)?;
            if second_factor::is_on(conn, user.id)? {
                events::note(conn, user.id, EventKind::SecondFactorOff, "", now)?;
            }
            second_factor::remove(conn, user.id)?;
            user.id
        }
        None => {
            let person = (claimant.surname.as_str(), claimant.name.as_str(), claimant.fiscal_code.as_str());
            queries::insert_account(conn, person, hash, now)?
        }
    };
    join(conn, claimant, user, now)
}
