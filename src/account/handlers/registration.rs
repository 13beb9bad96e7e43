//! CREA UN ACCOUNT, and the link of the confirmation mail.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use validator::Validate;

use crate::account::forms::{ConfirmForm, RegistrationForm};
use crate::account::pages::{ConfirmPage, ConfirmedPage, RegionPage, RegistrationPage, RegistrationSentPage};
use crate::account::service::password::Check;
use crate::account::service::registration::{self, Answer, Confirmation, Registration};
use crate::db::{Db, DbError};
use crate::identity::password::check_rules;
use crate::reference::queries as reference;
use crate::web::address;
use crate::web::entrance::{TOO_MANY, wait_text};
use crate::web::error::AppError;
use crate::web::forms::{Choice, FormState};
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use kernel::email::Email;
use kernel::fiscal_code::FiscalCode;
use kernel::text::one_line;

/// Which step of the registration is asked for.
#[derive(Deserialize)]
pub struct Step {
    /// None on the first visit, empty when "Avanti" was pressed without a choice.
    regione: Option<String>,
    #[serde(default)]
    inviata: bool,
}

/// Choice of a health unit that the list does not have yet: the doctor names it with the SAR credentials.
const OTHER_UNIT: &str = "altra";

/// What the forms offer for a region.
struct Lists {
    regions: Vec<Choice>,
    /// The chosen region's name, when there is such a region.
    region: Option<String>,
    units: Vec<Choice>,
}

async fn lists(visitor: &Visitor, region: &str) -> Result<Lists, AppError> {
    let code: String = region.chars().filter(char::is_ascii_digit).take(3).collect();
    let read = move |conn: &mut Db| -> Result<Lists, DbError> {
        let regions = reference::list_regions(conn)?;
        let chosen = regions.iter().find(|region| region.code == code).map(|region| region.name.clone());
        let units = if chosen.is_some() { reference::list_health_units(conn, &code)? } else { Vec::new() };
        Ok(Lists {
            regions: regions.into_iter().map(|region| Choice::new(region.code, region.name)).collect(),
            region: chosen,
            units: units
                .into_iter()
                .map(|unit| Choice::new(unit.asl_code, unit.name))
                .chain([Choice::new(OTHER_UNIT, "Un’altra: la indicherò nelle Credenziali SAR")])
                .collect(),
        })
    };
    Ok(visitor.site.db.read(read).await?)
}

/// The region first; then, with its list of ASL, everything else. Two steps, so that no script is needed and nothing
/// typed is lost on the way.
pub async fn new(visitor: Visitor, step: web::Query<Step>) -> Result<HttpResponse, AppError> {
    if step.inviata {
        return Page::ok(RegistrationSentPage { shell: visitor.shell }).render();
    }
    let asked = step.regione.as_deref().unwrap_or_default();
    let lists = lists(&visitor, asked).await?;
    let mut form = FormState::new();
    form.set("regione", asked);
    match lists.region {
        Some(region) => Page::ok(RegistrationPage { shell: visitor.shell, form, region, units: lists.units }).render(),
        None if step.regione.is_none() => {
            Page::ok(RegionPage { shell: visitor.shell, form, regions: lists.regions }).render()
        }
        None => {
            form.error("regione", "Scegli una regione dall’elenco");
            Page::invalid(RegionPage { shell: visitor.shell, form, regions: lists.regions }).render()
        }
    }
}

/// Takes the registration. The answer says only that a mail is on its way.
pub async fn create(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, RegistrationForm>,
) -> Result<HttpResponse, AppError> {
    let lists = lists(&visitor, &form.data.regione).await?;
    let mut state = FormState::from_pairs(form.raw);
    let Some(region) = lists.region else {
        state.error("regione", "Scegli una regione dall’elenco");
        return Page::invalid(RegionPage { shell: visitor.shell, form: state, regions: lists.regions }).render();
    };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut wait = None;
    let address = address::counted_address(&visitor.site, &req);
    if let Some(registration) = read(&mut state, form.data, &lists.units, address) {
        match registration::register(&visitor.site, registration).await? {
            Answer::MailSent => return Ok(see_other(&format!("{}?inviata=true", paths::registration()))),
            Answer::Blocked(until) => {
                status = StatusCode::TOO_MANY_REQUESTS;
                let now = visitor.now();
                wait = Some((until - now).num_seconds().max(1));
                state.form_error(wait_text("Troppe richieste di account da questa rete", until, now));
            }
        }
    }
    let page = RegistrationPage { shell: visitor.shell, form: state, region, units: lists.units };
    let mut answer = Page::with_status(status, page).render()?;
    if let Some(seconds) = wait {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(answer)
}

/// The checked registration, or its errors in `state`.
fn read(
    state: &mut FormState,
    data: RegistrationForm,
    units: &[Choice],
    address: Option<String>,
) -> Option<Registration> {
    state.check(data.validate());
    let mut line = |name: &str, text: &str| {
        one_line(text, 60).map_err(|problem| state.error(name, problem.to_string())).unwrap_or_default()
    };
    let (surname, name) = (line("cognome", &data.cognome), line("nome", &data.nome));
    let fiscal_code = FiscalCode::parse(&data.codice_fiscale);
    let fiscal_code = fiscal_code.map_err(|problem| state.error("codice_fiscale", problem.to_string()));
    if !units.iter().any(|unit| unit.value == data.asl) {
        state.error("asl", "Scegli la tua azienda sanitaria dall’elenco");
    }
    let email = Email::parse(&data.email).map_err(|problem| state.error("email", problem.to_string()));
    let personal = [data.cognome.trim(), data.nome.trim(), data.codice_fiscale.trim(), data.email.trim()];
    if let Err(problem) = check_rules(&data.password_nuova, &personal) {
        state.error("password_nuova", problem.to_string());
    } else if data.password_nuova != data.password_ripetuta {
        state.error("password_ripetuta", "Le due password non coincidono");
    }
    if state.is_invalid() {
        return None;
    }
    Some(Registration {
        surname,
        name,
        fiscal_code: fiscal_code.ok()?,
        email: email.ok()?,
        password: data.password_nuova,
        region_code: data.regione,
        asl_code: if data.asl == OTHER_UNIT { String::new() } else { data.asl },
        address,
    })
}

/// The link of the mail. Opening it changes nothing: mail scanners open links too.
pub async fn ask_confirmation(visitor: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let user = registration::find_by_token(&visitor.site, &token).await?.ok_or_else(gone)?;
    let form = FormState::new();
    Page::ok(ConfirmPage { shell: visitor.shell, form, token, username: user.username }).render()
}

fn gone() -> AppError {
    let text = "Il collegamento è scaduto o è già stato usato. Se non riesci ad accedere, ripeti «CREA UN ACCOUNT» con lo \
                stesso indirizzo e-mail.";
    AppError::Gone(text.to_owned())
}

/// Opens the account.
pub async fn confirm(
    Posted(visitor, form): Posted<Visitor, ConfirmForm>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let user = registration::find_by_token(&visitor.site, &token).await?.ok_or_else(gone)?;
    let mut state = FormState::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match registration::confirm(&visitor.site, &token, form.data.password).await? {
        Confirmation::Done => return Page::ok(ConfirmedPage { shell: visitor.shell }).render(),
        Confirmation::Gone => return Err(gone()),
        Confirmation::Refused(Check::Blocked(until)) => {
            status = StatusCode::TOO_MANY_REQUESTS;
            state.form_error(wait_text(TOO_MANY, until, visitor.now()));
        }
        Confirmation::Refused(_) => state.error("password", "Non è la password scelta con la richiesta di account"),
    }
    let page = ConfirmPage { shell: visitor.shell, form: state, token, username: user.username };
    Page::with_status(status, page).render()
}
