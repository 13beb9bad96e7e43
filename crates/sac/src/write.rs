//! The requests, as the schemas want them: elements in the order of each `xs:sequence`.

use chrono::{NaiveDate, NaiveDateTime};

use super::envelope::{A2F_MESSAGES, A2F_TYPES, Composer, DEM_TYPES, dem_namespace, lot_namespace};
use super::message::{ForeignInsured, PrescriptionMessage, PrescriptionRow};

/// What to do with optional elements that have no value. Both forms pass the schema; the
/// specification asks for the full one, some regional systems refuse empty elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmptyTags {
    /// Written, empty.
    #[default]
    Kept,
    /// Left out.
    Trimmed,
}

/// Which used NREs to list: one number, or all of a period.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UsedNresQuery {
    /// Region of the doctor.
    pub region: String,
    /// Holder's fiscal code.
    pub doctor: String,
    /// A single NRE; the other criteria are then not needed.
    pub nre: String,
    /// Lot code: the NRE without its progressive.
    pub lot: String,
    /// Patient's fiscal code, in clear.
    pub patient: String,
    /// `F` or `P`: needed in fact when searching by dates.
    pub kind: String,
    /// First and last compilation moment.
    pub period: Option<(NaiveDateTime, NaiveDateTime)>,
}

impl std::fmt::Debug for UsedNresQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsedNresQuery").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Who asks for a session, and for which place of work.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SessionRequest {
    /// Fiscal code of the user.
    pub fiscal_code: String,
    /// Region, three digits.
    pub region: String,
    /// ASL, three digits.
    pub asl: String,
    /// SSA code, five or six characters; `000000` when it does not apply.
    pub ssa: String,
    /// Structure code, often empty.
    pub structure: String,
}

impl std::fmt::Debug for SessionRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionRequest").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Context of a session for SSN prescriptions.
pub const SESSION_CONTEXT: &str = "RICETTA-DEM";
/// Application of a session for SSN prescriptions.
pub const SESSION_APPLICATION: &str = "PRESCRITTORE";

/// SAC's way of writing a moment.
pub fn moment(value: NaiveDateTime) -> String {
    value.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn day(value: Option<NaiveDate>) -> String {
    value.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

fn flag(value: bool) -> &'static str {
    if value { "1" } else { "" }
}

/// A composer that knows what to do with empty values.
struct Fields {
    composer: Composer,
    empty: EmptyTags,
}

impl Fields {
    fn needed(&mut self, tag: &str, value: &str) {
        self.composer.text(tag, value);
    }

    fn optional(&mut self, tag: &str, value: &str) {
        match self.empty {
            EmptyTags::Kept => self.composer.text(tag, value),
            EmptyTags::Trimmed => self.composer.text_if(tag, value),
        }
    }
}

/// `InvioPrescrittoRichiesta`; the pin and the patient's code come encrypted.
pub fn send_request(message: &PrescriptionMessage, pin: &str, patient: &str, empty: EmptyTags) -> String {
    const ROOT: &str = "InvioPrescrittoRichiesta";
    let composer = Composer::message(ROOT, &dem_namespace(ROOT), Some(DEM_TYPES));
    let mut fields = Fields { composer, empty };
    fields.needed("m:pinCode", pin);
    fields.needed("m:cfMedico1", &message.doctor);
    fields.optional("m:cfMedico2", &message.substitute);
    fields.needed("m:codRegione", &message.region);
    fields.needed("m:codASLAo", &message.asl);
    fields.optional("m:codStruttura", &message.structure);
    fields.needed("m:codSpecializzazione", &message.specialisation);
    fields.optional("m:testata1", &message.header1);
    fields.optional("m:testata2", &message.header2);
    fields.optional("m:nre", &message.nre);
    fields.optional("m:tipoRic", &message.assistance);
    fields.optional("m:codiceAss", patient);
    fields.optional("m:cognNome", &message.patient_name);
    fields.optional("m:indirizzo", &message.patient_address);
    fields.optional("m:oscuramDati", flag(message.hide_patient));
    fields.optional("m:numTessSasn", &message.sasn_card);
    fields.optional("m:socNavigaz", &message.shipping_company);
    fields.needed("m:tipoPrescrizione", &message.kind);
    fields.optional("m:ricettaInterna", flag(message.internal));
    fields.optional("m:codEsenzione", &message.exemption);
    fields.optional("m:nonEsente", flag(message.not_exempt));
    fields.optional("m:reddito", flag(message.income_exempt));
    fields.optional("m:codDiagnosi", &message.diagnosis_code);
    fields.optional("m:descrizioneDiagnosi", &message.diagnosis_text);
    fields.needed("m:dataCompilazione", &moment(message.compiled_at));
    fields.needed("m:tipoVisita", &message.visit);
    fields.optional("m:dispReg", &message.regional_provisions);
    fields.optional("m:provAssistito", &message.patient_province);
    fields.optional("m:aslAssistito", &message.patient_asl);
    fields.optional("m:indicazionePrescr", &message.indication);
    fields.optional("m:altro", &message.other);
    fields.optional("m:classePriorita", &message.priority);
    foreign_section(&mut fields, &message.foreign);
    fields.composer.open("m:ElencoDettagliPrescrizioni");
    for row in &message.rows {
        prescription_row(&mut fields, row);
    }
    fields.composer.finish()
}

fn foreign_section(fields: &mut Fields, foreign: &ForeignInsured) {
    fields.optional("m:statoEstero", &foreign.state);
    fields.optional("m:istituzCompetente", &foreign.institution);
    fields.optional("m:numIdentPers", &foreign.personal_number);
    fields.optional("m:numIdentTess", &foreign.card_number);
    fields.optional("m:dataNascitaEstero", &day(foreign.birth_date));
    fields.optional("m:dataScadTessera", &day(foreign.card_expiry));
}

fn prescription_row(fields: &mut Fields, row: &PrescriptionRow) {
    fields.composer.open("t:DettaglioPrescrizione");
    fields.optional("t:codProdPrest", &row.product_code);
    fields.optional("t:descrProdPrest", &row.product_text);
    fields.optional("t:codGruppoEquival", &row.group_code);
    fields.optional("t:descrGruppoEquival", &row.group_text);
    fields.optional("t:testoLibero", &row.free_text);
    fields.optional("t:descrTestoLiberoNote", &row.note_text);
    fields.optional("t:nonSost", flag(row.not_substitutable));
    fields.optional("t:motivazNote", &row.reason_note);
    fields.optional("t:codMotivazione", &row.reason_code);
    fields.optional("t:notaProd", &row.aifa_note);
    fields.needed("t:quantita", &row.quantity.to_string());
    fields.optional("t:prescrizione1", &row.prescription1);
    fields.optional("t:prescrizione2", &row.prescription2);
    fields.optional("t:codCatalogoPrescr", &row.catalogue_code);
    fields.optional("t:tipoAccesso", &row.access);
    fields.optional("t:numeroNota", &row.note_number);
    fields.optional("t:condErogabilita", &row.dispensing_condition);
    fields.optional("t:approprPrescrittiva", &row.appropriateness);
    fields.optional("t:patologia", &row.pathology);
    // The schema wants a digit here: there is no empty form.
    if let Some(sessions) = row.sessions {
        fields.needed("t:numsedute", &sessions.to_string());
    }
    fields.composer.close();
}

/// `VisualizzaPrescrittoRichiesta`.
pub fn view_request(pin: &str, nre: &str, doctor: &str) -> String {
    by_nre("VisualizzaPrescrittoRichiesta", pin, nre, doctor)
}

/// `AnnullaPrescrittoRichiesta`.
pub fn annul_request(pin: &str, nre: &str, doctor: &str) -> String {
    by_nre("AnnullaPrescrittoRichiesta", pin, nre, doctor)
}

fn by_nre(root: &str, pin: &str, nre: &str, doctor: &str) -> String {
    let mut composer = Composer::message(root, &dem_namespace(root), None);
    composer.text("m:pinCode", pin);
    composer.text("m:nre", nre);
    composer.text("m:cfMedico", doctor);
    composer.finish()
}

/// `InterrogaNreUtilRichiesta`. Most of its optional elements may not be empty, so it is always trimmed.
pub fn used_nres_request(pin: &str, query: &UsedNresQuery) -> String {
    const ROOT: &str = "InterrogaNreUtilRichiesta";
    let mut composer = Composer::message(ROOT, &dem_namespace(ROOT), None);
    composer.text("m:pinCode", pin);
    composer.text("m:codRegione", &query.region);
    composer.text_if("m:nre", &query.nre);
    composer.text_if("m:codLotto", &query.lot);
    composer.text("m:cfMedico", &query.doctor);
    composer.text_if("m:cfAssistito", &query.patient);
    composer.text_if("m:tipoPrescr", &query.kind);
    if let Some((from, to)) = query.period {
        composer.text("m:dataCompilazioneRicettaDal", &moment(from));
        composer.text("m:dataCompilazioneRicettaAl", &moment(to));
    }
    composer.finish()
}

/// `LottoRichiestaNRE`: a lot of the given size class (`0` = 100 numbers) for the doctor.
pub fn lot_request(region: &str, size_class: &str, doctor: &str) -> String {
    const ROOT: &str = "LottoRichiestaNRE";
    let mut composer = Composer::message(ROOT, &lot_namespace(ROOT), None);
    composer.text("m:CodRegione", region);
    composer.text("m:IdentificativoLotto", size_class);
    composer.text_if("m:CFMedico", doctor);
    composer.finish()
}

/// `CreateAuthReq`: asks for a session.
pub fn create_session_request(username: &str, pin: &str, request: &SessionRequest) -> String {
    let mut composer = identified("CreateAuthReq", username, pin, &request.fiscal_code);
    composer.text_if("m:codRegione", &request.region);
    composer.text_if("m:codAslAo", &request.asl);
    composer.text_if("m:codSsa", &request.ssa);
    composer.text("m:codiceStruttura", &request.structure);
    composer.text("m:contesto", SESSION_CONTEXT);
    composer.text("m:applicazione", SESSION_APPLICATION);
    composer.finish()
}

/// `CheckTokenReq`: asks whether a session is still good.
pub fn check_session_request(username: &str, pin: &str, fiscal_code: &str, token: &str) -> String {
    about_token("CheckTokenReq", username, pin, fiscal_code, token)
}

/// `RevokeAuthReq`: ends a session.
pub fn revoke_session_request(username: &str, pin: &str, fiscal_code: &str, token: &str) -> String {
    about_token("RevokeAuthReq", username, pin, fiscal_code, token)
}

fn about_token(root: &str, username: &str, pin: &str, fiscal_code: &str, token: &str) -> String {
    let mut composer = identified(root, username, pin, fiscal_code);
    composer.text("m:token", token);
    composer.text("m:contesto", SESSION_CONTEXT);
    composer.text("m:applicazione", SESSION_APPLICATION);
    composer.finish()
}

fn identified(root: &str, username: &str, pin: &str, fiscal_code: &str) -> Composer {
    let mut composer = Composer::message(root, A2F_MESSAGES, Some(A2F_TYPES));
    composer.text("m:userId", username);
    composer.open("m:identificativo");
    composer.text("t:tipo", "P");
    composer.text("t:valore", pin);
    composer.close();
    composer.text_if("m:cfUtente", fiscal_code);
    composer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::xml;

    fn names(envelope: &str) -> Vec<String> {
        let root = xml::parse(envelope.as_bytes(), None).unwrap();
        let message = root.child("Body").unwrap().children.first().unwrap().clone();
        message.children.into_iter().map(|child| child.name).collect()
    }

    #[test]
    fn the_full_form_has_every_element_and_the_trimmed_one_only_what_is_given() {
        let message = PrescriptionMessage {
            rows: vec![PrescriptionRow { quantity: 1, ..Default::default() }],
            ..Default::default()
        };
        assert_eq!(names(&send_request(&message, "pin", "ass", EmptyTags::Kept)).len(), 39);
        let trimmed = names(&send_request(&message, "pin", "ass", EmptyTags::Trimmed));
        let needed = [
            "pinCode",
            "cfMedico1",
            "codRegione",
            "codASLAo",
            "codSpecializzazione",
            "codiceAss",
            "tipoPrescrizione",
            "dataCompilazione",
            "tipoVisita",
            "ElencoDettagliPrescrizioni",
        ];
        assert_eq!(trimmed, needed);
    }

    #[test]
    fn the_list_never_has_empty_elements() {
        let query = UsedNresQuery {
            region: "130".into(),
            doctor: "X".into(),
            nre: "1300A4019294836".into(),
            ..Default::default()
        };
        assert_eq!(names(&used_nres_request("pin", &query)), ["pinCode", "codRegione", "nre", "cfMedico"]);
    }

    #[test]
    fn the_clear_patient_code_is_never_written() {
        let message = PrescriptionMessage { patient_code: "PNIMRA70A01H501P".into(), ..Default::default() };
        assert!(!send_request(&message, "pin", "sealed", EmptyTags::Kept).contains("PNIMRA70A01H501P"));
    }
}
