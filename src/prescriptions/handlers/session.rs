//! A new session of the day, asked of the service: it mails it to the doctor's certified address.

use actix_web::{HttpResponse, web};
use secrecy::SecretString;

use crate::db::{Db, DbError};
use crate::identity::queries::find_doctor;
use crate::prescriptions::queries;
use crate::prescriptions::service::{Pipeline, credentials, vault};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::NoFields;
use crate::web::guards::Doctor;
use crate::web::page::see_other;
use crate::web::paths;
use crate::web::posted::Posted;
use sac::{NotProcessed, SacError, SessionOutcome, SessionRequest, explain};

/// Asks for a session with the credentials that are stored.
pub async fn ask(
    Posted(doctor, _): Posted<Doctor, NoFields>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let flash = asked(&doctor, &pipeline).await?;
    doctor.flash(flash)?;
    Ok(see_other(&paths::sar_credentials()))
}

async fn asked(doctor: &Doctor, pipeline: &Pipeline) -> Result<Flash, AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok((find_doctor(conn, owner.id())?, queries::find_credentials(conn, owner)?))
    };
    let (Some((user, profile)), Some(stored)) = doctor.read(read).await? else {
        return Ok(refused("Salva prima utente, password e PIN."));
    };
    let Ok(known) = vault::open(pipeline.sealer(), &stored) else {
        return Ok(refused("Le credenziali salvate non si leggono più: scrivile di nuovo."));
    };
    let request = SessionRequest {
        fiscal_code: user.fiscal_code,
        region: profile.region_code,
        asl: profile.asl_code,
        ssa: stored.ssa_code.clone(),
        structure: profile.structure_code,
    };
    match pipeline.sac().create_session(&known, &request).await {
        SessionOutcome::Created { token: Some(token), .. } => received(doctor, pipeline, &token).await,
        SessionOutcome::Created { token: None, .. } => {
            let note = move |conn: &mut Db| credentials::expect_session(conn, owner, now);
            doctor.write(note).await?;
            Ok(Flash::ok("Il Sistema TS ti manda la sessione.")
                .with_text("Arriva al tuo indirizzo certificato: copiala e incollala qui sotto."))
        }
        SessionOutcome::Refused { errors } => Ok(refused(&reason(&errors))),
        SessionOutcome::NotProcessed(NotProcessed::Unreachable(text)) => {
            Ok(refused(&format!("{text}: riprova tra poco.")))
        }
        SessionOutcome::NotProcessed(cause) => Ok(refused(&cause.to_string())),
        SessionOutcome::Ended { description } => Ok(refused(&description)),
        SessionOutcome::Uncertain(_) | SessionOutcome::Valid { .. } => {
            Ok(Flash::new(Tone::Warn, "Non si sa se la richiesta è arrivata.")
                .with_text("Guarda nella posta certificata; se non c’è nulla, chiedila di nuovo."))
        }
    }
}

/// The answer holds the session itself, as in the ministry's test environment.
async fn received(doctor: &Doctor, pipeline: &Pipeline, token: &SecretString) -> Result<Flash, AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let sealed = vault::seal_session(pipeline.sealer(), owner, token).map_err(AppError::internal)?;
    let keep = move |conn: &mut Db| credentials::keep_session(conn, owner, &sealed, now);
    let beside = doctor.write(keep).await?;
    pipeline.wake();
    Ok(if beside {
        Flash::ok("La prossima sessione è pronta.").with_text("Prende il posto di quella in corso quando finisce.")
    } else {
        Flash::ok("Nuova sessione attiva.").with_text("Le ricette che aspettavano partono adesso.")
    })
}

fn refused(why: &str) -> Flash {
    Flash::new(Tone::Err, "La sessione non è stata chiesta.").with_text(why)
}

fn reason(errors: &[SacError]) -> String {
    let text = errors.first().map(|error| match error.code.trim_start_matches('0') {
        "200" => "Il Sistema TS non ha un tuo indirizzo certificato: registralo sul suo portale.".to_owned(),
        "100" => "Il Sistema TS non è riuscito a mandare la mail: riprova tra poco.".to_owned(),
        _ => explain(&error.code, &error.text),
    });
    text.unwrap_or_else(|| "Il Sistema TS rifiuta, senza dire perché.".to_owned())
}
