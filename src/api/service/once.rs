//! Writes that may be repeated: the second arrival of a key finds the first one's answer.

use crate::db::Db;
use crate::identity::by::By;
use crate::identity::form_keys::{FormKey, Once};
use crate::web::problem::Problem;

/// What a write answers: a status and the ids of what it made. Nothing of a person is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The status.
    pub status: u16,
    /// Ids, in order.
    pub ids: Vec<i64>,
}

impl Made {
    fn to_text(&self) -> String {
        let ids: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        format!("{} {}", self.status, ids.join(","))
    }

    fn from_text(text: &str) -> Option<Self> {
        let (status, ids) = text.split_once(' ')?;
        let ids = ids.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().ok());
        Some(Self { status: status.parse().ok()?, ids: ids.collect::<Option<Vec<i64>>>()? })
    }
}

/// Runs `work` for the first arrival of a key and answers the others what it made, in the caller's transaction. What `work`
/// refuses leaves the key free.
/// A key that came with another content is a 409; otherwise what `work` refuses.
pub fn once(
    conn: &mut Db,
    by: &By,
    key: &FormKey,
    work: impl FnOnce(&mut Db) -> Result<Made, Problem>,
) -> Result<Made, Problem> {
    match key.once(conn, by, Made::to_text, work)? {
        Once::Done(made) => Ok(made),
        Once::Again(answer) => {
            Made::from_text(&answer).ok_or_else(|| Problem::conflict("La prima richiesta non è conclusa: riprova."))
        }
        Once::Altered => {
            Err(Problem::conflict("Questa Idempotency-Key è già servita per un’altra richiesta: usane una nuova."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_as_status_and_ids() {
        for made in [Made { status: 201, ids: vec![31, 32] }, Made { status: 200, ids: Vec::new() }] {
            assert_eq!(Made::from_text(&made.to_text()), Some(made));
        }
        for broken in ["", "201", "x 1", "201 a"] {
            assert_eq!(Made::from_text(broken), None, "{broken}");
        }
    }
}
