//! The form of the formulary while choosing for a patient. It is posted because its OK is; its other buttons only lead
//! to the address that shows what they ask.

use actix_web::{HttpRequest, HttpResponse, web};

use super::search;
use crate::db::Db;
use crate::formulary::forms::{Asked, field};
use crate::formulary::index::FormularyIndexes;
use crate::record;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Acting;
use crate::web::page::{see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;

/// The fields are read one by one.
#[derive(Debug, serde::Deserialize)]
pub struct ChooseForm {
    #[serde(default)]
    azione: String,
}

/// CERCA, "Stesso P.A. e confezionamento", "Nessun farmaco", "Altri risultati".
pub async fn choose(
    Posted(doctor, form): Posted<Acting, ChooseForm>,
    req: HttpRequest,
    path: web::Path<i64>,
    indexes: web::Data<FormularyIndexes>,
) -> Result<HttpResponse, AppError> {
    let (patient, owner) = (path.into_inner(), doctor.owner());
    let owns = move |conn: &mut Db| record::queries::owns_patient(conn, owner, patient);
    if !doctor.read(owns).await? {
        return Err(AppError::NotFound);
    }
    let fields = form.raw.iter().filter(|(name, _)| name != field::EQUIVALENTS_OF);
    let mut asked = Asked::of_fields(fields.map(|(name, value)| (name, value)));
    if wants_fragment(&req, search::BOX) {
        return search::posted(&doctor, &indexes, patient, asked).await;
    }
    match form.data.azione.as_str() {
        "equivalenti" => match asked.ticked.first() {
            Some(aic) => asked.equivalents_of = Some(aic.clone()),
            None => doctor.flash(
                Flash::new(Tone::Warn, "Nessun farmaco selezionato.")
                    .with_text("Spunta la confezione di cui vuoi vedere gli equivalenti."),
            )?,
        },
        "nessuno" => {
            asked.ticked.clear();
            asked.not_substitutable = false;
            asked.by_substance = false;
        }
        _ => {}
    }
    Ok(see_other(&format!("{}{}", paths::patient_formulary(patient), asked.to_query())))
}
