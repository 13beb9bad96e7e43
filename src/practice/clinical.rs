//! What an invented patient may suffer from and take: chronic diseases with their usual drugs, exemptions, allergies.
//!
//! AICs, groups and classes are those of AIFA's class A list of 2021.

/// One drug as the starter formulary has it.
#[derive(Clone, Copy)]
pub struct Drug {
    /// AIC.
    pub aic: &'static str,
    /// `NAME*PACK`.
    pub label: &'static str,
    /// Active substance.
    pub substance: &'static str,
    /// ATC.
    pub atc: &'static str,
    /// Equivalence group.
    pub group: &'static str,
    /// AIFA note.
    pub note: &'static str,
}

/// One disease.
#[derive(Clone, Copy)]
pub struct Disease {
    /// ICD-9-CM code.
    pub icd9: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The exemption it gives, or empty.
    pub exemption: &'static str,
    /// What that exemption is called.
    pub exemption_name: &'static str,
    /// Youngest age at which a patient is given it.
    pub from_age: u32,
    /// The usual drug, if one.
    pub drug: Option<Drug>,
}

/// The manual's antibiotic.
pub const ZIMOX: Drug = Drug {
    aic: "023086150",
    label: "ZIMOX*12CPR 1G",
    substance: "Amoxicillina",
    atc: "J01CA04",
    group: "18B",
    note: "",
};

/// The manual's statin.
pub const CRESTOR: Drug = Drug {
    aic: "035885058",
    label: "CRESTOR*28CPR RIV 10MG",
    substance: "Rosuvastatina",
    atc: "C10AA07",
    group: "RGA",
    note: "13",
};

/// Amlodipine.
pub const NORVASC: Drug = Drug {
    aic: "027428010",
    label: "NORVASC*28CPR 5MG",
    substance: "Amlodipina",
    atc: "C08CA01",
    group: "DOB",
    note: "",
};

/// Metformin.
pub const GLUCOPHAGE: Drug = Drug {
    aic: "017758069",
    label: "GLUCOPHAGE*60CPR RIV 1.000MG",
    substance: "Metformina",
    atc: "A10BA02",
    group: "A1C",
    note: "",
};

/// What the people of a practice have, by how often a practice sees it.
pub const DISEASES: &[Disease] = &[
    Disease {
        icd9: "401.1",
        name: "IPERTENSIONE ESSENZIALE BENIGNA",
        exemption: "0A31",
        exemption_name: "Ipertensione arteriosa (senza danno d'organo)",
        from_age: 40,
        drug: Some(NORVASC),
    },
    Disease {
        icd9: "250.00",
        name: "DIABETE MELLITO TIPO 2",
        exemption: "013",
        exemption_name: "Diabete mellito",
        from_age: 35,
        drug: Some(GLUCOPHAGE),
    },
    Disease {
        icd9: "272.0",
        name: "IPERCOLESTEROLEMIA PURA",
        exemption: "",
        exemption_name: "",
        from_age: 35,
        drug: Some(CRESTOR),
    },
    Disease {
        icd9: "244.9",
        name: "IPOTIROIDISMO",
        exemption: "027",
        exemption_name: "Ipotiroidismo congenito, acquisito (grave)",
        from_age: 18,
        drug: Some(Drug {
            aic: "024402125",
            label: "EUTIROX*50CPR 50MCG",
            substance: "Levotiroxina",
            atc: "H03AA01",
            group: "BKC",
            note: "",
        }),
    },
    Disease {
        icd9: "427.31",
        name: "FIBRILLAZIONE ATRIALE",
        exemption: "0A02",
        exemption_name: "Malattie cardiache e del circolo polmonare",
        from_age: 60,
        drug: Some(Drug {
            aic: "016366027",
            label: "COUMADIN*30CPR DIV 5MG",
            substance: "Warfarin",
            atc: "B01AA03",
            group: "TDA",
            note: "",
        }),
    },
    Disease {
        icd9: "493.90",
        name: "ASMA",
        exemption: "007",
        exemption_name: "Asma",
        from_age: 5,
        drug: Some(Drug {
            aic: "022984052",
            label: "VENTOLIN*SOSP INAL 200EROG 100MCG",
            substance: "Salbutamolo",
            atc: "R03AC02",
            group: "AEB",
            note: "",
        }),
    },
    Disease {
        icd9: "345.10",
        name: "EPILESSIA",
        exemption: "017",
        exemption_name: "Epilessia",
        from_age: 3,
        drug: Some(Drug {
            aic: "035039104",
            label: "KEPPRA*60CPR RIV 500MG",
            substance: "Levetiracetam",
            atc: "N03AX14",
            group: "G3B",
            note: "",
        }),
    },
    Disease {
        icd9: "311",
        name: "DISTURBO DEPRESSIVO",
        exemption: "",
        exemption_name: "",
        from_age: 18,
        drug: Some(Drug {
            aic: "027753108",
            label: "ZOLOFT*30CPR RIV DIV 50MG",
            substance: "Sertralina",
            atc: "N06AB06",
            group: "CGA",
            note: "",
        }),
    },
    Disease { icd9: "715.36", name: "GONARTROSI", exemption: "", exemption_name: "", from_age: 55, drug: None },
    Disease {
        icd9: "466.0",
        name: "BRONCHITE ACUTA",
        exemption: "",
        exemption_name: "",
        from_age: 1,
        drug: Some(ZIMOX),
    },
];

/// Substance, ATC prefix, reaction.
pub const ALLERGIES: &[(&str, &str, &str)] = &[
    ("FANS", "M01A", "orticaria"),
    ("PENICILLINE", "J01C", "esantema"),
    ("ACIDO ACETILSALICILICO", "B01AC06", "broncospasmo"),
    ("SULFAMIDICI", "J01E", "febbre ed esantema"),
    ("LATTICE", "", "dermatite da contatto"),
];

/// Sentences of a diary.
pub const DIARY: &[&str] = &[
    "Controllo periodico: sta bene, terapia ben tollerata.",
    "Riferisce tosse da tre giorni, torace libero. Consigli.",
    "Rinnovo della terapia in corso.",
    "Pressione 135/80. Rivalutazione fra sei mesi.",
    "Porta gli esami: nella norma.",
    "Dolore lombare da sforzo, non segni di radicolopatia.",
];
