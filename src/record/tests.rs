//! The record against a database: life of the entries, histories, tenancy, windows.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{Days, TimeDelta};
use diesel::prelude::*;

use super::model::{
    Action, Allergy, AllergyValues, Cursor, DiaryEntry, DiaryValues, Entry, Exemption, ExemptionValues, Investigation,
    InvestigationValues, Kind, Outcome, Problem, ProblemFilter, ProblemValues, Therapy, TherapyValues, Window,
};
use super::queries;
use super::service::{self, Written};
use crate::db::schema::{draft_items, drafts, problems, record_changes};
use crate::db::testing::{self, TestDb};
use crate::db::{Db, Owner};
use crate::identity::by::By;

struct World {
    db: TestDb,
    by: By,
    patient: i64,
    /// Another doctor with a patient, and that doctor.
    other: By,
    other_patient: i64,
}

fn world() -> World {
    let mut db = TestDb::new();
    let borghetto = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let verdi = testing::insert_doctor(&mut db, "verdi", "VERDI", "Anna");
    let patient = testing::insert_patient(&mut db, borghetto, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
    let other_patient = testing::insert_patient(&mut db, verdi, "ROSSI", "Mario", "RSSMRA63E30L483L");
    let by = |doctor| By::guarded(Owner::of_doctor(doctor), doctor, testing::now());
    World { db, by: by(borghetto), patient, other: by(verdi), other_patient }
}

fn problem(description: &str) -> ProblemValues {
    ProblemValues {
        icd9_code: String::new(),
        description: description.to_owned(),
        opened_on: testing::today(),
        closed_on: None,
        notes: String::new(),
        removed_on: None,
    }
}

fn diary(body: &str, problem_id: Option<i64>) -> DiaryValues {
    DiaryValues { problem_id, entry_date: testing::today(), body: body.to_owned(), removed_on: None }
}

fn zimox(problem_id: Option<i64>) -> TherapyValues {
    TherapyValues {
        problem_id,
        prescription_id: None,
        aic: "023086150".to_owned(),
        label: "ZIMOX*12CPR 1G".to_owned(),
        substance: "AMOXICILLINA".to_owned(),
        atc: "J01CA04".to_owned(),
        group_code: String::new(),
        class: "A".to_owned(),
        regime: "CD".to_owned(),
        note_code: String::new(),
        pieces: 1,
        posology: String::new(),
        by_substance: false,
        continuous: false,
        suggested: false,
        started_on: testing::today(),
        suspended_on: None,
        removed_on: None,
        plan_protocol: String::new(),
        plan_ends_on: None,
    }
}

fn done<E: std::fmt::Debug>(written: Written<E>) -> i64 {
    match written {
        Written::Done(id) => id,
        other => panic!("not written: {other:?}"),
    }
}

fn new<E: Entry + std::fmt::Debug>(w: &mut World, values: &E::Values) -> i64 {
    done(service::create::<E>(&mut w.db, &w.by, w.patient, values).unwrap())
}

fn actions(w: &mut World, kind: Kind, id: i64) -> Vec<Action> {
    let changes = queries::list_changes(&mut w.db, w.by.owner, w.patient, (kind, id), None, 50).unwrap();
    changes.into_iter().map(|(change, _)| change.action).rev().collect()
}

#[test]
fn every_kind_is_written_and_read_back() {
    let mut w = world();
    let influenza = new::<Problem>(&mut w, &problem("INFLUENZA"));
    let therapy = new::<Therapy>(&mut w, &zimox(Some(influenza)));
    let investigation = InvestigationValues {
        problem_id: Some(influenza),
        service_code: String::new(),
        description: "ECG".to_owned(),
        requested_on: testing::today(),
        result: "ritmo sinusale".to_owned(),
        result_on: Some(testing::today()),
        outcome: Outcome::Abnormal,
        removed_on: None,
    };
    let ecg = new::<Investigation>(&mut w, &investigation);
    let entry = new::<DiaryEntry>(&mut w, &diary("Febbre", Some(influenza)));
    let allergy = AllergyValues {
        substance: "FANS".to_owned(),
        atc_prefix: "M01A".to_owned(),
        group_code: "FANS".to_owned(),
        reaction: "orticaria".to_owned(),
        noted_on: testing::today(),
        removed_on: None,
    };
    let fans = new::<Allergy>(&mut w, &allergy);
    let exemption = ExemptionValues {
        code: "013".to_owned(),
        description: "Diabete mellito".to_owned(),
        valid_from: None,
        valid_to: Some(testing::today()),
        removed_on: None,
    };
    let diabetes = new::<Exemption>(&mut w, &exemption);
    let (db, owner, patient) = (&mut *w.db, w.by.owner, w.patient);
    assert_eq!(Problem::find(db, owner, patient, influenza).unwrap().unwrap().values, problem("INFLUENZA"));
    assert_eq!(Therapy::find(db, owner, patient, therapy).unwrap().unwrap().values, zimox(Some(influenza)));
    assert_eq!(Investigation::find(db, owner, patient, ecg).unwrap().unwrap().values, investigation);
    assert_eq!(DiaryEntry::find(db, owner, patient, entry).unwrap().unwrap().values, diary("Febbre", Some(influenza)));
    assert_eq!(Allergy::find(db, owner, patient, fans).unwrap().unwrap().values, allergy);
    assert_eq!(Exemption::find(db, owner, patient, diabetes).unwrap().unwrap().values, exemption);
    for (kind, id) in [(Kind::Problem, influenza), (Kind::Therapy, therapy), (Kind::Exemption, diabetes)] {
        assert_eq!(actions(&mut w, kind, id), [Action::Created]);
    }
}

#[test]
fn a_correction_keeps_who_when_and_what_stood_before() {
    let mut w = world();
    let id = new::<DiaryEntry>(&mut w, &diary("Febre 38", None));
    let later = By::guarded(w.by.owner, w.by.actor, w.by.now + TimeDelta::minutes(5));
    let written = service::edit::<DiaryEntry>(&mut w.db, &later, (w.patient, id), 1, |old| DiaryValues {
        body: "Febbre 38".to_owned(),
        ..old.clone()
    });
    assert_eq!(written.unwrap(), Written::Done(id));
    let changes = queries::list_changes(&mut w.db, w.by.owner, w.patient, (Kind::Diary, id), None, 50).unwrap();
    let (latest, who) = &changes[0];
    assert_eq!((latest.action, latest.changed_at, who.as_str()), (Action::Edited, later.now, "BORGHETTO Paolo"));
    let before: DiaryValues = serde_json::from_str(&latest.before_json).unwrap();
    let after: DiaryValues = serde_json::from_str(&latest.after_json).unwrap();
    assert_eq!((before.body.as_str(), after.body.as_str()), ("Febre 38", "Febbre 38"));
    assert_eq!(changes[1].0.before_json, "");
    let row = DiaryEntry::find(&mut w.db, w.by.owner, w.patient, id).unwrap().unwrap();
    assert_eq!((row.revision, row.updated_at), (2, later.now));
    // The same form again, unchanged, leaves no trace.
    service::edit::<DiaryEntry>(&mut w.db, &later, (w.patient, id), 2, Clone::clone).unwrap();
    assert_eq!(actions(&mut w, Kind::Diary, id), [Action::Created, Action::Edited]);
}

#[test]
fn a_stale_form_changes_nothing_and_shows_the_present() {
    let mut w = world();
    let id = new::<Problem>(&mut w, &problem("DIABETE"));
    let rename = |text: &str| {
        let text = text.to_owned();
        move |old: &ProblemValues| ProblemValues { description: text, ..old.clone() }
    };
    service::edit::<Problem>(&mut w.db, &w.by, (w.patient, id), 1, rename("DIABETE MELLITO")).unwrap();
    match service::edit::<Problem>(&mut w.db, &w.by, (w.patient, id), 1, rename("DIABETE TIPO 2")).unwrap() {
        Written::Stale(now) => assert_eq!((now.values.description.as_str(), now.revision), ("DIABETE MELLITO", 2)),
        other => panic!("{other:?}"),
    }
    assert_eq!(actions(&mut w, Kind::Problem, id), [Action::Created, Action::Edited]);
}

#[test]
fn closing_suspending_and_removing_twice_is_doing_it_once() {
    let mut w = world();
    let (db, by, patient) = (&mut *w.db, w.by, w.patient);
    let influenza = done(service::create::<Problem>(db, &by, patient, &problem("INFLUENZA")).unwrap());
    let therapy = queries::insert_therapy(db, &by, patient, &zimox(Some(influenza))).unwrap();
    for closed in [true, true, false, false] {
        done(service::set_closed(db, &by, (patient, influenza), closed).unwrap());
        let row = Problem::find(db, by.owner, patient, influenza).unwrap().unwrap();
        assert_eq!(row.values.closed_on, closed.then_some(by.today));
    }
    for suspended in [true, true, false, false] {
        done(service::set_suspended(db, &by, (patient, therapy), suspended).unwrap());
    }
    let shown = |db: &mut Db, removed| {
        let window = Window { removed, ..Window::first(ProblemFilter::All) };
        queries::list_therapies(db, by.owner, patient, &window).unwrap().len()
    };
    for removed in [true, true, false, false] {
        done(service::set_removed::<Therapy>(db, &by, (patient, therapy), removed).unwrap());
        assert_eq!((shown(db, false), shown(db, true)), if removed { (0, 1) } else { (1, 0) });
    }
    use Action::{Closed, Created, Removed, Reopened, Restored, Resumed, Suspended};
    assert_eq!(actions(&mut w, Kind::Problem, influenza), [Created, Closed, Reopened]);
    assert_eq!(actions(&mut w, Kind::Therapy, therapy), [Created, Suspended, Resumed, Removed, Restored]);
}

/// Everything that must not move when somebody reaches for what is not theirs.
fn content(db: &mut Db) -> (Vec<Problem>, i64) {
    let rows = problems::table.order(problems::id).select(Problem::as_select()).load(db).unwrap();
    (rows, record_changes::table.count().get_result(db).unwrap())
}

#[test]
fn another_doctors_entries_are_not_there() {
    let mut w = world();
    let (db, by, other) = (&mut *w.db, w.by, w.other);
    let mine = done(service::create::<Problem>(db, &by, w.patient, &problem("INFLUENZA")).unwrap());
    let theirs = done(service::create::<Problem>(db, &other, w.other_patient, &problem("TUMORE")).unwrap());
    let sibling = testing::insert_patient(db, by.owner.id(), "BIANCHI", "Ida", "BNCDIA50A41L483X");
    let before = content(db);
    let renamed = |_: &ProblemValues| problem("X");
    for (patient, id) in [(w.other_patient, theirs), (w.patient, theirs), (sibling, mine), (w.patient, 999)] {
        assert_eq!(Problem::find(db, by.owner, patient, id).unwrap(), None);
        assert_eq!(service::edit::<Problem>(db, &by, (patient, id), 1, renamed).unwrap(), Written::NotThere);
        assert_eq!(service::set_closed(db, &by, (patient, id), true).unwrap(), Written::NotThere);
        assert_eq!(service::set_removed::<Problem>(db, &by, (patient, id), true).unwrap(), Written::NotThere);
    }
    assert_eq!(service::create::<Problem>(db, &by, w.other_patient, &problem("X")).unwrap(), Written::NotThere);
    // A problem of another patient cannot be named, at first or later.
    let entry = done(service::create::<DiaryEntry>(db, &by, w.patient, &diary("a", None)).unwrap());
    for foreign in [theirs, 999] {
        let named = diary("b", Some(foreign));
        assert_eq!(service::create::<DiaryEntry>(db, &by, w.patient, &named).unwrap(), Written::NotThere);
        let edited = service::edit::<DiaryEntry>(db, &by, (w.patient, entry), 1, |_| named.clone());
        assert_eq!(edited.unwrap(), Written::NotThere);
    }
    let after = content(db);
    assert_eq!((before.0, before.1 + 1), after);
    let window = Window::first(ProblemFilter::All);
    assert_eq!(queries::list_problems(db, by.owner, w.other_patient, &window).unwrap(), []);
    assert_eq!(queries::list_changes(db, by.owner, w.other_patient, (Kind::Problem, theirs), None, 9).unwrap(), []);
    let names = queries::list_problem_names(db, by.owner, w.patient, &[mine, theirs]).unwrap();
    assert_eq!(names.into_keys().collect::<Vec<_>>(), [mine]);
}

#[test]
fn lists_are_cut_and_continued_without_gaps() {
    let mut w = world();
    let influenza = new::<Problem>(&mut w, &problem("INFLUENZA"));
    let mut written = Vec::new();
    for n in 0..75u64 {
        let values = TherapyValues {
            // Several on one day: the id decides among them.
            started_on: testing::today() - Days::new(n / 4),
            problem_id: n.is_multiple_of(5).then_some(influenza),
            ..zimox(None)
        };
        written.push((values.started_on, new::<Therapy>(&mut w, &values)));
    }
    written.sort_by(|a, b| b.cmp(a));
    let mut seen = Vec::new();
    let mut window = Window::first(ProblemFilter::All);
    loop {
        let mut rows = queries::list_therapies(&mut w.db, w.by.owner, w.patient, &window).unwrap();
        let more = super::model::cut(&mut rows);
        seen.extend(rows.iter().map(|row| (row.therapy.values.started_on, row.therapy.id)));
        if !more {
            break;
        }
        let (date, id) = *seen.last().unwrap();
        window.after = Some(Cursor { date, id });
    }
    assert_eq!(seen, written);
    let of = |w: &mut World, filter| {
        let window = Window { limit: 100, ..Window::first(filter) };
        queries::list_therapies(&mut w.db, w.by.owner, w.patient, &window).unwrap().len()
    };
    assert_eq!((of(&mut w, ProblemFilter::Of(influenza)), of(&mut w, ProblemFilter::Without)), (15, 60));
}

#[test]
fn the_panel_puts_open_problems_first() {
    let mut w = world();
    let day = |n| testing::today() - Days::new(n);
    let old = new::<Problem>(&mut w, &ProblemValues { opened_on: day(900), ..problem("DIABETE MELLITO") });
    let closed = new::<Problem>(&mut w, &ProblemValues { closed_on: Some(day(1)), ..problem("INFLUENZA") });
    let recent = new::<Problem>(&mut w, &ProblemValues { opened_on: day(3), ..problem("FRATTURA ANCA") });
    let panel = queries::list_problems_open_first(&mut w.db, w.by.owner, w.patient, 31).unwrap();
    assert_eq!(panel.iter().map(|p| p.id).collect::<Vec<_>>(), [recent, old, closed]);
    let open = queries::list_open_problems(&mut w.db, w.by.owner, w.patient).unwrap();
    assert_eq!(open.iter().map(|p| p.0).collect::<Vec<_>>(), [recent, old]);
}

#[test]
fn therapies_to_repeat_come_in_the_order_ticked_and_only_the_patients() {
    let mut w = world();
    let first = new::<Therapy>(&mut w, &zimox(None));
    let second = new::<Therapy>(&mut w, &zimox(None));
    let gone = new::<Therapy>(&mut w, &zimox(None));
    service::set_removed::<Therapy>(&mut w.db, &w.by, (w.patient, gone), true).unwrap();
    let theirs = queries::insert_therapy(&mut w.db, &w.other, w.other_patient, &zimox(None)).unwrap();
    let ids = [second, theirs, first, gone];
    let found = queries::list_therapies_by_ids(&mut w.db, w.by.owner, w.patient, &ids).unwrap();
    assert_eq!(found.iter().map(|t| t.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(queries::list_therapies_by_ids(&mut w.db, w.by.owner, w.patient, &[]).unwrap(), []);
}

#[test]
fn the_basket_is_counted_for_its_author() {
    let mut w = world();
    let draft: i64 = diesel::insert_into(drafts::table)
        .values((
            drafts::doctor_id.eq(w.by.actor),
            drafts::patient_id.eq(w.patient),
            drafts::author_id.eq(w.by.actor),
            drafts::visit_kind.eq("A"),
            drafts::hide_data.eq(false),
            drafts::revision.eq(1),
            drafts::form_key.eq("k"),
            drafts::updated_at.eq(w.by.now),
        ))
        .returning(drafts::id)
        .get_result(&mut *w.db)
        .unwrap();
    let text = "";
    diesel::insert_into(draft_items::table)
        .values((
            (
                draft_items::draft_id.eq(draft),
                draft_items::position.eq(1),
                draft_items::aic.eq("023086150"),
                draft_items::label.eq("ZIMOX*12CPR 1G"),
                draft_items::substance.eq(text),
                draft_items::atc.eq(text),
                draft_items::class.eq("A"),
                draft_items::regime.eq("CD"),
                draft_items::group_code.eq(text),
                draft_items::group_description.eq(text),
                draft_items::limit_category.eq(text),
            ),
            (
                draft_items::note_code.eq(text),
                draft_items::pieces.eq(1),
                draft_items::posology.eq(text),
                draft_items::exemption_choice.eq("auto"),
                draft_items::continuous.eq(false),
                draft_items::suggested.eq(false),
                draft_items::not_substitutable.eq(false),
                draft_items::motive_code.eq(text),
                draft_items::by_substance.eq(false),
                draft_items::complete.eq(true),
            ),
        ))
        .execute(&mut *w.db)
        .unwrap();
    let count = |w: &mut World, owner, author| queries::count_draft_items(&mut w.db, owner, author, w.patient).unwrap();
    let (mine, theirs) = (w.by, w.other);
    assert_eq!(count(&mut w, mine.owner, mine.actor), 1);
    assert_eq!(count(&mut w, mine.owner, theirs.actor), 0);
    assert_eq!(count(&mut w, theirs.owner, mine.actor), 0);
}
