//! What happened to an account while its owner was away, told at the login: one message about the own access, one about
//! the people one works with and one about the prescriptions at SAC, however much it was.

use chrono::NaiveDateTime;

use crate::identity::events::{Event, EventKind};
use crate::web::flash::{Flash, Tone};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;

const IF_UNKNOWN: &str = "Se non ne sai nulla, cambia subito la password.";
/// Kinds of events named at most; the rest is in the list.
const MOST: usize = 5;

/// The messages for these events, oldest first as they come. With a temporary password (`temporary`) no other page opens.
pub(super) fn of(events: &[Event], shell: &Shell, temporary: bool) -> Vec<Flash> {
    let (sac, rest): (Vec<&Event>, Vec<&Event>) = events.iter().partition(|event| event.kind.is_of_sac());
    let (others, own): (Vec<&Event>, Vec<&Event>) = rest.into_iter().partition(|event| event.kind.is_of_others());
    let own = message(&own, "È successo qualcosa al tuo accesso", IF_UNKNOWN);
    let own = own.map(|flash| if temporary { flash } else { flash.with_link(shell.sessions(), "Accessi e sicurezza") });
    let others = message(&others, "Novità dai tuoi collaboratori", "");
    let others = others.map(|flash| flash.with_link(paths::collaborators(), "Guarda i collaboratori"));
    let sac = message(&sac, "Confronto con il SAC", "");
    let sac = sac.map(|flash| flash.with_link(paths::lots(), "Guarda le differenze"));
    own.into_iter().chain(others).chain(sac).collect()
}

/// One event is the message itself, several are its lines: each kind once, with how often and when last.
fn message(events: &[&Event], title: &str, text: &str) -> Option<Flash> {
    if let [event] = events {
        let when = format!("{}. {text}", when(event.happened_at, &event.device));
        return Some(Flash::new(Tone::Warn, event.kind.words()).with_text(when.trim_end()));
    }
    let mut kinds: Vec<EventKind> = Vec::new();
    for event in events.iter().rev() {
        if !kinds.contains(&event.kind) {
            kinds.push(event.kind);
        }
    }
    let mut lines: Vec<String> = kinds.iter().take(MOST).filter_map(|kind| line(events, *kind)).collect();
    if kinds.len() > MOST {
        lines.push("e altro ancora".to_owned());
    }
    (!lines.is_empty()).then(|| Flash::new(Tone::Warn, title).with_lines(lines).with_text(text))
}

/// `Password cambiata: 27/11/2026 alle 09.04 (Firefox, computer)`.
fn line(events: &[&Event], kind: EventKind) -> Option<String> {
    let same: Vec<&&Event> = events.iter().filter(|event| event.kind == kind).collect();
    let last = same.last()?;
    let when = when(last.happened_at, &last.device);
    Some(match same.len() {
        1 => format!("{}: {when}", kind.words()),
        n => format!("{}: {n} volte, l’ultima {when}", kind.words()),
    })
}

/// `27/11/2026 alle 09.04 (Firefox, computer)`.
fn when(at: NaiveDateTime, device: &str) -> String {
    let local = dates::to_rome(at);
    let device = if device.is_empty() { String::new() } else { format!(" ({device})") };
    format!("{} alle {}{device}", dates::long(local.date()), dates::hour(local))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::db::testing::now;
    use crate::web::shell::Product;

    fn event(kind: EventKind, minutes: i64) -> Event {
        let happened_at = now() + chrono::TimeDelta::minutes(minutes);
        Event { kind, device: "Firefox, computer".to_owned(), happened_at }
    }

    #[test]
    fn however_much_happened_it_is_one_message_about_each_matter() {
        let shell = Shell::new("t", "n").with_product(Product::Cloud);
        assert!(of(&[], &shell, false).is_empty());
        let many: Vec<Event> = (0..30)
            .map(|n| event(if n % 2 == 0 { EventKind::NewDevice } else { EventKind::PasswordChanged }, n))
            .chain([event(EventKind::ToReconfirm, 40), event(EventKind::InvitationAccepted, 41)])
            .chain([event(EventKind::SacDiffers, 50)])
            .collect();
        let told = of(&many, &shell, false);
        assert_eq!(told.len(), 3);
        assert_eq!(told[2].link.as_ref().map(|link| link.0.as_str()), Some("/millelight/lotti-nre"));
        assert!(told[2].title.contains("da una parte sola"), "{told:?}");
        assert_eq!(told[0].lines.len(), 2);
        assert!(
            told[0].lines[0].starts_with("Password cambiata: 15 volte, l’ultima 19/11/2016 alle 09.33"),
            "{told:?}"
        );
        assert_eq!(told[0].link.as_ref().map(|link| link.0.as_str()), Some("/millecloud/accessi"));
        assert!(told[0].text.contains("cambia subito la password") && told[1].text.is_empty());
        assert!(told[1].lines[1].contains("va riconfermato"), "{told:?}");
    }

    #[test]
    fn a_single_event_is_the_message_itself() {
        let told = of(&[event(EventKind::SecondFactorOff, 0)], &Shell::new("t", "n"), false);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].title, "Secondo fattore disattivato");
        assert!(told[0].lines.is_empty() && told[0].text.contains("(Firefox, computer). Se non ne sai nulla"));
        assert!(told[0].link.is_some());
        let shut = of(&[event(EventKind::PasswordReset, 0)], &Shell::new("t", "n"), true);
        assert!(shut[0].link.is_none(), "nothing else opens yet");
        let told = of(&[event(EventKind::InvitationRefused, 0)], &Shell::new("t", "n"), false);
        assert!(told[0].text.ends_with("(Firefox, computer)."), "{told:?}");
    }
}
