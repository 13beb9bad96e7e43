//! Collaborators: for whom they work.

mod acting;

use diesel::prelude::*;
use millecloud::db::schema::associations;
use millecloud::identity::associations::AssociationState;

use crate::support::TestApp;

/// A page for whoever works in an archive.
const ARCHIVE_PAGE: &str = "/millelight/pazienti";
const CHOICE: &str = "/millelight/medici";

/// Puts the association of two people in a state, as if it had come there by itself.
async fn set_state(app: &TestApp, doctor: i64, collaborator: i64, state: AssociationState) {
    app.write(move |conn| {
        let row = associations::table
            .filter(associations::doctor_id.eq(doctor))
            .filter(associations::collaborator_id.eq(collaborator));
        Ok(diesel::update(row).set(associations::state.eq(state)).execute(conn)?)
    })
    .await;
}
