//! The patient's first step, on two pages: the code with fiscal code and birth date, then the password. The second page
//! carries the claim on, and everything is checked again when it comes back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDateTime;

use crate::identity::password::check_rules;
use crate::millebook::forms::ActivateForm;
use crate::millebook::pages::activation::{ActivatePage, ChoosePage, JoinedPage};
use crate::millebook::service::{self, Activation, Choice, Claim, Claimed, Look};
use crate::web::address;
use crate::web::entrance::{self, TOO_MANY};
use crate::web::error::AppError;
use crate::web::flash::{self, Flash};
use crate::web::forms::FormState;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::Shell;
use crate::web::visitor::Visitor;

/// One text for a code that is wrong, used, expired or of somebody else.
const UNKNOWN: &str = "Codice, codice fiscale e data di nascita non corrispondono, oppure il codice è scaduto o già usato. \
                       Ricontrollali; se non basta, chiedi un nuovo codice allo studio.";

fn shell(visitor: &Visitor) -> Shell {
    visitor.shell.clone()
}

/// The first page.
pub async fn show(visitor: Visitor) -> Result<HttpResponse, AppError> {
    Page::ok(ActivatePage { shell: shell(&visitor), form: FormState::new() }).render()
}

/// Either page.
pub async fn create(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, ActivateForm>,
) -> Result<HttpResponse, AppError> {
    let mut state = FormState::from_pairs(form.raw);
    let address = address::counted_address(&visitor.site, &req);
    let Some(claim) = form.data.claim(&mut state, visitor.site.clock.today(), address) else {
        return Page::invalid(ActivatePage { shell: shell(&visitor), form: state }).render();
    };
    match service::look(&visitor.site, &claim).await? {
        Look::Unknown => {
            state.form_error(UNKNOWN);
            Page::invalid(ActivatePage { shell: shell(&visitor), form: state }).render()
        }
        Look::Blocked(until) => blocked(&visitor, state, until),
        Look::Fits(claimed) => choose(&req, &visitor, state, &claim, *claimed, form.data).await,
    }
}

fn blocked(visitor: &Visitor, mut state: FormState, until: NaiveDateTime) -> Result<HttpResponse, AppError> {
    let now = visitor.now();
    state.form_error(entrance::wait_text(TOO_MANY, until, now));
    let page = ActivatePage { shell: shell(visitor), form: state };
    let mut answer = Page::with_status(StatusCode::TOO_MANY_REQUESTS, page).render()?;
    entrance::retry_after(&mut answer, until, now);
    Ok(answer)
}

/// The second page, or its answer.
async fn choose(
    req: &HttpRequest,
    visitor: &Visitor,
    mut state: FormState,
    claim: &Claim,
    claimed: Claimed,
    data: ActivateForm,
) -> Result<HttpResponse, AppError> {
    let claimant = claimed.claimant.clone();
    let mut page = ChoosePage {
        shell: shell(visitor),
        form: FormState::new(),
        present: claimed.elsewhere.then(|| FormState::new().with_prefix("ora-")),
        name: claimant.name.clone(),
        doctor: format!("Dr. {} {}", claimant.doctor_name, claimant.doctor_surname),
        username: claimant.fiscal_code.clone(),
    };
    let choice = match data.passo.as_str() {
        "nuova" => {
            let personal = [claimant.surname.as_str(), &claimant.name, &claimant.fiscal_code];
            if let Err(problem) = check_rules(&data.password_nuova, &personal) {
                state.error("password_nuova", problem.to_string());
            } else if data.password_nuova != data.password_ripetuta {
                state.error("password_ripetuta", "Le due password non coincidono");
            }
            Some(Choice::New(data.password_nuova)).filter(|_| !state.is_invalid())
        }
        "attuale" if claimed.elsewhere => Some(Choice::Present(data.password_attuale)),
        _ => {
            page.form = state;
            return Page::ok(page).render();
        }
    };
    let Some(choice) = choice else {
        page.form = state;
        return Page::invalid(page).render();
    };
    match service::activate(&visitor.site, claim, claimed, choice).await? {
        Activation::Open(user_id, device) => enter(req, visitor, user_id, device),
        Activation::Joined => Page::ok(JoinedPage { shell: shell(visitor), doctor: page.doctor }).render(),
        Activation::WrongPassword => {
            if let Some(present) = &mut page.present {
                present.error("password_attuale", "Non è la password del tuo account Millebook");
            }
            page.form = state;
            Page::invalid(page).render()
        }
        Activation::Blocked(until) => blocked(visitor, state, until),
        Activation::Gone => {
            state.form_error(UNKNOWN);
            Page::invalid(ActivatePage { shell: shell(visitor), form: state }).render()
        }
    }
}

fn enter(req: &HttpRequest, visitor: &Visitor, user_id: i64, device: String) -> Result<HttpResponse, AppError> {
    entrance::open(req, visitor.session(), user_id)?;
    let text = "La prossima volta entra con il tuo codice fiscale e la password.";
    flash::push(visitor.session(), Flash::ok("Millebook è attivo").with_text(text))?;
    let mut answer = see_other(&paths::millebook());
    entrance::set_device_cookie(&mut answer, &visitor.site, device)?;
    Ok(answer)
}
