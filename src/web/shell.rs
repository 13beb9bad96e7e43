//! What surrounds a page: top bar, menu, patient banner, messages. Plain values only.
//!
//! Every page struct has a field `shell: Shell`. A guard builds it (`Shell::new(csrf, nonce)` and the `with_` methods)
//! and the handler adds what it knows: `ctx.shell.at(MenuItem::Patients)`, `.for_patient(banner)`, `.with_dialog()`.

use crate::web::flash::Flash;
use crate::web::{assets, paths};

/// The four faces of the product; each has its colours and its mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Product {
    /// Millelight: the doctor's record and prescriptions.
    #[default]
    Light,
    /// Millecloud: collaborators.
    Cloud,
    /// Millebook: patients.
    Book,
}

impl Product {
    /// Value of `data-product`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Cloud => "cloud",
            Self::Book => "book",
        }
    }

    /// The name people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "Millelight",
            Self::Cloud => "Millecloud",
            Self::Book => "Millebook",
        }
    }

    /// Address of its mark.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Light => assets::url("mark-light.svg"),
            Self::Cloud => assets::url("mark-cloud.svg"),
            Self::Book => assets::url("mark-book.svg"),
        }
    }
}

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

/// The patient whose record is open, as the banner shows them. Texts arrive formatted.
#[derive(Clone, Debug, Default)]
pub struct PatientBanner {
    /// Row id, for the patient menu.
    pub id: i64,
    /// `SACCAVINI Claudio`.
    pub name: String,
    /// `M · 53 anni`.
    pub sex_age: String,
    /// `nato il 30/05/1963`.
    pub born: String,
    /// Fiscal code.
    pub code: String,
    /// Substances, one badge each.
    pub allergies: Vec<String>,
    /// Codes of the exemptions valid today, one badge each.
    pub exemptions: Vec<String>,
    /// Deceased, revoked or the like; empty for an ordinary patient.
    pub status: String,
    /// Registry lines (label, value) behind "Dati anagrafici".
    pub details: Vec<(String, String)>,
}

/// Everything the layouts need.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// Which face of the product.
    pub product: Product,
    /// `Dr. Paolo Borghetto`, when someone is signed in.
    pub user: Option<String>,
    /// The user is a collaborator: the menus show what a collaborator may do.
    pub collaborator: bool,
    /// `Dr. Paolo Borghetto`, when a collaborator works on a doctor's behalf.
    pub on_behalf_of: Option<String>,
    /// Prescriptions waiting for the doctor; `None` where there is no bell.
    pub bell: Option<u32>,
    /// Deliveries that need somebody's care.
    pub care: u32,
    /// Token of every form.
    pub csrf: String,
    /// CSP nonce of this answer.
    pub nonce: String,
    /// The program runs with invented data.
    pub demo: bool,
    /// Messages left by the page before.
    pub flash: Vec<Flash>,
    /// Current menu entry.
    pub current: MenuItem,
    /// Patient in hand.
    pub patient: Option<PatientBanner>,
    /// The page opens with a dialog over it, so what is below must be inert.
    pub dialog: bool,
}

impl Shell {
    /// The least a page needs; everything else is added by the `with_` methods.
    #[must_use]
    pub fn new(csrf: impl Into<String>, nonce: impl Into<String>) -> Self {
        Self { csrf: csrf.into(), nonce: nonce.into(), ..Self::default() }
    }

    /// Sets the face of the product.
    #[must_use]
    pub fn with_product(mut self, product: Product) -> Self {
        self.product = product;
        self
    }

    /// Names who is signed in.
    #[must_use]
    pub fn with_user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Says that the user is a collaborator.
    #[must_use]
    pub fn for_collaborator(mut self) -> Self {
        self.collaborator = true;
        self
    }

    /// Shows the bell with this count.
    #[must_use]
    pub fn with_bell(mut self, count: u32) -> Self {
        self.bell = Some(count);
        self
    }

    /// Says that the data are invented.
    #[must_use]
    pub fn with_demo(mut self, demo: bool) -> Self {
        self.demo = demo;
        self
    }

    /// Adds the messages of the page before.
    #[must_use]
    pub fn with_flash(mut self, flash: Vec<Flash>) -> Self {
        self.flash.extend(flash);
        self
    }

    /// Marks the current menu entry.
    #[must_use]
    pub fn at(mut self, item: MenuItem) -> Self {
        self.current = item;
        self
    }

    /// Shows the patient's banner and menu.
    #[must_use]
    pub fn for_patient(mut self, patient: PatientBanner) -> Self {
        self.patient = Some(patient);
        self
    }

    /// The page carries an open dialog in its `dialog` block.
    #[must_use]
    pub fn with_dialog(mut self) -> Self {
        self.dialog = true;
        self
    }

    /// The page about whoever is signed in: where the pages about passwords lead back to.
    #[must_use]
    pub fn own_page(&self) -> String {
        if self.collaborator { paths::choose_doctor() } else { paths::doctor() }
    }

    /// First part of the menu, below ESCI.
    #[must_use]
    pub fn menu(&self) -> Vec<MenuEntry> {
        let first = if self.collaborator {
            self.entry("I MIEI MEDICI", "user", MenuItem::ChooseDoctor, paths::choose_doctor())
        } else {
            self.entry("MEDICO", "user", MenuItem::Doctor, paths::doctor())
        };
        vec![first, self.entry("CERCA PAZIENTE", "search", MenuItem::Patients, paths::patients())]
    }

    /// The patient's part of the menu; empty when no record is open.
    #[must_use]
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
        ]
    }

    /// Strumenti.
    #[must_use]
    pub fn tools(&self) -> Vec<MenuEntry> {
        let formulary = self.patient.as_ref().map_or_else(paths::formulary, |p| paths::patient_formulary(p.id));
        if self.collaborator {
            return vec![
                self.entry("Prontuario on-line", "pill", MenuItem::Formulary, formulary),
                self.entry("Inviate al cloud", "cloud-up", MenuItem::Sent, paths::sent()),
                self.deliveries(),
                self.entry("Cambio password", "key", MenuItem::Password, paths::change_password()),
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
        ]
    }

    fn deliveries(&self) -> MenuEntry {
        MenuEntry { count: self.care, ..self.entry("Consegne", "mail", MenuItem::Deliveries, paths::deliveries()) }
    }

    fn entry(&self, label: &'static str, icon: &'static str, item: MenuItem, href: String) -> MenuEntry {
        MenuEntry { label, icon, href, current: self.current == item, count: 0 }
    }
}
