//! An archive with one row of everything, and the content of the whole database as text, to be compared.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use millecloud::db::schema::{
    allergies, associations, deliveries, diary_entries, draft_items, drafts, investigations, patient_exemptions,
    patients, problems, therapies,
};
use millecloud::db::{Db, DbError, Owner, patient_words};
use millecloud::identity::by::By;
use millecloud::prescriptions::model::{Kind, NewItem, NewPrescription};
use millecloud::prescriptions::queries::add_delivery_item;
use millecloud::prescriptions::service::{create_confirmed, create_pending};
use millecloud::validation::model::RowOutcome;
use millecloud::validation::queries as validation;

use super::TestApp;

/// The rows of one archive, one of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids {
    pub patient: i64,
    pub problem: i64,
    pub therapy: i64,
    pub investigation: i64,
    pub diary: i64,
    pub allergy: i64,
    pub exemption: i64,
    pub item: i64,
    pub prescription: i64,
    /// One that waits for the doctor, and a round of INVIA TUTTI: only after [`TestApp::fill_pending`].
    pub pending: i64,
    pub round: i64,
    pub delivery: i64,
    pub association: i64,
}

impl Ids {
    /// Ids no row has.
    pub const MISSING: Self = Self {
        patient: 999_901,
        problem: 999_902,
        therapy: 999_903,
        investigation: 999_904,
        diary: 999_905,
        allergy: 999_906,
        exemption: 999_907,
        item: 999_908,
        prescription: 999_909,
        pending: 999_910,
        round: 999_911,
        delivery: 999_912,
        association: 999_913,
    };
}

impl TestApp {
    /// Fills the archive of a doctor with one patient and one row of everything a patient has.
    pub async fn fill_archive(&self, doctor: i64, patient_code: &'static str) -> Ids {
        let now = self.site.clock.now();
        let association = self.fill_association(doctor).await;
        self.write(move |conn| Ok(Ids { association, ..fill(conn, doctor, patient_code, now)? })).await
    }

    /// A collaborator of the doctor; returns the association's id.
    async fn fill_association(&self, doctor: i64) -> i64 {
        let collaborator = self.add_collaborator(&format!("segreti{doctor}"), &[doctor]).await;
        self.read(move |conn| {
            let theirs = associations::table.filter(associations::collaborator_id.eq(collaborator));
            Ok(theirs.select(associations::id).first(conn)?)
        })
        .await
    }

    /// Adds a prescription that `author` prepared and that waits for the doctor, and a round that left it out.
    pub async fn fill_pending(&self, doctor: i64, author: i64, ids: Ids) -> Ids {
        let now = self.site.clock.now();
        self.write(move |conn| {
            let (owner, new) = (Owner::of_doctor(doctor), [prescription(ids.patient)]);
            let pending = create_pending(conn, &By::guarded(owner, author, now), &format!("of {doctor}"), &new);
            let pending = pending.unwrap_or_else(|error| panic!("{error}"))[0];
            let round = validation::insert_round(conn, owner, None, now)?;
            validation::insert_round_rows(conn, round, &[(pending, RowOutcome::New)])?;
            Ok(Ids { pending, round, ..ids })
        })
        .await
    }

    /// Every row of every table as text, but those of the tables named.
    pub async fn content(&self, but: &'static [&'static str]) -> BTreeMap<String, String> {
        self.read(move |conn| -> Result<_, DbError> {
            let mut all = BTreeMap::new();
            for table in tables(conn)? {
                if !but.contains(&table.as_str()) {
                    let rows = rows(conn, &table)?;
                    all.insert(table, rows);
                }
            }
            Ok(all)
        })
        .await
    }
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    value: String,
}

fn select(conn: &mut Db, sql: &str) -> QueryResult<Vec<String>> {
    let rows: Vec<One> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

fn tables(conn: &mut Db) -> QueryResult<Vec<String>> {
    let sql = match conn {
        Db::Sqlite(_) => "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Db::Pg(_) => "SELECT tablename::text AS value FROM pg_tables WHERE schemaname = 'public'",
    };
    select(conn, sql)
}

fn rows(conn: &mut Db, table: &str) -> QueryResult<String> {
    let sql = match conn {
        Db::Sqlite(_) => {
            let columns =
                select(conn, &format!("SELECT 'quote(' || name || ')' AS value FROM pragma_table_info('{table}')"))?;
            format!("SELECT {} AS value FROM {table} ORDER BY 1", columns.join(" || ',' || "))
        }
        Db::Pg(_) => format!("SELECT t::text AS value FROM {table} t ORDER BY 1"),
    };
    Ok(select(conn, &sql)?.join("\n"))
}

fn fill_patient(conn: &mut Db, doctor: i64, code: &str, now: chrono::NaiveDateTime) -> QueryResult<i64> {
    let (today, key) = (now.date(), "SACCAVINI CLAUDIO");
    let id: i64 = diesel::insert_into(patients::table)
        .values((
            (patients::doctor_id.eq(doctor), patients::surname.eq("SACCAVINI"), patients::name.eq("Claudio")),
            (patients::search_key.eq(key), patients::initials.eq("SC"), patients::sex.eq("M")),
            (patients::birth_date.eq(today - chrono::Days::new(20_000)), patients::birth_year.eq(1963)),
            (patients::fiscal_code.eq(code), patients::category.eq("ssn"), patients::status.eq("active")),
            (patients::created_at.eq(now), patients::updated_at.eq(now), patients::updated_by.eq(doctor)),
            patients::revision.eq(1),
        ))
        .returning(patients::id)
        .get_result(conn)?;
    patient_words::add(conn, [(doctor, id, key)])?;
    Ok(id)
}

fn fill(conn: &mut Db, doctor: i64, code: &str, now: chrono::NaiveDateTime) -> QueryResult<Ids> {
    let today = now.date();
    let patient = fill_patient(conn, doctor, code, now)?;
    let problem: i64 = diesel::insert_into(problems::table)
        .values((
            (problems::patient_id.eq(patient), problems::icd9_code.eq("487.1"), problems::description.eq("INFLUENZA")),
            (problems::opened_on.eq(today), problems::revision.eq(1), problems::updated_at.eq(now)),
            problems::updated_by.eq(doctor),
        ))
        .returning(problems::id)
        .get_result(conn)?;
    let therapy: i64 = diesel::insert_into(therapies::table)
        .values((
            (therapies::patient_id.eq(patient), therapies::aic.eq("023086150"), therapies::label.eq("ZIMOX*12CPR 1G")),
            (therapies::substance.eq("AMOXICILLINA"), therapies::class.eq("A"), therapies::pieces.eq(1)),
            (therapies::by_substance.eq(false), therapies::continuous.eq(false), therapies::suggested.eq(false)),
            (therapies::started_on.eq(today), therapies::revision.eq(1), therapies::updated_at.eq(now)),
            therapies::updated_by.eq(doctor),
        ))
        .returning(therapies::id)
        .get_result(conn)?;
    let investigation: i64 = diesel::insert_into(investigations::table)
        .values((
            (investigations::patient_id.eq(patient), investigations::description.eq("GLICEMIA")),
            (investigations::requested_on.eq(today), investigations::outcome.eq("pending")),
            (investigations::revision.eq(1), investigations::updated_at.eq(now), investigations::updated_by.eq(doctor)),
        ))
        .returning(investigations::id)
        .get_result(conn)?;
    let diary: i64 = diesel::insert_into(diary_entries::table)
        .values((
            (diary_entries::patient_id.eq(patient), diary_entries::entry_date.eq(today)),
            (diary_entries::body.eq("Febbre"), diary_entries::revision.eq(1), diary_entries::updated_at.eq(now)),
            diary_entries::updated_by.eq(doctor),
        ))
        .returning(diary_entries::id)
        .get_result(conn)?;
    let allergy: i64 = diesel::insert_into(allergies::table)
        .values((
            (allergies::patient_id.eq(patient), allergies::substance.eq("FANS"), allergies::noted_on.eq(today)),
            (allergies::revision.eq(1), allergies::updated_at.eq(now), allergies::updated_by.eq(doctor)),
        ))
        .returning(allergies::id)
        .get_result(conn)?;
    let exemption: i64 = diesel::insert_into(patient_exemptions::table)
        .values((
            (patient_exemptions::patient_id.eq(patient), patient_exemptions::code.eq("013")),
            (patient_exemptions::description.eq("Diabete"), patient_exemptions::revision.eq(1)),
            (patient_exemptions::updated_at.eq(now), patient_exemptions::updated_by.eq(doctor)),
        ))
        .returning(patient_exemptions::id)
        .get_result(conn)?;
    let item = fill_basket(conn, doctor, patient, now)?;
    let owner = Owner::of_doctor(doctor);
    let ids = create_confirmed(conn, &By::guarded(owner, doctor, now), &[prescription(patient)]);
    let prescription = ids.unwrap_or_else(|error| panic!("{error}"))[0];
    let delivery = fail_mail(conn, (doctor, patient, prescription), now)?;
    let clinical = Ids { problem, therapy, investigation, diary, allergy, exemption, ..Ids::MISSING };
    Ok(Ids { patient, item, prescription, delivery, ..clinical })
}

/// A mail that was given up.
fn fail_mail(
    conn: &mut Db,
    (doctor, patient, prescription): (i64, i64, i64),
    now: chrono::NaiveDateTime,
) -> QueryResult<i64> {
    let delivery: i64 = diesel::insert_into(deliveries::table)
        .values((
            (deliveries::doctor_id.eq(doctor), deliveries::patient_id.eq(patient), deliveries::channel.eq("EMAIL")),
            (deliveries::state.eq("FALLITA"), deliveries::reason.eq("NESSUNA_RISPOSTA"), deliveries::attempts.eq(13)),
            (deliveries::recipient.eq("assistito@esempio.example"), deliveries::requested_by.eq(doctor)),
            (deliveries::requested_at.eq(now), deliveries::needs_care.eq(true)),
        ))
        .returning(deliveries::id)
        .get_result(conn)?;
    add_delivery_item(conn, delivery, prescription)?;
    Ok(delivery)
}

fn fill_basket(conn: &mut Db, doctor: i64, patient: i64, now: chrono::NaiveDateTime) -> QueryResult<i64> {
    let draft: i64 = diesel::insert_into(drafts::table)
        .values((
            (drafts::doctor_id.eq(doctor), drafts::patient_id.eq(patient), drafts::author_id.eq(doctor)),
            (drafts::visit_kind.eq("A"), drafts::hide_data.eq(false), drafts::revision.eq(1)),
            (drafts::form_key.eq(format!("key of {patient}")), drafts::updated_at.eq(now)),
        ))
        .returning(drafts::id)
        .get_result(conn)?;
    diesel::insert_into(draft_items::table)
        .values((
            (draft_items::draft_id.eq(draft), draft_items::position.eq(1), draft_items::aic.eq("023086150")),
            (draft_items::label.eq("ZIMOX*12CPR 1G"), draft_items::substance.eq("AMOXICILLINA")),
            (draft_items::atc.eq("J01CA04"), draft_items::class.eq("A"), draft_items::regime.eq("CD")),
            (draft_items::group_code.eq("H0A"), draft_items::group_description.eq("AMOXICILLINA 1.000MG 12 UNITA'")),
            (draft_items::limit_category.eq(""), draft_items::note_code.eq(""), draft_items::pieces.eq(1)),
            (draft_items::posology.eq(""), draft_items::exemption_choice.eq("auto"), draft_items::continuous.eq(false)),
            (draft_items::suggested.eq(false), draft_items::not_substitutable.eq(false)),
            (draft_items::motive_code.eq(""), draft_items::by_substance.eq(false), draft_items::complete.eq(true)),
        ))
        .returning(draft_items::id)
        .get_result(conn)
}

/// One pack of ZIMOX for a patient.
pub fn prescription(patient_id: i64) -> NewPrescription {
    NewPrescription {
        patient_id,
        kind: Kind::Drugs,
        visit_kind: "A".to_owned(),
        hide_data: false,
        suggested: false,
        exemption_code: String::new(),
        income_exempt: false,
        diagnosis_code: "487".to_owned(),
        diagnosis_text: "INFLUENZA".to_owned(),
        plan_protocol: String::new(),
        copied_from: None,
        items: vec![NewItem {
            aic: "023086150".to_owned(),
            label: "ZIMOX*12CPR 1G".to_owned(),
            substance: "AMOXICILLINA".to_owned(),
            class: "A".to_owned(),
            group_code: "H0A".to_owned(),
            group_description: "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE".to_owned(),
            pieces: 1,
            ..NewItem::default()
        }],
    }
}
