//! The record page.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use diesel::QueryResult;

use super::{Asked, banner, regimes};

use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::prescriptions::model::{Reminder, reminders};
use crate::prescriptions::queries::find_credentials;
use crate::record::model::{Entry, Problem, Window, cut};
use crate::record::pages::View;
use crate::record::pages::overview::{Panel, RecordPage};
use crate::record::pages::rows::{DiaryLine, InvestigationLine, ProblemLine, TherapyLine};
use crate::record::queries;
use crate::safety::Allergen;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Acting;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::{MenuItem, PatientBanner};

/// What one snapshot of the record holds.
struct Loaded {
    banner: PatientBanner,
    selected: Option<ProblemLine>,
    problems: Panel<ProblemLine>,
    therapies: Panel<TherapyLine>,
    investigations: Panel<InvestigationLine>,
    diary: Panel<DiaryLine>,
    draft_count: i64,
    /// What the doctor should see to before prescribing.
    reminders: Vec<Reminder>,
    /// The list of the last opened patients says something else.
    touch: bool,
}

/// The record of one patient.
pub async fn show(doctor: Acting, path: web::Path<i64>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    let (patient_id, view) = (path.into_inner(), asked.view()?);
    let (owner, author, now, today) = (doctor.owner(), doctor.id(), doctor.now(), doctor.today());
    let sends = !doctor.shell.collaborator;
    let load = move |conn: &mut Db| -> Result<Loaded, AppError> {
        let banner = banner(conn, owner, patient_id, today)?;
        let touch = queries::is_touch_due(conn, author, patient_id, now)?;
        let draft_count = queries::count_draft_items(conn, owner, author, patient_id)?;
        let selected = match view.problem() {
            None => None,
            Some(id) => {
                let problem = Problem::find(conn, owner, patient_id, id)?;
                let shown = problem.filter(|problem| problem.values.removed_on.is_none());
                Some(ProblemLine::new(&shown.ok_or(AppError::NotFound)?))
            }
        };
        let (therapies, investigations, diary) = panels(conn, owner, (patient_id, &banner.allergies), view, today)?;
        let mut problems = queries::list_problems_open_first(conn, owner, patient_id, Window::first(view.0).limit)?;
        let problems = Panel { more: cut(&mut problems), rows: problems.iter().map(ProblemLine::new).collect() };
        let credentials = if sends { find_credentials(conn, owner)? } else { None };
        let reminders = credentials.map(|stored| reminders(&stored, now)).unwrap_or_default();
        Ok(Loaded { banner, selected, problems, therapies, investigations, diary, draft_count, reminders, touch })
    };
    let loaded = doctor.read(load).await?;
    // Among the last opened, in the commit that is waited for anyway.
    let touch = loaded.touch;
    let remember = move |conn: &mut Db| -> QueryResult<()> {
        if touch {
            queries::touch_recent(conn, author, patient_id, now)?;
        }
        Ok(())
    };
    doctor.note_with(vec![Look::at_patient(Act::Record, patient_id)], remember).await?;
    let name = loaded.banner.name.clone();
    let mut shell = doctor.shell.at(MenuItem::Record).for_patient(loaded.banner);
    // Before the first prescription, not after the work is done.
    shell.flash.extend(loaded.reminders.into_iter().map(|reminder| {
        Flash::new(Tone::Warn, &reminder.title)
            .with_text(&reminder.text)
            .with_link(paths::sar_credentials(), "Credenziali SAR")
    }));
    Page::ok(RecordPage {
        shell,
        patient_id,
        name,
        view,
        selected: loaded.selected,
        problems: loaded.problems,
        therapies: loaded.therapies,
        investigations: loaded.investigations,
        diary: loaded.diary,
        draft_count: loaded.draft_count,
    })
    .render()
}

type Panels = (Panel<TherapyLine>, Panel<InvestigationLine>, Panel<DiaryLine>);

/// The three panels that follow the problem.
fn panels(
    conn: &mut Db,
    owner: Owner,
    (patient_id, allergies): (i64, &[Allergen]),
    view: View,
    today: NaiveDate,
) -> Result<Panels, AppError> {
    let window = Window::first(view.0);
    let regimes = regimes(conn)?;
    let mut therapies = queries::list_therapies(conn, owner, patient_id, &window)?;
    let therapies = Panel {
        more: cut(&mut therapies),
        rows: therapies.iter().map(|row| TherapyLine::new(row, &regimes).against(row, allergies, today)).collect(),
    };
    let mut investigations = queries::list_investigations(conn, owner, patient_id, &window)?;
    let investigations =
        Panel { more: cut(&mut investigations), rows: investigations.iter().map(InvestigationLine::new).collect() };
    let mut diary = queries::list_diary(conn, owner, patient_id, &window)?;
    let diary = Panel { more: cut(&mut diary), rows: diary.iter().map(DiaryLine::new).collect() };
    Ok((therapies, investigations, diary))
}
