//! The business rules of send: everything SAC refuses (or warns about) in a message the schema lets through.
//!
//! Which code the real system gives for several of them is not known. Those have codes of the simulator's own range,
//! 9901 to 9920, never seen from SAC: pack and service limits (9901, 9902, see [`super::limits`]), a row without product
//! (9903), a quantity of zero (9904), free text (9905), "not replaceable" without brand or motive (9906), exemption both
//! or neither (9907), half a residence (9908), a value outside its list (9909), a date that is none or lies ahead (9910),
//! foreign insured without their section (9911), a first heading that is no therapeutic plan (9912), foreign
//! section and patient's code that do not go together (9913).

use chrono::{NaiveDateTime, TimeDelta};

use super::answers::{blocking, warning};
use super::codes::{has_fiscal_form, has_right_check_character, is_stp_or_eni};
use super::fixtures::{Directory, Doctor};
use super::limits::{self, PackExceptions};
use super::state::State;
use kernel::patient_code::is_numeric_code;
use sac::{DRUGS, PrescriptionMessage, PrescriptionRow, SERVICES, SacError};

/// Everything a rule may look at.
pub struct Scene<'a> {
    /// The doctors known.
    pub directory: &'a Directory,
    /// What is registered.
    pub state: &'a State,
    /// Packages with limits of their own.
    pub exceptions: &'a PackExceptions,
    /// Who is sending.
    pub sender: &'a Doctor,
    /// Now, Italian local time.
    pub now: NaiveDateTime,
}

/// All that is wrong with a message, warnings included.
pub fn check(message: &PrescriptionMessage, scene: &Scene<'_>) -> Vec<SacError> {
    let mut errors = Vec::new();
    doctors(message, scene, &mut errors);
    place(message, scene, &mut errors);
    number(message, scene, &mut errors);
    patient(message, &mut errors);
    header(message, scene.now, &mut errors);
    for (row, index) in message.rows.iter().zip(1_u8..) {
        errors.extend(row_errors(message, row).into_iter().map(|error| SacError { row: index, ..error }));
    }
    errors.extend(limits::check(message, scene.exceptions));
    errors
}

fn doctors(message: &PrescriptionMessage, scene: &Scene<'_>, errors: &mut Vec<SacError>) {
    let sender = &scene.sender.fiscal_code;
    if !has_fiscal_form(&message.doctor) {
        errors.push(blocking("1023", "Codice fiscale del medico formalmente errato"));
    } else if scene.directory.person(&message.doctor).is_none() {
        errors.push(blocking("1004", "Il medico titolare non è un prescrittore attivo"));
    }
    if has_fiscal_form(&message.doctor) && !has_right_check_character(&message.doctor) {
        errors.push(warning("1024", CHECK_CHARACTER));
    }
    match message.substitute.as_str() {
        "" if message.doctor == *sender => {}
        "" => errors.push(blocking("1007", "Il campo cfMedico1 non coincide con l'utente inviante")),
        substitute if !has_fiscal_form(substitute) => {
            errors.push(blocking("1027", "Codice fiscale del medico sostituto formalmente errato"));
        }
        substitute if substitute != sender => errors.push(blocking("1212", SUBSTITUTE_IS_NOT_SENDER)),
        substitute if !has_right_check_character(substitute) => {
            errors.push(warning("1028", "Il check digit del Codice Fiscale del campo cfMedico2 risulta errato"));
        }
        _ => {}
    }
}

/// Official text of 1024, used by every service.
pub const CHECK_CHARACTER: &str = "Il check digit del Codice Fiscale del campo cfMedico risulta errato";
const SUBSTITUTE_IS_NOT_SENDER: &str = "Il campo cfMedico2 deve coincidere con il CF dell'utente inviante";

fn place(message: &PrescriptionMessage, scene: &Scene<'_>, errors: &mut Vec<SacError>) {
    if !is_asl(&message.asl) {
        errors.push(blocking("1020", "Codice Asl medico non valido"));
    }
    let Some(holder) = scene.directory.person(&message.doctor) else { return };
    if message.region != holder.region {
        errors.push(blocking("1026", "Codice regione medico non valido"));
    }
    if message.specialisation != holder.specialisation {
        errors.push(blocking("1022", "Codice specializzazione medico non valido"));
    }
    if message.structure != holder.structure {
        errors.push(blocking("1021", "Codice struttura medico non valido"));
    }
}

/// Any three digits but the two ends: the simulator has no list of all the ASL of Italy.
pub fn is_asl(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(code, "000" | "999")
}

fn number(message: &PrescriptionMessage, scene: &Scene<'_>, errors: &mut Vec<SacError>) {
    let nre = message.nre.as_str();
    let part = |from: usize, to: usize| nre.get(from..to).unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let refusal = if nre.is_empty() {
        None
    } else if nre.len() != 15 || !nre.is_ascii() {
        Some(blocking("1010", "NRE di lunghezza errata"))
    } else if !digits(part(0, 3)) {
        Some(blocking("1009", "NRE: codice regione non valido"))
    } else if part(0, 3) != message.region {
        Some(blocking("1008", "NRE non appartenente alla regione del medico"))
    } else if !part(3, 5).bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        Some(blocking("1011", "NRE: codice raggruppamento non valido"))
    } else if !digits(part(5, 15)) {
        Some(blocking("1197", "NRE: progressivo non valido"))
    } else if scene.state.prescription(nre).is_some() {
        Some(blocking("1016", "NRE già utilizzato"))
    } else {
        match scene.state.lot_of(nre) {
            None => Some(blocking("1013", "NRE non appartenente ad alcun lotto assegnato")),
            Some(lot) if lot.doctor == message.doctor || lot.doctor == message.substitute => None,
            Some(_) => Some(blocking("1015", "NRE appartenente al lotto di un altro medico")),
        }
    };
    errors.extend(refusal);
}

/// The patient's code is in clear here: decrypting it is the business of whoever read the message.
fn patient(message: &PrescriptionMessage, errors: &mut Vec<SacError>) {
    let code = message.patient_code.as_str();
    let refusal = match message.assistance.as_str() {
        "EE" | "UE" | "NE" | "NX" if message.foreign.state.is_empty() => {
            Some(blocking("9911", "Sezione dell'assicurato da istituzione estera non compilata"))
        }
        "EE" | "UE" | "NE" | "NX" if !code.is_empty() => {
            Some(blocking("9913", "Il codice assistito va lasciato vuoto per l'assicurato da istituzione estera"))
        }
        "EE" | "UE" | "NE" | "NX" => None,
        _ if !message.foreign.is_empty() => {
            Some(blocking("9913", "Sezione dell'assicurato da istituzione estera non ammessa per il tipo ricetta"))
        }
        "" | "NA" | "ND" if code.is_empty() => Some(blocking("1012", "Codice assistito non indicato")),
        "" | "NA" | "ND" if is_stp_or_eni(code) => {
            Some(blocking("1038", "Codice fiscale non impostato per il tipo ricetta"))
        }
        "" | "NA" | "ND" if is_numeric_code(code) => None,
        "" | "NA" | "ND" if !has_fiscal_form(code) || !has_right_check_character(code) => {
            Some(blocking("1036", "Codice assistito formalmente errato"))
        }
        "" | "NA" | "ND" => None,
        "ST" if is_stp_or_eni(code) => None,
        "ST" => Some(blocking("1039", "Codice STP non impostato per il tipo ricetta")),
        _ => Some(blocking("1032", "Tipo ricetta non ammesso")),
    };
    errors.extend(refusal);
}

fn header(message: &PrescriptionMessage, now: NaiveDateTime, errors: &mut Vec<SacError>) {
    let outside = |value: &str, allowed: &[&str]| !allowed.contains(&value);
    if message.exemption.is_empty() != message.not_exempt {
        errors.push(blocking("9907", "Serve il codice di esenzione oppure l'indicazione di non esente, non entrambi"));
    }
    if message.patient_province.is_empty() != message.patient_asl.is_empty() {
        errors.push(blocking("9908", "Provincia e ASL dell'assistito vanno indicate insieme"));
    }
    let odd = outside(&message.kind, &[DRUGS, SERVICES])
        || outside(&message.visit, &["A", "D"])
        || outside(&message.indication, &["", "S", "H"])
        || outside(&message.other, &["", "A"])
        || outside(&message.priority, &["", "U", "B", "D", "P"]);
    if odd {
        errors.push(blocking("9909", "Un campo codificato ha un valore non ammesso"));
    }
    if !message.header1.is_empty() && !is_plan(&message.header1) {
        errors.push(blocking("9912", "Il piano terapeutico va scritto come PT=protocollo;"));
    }
    if message.compiled_at > now + TimeDelta::hours(1) {
        errors.push(blocking("9910", "La data di compilazione è nel futuro"));
    }
    let diagnosis = !(message.diagnosis_code.is_empty() && message.diagnosis_text.is_empty());
    if message.kind == SERVICES && !diagnosis {
        errors.push(blocking("1233", "Indicare il codice o la descrizione della diagnosi"));
    }
}

/// The national motives of `codMotivazione`.
const MOTIVES: &[&str] = &["1", "2", "3", "4"];

/// `PT=<protocol>;`: it always ends with a semicolon.
fn is_plan(header: &str) -> bool {
    let protocol = header.strip_prefix("PT=").and_then(|rest| rest.strip_suffix(';'));
    protocol.is_some_and(|protocol| !protocol.is_empty() && !protocol.contains(';'))
}

fn row_errors(message: &PrescriptionMessage, row: &PrescriptionRow) -> Vec<SacError> {
    let mut errors = Vec::new();
    let coded = !row.product_code.is_empty() || (message.kind == DRUGS && !row.group_code.is_empty());
    if !coded {
        errors.push(blocking("9903", "Riga senza codice di prodotto, gruppo o prestazione"));
    }
    if row.quantity == 0 {
        errors.push(blocking("9904", "Quantità non valida"));
    }
    if !row.free_text.is_empty() {
        errors.push(blocking("9905", "Il testo libero non è ammesso"));
    }
    let motive = MOTIVES.contains(&row.reason_code.as_str());
    if row.not_substitutable && (row.product_code.is_empty() || !motive) {
        errors.push(blocking("9906", "Non sostituibile senza codice del prodotto o della motivazione"));
    }
    errors
}
