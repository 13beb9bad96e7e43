//! Case A: the dialog, the confirmation, and what became of it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{Asked, Subject, deceased};
use crate::db::Db;
use crate::delivery::forms::{MailForm, Which};
use crate::delivery::pages::{ChoosePage, Line, MailDialog, MailedDialog, Person};
use crate::delivery::queries::wants_classic_zip;
use crate::delivery::service::{self, MailRequest, Plan, Recipient};
use crate::patients::queries::list_enrolled;
use crate::prescriptions::model::{Channel, Delivery, DeliveryState};
use crate::prescriptions::queries::list_deliveries;
use crate::web::error::AppError;
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use kernel::random;
use kernel::wording::listed_name;

struct Loaded {
    subject: Subject,
    plan: Plan,
    classic: bool,
}

async fn load(acting: &Acting, ids: Vec<i64>) -> Result<Loaded, AppError> {
    let by = acting.by();
    let read = move |conn: &mut Db| -> Result<Loaded, AppError> {
        Ok(Loaded {
            subject: Subject::load(conn, &by, &ids)?,
            plan: service::plan(conn, &by, &ids)?,
            classic: wants_classic_zip(conn, by.owner)?,
        })
    };
    acting.read(read).await
}

fn page(acting: &Acting, loaded: &Loaded, form: FormState, key: String) -> ChoosePage {
    let subject = &loaded.subject;
    let person = |recipient: &Recipient| Person {
        name: listed_name(&recipient.patient.values.surname, &recipient.patient.values.name),
        address: recipient.address().map(|address| address.as_str().to_owned()).unwrap_or_default(),
        href: paths::patient_edit(recipient.patient.id),
    };
    let all = &loaded.plan.recipients;
    let (people, without): (Vec<&Recipient>, Vec<&Recipient>) = all.iter().partition(|r| r.address().is_some());
    // One patient without an address gets one here; of several, those without stay to be printed.
    let mailed: Vec<i64> =
        if all.len() == 1 { subject.ids() } else { people.iter().flat_map(|r| r.ids.clone()).collect() };
    let dialog = MailDialog {
        form,
        key,
        ids: mailed.iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
        people: people.into_iter().map(person).collect(),
        without: without.into_iter().map(person).collect(),
        agreed: matches!(all.as_slice(), [one] if one.has_secret),
        classic: loaded.classic,
    };
    ChoosePage { mail: Some(dialog), ..base(acting, subject) }
}

/// The page under a dialog.
pub(super) fn base(acting: &Acting, subject: &Subject) -> ChoosePage {
    ChoosePage {
        shell: subject.dress(acting).with_dialog(),
        back: subject.back(acting),
        lines: subject.rows.iter().map(|row| Line::of(row, &subject.drugs(row.id))).collect(),
        mail: None,
        mailed: None,
        nre: None,
        watch: None,
    }
}

/// The dialog.
pub async fn ask(acting: Acting, query: web::Query<Which>) -> Result<HttpResponse, AppError> {
    let loaded = load(&acting, query.ids()).await?;
    let form = match loaded.plan.recipients.as_slice() {
        [one] => {
            let address = one.address().map(|address| address.as_str().to_owned());
            let ticked = if address.is_none() { "1" } else { "" };
            FormState::from_pairs([
                ("nuova_mail".to_owned(), address.unwrap_or_default()),
                ("modifica".to_owned(), ticked.to_owned()),
            ])
        }
        _ => FormState::new(),
    };
    loaded.subject.note(&acting).await?;
    Page::ok(page(&acting, &loaded, form, random::hex_token(16))).render()
}

/// «Invia».
pub async fn send(Posted(acting, form): Posted<Acting, MailForm>) -> Result<HttpResponse, AppError> {
    let mut state = FormState::of(&form.data);
    let address = form.data.address(&mut state);
    let ids = form.data.ids();
    if state.is_invalid() {
        return again(&acting, ids, state, form.form_key()).await;
    }
    let loaded = load(&acting, ids.clone()).await?;
    if address.is_none() && loaded.plan.recipients.iter().any(|recipient| recipient.address().is_none()) {
        state.error("nuova_mail", "Il paziente non ha un indirizzo in anagrafica: scrivilo qui");
        return again(&acting, ids, state, form.form_key()).await;
    }
    if let Some(question) = deceased::question(&acting, &form, &ids, paths::delivery_mail()).await? {
        return Ok(question);
    }
    let answer = paths::about(&paths::delivery_mailed(), &ids);
    let (by, asked, sealer) = (acting.by(), Asked::of(&acting, &form), acting.site.sealer.clone());
    let (to, update_registry) = (answer.clone(), !form.data.anagrafica.is_empty());
    let write = move |conn: &mut Db| -> Result<bool, AppError> {
        let request = MailRequest { ids: &ids, address: address.as_ref(), update_registry };
        asked.once(conn, request.ids, &to, |conn| service::request_mail(conn, &sealer, &by, &request))
    };
    acting.write(write).await?;
    Ok(see_other(&answer))
}

async fn again(acting: &Acting, ids: Vec<i64>, state: FormState, key: &str) -> Result<HttpResponse, AppError> {
    let loaded = load(acting, ids).await?;
    Page::invalid(page(acting, &loaded, state, key.to_owned())).render()
}

/// What became of the mails; for the script, only what tells whether anything has changed.
pub async fn mailed(acting: Acting, req: HttpRequest, query: web::Query<Which>) -> Result<HttpResponse, AppError> {
    let (by, ids) = (acting.by(), query.ids());
    let here = paths::about(&paths::delivery_mailed(), &ids);
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let subject = Subject::load(conn, &by, &ids)?;
        let mails = latest_mails(list_deliveries(conn, &ids)?);
        let patient = subject.banner.as_ref().map(|banner| banner.id);
        let enrolled = list_enrolled(conn, by.owner, patient.as_slice())?;
        Ok((subject, mails, !enrolled.is_empty()))
    };
    let (subject, mails, enrolled) = acting.read(read).await?;
    if mails.is_empty() {
        return Err(AppError::NotFound);
    }
    let seen = mails.iter().map(|mail| mail.state.as_str()).collect::<Vec<_>>().join(".");
    if wants_fragment(&req, "stato") {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(seen));
    }
    subject.note(&acting).await?;
    let pending = mails.iter().any(|mail| DeliveryState::PENDING.contains(&mail.state));
    let valid = subject.rows.iter().all(|row| row.state.is_deliverable(&row.auth_code));
    let publish = if enrolled && valid { subject.ids() } else { Vec::new() };
    let publish = publish.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    let page = ChoosePage {
        mailed: Some(told(&mails, publish)),
        watch: pending.then_some((here, seen)),
        back: subject.onward(),
        ..base(&acting, &subject)
    };
    Page::ok(page).render()
}

/// The last mail of each prescription, each mail once.
fn latest_mails(all: Vec<(i64, Delivery)>) -> Vec<Delivery> {
    let mut latest: Vec<(i64, Delivery)> = Vec::new();
    for (prescription, delivery) in all.into_iter().filter(|(_, delivery)| delivery.channel == Channel::Mail) {
        latest.retain(|(known, _)| *known != prescription);
        latest.push((prescription, delivery));
    }
    let mut mails: Vec<Delivery> = latest.into_iter().map(|(_, delivery)| delivery).collect();
    mails.sort_by_key(|mail| mail.id);
    mails.dedup_by_key(|mail| mail.id);
    mails
}

fn told(mails: &[Delivery], publish: String) -> MailedDialog {
    let lead = |mail: &Delivery| match mail.state {
        DeliveryState::Requested => format!("Promemoria in partenza per {}", mail.recipient),
        DeliveryState::ArchiveSent | DeliveryState::Delivered => format!("Promemoria inviato a {}", mail.recipient),
        DeliveryState::Failed => format!("Promemoria non inviato a {}. {}", mail.recipient, mail.reason.label()),
        DeliveryState::Revoked => format!("Invio a {} revocato. {}", mail.recipient, mail.reason.label()),
    };
    let wrong = mails.iter().any(|mail| matches!(mail.state, DeliveryState::Failed | DeliveryState::Revoked));
    let two = mails.iter().any(|mail| !mail.agreed_secret);
    MailedDialog {
        tone: if wrong { "err" } else { "" },
        icon: if wrong { "alert" } else { "mail" },
        leads: mails.iter().map(lead).collect(),
        note: match (wrong, two) {
            (true, _) => "La ricetta resta valida: riprova, cambia indirizzo o stampala.",
            (false, true) => "La password parte con un secondo messaggio. In Consegne la ricetta è verde.",
            (false, false) => "Si apre con la parola concordata con il paziente. In Consegne la ricetta è verde.",
        },
        publish,
        key: random::hex_token(16),
        care: wrong,
    }
}
