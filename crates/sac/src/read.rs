//! Answers read by meaning: elements by their local name, whatever the prefix.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Rome;

use super::message::{ForeignInsured, PrescriptionMessage, PrescriptionRow};
use super::outcome::{Communication, SacError, UsedNre};
use super::xml::{self, Element, XmlError};

/// The code every answer uses for "done".
pub const DONE: &str = "0000";
/// Codes known to be warnings, for answers that do not say so.
const WARNINGS: [&str; 2] = ["1024", "1028"];

/// What a SOAP body held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A fault, with its code (without prefix) and its text.
    Fault {
        /// `Client` or `Server`.
        code: String,
        /// The fault string.
        text: String,
    },
    /// The message's root element.
    Message(Element),
}

/// Opens an envelope.
/// Fails when the document is not acceptable XML, or not a SOAP envelope with a body.
pub fn soap_body(bytes: &[u8], charset: Option<&str>) -> Result<Body, XmlError> {
    let mut envelope = xml::parse(bytes, charset)?;
    if envelope.name != "Envelope" {
        return Err(XmlError::Malformed);
    }
    let position = envelope.children.iter().position(|child| child.name == "Body").ok_or(XmlError::Malformed)?;
    let content = envelope.children.swap_remove(position).children.into_iter().next().ok_or(XmlError::Malformed)?;
    if content.name != "Fault" {
        return Ok(Body::Message(content));
    }
    let code = content.text_of("faultcode");
    let text = content.text_of("faultstring");
    if code.is_empty() && text.is_empty() {
        return Err(XmlError::Malformed);
    }
    let code = code.rsplit(':').next().unwrap_or(code).to_owned();
    Ok(Body::Fault { code, text: text.to_owned() })
}

/// The errors and warnings of an answer, without the "done" item that success carries too.
pub fn errors(message: &Element) -> Vec<SacError> {
    list(message, "ElencoErroriRicette", "ErroreRicetta")
        .filter(|item| item.text_of("codEsito") != DONE)
        .map(|item| {
            let code = item.text_of("codEsito");
            SacError {
                code: code.to_owned(),
                text: item.text_of("esito").to_owned(),
                row: item.text_of("progPresc").parse().unwrap_or(0),
                blocking: is_blocking(item.text_of("tipoErrore"), code),
            }
        })
        .collect()
}

/// The specification writes E and W, the system Bloccante and Avviso; some answers say nothing.
fn is_blocking(kind: &str, code: &str) -> bool {
    match kind.to_ascii_lowercase().as_str() {
        "w" | "avviso" => false,
        "" => !WARNINGS.contains(&code),
        _ => true,
    }
}

/// The service messages of an answer.
pub fn communications(message: &Element) -> Vec<Communication> {
    list(message, "ElencoComunicazioni", "Comunicazione")
        .map(|item| Communication {
            code: item.text_of("codice").to_owned(),
            text: item.text_of("messaggio").to_owned(),
        })
        .collect()
}

fn list<'a>(message: &'a Element, container: &'a str, item: &'a str) -> impl Iterator<Item = &'a Element> {
    message.children_named(container).flat_map(move |list| list.children_named(item))
}

/// A moment in Italian local time: 19 characters, with a blank or a `T` between date and time.
pub fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().get(..19)?.replace('T', " ");
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").ok()
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim().get(..10)?, "%Y-%m-%d").ok()
}

/// An `xs:dateTime`, in Italian time when it carries no offset of its own.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(exact) = DateTime::parse_from_rfc3339(text.trim()) {
        return Some(exact.to_utc());
    }
    Rome.from_local_datetime(&moment(text)?).latest().map(|local| local.to_utc())
}

/// The prescription inside a view answer; `None` when its date cannot be read.
pub fn viewed_message(answer: &Element) -> Option<PrescriptionMessage> {
    let text = |name: &str| answer.text_of(name).to_owned();
    let flag = |name: &str| answer.text_of(name) == "1";
    Some(PrescriptionMessage {
        doctor: text("cfMedico1"),
        substitute: text("cfMedico2"),
        region: text("codRegione"),
        asl: text("codASLAo"),
        structure: text("codStruttura"),
        specialisation: text("codSpecializzazione"),
        header1: text("testata1"),
        header2: text("testata2"),
        nre: text("nre"),
        assistance: text("tipoRic"),
        patient_code: text("codiceAss"),
        patient_name: text("cognNome"),
        patient_address: text("indirizzo"),
        hide_patient: flag("oscuramDati"),
        sasn_card: text("numTessSasn"),
        shipping_company: text("socNavigaz"),
        kind: text("tipoPrescrizione"),
        internal: flag("ricettaInterna"),
        exemption: text("codEsenzione"),
        not_exempt: flag("nonEsente"),
        income_exempt: flag("reddito"),
        diagnosis_code: text("codDiagnosi"),
        diagnosis_text: text("descrizioneDiagnosi"),
        compiled_at: moment(answer.text_of("dataCompilazione"))?,
        visit: text("tipoVisita"),
        regional_provisions: text("dispReg"),
        patient_province: text("provAssistito"),
        patient_asl: text("aslAssistito"),
        indication: text("indicazionePrescr"),
        other: text("altro"),
        priority: text("classePriorita"),
        foreign: ForeignInsured {
            state: text("statoEstero"),
            institution: text("istituzCompetente"),
            personal_number: text("numIdentPers"),
            card_number: text("numIdentTess"),
            birth_date: day(answer.text_of("dataNascitaEstero")),
            card_expiry: day(answer.text_of("dataScadTessera")),
        },
        rows: list(answer, "ElencoDettagliPrescrizioni", "DettaglioPrescrizione").map(viewed_row).collect(),
    })
}

fn viewed_row(row: &Element) -> PrescriptionRow {
    let text = |name: &str| row.text_of(name).to_owned();
    PrescriptionRow {
        product_code: text("codProdPrest"),
        product_text: text("descrProdPrest"),
        group_code: text("codGruppoEquival"),
        group_text: text("descrGruppoEquival"),
        free_text: text("testoLibero"),
        note_text: text("descrTestoLiberoNote"),
        not_substitutable: row.text_of("nonSost") == "1",
        reason_note: text("motivazNote"),
        reason_code: text("codMotivazione"),
        aifa_note: text("notaProd"),
        quantity: row.text_of("quantita").parse().unwrap_or(0),
        prescription1: text("prescrizione1"),
        prescription2: text("prescrizione2"),
        catalogue_code: text("codCatalogoPrescr"),
        access: text("tipoAccesso"),
        note_number: text("numeroNota"),
        dispensing_condition: text("condErogabilita"),
        appropriateness: text("approprPrescrittiva"),
        pathology: text("patologia"),
        // SAC shows a zero where none was sent.
        sessions: row.text_of("numsedute").parse().ok().filter(|sessions| *sessions > 0),
    }
}

/// The records of a list of used NREs.
pub fn used_nres(answer: &Element) -> Vec<UsedNre> {
    list(answer, "ElencoNreUtilRecord", "NreUtilRecord")
        .map(|record| UsedNre {
            nre: record.text_of("nre").to_owned(),
            doctor: record.text_of("cfMedico").to_owned(),
            kind: record.text_of("tipoPrescrizione").to_owned(),
            compiled_at: moment(record.text_of("dataCompilazioneRicetta")),
            lot: record.text_of("lotto").to_owned(),
            auth_code: record.text_of("codAutenticazione").to_owned(),
        })
        .collect()
}

/// The errors of the session service, which has its own layout.
pub fn session_errors(message: &Element) -> Vec<SacError> {
    list(message, "errori", "errore")
        .map(|item| SacError {
            code: item.text_of("codEsito").to_owned(),
            text: item.text_of("descrEsito").to_owned(),
            row: 0,
            blocking: item.text_of("tipoErrore") != "W",
        })
        .collect()
}

/// The messages of the session service.
pub fn session_communications(message: &Element) -> Vec<Communication> {
    list(message, "comunicazioni", "comunicazione")
        .map(|item| Communication {
            code: item.text_of("codice").to_owned(),
            text: item.text_of("messaggio").to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn message(inner: &str) -> Element {
        xml::parse(format!("<m>{inner}</m>").as_bytes(), None).unwrap()
    }

    #[test]
    fn both_spellings_of_the_kind_of_error() {
        let item = |kind: &str, code: &str| {
            format!(
                "<ElencoErroriRicette><ErroreRicetta><codEsito>{code}</codEsito><esito>x</esito><progPresc>2</progPresc>{kind}</ErroreRicetta></ElencoErroriRicette>"
            )
        };
        let blocking = |kind: &str, code: &str| errors(&message(&item(kind, code)))[0].blocking;
        assert!(blocking("<tipoErrore>Bloccante</tipoErrore>", "1020"));
        assert!(blocking("<tipoErrore>E</tipoErrore>", "1020"));
        assert!(!blocking("<tipoErrore>Avviso</tipoErrore>", "1020"));
        assert!(!blocking("<tipoErrore>W</tipoErrore>", "1020"));
        assert!(blocking("<tipoErrore/>", "1020"));
        assert!(!blocking("", "1024"));
        assert_eq!(errors(&message(&item("", "1020")))[0].row, 2);
        assert!(errors(&message(&item("", "0000"))).is_empty());
    }

    #[test]
    fn faults_are_recognised_with_any_prefix() {
        let envelope =
            |inner: &str| format!("<e:Envelope xmlns:e='u'><e:Header/><e:Body>{inner}</e:Body></e:Envelope>");
        let fault = envelope(
            "<e:Fault><faultcode>env:Client</faultcode><faultstring>Credenziali invalide</faultstring></e:Fault>",
        );
        let body = soap_body(fault.as_bytes(), None).unwrap();
        assert_eq!(body, Body::Fault { code: "Client".into(), text: "Credenziali invalide".into() });
        assert!(soap_body(envelope("<e:Fault/>").as_bytes(), None).is_err());
        assert!(soap_body(envelope("").as_bytes(), None).is_err());
        assert!(soap_body(b"<html><body/></html>", None).is_err());
    }

    #[test]
    fn moments() {
        assert_eq!(moment("2026-09-30 16:47:15").unwrap().to_string(), "2026-09-30 16:47:15");
        assert_eq!(moment("2026-09-30T16:47:15.123").unwrap().to_string(), "2026-09-30 16:47:15");
        assert_eq!(moment("30/09/2026 16:47"), None);
        assert_eq!(moment("2026-09-30 16:47:1\u{e8}"), None);
        assert_eq!(instant("2026-09-30T16:47:15").unwrap().to_string(), "2026-09-30 14:47:15 UTC");
        assert_eq!(instant("2026-09-30T16:47:15+02:00").unwrap().to_string(), "2026-09-30 14:47:15 UTC");
    }
}
