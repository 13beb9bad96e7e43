//! The history of an entry.

use actix_web::{HttpResponse, web};

use super::screens::{home, kind_of};
use super::{Asked, banner, check_writer};
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::record::model::describe::differences;
use crate::record::model::{
    Action, Allergy, Change, DiaryEntry, Entry, EntryValues, Exemption, Investigation, Kind, Problem, ProblemNames,
    Therapy,
};
use crate::record::pages::View;
use crate::record::pages::history::{ChangeLine, HistoryPage};
use crate::record::queries;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::MenuItem;
use kernel::dates;

/// Changes on one page.
const CHANGES: usize = 50;

/// What is shown of one entry's history.
struct Told {
    name: String,
    removed: bool,
    changes: Vec<ChangeLine>,
    older: Option<i64>,
}

/// The history of one entry.
pub async fn show(
    doctor: Acting,
    path: web::Path<(i64, String, i64)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, AppError> {
    let (patient_id, section, id) = path.into_inner();
    let kind = kind_of(&section).ok_or(AppError::NotFound)?;
    let (owner, today, before) = (doctor.owner(), doctor.today(), asked.prima);
    let may_write = check_writer(&doctor, kind).is_ok();
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, patient_id, today)?;
        let told = match kind {
            Kind::Problem => tell::<Problem>(conn, owner, (patient_id, id), before),
            Kind::Therapy => tell::<Therapy>(conn, owner, (patient_id, id), before),
            Kind::Investigation => tell::<Investigation>(conn, owner, (patient_id, id), before),
            Kind::Diary => tell::<DiaryEntry>(conn, owner, (patient_id, id), before),
            Kind::Allergy => tell::<Allergy>(conn, owner, (patient_id, id), before),
            Kind::Exemption => tell::<Exemption>(conn, owner, (patient_id, id), before),
        }?;
        Ok((banner, told))
    };
    let (banner, told) = doctor.read(load).await?;
    doctor.note(Look::at_patient(Act::History, patient_id)).await?;
    let here = paths::entry_history(patient_id, section.as_str(), id);
    let (title, item) = heading(kind);
    let back = if told.removed {
        home(kind, patient_id, View::default())
    } else {
        format!("{}/{section}/{id}", paths::record(patient_id))
    };
    Page::ok(HistoryPage {
        shell: doctor.shell.at(item).for_patient(banner),
        title,
        name: told.name,
        changes: told.changes,
        back,
        next: told.older.map(|older| format!("{here}?prima={older}")).unwrap_or_default(),
        restore: (told.removed && may_write).then(|| paths::entry_restore(patient_id, section.as_str(), id)),
    })
    .render()
}

const fn heading(kind: Kind) -> (&'static str, MenuItem) {
    match kind {
        Kind::Problem => ("Storia del problema", MenuItem::Problems),
        Kind::Therapy => ("Storia della terapia", MenuItem::Therapies),
        Kind::Investigation => ("Storia dell’accertamento", MenuItem::Exams),
        Kind::Diary => ("Storia della nota", MenuItem::Diary),
        Kind::Allergy => ("Storia dell’allergia", MenuItem::Allergies),
        Kind::Exemption => ("Storia dell’esenzione", MenuItem::Exemptions),
    }
}

const fn done(action: Action) -> &'static str {
    match action {
        Action::Created => "Inserimento",
        Action::Edited => "Correzione",
        Action::Closed => "Chiusura",
        Action::Reopened => "Riapertura",
        Action::Suspended => "Sospensione",
        Action::Resumed => "Ripresa",
        Action::Removed => "Eliminazione",
        Action::Restored => "Ripristino",
    }
}

/// A change with its two versions read.
struct Read<V> {
    change: Change,
    who: String,
    before: Option<V>,
    after: Option<V>,
}

impl<V: EntryValues> Read<V> {
    fn of(change: Change, who: String) -> Result<Self, AppError> {
        let (before, after) = (kept(&change.before_json)?, kept(&change.after_json)?);
        Ok(Self { change, who, before, after })
    }

    fn line(self, names: &ProblemNames) -> ChangeLine {
        ChangeLine {
            what: done(self.change.action),
            when: dates::moment(self.change.changed_at),
            who: self.who,
            first: self.before.is_none(),
            differences: self.after.map(|after| differences(self.before.as_ref(), &after, names)).unwrap_or_default(),
        }
    }
}

/// The values a change kept; `None` where there were none.
fn kept<V: EntryValues>(json: &str) -> Result<Option<V>, AppError> {
    if json.is_empty() { Ok(None) } else { serde_json::from_str(json).map(Some).map_err(AppError::internal) }
}

fn tell<E: Entry>(
    conn: &mut Db,
    owner: Owner,
    (patient_id, id): (i64, i64),
    before: Option<i64>,
) -> Result<Told, AppError> {
    let entry = E::find(conn, owner, patient_id, id)?.ok_or(AppError::NotFound)?;
    let limit = i64::try_from(CHANGES.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = queries::list_changes(conn, owner, patient_id, (E::KIND, id), before, limit)?;
    let more = rows.len() > CHANGES;
    rows.truncate(CHANGES);
    let older = rows.last().filter(|_| more).map(|(change, _)| change.id);
    let rows =
        rows.into_iter().map(|(change, who)| Read::of(change, who)).collect::<Result<Vec<Read<E::Values>>, _>>()?;
    let mut ids: Vec<i64> =
        rows.iter().flat_map(|row| [&row.before, &row.after]).flatten().filter_map(EntryValues::problem).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = queries::list_problem_names(conn, owner, patient_id, &ids)?;
    let name = entry.values().lines(&names).into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let removed = entry.values().removed_on().is_some();
    let changes = rows.into_iter().map(|row| row.line(&names)).collect();
    Ok(Told { name, removed, changes, older })
}
