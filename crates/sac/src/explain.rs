//! SAC's codes in plain Italian, for the doctor's screen.

/// Code, and what it means for the doctor. Meanings restate the project's own list of known codes.
const MEANINGS: &[(&str, &str)] = &[
    ("1001", "Manca il pincode: inseriscilo in Credenziali SAR."),
    ("1002", "Il pincode è sbagliato: controllalo in Credenziali SAR."),
    ("1003", "Il tuo utente non è autorizzato a questa operazione."),
    ("1004", "Il medico titolare non risulta un prescrittore attivo."),
    ("1005", "Il medico sostituto non risulta un prescrittore attivo."),
    ("1006", "La regione non è abilitata alla ricetta dematerializzata."),
    ("1007", "Il medico della ricetta non è l'utente che la invia: controlla le Credenziali SAR."),
    ("1008", "Il numero di ricetta (NRE) non appartiene alla regione del medico."),
    ("1009", "La regione del numero di ricetta (NRE) non è valida."),
    ("1010", "Il numero di ricetta (NRE) non è lungo 15 caratteri."),
    ("1011", "Il raggruppamento del numero di ricetta (NRE) non è valido."),
    ("1012", "Manca il codice dell'assistito."),
    ("1013", "Il numero di ricetta (NRE) non fa parte di un lotto assegnato: scarica un nuovo lotto."),
    ("1014", "La ASL della ricetta è diversa da quella del lotto di numeri."),
    ("1015", "Il medico della ricetta è diverso da quello del lotto di numeri."),
    ("1016", "Il numero di ricetta (NRE) è già stato usato."),
    ("1017", "Il numero di ricetta (NRE) non risulta a SAC."),
    ("1018", "Manca la regione del medico: completala in Credenziali SAR."),
    ("1019", "Manca la ASL del medico: completala in Credenziali SAR."),
    ("1020", "La ASL del medico non è valida: controllala in Credenziali SAR."),
    ("1021", "Il codice della struttura del medico non è valido: controllalo in Credenziali SAR."),
    ("1022", "La specializzazione del medico non è valida: controllala in Credenziali SAR."),
    ("1023", "Il codice fiscale del medico è scritto male."),
    ("1024", "Il carattere di controllo del codice fiscale del medico è sbagliato."),
    ("1025", "Manca la specializzazione del medico: completala in Credenziali SAR."),
    ("1026", "La regione del medico non è valida: controllala in Credenziali SAR."),
    ("1027", "Il codice fiscale del sostituto è scritto male."),
    ("1028", "Il carattere di controllo del codice fiscale del sostituto è sbagliato."),
    ("1029", "SAC non si aspettava un numero di ricetta (NRE)."),
    ("1030", "La specializzazione è diversa da quella del lotto di numeri."),
    ("1031", "La struttura è diversa da quella del lotto di numeri."),
    ("1032", "Il tipo di ricetta non è ammesso."),
    ("1033", "Manca il codice fiscale, STP o ENI dell'assistito."),
    ("1034", "SAC non riesce a decifrare il codice dell'assistito: avvisa chi gestisce il programma."),
    ("1035", "Il codice dell'assistito è arrivato a SAC non cifrato: avvisa chi gestisce il programma."),
    ("1036", "Il codice fiscale, STP o ENI dell'assistito è scritto male: controllalo in anagrafica."),
    ("1037", "Il codice fiscale non è di un assistito del Servizio sanitario."),
    ("1038", "Per questo tipo di ricetta serve il codice fiscale dell'assistito."),
    ("1039", "Per questo tipo di ricetta serve il codice STP dell'assistito."),
    ("1120", "La ricetta non si può più annullare: è già annullata, presa in carico o erogata."),
    ("1125", "La ricetta è di un altro medico: può agire solo chi l'ha inviata."),
    ("1153", "Per cercare per data serve il tipo di prescrizione."),
    ("1197", "La parte progressiva del numero di ricetta (NRE) non è valida."),
    ("1212", "Il sostituto indicato non è l'utente che invia la ricetta."),
    ("1233", "Una ricetta specialistica vuole la diagnosi, in codice o in parole."),
    ("5005", "SAC non conosce questo numero di ricetta (NRE)."),
    ("5009", "La ricetta è scaduta."),
    ("5010", "Il codice fiscale dell'assistito non corrisponde."),
    ("5011", "La ricetta è in lavorazione presso un altro erogatore."),
    ("5014", "Operazione non ammessa."),
    ("5162", "La ricetta è stata annullata dal medico."),
    ("5221", "La ricetta è stata erogata non a carico del Servizio sanitario."),
    ("9101", "La sessione del giorno (ID-SESSIONE) manca o è finita."),
];

/// What to tell the doctor about a code: our plain words, then SAC's own with the code, so that the
/// reason can be quoted to the region's help desk.
pub fn explain(code: &str, official_text: &str) -> String {
    let official = official_text.trim();
    let meaning = MEANINGS.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning);
    match (meaning, official.is_empty()) {
        (Some(meaning), true) => format!("{meaning} (codice SAC {code})"),
        (Some(meaning), false) => format!("{meaning} (codice SAC {code}: {official})"),
        (None, true) => format!("SAC ha risposto con il codice {code}, senza spiegarlo."),
        (None, false) => format!("{official} (codice SAC {code})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_codes() {
        assert_eq!(
            explain("1020", "Codice Asl medico non valido"),
            "La ASL del medico non è valida: controllala in Credenziali SAR. (codice SAC 1020: Codice Asl medico non valido)"
        );
        assert_eq!(
            explain("1233", ""),
            "Una ricetta specialistica vuole la diagnosi, in codice o in parole. (codice SAC 1233)"
        );
        assert_eq!(explain("1199", "Testo di SAC"), "Testo di SAC (codice SAC 1199)");
        assert_eq!(explain("1199", " "), "SAC ha risposto con il codice 1199, senza spiegarlo.");
    }

    #[test]
    fn the_table_is_in_order_and_has_no_doubles() {
        let codes: Vec<_> = MEANINGS.iter().map(|(code, _)| *code).collect();
        assert!(codes.is_sorted_by(|left, right| left < right));
    }
}
