//! Addresses of the interface for the studio's programs. Every one that touches an archive names its doctor.

use super::Key;

paths! {
    /// Give a token for a password (POST), end the one presented (DELETE).
    token() = "/api/v1/token";
    /// The document that describes this interface.
    document() = "/api/v1/openapi.json";
    /// Whose token it is.
    me() = "/api/v1/me";
    /// The doctors one works for.
    doctors() = "/api/v1/doctors";
    /// Patient search (POST: what is typed stands in no address).
    patients_search(doctor) = "/api/v1/doctors/{doctor}/patients/search";
    /// One patient.
    patient(doctor, patient) = "/api/v1/doctors/{doctor}/patients/{patient}";
    /// Formulary search.
    formulary(doctor) = "/api/v1/doctors/{doctor}/formulary";
    /// Prepare prescriptions (POST), list them (GET).
    prescriptions(doctor) = "/api/v1/doctors/{doctor}/prescriptions";
    /// Sent and waiting, validated, annulled.
    counters(doctor) = "/api/v1/doctors/{doctor}/counters";
    /// One prescription.
    prescription(doctor, prescription) = "/api/v1/doctors/{doctor}/prescriptions/{prescription}";
    /// The paper of a prescription.
    promemoria(doctor, prescription) = "/api/v1/doctors/{doctor}/prescriptions/{prescription}/promemoria";
    /// Deliver a prescription (POST), look at its deliveries (GET).
    deliveries(doctor, prescription) = "/api/v1/doctors/{doctor}/prescriptions/{prescription}/deliveries";
    /// Offer the news (POST).
    downloads(doctor) = "/api/v1/doctors/{doctor}/downloads";
    /// Acknowledge an offer (PUT).
    acknowledgement(doctor, download) = "/api/v1/doctors/{doctor}/downloads/{download}/acknowledgement";
}

/// Whether an address belongs to programs: they are answered JSON, have no session and post no form.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}
