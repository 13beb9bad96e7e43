//! Every page of the pipeline in every state, drawn with hostile texts: sound HTML, nothing typed becomes markup, and no
//! state without a code offers to keep the prescription for printing (R13).
#![expect(clippy::unwrap_used, reason = "tests")]

use askama::Template;

use super::delivery::{Choices, Delivering};
use super::list::{Line, ListPage, Sent, filter_href, tabs, watch};
use super::settings::{CredentialsPage, LotLine, LotsPage, Standing};
use super::show::{AnnulDialog, PrescriptionPage, Sheet};
use crate::db::testing::now;
use crate::patients::queries::Portal;
use crate::prescriptions::forms::AnnulForm;
use crate::prescriptions::model::{
    Attempt, AttemptOutcome, Channel, Delivery, DeliveryReason, DeliveryState, Event, Filter, Item, Kind, Lot, NewItem,
    Operation, Prescription, State, WaitReason, notes_to_json,
};
use crate::prescriptions::queries::{HistoryRow, ListRow, ToldAnswer};
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::shell::{PatientBanner, Shell};
use sac::SacError;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=y> 'D’Alò'";
const CODE: &str = "191120160904022190000021250125";

fn shell() -> Shell {
    let patient = PatientBanner { id: 7, name: HOSTILE.to_owned(), ..PatientBanner::default() };
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").for_patient(patient)
}

fn sound(page: &impl Template) -> String {
    let html = page.render().unwrap();
    assert_sound(&html);
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "hostile text became markup");
    html
}

fn errors(blocking: bool) -> String {
    let known = SacError { code: "1037".into(), text: HOSTILE.into(), row: 0, blocking };
    let row = SacError { code: HOSTILE.into(), text: String::new(), row: 2, blocking };
    let ours = SacError { code: String::new(), text: HOSTILE.into(), row: 0, blocking };
    notes_to_json(&[known, row, ours])
}

fn prescription(state: State, reason: WaitReason) -> Prescription {
    Prescription {
        id: 12,
        doctor_id: 1,
        patient_id: 7,
        author_id: 1,
        kind: Kind::Drugs,
        state,
        revision: 3,
        region_code: "050".into(),
        patient_name: HOSTILE.into(),
        patient_code: HOSTILE.into(),
        patient_address: HOSTILE.into(),
        patient_province: String::new(),
        patient_asl: String::new(),
        exemption_code: HOSTILE.into(),
        income_exempt: false,
        visit_kind: "D".into(),
        hide_data: true,
        suggested: false,
        diagnosis_code: String::new(),
        diagnosis_text: HOSTILE.into(),
        plan_protocol: String::new(),
        foreign_kind: String::new(),
        foreign_section: String::new(),
        compiled_at: now(),
        confirmed_at: Some(now()),
        confirmed_by: Some(1),
        content_hash: String::new(),
        payload: None,
        nre: Some("0500A0123456700".into()),
        attempt_id: None,
        lease_until: None,
        next_try_at: Some(now()),
        tries: 1,
        wait_reason: reason,
        attention: true,
        auth_code: if state == State::Accepted { CODE.into() } else { String::new() },
        registered_at: Some(now()),
        errors: errors(matches!(state, State::Discarded | State::Uncertain)),
        communications: "[]".into(),
        annul_reason: HOSTILE.into(),
        annulled_at: None,
        copied_from: None,
        submission: String::new(),
        created_at: now(),
        updated_at: now(),
    }
}

fn items() -> Vec<Item> {
    let content = NewItem {
        label: HOSTILE.into(),
        group_description: HOSTILE.into(),
        posology: HOSTILE.into(),
        note_code: HOSTILE.into(),
        pieces: 2,
        not_substitutable: true,
        ..NewItem::default()
    };
    let by_substance = NewItem { by_substance: true, ..content.clone() };
    [content, by_substance].into_iter().map(|content| Item { prescription_id: 12, row_number: 1, content }).collect()
}

fn delivering() -> Delivering {
    let delivery = |channel, state| Delivery {
        id: 1,
        doctor_id: 1,
        patient_id: 7,
        channel,
        state,
        reason: DeliveryReason::None,
        recipient: HOSTILE.into(),
        content_hash: String::new(),
        agreed_secret: false,
        token: String::new(),
        attempts: 2,
        print_count: 2,
        requested_by: 1,
        requested_at: now(),
        ended_at: Some(now()),
        needs_care: false,
        handled_at: None,
    };
    let all = Channel::ALL.iter().flat_map(|channel| DeliveryState::ALL.iter().map(|state| delivery(*channel, *state)));
    Delivering {
        deliveries: all.collect(),
        email: HOSTILE.into(),
        phones: vec![HOSTILE.into()],
        portal: Portal::Waiting,
        project: "PROGETTO DEMAT VENETO".into(),
    }
}

fn sheet(state: State, reason: WaitReason) -> Sheet {
    let history =
        |event| HistoryRow { event, happened_at: now(), surname: Some(HOSTILE.into()), name: Some("Paolo".into()) };
    Sheet {
        answers: vec![ToldAnswer {
            row_number: 1,
            message: HOSTILE.into(),
            edition: HOSTILE.into(),
            reason: HOSTILE.into(),
            answered_at: now(),
            surname: HOSTILE.into(),
            name: "Paolo".into(),
        }],
        row: prescription(state, reason),
        items: items(),
        history: Event::ALL.iter().map(|event| history(*event)).collect(),
        last_attempt: Some(Attempt {
            id: 1,
            prescription_id: 12,
            operation: Operation::Send,
            started_at: now(),
            finished_at: None,
            outcome: AttemptOutcome::Unproven,
            evidence: HOSTILE.into(),
        }),
        delivering: delivering(),
    }
}

#[test]
fn every_state_and_reason_has_its_page_and_its_dialog() {
    for state in State::ALL {
        for reason in WaitReason::ALL {
            let sheet = sheet(*state, *reason);
            sound(&PrescriptionPage::new(shell(), &sheet));
            let html = sound(&PrescriptionPage::new(shell(), &sheet).with_outcome(&sheet));
            let offered = html.contains("Conferma per la stampa");
            assert_eq!(offered, *state == State::Accepted, "{state:?}");
            assert_eq!(html.contains(CODE), *state == State::Accepted, "{state:?}");
            let watched = html.contains("data-watch");
            assert_eq!(watched, State::UNSETTLED.contains(state), "{state:?}");
        }
    }
}

#[test]
fn the_doctor_reads_whom_to_warn_of_an_annulment() {
    let annulled = sheet(State::Annulled, WaitReason::None);
    let html = sound(&PrescriptionPage::new(shell(), &annulled).with_outcome(&annulled));
    for had in ["per e-mail a", "il promemoria stampato", "per SMS al", "su Millebook, dove risulterà annullata"] {
        assert_eq!(html.matches(had).count(), 2, "{had}, on the page and in the dialog");
    }
    let mut nobody = sheet(State::Annulled, WaitReason::None);
    nobody.delivering.deliveries.retain(|delivery| delivery.state == DeliveryState::Requested);
    let html = sound(&PrescriptionPage::new(shell(), &nobody).with_outcome(&nobody));
    assert!(html.contains("Non era stata consegnata a nessuno") && !html.contains("Avvisa il paziente"));
}

#[test]
fn a_code_without_the_state_is_not_offered() {
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        let mut sheet = sheet(*state, WaitReason::None);
        sheet.row.auth_code = CODE.into();
        let html = sound(&PrescriptionPage::new(shell(), &sheet).with_outcome(&sheet));
        assert!(!html.contains("Conferma per la stampa"), "{state:?}");
    }
}

#[test]
fn the_form_of_the_annulment_keeps_what_was_typed() {
    let sheet = sheet(State::Accepted, WaitReason::None);
    let form = AnnulForm { motivo: "altro".into(), testo: HOSTILE.repeat(5), revisione: 3 };
    let mut state = FormState::of(&form);
    assert_eq!(form.read(&mut state), None);
    let dialog =
        AnnulDialog { form: state, reasons: AnnulForm::reasons(), key: "k".into(), warn: vec![HOSTILE.into()] };
    let html = sound(&PrescriptionPage::new(shell(), &sheet).with_annul(dialog));
    assert!(html.contains("D’Alò") && html.contains("al massimo 200"));
}

fn row(state: State) -> ListRow {
    ListRow {
        id: 12,
        patient_id: 7,
        patient_name: HOSTILE.into(),
        patient_code: HOSTILE.into(),
        kind: Kind::Drugs,
        state,
        revision: 3,
        exemption_code: HOSTILE.into(),
        confirmed_at: None,
        created_at: now(),
        wait_reason: WaitReason::NoNre,
        attention: true,
        nre: None,
        auth_code: CODE.into(),
        errors: errors(true),
        annul_reason: HOSTILE.into(),
    }
}

#[test]
fn the_list_in_every_state_and_empty() {
    let rows: Vec<ListRow> = State::ALL.iter().map(|state| row(*state)).collect();
    let counts: Vec<(Filter, i64)> = Filter::ALL.iter().map(|filter| (*filter, 3)).collect();
    let page = |rows: &[ListRow], sent: bool| ListPage {
        shell: shell(),
        tabs: tabs(&counts, Filter::Errors),
        lines: rows.iter().map(|row| Line::of(row, &items(), &[(12, delivering().deliveries.remove(0))])).collect(),
        sent: sent.then(|| Sent::of(rows)),
        choices: sent.then(|| Choices::for_several_patients(&[12, 13], "k".into())),
        watch: watch(rows, "/millelight/ricette?esito=12".into()),
        summary: "12 ricette".into(),
        first_href: filter_href(Filter::Errors),
        next_href: filter_href(Filter::Errors),
    };
    let html = sound(&page(&rows, false));
    assert_eq!(html.matches(CODE).count(), 1, "only the accepted one shows a code");
    assert!(sound(&page(&rows, true)).contains("1 ricetta inviata su 11"));
    assert!(sound(&page(&[], false)).contains("Nessuna ricetta qui"));
}

#[test]
fn what_was_sent_is_counted() {
    let sent = |states: &[State]| Sent::of(&states.iter().map(|state| row(*state)).collect::<Vec<_>>());
    let (accepted, refused, uncertain) = (State::Accepted, State::Discarded, State::Uncertain);
    assert_eq!(sent(&[accepted, accepted]).text, "");
    assert_eq!(sent(&[accepted, accepted]).tone, "msg--ok");
    let some = sent(&[accepted, refused, uncertain]);
    assert_eq!((some.title.as_str(), some.tone), ("1 ricetta inviata su 3", "msg--warn"));
    assert!(some.text.contains("rifiutata") && some.text.contains("non prescriverla di nuovo"));
}

#[test]
fn credentials_with_errors_and_lots() {
    let mut form = FormState::from_pairs([("utente".to_owned(), HOSTILE.to_owned())]);
    for field in ["utente", "password", "pin", "sessione", "asl", "specializzazione", "struttura"] {
        form.error(field, HOSTILE);
    }
    let standing = |tone| Standing { tone, icon: "clock", title: HOSTILE.into(), text: HOSTILE.into() };
    let page = CredentialsPage {
        shell: shell(),
        form,
        standings: vec![standing("ok"), standing("warn")],
        units: vec![Choice::new("050109", HOSTILE)],
        password_hint: HOSTILE.into(),
        pin_hint: HOSTILE.into(),
        session_hint: HOSTILE.into(),
        asked: HOSTILE.into(),
        first: false,
    };
    sound(&page);
    let lot = |id, next_number| Lot {
        id,
        doctor_id: 1,
        prefix: "0500A01234567".into(),
        next_number,
        last_number: 99,
        obtained_at: now(),
    };
    let lines: Vec<LotLine> =
        [lot(3, 0), lot(2, 13), lot(1, 100)].iter().map(|lot| LotLine::of(lot, Some(2))).collect();
    let states: Vec<_> = lines.iter().map(|line| (line.state, line.used.as_str())).collect();
    assert_eq!(states, [("Da usare", "0 / 100"), ("In uso", "13 / 100"), ("Esaurito", "100 / 100")]);
    for (lots, in_flight) in [(lines, false), (Vec::new(), true)] {
        sound(&LotsPage {
            shell: shell(),
            lots,
            assigned: in_flight,
            unknown_source: !in_flight,
            left: 187,
            of: 200,
            percent: 93,
            low: true,
            in_flight,
            error: HOSTILE.into(),
            missing: vec![super::settings::MissingLine { nre: HOSTILE.into(), ..Default::default() }],
            found: vec![super::settings::FoundLine { nre: HOSTILE.into(), code: HOSTILE.into(), ..Default::default() }],
        });
    }
}
