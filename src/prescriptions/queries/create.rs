//! New rows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Item, Kind, NewItem, Prescription, State, WaitReason};
use crate::db::Db;
use crate::db::schema::{prescription_items, prescriptions};

/// What the columns of an answer are named for: either engine.
type Backend = <Db as diesel::Connection>::Backend;

/// A prescription about to be inserted, with the patient's facts frozen in it.
#[derive(Insertable)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct PrescriptionInsert<'a> {
    pub doctor_id: i64,
    pub patient_id: i64,
    pub author_id: i64,
    pub kind: Kind,
    pub state: State,
    pub revision: i64,
    pub region_code: &'a str,
    pub patient_name: String,
    pub patient_code: &'a str,
    pub patient_address: String,
    pub patient_province: &'a str,
    pub patient_asl: &'a str,
    pub exemption_code: &'a str,
    pub income_exempt: bool,
    pub visit_kind: &'a str,
    pub hide_data: bool,
    pub suggested: bool,
    pub diagnosis_code: &'a str,
    pub diagnosis_text: &'a str,
    pub plan_protocol: &'a str,
    pub foreign_kind: &'a str,
    pub foreign_section: String,
    pub compiled_at: NaiveDateTime,
    pub confirmed_at: Option<NaiveDateTime>,
    pub confirmed_by: Option<i64>,
    pub content_hash: &'a str,
    pub next_try_at: Option<NaiveDateTime>,
    pub tries: i64,
    pub wait_reason: WaitReason,
    pub attention: bool,
    pub copied_from: Option<i64>,
    pub submission: &'a str,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// Inserts the prescription; returns it as the database has it.
pub fn insert_prescription(conn: &mut Db, row: &PrescriptionInsert<'_>) -> QueryResult<Prescription> {
    diesel::insert_into(prescriptions::table)
        .values(row)
        .returning(<Prescription as Selectable<Backend>>::construct_selection())
        .get_result(conn)
}

/// Takes the rows of a prescription out, to write others in their place.
pub fn delete_items(conn: &mut Db, prescription: i64) -> QueryResult<usize> {
    let rows = prescription_items::table.filter(prescription_items::prescription_id.eq(prescription));
    diesel::delete(rows).execute(conn)
}

/// Inserts the rows of a prescription, numbered from 1; returns them as the database has them.
pub fn insert_items(conn: &mut Db, prescription: i64, items: &[NewItem]) -> QueryResult<Vec<Item>> {
    let insert = |(number, item): (i64, &NewItem)| {
        let row =
            (prescription_items::prescription_id.eq(prescription), prescription_items::row_number.eq(number), item);
        diesel::insert_into(prescription_items::table)
            .values(row)
            .returning(<Item as Selectable<Backend>>::construct_selection())
            .get_result(conn)
    };
    (1..).zip(items).map(insert).collect()
}
