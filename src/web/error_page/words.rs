//! What the error page says.

use actix_web::http::StatusCode;

/// A form of a session that somebody ended: nobody knows whose it was.
pub(super) const ENDED: &str = "L’accesso è stato chiuso, forse da un altro tuo dispositivo. Le bozze delle ricette sono salvate; quello che hai appena scritto in questa pagina no.";

pub(super) const UNAVAILABLE: &str =
    "In questo momento i dati non si possono leggere né salvare. Aspetta qualche secondo, torna indietro e riprova.";
pub(super) const UNAVAILABLE_KEPT: &str = "In questo momento i dati non si possono leggere né salvare. Quello che hai scritto è in questa pagina: aspetta \
                                qualche secondo e premi Riprova. Quello che fosse già stato salvato non viene ripetuto.";

/// What a user can read out to whoever looks after the portal.
pub(super) fn foreign_text(host: &str, expected: &str) -> String {
    format!(
        "La richiesta è arrivata con l’indirizzo «{host}», ma questo portale si usa da {expected}: non è stato salvato nulla. \
         Apri il portale da {expected} e riprova. Se è già l’indirizzo che usi, riferisci questa frase a chi lo gestisce: il \
         proxy deve passare l’intestazione Host, e MILLECLOUD_PUBLIC_URL deve essere l’indirizzo che si vede nel browser."
    )
}

/// To a collaborator who opened more records than one reads.
pub(super) fn slowed_text(seconds: u64) -> String {
    let pause = if seconds == 1 { "un secondo".to_owned() } else { format!("{seconds} secondi") };
    format!(
        "Hai aperto o cercato molte cartelle in poco tempo: per proteggere i dati dei pazienti il portale rallenta, e lo dice al \
         medico. Aspetta {pause} e riprova."
    )
}

pub(super) fn words(status: StatusCode) -> (&'static str, &'static str, &'static str) {
    match status.as_u16() {
        401 => (
            "clock",
            "Sessione scaduta",
            "Per sicurezza l’accesso si chiude dopo un periodo senza attività. Le bozze sono salvate: rientrando torni alla pagina di prima.",
        ),
        403 => (
            "lock",
            "Non puoi aprire questa pagina",
            "Il tuo profilo non comprende questa funzione, oppure la pagina è rimasta aperta troppo a lungo. Torna indietro, ricaricala e riprova.",
        ),
        404 => ("search", "Pagina non trovata", "L’indirizzo è sbagliato, oppure la scheda è stata spostata."),
        405 => (
            "alert",
            "Comando non previsto",
            "Questa pagina non si può usare così. Torna indietro e riprova dal pulsante.",
        ),
        408 => (
            "clock",
            "Richiesta troppo lenta",
            "I dati non sono arrivati in tempo e non è stato salvato nulla. Controlla la connessione e riprova.",
        ),
        409 => ("repeat", "I dati sono cambiati nel frattempo", "Ricarica la pagina, controlla i dati e riprova."),
        410 => ("clock", "Pagina non più disponibile", "Il collegamento è scaduto o è già stato usato."),
        413 => (
            "alert",
            "Troppi dati in una volta",
            "Quello che hai inviato supera il limite e non è stato salvato. Accorcia i testi e riprova.",
        ),
        429 => ("clock", "Troppi tentativi", "Aspetta qualche minuto e riprova."),
        503 => (
            "clock",
            "Il servizio è occupato",
            "Non è stato salvato nulla. Aspetta qualche secondo, torna indietro e riprova.",
        ),
        400..=499 => {
            ("alert", "Richiesta non valida", "I dati inviati non sono quelli attesi. Torna indietro e riprova.")
        }
        _ => (
            "alert",
            "Qualcosa non ha funzionato",
            "L’errore è stato registrato. Se stavi inviando una ricetta, controlla l’elenco prima di ripetere.",
        ),
    }
}
