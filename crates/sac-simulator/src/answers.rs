//! The answers, written as SAC writes them.

use chrono::NaiveDateTime;

use super::ledger::Registered;
use super::state::Prescription;
use sac::envelope::{A2F_MESSAGES, A2F_TYPES, Composer, DEM_TYPES, dem_namespace, lot_namespace};
use sac::write::moment;
use sac::{Communication, PrescriptionMessage, PrescriptionRow, SacError};

const NO_COMMUNICATION: &str = "Nessuna comunicazione.";
/// Text of the item every success carries.
const DONE: &str = "Operazione eseguita correttamente";

/// What goes out over HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `WWW-Authenticate`, if any.
    pub challenge: Option<&'static str>,
    /// `Location`, if any.
    pub location: Option<&'static str>,
    /// Body.
    pub body: String,
}

impl Reply {
    /// A SOAP answer.
    pub fn soap(body: String) -> Self {
        Self { status: 200, content_type: "text/xml;charset=UTF-8", challenge: None, location: None, body }
    }

    /// A SOAP Fault that blames the request.
    pub fn fault(status: u16, text: &str) -> Self {
        let mut composer = Composer::envelope();
        composer.open("soapenv:Fault");
        composer.text("faultcode", "soapenv:Client");
        composer.text("faultstring", text);
        Self { status, ..Self::soap(composer.finish()) }
    }

    /// An answer without SOAP, as a web server or a gateway gives.
    pub fn page(status: u16) -> Self {
        let body = format!("<html><body><h1>{status}</h1></body></html>");
        Self { status, content_type: "text/html", challenge: None, location: None, body }
    }
}

/// A blocking error about the whole prescription.
pub fn blocking(code: &str, text: &str) -> SacError {
    SacError { code: code.to_owned(), text: text.to_owned(), row: 0, blocking: true }
}

/// A warning about the whole prescription.
pub fn warning(code: &str, text: &str) -> SacError {
    SacError { blocking: false, ..blocking(code, text) }
}

/// The outcome code a list of errors stands for.
fn outcome(errors: &[SacError]) -> &'static str {
    if errors.iter().any(|error| error.blocking) {
        "9999"
    } else if errors.is_empty() {
        "0000"
    } else {
        "0001"
    }
}

/// The list of errors; a success carries its own item after the warnings. `typed` tells whether that item has an empty
/// `tipoErrore`, as in all services but send.
fn error_list(composer: &mut Composer, errors: &[SacError], typed: bool) {
    composer.open("m:ElencoErroriRicette");
    for error in errors {
        composer.open("t:ErroreRicetta");
        composer.text("t:codEsito", &error.code);
        composer.text("t:esito", &error.text);
        composer.text("t:progPresc", &error.row.to_string());
        composer.text("t:tipoErrore", if error.blocking { "Bloccante" } else { "Avviso" });
        composer.close();
    }
    if outcome(errors) != "9999" {
        composer.open("t:ErroreRicetta");
        composer.text("t:codEsito", "0000");
        composer.text("t:esito", DONE);
        composer.text("t:progPresc", "0");
        if typed {
            composer.text("t:tipoErrore", "");
        }
        composer.close();
    }
    composer.close();
}

fn communication_list(composer: &mut Composer, communications: &[Communication]) {
    composer.open("m:ElencoComunicazioni");
    for communication in communications {
        composer.open("t:Comunicazione");
        composer.text("t:codice", &communication.code);
        composer.text("t:messaggio", &communication.text);
        composer.close();
    }
    composer.close();
}

fn nothing_to_say(code: &str) -> Vec<Communication> {
    vec![Communication { code: code.to_owned(), text: NO_COMMUNICATION.to_owned() }]
}

/// Answer of send: accepted when there is a registration, refused otherwise.
pub fn sent(
    registered: Option<&Registered>,
    errors: &[SacError],
    mut communications: Vec<Communication>,
    pdf: Option<&str>,
) -> Reply {
    const ROOT: &str = "InvioPrescrittoRicevuta";
    let mut composer = Composer::message(ROOT, &dem_namespace(ROOT), Some(DEM_TYPES));
    if let Some(registered) = registered {
        composer.text("m:nre", &registered.nre);
        composer.text("m:codAutenticazione", &registered.auth_code);
        composer.text("m:dataInserimento", &moment(registered.registered_at));
    }
    composer.text("m:codEsitoInserimento", outcome(errors));
    error_list(&mut composer, errors, false);
    communications.extend(nothing_to_say("0100"));
    communication_list(&mut composer, &communications);
    if registered.is_some() {
        composer.text("m:flagPromemoria", if pdf.is_some() { "0" } else { "1" });
        if let Some(pdf) = pdf {
            composer.text("m:pdfPromemoria", pdf);
        }
    }
    Reply::soap(composer.finish())
}

/// Answer of view.
pub fn viewed(prescription: Option<(&Prescription, &str)>, errors: &[SacError]) -> Reply {
    const ROOT: &str = "VisualizzaPrescrittoRicevuta";
    let mut composer = Composer::message(ROOT, &dem_namespace(ROOT), Some(DEM_TYPES));
    if let Some((prescription, doctor_name)) = prescription {
        let registered = &prescription.registered;
        content(&mut composer, &registered.message, doctor_name);
        composer.text("m:statoProcesso", &prescription.state.to_string());
        composer.text("m:codAutenticazione", &registered.auth_code);
        composer.text("m:dataInserimento", &moment(registered.registered_at));
    }
    composer.text("m:codEsitoVisualizzazione", outcome(errors));
    error_list(&mut composer, errors, true);
    communication_list(&mut composer, &nothing_to_say("0200"));
    Reply::soap(composer.finish())
}

/// The prescription as view shows it: without the patient's code, without empty elements, with the doctor's name.
fn content(composer: &mut Composer, message: &PrescriptionMessage, doctor_name: &str) {
    let flag = |value: bool| if value { "1" } else { "" };
    let date = |value: Option<chrono::NaiveDate>| value.map(|date| date.to_string()).unwrap_or_default();
    let address = if message.patient_address.is_empty() { "|||" } else { &message.patient_address };
    composer.text("m:nre", &message.nre);
    composer.text("m:cfMedico1", &message.doctor);
    composer.text_if("m:cfMedico2", &message.substitute);
    composer.text("m:codRegione", &message.region);
    composer.text("m:codASLAo", &message.asl);
    composer.text_if("m:codStruttura", &message.structure);
    composer.text("m:codSpecializzazione", &message.specialisation);
    composer.text("m:testata1", &format!("{}{doctor_name}", message.header1));
    composer.text_if("m:testata2", &message.header2);
    composer.text_if("m:tipoRic", &message.assistance);
    composer.text("m:codiceAss", "");
    composer.text_if("m:cognNome", &message.patient_name);
    composer.text("m:indirizzo", address);
    composer.text_if("m:oscuramDati", flag(message.hide_patient));
    composer.text_if("m:numTessSasn", &message.sasn_card);
    composer.text_if("m:socNavigaz", &message.shipping_company);
    composer.text("m:tipoPrescrizione", &message.kind);
    composer.text_if("m:ricettaInterna", flag(message.internal));
    composer.text_if("m:codEsenzione", &message.exemption);
    composer.text_if("m:nonEsente", flag(message.not_exempt));
    composer.text_if("m:reddito", flag(message.income_exempt));
    composer.text_if("m:codDiagnosi", &message.diagnosis_code);
    composer.text_if("m:descrizioneDiagnosi", &message.diagnosis_text);
    composer.text("m:dataCompilazione", &moment(message.compiled_at));
    composer.text("m:tipoVisita", &message.visit);
    composer.text_if("m:dispReg", &message.regional_provisions);
    composer.text_if("m:provAssistito", &message.patient_province);
    composer.text_if("m:aslAssistito", &message.patient_asl);
    composer.text_if("m:indicazionePrescr", &message.indication);
    composer.text_if("m:altro", &message.other);
    composer.text_if("m:classePriorita", &message.priority);
    composer.text_if("m:statoEstero", &message.foreign.state);
    composer.text_if("m:istituzCompetente", &message.foreign.institution);
    composer.text_if("m:numIdentPers", &message.foreign.personal_number);
    composer.text_if("m:numIdentTess", &message.foreign.card_number);
    composer.text_if("m:dataNascitaEstero", &date(message.foreign.birth_date));
    composer.text_if("m:dataScadTessera", &date(message.foreign.card_expiry));
    composer.open("m:ElencoDettagliPrescrizioni");
    for row in &message.rows {
        shown_row(composer, row);
    }
    composer.close();
}

fn shown_row(composer: &mut Composer, row: &PrescriptionRow) {
    composer.open("t:DettaglioPrescrizione");
    composer.text_if("t:codProdPrest", &row.product_code);
    composer.text_if("t:descrProdPrest", &row.product_text);
    composer.text_if("t:codGruppoEquival", &row.group_code);
    composer.text_if("t:descrGruppoEquival", &row.group_text);
    composer.text_if("t:descrTestoLiberoNote", &row.note_text);
    composer.text_if("t:nonSost", if row.not_substitutable { "1" } else { "" });
    composer.text_if("t:motivazNote", &row.reason_note);
    composer.text_if("t:codMotivazione", &row.reason_code);
    composer.text_if("t:notaProd", &row.aifa_note);
    composer.text("t:quantita", &row.quantity.to_string());
    composer.text_if("t:prescrizione1", &row.prescription1);
    composer.text_if("t:prescrizione2", &row.prescription2);
    composer.text_if("t:codCatalogoPrescr", &row.catalogue_code);
    composer.text_if("t:tipoAccesso", &row.access);
    composer.text_if("t:numeroNota", &row.note_number);
    composer.text_if("t:condErogabilita", &row.dispensing_condition);
    composer.text_if("t:approprPrescrittiva", &row.appropriateness);
    composer.text_if("t:patologia", &row.pathology);
    composer.text("t:numsedute", &row.sessions.unwrap_or(0).to_string());
    composer.close();
}

/// Answer of annul.
pub fn annulled(nre: &str, errors: &[SacError]) -> Reply {
    const ROOT: &str = "AnnullaPrescrittoRicevuta";
    let mut composer = Composer::message(ROOT, &dem_namespace(ROOT), Some(DEM_TYPES));
    composer.text("m:nre", nre);
    composer.text("m:codEsitoAnnullamento", outcome(errors));
    error_list(&mut composer, errors, true);
    communication_list(&mut composer, &nothing_to_say("0300"));
    Reply::soap(composer.finish())
}

/// Answer of the list of used NREs, each with the lot it comes from.
pub fn listed(found: &[(&Registered, String)], errors: &[SacError]) -> Reply {
    const ROOT: &str = "InterrogaNreUtilRicevuta";
    let mut composer = Composer::message(ROOT, &dem_namespace(ROOT), Some(DEM_TYPES));
    composer.text("m:codEsitoInterrogaNreUtilizzati", outcome(errors));
    composer.open("m:ElencoNreUtilRecord");
    for (registered, lot) in found {
        composer.open("t:NreUtilRecord");
        composer.text("t:nre", &registered.nre);
        composer.text("t:cfMedico", &registered.message.doctor);
        composer.text("t:tipoPrescrizione", &registered.message.kind);
        composer.text("t:dataCompilazioneRicetta", &moment(registered.message.compiled_at));
        composer.text("t:cfAssistito", "");
        composer.text("t:provenienza", "0");
        composer.text("t:lotto", lot);
        composer.text("t:codAutenticazione", &registered.auth_code);
        composer.close();
    }
    composer.close();
    error_list(&mut composer, errors, true);
    communication_list(&mut composer, &nothing_to_say("0400"));
    Reply::soap(composer.finish())
}

/// Answer of the lot request: a prefix, or the code and text of a refusal.
pub fn lot(request: (&str, &str, &str), given: Result<&str, (&str, &str)>) -> Reply {
    const ROOT: &str = "LottoRicevutaNRE";
    let (region, class, doctor) = request;
    let mut composer = Composer::message(ROOT, &lot_namespace(ROOT), None);
    composer.text("m:CodRegione", region);
    if let Ok(prefix) = given {
        composer.text("m:CodRagLotto", prefix.get(3..5).unwrap_or_default());
        composer.text("m:IdentificativoLotto", class);
        composer.text("m:CodLotto", prefix.get(6..).unwrap_or_default());
    }
    composer.text("m:CFMedico", doctor);
    let (code, text) = given.err().unwrap_or(("00", DONE));
    composer.text("m:CodEsito", code);
    composer.text("m:Esito", text);
    Reply::soap(composer.finish())
}

/// What the session service has to say.
#[derive(Default)]
pub struct SessionAnswer {
    /// Code, text and kind of the errors.
    pub errors: Vec<(&'static str, &'static str, &'static str)>,
    /// State, description, start and end of the session asked about.
    pub info: Option<(u8, &'static str, NaiveDateTime, NaiveDateTime)>,
    /// Messages.
    pub communications: Vec<(&'static str, String)>,
}

/// Answer of the session service.
pub fn session(root: &str, answer: &SessionAnswer) -> Reply {
    let mut composer = Composer::message(root, A2F_MESSAGES, Some(A2F_TYPES));
    let refused = answer.errors.iter().any(|(_, _, kind)| *kind != "W");
    composer.text("m:codEsito", if refused { "1" } else { "0" });
    if !answer.errors.is_empty() {
        composer.open("m:errori");
        for (code, text, kind) in &answer.errors {
            composer.open("t:errore");
            composer.text("t:tipoErrore", kind);
            composer.text("t:codEsito", code);
            composer.text("t:descrEsito", text);
            composer.close();
        }
        composer.close();
    }
    if let Some((state, description, from, until)) = &answer.info {
        composer.open("m:infoToken");
        composer.text("t:stato", &state.to_string());
        composer.text("t:descrizione", description);
        composer.text("t:dataInizioValidita", &super::state::local_date_time(*from));
        composer.text("t:dataFineValidita", &super::state::local_date_time(*until));
        composer.close();
    }
    if !answer.communications.is_empty() {
        composer.open("m:comunicazioni");
        for (code, text) in &answer.communications {
            composer.open("t:comunicazione");
            composer.text("t:codice", code);
            composer.text("t:messaggio", text);
            composer.close();
        }
        composer.close();
    }
    Reply::soap(composer.finish())
}
