//! Every page of the record in every state, drawn with hostile texts: sound HTML, and nothing that was typed becomes
//! markup.

use askama::Template;

use super::View;
use super::accesses::{AccessesPage, LookLine};
use super::entry::{
    AllergiesPage, Catalogue, Conflict, DiaryEntryPage, Drug, ExemptionsPage, Frame, HitLine, HitsFragment,
    InvestigationPage, Known, ProblemPage, TherapyPage,
};
use super::history::{ChangeLine, HistoryPage};
use super::list::{ListPage, Rows};
use super::overview::{Panel, RecordPage};
use super::rows::{AllergyLine, DiaryLine, ExemptionLine, InvestigationLine, ProblemLine, TherapyLine};
use crate::accesses::{AccessRow, Act};
use crate::identity::model::Role;
use crate::record::model::ProblemFilter;
use crate::record::model::describe::Difference;
use crate::safety::Allergen;
use crate::web::forms::{Choice, FormState};
use crate::web::html_check::assert_sound;
use crate::web::kit::{Badge, Tag};
use crate::web::paths;
use crate::web::shell::{PatientBanner, Shell};

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=y> 'D’Alò'";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn shell() -> Shell {
    let patient = PatientBanner {
        id: 7,
        name: hostile(),
        allergies: vec![Allergen { words: hostile(), ..Allergen::default() }],
        exemptions: vec![hostile()],
        ..PatientBanner::default()
    };
    Shell::new("token", "nonce").with_user("Dr. Paolo Borghetto").for_patient(patient)
}

fn sound(page: &impl Template) {
    let html = page.render().unwrap();
    assert_sound(&html);
    assert!(!html.contains("<script>alert"), "hostile text became markup");
}

fn problem(id: i64, closed: &str) -> ProblemLine {
    ProblemLine {
        id,
        year: "2016".to_owned(),
        short_year: "16".to_owned(),
        opened: "19/11/2016".to_owned(),
        name: hostile(),
        code: hostile(),
        closed: closed.to_owned(),
        notes: hostile(),
    }
}

fn tag() -> Tag {
    Tag::caution(hostile())
}

fn badge() -> Badge {
    Badge { code: hostile(), look: "k", title: hostile() }
}

fn therapy(id: i64, suspended: &str) -> TherapyLine {
    TherapyLine {
        id,
        date: "19/11/16".to_owned(),
        iso: "2016-11-19".to_owned(),
        name: hostile(),
        badges: vec![badge(), badge()],
        state: Some(tag()),
        continuous: true,
        suggested: true,
        by_substance: true,
        note: hostile(),
        posology: hostile(),
        suspended: suspended.to_owned(),
        allergy: Some(hostile()),
        plan: Some(hostile()),
        plan_warning: Some(hostile()),
        href: paths::therapy(7, id),
    }
}

fn investigation() -> InvestigationLine {
    InvestigationLine {
        name: hostile(),
        date: "19/11/16".to_owned(),
        iso: "2016-11-19".to_owned(),
        tag: tag(),
        href: paths::investigation(7, 1),
    }
}

fn diary() -> DiaryLine {
    DiaryLine {
        date: "19/11/16".to_owned(),
        iso: "2016-11-19".to_owned(),
        body: hostile(),
        corrected: hostile(),
        href: paths::diary_entry(7, 1),
        history: paths::entry_history(7, "diario", 1),
    }
}

fn panel<T>(rows: Vec<T>) -> Panel<T> {
    Panel { more: rows.len() > 1, rows }
}

fn record(view: View, selected: Option<ProblemLine>, full: bool) -> RecordPage {
    RecordPage {
        shell: shell(),
        patient_id: 7,
        name: hostile(),
        view,
        selected,
        problems: panel(if full { vec![problem(1, ""), problem(2, "19/11/16")] } else { Vec::new() }),
        therapies: panel(if full { vec![therapy(1, ""), therapy(2, "19/11/16")] } else { Vec::new() }),
        investigations: panel(if full { vec![investigation()] } else { Vec::new() }),
        diary: panel(if full { vec![diary()] } else { Vec::new() }),
        draft_count: i64::from(full),
    }
}

#[test]
fn a_view_survives_its_address() {
    for (filter, query) in
        [(ProblemFilter::All, ""), (ProblemFilter::Without, "?problema=senza"), (ProblemFilter::Of(4), "?problema=4")]
    {
        let view = View(filter);
        assert_eq!(view.query(), query);
        assert_eq!(View::parse(&view.value()), Some(view));
    }
    assert_eq!(View::parse("x"), None);
}

#[test]
fn the_record_is_sound_empty_full_and_through_a_problem() {
    sound(&record(View::default(), None, false));
    sound(&record(View::default(), None, true));
    sound(&record(View(ProblemFilter::Of(1)), Some(problem(1, "")), true));
    sound(&record(View(ProblemFilter::Of(2)), Some(problem(2, "19/11/16")), true));
    sound(&record(View(ProblemFilter::Without), None, true));
}

fn catalogue(q: &str, hits: usize) -> Catalogue {
    let hit = HitLine { code: hostile(), description: hostile() };
    Catalogue { label: "Cerca una diagnosi", q: q.to_owned(), hits: vec![hit; hits] }
}

/// A form with every field in error and hostile values.
fn form(fields: &[&str]) -> FormState {
    let mut form = FormState::from_pairs(fields.iter().map(|name| ((*name).to_owned(), hostile())));
    for name in fields {
        form.error(name, hostile());
    }
    form.form_error(hostile());
    form
}

fn frames(fields: &[&str]) -> Vec<Frame> {
    let blank = Frame {
        patient_id: 7,
        action: paths::problem_new(7),
        back: paths::record(7),
        form: FormState::new(),
        key: "k1".to_owned(),
        view: View::default(),
        known: None,
        problems: vec![Choice::new("1", HOSTILE)],
        catalogue: None,
        conflict: None,
    };
    let known = Known {
        id: 3,
        revision: 2,
        removed: false,
        touched: hostile(),
        history: paths::entry_history(7, "problemi", 3),
        remove: paths::entry_remove(7, "problemi", 3),
        restore: paths::entry_restore(7, "problemi", 3),
    };
    let conflict = Conflict {
        touched: hostile(),
        differences: vec![Difference { label: "Testo", before: hostile(), after: String::new() }],
    };
    vec![
        blank.clone(),
        Frame { catalogue: Some(catalogue("", 0)), form: form(fields), ..blank.clone() },
        Frame { catalogue: Some(catalogue(HOSTILE, 0)), known: Some(known.clone()), ..blank.clone() },
        Frame {
            catalogue: Some(catalogue("diabete", 2)),
            known: Some(Known { removed: true, ..known.clone() }),
            ..blank.clone()
        },
        Frame { known: Some(known), conflict: Some(conflict), view: View(ProblemFilter::Without), ..blank },
    ]
}

#[test]
fn problem_pages_are_sound() {
    for frame in frames(&["description", "icd9_code", "opened_on", "closed_on", "notes"]) {
        for closed in [false, true] {
            // A new problem has no closing date.
            let mut frame = frame.clone();
            if frame.is_new() && frame.form.is_wrong("closed_on") {
                frame.form = form(&["description", "icd9_code", "opened_on", "notes"]);
            }
            sound(&ProblemPage { shell: shell(), frame, closed });
        }
    }
}

#[test]
fn therapy_pages_are_sound() {
    for frame in frames(&["posology", "pieces", "started_on", "problem_id"]) {
        let drug = Drug {
            label: hostile(),
            substance: hostile(),
            aic: hostile(),
            badges: vec![badge()],
            note: hostile(),
            ..Drug::default()
        };
        sound(&TherapyPage { shell: shell(), frame: frame.clone(), drug: drug.clone() });
        if frame.form.is_invalid() {
            continue;
        }
        let issued = Drug {
            by_substance: true,
            fixed_pieces: Some(2),
            prescription: Some(paths::prescription(5)),
            suspended: "19/11/2016".to_owned(),
            ..drug
        };
        sound(&TherapyPage { shell: shell(), frame, drug: issued });
    }
}

#[test]
fn investigation_and_diary_pages_are_sound() {
    let fields = ["description", "service_code", "requested_on", "problem_id", "outcome", "result", "result_on"];
    for frame in frames(&fields) {
        let outcomes = vec![Choice::new("normal", HOSTILE), Choice::new("abnormal", HOSTILE)];
        sound(&InvestigationPage { shell: shell(), frame, outcomes });
    }
    for frame in frames(&["body", "entry_date", "problem_id"]) {
        sound(&DiaryEntryPage { shell: shell(), frame });
    }
}

#[test]
fn allergy_and_exemption_pages_are_sound() {
    let allergy = AllergyLine {
        id: 1,
        substance: hostile(),
        atc: hostile(),
        reading: hostile(),
        recognised: false,
        reaction: hostile(),
        noted: "19/11/2016".to_owned(),
    };
    for frame in frames(&["substance", "atc_prefix", "group", "reaction", "noted_on"]) {
        let (groups, rules) = (vec![Choice::new(HOSTILE, HOSTILE)], hostile());
        let (rows, removed) = (vec![allergy.clone()], vec![allergy.clone()]);
        sound(&AllergiesPage {
            shell: shell(),
            frame: frame.clone(),
            rows,
            removed,
            groups: groups.clone(),
            rules: rules.clone(),
        });
        let (rows, removed) = (Vec::new(), Vec::new());
        sound(&AllergiesPage { shell: shell(), frame, rows, removed, groups, rules });
    }
    let exemption = ExemptionLine {
        id: 1,
        code: hostile(),
        description: hostile(),
        from: String::new(),
        to: hostile(),
        lapsed: "Scaduta",
        unknown: true,
    };
    for frame in frames(&["code", "description", "valid_from", "valid_to"]) {
        let (rows, removed) = (vec![exemption.clone()], vec![exemption.clone()]);
        sound(&ExemptionsPage { shell: shell(), frame: frame.clone(), rows, removed });
        sound(&ExemptionsPage { shell: shell(), frame, rows: Vec::new(), removed: Vec::new() });
    }
}

#[test]
fn lists_and_histories_are_sound() {
    let all = [
        Rows::Problems(vec![problem(1, "19/11/16")]),
        Rows::Therapies(vec![therapy(1, "")]),
        Rows::Investigations(vec![investigation()]),
        Rows::Diary(vec![diary()]),
        Rows::Diary(Vec::new()),
    ];
    for rows in all {
        for removed in [false, true] {
            sound(&ListPage {
                shell: shell(),
                patient_id: 7,
                title: "Terapie",
                through: hostile(),
                view: View(ProblemFilter::Of(1)),
                removed,
                rows: rows.clone(),
                back: paths::record(7),
                first: paths::therapies(7),
                next: paths::therapies(7),
                other: paths::therapies(7),
            });
        }
    }
    let difference = Difference { label: "Testo", before: hostile(), after: hostile() };
    let change = |first| ChangeLine {
        what: "Correzione",
        when: "19/11/2016 alle 09.04".to_owned(),
        who: hostile(),
        first,
        differences: vec![difference.clone()],
    };
    for restore in [None, Some(paths::entry_restore(7, "diario", 1))] {
        sound(&HistoryPage {
            shell: shell(),
            title: "Storia della nota",
            name: hostile(),
            changes: vec![change(false), change(true)],
            back: paths::record(7),
            next: paths::entry_history(7, "diario", 1),
            restore,
        });
    }
    sound(&HistoryPage {
        shell: shell(),
        title: "Storia della nota",
        name: hostile(),
        changes: Vec::new(),
        back: paths::record(7),
        next: String::new(),
        restore: None,
    });
    let html = HitsFragment { catalogue: catalogue("diabete", 2) }.render().unwrap();
    assert!(!html.contains("<script>") && !html.contains("<html"));
}

#[test]
fn who_looked_is_sound_and_says_as_what() {
    let row = |role| AccessRow {
        seq: 1,
        actor_id: 7,
        surname: hostile(),
        name: hostile(),
        role,
        act: Act::Opened,
        origin: hostile(),
        happened_at: crate::db::testing::now(),
    };
    let looks = |own| Role::ALL.iter().map(|role| LookLine::of(&row(*role), own)).collect::<Vec<_>>();
    assert!(looks(7).iter().all(|line| line.who == "Tu"));
    let roles: Vec<&str> = looks(8).iter().map(|line| line.role).collect();
    assert_eq!(roles.len(), 3);
    assert!(roles.contains(&"medico") && roles.contains(&"assistito, su Millebook"));
    for looks in [looks(8), Vec::new()] {
        let (back, first, next) = ("/x".to_owned(), "/x".to_owned(), "/x".to_owned());
        sound(&AccessesPage { shell: shell(), looks, back, first, next });
    }
}
