//! The request that goes to SAC, built from the rows, and the hash of what was confirmed (R14).

use sha2::{Digest, Sha256};

use super::super::model::{Item, Prescription};
use crate::identity::model::{DoctorProfile, User};
use kernel::dates;
use kernel::hex::hex;
use kernel::patient_code::is_temporary;
use sac::{PrescriptionMessage, PrescriptionRow};

/// The message of a prescription, with `nre` as its number. The doctor's professional data are today's: SAC wants those
/// of the moment of sending.
pub fn build_message(
    row: &Prescription,
    items: &[Item],
    doctor: &User,
    profile: &DoctorProfile,
    nre: &str,
) -> PrescriptionMessage {
    // Who is insured abroad goes without a code, and lives there.
    let foreign = !row.foreign_kind.is_empty();
    // Province and ASL of residence go together or not at all.
    let residence = !foreign && !row.patient_province.is_empty() && !row.patient_asl.is_empty();
    let residence_of = |value: &str| if residence { value.to_owned() } else { String::new() };
    PrescriptionMessage {
        doctor: doctor.fiscal_code.clone(),
        region: row.region_code.clone(),
        header1: if row.plan_protocol.is_empty() { String::new() } else { format!("PT={};", row.plan_protocol) },
        asl: profile.asl_code.clone(),
        structure: profile.structure_code.clone(),
        specialisation: profile.specialization.clone(),
        nre: nre.to_owned(),
        // STP and ENI have a kind of prescription of their own; a provisional fiscal code is a fiscal code.
        assistance: if is_temporary(&row.patient_code) { "ST".to_owned() } else { row.foreign_kind.clone() },
        patient_code: if foreign { String::new() } else { row.patient_code.clone() },
        foreign: serde_json::from_str(&row.foreign_section).unwrap_or_default(),
        patient_name: row.patient_name.clone(),
        patient_address: row.patient_address.clone(),
        hide_patient: row.hide_data,
        kind: row.kind.as_str().to_owned(),
        exemption: row.exemption_code.clone(),
        not_exempt: row.exemption_code.is_empty(),
        income_exempt: row.income_exempt,
        diagnosis_code: row.diagnosis_code.clone(),
        diagnosis_text: row.diagnosis_text.clone(),
        compiled_at: dates::to_rome(row.compiled_at),
        visit: row.visit_kind.clone(),
        patient_province: residence_of(&row.patient_province),
        patient_asl: residence_of(&row.patient_asl),
        indication: if row.suggested { "S".to_owned() } else { String::new() },
        rows: items.iter().map(build_row).collect(),
        ..PrescriptionMessage::default()
    }
}

fn build_row(item: &Item) -> PrescriptionRow {
    let item = &item.content;
    let (product_code, product_text) = if item.by_substance {
        (String::new(), item.group_description.clone())
    } else {
        (item.aic.clone(), item.label.clone())
    };
    PrescriptionRow {
        product_code,
        product_text,
        group_code: item.group_code.clone(),
        group_text: item.group_description.clone(),
        not_substitutable: item.not_substitutable,
        reason_note: if item.reason_note.is_empty() { &item.posology } else { &item.reason_note }.clone(),
        reason_code: if item.not_substitutable { item.motive_code.clone() } else { String::new() },
        aifa_note: if item.note_sent.is_empty() { &item.note_code } else { &item.note_sent }.clone(),
        quantity: u8::try_from(item.pieces).unwrap_or(0),
        ..PrescriptionRow::default()
    }
}

/// SHA-256 of what the confirming person decided: patient, drugs, quantities, exemption, doctor. The number and the
/// doctor's professional data are not part of it: they may change between confirming and sending.
pub fn content_hash(message: &PrescriptionMessage) -> String {
    let decided = PrescriptionMessage {
        nre: String::new(),
        region: String::new(),
        asl: String::new(),
        structure: String::new(),
        specialisation: String::new(),
        ..message.clone()
    };
    // A message always becomes JSON; were it not so, the hash of nothing would never match and nothing would be sent.
    let json = serde_json::to_vec(&decided).unwrap_or_default();
    hex(&Sha256::digest(&json))
}
