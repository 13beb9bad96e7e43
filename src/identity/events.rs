//! What happened to an account that its owner should know: told once at the next login, then kept in the owner's list.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::security_events;
use crate::text_enum;

text_enum! {
    /// What happened.
    EventKind {
        /// Login from a device that had not been used before.
        NewDevice = "new_device",
        /// Five or more wrong passwords, then the right one.
        FailuresThenLogin = "failures_then_login",
        /// The owner chose a new password.
        PasswordChanged = "password_changed",
        /// The owner chose a new password with a link sent by mail.
        PasswordForgotten = "password_forgotten",
        /// The owner has proven an address by which a forgotten password is replaced.
        AddressProven = "address_proven",
        /// The owner took that address back.
        AddressRemoved = "address_removed",
        /// A doctor gave the collaborator a temporary password.
        PasswordReset = "password_reset",
        /// Whoever runs the program gave a temporary password.
        PasswordResetByOperator = "password_reset_by_operator",
        /// The second factor was turned on.
        SecondFactorOn = "second_factor_on",
        /// The second factor was turned off.
        SecondFactorOff = "second_factor_off",
        /// A recovery code was used in place of the second factor.
        RecoveryCodeUsed = "recovery_code_used",
        /// A doctor ended the collaborator's sessions.
        EndedByDoctor = "ended_by_doctor",
        /// A doctor suspended or ended the association with the collaborator.
        AssociationStopped = "association_stopped",
        /// A person whom the doctor invited accepted.
        InvitationAccepted = "invitation_accepted",
        /// A person whom the doctor invited did not accept.
        InvitationRefused = "invitation_refused",
        /// An acceptance code was typed wrong so often that it is good no more.
        InvitationCodeSpent = "invitation_code_spent",
        /// An invitation was cancelled, because another doctor gave the person a new password before the answer.
        InvitationCancelled = "invitation_cancelled",
        /// Another doctor gave a shared collaborator a new password: the association waits for this doctor's word.
        ToReconfirm = "to_reconfirm",
        /// What was sent and what SAC's list shows are not the same.
        SacDiffers = "sac_differs",
        /// A collaborator opened or searched records so fast that the portal slowed them down.
        CollaboratorSlowed = "collaborator_slowed",
    }
}

impl EventKind {
    /// Whether it is about the people one works with, not about one's own access.
    pub const fn is_of_others(self) -> bool {
        matches!(
            self,
            Self::InvitationAccepted
                | Self::InvitationRefused
                | Self::InvitationCodeSpent
                | Self::InvitationCancelled
                | Self::ToReconfirm
                | Self::CollaboratorSlowed
        )
    }

    /// Whether it is about the prescriptions at SAC.
    pub const fn is_of_sac(self) -> bool {
        matches!(self, Self::SacDiffers)
    }

    /// What it says on screen.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NewDevice => "Accesso da un dispositivo nuovo",
            Self::FailuresThenLogin => "Accesso dopo almeno cinque password sbagliate",
            Self::PasswordChanged => "Password cambiata",
            Self::PasswordForgotten => "Nuova password scelta con «Password dimenticata»",
            Self::AddressProven => "Indirizzo e-mail confermato per «Password dimenticata»",
            Self::AddressRemoved => "Indirizzo e-mail per «Password dimenticata» tolto",
            Self::PasswordReset => "Nuova password temporanea assegnata da un medico",
            Self::PasswordResetByOperator => "Nuova password temporanea assegnata da chi gestisce il servizio",
            Self::SecondFactorOn => "Secondo fattore attivato",
            Self::SecondFactorOff => "Secondo fattore disattivato",
            Self::RecoveryCodeUsed => "Accesso con un codice di recupero",
            Self::EndedByDoctor => "Accessi chiusi da un medico",
            Self::AssociationStopped => "Un medico ha sospeso o terminato la tua collaborazione",
            Self::InvitationAccepted => "Un collaboratore ha accettato il tuo invito",
            Self::InvitationRefused => "Un collaboratore non ha accettato il tuo invito",
            Self::InvitationCodeSpent => {
                "Un codice che hai dato a un collaboratore è stato sbagliato più volte e non vale più: dagliene uno nuovo"
            }
            Self::InvitationCancelled => "Un tuo invito è stato annullato: la persona ha avuto una nuova password",
            Self::SacDiffers => "Nel confronto con il SAC qualche ricetta risulta da una parte sola",
            Self::CollaboratorSlowed => {
                "Un collaboratore ha aperto o cercato molte cartelle in pochi secondi e il portale lo ha rallentato"
            }
            Self::ToReconfirm => "Un collaboratore ha avuto una nuova password da un altro medico: va riconfermato",
        }
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Short description of the device it came from; empty when that tells nothing.
    pub device: String,
    /// When, UTC.
    pub happened_at: NaiveDateTime,
}

/// Notes an event, inside the transaction of what caused it.
pub fn note(conn: &mut Db, user_id: i64, kind: EventKind, device: &str, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::insert_into(security_events::table)
        .values((
            security_events::user_id.eq(user_id),
            security_events::kind.eq(kind),
            security_events::device.eq(device),
            security_events::happened_at.eq(now),
        ))
        .execute(conn)
}

/// Notes an event that goes on and on, once an hour for each `device` (here: whoever causes it).
pub fn note_now_and_then(
    conn: &mut Db,
    user_id: i64,
    (kind, device): (EventKind, String),
    now: NaiveDateTime,
) -> QueryResult<usize> {
    let lately = security_events::table
        .filter(security_events::user_id.eq(user_id).and(security_events::happened_at.gt(now - TimeDelta::hours(1))))
        .filter(security_events::kind.eq(kind).and(security_events::device.eq(&device)));
    if diesel::select(exists(lately)).get_result(conn)? {
        return Ok(0);
    }
    note(conn, user_id, kind, &device, now)
}

/// The latest events of a user, newest first.
pub fn list(conn: &mut Db, user_id: i64) -> QueryResult<Vec<Event>> {
    security_events::table
        .filter(security_events::user_id.eq(user_id))
        .order((security_events::happened_at.desc(), security_events::id.desc()))
        .limit(30)
        .select((security_events::kind, security_events::device, security_events::happened_at))
        .load(conn)
}

/// Events that were told to nobody after all (a program asked, not a person) wait to be told again.
pub fn untell(conn: &mut Db, user_id: i64, events: &[Event]) -> QueryResult<usize> {
    let times: Vec<NaiveDateTime> = events.iter().map(|event| event.happened_at).collect();
    let rows = security_events::table
        .filter(security_events::user_id.eq(user_id).and(security_events::happened_at.eq_any(times)));
    diesel::update(rows).set(security_events::told_at.eq(None::<NaiveDateTime>)).execute(conn)
}

/// The events the user has not been told of yet; they count as told from now on.
pub fn tell(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<Vec<Event>> {
    let untold: Vec<Event> = security_events::table
        .filter(security_events::user_id.eq(user_id).and(security_events::told_at.is_null()))
        .order((security_events::happened_at.asc(), security_events::id.asc()))
        .limit(30)
        .select((security_events::kind, security_events::device, security_events::happened_at))
        .load(conn)?;
    if !untold.is_empty() {
        let rows =
            security_events::table.filter(security_events::user_id.eq(user_id).and(security_events::told_at.is_null()));
        diesel::update(rows).set(security_events::told_at.eq(now)).execute(conn)?;
    }
    Ok(untold)
}

/// Forgets events older than `before`.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(security_events::table.filter(security_events::happened_at.lt(before))).execute(conn)
}
