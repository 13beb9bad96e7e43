//! Deliveries asked for by programs.

use diesel::QueryResult;

use super::find_patient_of;
use super::once::Made;
use crate::accesses::Viewer;
use crate::api::model::{ChannelName, Deliveries};
use crate::api::queries::Sight;
use crate::db::Db;
use crate::delivery::service::{self as delivery, DeliverError, MailRequest};
use crate::identity::by::By;
use crate::identity::sealing::Sealer;
use crate::prescriptions::queries as pipeline;
use crate::web::error::AppError;
use crate::web::problem::Problem;
use kernel::email::Email;

/// How long somebody waits who has asked for all the mails of an hour.
const MAILS_AGAIN: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// Asks for a delivery.
/// The error says why it is not done; the caller's transaction must then be rolled back.
pub fn deliver(
    conn: &mut Db,
    sealer: &Sealer,
    (sight, by, viewer): (Sight, &By, &Viewer),
    id: i64,
    (channel, address, confirmed): (ChannelName, Option<&Email>, bool),
) -> Result<Made, Problem> {
    if find_patient_of(conn, sight, id)?.is_none() {
        return Err(Problem::not_found());
    }
    delivery::check_living(conn, by.owner, &[id], confirmed).map_err(problem_of)?;
    let done = match channel {
        ChannelName::Email => {
            let request = MailRequest { ids: &[id], address, update_registry: false };
            delivery::request_mail(conn, sealer, by, &request)
        }
        ChannelName::Print => delivery::print(conn, by, viewer, &[id]).map(|_pdf| ()),
        ChannelName::Millebook => delivery::publish(conn, by, &[id]),
    };
    done.map_err(problem_of)?;
    Ok(Made { status: 201, ids: vec![id] })
}

fn problem_of(error: DeliverError) -> Problem {
    match error {
        DeliverError::NotThere => Problem::not_found(),
        DeliverError::NotDeliverable => Problem::conflict("La ricetta non è valida, o non lo è più: non si consegna."),
        DeliverError::NoAddress => {
            Problem::invalid_field("address", "Il paziente non ha un indirizzo e-mail in anagrafica: scrivilo qui")
        }
        DeliverError::Deceased => Problem::conflict(
            "Il paziente risulta deceduto: non si consegna nulla senza confermarlo (deceased_confirmed).",
        ),
        DeliverError::NoMobile => Problem::conflict("Il paziente non ha un cellulare in anagrafica."),
        DeliverError::NotEnrolled => {
            Problem::conflict("Il paziente non è arruolato su Millebook: consegna la ricetta in un altro modo.")
        }
        DeliverError::TooMany => {
            Problem::too_many("Per questo medico sono partite troppe e-mail in un’ora.", MAILS_AGAIN)
        }
        DeliverError::Unmade(cause) => AppError::Internal(cause).into(),
        DeliverError::Db(error) => error.into(),
    }
}

/// The deliveries of a prescription. `None` when it is not in sight.
pub fn list_deliveries(conn: &mut Db, sight: Sight, id: i64) -> QueryResult<Option<(i64, Deliveries)>> {
    let Some(patient) = find_patient_of(conn, sight, id)? else { return Ok(None) };
    let rows = pipeline::list_deliveries(conn, &[id])?;
    Ok(Some((patient, Deliveries { deliveries: rows.iter().map(|(_, row)| row.into()).collect() })))
}
