//! Every address of the portal, once: a function that fills it in and its pattern for the route table.
//!
//! `paths::record(7)` is `/millelight/pazienti/7`; `paths::pattern::record()` is what `web::resource` wants. Only row
//! ids and one-time tokens stand in an address, never names or codes of people.

mod beyond;
mod leading;

use std::fmt::Display;

pub use beyond::{BEYOND, reaches_beyond};
pub use leading::{choose_doctor_then, escape_query, login_then, reauthenticate_then, safe_next};

/// What may stand in an address: a row id, an AIC, a one-time token. By value or by reference, as templates pass it.
pub trait Key: Display {}
impl Key for i64 {}
impl Key for str {}
impl Key for String {}
impl<K: Key + ?Sized> Key for &K {}

macro_rules! paths {
    ($( $(#[$doc:meta])* $name:ident ( $($arg:ident),* ) = $pattern:literal; )*) => {
        $( $(#[$doc])* #[must_use] pub fn $name($($arg: impl Key),*) -> String { format!($pattern) } )*

        /// The same addresses as patterns for the route table.
        pub mod pattern {
            $( $(#[$doc])* #[must_use] pub const fn $name() -> &'static str { $pattern } )*

            /// Every pattern there is.
            pub const ALL: &[&str] = &[$($pattern),*];
        }
    };
}

pub mod api;

paths! {
    /// The doors of the product.
    home() = "/";
    /// Alive (for a supervisor).
    health() = "/health";
    /// Ready to serve (for a balancer).
    ready() = "/ready";

    /// Sign in.
    login() = "/millelight/accedi";
    /// The code of the second factor, after the password.
    login_code() = "/millelight/accedi/codice";
    /// Sign out (POST).
    logout() = "/millelight/esci";
    /// A doctor asks for an account.
    registration() = "/millelight/registrazione";
    /// The link of the confirmation mail.
    confirm(token) = "/millelight/conferma/{token}";
    /// «Password dimenticata»: who asks for a new one.
    forgotten() = "/millelight/password-dimenticata";
    /// The link of that mail: a new password is chosen.
    new_password(token) = "/millelight/nuova-password/{token}";
    /// The address by which a collaborator replaces a forgotten password.
    own_address() = "/millelight/indirizzo-email";
    /// The link that proves it.
    prove_address(token) = "/millelight/indirizzo-email/{token}";
    /// Version and help.
    info() = "/millelight/info";
    /// Change of password, forced or chosen.
    change_password() = "/millelight/password";
    /// Asks the password again before a protected act.
    reauthenticate() = "/millelight/conferma-password";
    /// A form that arrived after its session had ended, offered back to its author.
    resume() = "/millelight/riprendi";
    /// The entrance of Millelight: sends on to the patient search.
    millelight() = "/millelight";
    /// The signed-in doctor's own data.
    doctor() = "/millelight/medico";

    /// What a doctor nobody has vouched for yet cannot do, and who can change that.
    unverified() = "/millelight/verifica";

    /// Own sessions, and what happened to the account; ended by posting to the same place.
    sessions() = "/millelight/accessi";
    /// The doctor's second factor: turned on, turned off, new recovery codes.
    second_factor() = "/millelight/secondo-fattore";
    /// Notices on the doctor's own devices: the list, and where devices are added and taken off.
    push() = "/millelight/avvisi";
    /// The script that receives them, for the browser.
    push_worker() = "/millelight/avvisi.js";
    /// A collaborator's doctors: for which one to work now; the choice is posted to the same place.
    choose_doctor() = "/millelight/medici";

    /// The entrance of Millecloud, the portal of collaborators.
    portal() = "/millecloud";
    /// Sign in at the portal.
    portal_login() = "/millecloud/accedi";
    /// The code of the second factor, at the portal.
    portal_login_code() = "/millecloud/accedi/codice";
    /// Sign out of the portal (POST).
    portal_logout() = "/millecloud/esci";
    /// Change of password in the portal's look.
    portal_password() = "/millecloud/password";
    /// Own sessions in the portal's look.
    portal_sessions() = "/millecloud/accessi";
    /// «Password dimenticata» in the portal's look.
    portal_forgotten() = "/millecloud/password-dimenticata";
    /// The own address in the portal's look.
    portal_own_address() = "/millecloud/indirizzo-email";
    /// A doctor's collaborators.
    collaborators() = "/millecloud/collaboratori";
    /// New collaborator, first step: the fiscal code.
    collaborator_new() = "/millecloud/collaboratori/aggiungi";
    /// New collaborator, second step (POST).
    collaborator_associate() = "/millecloud/collaboratori/associa";
    /// The doctor's notes of one collaborator: look and change.
    collaborator(association) = "/millecloud/collaboratori/{association}";
    /// Ask for a new temporary password of a collaborator, and where it is posted.
    collaborator_password(association) = "/millecloud/collaboratori/{association}/password";
    /// Suspend a collaborator (POST).
    collaborator_suspend(association) = "/millecloud/collaboratori/{association}/sospendi";
    /// Resume a suspended collaborator (POST).
    collaborator_resume(association) = "/millecloud/collaboratori/{association}/riprendi";
    /// The code to take up a collaborator again after another doctor's reset: what it does, and where it is posted.
    collaborator_reconfirm(association) = "/millecloud/collaboratori/{association}/riconferma";
    /// A new acceptance code for somebody invited: what it does, and where it is posted.
    collaborator_code(association) = "/millecloud/collaboratori/{association}/codice";
    /// End a collaborator's sessions (POST).
    collaborator_disconnect(association) = "/millecloud/collaboratori/{association}/scollega";
    /// Ask for the removal of a collaborator, and where it is posted.
    collaborator_remove(association) = "/millecloud/collaboratori/{association}/rimuovi";
    /// The doctors a collaborator works for, and their invitations.
    my_doctors() = "/millecloud/medici";
    /// Accept a doctor's invitation (POST).
    invitation_accept(association) = "/millecloud/medici/{association}/accetta";
    /// Refuse a doctor's invitation (POST).
    invitation_refuse(association) = "/millecloud/medici/{association}/rifiuta";

    /// The patients' portal: the prescriptions published for whoever has entered.
    millebook() = "/millebook";
    /// Sign in to the patients' portal.
    millebook_login() = "/millebook/accedi";
    /// The code of the second factor, there.
    millebook_login_code() = "/millebook/accedi/codice";
    /// Sign out of it (POST).
    millebook_logout() = "/millebook/esci";
    /// The patient's first step: the code of the surgery, then a password.
    millebook_activate() = "/millebook/attiva";
    /// The patient's change of password.
    millebook_password() = "/millebook/password";
    /// The patient's own sessions, and what happened to the account.
    millebook_sessions() = "/millebook/accessi";
    /// The patient's second factor.
    millebook_second_factor() = "/millebook/secondo-fattore";
    /// The patient's password asked once more before a protected act.
    millebook_reauthenticate() = "/millebook/conferma-password";
    /// «Password dimenticata» for patients.
    millebook_forgotten() = "/millebook/password-dimenticata";
    /// The link of that mail.
    millebook_new_password(token) = "/millebook/nuova-password/{token}";
    /// The address by which a patient replaces a forgotten password.
    millebook_own_address() = "/millebook/indirizzo-email";
    /// The link that proves it.
    millebook_prove_address(token) = "/millebook/indirizzo-email/{token}";
    /// One published prescription, to be shown at the pharmacy.
    millebook_prescription(id) = "/millebook/ricette/{id}";
    /// Its paper (promemoria), as PDF.
    millebook_reminder(id) = "/millebook/ricette/{id}/promemoria";

    /// Patient search.
    patients() = "/millelight/pazienti";
    /// New patient: the form, and where it is posted.
    patient_new() = "/millelight/pazienti/nuovo";
    /// One patient's record (quadro riassuntivo).
    record(id) = "/millelight/pazienti/{id}";
    /// Registry data of one patient.
    patient_edit(id) = "/millelight/pazienti/{id}/anagrafica";
    /// Who looked at a patient's data.
    patient_accesses(id) = "/millelight/pazienti/{id}/accessi";
    /// A patient's enrolment on Millebook; a new code is asked for at the same place.
    patient_millebook(id) = "/millelight/pazienti/{id}/millebook";
    /// Take back a patient's consent to Millebook.
    patient_millebook_withdraw(id) = "/millelight/pazienti/{id}/millebook/revoca";
    /// All problems, page by page.
    problems(id) = "/millelight/pazienti/{id}/problemi";
    /// Problem search and the form for a new one; posted to the same place.
    problem_new(id) = "/millelight/pazienti/{id}/problemi/nuovo";
    /// One problem: look and change.
    problem(id, problem) = "/millelight/pazienti/{id}/problemi/{problem}";
    /// Close a problem (POST).
    problem_close(id, problem) = "/millelight/pazienti/{id}/problemi/{problem}/chiudi";
    /// Reopen a closed problem (POST).
    problem_reopen(id, problem) = "/millelight/pazienti/{id}/problemi/{problem}/riapri";
    /// All therapies, page by page.
    therapies(id) = "/millelight/pazienti/{id}/terapie";
    /// Keep a package of the formulary as therapy, without a prescription (POST).
    therapy_add(id) = "/millelight/pazienti/{id}/terapie/aggiungi";
    /// One therapy: look and change.
    therapy(id, therapy) = "/millelight/pazienti/{id}/terapie/{therapy}";
    /// Resume a suspended therapy (POST).
    therapy_resume(id, therapy) = "/millelight/pazienti/{id}/terapie/{therapy}/riprendi";
    /// Suspend the ticked therapies (POST).
    therapies_suspend(id) = "/millelight/pazienti/{id}/terapie/sospendi";
    /// Repeat the ticked therapies (POST): straight to the review page.
    therapies_repeat(id) = "/millelight/pazienti/{id}/terapie/ripeti";
    /// All investigations (accertamenti), page by page.
    investigations(id) = "/millelight/pazienti/{id}/accertamenti";
    /// New investigation.
    investigation_new(id) = "/millelight/pazienti/{id}/accertamenti/nuovo";
    /// One investigation.
    investigation(id, investigation) = "/millelight/pazienti/{id}/accertamenti/{investigation}";
    /// The whole diary, page by page.
    diary(id) = "/millelight/pazienti/{id}/diario";
    /// New diary entry.
    diary_new(id) = "/millelight/pazienti/{id}/diario/nuova";
    /// One diary entry, with its corrections.
    diary_entry(id, entry) = "/millelight/pazienti/{id}/diario/{entry}";
    /// Allergies (info essenziali): list and form.
    allergies(id) = "/millelight/pazienti/{id}/info-essenziali";
    /// One allergy.
    allergy(id, allergy) = "/millelight/pazienti/{id}/info-essenziali/{allergy}";
    /// Exemptions: list and form.
    exemptions(id) = "/millelight/pazienti/{id}/esenzioni";
    /// One exemption.
    exemption(id, exemption) = "/millelight/pazienti/{id}/esenzioni/{exemption}";
    /// History of one entry of the record; `section` is `problemi`, `terapie`, `accertamenti`, `diario`,
    /// `info-essenziali` or `esenzioni`.
    entry_history(id, section, entry) = "/millelight/pazienti/{id}/{section}/{entry}/storia";
    /// Take an entry out of the record (POST).
    entry_remove(id, section, entry) = "/millelight/pazienti/{id}/{section}/{entry}/elimina";
    /// Bring an entry back into the record (POST).
    entry_restore(id, section, entry) = "/millelight/pazienti/{id}/{section}/{entry}/ripristina";

    /// The formulary (prontuario) on its own.
    formulary() = "/millelight/prontuario";
    /// The formulary while prescribing for one patient.
    patient_formulary(id) = "/millelight/pazienti/{id}/prontuario";
    /// Sheet of one package, by AIC.
    package(aic) = "/millelight/prontuario/{aic}";

    /// The basket of one patient: the review page (riepilogo).
    draft(id) = "/millelight/pazienti/{id}/ricetta";
    /// Put packages in the basket (POST).
    draft_add(id) = "/millelight/pazienti/{id}/ricetta/farmaci";
    /// Prescription data (dati prescrizione) of one drug of the basket.
    draft_item(id, item) = "/millelight/pazienti/{id}/ricetta/farmaci/{item}";
    /// Take one drug out of the basket (POST).
    draft_item_remove(id, item) = "/millelight/pazienti/{id}/ricetta/farmaci/{item}/togli";
    /// Throw the basket away (POST).
    draft_discard(id) = "/millelight/pazienti/{id}/ricetta/scarta";
    /// Confirm the basket and send it (POST).
    draft_confirm(id) = "/millelight/pazienti/{id}/ricetta/invia";

    /// Prescriptions prepared by collaborators, waiting for the doctor.
    pending() = "/millelight/da-validare";
    /// How many, as JSON, for the bell.
    pending_count() = "/millelight/da-validare/conteggio";
    /// INVIA TUTTI: what would be sent, and where it is posted.
    pending_send_all() = "/millelight/da-validare/invia-tutti";
    /// How far one INVIA TUTTI has come.
    round(id) = "/millelight/da-validare/invii/{id}";
    /// Once more, for what failed in it (POST).
    round_retry(id) = "/millelight/da-validare/invii/{id}/riprova";
    /// Validate and send one (POST).
    pending_send(id) = "/millelight/da-validare/{id}/invia";
    /// Refuse one: asks why, and where it is posted.
    pending_decline(id) = "/millelight/da-validare/{id}/annulla";
    /// Correct one drug of one, before sending it.
    pending_item(id, row) = "/millelight/da-validare/{id}/farmaci/{row}";

    /// What a collaborator has sent to the doctor.
    sent() = "/millelight/inviate";
    /// How much news there is of it, as JSON, for the bell.
    sent_count() = "/millelight/inviate/conteggio";
    /// Take note of the news (POST).
    sent_take() = "/millelight/inviate/scarica";
    /// Take one back from the doctor (POST).
    sent_withdraw(id) = "/millelight/inviate/{id}/ritira";
    /// Copy a refused one into a new prescription (POST).
    sent_copy(id) = "/millelight/inviate/{id}/copia";

    /// The doctor's issued prescriptions (elenco ricette inviate).
    prescriptions() = "/millelight/ricette";
    /// One prescription.
    prescription(id) = "/millelight/ricette/{id}";
    /// Outcome of sending one prescription.
    prescription_outcome(id) = "/millelight/ricette/{id}/esito";
    /// Ask for an annulment, and where it is posted.
    prescription_annul(id) = "/millelight/ricette/{id}/annulla";
    /// Send again what is waiting (POST).
    prescription_retry(id) = "/millelight/ricette/{id}/riprova";
    /// Ask the service what became of an uncertain sending (POST).
    prescription_verify(id) = "/millelight/ricette/{id}/verifica";
    /// Send again what the service's lists do not show (POST).
    prescription_resend(id) = "/millelight/ricette/{id}/rinvia";
    /// Bring a refused or still queued prescription back into the basket (POST).
    prescription_correct(id) = "/millelight/ricette/{id}/correggi";

    /// What was and is to be delivered to patients (consegne).
    deliveries() = "/millelight/consegne";
    /// How the doctor wants archives protected.
    delivery_settings() = "/millelight/consegne/impostazioni";
    /// Mail the promemoria of some prescriptions: the dialog, and where it is posted.
    delivery_mail() = "/millelight/consegne/email";
    /// What became of those mails.
    delivery_mailed() = "/millelight/consegne/email/inviata";
    /// They wait for print at the surgery (POST).
    delivery_later() = "/millelight/consegne/stampa-dopo";
    /// The print page of some prescriptions; posted to, it gives the file.
    delivery_print() = "/millelight/consegne/stampa";
    /// Publish on the patients' portal (POST).
    delivery_book() = "/millelight/consegne/millebook";
    /// Dictate or copy the number.
    delivery_nre() = "/millelight/consegne/nre";
    /// Send the number alone by text message (POST).
    delivery_sms() = "/millelight/consegne/sms";
    /// Do a failed delivery again (POST).
    delivery_retry(delivery) = "/millelight/consegne/{delivery}/riprova";
    /// Somebody has seen to a delivery (POST).
    delivery_dismiss(delivery) = "/millelight/consegne/{delivery}/vista";
    /// The secret agreed with a patient for protected archives.
    agreed_secret(id) = "/millelight/pazienti/{id}/segreto-concordato";
    /// The mails written in a demonstration.
    demo_mails() = "/millelight/posta-dimostrativa";
    /// One of them, as a mail program opens it.
    demo_mail(token) = "/millelight/posta-dimostrativa/{token}";

    /// Credentials for the regional or central service (SAR).
    sar_credentials() = "/millelight/credenziali-sar";
    /// A new session of the day is asked for.
    sar_session() = "/millelight/credenziali-sar/sessione";
    /// Lots of prescription numbers (NRE): list and request.
    lots() = "/millelight/lotti-nre";
}

/// The outcome of some prescriptions just sent: one has its own page, several are listed.
pub fn outcome_of(ids: &[i64]) -> String {
    match ids {
        [one] => prescription_outcome(*one),
        _ => {
            let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
            format!("{}?esito={ids}", prescriptions())
        }
    }
}

/// The deliveries of one patient, whatever their state.
pub fn deliveries_of(patient: impl std::fmt::Display) -> String {
    format!("{}?vista=tutte&paziente={patient}", deliveries())
}

/// An address of the deliveries, about some prescriptions: `about(delivery_mail(), &[1, 2])`.
pub fn about(path: &str, ids: &[i64]) -> String {
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    format!("{path}?ricette={ids}")
}

/// Whether an address belongs to the portal of collaborators, Millecloud, and its page has that look.
pub fn is_portal(path: &str) -> bool {
    path == pattern::portal() || path.starts_with("/millecloud/")
}

/// Whether an address belongs to the patients' portal.
pub fn is_of_patients(address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    path == pattern::millebook() || path.starts_with("/millebook/")
}

/// Part of the record page: `record_part(7, "terapie")`.
pub fn record_part(id: impl Key, part: &str) -> String {
    format!("{}#{part}", record(id))
}

#[cfg(test)]
mod tests;
