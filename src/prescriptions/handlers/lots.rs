//! Scarico Lotti NRE.

use actix_web::{HttpResponse, web};

use crate::db::{Db, DbError};
use crate::identity::queries::find_doctor_profile;
use crate::prescriptions::model::Lot;
use crate::prescriptions::pages::settings::{FoundLine, LotLine, LotsPage, MissingLine};
use crate::prescriptions::queries;
use crate::prescriptions::service::{LOW_MARK, Pipeline};
use crate::reference::nre_rules::{NreRules, NreSource};
use crate::reference::queries::find_nre_rules;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::NoFields;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::region::RegionCode;

/// The lots and how many numbers are left.
pub async fn index(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        let region = find_doctor_profile(conn, owner.id())?.and_then(|p| RegionCode::parse(&p.region_code).ok());
        let rules = match &region {
            Some(region) => find_nre_rules(conn, region.as_str())?,
            None => NreRules::UNKNOWN,
        };
        let request = queries::find_lot_request(conn, owner)?;
        let differences = (queries::list_found(conn, owner)?, queries::list_missing(conn, owner)?);
        Ok((queries::list_lots(conn, owner)?, (region, rules), request, differences))
    };
    let (lots, (region, rules), request, (found, missing)) = doctor.read(read).await?;
    let prefix = region.as_ref().map_or("", RegionCode::as_str);
    let open: Vec<&Lot> = lots.iter().filter(|lot| lot.left() > 0 && lot.prefix.starts_with(prefix)).collect();
    // The list is newest first; numbers come from the oldest lot that has some.
    let in_use = open.last().map(|lot| lot.id);
    let left: i64 = open.iter().map(|lot| lot.left()).sum();
    let of: i64 = open.iter().map(|lot| lot.size()).sum();
    let (until, error) = request.unwrap_or((now, String::new()));
    let page = LotsPage {
        shell: doctor.shell.at(MenuItem::Lots),
        lots: lots.iter().map(|lot| LotLine::of(lot, in_use)).collect(),
        left,
        of,
        percent: left.saturating_mul(100).checked_div(of).unwrap_or(0),
        assigned: rules.assigned,
        unknown_source: rules.source == NreSource::Unknown,
        low: !rules.assigned && !lots.is_empty() && left < LOW_MARK,
        in_flight: error.is_empty() && until > now,
        error,
        found: found.iter().map(FoundLine::of).collect(),
        missing: missing.into_iter().map(MissingLine::of).collect(),
    };
    Page::ok(page).render()
}

/// Asks for a new lot now. While a request is out there is no second one.
pub async fn create(
    Posted(doctor, _): Posted<Doctor, NoFields>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let told = pipeline.request_lot(doctor.owner(), true).await?;
    doctor.flash(match told.as_deref() {
        Some("") => Flash::ok("Nuovo lotto scaricato."),
        Some(_) => Flash::new(Tone::Err, "Il lotto non è arrivato.").with_text("Il motivo è qui sotto."),
        None => Flash::new(Tone::Warn, "Nessuna richiesta è partita.").with_text(
            "Una è già in corso, oppure le Credenziali SAR o la sessione del giorno mancano o non vanno bene.",
        ),
    })?;
    Ok(see_other(&paths::lots()))
}
