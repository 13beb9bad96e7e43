//! What the doctor should know about the credentials before there is work to lose: the session of the day, the password
//! that runs out.

use chrono::{NaiveDateTime, TimeDelta};

use super::{StoredCredentials, WaitReason};
use kernel::dates;

/// From so long before its end the session is spoken of.
const SESSION_ENDS_SOON: TimeDelta = TimeDelta::minutes(90);
/// The service wants another password after so long.
const PASSWORD_LASTS: TimeDelta = TimeDelta::days(90);
/// From so long before that day it is spoken of.
const PASSWORD_ENDS_SOON: TimeDelta = TimeDelta::days(10);

/// One thing to see to in Credenziali SAR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// In one sentence.
    pub title: String,
    /// What to do.
    pub text: String,
}

impl Reminder {
    fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into() }
    }
}

/// What is to be said now; nothing while all is well.
pub fn reminders(stored: &StoredCredentials, now: NaiveDateTime) -> Vec<Reminder> {
    of_session(stored, now).into_iter().chain(of_password(stored, now)).collect()
}

/// The session: refused, missing, over, or soon over with no other to follow.
pub fn of_session(stored: &StoredCredentials, now: NaiveDateTime) -> Option<Reminder> {
    if stored.refused == WaitReason::CredentialsRefused {
        return Some(Reminder::new(
            "Il SAC non accetta le tue credenziali",
            format!("Le ricette aspettano. Il SAC ha risposto: {}", stored.test_outcome),
        ));
    }
    if stored.has_pending_session(now) {
        return None;
    }
    if stored.refused == WaitReason::SessionExpired || !stored.has_session(now) {
        return Some(Reminder::new(
            "Manca la sessione SAR di oggi",
            "Chiedila o incollala adesso: finché non c’è, le ricette confermate aspettano.",
        ));
    }
    let end = stored.session_expires_at.filter(|end| *end - now <= SESSION_ENDS_SOON)?;
    let left = (end - now).num_minutes();
    let left = match (left / 60, left % 60) {
        (0, 1) => "1 minuto".to_owned(),
        (0, minutes) => format!("{minutes} minuti"),
        (_, 0) => "1 ora".to_owned(),
        (_, 1) => "1 ora e 1 minuto".to_owned(),
        (_, minutes) => format!("1 ora e {minutes} minuti"),
    };
    Some(Reminder::new(
        format!("La sessione SAR finisce tra {left}, alle {}", dates::hour(dates::to_rome(end))),
        "Puoi chiedere già la prossima: prende il posto di questa quando finisce.",
    ))
}

/// The password: soon too old, or too old already as far as is known here.
fn of_password(stored: &StoredCredentials, now: NaiveDateTime) -> Option<Reminder> {
    let end = stored.password_set_at + PASSWORD_LASTS;
    if end - now > PASSWORD_ENDS_SOON {
        return None;
    }
    let day = dates::long(dates::to_rome(end).date());
    let title = if end <= now {
        format!("La password del Sistema TS dovrebbe essere scaduta il {day}")
    } else {
        format!("La password del Sistema TS scade verso il {day}")
    };
    Some(Reminder::new(
        title,
        "Dura novanta giorni da quando l’hai cambiata. Cambiala sul portale del Sistema TS, poi scrivila qui.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::now;

    fn stored() -> StoredCredentials {
        StoredCredentials {
            doctor_id: 1,
            username: String::new(),
            password_sealed: Vec::new(),
            pin_sealed: Vec::new(),
            session_sealed: Some(vec![1]),
            session_expires_at: Some(now() + TimeDelta::hours(8)),
            ssa_code: String::new(),
            saved_at: now(),
            tested_at: None,
            test_outcome: String::new(),
            refused: WaitReason::None,
            generation: 0,
            pending_sealed: None,
            pending_expires_at: None,
            session_asked_at: None,
            password_set_at: now(),
        }
    }

    fn titles(stored: &StoredCredentials, at: NaiveDateTime) -> Vec<String> {
        reminders(stored, at).into_iter().map(|reminder| reminder.title).collect()
    }

    #[test]
    fn the_session_is_spoken_of_ninety_minutes_before_its_end() {
        let at = |minutes| now() + TimeDelta::minutes(minutes);
        assert!(titles(&stored(), at(389)).is_empty());
        for (minutes, left) in
            [(390, "1 ora e 30 minuti"), (419, "1 ora e 1 minuto"), (420, "1 ora"), (479, "1 minuto")]
        {
            let said = titles(&stored(), at(minutes));
            assert!(said.iter().any(|title| title.contains(&format!("tra {left},"))), "{minutes}: {said:?}");
        }
        assert_eq!(titles(&stored(), at(480)), ["Manca la sessione SAR di oggi"]);
        let next = StoredCredentials { pending_sealed: Some(vec![2]), pending_expires_at: Some(at(900)), ..stored() };
        assert!(titles(&next, at(480)).is_empty(), "another one takes over");
        let none = StoredCredentials { session_sealed: None, ..stored() };
        assert_eq!(titles(&none, now()), ["Manca la sessione SAR di oggi"]);
        let refused = StoredCredentials { refused: WaitReason::SessionExpired, ..stored() };
        assert_eq!(titles(&refused, now()), ["Manca la sessione SAR di oggi"]);
        let wrong = StoredCredentials { refused: WaitReason::CredentialsRefused, ..next };
        assert_eq!(titles(&wrong, now()), ["Il SAC non accetta le tue credenziali"]);
    }

    #[test]
    fn the_password_is_spoken_of_ten_days_before() {
        let old = |days| StoredCredentials { password_set_at: now() - TimeDelta::days(days), ..stored() };
        assert!(titles(&old(79), now()).is_empty());
        assert!(titles(&old(80), now()).iter().any(|title| title.contains("scade verso il")));
        assert!(titles(&old(90), now()).iter().any(|title| title.contains("dovrebbe essere scaduta")));
    }
}
