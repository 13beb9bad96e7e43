//! Answers no honest system gives: cut at every byte, damaged at random, nested, swollen. Never a panic, never "accepted".

use std::time::{Duration, Instant};

use ::sac::classify::{send, weigh};
use ::sac::{HttpAnswer, SendOutcome};
use proptest::prelude::*;

const NRE: &str = "1300A4019294836";

/// A good answer with prefixes, entities and a declaration, as the real system writes it.
fn good() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <soapenv:Body><InvioPrescrittoRicevuta xmlns:ns2=\"http://tipodati.xsd.dem.sanita.finanze.it\" \
         xmlns=\"http://invioprescrittoricevuta.xsd.dem.sanita.finanze.it\"><nre>{NRE}</nre>\
         <codAutenticazione>300920261647159170000050622805</codAutenticazione>\
         <dataInserimento>2026-09-30 16:47:15</dataInserimento><codEsitoInserimento>0000</codEsitoInserimento>\
         <ElencoErroriRicette><ns2:ErroreRicetta><ns2:codEsito>0000</ns2:codEsito><ns2:esito>Operazione eseguita \
         correttamente</ns2:esito><ns2:progPresc>0</ns2:progPresc></ns2:ErroreRicetta></ElencoErroriRicette>\
         <ElencoComunicazioni><ns2:Comunicazione><ns2:codice>0197</ns2:codice><ns2:messaggio>D&apos;Abruzzo &#xE8; \
         bello</ns2:messaggio></ns2:Comunicazione></ElencoComunicazioni><flagPromemoria>1</flagPromemoria>\
         </InvioPrescrittoRicevuta></soapenv:Body></soapenv:Envelope>"
    )
}

fn outcome(body: &[u8]) -> SendOutcome {
    let answer = HttpAnswer { status: 200, content_type: Some("text/xml;charset=UTF-8".into()), body: body.to_vec() };
    send(weigh(Ok(answer), "InvioPrescrittoRicevuta"), NRE)
}

#[test]
fn the_whole_answer_is_accepted() {
    let SendOutcome::Accepted(registration) = outcome(good().as_bytes()) else { panic!() };
    assert_eq!(registration.communications[0].text, "D'Abruzzo è bello");
}

#[test]
fn cut_at_any_byte_it_is_uncertain() {
    let whole = good();
    let started = Instant::now();
    for length in 0..whole.len() {
        let outcome = outcome(&whole.as_bytes()[..length]);
        assert!(matches!(outcome, SendOutcome::Uncertain(_)), "cut at {length}: {outcome:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn swollen_answers_are_uncertain_and_quick() {
    let nested = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let attributes: String = (0..1_000_000).map(|n| format!(" a{n}=\"\"")).collect();
    let wide = format!("<Envelope><Body>{}</Body></Envelope>", "<a/>".repeat(900_000));
    let long = format!("<a>{}</a>", "x".repeat(4 * 1024 * 1024));
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>".to_owned();
    let bomb = format!(
        "<!DOCTYPE a [<!ENTITY e0 \"a\">{}]><a>&e9;</a>",
        (1..10).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect::<String>()
    );
    for body in [nested, format!("<a{attributes}/>"), wide, long, external, bomb] {
        let started = Instant::now();
        let outcome = outcome(body.as_bytes());
        assert!(matches!(outcome, SendOutcome::Uncertain(_)), "{outcome:?}");
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(position in 0_usize..1200, byte in any::<u8>(), cut in 0_usize..40) {
        let mut body = good().into_bytes();
        let position = position.min(body.len() - 1);
        body[position] = byte;
        let end = (position + 1 + cut).min(body.len());
        body.drain(position + 1..end);
        if let SendOutcome::Accepted(registration) = outcome(&body) {
            prop_assert_eq!(registration.nre, NRE);
            prop_assert!(::sac::is_auth_code(&registration.auth_code));
        }
    }

    #[test]
    fn any_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(matches!(outcome(&body), SendOutcome::Uncertain(_)));
    }
}
