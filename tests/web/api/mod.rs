//! What a program of the studio gets, and what it does not. Every answer is compared with the served document.

mod archive;
mod budgets;
mod contract;
mod giving;
mod matrix;
mod refused;
mod remarks;
mod studio;
mod tokens;

use diesel::prelude::*;
use millecloud::db::schema::associations;
use millecloud::identity::associations::AssociationState;

use crate::support::TestApp;
use crate::support::archive::Ids;
use crate::support::program::Program;

/// BORGHETTO and another doctor, each with SACCAVINI in the archive; SEGRETI works for the first.
pub struct World {
    pub app: TestApp,
    pub paolo: i64,
    pub mario: i64,
    pub maria: i64,
    pub own: Ids,
    pub other: Ids,
    /// SEGRETI's program.
    pub program: Program,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::start().await;
        let paolo = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        let mario = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        let maria = app.add_collaborator("segreti", &[paolo]).await;
        let own = app.fill_archive(paolo, "SCCCLD63E30L483Q").await;
        let other = app.fill_archive(mario, "SCCCLD63E30L483Q").await;
        let program = app.connect("segreti").await;
        Self { app, paolo, mario, maria, own, other, program }
    }

    /// Puts SEGRETI's association with BORGHETTO in a state.
    pub async fn set_association(&self, state: AssociationState) {
        let (doctor, collaborator) = (self.paolo, self.maria);
        self.app
            .write(move |conn| {
                let row = associations::table
                    .filter(associations::doctor_id.eq(doctor))
                    .filter(associations::collaborator_id.eq(collaborator));
                Ok(diesel::update(row).set(associations::state.eq(state)).execute(conn)?)
            })
            .await;
    }
}
