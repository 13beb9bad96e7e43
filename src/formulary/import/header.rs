//! Which list a file is and where its columns are, told from the header alone: names drift from year to year (`Ditta`
//! became `Titolare AIC`, the transparency date is part of a name), so they are matched folded and by prefix.

use std::fmt;

use kernel::folding::fold;

/// The published lists the importer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Medicines paid by the health service (classe A).
    ClassA,
    /// Hospital medicines (classe H).
    ClassH,
    /// Transparency list (lista di trasparenza): reference prices.
    Transparency,
    /// Package register (registro delle confezioni, `confezioni_fornitura`).
    Register,
    /// Register of medicines (`medicinali_autorizzati`), with their ATC and without their packages.
    Medicines,
    /// Substitutable packages with group and ATC, no prices (`farmaci_equivalenti`).
    Equivalents,
    /// Equivalence groups (gruppi di equivalenza).
    Groups,
    /// Substances of each package with their quantity (`PA_confezioni`).
    Substances,
    /// Names of ATC codes.
    Atc,
}

impl Kind {
    /// True when the list says which packages exist, false when it only describes them.
    pub const fn lists_packages(self) -> bool {
        matches!(self, Self::ClassA | Self::ClassH | Self::Transparency | Self::Register)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClassA => "classe A",
            Self::ClassH => "classe H",
            Self::Transparency => "lista di trasparenza",
            Self::Register => "registro delle confezioni",
            Self::Medicines => "medicinali autorizzati",
            Self::Equivalents => "farmaci equivalenti",
            Self::Groups => "gruppi di equivalenza",
            Self::Substances => "principi attivi delle confezioni",
            Self::Atc => "codici ATC",
        })
    }
}

/// A column by meaning. Each has the folded beginnings its header is known to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the published columns")]
pub enum Column {
    Aic,
    Medicine,
    Substance,
    Label,
    Description,
    GroupCode,
    GroupDescription,
    PublicPrice,
    ExFactory,
    Holder,
    Listed,
    Regions,
    Atc,
    Brand,
    Pack,
    ReferencePack,
    ReferencePrice,
    Remark,
    Status,
    Procedure,
    Associated,
    Supply,
    Leaflet,
    Summary,
    Quantity,
    Unit,
}

impl Column {
    const fn beginnings(self) -> &'static [&'static str] {
        match self {
            Self::Aic => &["CODICE AIC", "AIC"],
            Self::Medicine => &["CODICE FARMACO", "COD FARMACO"],
            Self::Substance => &["PRINCIPIO ATTIVO"],
            Self::Label => &["DENOMINAZIONE"],
            Self::Description => &["DESCRIZIONE"],
            Self::GroupCode => &["CODICE GRUPPO"],
            Self::GroupDescription => &["DESCRIZIONE GRUPPO"],
            Self::PublicPrice => &["PREZZO AL PUBBLICO", "PREZZO PUBBLICO"],
            Self::ExFactory => &["PREZZO EX"],
            Self::Holder => &["TITOLARE", "DITTA", "RAGIONE SOCIALE"],
            Self::Listed => &["X IN LISTA"],
            Self::Regions => &["SOLO IN LISTA"],
            Self::Atc => &["CODICE ATC", "ATC"],
            Self::Brand => &["FARMACO"],
            Self::Pack => &["CONFEZIONE"],
            Self::ReferencePack => &["CONFEZIONE DI RIFERIMENTO"],
            Self::ReferencePrice => &["PREZZO RIFERIMENTO", "PREZZO DI RIFERIMENTO"],
            Self::Remark => &["NOTA"],
            Self::Status => &["STATO AMMINISTRATIVO"],
            Self::Procedure => &["TIPO PROCEDURA"],
            Self::Associated => &["PA ASSOCIATI"],
            Self::Supply => &["FORNITURA"],
            Self::Leaflet => &["LINK FI"],
            Self::Summary => &["LINK RCP"],
            Self::Quantity => &["QUANTITA"],
            Self::Unit => &["UNITA MISURA", "UNITA DI MISURA"],
        }
    }
}

/// The header of one file.
#[derive(Debug)]
pub struct Header {
    folded: Vec<String>,
    raw: Vec<String>,
}

impl Header {
    /// Folds the names once.
    pub fn new(raw: Vec<String>) -> Self {
        Self { folded: raw.iter().map(|name| fold(name)).collect(), raw }
    }

    /// The names as written, for dates and error texts.
    pub fn raw(&self) -> &[String] {
        &self.raw
    }

    /// Number of columns up to the last one with a name: some lists carry a tail of empty ones.
    pub fn width(&self) -> usize {
        self.folded.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1)
    }

    /// Where a column is. An exact name wins over a longer one (`Confezione` over `Confezione di riferimento`).
    pub fn find(&self, column: Column) -> Option<usize> {
        let beginnings = column.beginnings();
        let exact = self.folded.iter().position(|name| beginnings.contains(&name.as_str()));
        exact.or_else(|| self.folded.iter().position(|name| beginnings.iter().any(|start| begins(name, start))))
    }

    /// Where a column is, or a place beyond every field: reading there gives an empty text.
    pub fn at(&self, column: Column) -> usize {
        self.find(column).unwrap_or(usize::MAX)
    }

    /// Which list this is, or `None`.
    pub fn kind(&self) -> Option<Kind> {
        use Column as C;
        let has = |columns: &[Column]| columns.iter().all(|column| self.find(*column).is_some());
        if has(&[C::Aic, C::Label, C::Description, C::Status, C::Procedure, C::Atc, C::Associated, C::Supply]) {
            return Some(Kind::Register);
        }
        if has(&[C::Substance, C::Atc, C::Aic, C::Brand, C::Pack, C::ReferencePrice, C::PublicPrice, C::GroupCode]) {
            return Some(Kind::Transparency);
        }
        if has(&[C::Substance, C::Label, C::PublicPrice, C::Aic, C::GroupCode, C::GroupDescription, C::Holder]) {
            // The two class lists differ by what only one of them has.
            return match (has(&[C::Listed]) || has(&[C::Regions]), has(&[C::ExFactory])) {
                (true, false) => Some(Kind::ClassA),
                (false, true) => Some(Kind::ClassH),
                _ => None,
            };
        }
        if has(&[C::Aic, C::Substance, C::Quantity, C::Unit]) {
            return Some(Kind::Substances);
        }
        if has(&[C::Aic, C::Label, C::GroupCode, C::Atc]) {
            return Some(Kind::Equivalents);
        }
        if has(&[C::Medicine, C::Label, C::Atc]) && self.find(C::Aic).is_none() {
            return Some(Kind::Medicines);
        }
        match self.width() {
            2 if has(&[C::GroupCode, C::Description]) => Some(Kind::Groups),
            2 if has(&[C::Atc, C::Description]) => Some(Kind::Atc),
            _ => None,
        }
    }
}

/// True when `name` begins with the whole words of `start`.
fn begins(name: &str, start: &str) -> bool {
    name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(line: &str) -> Header {
        Header::new(line.split(';').map(str::to_owned).collect())
    }

    const A_2021: &str = "Principio Attivo;Descrizione Gruppo Equivalenza;Denominazione e Confezione;Prezzo al pubblico €;\
        Titolare AIC;Codice \nAIC;Codice Gruppo Equivalenza;X=in lista di trasparenza Aifa 17/5/2021;\
        Solo in lista di Regione:;Metri cubi ossigeno";
    const A_2026: &str = "Principio Attivo;Descrizione Gruppo;Denominazione e Confezione;Prezzo al pubblico;\
        Titolare AIC;AIC;Codice Gruppo Equivalenza;X=in lista di trasparenza Aifa 15/10/2026;\
        Solo in lista di Regione;Metri cubi ossigeno";
    const H_2021: &str = "Principio Attivo;Descrizione Gruppo Equivalenza;Denominazione e Confezione;Prezzo al pubblico €;\
        Prezzo Ex-factory €;Prezzo massimo di cessione €;Titolare AIC;Codice \nAIC;Codice Gruppo Equivalenza;\
        Metri cubi ossigeno ;;;;;;;;;;;;;;;;";
    const TRANSPARENCY: &str = "Principio attivo;Confezione di riferimento;ATC;AIC;Farmaco;Confezione;Ditta;\
        Prezzo riferimento SSN;Prezzo Pubblico 15 Novembre 2021;Differenza;Nota;Codice gruppo equivalenza";
    const REGISTER: &str = "CODICE_AIC;COD_FARMACO;COD_CONFEZIONE;DENOMINAZIONE;DESCRIZIONE;CODICE_DITTA;RAGIONE_SOCIALE;\
        STATO_AMMINISTRATIVO;TIPO_PROCEDURA;FORMA;CODICE_ATC;PA_ASSOCIATI;FORNITURA;LINK_FI;LINK_RCP";

    #[test]
    fn kinds_are_told_by_their_columns() {
        for (line, kind) in [
            (A_2021, Kind::ClassA),
            (A_2026, Kind::ClassA),
            (H_2021, Kind::ClassH),
            (TRANSPARENCY, Kind::Transparency),
            (REGISTER, Kind::Register),
            ("aic;denominazione;codice_gruppo;codice_atc", Kind::Equivalents),
            ("codice_farmaco;denominazione;ditta;codice_atc", Kind::Medicines),
            ("codice_gruppo;descrizione", Kind::Groups),
            ("CODICE_ATC;DESCRIZIONE", Kind::Atc),
            ("CODICE_AIC;PRINCIPIO_ATTIVO;QUANTITA;UNITA_MISURA", Kind::Substances),
        ] {
            assert_eq!(header(line).kind(), Some(kind), "{line}");
        }
        for line in ["", "codice_farmaco;denominazione;ditta", "Nome;Cognome", "codice;descrizione"] {
            assert_eq!(header(line).kind(), None, "{line}");
        }
    }

    #[test]
    fn a_class_list_without_its_own_mark_is_not_guessed() {
        let neither =
            "Principio Attivo;Descrizione Gruppo;Denominazione;Prezzo al pubblico;Ditta;Codice AIC;Codice Gruppo";
        assert_eq!(header(neither).kind(), None);
    }

    #[test]
    fn columns_follow_the_drift() {
        let old = header("Ditta;Codice AIC;Descrizione Gruppo");
        assert_eq!(
            [Column::Holder, Column::Aic, Column::GroupDescription].map(|column| old.find(column)),
            [Some(0), Some(1), Some(2)]
        );
        let list = header(TRANSPARENCY);
        assert_eq!(list.find(Column::Pack), Some(5));
        assert_eq!(list.find(Column::PublicPrice), Some(8));
        assert_eq!(header(H_2021).width(), 10);
        assert_eq!(header(A_2021).find(Column::Aic), Some(5), "not the holder's column");
        assert_eq!(header(REGISTER).find(Column::Description), Some(4));
    }
}
