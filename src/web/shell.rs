//! What surrounds a page: top bar, menu, patient banner, messages. Plain values only.
//!
//! Every page struct has a field `shell: Shell`. A guard builds it (`Shell::new(csrf, nonce)` and the `with_` methods)
//! and the handler adds what it knows: `ctx.shell.at(MenuItem::Patients)`, `.for_patient(banner)`, `.with_dialog()`.

mod menu;

use crate::safety::Allergen;
use crate::web::bell::MOST;
use crate::web::counts::{Counted, Counts};
use crate::web::flash::Flash;
use crate::web::{assets, paths};

pub use menu::{MenuEntry, MenuItem};

/// A count as a bell shows it: nothing for none, `99+` beyond [`MOST`].
pub fn count_text(count: u32) -> String {
    match i64::from(count) {
        0 => String::new(),
        n if n > MOST => format!("{MOST}+"),
        n => n.to_string(),
    }
}

/// A count without what has been seen; `99+` stays, nobody counted how many more there are.
fn less(count: u32, seen: usize) -> u32 {
    if i64::from(count) > MOST { count } else { count.saturating_sub(u32::try_from(seen).unwrap_or(u32::MAX)) }
}

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
    /// The face an address belongs to.
    pub fn of_path(path: &str) -> Self {
        match path {
            path if paths::is_portal(path) => Self::Cloud,
            path if paths::is_of_patients(path) => Self::Book,
            _ => Self::Light,
        }
    }

    /// Value of `data-product`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Cloud => "cloud",
            Self::Book => "book",
        }
    }

    /// The name people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "Millelight",
            Self::Cloud => "Millecloud",
            Self::Book => "Millebook",
        }
    }

    /// Address of its mark.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Light => assets::url("mark-light.svg"),
            Self::Cloud => assets::url("mark-cloud.svg"),
            Self::Book => assets::url("mark-book.svg"),
        }
    }
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
    /// Allergies, one badge each; pages compare their drugs with them.
    pub allergies: Vec<Allergen>,
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
    /// What the bell and the menu count, known once the page's read is done.
    pub(super) counts: Counts,
    /// What of the news and of SAC's refusals is shown by this very page.
    seen: (usize, usize),
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
        let counted = Counted { bell: Some(count), refused: self.refused(), care: self.care() };
        self.counts = counted.into();
        self
    }

    /// Shows so many deliveries that need care.
    #[must_use]
    pub fn with_care(mut self, care: u32) -> Self {
        let counted = Counted { bell: self.bell(), refused: self.refused(), care };
        self.counts = counted.into();
        self
    }

    /// Prescriptions waiting for the doctor, or a collaborator's news; `None` where there is no bell.
    pub fn bell(&self) -> Option<u32> {
        Some(less(self.counts.get()?.bell?, self.seen.0))
    }

    /// Prescriptions that SAC refused and the user has not seen.
    pub fn refused(&self) -> u32 {
        self.counts.get().map_or(0, |counted| less(counted.refused, self.seen.1))
    }

    /// Deliveries that need somebody's care.
    pub fn care(&self) -> u32 {
        self.counts.get().map_or(0, |counted| counted.care)
    }

    /// The bell's count as it is shown.
    pub fn bell_text(&self) -> String {
        count_text(self.bell().unwrap_or_default())
    }

    /// The count of what SAC refused as it is shown.
    pub fn refused_text(&self) -> String {
        count_text(self.refused())
    }

    /// So many refusals of SAC are shown by this very page: the doctor's bell leaves them out.
    pub fn seen_refused(&mut self, seen: usize) {
        self.seen.1 = seen;
    }

    /// So much news is shown by this very page: a collaborator's bell leaves it out.
    pub fn seen_news(&mut self, seen: usize) {
        self.seen.0 = seen;
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

    /// Whether the page has the look of the portal of collaborators.
    pub fn is_portal(&self) -> bool {
        self.product == Product::Cloud
    }

    /// Whether the page has the look of the patients' portal.
    pub fn is_book(&self) -> bool {
        self.product == Product::Book
    }

    /// The page about whoever is signed in: where the pages about passwords lead back to.
    pub fn own_page(&self) -> String {
        match (self.product, self.collaborator) {
            (Product::Book, _) => paths::millebook(),
            (Product::Cloud, false) => paths::collaborators(),
            (Product::Cloud, true) => paths::my_doctors(),
            (_, true) => paths::choose_doctor(),
            (_, false) => paths::doctor(),
        }
    }

    /// Where the product's name leads.
    pub fn entrance(&self) -> String {
        match self.product {
            Product::Cloud => self.own_page(),
            Product::Book => paths::millebook(),
            Product::Light => paths::patients(),
        }
    }

    /// Where one signs out.
    pub fn logout(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_logout(),
            Product::Book => paths::millebook_logout(),
            Product::Light => paths::logout(),
        }
    }

    /// Where the password is changed, in this look.
    pub fn password(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_password(),
            Product::Book => paths::millebook_password(),
            Product::Light => paths::change_password(),
        }
    }

    /// Where one's sessions are, in this look.
    pub fn sessions(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_sessions(),
            Product::Book => paths::millebook_sessions(),
            Product::Light => paths::sessions(),
        }
    }

    /// Where one signs in, in this look.
    pub fn login(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_login(),
            Product::Book => paths::millebook_login(),
            Product::Light => paths::login(),
        }
    }

    /// Where a forgotten password is replaced, in this look.
    pub fn forgotten(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_forgotten(),
            Product::Book => paths::millebook_forgotten(),
            Product::Light => paths::forgotten(),
        }
    }

    /// Where one's address for that is, in this look.
    pub fn own_address(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_own_address(),
            Product::Book => paths::millebook_own_address(),
            Product::Light => paths::own_address(),
        }
    }

    /// Where the code of the second factor is posted, in this look.
    pub fn login_code(&self) -> String {
        match self.product {
            Product::Cloud => paths::portal_login_code(),
            Product::Book => paths::millebook_login_code(),
            Product::Light => paths::login_code(),
        }
    }

    /// Where the second factor is turned on and off: the doctor's or the patient's.
    pub fn second_factor(&self) -> String {
        if self.is_book() { paths::millebook_second_factor() } else { paths::second_factor() }
    }

    /// Where the password is asked once more.
    pub fn reauthenticate(&self) -> String {
        if self.is_book() { paths::millebook_reauthenticate() } else { paths::reauthenticate() }
    }
}
