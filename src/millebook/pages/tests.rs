//! Every page is sound: empty, full, with errors.
#![allow(clippy::unwrap_used, reason = "tests")]

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::activation::{ActivatePage, ChoosePage, JoinedPage};
use super::book::{BookPage, PrescriptionPage};
use super::enrolment::{EnrolmentPage, EventLine, SheetPage, StandingLine};
use crate::accesses::{AccessRow, Act};
use crate::identity::model::Role;
use crate::millebook::model::Standing;
use crate::millebook::queries::{OwnEnrolment, Published};
use crate::millebook::service::{Shelf, Volume};
use crate::prescriptions::model::{Item, Kind, NewItem, State};
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::kit::Tag;
use crate::web::shell::{Product, Shell};
use kernel::tone::Tone;

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Claudio \"SACCAVINI\" <b>").with_product(Product::Book)
}

fn now() -> NaiveDateTime {
    today().and_hms_opt(8, 0, 0).unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 11, 19).unwrap()
}

fn volume(standing: Standing) -> Volume {
    let content = NewItem { label: "ZIMOX*12CPR 1G".to_owned(), pieces: 2, ..NewItem::default() };
    Volume {
        row: Published {
            id: 7,
            doctor_id: 1,
            patient_id: 3,
            kind: Kind::Drugs,
            state: State::Accepted,
            patient_code: "SCCCLD63E30L483Q".to_owned(),
            compiled_at: now(),
            nre: Some("050A24000021257".to_owned()),
            auth_code: "191120160904022190000021250125".to_owned(),
        },
        items: vec![Item { prescription_id: 7, row_number: 1, content }],
        standing,
        doctor: OwnEnrolment {
            patient_id: 3,
            doctor_id: 1,
            doctor_surname: "BORGHETTO".to_owned(),
            doctor_name: "Paolo".to_owned(),
            surgery_phone: "041 555 1234".to_owned(),
        },
    }
}

const STANDINGS: [Standing; 4] =
    [Standing::Ready(None), Standing::Annulled, Standing::Annulling, Standing::Expired(NaiveDate::MIN)];

fn look(actor_id: i64, role: Role, act: Act, minutes: i64) -> AccessRow {
    AccessRow {
        seq: minutes,
        actor_id,
        surname: "BORGHETTO".to_owned(),
        name: "Paolo".to_owned(),
        role,
        act,
        origin: String::new(),
        happened_at: now() + TimeDelta::minutes(minutes),
    }
}

#[test]
fn the_book_is_sound() {
    let doctors = vec![volume(Standing::Annulled).doctor];
    for volumes in [Vec::new(), STANDINGS.into_iter().map(volume).collect()] {
        let shelf = Shelf { doctors: doctors.clone(), volumes };
        assert_sound(&BookPage::new(shell(), "Claudio", &shelf, today()).render().unwrap());
    }
    let looks = [look(9, Role::Patient, Act::Opened, 3), look(1, Role::Doctor, Act::Printed, 2)];
    for standing in STANDINGS {
        let page = PrescriptionPage::new(shell(), 9, &volume(standing), &looks, today());
        assert_eq!(
            (page.bars.len(), page.auth_code.is_empty()),
            if standing.is_ready() { (3, false) } else { (0, true) }
        );
        assert_sound(&page.render().unwrap());
    }
}

#[test]
fn looks_of_the_same_person_on_the_same_day_are_one_line() {
    let looks = [
        look(9, Role::Patient, Act::Opened, 9),
        look(1, Role::Doctor, Act::Opened, 8),
        look(9, Role::Patient, Act::Opened, 7),
        look(9, Role::Patient, Act::Downloaded, 6),
        look(4, Role::Collaborator, Act::Printed, 5),
        look(9, Role::Patient, Act::Opened, -60 * 24),
    ];
    let page = PrescriptionPage::new(shell(), 9, &volume(Standing::Ready(None)), &looks, today());
    let lines: Vec<String> =
        page.looks.iter().map(|line| format!("{} {} {}", line.who, line.what, line.when)).collect();
    assert_eq!(
        lines,
        [
            "Tu hai aperto la ricetta 19/11/2016, 09.09, 2 volte quel giorno",
            "Dr. Paolo BORGHETTO ha aperto la ricetta 19/11/2016, 09.08",
            "Tu hai scaricato il promemoria 19/11/2016, 09.06",
            "Paolo BORGHETTO, studio medico ha stampato il promemoria 19/11/2016, 09.05",
            "Tu hai aperto la ricetta 18/11/2016, 09.00",
        ]
    );
}

fn wrong(names: &[&str]) -> FormState {
    let mut form = FormState::new();
    for name in names {
        form.error(name, "Correggi");
    }
    form
}

#[test]
fn the_activation_is_sound() {
    for form in [FormState::new(), wrong(&["codice", "codice_fiscale", "nascita"])] {
        assert_sound(&ActivatePage { shell: shell(), form }.render().unwrap());
    }
    let present = wrong(&["password_attuale"]).with_prefix("ora-");
    for (form, present) in [(wrong(&["password_nuova", "password_ripetuta"]), None), (FormState::new(), Some(present))]
    {
        let page = ChoosePage {
            shell: shell(),
            form,
            present,
            name: "Claudio".to_owned(),
            doctor: "Dr. Paolo BORGHETTO".to_owned(),
            username: "SCCCLD63E30L483Q".to_owned(),
        };
        assert_sound(&page.render().unwrap());
    }
}

#[test]
fn the_page_of_a_joined_doctor_is_sound() {
    assert_sound(&JoinedPage { shell: shell(), doctor: "Dr. Paolo \"BORGHETTO\"".to_owned() }.render().unwrap());
}

#[test]
fn the_doctors_pages_are_sound() {
    for open in [true, false] {
        let page = EnrolmentPage {
            shell: shell(),
            form: if open { FormState::new() } else { wrong(&["consenso", "consegna"]) },
            id: 3,
            key: "k".to_owned(),
            standing: StandingLine { tag: Tag::new("Attivo", Tone::Good), text: "Consenso.".to_owned() },
            open,
            ways: vec![Choice::new("carta", "Stampa il foglio")],
            has_address: open,
            history: vec![EventLine { what: "Consenso registrato", when: "oggi".to_owned(), who: "io".to_owned() }],
            withdraw: false,
        };
        let page = if open { page.with_question() } else { page };
        assert_sound(&page.render().unwrap());
    }
    let sheet = SheetPage {
        shell: shell(),
        id: 3,
        name: "Claudio SACCAVINI".to_owned(),
        code: "ABCDE-FGHJK".to_owned(),
        address: "millebook.example.it/millebook/attiva".to_owned(),
        until: "03/12/2016".to_owned(),
    };
    assert_sound(&sheet.render().unwrap());
}
