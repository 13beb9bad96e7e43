//! From addresses to validation and back.

mod pending;
mod round;
mod sent;

use actix_web::HttpResponse;
use actix_web::web::{self, get, post, resource};

use crate::validation::service::DecideError;
use crate::web::bell::Rings;
use crate::web::error::AppError;
use crate::web::paths::pattern;

/// Routes of validation.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::pending()).route(get().to(pending::index)))
        .service(resource(pattern::pending_count()).route(get().to(pending::count)))
        .service(resource(pattern::pending_send_all()).route(get().to(round::ask)).route(post().to(round::create)))
        .service(resource(pattern::round()).route(get().to(round::show)))
        .service(resource(pattern::round_retry()).route(post().to(round::retry)))
        .service(resource(pattern::pending_send()).route(post().to(pending::send)))
        .service(
            resource(pattern::pending_decline())
                .route(get().to(pending::ask_decline))
                .route(post().to(pending::decline)),
        )
        .service(resource(pattern::sent()).route(get().to(sent::index)))
        .service(resource(pattern::sent_count()).route(get().to(sent::count)))
        .service(resource(pattern::sent_take()).route(post().to(sent::take)))
        .service(resource(pattern::sent_withdraw()).route(post().to(sent::withdraw_one)))
        .service(resource(pattern::sent_copy()).route(post().to(sent::copy)));
}

/// What to tell whoever wants to send what today cannot be sent as it stands.
const OUTDATED: &str = "Non è stato inviato nulla: c’è qualcosa da correggere prima.";
const OUTDATED_TEXT: &str = "Da quando è stata preparata è scaduta un’esenzione, o è cambiato il prontuario: il motivo è \
                             scritto nella riga. Correggila, oppure annullala.";

/// What to tell whoever wants to send what something speaks against, without an answer of its own.
const UNANSWERED: &str = "Non è stato inviato nulla: c’è un’allergia da confermare.";
const UNANSWERED_TEXT: &str = "Si invia dalla sua riga, spuntando che l’hai vista e scegliendo il motivo.";

/// The numbers for the bell's script.
fn rings_json(rings: Rings) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(rings.as_json())
}

impl From<DecideError> for AppError {
    fn from(error: DecideError) -> Self {
        let conflict = |text: &str| Self::Conflict(text.to_owned());
        match error {
            DecideError::NotFound => Self::NotFound,
            DecideError::MovedOn => conflict(
                "Nel frattempo questa prescrizione è cambiata: non è stato fatto nulla. Torna all’elenco e riguardala.",
            ),
            DecideError::Broken => conflict(
                "Il contenuto di questa prescrizione non è quello che era stato preparato: non è stata inviata. \
                 Annullala e falla preparare di nuovo.",
            ),
            DecideError::Outdated => conflict(OUTDATED_TEXT),
            DecideError::Unanswered => conflict(UNANSWERED_TEXT),
            DecideError::Nothing => conflict("Non c’era nulla da inviare: torna all’elenco."),
            DecideError::NotReady(_) => conflict("Per ora non si può inviare: controlla le credenziali SAR."),
            DecideError::Db(error) => error.into(),
            DecideError::Pool(error) => error.into(),
        }
    }
}
