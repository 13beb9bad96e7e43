//! The computation of the exemption, case by case.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    dates::parse_date(text).unwrap()
}

fn today() -> NaiveDate {
    day("24/11/2026")
}

fn held(code: &str, diagnoses: &[&str], covers_drugs: bool) -> Held {
    let kind = ExemptionCode::parse(code).unwrap().kind();
    let diagnoses = diagnoses.iter().map(|code| Icd9::parse(code).unwrap()).collect();
    Held {
        code: code.to_owned(),
        description: format!("descrizione {code}"),
        valid_from: None,
        valid_to: None,
        facts: Some(Facts { kind, covers_drugs, diagnoses }),
    }
}

fn diabetes() -> Held {
    held("013", &["250"], true)
}

fn problem(code: &str, description: &str) -> Problem {
    Problem { code: Icd9::parse(code).ok(), description: description.to_owned() }
}

fn auto(held: &[Held], problem: Option<&Problem>, atc: &str) -> Decision {
    decide(&Choice::Auto, held, &Question { day: today(), problem, atc, narcotic: false }).unwrap()
}

#[test]
fn a_disease_exemption_is_used_for_its_disease() {
    let diabetic = problem("250.01", "DIABETE MELLITO");
    let found = auto(&[held("E01", &[], true), held("C01", &[], true), diabetes()], Some(&diabetic), "A10BA02");
    assert_eq!(found.exemption, Exemption { code: "013".to_owned(), kind: Some(ExemptionKind::Chronic) });
    assert_eq!(found.reason, "Esenzione 013 (descrizione 013): comprende il problema DIABETE MELLITO (250.01).");
}

#[test]
fn a_disease_exemption_is_not_used_for_another_disease() {
    let flu = problem("487.1", "INFLUENZA");
    let found = auto(&[diabetes()], Some(&flu), "J01CA04");
    assert_eq!(found.exemption, Exemption::none());
    assert_eq!(found.reason, "Non esente: l’esenzione 013 non comprende INFLUENZA (487.1).");
}

#[test]
fn without_a_problem_the_doctor_is_told_what_to_do() {
    let found = auto(&[diabetes()], None, "A10BA02");
    assert_eq!(found.exemption.label(), "NON ESENTE");
    assert!(found.reason.contains("013") && found.reason.contains("Associa il problema"), "{}", found.reason);
}

#[test]
fn a_problem_without_code_or_a_disease_without_diagnoses_cannot_be_settled() {
    let named = Problem { code: None, description: "diabete".to_owned() };
    let found = auto(&[diabetes()], Some(&named), "A10BA02");
    assert_eq!(found.exemption, Exemption::none());
    assert!(found.reason.contains("sceglila tu"), "{}", found.reason);
    let rare = held("RCG010", &[], true);
    let found = auto(&[rare], Some(&problem("270.0", "CISTINURIA")), "");
    assert_eq!(found.exemption, Exemption::none());
    assert!(found.reason.contains("RCG010"), "{}", found.reason);
}

#[test]
fn the_more_precise_diagnosis_wins() {
    let broad = held("031", &["401", "402"], true);
    let precise = held("0A31", &["401.1"], true);
    let found = auto(&[broad.clone(), precise.clone()], Some(&problem("401.1", "IPERTENSIONE")), "");
    assert_eq!(found.exemption.code, "0A31");
    let found = auto(&[precise, broad], Some(&problem("401.9", "IPERTENSIONE")), "");
    assert_eq!(found.exemption.code, "031");
}

#[test]
fn an_exemption_for_every_drug_comes_before_income() {
    let income = held("E01", &[], true);
    let disabled = held("C01", &[], true);
    let flu = problem("487.1", "INFLUENZA");
    let found = auto(&[income.clone(), disabled], Some(&flu), "J01CA04");
    assert_eq!(found.exemption.code, "C01");
    assert_eq!(found.reason, "Esenzione C01 (descrizione C01): vale per tutti i farmaci.");
    let found = auto(&[income], Some(&flu), "J01CA04");
    assert!(found.exemption.code == "E01" && found.exemption.is_of_income());
}

#[test]
fn pain_therapy_is_for_opioids_only() {
    let pain = held("TDL01", &[], true);
    assert_eq!(auto(std::slice::from_ref(&pain), None, "N02AA01").exemption.code, "TDL01");
    let found = auto(&[pain], None, "J01CA04");
    assert_eq!(found.exemption, Exemption::none());
    assert!(found.reason.contains("TDL01"), "{}", found.reason);
}

#[test]
fn narcotics_of_pain_take_its_exemption_before_that_of_the_disease() {
    let (tumour, pain) = (held("048", &["162"], true), held("TDL01", &[], true));
    let problem = problem("162.9", "TUMORE DEL POLMONE");
    let ask = |narcotic| {
        let question = Question { day: today(), problem: Some(&problem), atc: "N02AA01", narcotic };
        decide(&Choice::Auto, &[tumour.clone(), pain.clone()], &question).unwrap().exemption.code
    };
    assert_eq!((ask(true), ask(false)), ("TDL01".to_owned(), "048".to_owned()));
}

#[test]
fn exemptions_for_services_are_computed_for_no_drug_but_can_be_chosen() {
    let pregnant = held("M15", &[], false);
    let found = auto(std::slice::from_ref(&pregnant), None, "");
    assert_eq!(found.reason, "Non esente: secondo il catalogo l’esenzione M15 non riguarda i farmaci.");
    let choice = Choice::Code("M15".to_owned());
    let found =
        decide(&choice, &[pregnant], &Question { day: today(), problem: None, atc: "", narcotic: false }).unwrap();
    assert_eq!(found.exemption.code, "M15");
    assert!(found.reason.contains("non riguarda i farmaci"), "{}", found.reason);
}

#[test]
fn validity_is_counted_with_both_ends() {
    let mut row = diabetes();
    row.valid_from = Some(day("24/11/2026"));
    row.valid_to = Some(day("24/11/2026"));
    let diabetic = problem("250", "DIABETE MELLITO");
    let ask = |day| {
        decide(&Choice::Auto, &[row.clone()], &Question { day, problem: Some(&diabetic), atc: "", narcotic: false })
            .unwrap()
    };
    assert_eq!(ask(today()).exemption.code, "013");
    assert_eq!(ask(day("25/11/2026")).reason, "Non esente: l’esenzione 013 è scaduta il 24/11/2026.");
    assert_eq!(ask(day("23/11/2026")).reason, "Non esente: l’esenzione 013 vale dal 24/11/2026.");
}

#[test]
fn nobody_without_exemptions_is_exempt() {
    assert_eq!(auto(&[], None, "").reason, "Non esente: l’assistito non ha esenzioni registrate.");
}

#[test]
fn an_override_must_be_the_patients_and_valid() {
    let mut row = diabetes();
    row.valid_to = Some(day("31/12/2025"));
    let ask = |code: &str, held: &[Held]| {
        decide(
            &Choice::Code(code.to_owned()),
            held,
            &Question { day: today(), problem: None, atc: "", narcotic: false },
        )
    };
    assert_eq!(ask("048", &[row.clone()]), Err(Refusal::NotHeld("048".to_owned())));
    let expired = ask("013", &[row.clone()]).unwrap_err();
    assert!(expired.to_string().contains("scaduta il 31/12/2025"), "{expired}");
    // Renewed: the valid row counts, wherever it stands.
    assert_eq!(ask("013", &[diabetes(), row.clone()]).unwrap().exemption.code, "013");
    assert_eq!(ask("013", &[row, diabetes()]).unwrap().exemption.code, "013");
}

#[test]
fn an_override_is_the_doctors_own_and_says_so() {
    let flu = problem("487.1", "INFLUENZA");
    let question = Question { day: today(), problem: Some(&flu), atc: "", narcotic: false };
    let found = decide(&Choice::Code("013".to_owned()), &[diabetes()], &question).unwrap();
    assert_eq!(found.exemption.code, "013");
    assert!(found.reason.contains("scelta tu") && found.reason.contains("INFLUENZA"), "{}", found.reason);
    let found = decide(&Choice::NotExempt, &[diabetes()], &question).unwrap();
    assert_eq!(found.exemption, Exemption::none());
}

#[test]
fn a_code_of_the_region_can_be_chosen_but_is_never_computed() {
    let regional = Held { facts: None, ..held("E05", &[], true) };
    assert_eq!(auto(std::slice::from_ref(&regional), None, "").exemption, Exemption::none());
    let question = Question { day: today(), problem: None, atc: "", narcotic: false };
    let found = decide(&Choice::Code("E05".to_owned()), &[regional], &question).unwrap();
    assert!(found.exemption.code == "E05" && found.exemption.is_of_income());
    assert!(found.reason.contains("Il catalogo nazionale non la contiene"), "{}", found.reason);
}

#[test]
fn choices_keep_their_text() {
    for text in ["auto", "none", "013", "RCG010"] {
        assert_eq!(Choice::from_text(text).as_text(), text);
    }
    assert_eq!(Choice::from_text(""), Choice::Auto);
}

fn any_held() -> impl Strategy<Value = Held> {
    let code = prop::sample::select(vec!["013", "031", "RCG010", "E01", "E02", "C01", "G01", "M15", "TDL01", "X01"]);
    let diagnosis = prop::sample::select(vec!["250", "401", "401.1", "487", "270.0"]);
    let days = (0i64..40, 0i64..40);
    (code, prop::collection::vec(diagnosis, 0..3), any::<bool>(), days, any::<bool>()).prop_map(
        |(code, diagnoses, covers, (from, to), known)| {
            let mut row = held(code, &diagnoses, covers);
            row.valid_from = (from % 3 != 0).then(|| today() + chrono::TimeDelta::days(from - 20));
            row.valid_to = (to % 3 != 0).then(|| today() + chrono::TimeDelta::days(to - 10));
            if !known {
                row.facts = None;
            }
            row
        },
    )
}

proptest! {
    /// What is computed can always be chosen too, is the patient's own, does not depend on the order of the rows, and
    /// always comes with a reason.
    #[test]
    fn computed_is_always_legal(
        mut rows in prop::collection::vec(any_held(), 0..6),
        diagnosis in prop::option::of(prop::sample::select(vec!["250.0", "401.1", "487.1", "999"])),
        atc in prop::sample::select(vec!["", "N02AA01", "J01CA04"]),
    ) {
        let problem = diagnosis.map(|code| problem(code, "PROBLEMA"));
        let question = Question { day: today(), problem: problem.as_ref(), atc, narcotic: false };
        let found = decide(&Choice::Auto, &rows, &question).unwrap();
        prop_assert!(!found.reason.is_empty());
        if !found.exemption.code.is_empty() {
            let again = decide(&Choice::Code(found.exemption.code.clone()), &rows, &question).unwrap();
            prop_assert_eq!(&again.exemption.code, &found.exemption.code);
            prop_assert!(rows.iter().any(|row| row.code == found.exemption.code && row.valid_on(today())));
        }
        rows.reverse();
        let reversed = decide(&Choice::Auto, &rows, &question).unwrap();
        prop_assert_eq!(reversed.exemption, found.exemption);
    }
}
