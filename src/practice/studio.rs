//! The demo's collaborator, and what she has already prepared: the bell rings at the first start.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::clinical::{CRESTOR, ZIMOX};
use crate::db::schema::patients;
use crate::db::{Db, Owner};
use crate::identity::associations::{self, AssociationState, Notes};
use crate::identity::by::By;
use crate::identity::form_keys::FormKey;
use crate::identity::model::{NewCollaborator, PasswordState};
use crate::identity::queries;
use crate::prescribing::model::VisitKind;
use crate::prescribing::queries::Key;
use crate::prescribing::service::{
    ConfirmError, Confirmation, Moment, Picked, add_packages, load_review, save_item, submit,
};

/// ROSSI Anna, who works for the demo's doctor.
#[derive(Clone, Copy, Debug)]
pub struct DemoCollaborator {
    /// Login name.
    pub username: &'static str,
    /// Surname.
    pub surname: &'static str,
    /// Name.
    pub name: &'static str,
    /// Fiscal code.
    pub fiscal_code: &'static str,
}

/// The demo's collaborator: her password is the doctor's.
pub const DEMO_COLLABORATOR: DemoCollaborator =
    DemoCollaborator { username: "annarossi", surname: "ROSSI", name: "Anna", fiscal_code: "RSSNNA85A41L736Q" };

/// Metformin of the starter formulary.
const METFORMIN: &str = "040592040";

/// Adds the collaborator, who works for `doctor`; returns the user id.
pub(super) fn add_collaborator(
    conn: &mut Db,
    owner: Owner,
    password_hash: String,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    let collaborator = NewCollaborator {
        username: DEMO_COLLABORATOR.username.to_owned(),
        surname: DEMO_COLLABORATOR.surname.to_owned(),
        name: DEMO_COLLABORATOR.name.to_owned(),
        fiscal_code: DEMO_COLLABORATOR.fiscal_code.to_owned(),
        password_hash,
        password_state: PasswordState::Definitive,
    };
    let id = queries::insert_collaborator(conn, &collaborator, now)?;
    let notes = Notes {
        surname: collaborator.surname,
        name: collaborator.name,
        region_code: "050".to_owned(),
        province: "VE".to_owned(),
        asl_code: String::new(),
        phone: "041 5550124".to_owned(),
        mobile: String::new(),
        email: "anna.rossi@example.it".to_owned(),
    };
    associations::insert(conn, owner, id, AssociationState::Active, &notes, now)?;
    Ok(id)
}

/// What she has prepared: for SACCAVINI the statin that is due and more antibiotic than the last time, for somebody else
/// a drug never had before. Without a formulary nothing can be prepared.
pub(super) fn prepare(
    conn: &mut Db,
    owner: Owner,
    author: i64,
    (now, today): (NaiveDateTime, NaiveDate),
) -> QueryResult<()> {
    let saccavini = find_patient(conn, owner, "SACCAVINI CLAUDIO")?;
    let other: Option<i64> = patients::table
        .filter(patients::doctor_id.eq(owner.id()).and(patients::search_key.lt("SACCAVINI")))
        .order((patients::search_key, patients::id))
        .select(patients::id)
        .first(conn)
        .optional()?;
    let at = Moment { now, today };
    for (patient, aic, pieces, posology) in [
        (saccavini, CRESTOR.aic, 1, "1 compressa la sera"),
        (saccavini, ZIMOX.aic, 2, "1 compressa mattina e sera"),
        (other, METFORMIN, 1, "1 compressa dopo i pasti"),
    ] {
        if let Some(patient) = patient {
            let key = Key { owner, author, patient };
            prepare_one(conn, key, (aic, pieces, posology), at)?;
        }
    }
    Ok(())
}

fn find_patient(conn: &mut Db, owner: Owner, search_key: &str) -> QueryResult<Option<i64>> {
    patients::table
        .filter(patients::doctor_id.eq(owner.id()).and(patients::search_key.eq(search_key)))
        .order((patients::search_key, patients::id))
        .select(patients::id)
        .first(conn)
        .optional()
}

/// As from the screens: picked, completed, reviewed, sent to the doctor.
fn prepare_one(conn: &mut Db, key: Key, (aic, pieces, posology): (&str, i64, &str), at: Moment) -> QueryResult<()> {
    let picked = Picked { aics: vec![aic.to_owned()], ..Picked::default() };
    let Ok(added) = add_packages(conn, key, &picked, at)? else { return Ok(()) };
    let Some(item) = added.rows.first() else { return Ok(()) };
    let complete = |item: &mut crate::prescribing::model::ItemValues| {
        item.complete = true;
        item.pieces = pieces;
        posology.clone_into(&mut item.posology);
    };
    if save_item(conn, key, *item, at, complete)?.is_err() {
        return Ok(());
    }
    let Some(review) = load_review(conn, key, at)? else { return Ok(()) };
    let confirmation = Confirmation {
        form: &FormKey::new(review.draft.confirmation_key(), &[]),
        revision: review.draft.revision,
        fingerprint: &review.fingerprint,
        visit: VisitKind::Surgery,
        hide_data: false,
        // What speaks against a drug is for the doctor to answer.
        answers: &std::collections::HashMap::new(),
    };
    let by = By::guarded(key.owner, key.author, at.now);
    match submit(conn, &by, key.patient, &confirmation, "/") {
        Ok(_) => Ok(()),
        Err(ConfirmError::Db(error)) => Err(error),
        // What cannot be sent stays a basket, as it would for anybody.
        Err(_) => Ok(()),
    }
}
