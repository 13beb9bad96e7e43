//! Who looked at a patient's data: who, as what, when, at what, from where.

use askama::Template;

use crate::accesses::AccessRow;
use crate::identity::model::Role;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::wording::full_name;

/// One look.
#[derive(Clone, Debug)]
pub struct LookLine {
    /// `Tu`, or a name.
    pub who: String,
    /// `Collaboratore`.
    pub role: &'static str,
    /// `Cartella aperta`.
    pub what: &'static str,
    /// `20/11/2016 alle 09.04`.
    pub when: String,
    /// `192.0.2.7`; empty for what is older than this list.
    pub origin: String,
}

/// Who looked at a patient's data.
#[derive(Debug, Template)]
#[template(path = "record/accesses.html")]
pub struct AccessesPage {
    /// Surroundings.
    pub shell: Shell,
    /// Newest first.
    pub looks: Vec<LookLine>,
    /// The record.
    pub back: String,
    /// The first page; '' when this is it.
    pub first: String,
    /// Older looks; '' when there are none.
    pub next: String,
}

impl LookLine {
    /// A look for the screen of the user `own`.
    pub fn of(row: &AccessRow, own: i64) -> Self {
        let role = match row.role {
            Role::Doctor => "medico",
            Role::Collaborator => "collaboratore",
            Role::Patient => "assistito, su Millebook",
        };
        let who = if row.actor_id == own { "Tu".to_owned() } else { full_name(&row.name, &row.surname) };
        Self { who, role, what: row.act.label(), when: dates::moment(row.happened_at), origin: row.origin.clone() }
    }
}
