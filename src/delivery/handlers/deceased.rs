//! The question before anything goes to somebody who has died. The form that was posted waits in it, whole.

use actix_web::HttpResponse;

use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::delivery::forms::Delivers;
use crate::delivery::pages::DeceasedPage;
use crate::delivery::service;
use crate::patients::model::Patient;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::MenuItem;
use kernel::dates;

/// The question, when `form` would deliver `ids` to somebody who has died and does not say that it is meant so.
pub(super) async fn question<T: Delivers>(
    acting: &Acting,
    form: &CsrfForm<T>,
    ids: &[i64],
    action: String,
) -> Result<Option<HttpResponse>, AppError> {
    if form.data.means_deceased() {
        return Ok(None);
    }
    let fields = form.raw.iter().filter(|(name, _)| name != "decesso").cloned().collect();
    ask(acting, ids, (action, true, fields)).await
}

/// The same for a page that tells something, reached by an address.
pub(super) async fn question_before(
    acting: &Acting,
    confirmed: bool,
    ids: &[i64],
    action: String,
) -> Result<Option<HttpResponse>, AppError> {
    if confirmed {
        return Ok(None);
    }
    let listed = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    ask(acting, ids, (action, false, vec![("ricette".to_owned(), listed)])).await
}

type Form = (String, bool, Vec<(String, String)>);

async fn ask(acting: &Acting, ids: &[i64], (action, posts, fields): Form) -> Result<Option<HttpResponse>, AppError> {
    let (owner, asked) = (acting.owner(), ids.to_vec());
    let read = move |conn: &mut Db| service::list_deceased(conn, owner, &asked);
    let dead = acting.read(read).await?;
    if dead.is_empty() {
        return Ok(None);
    }
    acting.note(Look::at_many(Act::Listed, dead.iter().map(|patient| patient.id))).await?;
    let page = DeceasedPage {
        shell: acting.shell.clone().at(MenuItem::Deliveries).with_dialog(),
        names: dead.iter().map(named).collect(),
        back: paths::deliveries(),
        action,
        posts,
        fields,
    };
    Page::invalid(page).render().map(Some)
}

fn named(patient: &Patient) -> String {
    let since = patient.values.status_since.map(|day| format!(", dal {}", dates::long(day))).unwrap_or_default();
    format!("{} {}{since}", patient.values.surname, patient.values.name)
}
