//! One exchange with SAC, whatever is asked: how it ended, and where that is written.

use super::super::model::Operation;
use super::retire::{RetireOutcome, record_retire};
use super::search::{SearchOutcome, record_search};
use super::{Moment, Recorded, Work, record_annul, record_send, record_view, shows_another};
use crate::db::Db;
use sac::{AnnulOutcome, NotProcessed, SendOutcome, ViewOutcome};

/// An outcome, whatever was asked.
pub(super) enum Outcome {
    Send(SendOutcome),
    View(ViewOutcome),
    Annul(AnnulOutcome),
    Search(SearchOutcome),
    Retire(RetireOutcome),
}

impl Outcome {
    /// Nothing was asked: the credentials cannot be read here.
    pub(super) fn refused_here(operation: Operation, reason: &str) -> Self {
        let cause = NotProcessed::CredentialsRefused(reason.to_owned());
        match operation {
            Operation::Send => Self::Send(SendOutcome::NotProcessed(cause)),
            Operation::View => Self::View(ViewOutcome::NotProcessed(cause)),
            Operation::Annul => Self::Annul(AnnulOutcome::NotProcessed(cause)),
            Operation::Search => Self::Search(SearchOutcome::NotProcessed(cause)),
            Operation::Retire => Self::Retire(RetireOutcome::Seen(ViewOutcome::NotProcessed(cause))),
        }
    }

    /// The service could not be reached or said nothing sensible.
    pub(super) const fn is_failure(&self) -> bool {
        match self {
            Self::Send(outcome) => {
                matches!(outcome, SendOutcome::Uncertain(_) | SendOutcome::NotProcessed(NotProcessed::Unreachable(_)))
            }
            Self::View(outcome) | Self::Retire(RetireOutcome::Seen(outcome)) => {
                matches!(outcome, ViewOutcome::Uncertain(_) | ViewOutcome::NotProcessed(NotProcessed::Unreachable(_)))
            }
            Self::Annul(outcome) | Self::Retire(RetireOutcome::Tried(outcome)) => {
                matches!(outcome, AnnulOutcome::Uncertain(_) | AnnulOutcome::NotProcessed(NotProcessed::Unreachable(_)))
            }
            Self::Search(outcome) => {
                matches!(
                    outcome,
                    SearchOutcome::Uncertain(_) | SearchOutcome::NotProcessed(NotProcessed::Unreachable(_))
                )
            }
        }
    }

    /// SAC has registered what was sent.
    pub(super) const fn is_accepted_send(&self) -> bool {
        matches!(self, Self::Send(SendOutcome::Accepted(_)))
    }

    /// What came of it may hold every row of the doctor, not only the one that was asked about.
    pub(super) const fn is_of_the_sender(&self) -> bool {
        matches!(
            self,
            Self::Send(SendOutcome::NotProcessed(_))
                | Self::View(ViewOutcome::NotProcessed(_))
                | Self::Annul(AnnulOutcome::NotProcessed(_))
                | Self::Search(_)
                | Self::Retire(_)
        )
    }

    /// A view showed a prescription that is certainly not the one that was asked about.
    pub(super) fn shows_another(&self, work: &Work) -> bool {
        matches!(self, Self::View(view) | Self::Retire(RetireOutcome::Seen(view)) if shows_another(work, view))
    }

    /// Writes it, in the caller's transaction.
    pub(super) fn record(self, conn: &mut Db, work: &Work, at: Moment<'_>) -> diesel::QueryResult<Recorded> {
        match self {
            Self::Send(outcome) => record_send(conn, work, outcome, at),
            Self::View(outcome) => record_view(conn, work, outcome, at),
            Self::Annul(outcome) => record_annul(conn, work, outcome, at),
            Self::Search(outcome) => record_search(conn, work, outcome, at),
            Self::Retire(outcome) => record_retire(conn, work, outcome, at),
        }
    }
}
