//! Every page of validation, drawn with hostile texts: sound HTML, and nothing typed becomes markup.
#![expect(clippy::unwrap_used, reason = "tests")]

use askama::Template;

use super::pending::{PendingPage, RowView, comparison_tags};
use super::round::{RoundBox, RoundFragment, RoundPage};
use super::sent::{Elsewhere, SentLine, SentPage, ViewTab};
use crate::db::testing::now;
use crate::identity::associations::Principal;
use crate::prescribing::service::{DrugFindings, Lacking};
use crate::prescriptions::model::{Kind, NewItem, State, WaitReason, notes_to_json};
use crate::safety::{self, Alert, Assessment, Unchecked};
use crate::validation::model::{Change, Comparison, Counters, RowOutcome, SentView};
use crate::validation::queries::{NewsOf, PendingPatient, PendingRow, RoundRow, SentRow};
use crate::validation::service::{PendingDrug, PendingList, PendingPrescription, RoundPrescription, SentPrescription};
use crate::web::bell::Rings;
use crate::web::forms::FormState;
use crate::web::html_check::assert_sound;
use crate::web::shell::Shell;
use sac::SacError;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=y> 'D’Alò'";

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").with_bell(3)
}

fn sound(page: &impl Template) -> String {
    let html = page.render().unwrap();
    assert_sound(&html);
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "hostile text became markup");
    html
}

fn item() -> NewItem {
    NewItem {
        label: HOSTILE.into(),
        posology: HOSTILE.into(),
        note_code: HOSTILE.into(),
        pieces: 2,
        not_substitutable: true,
        ..NewItem::default()
    }
}

fn change() -> Change {
    Change { drug: HOSTILE.into(), what: "posologia", before: HOSTILE.into(), after: HOSTILE.into() }
}

fn pending(id: i64) -> PendingPrescription {
    let row = PendingRow {
        id,
        revision: 2,
        patient_id: 7,
        patient_name: HOSTILE.into(),
        patient_code: HOSTILE.into(),
        kind: Kind::Drugs,
        exemption_code: HOSTILE.into(),
        suggested: true,
        income_exempt: false,
        diagnosis_code: String::new(),
        visit_kind: "D".into(),
        hide_data: true,
        diagnosis_text: HOSTILE.into(),
        plan_protocol: String::new(),
        copied_from: Some(1),
        created_at: now(),
        author_surname: HOSTILE.into(),
        author_name: HOSTILE.into(),
    };
    let comparison = Comparison {
        first: false,
        days: 1,
        other_dose: Some(HOSTILE.into()),
        other_package: Some(HOSTILE.into()),
        other_pieces: Some(3),
        other_posology: Some(HOSTILE.into()),
        no_posology: false,
    };
    let alert = |level| Alert {
        kind: safety::Kind::Allergy,
        level,
        rule: "A01".into(),
        subject: HOSTILE.into(),
        message: HOSTILE.into(),
        advice: HOSTILE.into(),
        source: HOSTILE.into(),
    };
    let safety = Assessment {
        alerts: vec![alert(safety::Level::Stop), alert(safety::Level::Shown)],
        unchecked: vec![(safety::Kind::Allergy, Unchecked::Unrecognised(HOSTILE.into()))],
        compared: 2,
    };
    let drug = |number| PendingDrug {
        number,
        item: item(),
        comparison: comparison.clone(),
        today: DrugFindings {
            unlisted: true,
            block: None,
            cautions: vec![HOSTILE.into()],
            double: true,
            safety: safety.clone(),
        },
    };
    let blocks = if id == 1 { vec![] } else { vec![HOSTILE.into()] };
    PendingPrescription { row, drugs: vec![drug(1), drug(2)], changes: vec![change()], blocks }
}

#[test]
fn the_list_and_its_dialogs_are_sound() {
    let patients = vec![PendingPatient { id: 7, name: HOSTILE.into(), count: None }];
    let full = PendingList { rows: vec![pending(1), pending(2)], patients, beyond: 3, newest: 9 };
    let empty = PendingList { rows: Vec::new(), patients: Vec::new(), beyond: 0, newest: 0 };
    let page = || PendingPage::new(shell(), &full, Some(7));
    let html = sound(&page());
    assert!(html.contains("Ce ne sono altre 3") && html.contains("2016-11-19 09.04"));
    sound(&page().with_missing(&[Lacking::Profile, Lacking::Credentials, Lacking::Session]));
    sound(&page().asking_to_send("k".into()));
    let html = sound(&page().unanswered(1, FormState::new()));
    assert!(html.contains("Scegli il motivo") && html.contains("visto-1-1"));
    assert_eq!(page().sendable(), 0, "what is alerted is left to its own answer");
    let mut wrong = FormState::from_pairs([("testo".to_owned(), HOSTILE.to_owned())]);
    wrong.error("motivo", HOSTILE);
    sound(&page().asking_why(RowView::of(&pending(1)), wrong, "k".into()));
    sound(&PendingPage::new(shell(), &empty, None));
    sound(&PendingPage::new(shell(), &PendingList { rows: Vec::new(), ..full }, Some(8)));
    assert_eq!(comparison_tags(&Comparison { first: true, ..Comparison::default() }).len(), 1);
    let silent = Comparison { other_posology: Some("1 al giorno".into()), no_posology: true, ..Comparison::default() };
    let said = "Posologia non indicata: prima «1 al giorno»";
    assert!(comparison_tags(&silent).iter().any(|tag| tag.text == said));
}

#[test]
fn a_round_is_sound_in_every_state() {
    let error = SacError { code: "1037".into(), text: HOSTILE.into(), row: 0, blocking: true };
    let row = |id: i64, state: State, outcome| RoundPrescription {
        row: RoundRow {
            outcome,
            id,
            revision: 3,
            patient_id: 7,
            patient_name: HOSTILE.into(),
            patient_code: HOSTILE.into(),
            state,
            wait_reason: WaitReason::SacDown,
            attempt_id: None,
            exemption_code: String::new(),
            auth_code: "191120160904022190000021250125".into(),
            errors: notes_to_json(std::slice::from_ref(&error)),
            created_at: now(),
            author_surname: HOSTILE.into(),
            author_name: HOSTILE.into(),
        },
        items: vec![item()],
    };
    let rows: Vec<_> = (1..).zip(State::ALL).map(|(id, state)| row(id, *state, RowOutcome::Sent)).collect();
    let open = RoundBox::new(4, &rows);
    assert!(!open.done && open.failed > 1);
    let html = sound(&RoundPage { shell: shell(), content: open });
    let part = RoundFragment { shell: shell(), content: RoundBox::new(4, &rows) }.render().unwrap();
    assert!(!part.contains("<script>alert") && part.contains("todo__ok"));
    assert_eq!(html.matches("191120160904022190000021250125").count(), 1, "only what is registered shows its code");
    let left: Vec<_> = (1..).zip(RowOutcome::ALL).map(|(id, outcome)| row(id, State::Accepted, *outcome)).collect();
    let done = RoundBox::new(4, &left);
    assert!(done.done);
    assert_eq!(done.left.len(), RowOutcome::ALL.len() - 1, "all but what was sent");
    let html = sound(&RoundPage { shell: shell(), content: done });
    assert!(!html.contains("http-equiv") && html.contains("Una non è partita: va prima corretta."));
}

fn elsewhere() -> Elsewhere {
    let doctor = Principal { doctor_id: 9, surname: HOSTILE.into(), name: "Mario".into() };
    let news = |news, refused| NewsOf { doctor: doctor.clone(), rings: Rings { news, refused } };
    assert_eq!(Elsewhere::of(&news(0, 0)), None);
    let told = Elsewhere::of(&news(100, 1)).unwrap();
    assert_eq!((told.news.as_str(), told.refused.as_str()), ("99+ novità", "di cui 1 rifiutata dal SAC"));
    told
}

#[test]
fn what_was_sent_is_sound_in_every_state() {
    let one = |id: i64, state: State| SentPrescription {
        row: SentRow {
            id,
            revision: 2,
            patient_id: 7,
            patient_name: HOSTILE.into(),
            patient_code: HOSTILE.into(),
            kind: Kind::Drugs,
            state,
            wait_reason: WaitReason::None,
            exemption_code: HOSTILE.into(),
            suggested: false,
            income_exempt: false,
            diagnosis_code: String::new(),
            diagnosis_text: String::new(),
            plan_protocol: String::new(),
            created_at: now(),
            confirmed_at: Some(now()),
            annulled_at: Some(now()),
            annul_reason: HOSTILE.into(),
            errors: r#"[{"code":"1037","text":"<b>","row":0,"blocking":true}]"#.into(),
            nre: Some("0500A0123456700".into()),
            auth_code: "191120160904022190000021250125".into(),
            taken_state: String::new(),
        },
        items: vec![item()],
        changes: vec![change()],
        corrected_at: Some(now()),
        copied: id % 2 == 0,
    };
    let lines: Vec<SentLine> = (1..).zip(State::ALL).map(|(id, state)| SentLine::of(&one(id, *state))).collect();
    assert_eq!(lines.iter().filter(|line| !line.code.is_empty()).count(), 1);
    assert_eq!(lines.iter().filter(|line| line.can_deliver).count(), 1, "only what is valid goes to the patient");
    for view in SentView::ALL {
        for lines in [Vec::new(), lines.clone()] {
            let mut shell = shell().for_collaborator();
            shell.on_behalf_of = Some(HOSTILE.to_owned());
            sound(&SentPage {
                shell,
                counters: Counters { waiting: 1, validated: 2, annulled: 3, refused: 100 },
                elsewhere: vec![elsewhere()],
                news: vec!["7-ACCETTATA".into()],
                tabs: vec![ViewTab { label: "In attesa", href: "/".into(), current: true }],
                view: *view,
                lines,
                watch: "/".into(),
                seen: "x".into(),
                first_href: "/".into(),
                next_href: "/".into(),
            });
        }
    }
}
