//! What SAC's paper (promemoria) says of a message: the same words whether SAC makes it or we do.

use chrono::NaiveDate;

use super::message::{ForeignInsured, PrescriptionMessage, PrescriptionRow, SERVICES};
use super::outcome::Communication;
use kernel::auth_code::{AuthCode, AuthCodeError};
use kernel::dates;
use kernel::nre::{Nre, NreError};
use promemoria::{Address, Kind, Priority, Promemoria, Row};

/// What the paper says and the message does not.
#[derive(Clone, Copy)]
pub struct Printed<'a> {
    /// Number, which SAC may have assigned.
    pub nre: &'a str,
    /// The proof of registration.
    pub auth_code: &'a str,
    /// Name of the doctor's region.
    pub region: &'a str,
    /// Surname and name of the doctor, unless SAC says how to print them.
    pub doctor: &'a str,
    /// What SAC said when it registered the prescription.
    pub communications: &'a [Communication],
    /// The program that makes the paper.
    pub creator: &'a str,
}

/// Why there is nothing to print: without number and code there is no prescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrintable {
    /// No number.
    #[error("the prescription has no readable number: {0}")]
    Nre(#[from] NreError),
    /// No code.
    #[error("the prescription has no readable authentication code: {0}")]
    AuthCode(#[from] AuthCodeError),
}

/// The paper of a registered message.
/// Fails without a number or a code.
pub fn promemoria(message: &PrescriptionMessage, printed: Printed<'_>) -> Result<Promemoria, NotPrintable> {
    let services = message.kind == SERVICES;
    let prescriber = if message.substitute.is_empty() { &message.doctor } else { &message.substitute };
    Ok(Promemoria {
        region: printed.region.to_owned(),
        nre: Nre::parse(printed.nre)?,
        auth_code: AuthCode::parse(printed.auth_code)?,
        hidden: message.hide_patient,
        patient_name: message.patient_name.clone(),
        address: address(&message.patient_address),
        patient_code: message.patient_code.clone(),
        insured: insured(&message.foreign),
        exemption: or(&message.exemption, "NON ESENTE"),
        residence_province: message.patient_province.clone(),
        residence_asl: message.patient_asl.clone(),
        regional_provisions: message.regional_provisions.clone(),
        indication: message.indication.clone(),
        other: message.other.clone(),
        priority: Priority::parse(&message.priority),
        kind: if services { Kind::Services } else { Kind::Drugs },
        rows: message.rows.iter().map(|row| if services { service_row(row) } else { drug_row(row) }).collect(),
        diagnosis: diagnosis(&message.diagnosis_code, &message.diagnosis_text),
        recipe_type: or(&message.assistance, "Assist.SSN"),
        date: message.compiled_at.date(),
        doctor_name: doctor_name(printed),
        doctor_code: prescriber.clone(),
        messages: to_print(printed.communications),
        creator: printed.creator.to_owned(),
    })
}

/// The section of who is insured by another State, in the lines of the paper.
fn insured(foreign: &ForeignInsured) -> Vec<String> {
    if foreign.is_empty() {
        return Vec::new();
    }
    let day = |date: Option<NaiveDate>| date.map(dates::long).unwrap_or_default();
    vec![
        format!("STATO ESTERO: {}   ISTITUZIONE: {}", foreign.state, foreign.institution),
        format!("N. IDENTIFICAZIONE PERSONALE: {}", foreign.personal_number),
        format!("N. TESSERA: {}", foreign.card_number),
        format!("NATO IL: {}   SCADENZA TESSERA: {}", day(foreign.birth_date), day(foreign.card_expiry)),
    ]
}

fn or(value: &str, otherwise: &str) -> String {
    if value.is_empty() { otherwise.to_owned() } else { value.to_owned() }
}

/// The four parts made by [`super::piped_address`].
fn address(piped: &str) -> Address {
    let mut parts = piped.split('|').map(|part| part.trim().to_owned());
    let mut next = || parts.next().unwrap_or_default();
    Address { street: next(), postal_code: next(), city: next(), province: next() }
}

/// Words and code, or the one of them there is.
fn diagnosis(code: &str, text: &str) -> String {
    match (code, text) {
        ("", text) => text.to_owned(),
        (code, "") => code.to_owned(),
        (code, text) => format!("{text} ({code})"),
    }
}

fn drug_row(row: &PrescriptionRow) -> Row {
    let group = &row.group_code;
    let what = match (row.product_code.as_str(), group.as_str()) {
        ("", "") => row.product_text.clone(),
        ("", group) => format!("{group} - {}", or(&row.group_text, &row.product_text)),
        (code, "") => format!("({code}) {}", row.product_text),
        (code, group) => format!("({code}) {} ({group}) {}", row.product_text, row.group_text),
    };
    let mut texts = vec![what.trim_end().to_owned()];
    if row.not_substitutable {
        let why =
            if row.reason_code.is_empty() { String::new() } else { format!(" - MOTIVAZIONE {}", row.reason_code) };
        texts.push(format!("NON SOSTITUIBILE{why}"));
    }
    // What was sent for a narcotic has its labels; everything else that we send there is the posology.
    if row.reason_note.starts_with(POSOLOGY) {
        texts.push(row.reason_note.clone());
    } else if !row.reason_note.is_empty() {
        texts.push(format!("{POSOLOGY} {}", row.reason_note));
    }
    Row { texts, quantity: row.quantity, note: row.aifa_note.clone() }
}

/// The label of a posology, on paper and in what is sent for narcotics.
pub const POSOLOGY: &str = "POSOLOGIA:";

fn service_row(row: &PrescriptionRow) -> Row {
    let catalogue = if row.catalogue_code.is_empty() { String::new() } else { format!(" ({}) ", row.catalogue_code) };
    let mut texts = vec![format!("{}{catalogue} - {}", row.product_code, row.product_text)];
    if !row.note_text.is_empty() {
        texts.push(format!("NOTE: {}", row.note_text));
    }
    Row { texts, quantity: row.quantity, note: row.aifa_note.clone() }
}

/// As SAC says to print it (communications 0199 and 0198), or as we know it.
fn doctor_name(printed: Printed<'_>) -> String {
    let value = |code: &str, name: &str| {
        let text = &printed.communications.iter().find(|said| said.code == code)?.text;
        text.strip_prefix(name).map(str::trim).filter(|value| !value.is_empty())
    };
    match (value("0199", "COGNOME_MEDICO="), value("0198", "NOME_MEDICO=")) {
        (Some(surname), Some(name)) => format!("{surname} {name}"),
        _ => printed.doctor.to_owned(),
    }
}

/// The region's sentence (0197) and the one on drugs given by the hospital's own pharmacies (0196).
fn to_print(communications: &[Communication]) -> Vec<String> {
    let of = |code: &'static str| communications.iter().filter(move |said| said.code == code);
    of("0197").chain(of("0196")).map(|said| said.text.clone()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    const CODE: &str = "191120160904022190000021250125";

    fn said(code: &str, text: &str) -> Communication {
        Communication { code: code.into(), text: text.into() }
    }

    fn message() -> PrescriptionMessage {
        PrescriptionMessage {
            doctor: "BRGPLA59L23M048S".into(),
            patient_name: "SACCAVINI CLAUDIO".into(),
            patient_code: "SCCCLD63E30L483Q".into(),
            patient_address: "Via Roma 11|33100|Udine|UD".into(),
            kind: "F".into(),
            not_exempt: true,
            rows: vec![PrescriptionRow {
                product_code: "023086150".into(),
                product_text: "ZIMOX*12CPR 1G".into(),
                group_code: "18B".into(),
                group_text: "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE".into(),
                quantity: 2,
                ..PrescriptionRow::default()
            }],
            ..PrescriptionMessage::default()
        }
    }

    fn paper(message: &PrescriptionMessage, communications: &[Communication]) -> Promemoria {
        let printed = Printed {
            nre: "050A24000021257",
            auth_code: CODE,
            region: "Veneto",
            doctor: "BORGHETTO PAOLO",
            communications,
            creator: "prova",
        };
        promemoria(message, printed).unwrap()
    }

    #[test]
    fn a_brand_as_the_manual_prints_it() {
        let paper = paper(&message(), &[]);
        let [row] = paper.rows.as_slice() else { panic!() };
        assert_eq!(row.texts, ["(023086150) ZIMOX*12CPR 1G (18B) AMOXICILLINA 1.000MG 12 UNITA' USO ORALE"]);
        assert_eq!((row.quantity, row.note.as_str(), paper.exemption.as_str()), (2, "", "NON ESENTE"));
        assert_eq!(paper.address.city, "Udine");
        assert_eq!((paper.doctor_name.as_str(), paper.recipe_type.as_str()), ("BORGHETTO PAOLO", "Assist.SSN"));
    }

    #[test]
    fn an_active_principle_as_sac_prints_it() {
        let mut message = message();
        message.rows[0].product_code.clear();
        message.rows[0].reason_note = "1 cpr ogni 12 ore".into();
        message.rows[0].aifa_note = "66".into();
        let row = &paper(&message, &[]).rows[0];
        assert_eq!(row.texts, ["18B - AMOXICILLINA 1.000MG 12 UNITA' USO ORALE", "POSOLOGIA: 1 cpr ogni 12 ore"]);
        assert_eq!(row.note, "66");
    }

    #[test]
    fn what_was_sent_for_a_narcotic_is_labelled_once() {
        let mut message = message();
        let note = "POSOLOGIA: 1 fiala ogni 8 ore; TEL. MEDICO: 0432 123456; INDIRIZZO MEDICO: Via Roma 1, Udine";
        message.rows[0].reason_note = note.into();
        assert_eq!(paper(&message, &[]).rows[0].texts[1..], [note]);
    }

    #[test]
    fn what_may_not_be_substituted_says_so() {
        let mut message = message();
        (message.rows[0].not_substitutable, message.rows[0].reason_code) = (true, "2".into());
        message.rows[0].group_code.clear();
        let row = &paper(&message, &[]).rows[0];
        assert_eq!(row.texts, ["(023086150) ZIMOX*12CPR 1G", "NON SOSTITUIBILE - MOTIVAZIONE 2"]);
    }

    #[test]
    fn a_service_as_sac_prints_it() {
        let mut message = message();
        message.kind = "P".into();
        message.priority = "P".into();
        (message.diagnosis_code, message.diagnosis_text) = ("525.1".into(), "Perdita di denti".into());
        message.rows[0].product_code = "99.97.2".into();
        message.rows[0].product_text = "TRATTAMENTI PER APPLICAZIONE DI PROTESI RIMOVIBILE".into();
        message.rows[0].catalogue_code = "A099972".into();
        let paper = paper(&message, &[]);
        assert_eq!(paper.rows[0].texts, ["99.97.2 (A099972)  - TRATTAMENTI PER APPLICAZIONE DI PROTESI RIMOVIBILE"]);
        assert_eq!(paper.diagnosis, "Perdita di denti (525.1)");
        assert_eq!((paper.kind, paper.priority), (Kind::Services, Some(Priority::Planned)));
    }

    #[test]
    fn sacs_own_words_are_printed() {
        let communications = [
            said("0100", "Nessuna comunicazione."),
            said("0196", "CONTIENE FARMACI IN DPC"),
            said("0197", "REGIONE VENETO: frase"),
            said("0199", "COGNOME_MEDICO=ROSSI"),
            said("0198", "NOME_MEDICO=ANNA"),
        ];
        let paper = paper(&message(), &communications);
        assert_eq!(paper.messages, ["REGIONE VENETO: frase", "CONTIENE FARMACI IN DPC"]);
        assert_eq!(paper.doctor_name, "ROSSI ANNA");
    }

    #[test]
    fn who_is_insured_abroad_has_the_card_where_the_bars_are() {
        let mut message = message();
        message.assistance = "UE".into();
        message.patient_code.clear();
        message.foreign.state = "FR".into();
        message.foreign.card_number = "80250000012345678901".into();
        message.foreign.card_expiry = "2027-12-31".parse().ok();
        let paper = paper(&message, &[]);
        assert_eq!((paper.recipe_type.as_str(), paper.patient_code.as_str()), ("UE", ""));
        assert!(paper.insured[0].contains("STATO ESTERO: FR") && paper.insured[3].ends_with("31/12/2027"));
    }

    #[test]
    fn without_number_or_code_there_is_no_paper() {
        let printed = Printed { nre: "", auth_code: CODE, region: "", doctor: "", communications: &[], creator: "" };
        assert!(matches!(promemoria(&message(), printed), Err(NotPrintable::Nre(_))));
        let printed = Printed { nre: "050A24000021257", auth_code: "", ..printed };
        assert!(matches!(promemoria(&message(), printed), Err(NotPrintable::AuthCode(_))));
    }
}
