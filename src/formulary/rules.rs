//! What follows from a package's substance and form though no list says it: which pack limit it falls under and which
//! AIFA notes exist for it. Pure; restated from the law and from AIFA's notes, checked against the lists by tests.

use crate::formulary::model::PackageFacts;
use crate::kernel::folding::fold;
use crate::reference::model::limit;

/// Opioids of the pain therapy annex (allegato III-bis), as the lists write their substances.
const OPIOIDS: &[&str] = &[
    "MORFINA",
    "OSSICODONE",
    "FENTANIL",
    "IDROMORFONE",
    "TAPENTADOLO",
    "BUPRENORFINA",
    "METADONE",
    "CODEINA",
    "DIIDROCODEINA",
];

/// Buprenorphine with naloxone replaces heroin, it does not treat pain.
const SUBSTITUTION: &str = "BUPRENORFINA NALOXONE";

/// Injectable antibiotics, which come one dose a pack.
const ANTIBIOTICS: &[&str] = &[
    "AMIKACINA",
    "AMPICILLINA",
    "AZTREONAM",
    "BENZILPENICILLINA",
    "CEFAZOLINA",
    "CEFEPIME",
    "CEFODIZIMA",
    "CEFONICID",
    "CEFOTAXIMA",
    "CEFTAZIDIMA",
    "CEFTRIAXONE",
    "CEFUROXIMA",
    "FOSFOMICINA",
    "GENTAMICINA",
    "IMIPENEM",
    "NETILMICINA",
    "PIPERACILLINA",
    "TEICOPLANINA",
    "TOBRAMICINA",
];

/// Solutions given by drip only; the small vials of the same substances are not.
const DRIPS: &[&str] = &["GLUCOSIO", "SODIO CLORURO", "MANNITOLO", "METRONIDAZOLO", "ALBUMINA UMANA"];
const SMALLEST_DRIP_ML: u32 = 50;

/// The category of `prescribing_limits` a package falls under, '' for the ordinary one (DL 347/2001 art. 9 c. 3 and 4:
/// single-dose antibiotics, interferon for hepatitis and drips; opioid painkillers).
#[must_use]
pub fn limit_category(facts: &PackageFacts) -> &'static str {
    let (substance, group) = (fold(&facts.substance), fold(&facts.group_description));
    let is = |names: &[&str]| names.iter().any(|name| has_words(&substance, name));
    let injected = has_words(&group, "PARENTERALE");
    if is(OPIOIDS) && !has_words(&substance, SUBSTITUTION) {
        return limit::PAIN;
    }
    let antibiotic = injected && is(ANTIBIOTICS) && has_words(&group, "1 UNITA USO PARENTERALE");
    let drip = injected && is(DRIPS) && largest_ml(&group) >= SMALLEST_DRIP_ML;
    if antibiotic || drip || substance.contains("INTERFERONE ALFA") { limit::SINGLE_DOSE } else { "" }
}

/// The AIFA notes that exist for a package's substance and route, space separated.
#[must_use]
pub fn note_codes(facts: &PackageFacts) -> String {
    let (substance, group) = (fold(&facts.substance), fold(&facts.group_description));
    let codes: Vec<&str> = NOTES
        .iter()
        .filter(|(_, routes, _)| routes.is_empty() || routes.iter().any(|route| has_words(&group, route)))
        .filter(|(_, _, names)| names.iter().any(|name| has_words(&substance, name)))
        .map(|(code, ..)| *code)
        .collect();
    codes.join(" ")
}

/// Whole words only: `APOMORFINA` is not `MORFINA`.
fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(' '));
        let after = text.get(at + found.len()..).is_some_and(|after| after.is_empty() || after.starts_with(' '));
        before && after
    })
}

/// The largest volume a group's description names: `100ML` in `GLUCOSIO 5% 100ML`.
fn largest_ml(group: &str) -> u32 {
    group.split(' ').filter_map(|word| word.strip_suffix("ML")?.parse().ok()).max().unwrap_or(0)
}

const ORAL: &[&str] = &["ORALE"];
const SYSTEMIC: &[&str] = &["ORALE", "RETTALE", "PARENTERALE"];
const INHALED: &[&str] = &["RESPIRATORIO", "INALATORIO"];
const INJECTED: &[&str] = &["PARENTERALE"];
const SKIN: &[&str] = &["DERMATOLOGICO"];
const ANY: &[&str] = &[];

/// AIFA note, routes it is about (none named = all), substances.
type Note = (&'static str, &'static [&'static str], &'static [&'static str]);

/// The notes a family doctor meets. Whether a patient meets a note's criteria is the doctor's decision: this only says
/// that the note exists for the substance.
#[rustfmt::skip]
const NOTES: &[Note] = &[
    ("01", ORAL, &["PANTOPRAZOLO", "OMEPRAZOLO", "LANSOPRAZOLO", "ESOMEPRAZOLO", "RABEPRAZOLO", "MISOPROSTOLO"]),
    ("02", ORAL, &["ACIDO URSODESOSSICOLICO"]),
    ("04", ORAL, &["DULOXETINA", "GABAPENTIN", "PREGABALIN"]),
    ("11", ORAL, &["CALCIO FOLINATO"]),
    ("13", ORAL, &[
        "SIMVASTATINA", "PRAVASTATINA", "FLUVASTATINA", "LOVASTATINA", "ATORVASTATINA", "ROSUVASTATINA",
        "EZETIMIBE", "BEZAFIBRATO", "FENOFIBRATO", "GEMFIBROZIL", "OMEGA POLIENOICI",
    ]),
    ("15", INJECTED, &["ALBUMINA UMANA"]),
    ("28", ORAL, &["MEGESTROLO", "MEDROSSIPROGESTERONE"]),
    ("31", ORAL, &["LEVODROPROPIZINA", "DIIDROCODEINA"]),
    ("36", ANY, &["TESTOSTERONE"]),
    ("39", INJECTED, &["SOMATROPINA"]),
    ("42", ANY, &["ACIDO CLODRONICO"]),
    ("48", ORAL, &["PANTOPRAZOLO", "OMEPRAZOLO", "LANSOPRAZOLO", "ESOMEPRAZOLO", "RABEPRAZOLO"]),
    ("51", ANY, &["BUSERELINA", "GOSERELIN", "LEUPRORELINA", "TRIPTORELINA"]),
    ("55", INJECTED, &[
        "AMIKACINA", "CEFEPIME", "CEFTAZIDIMA", "GENTAMICINA", "NETILMICINA", "PIPERACILLINA", "TOBRAMICINA",
    ]),
    ("66", SYSTEMIC, &[
        "ACECLOFENAC", "AMTOLMETINA", "CELECOXIB", "CINNOXICAM", "DEXIBUPROFENE", "DICLOFENAC", "ETORICOXIB",
        "FLURBIPROFENE", "IBUPROFENE", "INDOMETACINA", "KETOPROFENE", "LORNOXICAM", "MELOXICAM", "NABUMETONE",
        "NAPROXENE", "NIMESULIDE", "OXAPROZINA", "PIROXICAM", "PROGLUMETACINA", "TENOXICAM", "ACIDO MEFENAMICO",
        "ACIDO TIAPROFENICO",
    ]),
    ("75", ANY, &["ALPROSTADIL", "AVANAFIL", "SILDENAFIL", "TADALAFIL", "VARDENAFIL"]),
    ("79", ANY, &[
        "ACIDO ALENDRONICO", "SODIO IBANDRONATO", "SODIO RISEDRONATO", "BAZEDOXIFENE", "DENOSUMAB", "RALOXIFENE",
        "TERIPARATIDE",
    ]),
    ("82", ORAL, &["MONTELUKAST"]),
    ("84", ORAL, &["ACICLOVIR", "BRIVUDINA", "FAMCICLOVIR", "VALACICLOVIR"]),
    ("85", ANY, &["DONEPEZIL", "GALANTAMINA", "MEMANTINA", "RIVASTIGMINA"]),
    ("87", ANY, &["FESOTERODINA", "OXIBUTININA", "SOLIFENACINA", "TOLTERODINA"]),
    ("88", SKIN, &[
        "ALCINONIDE", "BECLOMETASONE", "BETAMETASONE", "BUDESONIDE", "CLOBETASOLO", "DESAMETASONE",
        "DIFLUCORTOLONE", "FLUOCINOLONE", "FLUOCINONIDE", "FLUTICASONE", "METILPREDNISOLONE", "MOMETASONE",
        "PREDNICARBATO",
    ]),
    ("89", ORAL, &[
        "CETIRIZINA", "DESLORATADINA", "EBASTINA", "FEXOFENADINA", "KETOTIFENE", "LEVOCETIRIZINA", "LORATADINA",
        "MIZOLASTINA", "OXATOMIDE", "RUPATADINA",
    ]),
    ("90", ANY, &["METILNALTREXONE", "NALDEMEDINA", "NALOXEGOL"]),
    ("91", ORAL, &["FEBUXOSTAT"]),
    ("92", INJECTED, &["BENZILPENICILLINA BENZATINICA"]),
    ("93", ANY, &["MIDAZOLAM"]),
    ("96", ANY, &["CALCIFEDIOLO", "COLECALCIFEROLO"]),
    ("97", ORAL, &["ACENOCUMAROLO", "APIXABAN", "DABIGATRAN", "EDOXABAN", "RIVAROXABAN", "WARFARIN"]),
    ("99", INHALED, &[
        "ACLIDINIO", "FORMOTEROLO", "GLICOPIRRONIO", "INDACATEROLO", "OLODATEROLO", "SALMETEROLO", "TIOTROPIO",
        "UMECLIDINIO", "VILANTEROLO",
    ]),
    ("100", ANY, &[
        "ALOGLIPTIN", "CANAGLIFLOZIN", "DAPAGLIFLOZIN", "DULAGLUTIDE", "EMPAGLIFLOZIN", "ERTUGLIFLOZIN",
        "EXENATIDE", "LINAGLIPTIN", "LIRAGLUTIDE", "LIXISENATIDE", "SAXAGLIPTIN", "SEMAGLUTIDE", "SITAGLIPTIN",
        "VILDAGLIPTIN",
    ]),
    ("101", ORAL, &["ACENOCUMAROLO", "APIXABAN", "DABIGATRAN", "EDOXABAN", "RIVAROXABAN", "WARFARIN"]),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::formulary::model::Class;
    use crate::kernel::aic::Aic;

    fn facts(substance: &str, group: &str) -> PackageFacts {
        PackageFacts {
            substance: substance.to_owned(),
            group_description: group.to_owned(),
            ..PackageFacts::new(Aic::parse("023086150").unwrap(), "X*Y".to_owned(), Class::A)
        }
    }

    #[test]
    fn pack_limits_follow_substance_and_form() {
        for (substance, group, category) in [
            ("Ceftriaxone", "CEFTRIAXONE 1.000MG 1 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Amoxicillina", "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE", ""),
            ("Ossicodone/paracetamolo", "OSSICODONE+PARACETAMOLO 10+325MG 28 UNITA' USO ORALE", limit::PAIN),
            ("Apomorfina", "APOMORFINA 30MG/3ML 5 UNITA' USO PARENTERALE", ""),
            ("Buprenorfina/naloxone", "BUPRENORFINA+NALOXONE 8+2MG 7 UNITA' USO ORALE", ""),
            ("Peginterferone alfa-2a", "PEGINTERFERONE ALFA 180MCG 4 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Glucosio", "GLUCOSIO 5% 500ML 1 UNITA' USO PARENTERALE", limit::SINGLE_DOSE),
            ("Glucosio", "GLUCOSIO 33% 10ML 5 UNITA' USO PARENTERALE", ""),
        ] {
            assert_eq!(limit_category(&facts(substance, group)), category, "{substance} {group}");
        }
    }

    #[test]
    fn notes_follow_substance_and_route() {
        for (substance, group, codes) in [
            ("Pantoprazolo", "PANTOPRAZOLO 20MG 28 UNITA' USO ORALE", "01 48"),
            ("Rosuvastatina", "ROSUVASTATINA 10MG 28 UNITA' USO ORALE", "13"),
            ("Rosuvastatina/ezetimibe", "ROSUVASTATINA+EZETIMIBE 10+10MG 30 UNITA' USO ORALE", "13"),
            ("Apixaban", "APIXABAN 5MG 60 UNITA' USO ORALE", "97 101"),
            ("Diclofenac", "DICLOFENAC 0,1% 5ML USO OFTALMICO", ""),
            ("Amoxicillina", "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE", ""),
        ] {
            assert_eq!(note_codes(&facts(substance, group)), codes, "{substance} {group}");
        }
    }
}
