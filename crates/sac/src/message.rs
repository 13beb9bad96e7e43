//! The prescription (ricetta) as it travels to SAC: every field of the message, nothing of the transport.
//!
//! The patient's code is in clear here and encrypted only when a request is written; that is also why
//! a message may be frozen (stored as JSON) and sent again later with other random padding. Empty
//! strings and `false` mean "not given", as in the message itself.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

/// `tipoPrescrizione` of a prescription of drugs (farmaceutica).
pub const DRUGS: &str = "F";
/// `tipoPrescrizione` of a prescription of services (specialistica).
pub const SERVICES: &str = "P";

/// One prescription, as sent (`InvioPrescrittoRichiesta` without the pin) or as shown by view.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrescriptionMessage {
    /// `cfMedico1`: fiscal code of the holder (titolare).
    pub doctor: String,
    /// `cfMedico2`: fiscal code of the substitute; empty when the holder prescribes.
    pub substitute: String,
    /// `codRegione`: the holder's region, three digits.
    pub region: String,
    /// `codASLAo`: the holder's ASL, three digits.
    pub asl: String,
    /// `codStruttura`: only where the region registered one.
    pub structure: String,
    /// `codSpecializzazione`: the holder's, `F` for a general practitioner.
    pub specialisation: String,
    /// `testata1`: therapeutic plan, `PT=<protocol>;`.
    pub header1: String,
    /// `testata2`: the region's own use.
    pub header2: String,
    /// `nre`: from a lot of the doctor; empty when SAC is to assign one.
    pub nre: String,
    /// `tipoRic`: empty for an ordinary SSN patient.
    pub assistance: String,
    /// `codiceAss`: the patient's code, **in clear**; comes back empty from view.
    pub patient_code: String,
    /// `cognNome`: surname and name.
    pub patient_name: String,
    /// `indirizzo`: the four parts made by [`piped_address`].
    pub patient_address: String,
    /// `oscuramDati`: hide name and address from dispenser and paper.
    pub hide_patient: bool,
    /// `numTessSasn`: card of a SASN patient.
    pub sasn_card: String,
    /// `socNavigaz`: shipping company of a SASN patient.
    pub shipping_company: String,
    /// `tipoPrescrizione`: [`DRUGS`] or [`SERVICES`].
    pub kind: String,
    /// `ricettaInterna`: services to be given in the same structure.
    pub internal: bool,
    /// `codEsenzione`: exemption code.
    pub exemption: String,
    /// `nonEsente`: the patient is not exempt.
    pub not_exempt: bool,
    /// `reddito`: exempt for income.
    pub income_exempt: bool,
    /// `codDiagnosi`: ICD-9-CM code.
    pub diagnosis_code: String,
    /// `descrizioneDiagnosi`: diagnosis in words.
    pub diagnosis_text: String,
    /// `dataCompilazione`: Italian local time, to the second.
    pub compiled_at: NaiveDateTime,
    /// `tipoVisita`: `A` at the surgery, `D` at home.
    pub visit: String,
    /// `dispReg`: regional provisions.
    pub regional_provisions: String,
    /// `provAssistito`: province of residence; with [`Self::patient_asl`] or not at all.
    pub patient_province: String,
    /// `aslAssistito`: ASL of residence.
    pub patient_asl: String,
    /// `indicazionePrescr`: `S` suggested, `H` hospital admission.
    pub indication: String,
    /// `altro`: `A` or empty.
    pub other: String,
    /// `classePriorita`: `U`, `B`, `D`, `P`.
    pub priority: String,
    /// The section of patients insured abroad.
    pub foreign: ForeignInsured,
    /// `ElencoDettagliPrescrizioni`: what is prescribed.
    pub rows: Vec<PrescriptionRow>,
}

/// The fields of a patient insured by a foreign institution.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForeignInsured {
    /// `statoEstero`: state.
    pub state: String,
    /// `istituzCompetente`: competent institution.
    pub institution: String,
    /// `numIdentPers`: personal identification number.
    pub personal_number: String,
    /// `numIdentTess`: number of the card.
    pub card_number: String,
    /// `dataNascitaEstero`: date of birth.
    pub birth_date: Option<NaiveDate>,
    /// `dataScadTessera`: expiry of the card.
    pub card_expiry: Option<NaiveDate>,
}

impl ForeignInsured {
    /// True when the patient is not insured abroad.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One row (`DettaglioPrescrizione`): a drug or a service.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrescriptionRow {
    /// `codProdPrest`: AIC of the package, or code of the service.
    pub product_code: String,
    /// `descrProdPrest`: the text the dispenser reads.
    pub product_text: String,
    /// `codGruppoEquival`: AIFA equivalence group, when prescribing by active principle.
    pub group_code: String,
    /// `descrGruppoEquival`: description of the group.
    pub group_text: String,
    /// `testoLibero`: must stay empty.
    pub free_text: String,
    /// `descrTestoLiberoNote`: note of a service.
    pub note_text: String,
    /// `nonSost`: the brand may not be replaced.
    pub not_substitutable: bool,
    /// `motivazNote`: free note, or the posology of opioids.
    pub reason_note: String,
    /// `codMotivazione`: why it may not be replaced.
    pub reason_code: String,
    /// `notaProd`: number of the AIFA note.
    pub aifa_note: String,
    /// `quantita`: one digit.
    pub quantity: u8,
    /// `prescrizione1`: `TV;` when a television visit will do.
    pub prescription1: String,
    /// `prescrizione2`: the region's own use.
    pub prescription2: String,
    /// `codCatalogoPrescr`: code in the regional catalogue.
    pub catalogue_code: String,
    /// `tipoAccesso`: `1` first access, `0` other.
    pub access: String,
    /// `numeroNota`: note of the LEA decree.
    pub note_number: String,
    /// `condErogabilita`: condition of the LEA decree.
    pub dispensing_condition: String,
    /// `approprPrescrittiva`: appropriateness of the LEA decree.
    pub appropriateness: String,
    /// `patologia`: pathology of the LEA decree.
    pub pathology: String,
    /// `numsedute`: sessions of a cyclic service.
    pub sessions: Option<u16>,
}

impl fmt::Debug for PrescriptionMessage {
    /// Only what identifies nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrescriptionMessage")
            .field("kind", &self.kind)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ForeignInsured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignInsured").field("given", &!self.is_empty()).finish_non_exhaustive()
    }
}

impl fmt::Debug for PrescriptionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrescriptionRow").finish_non_exhaustive()
    }
}

/// The address as SAC wants it: street, CAP, town and province between bars. A bar inside a part
/// would shift the others, so it becomes a space.
pub fn piped_address(street: &str, postcode: &str, town: &str, province: &str) -> String {
    [street, postcode, town, province].map(|part| part.trim().replace('|', " ")).join("|")
}

/// Where a registered prescription differs from the one that was sent. Names the field only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// Another holder.
    #[error("doctor")]
    Doctor,
    /// Another substitute.
    #[error("substitute")]
    Substitute,
    /// Another date or time.
    #[error("compilation date")]
    CompiledAt,
    /// Drugs instead of services, or the reverse.
    #[error("type of prescription")]
    Kind,
    /// More or fewer rows.
    #[error("number of rows")]
    RowCount,
    /// The row of that number (from 1).
    #[error("row {0}")]
    Row(usize),
}

/// Whether what SAC holds is what we sent. The patient's code cannot be compared, because SAC gives
/// it back empty; texts are compared only when a row has no code, because SAC may normalise them.
/// The error is the first difference found.
pub fn same_content(sent: &PrescriptionMessage, viewed: &PrescriptionMessage) -> Result<(), Difference> {
    if !same_text(&sent.doctor, &viewed.doctor) {
        return Err(Difference::Doctor);
    }
    if !same_text(&sent.substitute, &viewed.substitute) {
        return Err(Difference::Substitute);
    }
    if sent.compiled_at.and_utc().timestamp() != viewed.compiled_at.and_utc().timestamp() {
        return Err(Difference::CompiledAt);
    }
    if !same_text(&sent.kind, &viewed.kind) {
        return Err(Difference::Kind);
    }
    if sent.rows.len() != viewed.rows.len() {
        return Err(Difference::RowCount);
    }
    let different = sent.rows.iter().zip(&viewed.rows).position(|(ours, theirs)| !same_row(ours, theirs));
    different.map_or(Ok(()), |index| Err(Difference::Row(index + 1)))
}

/// How much a registered prescription looks like one of ours whose number is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// It is ours.
    Same,
    /// It is another one.
    Other,
    /// It was written in our second by our doctor, and some of it is ours and some is not: a person must look.
    Doubtful,
}

/// Compares without a number. Whoever writes prescriptions without numbers writes no two of one doctor in one second, so
/// that second, doctor and rows are enough; the name is asked too, as far as SAC shows it.
pub fn likeness(sent: &PrescriptionMessage, viewed: &PrescriptionMessage) -> Likeness {
    let named = !viewed.patient_name.trim().is_empty() && !sent.patient_name.trim().is_empty();
    let same_name = same_text(&sent.patient_name, &viewed.patient_name);
    match same_content(sent, viewed) {
        Ok(()) if !named || same_name => Likeness::Same,
        Ok(()) => Likeness::Doubtful,
        Err(Difference::Doctor | Difference::Substitute | Difference::CompiledAt | Difference::Kind) => Likeness::Other,
        Err(Difference::RowCount | Difference::Row(_)) if named && !same_name => Likeness::Other,
        Err(Difference::RowCount | Difference::Row(_)) => Likeness::Doubtful,
    }
}

fn same_row(ours: &PrescriptionRow, theirs: &PrescriptionRow) -> bool {
    let coded = !(ours.product_code.trim().is_empty() && ours.group_code.trim().is_empty());
    same_text(&ours.product_code, &theirs.product_code)
        && same_text(&ours.group_code, &theirs.group_code)
        && ours.quantity == theirs.quantity
        && ours.not_substitutable == theirs.not_substitutable
        && (coded
            || (same_text(&ours.product_text, &theirs.product_text) && same_text(&ours.group_text, &theirs.group_text)))
}

/// Equal but for case and for how many blanks there are.
fn same_text(left: &str, right: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_uppercase).collect::<Vec<_>>();
    words(left) == words(right)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn sent() -> PrescriptionMessage {
        PrescriptionMessage {
            doctor: "PROVAX00X00X000Y".into(),
            patient_code: "PNIMRA70A01H501P".into(),
            patient_name: "PINI MARIO".into(),
            kind: DRUGS.into(),
            compiled_at: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap().and_hms_opt(16, 47, 15).unwrap(),
            rows: vec![PrescriptionRow {
                group_code: "G3B".into(),
                group_text: "LEVETIRACETAM".into(),
                quantity: 1,
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    #[test]
    fn the_registered_copy_is_recognised() {
        let mut viewed = sent();
        viewed.patient_code.clear();
        viewed.rows[0].group_text = "LEVETIRACETAM  500MG".into();
        assert_eq!(same_content(&sent(), &viewed), Ok(()));
    }

    #[test]
    fn each_difference_is_named() {
        let change = |edit: fn(&mut PrescriptionMessage)| {
            let mut viewed = sent();
            edit(&mut viewed);
            same_content(&sent(), &viewed).unwrap_err()
        };
        assert_eq!(change(|m| m.doctor.push('A')), Difference::Doctor);
        assert_eq!(change(|m| m.substitute.push('A')), Difference::Substitute);
        assert_eq!(change(|m| m.kind = SERVICES.into()), Difference::Kind);
        assert_eq!(change(|m| m.compiled_at += chrono::TimeDelta::seconds(1)), Difference::CompiledAt);
        assert_eq!(change(|m| m.rows.clear()), Difference::RowCount);
        assert_eq!(change(|m| m.rows[0].quantity = 2), Difference::Row(1));
        assert_eq!(change(|m| m.rows[0].group_code = "G3C".into()), Difference::Row(1));
        assert_eq!(change(|m| m.rows[0].product_code = "023086150".into()), Difference::Row(1));
    }

    #[test]
    fn a_row_without_codes_is_compared_by_its_text() {
        let mut ours = sent();
        ours.rows[0].group_code.clear();
        let mut viewed = ours.clone();
        assert_eq!(same_content(&ours, &viewed), Ok(()));
        viewed.rows[0].group_text = "ALTRO".into();
        assert_eq!(same_content(&ours, &viewed), Err(Difference::Row(1)));
    }

    #[test]
    fn frozen_payload_survives_json() {
        let json = serde_json::to_string(&sent()).unwrap();
        assert_eq!(serde_json::from_str::<PrescriptionMessage>(&json).unwrap(), sent());
        assert_eq!(serde_json::from_str::<PrescriptionMessage>("{}").unwrap(), PrescriptionMessage::default());
    }

    #[test]
    fn debug_shows_nobody() {
        let shown = format!("{:?} {:?}", sent(), sent().rows);
        for secret in ["PINI", "PNIMRA", "PROVAX", "LEVETIRACETAM", "G3B"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn address_parts_cannot_shift_each_other() {
        assert_eq!(piped_address("Via Po | 3", "37100", "Verona", "VR"), "Via Po   3|37100|Verona|VR");
        assert_eq!(piped_address("", "", "", ""), "|||");
    }
}
