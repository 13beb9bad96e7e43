//! What the ledger adds up to: prescriptions, lots, sessions and counters.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Rome;

use super::ledger::{Entry, Event, Ledger, Registered};
use kernel::random::hex_token;
use sac::PrescriptionMessage;

/// Grouping of the lots the simulator gives.
const LOT_GROUPING: &str = "0A";
/// Grouping and size class of the numbers the simulator assigns by itself.
const ASSIGNED: &str = "0A4";
/// First value of the national counter in the authentication codes: a plausible size, nothing more.
const FIRST_COUNTER: u64 = 50_000_001;
/// Hours a session lasts.
const SESSION_HOURS: i64 = 8;

/// A prescription and where it is in its life.
#[derive(Debug, Clone)]
pub struct Prescription {
    /// As registered.
    pub registered: Registered,
    /// State of the process.
    pub state: u8,
}

/// A lot of NREs.
#[derive(Debug, Clone)]
pub struct Lot {
    /// Everything but the progressive.
    pub prefix: String,
    /// Fiscal code of the doctor.
    pub doctor: String,
}

/// Where a session is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Created, not used yet.
    Validated,
    /// In use.
    Active,
    /// Over.
    Revoked,
}

/// A session.
#[derive(Clone)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// User it belongs to.
    pub username: String,
    /// Start, UTC.
    pub from: NaiveDateTime,
    /// End, UTC.
    pub until: NaiveDateTime,
    /// State.
    pub state: SessionState,
}

/// Ledger and state, changed together.
pub struct State {
    ledger: Ledger,
    prescriptions: BTreeMap<String, Prescription>,
    lots: Vec<Lot>,
    sessions: Vec<Session>,
    assigned: u64,
}

impl State {
    /// Rebuilds the state from a folder's ledger.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let ledger = Ledger::open(folder)?;
        let entries = ledger.entries().to_vec();
        let (lots, sessions) = (Vec::new(), Vec::new());
        let mut state = Self { ledger, prescriptions: BTreeMap::new(), lots, sessions, assigned: 0 };
        for entry in entries {
            state.apply(entry.event);
        }
        Ok(state)
    }

    /// Everything that happened.
    pub fn entries(&self) -> &[Entry] {
        self.ledger.entries()
    }

    /// The prescription of a number.
    pub fn prescription(&self, nre: &str) -> Option<&Prescription> {
        self.prescriptions.get(nre)
    }

    /// All prescriptions, by number.
    pub fn prescriptions(&self) -> impl Iterator<Item = &Prescription> {
        self.prescriptions.values()
    }

    /// All lots.
    pub fn lots(&self) -> &[Lot] {
        &self.lots
    }

    /// The lot a number belongs to.
    pub fn lot_of(&self, nre: &str) -> Option<&Lot> {
        self.lots.iter().find(|lot| nre.starts_with(&lot.prefix))
    }

    /// A session by its id.
    pub fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// Registers a prescription, assigning it a number if it has none, and the next authentication code.
    pub fn register(
        &mut self,
        now: NaiveDateTime,
        sender: &str,
        message: &PrescriptionMessage,
    ) -> io::Result<Registered> {
        let mut message = message.clone();
        if message.nre.is_empty() {
            message.nre = format!("{}{ASSIGNED}{:09}", message.region, self.assigned.saturating_add(1));
        }
        let local = Rome.from_utc_datetime(&now);
        let count = u64::try_from(self.prescriptions.len()).unwrap_or(0);
        let auth_code = format!(
            "{}{:03}{:013}",
            local.format("%d%m%Y%H%M%S"),
            local.timestamp_subsec_millis(),
            FIRST_COUNTER + count
        );
        let registered = Registered {
            nre: message.nre.clone(),
            auth_code,
            registered_at: local.naive_local(),
            sender: sender.to_owned(),
            message,
        };
        self.record(now, Event::Registered(Box::new(registered.clone())))?;
        Ok(registered)
    }

    /// Moves a prescription to another state; false when there is no such number.
    pub fn set_state(&mut self, now: NaiveDateTime, nre: &str, state: u8) -> io::Result<bool> {
        let known = self.prescriptions.contains_key(nre);
        if known {
            self.record(now, Event::State { nre: nre.to_owned(), state })?;
        }
        Ok(known)
    }

    /// Gives a lot of 100 numbers; `None` when the region has no code left.
    pub fn give_lot(&mut self, now: NaiveDateTime, region: &str, doctor: &str) -> io::Result<Option<Lot>> {
        let given = self.lots.iter().filter(|lot| lot.prefix.starts_with(region)).count();
        let code = format!("{:07}", given.saturating_add(1));
        if code.len() > 7 {
            return Ok(None);
        }
        let lot = Lot { prefix: format!("{region}{LOT_GROUPING}0{code}"), doctor: doctor.to_owned() };
        self.record(now, Event::Lot { prefix: lot.prefix.clone(), doctor: lot.doctor.clone() })?;
        Ok(Some(lot))
    }

    /// Creates a session; the one created before and never used is revoked.
    pub fn create_session(&mut self, now: NaiveDateTime, username: &str) -> io::Result<Session> {
        let waiting: Vec<String> = self.ids_in(username, SessionState::Validated);
        for id in waiting {
            self.record(now, Event::SessionRevoked { id })?;
        }
        let until = now + chrono::TimeDelta::hours(SESSION_HOURS);
        let id = uuid();
        self.record(now, Event::Session { id: id.clone(), username: username.to_owned(), from: now, until })?;
        self.session(&id).cloned().ok_or_else(|| io::Error::other("the session just written is missing"))
    }

    /// Takes a session into use: the first use ends the one used before.
    pub fn use_session(&mut self, now: NaiveDateTime, id: &str) -> io::Result<()> {
        match self.session(id).map(|session| session.state) {
            Some(SessionState::Validated) => self.record(now, Event::SessionUsed { id: id.to_owned() }),
            _ => Ok(()),
        }
    }

    /// Ends a session.
    pub fn revoke_session(&mut self, now: NaiveDateTime, id: &str) -> io::Result<()> {
        self.record(now, Event::SessionRevoked { id: id.to_owned() })
    }

    /// Ends every session of a user.
    pub fn revoke_sessions_of(&mut self, now: NaiveDateTime, username: &str) -> io::Result<()> {
        let mut ids = self.ids_in(username, SessionState::Validated);
        ids.extend(self.ids_in(username, SessionState::Active));
        ids.into_iter().try_for_each(|id| self.revoke_session(now, &id))
    }

    fn ids_in(&self, username: &str, state: SessionState) -> Vec<String> {
        let of_user = self.sessions.iter().filter(|session| session.username == username && session.state == state);
        of_user.map(|session| session.id.clone()).collect()
    }

    fn record(&mut self, now: NaiveDateTime, event: Event) -> io::Result<()> {
        self.ledger.append(now, event.clone())?;
        self.apply(event);
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Registered(registered) => {
                if registered.nre.get(3..6) == Some(ASSIGNED) {
                    let progressive = registered.nre.get(6..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
                    self.assigned = self.assigned.max(progressive);
                }
                self.prescriptions.insert(registered.nre.clone(), Prescription { registered: *registered, state: 3 });
            }
            Event::State { nre, state } => {
                if let Some(prescription) = self.prescriptions.get_mut(&nre) {
                    prescription.state = state;
                }
            }
            Event::Lot { prefix, doctor } => self.lots.push(Lot { prefix, doctor }),
            Event::Session { id, username, from, until } => {
                self.sessions.push(Session { id, username, from, until, state: SessionState::Validated });
            }
            Event::SessionUsed { id } => {
                let owner = self.session(&id).map(|session| session.username.clone());
                for session in self.sessions.iter_mut().filter(|session| Some(&session.username) == owner.as_ref()) {
                    if session.id == id {
                        session.state = SessionState::Active;
                    } else if session.state == SessionState::Active {
                        session.state = SessionState::Revoked;
                    }
                }
            }
            Event::SessionRevoked { id } => {
                if let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) {
                    session.state = SessionState::Revoked;
                }
            }
        }
    }
}

/// The UTC moment as Italian local time, in the form `xs:dateTime` takes.
pub fn local_date_time(moment: NaiveDateTime) -> String {
    Rome.from_utc_datetime(&moment).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A random version 4 UUID.
fn uuid() -> String {
    let hex = hex_token(16);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The session id that works without being created, as in the ministry's test environment: user, month and context.
pub fn month_session(username: &str, now: NaiveDateTime) -> String {
    let local = Utc.from_utc_datetime(&now).with_timezone(&Rome);
    format!("{username}-{}-RICETTA-DEM", local.format("%Y-%m"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use chrono::NaiveDate;

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 19).unwrap().and_hms_milli_opt(8, 4, 2, 219).unwrap()
    }

    #[test]
    fn codes_follow_the_recipe_and_never_repeat() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::load(folder.path()).unwrap();
        let message = PrescriptionMessage { region: "130".into(), ..Default::default() };
        let first = state.register(now(), "D", &message).unwrap();
        assert_eq!(first.auth_code, "191120260904022190000050000001");
        assert_eq!(first.nre, "1300A4000000001");
        drop(state);
        let mut state = State::load(folder.path()).unwrap();
        let second = state.register(now(), "D", &message).unwrap();
        assert_eq!(second.auth_code, "191120260904022190000050000002");
        assert_eq!(second.nre, "1300A4000000002");
    }

    #[test]
    fn lots_are_never_given_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::load(folder.path()).unwrap();
        assert_eq!(state.give_lot(now(), "050", "A").unwrap().unwrap().prefix, "0500A00000001");
        drop(state);
        let mut state = State::load(folder.path()).unwrap();
        assert_eq!(state.give_lot(now(), "050", "B").unwrap().unwrap().prefix, "0500A00000002");
        assert_eq!(state.lot_of("0500A0000000177").unwrap().doctor, "A");
        assert!(state.lot_of("0500A0000000377").is_none());
    }

    #[test]
    fn the_first_use_of_a_session_ends_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::load(folder.path()).unwrap();
        let first = state.create_session(now(), "U").unwrap().id;
        assert_eq!(first.len(), 36);
        state.use_session(now(), &first).unwrap();
        let second = state.create_session(now(), "U").unwrap().id;
        let third = state.create_session(now(), "U").unwrap().id;
        let kind = |state: &State, id: &str| state.session(id).unwrap().state;
        assert_eq!(kind(&state, &first), SessionState::Active);
        assert_eq!(kind(&state, &second), SessionState::Revoked);
        state.use_session(now(), &third).unwrap();
        let state = State::load(folder.path()).unwrap();
        assert_eq!(kind(&state, &first), SessionState::Revoked);
        assert_eq!(kind(&state, &third), SessionState::Active);
    }
}
