//! The pipeline's steps against a database, without SAC: the outcomes are given.
#![expect(clippy::unwrap_used, reason = "tests")]

mod acts;
mod annulment;
mod answers;
mod assigned;
mod claim;
mod leases;
mod policy;
mod promemoria;
mod retired;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Operation, State, WaitReason, notes_from_json};
use super::super::queries;
use super::super::testing::{CODE, World, credentials, insert_credentials, registration, zimox};
use super::{ActError, Claim, CreateError, Recorded, Work};
use super::{
    RetireOutcome, SearchOutcome, ask_resend, create_confirmed, record_annul, record_retire, record_search,
    record_send, record_view, request_annul, retry_now, take_back, verify_now,
};
use crate::db::schema::{nre_lots, nre_uses, patients, prescription_items, prescriptions, sac_credentials, users};
use crate::db::{Owner, testing};
use crate::identity::by::{By, Seen};
use sac::{
    AnnulOutcome, NotProcessed, PrescriptionMessage, ProcessState, SacError, SendOutcome, UsedNre, ViewOutcome,
    ViewedPrescription,
};

impl World {
    fn sent(&mut self, work: &Work, outcome: SendOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_send(conn, work, outcome, at)).unwrap()
    }

    fn viewed(&mut self, work: &Work, outcome: ViewOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_view(conn, work, outcome, at)).unwrap()
    }

    fn annulled(&mut self, work: &Work, outcome: AnnulOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_annul(conn, work, outcome, at)).unwrap()
    }

    fn searched(&mut self, work: &Work, outcome: SearchOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_search(conn, work, outcome, at)).unwrap()
    }

    fn retired(&mut self, work: &Work, outcome: RetireOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_retire(conn, work, outcome, at)).unwrap()
    }

    /// A prescription whose send went unanswered, five seconds later, with its view in hand.
    fn uncertain(&mut self) -> (i64, Work) {
        let id = self.confirm();
        let send = self.work(id);
        assert_eq!(self.sent(&send, SendOutcome::Uncertain("tempo scaduto".into())), Recorded::Written);
        self.pass(5);
        (id, self.work(id))
    }

    /// A registered prescription.
    fn accepted(&mut self) -> i64 {
        let id = self.confirm();
        let work = self.work(id);
        self.sent(&work, SendOutcome::Accepted(registration(&work)));
        id
    }

    /// A registered prescription whose annulment is in hand.
    fn annulling(&mut self) -> (i64, Work) {
        let id = self.accepted();
        let (owner, revision, now) = (self.owner, self.row(id).revision, self.now);
        request_annul(
            &mut self.db,
            &By::guarded(owner, owner.id(), now),
            Seen::new(id, revision),
            "Errore di dosaggio",
        )
        .unwrap();
        (id, self.work(id))
    }

    fn attempts(&mut self, id: i64) -> Vec<(Operation, AttemptOutcome)> {
        let attempts = queries::list_attempts(&mut self.db, id).unwrap();
        attempts.iter().map(|attempt| (attempt.operation, attempt.outcome)).collect()
    }
}

fn error(code: &str) -> SacError {
    SacError { code: code.into(), text: String::new(), row: 0, blocking: true }
}

fn refusal(code: &str) -> SendOutcome {
    SendOutcome::Refused { errors: vec![error(code)], communications: Vec::new() }
}

fn found(message: &PrescriptionMessage, state: ProcessState) -> ViewOutcome {
    ViewOutcome::Found(Box::new(ViewedPrescription {
        state,
        auth_code: CODE.into(),
        registered_at: Some(testing::now()),
        message: PrescriptionMessage { patient_code: String::new(), ..message.clone() },
        communications: Vec::new(),
    }))
}
