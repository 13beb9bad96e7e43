//! Credenziali SAR and Scarico Lotti NRE.

use askama::Template;

use crate::prescriptions::model::{Kind, Lot};
use crate::prescriptions::queries::{Found, Missing};
use crate::web::forms::{Choice, FormState};
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::dates;

/// How things stand, above the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// `ok`, `warn`, `err`.
    pub tone: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// In one sentence.
    pub title: String,
    /// What it means.
    pub text: String,
}

/// The doctor's credentials for the service.
#[derive(Template)]
#[template(path = "prescriptions/credentials.html")]
pub struct CredentialsPage {
    pub shell: Shell,
    pub form: FormState,
    pub standings: Vec<Standing>,
    /// Health units: region and ASL together.
    pub units: Vec<Choice>,
    /// `Salvata il 02/11/2016. Scrivi solo per cambiarla.`; empty when there is none yet.
    pub password_hint: String,
    /// The same for the PIN.
    pub pin_hint: String,
    /// The same for the session.
    pub session_hint: String,
    /// When a session was asked for; empty when none was today.
    pub asked: String,
    /// Password and PIN must be typed.
    pub first: bool,
}

/// One lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LotLine {
    /// Its code.
    pub prefix: String,
    /// `14/11/2016`.
    pub obtained: String,
    /// `13 / 100`.
    pub used: String,
    /// `In uso`, `Esaurito`, `Da usare`.
    pub state: &'static str,
    /// Class of the badge.
    pub class: &'static str,
}

/// The lots of NREs.
#[derive(Template)]
#[template(path = "prescriptions/lots.html")]
pub struct LotsPage {
    pub shell: Shell,
    pub lots: Vec<LotLine>,
    /// SAC assigns the numbers in the doctor's region: lots are of no use.
    pub assigned: bool,
    /// Nobody told us where they come from: lots are used.
    pub unknown_source: bool,
    /// Numbers left in all.
    pub left: i64,
    /// Of how many in the lots that are open.
    pub of: i64,
    /// Per cent of the open lots that is left.
    pub percent: i64,
    /// Few are left.
    pub low: bool,
    /// A request is out.
    pub in_flight: bool,
    /// Why the last request gave nothing.
    pub error: String,
    /// What SAC has and is missing here.
    pub found: Vec<FoundLine>,
    /// What is registered here and SAC's list does not show.
    pub missing: Vec<MissingLine>,
}

/// A prescription that is registered here and that SAC's list does not show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingLine {
    /// Where it is.
    pub path: String,
    /// Its number.
    pub nre: String,
    /// `14/11/2016 09.04`.
    pub compiled: String,
}

impl MissingLine {
    /// For the screen.
    pub fn of(missing: Missing) -> Self {
        let at = dates::to_rome(missing.compiled_at);
        Self {
            path: paths::prescription(missing.id),
            nre: missing.nre.unwrap_or_default(),
            compiled: format!("{} {}", dates::long(at.date()), dates::hour(at)),
        }
    }
}

/// A prescription that SAC has and that is missing here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundLine {
    /// Its number.
    pub nre: String,
    /// `14/11/2016 09.04`; empty when SAC did not say.
    pub compiled: String,
    /// `Farmaci` or `Prestazioni`.
    pub kind: &'static str,
    /// Its authentication code.
    pub code: String,
}

impl FoundLine {
    /// For the screen.
    pub fn of(found: &Found) -> Self {
        // SAC's moments are Italian time already.
        let compiled = found.compiled_at.map(|at| format!("{} {}", dates::long(at.date()), dates::hour(at)));
        Self {
            nre: found.nre.clone(),
            compiled: compiled.unwrap_or_default(),
            kind: if found.kind == Kind::Services.as_str() { "Prestazioni" } else { "Farmaci" },
            code: found.auth_code.clone(),
        }
    }
}

impl LotLine {
    /// The lots for the screen; `first_open` is the one the next number comes from.
    pub fn of(lot: &Lot, first_open: Option<i64>) -> Self {
        let (state, class) = if lot.left() == 0 {
            ("Esaurito", "tag")
        } else if first_open == Some(lot.id) {
            ("In uso", "tag tag--ok")
        } else {
            ("Da usare", "tag")
        };
        let day = kernel::dates::to_rome(lot.obtained_at).date();
        Self {
            prefix: lot.prefix.clone(),
            obtained: kernel::dates::long(day),
            used: format!("{} / {}", lot.used(), lot.size()),
            state,
            class,
        }
    }
}
