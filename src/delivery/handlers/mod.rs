//! The screens of the deliveries. Whoever works in the archive may deliver what the doctor validated; how archives are
//! protected is the doctor's own choice.

mod choose;
mod deceased;
mod demo;
mod filter;
mod list;
mod mail;
mod nre;
mod print;
mod secret;

use actix_web::web::{self, get, post, resource};

use super::forms::Delivers;
use super::service::{self, DeliverError};
use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::identity::by::By;
use crate::identity::form_keys::{FormKey, Once};
use crate::patients::queries::find_banner;
use crate::prescriptions::model::Item;
use crate::prescriptions::queries::{self, ListRow};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::paths::{self, pattern};
use crate::web::shell::{MenuItem, PatientBanner};

/// Routes of the deliveries.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::deliveries()).route(get().to(list::index)).route(post().to(list::filter)))
        .service(
            resource(pattern::delivery_settings())
                .route(get().to(secret::settings))
                .route(post().to(secret::update_settings)),
        )
        .service(resource(pattern::delivery_mail()).route(get().to(mail::ask)).route(post().to(mail::send)))
        .service(resource(pattern::delivery_mailed()).route(get().to(mail::mailed)))
        .service(resource(pattern::delivery_later()).route(post().to(choose::later)))
        .service(resource(pattern::delivery_print()).route(get().to(print::show)).route(post().to(print::print)))
        .service(resource(pattern::delivery_book()).route(post().to(choose::publish)))
        .service(resource(pattern::delivery_nre()).route(get().to(nre::show)))
        .service(resource(pattern::delivery_sms()).route(post().to(nre::send)))
        .service(resource(pattern::delivery_retry()).route(post().to(list::retry)))
        .service(resource(pattern::delivery_dismiss()).route(post().to(list::dismiss)))
        .service(resource(pattern::agreed_secret()).route(get().to(secret::edit)).route(post().to(secret::update)));
}

/// Routes that exist in a demonstration only.
pub fn demo_routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::demo_mails()).route(get().to(demo::index)))
        .service(resource(pattern::demo_mail()).route(get().to(demo::show)));
}

impl From<DeliverError> for AppError {
    fn from(error: DeliverError) -> Self {
        let conflict = |text: &str| Self::Conflict(text.to_owned());
        match error {
            DeliverError::NotThere => Self::NotFound,
            DeliverError::NotDeliverable => conflict(
                "Si consegna solo una ricetta accettata dal SAC e non annullata: questa adesso non lo è. Guarda il suo \
                 stato prima di riprovare.",
            ),
            DeliverError::NoAddress => conflict("Il paziente non ha un indirizzo e-mail: scrivilo in anagrafica."),
            DeliverError::NoMobile => conflict("Il paziente non ha un cellulare: scrivilo in anagrafica."),
            DeliverError::NotEnrolled => {
                conflict("Il paziente non è arruolato su Millebook: consegna la ricetta in un altro modo.")
            }
            DeliverError::Deceased => conflict(
                "Il paziente risulta deceduto: non è partito nulla. Chiedi di nuovo la consegna per confermarla.",
            ),
            DeliverError::TooMany => {
                Self::TooMany("Hai chiesto più di 300 e-mail in un'ora: riprova più tardi.".to_owned())
            }
            DeliverError::Unmade(cause) => Self::Internal(cause),
            DeliverError::Db(error) => error.into(),
        }
    }
}

/// The form that asks, so that its second arrival does nothing.
struct Asked {
    by: By,
    key: FormKey,
    means_deceased: bool,
}

impl Asked {
    fn of<T: Delivers>(acting: &Acting, form: &CsrfForm<T>) -> Self {
        Self { by: acting.by(), key: form.key(), means_deceased: form.data.means_deceased() }
    }

    /// Does `act` about these prescriptions at the first arrival and answers true; at a second one only says false.
    fn once(
        &self,
        conn: &mut Db,
        ids: &[i64],
        answer: &str,
        act: impl FnOnce(&mut Db) -> Result<(), DeliverError>,
    ) -> Result<bool, AppError> {
        let deliver = |conn: &mut Db| -> Result<(), DeliverError> {
            service::check_living(conn, self.by.owner, ids, self.means_deceased)?;
            act(conn)
        };
        match self.key.once(conn, &self.by, |()| answer.to_owned(), deliver)? {
            Once::Done(()) => Ok(true),
            Once::Again(_) => Ok(false),
            Once::Altered => {
                let text = "Questo modulo è già stato inviato con altri dati: guarda le consegne prima di riprovare.";
                Err(AppError::Conflict(text.to_owned()))
            }
        }
    }
}

/// What a page about some prescriptions shows of them.
struct Subject {
    rows: Vec<ListRow>,
    items: Vec<Item>,
    banner: Option<PatientBanner>,
}

impl Subject {
    /// These prescriptions of the archive, all of them.
    fn load(conn: &mut Db, by: &By, ids: &[i64]) -> Result<Self, AppError> {
        let rows = queries::list_by_ids(conn, by.owner, ids)?;
        if rows.is_empty() || rows.len() != ids.len() {
            return Err(AppError::NotFound);
        }
        let items = queries::list_items(conn, ids)?;
        let mut patients: Vec<i64> = rows.iter().map(|row| row.patient_id).collect();
        patients.dedup();
        let banner = match patients.as_slice() {
            [one] => find_banner(conn, by.owner, *one, by.today)?,
            _ => None,
        };
        Ok(Self { rows, items, banner })
    }

    fn drugs(&self, id: i64) -> Vec<String> {
        let of = self.items.iter().filter(|item| item.prescription_id == id);
        of.map(|item| item.content.name().to_owned()).collect()
    }

    /// Notes the look at each of them.
    async fn note(&self, acting: &Acting) -> Result<(), AppError> {
        let look = |row: &ListRow| Look::at_prescription(Act::Delivering, row.patient_id, row.id);
        acting.note_all(self.rows.iter().map(look).collect()).await
    }

    fn ids(&self) -> Vec<i64> {
        self.rows.iter().map(|row| row.id).collect()
    }

    /// Where a dialog closes to: the doctor's page of the prescription, else the deliveries.
    fn back(&self, acting: &Acting) -> String {
        match (acting.is_doctor(), self.rows.as_slice()) {
            (true, [one]) => paths::prescription(one.id),
            (true, _) => paths::outcome_of(&self.ids()),
            (false, _) => paths::deliveries(),
        }
    }

    /// The page one goes on from once it is done: the patient's record, where there is one patient.
    fn onward(&self) -> String {
        self.banner.as_ref().map_or_else(paths::deliveries, |patient| paths::record(patient.id))
    }

    fn dress(&self, acting: &Acting) -> crate::web::shell::Shell {
        let shell = acting.shell.clone().at(MenuItem::Deliveries);
        match &self.banner {
            Some(banner) => shell.for_patient(banner.clone()),
            None => shell,
        }
    }
}
