//! The pages as rendered: sound markup, and what they must say.

use askama::Template;

use super::*;
use crate::prescribing::forms::{ItemForm, ReviewForm};
use crate::prescribing::model::VisitKind;
use crate::prescribing::pages::item::ItemPage;
use crate::prescribing::pages::review::{EmptyPage, Notice, ReviewPage};
use crate::web::forms::FormState;
use crate::web::html_check::assert_sound;
use crate::web::shell::Shell;

fn shell() -> Shell {
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto")
}

fn review_page(w: &mut World) -> ReviewPage {
    let review = w.review();
    let ready =
        service::find_readiness(&mut w.db, (w.key.owner, &review.region), review.issues.len(), testing::now()).unwrap();
    ReviewPage::new(shell(), &review, Some(&ready), None, testing::today())
}

fn posted(pairs: &[(&str, &str)]) -> (ItemForm, FormState) {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    (serde_html_form::from_str(&encoded).unwrap(), FormState::from_pairs(pairs))
}

#[test]
fn a_drug_picked_shows_its_form() {
    let mut w = world();
    w.allergy("Penicilline", "J01C");
    let id = w.pick(&[ZIMOX, CRESTOR]).rows[0];
    let context = service::load_item(&mut w.db, w.key, id, moment()).unwrap().unwrap();
    let values = context.item.values.clone();
    let form = ItemForm::fill(&values, &context.posologies);
    let html = ItemPage::new(shell(), w.key.patient, &context, form, &values, testing::today()).render().unwrap();
    assert_sound(&html);
    for text in [
        "Farmaco 1 di 2",
        "ZIMOX*12CPR 1G",
        "€ 4,90",
        "NESSUNO",
        "19/11/16",
        "Al massimo 2 confezioni per ricetta",
        "[calcola esenzione]",
        "Non esente: l’assistito non ha esenzioni registrate.",
        "Allergia registrata: Penicilline.",
        "POSOLOGIA PERSONALE",
        "FARMACO CONTINUATIVO",
        "SUGGERITO",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn everything_typed_comes_back_beside_its_error() {
    let mut w = world();
    let id = w.pick(&[ZIMOX]).rows[0];
    let context = service::load_item(&mut w.db, w.key, id, moment()).unwrap().unwrap();
    let (form, mut state) = posted(&[
        ("pezzi", "12"),
        ("posologia", "personale"),
        ("testo_posologia", "  "),
        ("esenzione", "048"),
        ("problema", "99"),
        ("nota", "999"),
        ("modo", "nonsost"),
        ("motivo", ""),
        ("suggerito", "true"),
    ]);
    let values = form.read(&context, &mut state);
    let wrong: Vec<&str> = state.errors().iter().map(|error| error.name.as_str()).collect();
    assert_eq!(wrong, ["pezzi", "testo_posologia", "problema", "nota", "motivo", "esenzione"]);
    assert!(state.error_of("esenzione").contains("non è tra quelle dell’assistito"));
    let html = ItemPage::new(shell(), w.key.patient, &context, state, &values, testing::today()).render().unwrap();
    assert_sound(&html);
    assert!(html.contains("value=\"12\"") && html.contains("Scrivi un numero da 1 a 9"));
    assert!(html.contains("048 · non utilizzabile"), "the choice stays visible");
}

#[test]
fn what_is_read_is_what_was_typed() {
    let mut w = world();
    w.exemption("013", None);
    let flu = w.problem("487", "INFLUENZA").to_string();
    let id = w.pick(&[ZIMOX]).rows[0];
    let context = service::load_item(&mut w.db, w.key, id, moment()).unwrap().unwrap();
    let (form, mut state) = posted(&[
        ("pezzi", " 5 "),
        ("posologia", "personale"),
        ("testo_posologia", "1 compressa\r\n  mattina e sera"),
        ("esenzione", "013"),
        ("problema", &flu),
        ("nota", "13"),
        ("modo", "solopa"),
        ("motivo", "2"),
        ("continuativo", "true"),
    ]);
    let values = form.read(&context, &mut state);
    assert!(!state.is_invalid(), "{:?}", state.errors());
    assert_eq!((values.pieces, values.posology.as_str()), (5, "1 compressa mattina e sera"));
    assert_eq!((values.exemption_choice.as_str(), values.note_code.as_str()), ("013", "13"));
    assert!(values.by_substance && !values.not_substitutable && values.motive_code.is_empty());
    assert!(values.continuous && !values.suggested && values.complete);
    assert_eq!(values.problem_id.map(|id| id.to_string()), Some(flu));
    // The free text counts only with POSOLOGIA PERSONALE.
    let (form, mut state) = posted(&[("pezzi", "1"), ("posologia", "al bisogno"), ("testo_posologia", "altro")]);
    assert_eq!(form.read(&context, &mut state).posology, "al bisogno");
}

#[test]
fn the_review_shows_what_will_be_sent() {
    let mut w = world();
    w.exemption("013", None);
    let diabetes = w.problem("250", "DIABETE MELLITO");
    w.prescribe(ZIMOX, |item| {
        item.pieces = 3;
        item.posology = "1 compressa mattina e sera".to_owned();
    });
    w.prescribe(METFORMIN, |item| item.problem_id = Some(diabetes));
    let page = review_page(&mut w);
    assert!(page.can_send);
    let html = page.render().unwrap();
    assert_sound(&html);
    for text in [
        "RICETTA 3 · FARMACI",
        "Invia 3 ricette",
        "Tre ricette",
        "Le esenzioni diverse vanno su ricette separate.",
        "QTA 2",
        "QTA 1",
        "Togli da tutte e 2",
        "€ 9,80, di cui € 3,26 a carico dell’assistito",
        "comprende il problema DIABETE MELLITO",
        "100 nel lotto",
        "Valida fino alle 17.04",
        "Salva bozza",
    ] {
        assert!(html.contains(text), "{text}");
    }
    let html = review_page(&mut w).with_notice(Notice::Changed).render().unwrap();
    assert_sound(&html);
    assert!(html.contains("<title>Errore: ") && html.contains("il contenuto è cambiato"));
}

#[test]
fn what_cannot_be_sent_has_no_button_and_says_why() {
    let mut w = world();
    w.exemption("013", Some("2016-11-18"));
    w.prescribe(ZIMOX, |item| item.exemption_choice = "013".to_owned());
    w.pick(&[CRESTOR]);
    pipeline::save_session(&mut w.db, w.key.owner, None, None).unwrap();
    let html = review_page(&mut w).with_notice(Notice::NotSent).render().unwrap();
    assert_sound(&html);
    for text in ["DA SISTEMARE", "scaduta il 18/11/2016", "Completa", "Aggiorna la sessione SAR"] {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("Invia "), "no way to send");
}

#[test]
fn a_wrong_choice_of_visit_is_told_beside_it() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let review = w.review();
    let ready = service::find_readiness(&mut w.db, (w.key.owner, testing::REGION), 1, testing::now()).unwrap();
    let mut state = ReviewForm::fill(VisitKind::Home, true);
    assert!(ReviewForm::default().options(&mut state).is_none());
    let html = ReviewPage::new(shell(), &review, Some(&ready), Some(state), testing::today()).render().unwrap();
    assert_sound(&html);
    assert!(html.contains("Scegli dove hai visitato"));
}

#[test]
fn hostile_text_stays_text() {
    const HOSTILE: &str = "\"><script>alert(1)</script> ' onmouseover=alert(1) {{7*7}} </textarea>";
    let mut w = world();
    w.allergy(HOSTILE, "J01C");
    w.exemption("013", None);
    let problem = w.problem("250", HOSTILE);
    diesel::update(crate::db::schema::patient_exemptions::table)
        .set(crate::db::schema::patient_exemptions::description.eq(HOSTILE))
        .execute(&mut *w.db)
        .unwrap();
    diesel::update(packages::table.filter(packages::aic.eq(ZIMOX)))
        .set((packages::label.eq(HOSTILE), packages::substance.eq(HOSTILE), packages::group_description.eq(HOSTILE)))
        .execute(&mut *w.db)
        .unwrap();
    let id = w.prescribe(ZIMOX, |item| {
        item.posology = HOSTILE.to_owned();
        item.problem_id = Some(problem);
        item.note_code = HOSTILE.to_owned();
        item.exemption_choice = HOSTILE.to_owned();
    });
    let blocked = review_page(&mut w).render().unwrap();
    w.edit(id, |item| item.exemption_choice = "013".to_owned());
    let review = review_page(&mut w).render().unwrap();
    let context = service::load_item(&mut w.db, w.key, id, moment()).unwrap().unwrap();
    let values = context.item.values.clone();
    let mut form = ItemForm::fill(&values, &context.posologies);
    form.error("pezzi", HOSTILE);
    let item = ItemPage::new(shell(), w.key.patient, &context, form, &values, testing::today()).render().unwrap();
    for html in [blocked, review, item] {
        assert_sound(&html);
        assert!(html.contains("alert(1)") && !html.contains("<script>alert"), "hostile text became markup");
        assert!(!html.contains("</textarea> <") && !html.contains("49 "), "hostile text was run");
    }
}

#[test]
fn a_session_that_ends_tomorrow_says_the_day() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let until = testing::now() + chrono::TimeDelta::hours(20);
    pipeline::save_session(&mut w.db, w.key.owner, Some(b"sealed"), Some(until)).unwrap();
    assert!(review_page(&mut w).render().unwrap().contains("Valida fino al 20/11/16 alle 05.04"));
}

#[test]
fn an_empty_basket_says_what_to_do() {
    for gone in [false, true] {
        let html = EmptyPage { shell: shell(), patient_id: 7, gone }.render().unwrap();
        assert_sound(&html);
        assert_eq!(html.contains("Questa bozza non c’è più"), gone);
    }
}
