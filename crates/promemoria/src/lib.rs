//! The patient's paper of an electronic prescription (promemoria): from a plain description to the bytes of a PDF file.
//!
//! Pure: whoever calls has decided what may be printed and in which words. The layout is the official one, the
//! bars ([`code39`]) are read back by an independent reader in the tests, and the same description gives the same bytes for
//! ever, so that a reprint can be told from an alteration.

mod canvas;
pub mod code39;
mod document;
mod font;
mod layout;
mod text;

use chrono::NaiveDate;

use document::Document;
use kernel::auth_code::AuthCode;
use kernel::nre::Nre;

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
    /// A file made elsewhere is not a PDF with pages.
    #[error("a PDF file cannot be read")]
    File,
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
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Urgent, Self::Short, Self::Deferrable, Self::Planned].into_iter().find(|class| class.code() == code)
    }

    /// SAC's letter.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Urgent => "U",
            Self::Short => "B",
            Self::Deferrable => "D",
            Self::Planned => "P",
        }
    }

    /// What the paper says. The words of U and P are SAC's own, the others are made after them.
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
    /// What stands on the card of who is insured by another State, in lines: they take the place of the bars.
    pub insured: Vec<String>,
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

/// What goes on a printer.
#[derive(Clone, Copy)]
pub enum Printout<'a> {
    /// A paper that we draw.
    Drawn(&'a Promemoria),
    /// A whole PDF file made by somebody else, to be printed as it is.
    File(&'a [u8]),
}

/// The file of one promemoria, in the upper half of a sheet.
/// Fails on other than one to eight rows.
pub fn render(promemoria: &Promemoria) -> Result<Vec<u8>, PromemoriaError> {
    check(promemoria)?;
    let mut document = Document::new()?;
    document.draw(|canvas| layout::draw(canvas, promemoria));
    document.finish(&format!("Promemoria della ricetta {}", promemoria.nre), &promemoria.creator)
}

/// One file of many papers in their order: those that follow each other and that we draw two to a sheet, with a line where
/// to cut; the pages of other files on sheets of their own, as nobody knows how far down they go.
/// Fails on none to print, one with other than one to eight rows, or an unreadable file.
pub fn place(many: &[Printout<'_>]) -> Result<Vec<u8>, PromemoriaError> {
    let mut document = Document::new()?;
    let mut creator = None;
    let mut rest = many;
    while let [first, others @ ..] = rest {
        rest = others;
        let upper = match first {
            Printout::Drawn(upper) => upper,
            Printout::File(file) => {
                document.copy(file)?;
                continue;
            }
        };
        let mut halves = vec![*upper];
        if let [Printout::Drawn(lower), others @ ..] = rest {
            halves.push(lower);
            rest = others;
        }
        halves.iter().try_for_each(|half| check(half))?;
        creator = creator.or(Some(upper.creator.as_str()));
        document.draw(|canvas| {
            for (half, down) in halves.into_iter().zip([0.0, HALF]) {
                canvas.move_down(down);
                layout::draw(canvas, half);
            }
            canvas.move_down(0.0);
            canvas.cut_mark(HALF, 595.0);
        });
    }
    if many.is_empty() {
        Err(PromemoriaError::Empty)
    } else {
        document.finish("Promemoria", creator.unwrap_or_default())
    }
}

fn check(promemoria: &Promemoria) -> Result<(), PromemoriaError> {
    match promemoria.rows.len() {
        1..=MOST_ROWS => Ok(()),
        rows => Err(PromemoriaError::Rows(rows)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn paper(nre: &str, rows: usize) -> Promemoria {
        let row = Row { texts: vec!["G3B - LEVETIRACETAM".into()], quantity: 1, note: String::new() };
        Promemoria {
            region: "Veneto".into(),
            nre: Nre::parse(nre).unwrap(),
            auth_code: AuthCode::parse("191120160904022190000021250125").unwrap(),
            hidden: false,
            patient_name: "SACCAVINI CLAUDIO".into(),
            address: Address::default(),
            patient_code: "SCCCLD63E30L483Q".into(),
            insured: Vec::new(),
            exemption: "NON ESENTE".into(),
            residence_province: String::new(),
            residence_asl: String::new(),
            regional_provisions: String::new(),
            indication: String::new(),
            other: String::new(),
            priority: None,
            kind: Kind::Drugs,
            rows: vec![row; rows],
            diagnosis: String::new(),
            recipe_type: "Assist.SSN".into(),
            date: "2016-11-19".parse().unwrap(),
            doctor_name: "BORGHETTO PAOLO".into(),
            doctor_code: "BRGPLA59L23M048S".into(),
            messages: Vec::new(),
            creator: "prova".into(),
        }
    }

    fn pages(file: &[u8]) -> usize {
        hayro_write::hayro_syntax::Pdf::new(file.to_vec()).unwrap().pages().len()
    }

    #[test]
    fn the_same_paper_is_the_same_bytes() {
        let mut one = paper("050A24000021257", 2);
        one.patient_name = "ȘTEFAN ŁUKASZ".into();
        assert_eq!(render(&one), render(&one.clone()));
        assert_ne!(render(&one), render(&paper("050A24000021257", 2)));
        assert_ne!(render(&paper("050A24000021258", 2)), render(&paper("050A24000021257", 2)));
    }

    #[test]
    fn one_to_eight_rows() {
        for rows in 1..=8 {
            assert!(render(&paper("050A24000021257", rows)).is_ok());
        }
        for rows in [0, 9] {
            let wrong = paper("050A24000021257", rows);
            assert_eq!(render(&wrong), Err(PromemoriaError::Rows(rows)));
            assert_eq!(place(&[Printout::Drawn(&wrong)]), Err(PromemoriaError::Rows(rows)));
        }
    }

    #[test]
    fn two_to_a_sheet_but_other_files_alone() {
        let one = paper("050A24000021257", 1);
        let other = render(&one).unwrap();
        let (ours, theirs) = (Printout::Drawn(&one), Printout::File(&other));
        for (many, sheets) in [
            (vec![ours], 1),
            (vec![ours, ours], 1),
            (vec![ours, ours, ours], 2),
            (vec![theirs, theirs], 2),
            (vec![ours, theirs, ours, ours], 3),
        ] {
            let file = place(&many).unwrap();
            assert_eq!(pages(&file), sheets);
            assert_eq!(place(&many).unwrap(), file, "the same bytes every time");
        }
    }

    #[test]
    fn what_cannot_be_printed() {
        assert_eq!(place(&[]), Err(PromemoriaError::Empty));
        assert_eq!(place(&[Printout::File(b"no PDF")]), Err(PromemoriaError::File));
    }
}
