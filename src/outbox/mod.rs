//! Work to be done after the commit that asked for it (mails, today). Knows kinds and ids, not how the work is done.
//!
//! A job is a row with its kind and the id of its subject, never personal data: whoever runs it reads the rest from the
//! subject's own rows at that time. The one secret a job may need in clear (a one-time token) travels sealed and is
//! erased when the job ends. A job may run twice, if the program dies between doing it and saying so.

mod queries;
#[cfg(test)]
mod tests;

use chrono::{NaiveDateTime, TimeDelta};
use secrecy::SecretString;

use crate::text_enum;

pub use queries::{
    cancel, claim, count_waiting, enqueue, enqueue_after, enqueue_with_secret, find_sealed, give_up, pull_back, purge,
    retry, set_done, settle,
};

text_enum! {
    /// What is to be done.
    Kind {
        /// Mail with the link that confirms a new account; the subject is the user, the secret the link's token.
        ConfirmAccount = "confirm_account",
        /// Mail to somebody who asked for an account and has one; the subject is the user.
        AccountExists = "account_exists",
        /// Mail to a doctor whose fiscal code was given by somebody else; the subject is the doctor.
        CodeClaimed = "code_claimed",
        /// Mail with the link to a new password; the subject is the user, the secret the link's token.
        ResetPassword = "reset_password",
        /// Mail with the link that proves an address; the subject is the user, the secret the link's token.
        ConfirmAddress = "confirm_address",
        /// Mail with the protected archive; the subject is the delivery.
        DeliverArchive = "deliver_archive",
        /// Mail with the archive's password, after the archive has gone; the subject is the delivery.
        DeliverPassword = "deliver_password",
        /// Text message with the NRE; the subject is the delivery.
        DeliverSms = "deliver_sms",
        /// Mail with the code that opens a patient's portal; the subject is the patient, the secret the code.
        MillebookCode = "millebook_code",
        /// Notice on the doctor's own devices that there is something to see; the subject is the doctor.
        NotifyDoctor = "notify_doctor",
    }
}

text_enum! {
    /// How far a job has got.
    State {
        /// To be done at its time.
        Waiting = "waiting",
        /// To be done once another job is.
        Held = "held",
        /// Being done, until its lease ends.
        Running = "running",
        /// Done.
        Done = "done",
        /// Will not be done: `last_error` says why.
        GivenUp = "given_up",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

/// A job to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// What.
    pub kind: Kind,
    /// For which row.
    pub subject_id: i64,
}

/// A job in the hands of who claimed it.
#[derive(Debug)]
pub struct Claimed {
    /// Row id.
    pub id: i64,
    /// What and for whom.
    pub job: Job,
    /// Which attempt this is, from 1. Only the latest attempt may say how it ended.
    pub attempt: i64,
    /// When the job was asked for.
    pub created_at: NaiveDateTime,
    /// The token in clear, for the kinds that have one. `None` also when it was sealed with another key.
    pub secret: Option<SecretString>,
}

/// How an attempt ended. Reasons are for the log and the table: no addresses, no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or found not to be needed.
    Done,
    /// Not now.
    Retry(String),
    /// Never.
    GiveUp(String),
}

/// A job is tried for so long after it was asked for.
pub const TRIED_FOR: TimeDelta = TimeDelta::hours(48);
/// Whoever claims a job must end it in this time; afterwards another may claim it.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);

impl Claimed {
    /// Put off once more at `now`, the job would go beyond [`TRIED_FOR`]: a failure now is the last.
    pub fn is_last(&self, now: NaiveDateTime) -> bool {
        now + back_off(self.attempt) - self.created_at > TRIED_FOR
    }
}

/// The wait after the n-th attempt failed (from 1): minutes at first, hours later.
pub const fn back_off(attempt: i64) -> TimeDelta {
    match attempt {
        ..=1 => TimeDelta::minutes(1),
        2 => TimeDelta::minutes(5),
        3 => TimeDelta::minutes(15),
        4 => TimeDelta::minutes(60),
        _ => TimeDelta::hours(4),
    }
}
