//! Messages really exchanged with the ministry's test environment, when a folder of them is at hand: in
//! `MILLECLOUD_SAC_SAMPLES`, or in the project's shared reference beside the repository.

use std::path::{Path, PathBuf};

use ::sac::classify::{send, view, weigh};
use ::sac::{
    HttpAnswer, PrescriptionMessage, ProcessState, SendOutcome, ViewOutcome, is_auth_code, read, same_content,
};

const NRE: &str = "1300A4019294836";

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/sac/samples");
    let folder = std::env::var_os("MILLECLOUD_SAC_SAMPLES").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no folder of real messages (MILLECLOUD_SAC_SAMPLES)");
    None
}

fn answer(folder: &Path, name: &str) -> HttpAnswer {
    let body = std::fs::read(folder.join(name)).unwrap();
    HttpAnswer { status: 200, content_type: Some("text/xml; charset=utf-8".into()), body }
}

fn sent(folder: &Path) -> PrescriptionMessage {
    let request = std::fs::read(folder.join("invio-F-richiesta.xml")).unwrap();
    let Ok(read::Body::Message(request)) = read::soap_body(&request, None) else { panic!() };
    read::viewed_message(&request).unwrap()
}

#[test]
fn real_answers_are_understood() {
    let Some(folder) = folder() else { return };
    let outcome = send(weigh(Ok(answer(&folder, "invio-F-0000-risposta.xml")), "InvioPrescrittoRicevuta"), "");
    let SendOutcome::Accepted(registration) = outcome else { panic!("{outcome:?}") };
    assert_eq!(registration.nre, NRE);
    assert_eq!(registration.registered_at.to_string(), "2026-09-30 16:47:15");
    assert!(registration.pdf.unwrap().starts_with(b"%PDF-"));
    assert!(registration.warnings.is_empty());
    assert_eq!(registration.communications.len(), 4);

    let outcome =
        view(weigh(Ok(answer(&folder, "visualizza-stato3-risposta.xml")), "VisualizzaPrescrittoRicevuta"), NRE);
    let ViewOutcome::Found(found) = outcome else { panic!("{outcome:?}") };
    assert_eq!(found.state, ProcessState::ToDispense);
    assert!(is_auth_code(&found.auth_code));
    assert_eq!(same_content(&sent(&folder), &found.message), Ok(()));
    assert_eq!(found.registration().unwrap().auth_code, registration.auth_code);
}

#[test]
fn a_real_answer_cut_at_any_byte_is_uncertain() {
    let Some(folder) = folder() else { return };
    let whole = answer(&folder, "invio-F-0000-risposta.xml");
    let end = whole.body.iter().rposition(|byte| *byte == b'>').unwrap();
    for length in 0..end {
        let cut = HttpAnswer { body: whole.body[..length].to_vec(), ..whole.clone() };
        let outcome = send(weigh(Ok(cut), "InvioPrescrittoRicevuta"), "");
        assert!(matches!(outcome, SendOutcome::Uncertain(_)), "cut at {length}: {outcome:?}");
    }
}
