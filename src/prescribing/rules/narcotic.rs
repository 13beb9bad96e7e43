//! What the law asks of a narcotic (stupefacente) on a dematerialised prescription (DPR 309/1990; ministries' circular of
//! 14 May 2020; SAC's specification, «STUP»): which may go on one at all, and what must stand beside it.

use crate::reference::narcotics::Narcotic;
use sac::paper::POSOLOGY;

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is known of the drug.
    pub narcotic: &'a Narcotic,
    /// Prescribed with the exemption of pain therapy (TDL01).
    pub for_pain: bool,
    /// How it is taken.
    pub posology: &'a str,
    /// The doctor's telephone number; empty when not written.
    pub phone: &'a str,
    /// The doctor's address, likewise.
    pub address: &'a str,
}

/// Why it cannot be sent; the message is for the doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Section A is dematerialised for pain only.
    #[error(
        "È uno stupefacente della sezione A: senza l’esenzione TDL01 (terapia del dolore) va scritto sulla ricetta di \
         carta a ricalco, non si può inviare."
    )]
    PaperForm,
    /// Section A, and not among the drugs of the pain therapy.
    #[error(
        "È uno stupefacente della sezione A e non è tra i farmaci della terapia del dolore (allegato III-bis): va \
         scritto sulla ricetta di carta a ricalco, non si può inviare."
    )]
    NotForPain,
    /// The pharmacist must find the posology.
    #[error("È uno stupefacente: scrivi la posologia, che il farmacista deve trovare sulla ricetta.")]
    NoPosology,
    /// So many, so often: a scheme that stands elsewhere is not on the prescription.
    #[error(
        "È uno stupefacente: nella posologia scrivi la dose e ogni quanto, con i numeri; il farmacista ha solo la ricetta."
    )]
    VaguePosology,
    /// The pharmacist must find where the doctor is reached.
    #[error(
        "È uno stupefacente della sezione A: sulla ricetta vanno il telefono e l’indirizzo dell’ambulatorio, che mancano \
         nei «Dati del medico»."
    )]
    NoContacts,
}

impl Case<'_> {
    /// What speaks against sending it.
    pub fn refusals(&self) -> Vec<Refusal> {
        let section_a = self.narcotic.is_of_section_a();
        if section_a && self.narcotic.pain == Some(false) {
            return vec![Refusal::NotForPain];
        }
        if section_a && !self.for_pain {
            return vec![Refusal::PaperForm];
        }
        let asks_posology = section_a || self.narcotic.pain != Some(false);
        let posology = match self.posology {
            _ if !asks_posology => None,
            "" => Some(Refusal::NoPosology),
            words if !words.contains(|sign: char| sign.is_ascii_digit()) => Some(Refusal::VaguePosology),
            _ => None,
        };
        let no_contacts =
            (section_a && (self.phone.is_empty() || self.address.is_empty())).then_some(Refusal::NoContacts);
        posology.into_iter().chain(no_contacts).collect()
    }

    /// What goes into `motivazNote`: labelled, because the pharmacist looks for it. Where the section is not known, what
    /// section A asks for goes along.
    pub fn note(&self) -> String {
        let contacts = self.narcotic.is_of_section_a() || self.narcotic.section.is_empty();
        let parts = [
            (POSOLOGY, self.posology),
            ("TEL. MEDICO:", if contacts { self.phone } else { "" }),
            ("INDIRIZZO MEDICO:", if contacts { self.address } else { "" }),
        ];
        let part = |(label, text): (&str, &str)| (!text.is_empty()).then(|| format!("{label} {text}"));
        parts.into_iter().filter_map(part).collect::<Vec<_>>().join("; ")
    }

    /// What the doctor should know: what nobody has read in the table in force.
    pub fn remark(&self) -> Option<String> {
        if self.narcotic.section.is_empty() {
            return Some(
                "È uno stupefacente, ma la sua sezione è da verificare: se è la A serve l’esenzione TDL01, altrimenti la \
                 ricetta di carta a ricalco."
                    .to_owned(),
            );
        }
        (!self.narcotic.verified).then(|| format!("{}.", self.narcotic.in_words()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narcotic(section: &str, pain: Option<bool>) -> Narcotic {
        Narcotic { section: section.to_owned(), pain, verified: true }
    }

    fn case(narcotic: &Narcotic, for_pain: bool) -> Case<'_> {
        Case { narcotic, for_pain, posology: "1 fiala ogni 8 ore", phone: "0432 123456", address: "Via Roma 1, Udine" }
    }

    #[test]
    fn section_a_is_sent_for_pain_only() {
        let (pain, other, unknown) = (narcotic("A", Some(true)), narcotic("A", Some(false)), narcotic("A", None));
        assert_eq!(case(&pain, true).refusals(), []);
        assert_eq!(case(&pain, false).refusals(), [Refusal::PaperForm]);
        assert_eq!(case(&other, true).refusals(), [Refusal::NotForPain]);
        assert_eq!(case(&unknown, true).refusals(), []);
        assert_eq!(case(&narcotic("D", Some(true)), false).refusals(), []);
        assert_eq!(case(&narcotic("", Some(true)), false).refusals(), []);
    }

    #[test]
    fn the_pharmacist_finds_posology_and_section_a_the_doctor() {
        let (a, d, e) = (narcotic("A", Some(true)), narcotic("D", Some(true)), narcotic("E", Some(false)));
        let mute = |narcotic| Case { posology: "", phone: "", ..case(narcotic, true) };
        assert_eq!(mute(&a).refusals(), [Refusal::NoPosology, Refusal::NoContacts]);
        assert_eq!(mute(&d).refusals(), [Refusal::NoPosology]);
        assert_eq!(mute(&e).refusals(), [], "not of the pain therapy");
        let vague = |narcotic| Case { posology: "secondo lo schema indicato", ..case(narcotic, true) };
        assert_eq!(vague(&d).refusals(), [Refusal::VaguePosology]);
        assert_eq!(vague(&e).refusals(), []);
        assert_eq!(
            case(&a, true).note(),
            "POSOLOGIA: 1 fiala ogni 8 ore; TEL. MEDICO: 0432 123456; INDIRIZZO MEDICO: Via Roma 1, Udine"
        );
        assert_eq!(case(&d, true).note(), "POSOLOGIA: 1 fiala ogni 8 ore");
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert!(case(&narcotic("", Some(true)), true).remark().is_some_and(|text| text.contains("da verificare")));
        assert_eq!(case(&narcotic("D", Some(true)), true).remark(), None);
        let unread = Narcotic { verified: false, ..narcotic("D", Some(true)) };
        let says = case(&unread, true).remark();
        assert_eq!(says.as_deref(), Some("Stupefacente, sezione D, terapia del dolore (da verificare)."));
    }
}
