//! The patient's paper of an electronic prescription (promemoria): from a plain description to the bytes of a PDF file.
//!
//! Pure: whoever calls has decided what may be printed and in which words. The layout ([`layout`]) is the official one, the
//! bars ([`code39`]) are read back by an independent reader in the tests, and the same description gives the same bytes for
//! ever, so that a reprint can be told from an alteration.

mod canvas;
pub mod code39;
mod document;
mod font;
mod layout;
mod text;

use chrono::NaiveDate;

use crate::kernel::auth_code::AuthCode;
use crate::kernel::nre::Nre;
use document::Document;

/// Why no file came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromemoriaError {
    /// The built-in font cannot be read.
    #[error("the built-in font cannot be read")]
    Font,
    /// The official paper has one to eight rows.
    #[error("a promemoria has one to eight rows, not {0}")]
    Rows(usize),
    /// Nothing to put on the sheets.
    #[error("no promemoria to print")]
    Empty,
}

/// What is prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Drugs (farmaceutica).
    Drugs,
    /// Specialist services (specialistica).
    Services,
}

/// How soon services must be given (classe di priorità).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Within 72 hours.
    Urgent,
    /// Within 10 days.
    Short,
    /// Within 30 days, or 60 for examinations.
    Deferrable,
    /// No priority.
    Planned,
}

impl Priority {
    /// Reads SAC's letter.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Urgent, Self::Short, Self::Deferrable, Self::Planned].into_iter().find(|class| class.code() == code)
    }

    /// SAC's letter.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Urgent => "U",
            Self::Short => "B",
            Self::Deferrable => "D",
            Self::Planned => "P",
        }
    }

    /// What the paper says. The words of U and P are SAC's own, the others are made after them.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Urgent => "NEL PIU' BREVE TEMPO POSSIBILE; SE DIFFERIBILE, ENTRO 72 ORE",
            Self::Short => "ENTRO 10 GIORNI",
            Self::Deferrable => "ENTRO 30 GIORNI (VISITE), ENTRO 60 GIORNI (PRESTAZIONI STRUMENTALI)",
            Self::Planned => "PROGRAMMABILE",
        }
    }
}

/// A row of the table.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// What is prescribed, then what must be said of it (posology, not to be substituted): each begins on a line of its own.
    pub texts: Vec<String>,
    /// Packs or services.
    pub quantity: u8,
    /// Number of the AIFA note; may be empty.
    pub note: String,
}

/// Where the patient lives.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// CAP.
    pub postal_code: String,
    /// Municipality.
    pub city: String,
    /// Sign of the province.
    pub province: String,
}

/// Everything the paper says. `Debug` is not derived: it would print the patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Promemoria {
    /// Name of the doctor's region.
    pub region: String,
    /// Number.
    pub nre: Nre,
    /// The proof that SAC registered it.
    pub auth_code: AuthCode,
    /// Name and address stay blank, as the patient asked (oscuramento).
    pub hidden: bool,
    /// Surname and name.
    pub patient_name: String,
    /// Where the patient lives.
    pub address: Address,
    /// Fiscal code, or the code that stands for it. Without bars when it is empty.
    pub patient_code: String,
    /// Code of the exemption, or `NON ESENTE`.
    pub exemption: String,
    /// Province of residence.
    pub residence_province: String,
    /// ASL of residence.
    pub residence_asl: String,
    /// Regional provisions.
    pub regional_provisions: String,
    /// `S` suggested, `H` at discharge; may be empty.
    pub indication: String,
    /// `A` or empty.
    pub other: String,
    /// How soon; services only.
    pub priority: Option<Priority>,
    /// Drugs or services.
    pub kind: Kind,
    /// One to eight.
    pub rows: Vec<Row>,
    /// Question to the specialist (quesito diagnostico): code and words of the diagnosis; may be empty.
    pub diagnosis: String,
    /// `Assist.SSN`.
    pub recipe_type: String,
    /// Day of compilation, in Italy.
    pub date: NaiveDate,
    /// Surname and name of the doctor.
    pub doctor_name: String,
    /// The doctor's fiscal code.
    pub doctor_code: String,
    /// SAC's sentences to be printed: the region's, and the one on direct distribution.
    pub messages: Vec<String>,
    /// The program the paper comes from, in the file's properties.
    pub creator: String,
}

/// Half of an A4 sheet: how much lower the second of a sheet stands.
const HALF: f32 = 421.0;

/// Most rows of the official paper.
const MOST_ROWS: usize = 8;

/// The file of one promemoria, in the upper half of a sheet.
///
/// # Errors
/// Other than one to eight rows.
pub fn render(promemoria: &Promemoria) -> Result<Vec<u8>, PromemoriaError> {
    let mut document = Document::new()?;
    document.page(|canvas| {
        check(promemoria)?;
        layout::draw(canvas, promemoria);
        Ok(())
    })?;
    document.finish(&format!("Promemoria della ricetta {}", promemoria.nre), &promemoria.creator)
}

/// One file of many promemoria, two to a sheet, with a line where to cut.
///
/// # Errors
/// None to print, or one with other than one to eight rows.
pub fn place(many: &[Promemoria]) -> Result<Vec<u8>, PromemoriaError> {
    let first = many.first().ok_or(PromemoriaError::Empty)?;
    let mut document = Document::new()?;
    for sheet in many.chunks(2) {
        document.page(|canvas| {
            for (promemoria, down) in sheet.iter().zip([0.0, HALF]) {
                check(promemoria)?;
                canvas.move_down(down);
                layout::draw(canvas, promemoria);
            }
            canvas.move_down(0.0);
            canvas.cut_mark(HALF, 595.0);
            Ok(())
        })?;
    }
    document.finish("Promemoria", &first.creator)
}

fn check(promemoria: &Promemoria) -> Result<(), PromemoriaError> {
    match promemoria.rows.len() {
        1..=MOST_ROWS => Ok(()),
        rows => Err(PromemoriaError::Rows(rows)),
    }
}
