//! What each prescription service does with a request that passed authentication and schema.

use std::io;

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Europe::Rome;

use super::answers::{self, Reply, blocking, warning};
use super::codes::has_right_check_character;
use super::engine::World;
use super::fixtures::Doctor;
use super::keys::{Keys, Unsealed};
use super::ledger::Registered;
use super::pdf;
use super::rules::{self, CHECK_CHARACTER, Scene};
use sac::xml::Element;
use sac::{Communication, PrescriptionMessage, SacError, read};

/// One request being answered.
pub struct Call<'a> {
    /// Everything the simulator knows.
    pub world: &'a mut World,
    /// Its keys.
    pub keys: &'a Keys,
    /// Who asks.
    pub sender: &'a Doctor,
    /// Now, UTC.
    pub now: NaiveDateTime,
    /// Warning to add to a success, when a fault asks for one.
    pub extra_warning: Option<SacError>,
    /// Whether to say that the drugs are distributed directly.
    pub direct_distribution: bool,
}

/// Checks the pin of a request.
fn pin_error(call: &Call<'_>, request: &Element) -> Option<SacError> {
    match request.text_of("pinCode") {
        "" => Some(blocking("1001", "Pincode mancante")),
        sealed if call.keys.unseal(sealed) == Unsealed::Opened(call.sender.pin.clone()) => None,
        _ => Some(blocking("1002", "Pincode errato")),
    }
}

fn local(moment: NaiveDateTime) -> NaiveDateTime {
    Rome.from_utc_datetime(&moment).naive_local()
}

/// Send: registers the prescription, or says everything that is wrong with it.
pub fn send(call: &mut Call<'_>, request: &Element) -> io::Result<Reply> {
    let mut errors: Vec<SacError> = pin_error(call, request).into_iter().collect();
    let mut message = read::viewed_message(request).unwrap_or_default();
    if request.text_of("dataCompilazione") != sac::write::moment(message.compiled_at) {
        errors.push(blocking("9910", "La data di compilazione non è valida"));
    }
    match call.keys.unseal(&message.patient_code) {
        _ if message.patient_code.is_empty() => {}
        Unsealed::Opened(code) => message.patient_code = code,
        Unsealed::Clear => errors.push(blocking("1035", "Codice assistito non cifrato")),
        Unsealed::Broken => errors.push(blocking("1034", "Codice assistito non decifrabile")),
    }
    let scene = Scene {
        directory: &call.world.directory,
        state: &call.world.state,
        exceptions: &call.world.exceptions,
        sender: call.sender,
        now: local(call.now),
    };
    let unreadable = errors.iter().any(|error| matches!(error.code.as_str(), "1034" | "1035"));
    // A code that could not be read is not wrong as well.
    errors.extend(rules::check(&message, &scene).into_iter().filter(|error| !(unreadable && error.code == "1036")));
    let region =
        call.world.directory.person(&message.doctor).map_or(message.region.clone(), |doctor| doctor.region.clone());
    let sentence = Communication {
        code: "0197".into(),
        text: format!("REGIONE {region}: frase di prova del simulatore da stampare nel promemoria"),
    };
    if errors.iter().any(|error| error.blocking) {
        return Ok(answers::sent(None, &errors, vec![sentence], None));
    }
    errors.extend(call.extra_warning.take());
    let registered = call.world.state.register(call.now, &call.sender.fiscal_code, &message)?;
    let mut communications = printed_names(call, &message);
    communications.push(sentence);
    if call.direct_distribution {
        let text = "CONTIENE FARMACI IN DPC NELLA REGIONE DI PRESCRIZIONE".to_owned();
        communications.push(Communication { code: "0196".into(), text });
    }
    let pdf = if call.world.promemoria { pdf::promemoria(&registered, &communications) } else { None };
    Ok(answers::sent(Some(&registered), &errors, communications, pdf.as_deref()))
}

/// Surname and name of the doctor to print: whoever prescribes.
fn printed_names(call: &Call<'_>, message: &PrescriptionMessage) -> Vec<Communication> {
    let prescriber = if message.substitute.is_empty() { &message.doctor } else { &message.substitute };
    let Some(doctor) = call.world.directory.person(prescriber) else { return Vec::new() };
    vec![
        Communication { code: "0199".into(), text: format!("COGNOME_MEDICO={}", doctor.surname) },
        Communication { code: "0198".into(), text: format!("NOME_MEDICO={}", doctor.name) },
    ]
}

/// A warning for a doctor's code whose check character is wrong.
fn check_character(doctor: &str) -> Option<SacError> {
    (!has_right_check_character(doctor)).then(|| warning("1024", CHECK_CHARACTER))
}

const UNKNOWN: &str = "Numero Ricetta Elettronica non presente sul sistema";
const NOT_YOURS: &str = "Visualizzazione non consentita - cf medico non valido, diverso da quello associato NRE";

/// View: to the holder and to the substitute.
pub fn view(call: &mut Call<'_>, request: &Element) -> Reply {
    let doctor = request.text_of("cfMedico");
    let mut errors: Vec<SacError> = pin_error(call, request).into_iter().collect();
    errors.extend(check_character(doctor));
    errors.extend(call.extra_warning.take());
    let found = call.world.state.prescription(request.text_of("nre"));
    match found {
        None => errors.push(blocking("5005", UNKNOWN)),
        Some(prescription) => {
            let message = &prescription.registered.message;
            let allowed = [&message.doctor, &message.substitute].into_iter().any(|code| code == doctor);
            if !allowed || doctor != call.sender.fiscal_code {
                errors.push(blocking("1125", NOT_YOURS));
            }
        }
    }
    let shown = found.filter(|_| !errors.iter().any(|error| error.blocking));
    let name = shown.and_then(|prescription| call.world.directory.person(&prescription.registered.message.doctor));
    let name =
        name.map(|doctor| format!("COGNOME_MEDICO={};NOME_MEDICO={}", doctor.surname, doctor.name)).unwrap_or_default();
    answers::viewed(shown.map(|prescription| (prescription, name.as_str())), &errors)
}

/// Annul: by whoever sent it, and only from state 3.
pub fn annul(call: &mut Call<'_>, request: &Element) -> io::Result<Reply> {
    let (nre, doctor) = (request.text_of("nre"), request.text_of("cfMedico"));
    let mut errors: Vec<SacError> = pin_error(call, request).into_iter().collect();
    errors.extend(check_character(doctor));
    errors.extend(call.extra_warning.take());
    match call.world.state.prescription(nre) {
        None => errors.push(blocking("5005", UNKNOWN)),
        Some(prescription) if prescription.registered.sender != doctor || doctor != call.sender.fiscal_code => {
            let text = "Annullamento non consentito - cf medico non valido, diverso da quello associato NRE";
            errors.push(blocking("1125", text));
        }
        Some(prescription) if prescription.state != 3 => {
            errors.push(blocking("1120", "Operazione non consentita - Annullamento ricetta, stato non valido"));
        }
        Some(_) => {}
    }
    if !errors.iter().any(|error| error.blocking) {
        call.world.state.set_state(call.now, nre, 4)?;
    }
    Ok(answers::annulled(nre, &errors))
}

/// List of used NREs: of the holder, by number or by period and type.
pub fn used_nres(call: &mut Call<'_>, request: &Element) -> Reply {
    let doctor = request.text_of("cfMedico");
    let mut errors: Vec<SacError> = pin_error(call, request).into_iter().collect();
    errors.extend(check_character(doctor));
    let wanted = Wanted::read(request);
    if doctor != call.sender.fiscal_code {
        errors.push(blocking("1125", NOT_YOURS));
    }
    if wanted.nre.is_empty() && wanted.kind.is_empty() {
        errors.push(blocking("1153", "Ricerca - Il tipo prescrizione è un campo obbligatorio"));
    }
    if wanted.nre.is_empty() && wanted.period.is_none() {
        errors.push(blocking("9910", "Ricerca - Serve un NRE oppure un periodo valido"));
    }
    if errors.iter().any(|error| error.blocking) {
        return answers::listed(&[], &errors);
    }
    let state = &call.world.state;
    let found: Vec<(&Registered, String)> = state
        .prescriptions()
        .map(|prescription| &prescription.registered)
        .filter(|registered| wanted.matches(registered))
        .map(|registered| {
            let assigned = || registered.nre.get(..7).unwrap_or_default().to_owned();
            (registered, state.lot_of(&registered.nre).map_or_else(assigned, |lot| lot.prefix.clone()))
        })
        .collect();
    answers::listed(&found, &errors)
}

/// The criteria of a list.
struct Wanted<'a> {
    doctor: &'a str,
    nre: &'a str,
    lot: &'a str,
    patient: &'a str,
    kind: &'a str,
    period: Option<(NaiveDateTime, NaiveDateTime)>,
}

impl<'a> Wanted<'a> {
    fn read(request: &'a Element) -> Self {
        let date = |name: &str| read::moment(request.text_of(name));
        Self {
            doctor: request.text_of("cfMedico"),
            nre: request.text_of("nre"),
            lot: request.text_of("codLotto"),
            patient: request.text_of("cfAssistito"),
            kind: request.text_of("tipoPrescr"),
            period: date("dataCompilazioneRicettaDal").zip(date("dataCompilazioneRicettaAl")),
        }
    }

    fn matches(&self, registered: &Registered) -> bool {
        let message = &registered.message;
        let in_period = self.period.is_none_or(|(from, to)| (from..=to).contains(&message.compiled_at));
        message.doctor == self.doctor
            && (self.nre.is_empty() || registered.nre == self.nre)
            && registered.nre.starts_with(self.lot)
            && (self.patient.is_empty() || message.patient_code == self.patient)
            && (self.kind.is_empty() || message.kind == self.kind)
            && (!self.nre.is_empty() || in_period)
    }
}

/// Lot request. The two-digit codes of the refusals are the simulator's own: 90 not the doctor's own business, 91 doctor
/// of another region, 92 no lots left, 93 size class a doctor may not ask for.
pub fn lot(call: &mut Call<'_>, request: &Element, exhausted: bool) -> io::Result<Reply> {
    let (region, class, doctor) =
        (request.text_of("CodRegione"), request.text_of("IdentificativoLotto"), request.text_of("CFMedico"));
    let given = if doctor != call.sender.fiscal_code {
        Err(("90", "Il medico può chiedere lotti solo per sé"))
    } else if region != call.sender.region {
        Err(("91", "Il medico non appartiene alla regione"))
    } else if class != "0" {
        Err(("93", "Il medico può chiedere solo lotti da 100 numeri"))
    } else if exhausted {
        Err(("92", "Lotti esauriti"))
    } else {
        call.world.state.give_lot(call.now, region, doctor)?.ok_or(("92", "Lotti esauriti"))
    };
    let given = given.as_ref().map(|lot| lot.prefix.as_str()).map_err(|refusal| *refusal);
    Ok(answers::lot((region, class, doctor), given))
}
