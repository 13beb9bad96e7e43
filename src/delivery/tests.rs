//! Every page of the deliveries, drawn with text that would do harm if it were not escaped; every channel refused in every
//! state that is not the right one.
#![allow(clippy::unwrap_used, reason = "tests")]

use askama::Template;

use super::model::{Content, Listed, Narrow};
use super::pages::*;
use super::queries::list_by_state;
use crate::db::testing::{now, statements};
use crate::prescriptions::model::{Channel, Delivery, DeliveryReason, DeliveryState, Item, NewItem, State};
use crate::prescriptions::queries::await_print;
use crate::prescriptions::testing::World;
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::shell::{PatientBanner, Shell};

const HOSTILE: &str = "<b onclick=\"x()\">&'\"</b><script>alert(1)</script>";

fn shell() -> Shell {
    let banner = PatientBanner { id: 7, name: HOSTILE.to_owned(), ..PatientBanner::default() };
    let shell = Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").for_patient(banner);
    shell.with_care(3)
}

fn sound(page: &impl Template) -> String {
    let html = page.render().unwrap();
    assert_sound(&html);
    assert!(!html.contains("<script>alert"), "escaped");
    html
}

fn listed(channel: Channel, state: DeliveryState, reason: DeliveryReason) -> Listed {
    let row = Delivery {
        id: 4,
        doctor_id: 1,
        patient_id: 7,
        channel,
        state,
        reason,
        recipient: HOSTILE.to_owned(),
        content_hash: String::new(),
        agreed_secret: false,
        token: "a1b2c3d4".to_owned(),
        attempts: 2,
        print_count: 2,
        requested_by: 1,
        requested_at: now(),
        ended_at: None,
        needs_care: state == DeliveryState::Failed,
        handled_at: None,
    };
    let content = |state: State| Content {
        delivery_id: 4,
        prescription_id: 12,
        patient_name: HOSTILE.to_owned(),
        nre: Some("050A24000021257".to_owned()),
        state,
        auth_code: "191120160904022190000021250125".to_owned(),
        region_code: "050".to_owned(),
    };
    let drug = NewItem { label: HOSTILE.to_owned(), pieces: 2, ..NewItem::default() };
    let alone = NewItem { group_description: "Amoxicillina".to_owned(), by_substance: true, ..drug.clone() };
    let items = (1..).zip([drug, alone]).map(|(row_number, content)| Item { prescription_id: 12, row_number, content });
    Listed { row, contents: vec![content(State::Accepted), content(State::Annulled)], items: items.collect() }
}

#[test]
fn the_list_in_every_state_and_empty() {
    let mut entries = Vec::new();
    let people = People { enrolled: vec![7], authors: vec![(1, HOSTILE.into(), HOSTILE.into())], ..People::default() };
    for channel in Channel::ALL {
        for state in DeliveryState::ALL {
            for reason in DeliveryReason::ALL {
                entries.push(Entry::of(&listed(*channel, *state, *reason), &people, |_| HOSTILE.to_owned()));
            }
        }
    }
    for (n, entry) in entries.iter_mut().enumerate() {
        entry.id = i64::try_from(n).unwrap();
    }
    let page = |entries, printable| ListPage {
        shell: shell(),
        tabs: vec![Tab { label: "Da stampare", count: 2, href: "?vista=stampa".into(), current: true }],
        entries,
        printable,
        settings: true,
        key: "k".into(),
        next_href: "?prima=3".into(),
        filters: filters(printable),
        all: printable,
        all_href: "?tutte=1".into(),
    };
    let html = sound(&page(entries, true));
    assert!(html.contains("chiesta da"));
    assert!(html.contains("Stampa le selezionate") && html.contains("side__n\">3<"));
    assert!(sound(&page(Vec::new(), false)).contains("Nessuna consegna qui"));
    assert!(sound(&page(Vec::new(), true)).contains("Nessuna consegna così"));
}

fn filters(active: bool) -> Filters {
    let mut form = FormState::from_pairs([("cerca".into(), HOSTILE.into())]);
    if active {
        form.error("dal", HOSTILE);
    }
    Filters {
        clear_href: "/".to_owned(),
        form,
        view: "stampa",
        patient: String::new(),
        channels: vec![Choice::new(HOSTILE, HOSTILE)],
        authors: vec![Choice::new(HOSTILE, HOSTILE)],
        active,
        too_many: active,
    }
}

#[test]
fn the_question_about_who_has_died() {
    for posts in [true, false] {
        let page = DeceasedPage {
            shell: shell().with_dialog(),
            names: vec![HOSTILE.into()],
            back: "/x".into(),
            action: "/y".into(),
            posts,
            fields: vec![("nuova_mail".into(), HOSTILE.into())],
        };
        let html = sound(&page);
        assert!(html.contains("Consegna lo stesso") && html.contains("Non consegnare"));
    }
}

#[test]
fn only_what_is_still_valid_is_offered_again() {
    let mut gone = listed(Channel::Mail, DeliveryState::Failed, DeliveryReason::NoAnswer);
    let entry = |listed: &Listed| Entry::of(listed, &People::default(), |_| String::new());
    assert_eq!((entry(&gone).retry, entry(&gone).ids.as_str()), (true, "12"));
    gone.contents.retain(|content| content.state == State::Annulled);
    assert_eq!((entry(&gone).retry, entry(&gone).address, entry(&gone).ids.as_str()), (false, false, ""));
    assert!(entry(&gone).dismiss);
}

fn choose() -> ChoosePage {
    let line = Line { patient: HOSTILE.into(), nre: "050A24000021257".into(), drugs: HOSTILE.into() };
    ChoosePage {
        shell: shell().with_dialog(),
        back: "/millelight/ricette/12".into(),
        lines: vec![line],
        mail: None,
        mailed: None,
        nre: None,
        watch: Some(("/millelight/consegne".into(), HOSTILE.into())),
    }
}

#[test]
fn the_dialogs_in_every_form() {
    let person = |address: &str| Person { name: HOSTILE.into(), address: address.into(), href: "/x".into() };
    let mut wrong = FormState::from_pairs([("nuova_mail".into(), HOSTILE.into()), ("modifica".into(), "1".into())]);
    wrong.error("nuova_mail", HOSTILE);
    for (people, without) in [
        (vec![person("a@b.example")], vec![]),
        (vec![], vec![person("")]),
        (vec![person("a@b.example"), person(HOSTILE)], vec![person("")]),
        (vec![], vec![person(""), person("")]),
    ] {
        let single = people.len() + without.len() == 1;
        let dialog = MailDialog {
            form: if single { wrong.clone() } else { FormState::new() },
            key: "k".into(),
            ids: if people.is_empty() && !single { String::new() } else { "12".into() },
            people,
            without,
            agreed: single,
            classic: true,
        };
        let html = sound(&ChoosePage { mail: Some(dialog), ..choose() });
        assert_eq!(html.contains("modifica mail"), single);
    }
    for care in [true, false] {
        let dialog = MailedDialog {
            tone: if care { "err" } else { "" },
            icon: "mail",
            leads: vec![HOSTILE.into()],
            note: "x",
            publish: "12".into(),
            key: "k".into(),
            care,
        };
        sound(&ChoosePage { mailed: Some(dialog), ..choose() });
    }
    let number = Number::of(12, "050A24000021257", HOSTILE.into());
    assert_eq!(number.groups, ["050A2", "40000", "21257"]);
    let mut form = FormState::new();
    form.error("cellulare", HOSTILE);
    for form in [Some(form), None] {
        let numbers = vec![Number::of(12, "050A24000021257", HOSTILE.into())];
        let dialog = NreDialog { numbers, patient_code: HOSTILE.into(), form, key: "k".into() };
        sound(&ChoosePage { nre: Some(dialog), ..choose() });
    }
}

#[test]
fn the_other_pages() {
    let sheet = || Sheet {
        patient: HOSTILE.into(),
        nre: "050A24000021257".into(),
        drugs: vec![HOSTILE.into()],
        status: "In attesa di stampa - INVIATA AL PROGETTO DEMAT VENETO".into(),
        count: "Già stampata una volta".into(),
    };
    for publish in [true, false] {
        let sheets = vec![sheet(), sheet()];
        let enrol = if publish { String::new() } else { "/y".to_owned() };
        let (back, ids, key) = ("/x".into(), "1-2".into(), "k".into());
        let html = sound(&PrintPage { shell: shell(), back, sheets, ids, key, publish, enrol });
        assert_eq!(html.contains("Arruola il paziente"), !publish);
    }
    sound(&SettingsPage { shell: shell(), form: FormState::new() });
    let mut wrong = FormState::new();
    wrong.error("parola_secret", HOSTILE);
    for (form, since) in [(FormState::new(), ""), (wrong, "19/11/2016")] {
        sound(&SecretPage { shell: shell(), id: 7, form, since: since.into() });
    }
    let mail = DemoMail {
        token: "ab12".into(),
        to: HOSTILE.into(),
        subject: HOSTILE.into(),
        date: HOSTILE.into(),
        enclosed: HOSTILE.into(),
    };
    sound(&DemoPage { shell: shell(), mails: vec![mail] });
    sound(&DemoPage { shell: shell(), mails: Vec::new() });
}

#[test]
fn the_list_costs_the_same_however_long_it_is_and_names_the_drugs() {
    let cost = |count: usize| {
        let mut world = World::new();
        let now = world.now;
        for _ in 0..count {
            let id = world.confirm();
            await_print(&mut world.db, id, now).unwrap();
        }
        let what: (&[Channel], &[DeliveryState]) = (&[Channel::Print], &[DeliveryState::Requested]);
        let mut listed = Vec::new();
        let owner = world.owner;
        let asked = statements(&mut world.db, |db| {
            listed = list_by_state(db, owner, what, &Narrow::default(), None, 50).unwrap()
        });
        assert_eq!(listed.len(), count);
        for one in &listed {
            let held = &Entry::of(one, &People::default(), |_| String::new()).prescriptions;
            assert_eq!(held.len(), 1);
            assert!(held.iter().all(|held| held.drugs == [("ZIMOX*12CPR 1G".to_owned(), 1)]));
        }
        asked
    };
    assert_eq!(cost(1), cost(20));
}
