//! Case B: printing at the surgery, and counting what was printed.

use sha2::{Digest, Sha256};

use super::super::queries::{self, NewDelivery};
use super::{DeliverError, deliverable};
use crate::accesses::{self, Act, Look, Viewer};
use crate::db::Db;
use crate::identity::by::By;
use crate::prescriptions::model::{Channel, DeliveryState};
use crate::prescriptions::queries::{ListRow, add_delivery_item};
use crate::prescriptions::service::{Paper, find_paper, sheets_pdf};
use kernel::hex::hex;
use promemoria::{self, PromemoriaError};

/// The papers of these prescriptions in one file, two to a sheet when there are several; each is marked printed and counted.
pub fn print(conn: &mut Db, by: &By, viewer: &Viewer, ids: &[i64]) -> Result<Vec<u8>, DeliverError> {
    let papers = papers(conn, by, ids)?;
    for (row, paper) in &papers {
        let bytes = match paper {
            Paper::Sac(bytes) => bytes.clone(),
            Paper::Ours(paper) => promemoria::render(paper).map_err(unmade)?,
        };
        count(conn, by, (row.id, row.patient_id), &bytes)?;
    }
    let look = |(row, _): &(ListRow, Paper)| Look::at_prescription(Act::Printed, row.patient_id, row.id);
    // The patient may see who has printed.
    accesses::record(conn, viewer, &papers.iter().map(look).collect::<Vec<_>>(), by.now)?;
    queries::set_failures_handled(conn, ids, by.now)?;
    together(papers)
}

/// The same file, for a form that arrives again: nothing is counted.
pub fn print_again(conn: &mut Db, by: &By, ids: &[i64]) -> Result<Vec<u8>, DeliverError> {
    let papers = papers(conn, by, ids)?;
    together(papers)
}

fn unmade(error: PromemoriaError) -> DeliverError {
    DeliverError::Unmade(error.into())
}

fn papers(conn: &mut Db, by: &By, ids: &[i64]) -> Result<Vec<(ListRow, Paper)>, DeliverError> {
    let mut papers = Vec::new();
    for row in deliverable(conn, by, ids)? {
        let paper = find_paper(conn, by.owner, row.id)?;
        papers.push((row, paper));
    }
    Ok(papers)
}

/// One file of them all: the paper itself when there is one, shared sheets otherwise.
fn together(papers: Vec<(ListRow, Paper)>) -> Result<Vec<u8>, DeliverError> {
    let mut papers: Vec<Paper> = papers.into_iter().map(|(_, paper)| paper).collect();
    match (papers.pop(), papers.is_empty()) {
        (Some(only), true) => only.into_pdf().map_err(unmade),
        (Some(last), false) => {
            papers.push(last);
            sheets_pdf(&papers).map_err(unmade)
        }
        (None, _) => Err(DeliverError::NotThere),
    }
}

fn count(conn: &mut Db, by: &By, (id, patient): (i64, i64), paper: &[u8]) -> Result<(), DeliverError> {
    let hash = hex(&Sha256::digest(paper));
    let known = queries::find_print(conn, id)?;
    if let Some(before) = known.as_ref().filter(|known| known.print_count > 0 && known.content_hash != hash) {
        // A new version of the program may draw it differently; nothing else may.
        tracing::warn!(delivery.id = before.id, "a reprint is not what was printed before");
    }
    let print = match known {
        Some(known) => known.id,
        None => {
            let new = NewDelivery {
                doctor_id: by.owner.id(),
                patient_id: patient,
                channel: Channel::Print,
                state: DeliveryState::Requested,
                recipient: "",
                content_hash: "",
                archive: None,
                agreed_secret: false,
                token: "",
                requested_by: by.actor,
                requested_at: by.now,
                ended_at: None,
            };
            let print = queries::insert_delivery(conn, &new)?;
            add_delivery_item(conn, print, id)?;
            print
        }
    };
    queries::count_print(conn, print, &hash, by.actor, by.now)?;
    Ok(())
}
