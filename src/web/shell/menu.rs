//! The menus: what stands in them, by role and by what is in hand.

use super::Shell;
use crate::web::paths;

/// Entries of the menu.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MenuItem {
    /// None is current.
    #[default]
    None,
    /// CERCA PAZIENTE.
    Patients,
    /// MEDICO.
    Doctor,
    /// Quadro riassuntivo.
    Record,
    /// Problemi.
    Problems,
    /// Terapie.
    Therapies,
    /// Accertamenti.
    Exams,
    /// Diario.
    Diary,
    /// Esenzioni.
    Exemptions,
    /// Info essenziali.
    Allergies,
    /// Millebook.
    Millebook,
    /// Prontuario on-line.
    Formulary,
    /// Scarico Lotti NRE.
    Lots,
    /// Credenziali SAR.
    SarCredentials,
    /// Elenco ricette inviate.
    Prescriptions,
    /// Consegne.
    Deliveries,
    /// I miei medici: for whom a collaborator works.
    ChooseDoctor,
    /// Cambio password.
    Password,
    /// Elenco Prescrizioni: what waits for the doctor.
    Pending,
    /// Inviate al cloud: what a collaborator has sent.
    Sent,
    /// Accessi e sicurezza.
    Sessions,
    /// Collaboratori.
    Collaborators,
    /// Aggiungi, in the portal of collaborators.
    AddCollaborator,
}

/// One line of the menu, ready to print.
#[derive(Clone, Debug)]
pub struct MenuEntry {
    /// What it says.
    pub label: &'static str,
    /// Name of its icon.
    pub icon: &'static str,
    /// Where it goes.
    pub href: String,
    /// Whether it is the page being shown.
    pub current: bool,
    /// How many things wait there; shown when it is not zero.
    pub count: u32,
}

impl Shell {
    /// AZIONI: the menu of the portal of collaborators.
    pub fn portal_menu(&self) -> Vec<MenuEntry> {
        let password = self.entry("Cambio password", "key", MenuItem::Password, paths::portal_password());
        if self.collaborator {
            return vec![self.entry("I miei medici", "users", MenuItem::ChooseDoctor, paths::my_doctors()), password];
        }
        vec![
            self.entry("Collaboratori", "users", MenuItem::Collaborators, paths::collaborators()),
            self.entry("Aggiungi", "user-plus", MenuItem::AddCollaborator, paths::collaborator_new()),
            password,
        ]
    }

    /// Below Logout in the portal of collaborators: one's own access, and the way to Millelight, on which a collaborator is
    /// asked for whom.
    pub fn portal_ways(&self) -> Vec<MenuEntry> {
        vec![
            self.entry("Accessi e sicurezza", "shield", MenuItem::Sessions, paths::portal_sessions()),
            self.entry("Vai a Millelight", "heart", MenuItem::Patients, paths::patients()),
        ]
    }

    /// First part of the menu, below ESCI.
    pub fn menu(&self) -> Vec<MenuEntry> {
        let first = if self.collaborator {
            self.entry("I MIEI MEDICI", "user", MenuItem::ChooseDoctor, paths::choose_doctor())
        } else {
            self.entry("MEDICO", "user", MenuItem::Doctor, paths::doctor())
        };
        vec![first, self.entry("CERCA PAZIENTE", "search", MenuItem::Patients, paths::patients())]
    }

    /// The patient's part of the menu; empty when no record is open.
    pub fn patient_menu(&self) -> Vec<MenuEntry> {
        let Some(patient) = &self.patient else { return Vec::new() };
        let id = patient.id;
        vec![
            self.entry("Quadro riassuntivo", "heart", MenuItem::Record, paths::record(id)),
            self.entry("Info essenziali", "alert", MenuItem::Allergies, paths::allergies(id)),
            self.entry("Problemi", "list", MenuItem::Problems, paths::record_part(id, "problemi")),
            self.entry("Terapie", "pill", MenuItem::Therapies, paths::record_part(id, "terapie")),
            self.entry("Accertamenti", "flask", MenuItem::Exams, paths::record_part(id, "accertamenti")),
            self.entry("Diario", "note", MenuItem::Diary, paths::record_part(id, "diario")),
            self.entry("Esenzioni", "card", MenuItem::Exemptions, paths::exemptions(id)),
            self.entry("Millebook", "book", MenuItem::Millebook, paths::patient_millebook(id)),
        ]
    }

    /// Strumenti.
    pub fn tools(&self) -> Vec<MenuEntry> {
        let formulary = self.patient.as_ref().map_or_else(paths::formulary, |p| paths::patient_formulary(p.id));
        if self.collaborator {
            return vec![
                self.entry("Prontuario on-line", "pill", MenuItem::Formulary, formulary),
                self.entry("Inviate al cloud", "cloud-up", MenuItem::Sent, paths::sent()),
                self.deliveries(),
                self.entry("Cambio password", "key", MenuItem::Password, paths::change_password()),
                self.entry("Accessi e sicurezza", "shield", MenuItem::Sessions, paths::sessions()),
            ];
        }
        vec![
            self.entry("Prontuario on-line", "pill", MenuItem::Formulary, formulary),
            self.entry("Dati del medico", "card", MenuItem::Doctor, paths::doctor()),
            self.entry("Scarico Lotti NRE", "download", MenuItem::Lots, paths::lots()),
            self.entry("Credenziali SAR", "key", MenuItem::SarCredentials, paths::sar_credentials()),
            self.entry("Elenco Prescrizioni", "bell", MenuItem::Pending, paths::pending()),
            self.entry("Elenco ricette inviate", "list", MenuItem::Prescriptions, paths::prescriptions()),
            self.deliveries(),
            self.entry("Collaboratori", "users", MenuItem::Collaborators, paths::collaborators()),
            self.entry("Accessi e sicurezza", "shield", MenuItem::Sessions, paths::sessions()),
        ]
    }

    fn deliveries(&self) -> MenuEntry {
        MenuEntry { count: self.care(), ..self.entry("Consegne", "mail", MenuItem::Deliveries, paths::deliveries()) }
    }

    fn entry(&self, label: &'static str, icon: &'static str, item: MenuItem, href: String) -> MenuEntry {
        MenuEntry { label, icon, href, current: self.current == item, count: 0 }
    }
}
