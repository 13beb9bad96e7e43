//! One test per row of the table of what an answer proves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

const NRE: &str = "0500A0000000100";
const CODE: &str = "300920261647159170000050622805";

fn http(status: u16, content_type: &str, body: &str) -> Result<HttpAnswer, TransportFailure> {
    Ok(HttpAnswer { status, content_type: Some(content_type.to_owned()), body: body.as_bytes().to_vec() })
}

fn xml(status: u16, inner: &str) -> Result<HttpAnswer, TransportFailure> {
    let envelope = format!(
        "<?xml version='1.0' encoding='UTF-8'?><s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{inner}</s:Body></s:Envelope>"
    );
    http(status, "text/xml; charset=UTF-8", &envelope)
}

fn fault(status: u16, code: &str, text: &str) -> Result<HttpAnswer, TransportFailure> {
    xml(status, &format!("<s:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></s:Fault>"))
}

fn receipt(outcome: &str, nre: &str, code: &str, date: &str, rest: &str) -> String {
    format!(
        "<n:InvioPrescrittoRicevuta xmlns:n='u' xmlns:t='v'><n:nre>{nre}</n:nre><n:codAutenticazione>{code}</n:codAutenticazione>\
         <n:dataInserimento>{date}</n:dataInserimento><n:codEsitoInserimento>{outcome}</n:codEsitoInserimento>{rest}</n:InvioPrescrittoRicevuta>"
    )
}

fn error_list(items: &[(&str, &str, &str)]) -> String {
    let items: String = items
        .iter()
        .map(|(code, row, kind)| {
            format!("<t:ErroreRicetta><t:codEsito>{code}</t:codEsito><t:esito>testo</t:esito><t:progPresc>{row}</t:progPresc><t:tipoErrore>{kind}</t:tipoErrore></t:ErroreRicetta>")
        })
        .collect();
    format!("<n:ElencoErroriRicette>{items}</n:ElencoErroriRicette>")
}

fn sent(reply: Result<HttpAnswer, TransportFailure>) -> SendOutcome {
    send(weigh(reply, "InvioPrescrittoRicevuta"), NRE)
}

fn is_uncertain(reply: Result<HttpAnswer, TransportFailure>) -> bool {
    matches!(sent(reply), SendOutcome::Uncertain(_))
}

#[test]
fn no_connection_is_not_processed() {
    let outcome = sent(Err(TransportFailure::NotSent("giù".into())));
    assert_eq!(outcome, SendOutcome::NotProcessed(NotProcessed::Unreachable("giù".into())));
}

#[test]
fn a_request_that_could_not_be_made_is_not_processed() {
    let outcome = sent(Err(TransportFailure::NotPrepared("x".into())));
    assert_eq!(outcome, SendOutcome::NotProcessed(NotProcessed::Fault("x".into())));
}

#[test]
fn status_401_is_refused_credentials() {
    for reply in [http(401, "text/html", "no"), fault(401, "Client", "Rejected by policy. (from client)")] {
        assert!(matches!(sent(reply), SendOutcome::NotProcessed(NotProcessed::CredentialsRefused(_))));
    }
}

#[test]
fn a_fault_is_not_processed_also_with_http_500() {
    for status in [200, 400, 500, 503] {
        let outcome = sent(fault(status, "env:Client", "Credenziali invalide"));
        assert_eq!(outcome, SendOutcome::NotProcessed(NotProcessed::CredentialsRefused("Credenziali invalide".into())));
        assert!(matches!(
            sent(fault(status, "env:Server", "Errore")),
            SendOutcome::NotProcessed(NotProcessed::Fault(_))
        ));
    }
    let session = sent(fault(500, "env:Client", "ID-SESSIONE mancante o non valido"));
    assert!(matches!(session, SendOutcome::NotProcessed(NotProcessed::SessionRefused(_))));
}

#[test]
fn a_fault_never_repeats_a_value_of_the_request() {
    let text = "cvc-simple-type 1: {x}integerType. Value is '12' of 'PNIMRA70A01H501P'";
    let SendOutcome::NotProcessed(NotProcessed::Fault(shown)) = sent(fault(500, "env:Client", text)) else { panic!() };
    assert_eq!(shown, "cvc-simple-type 1: {x}integerType. Value is '12' of '…'");
}

#[test]
fn a_gateways_own_fault_proves_nothing() {
    for status in [408, 502, 504] {
        assert!(is_uncertain(fault(status, "env:Server", "timeout")));
        assert!(matches!(sent(fault(status, "env:Client", "cvc")), SendOutcome::NotProcessed(_)));
    }
    assert!(is_uncertain(fault(302, "env:Client", "x")));
}

#[test]
fn refusal_with_errors_is_refused() {
    let rest = error_list(&[("1020", "0", "Bloccante"), ("1036", "2", "E")]);
    let SendOutcome::Refused { errors, .. } = sent(xml(200, &receipt("9999", "", "", "", &rest))) else { panic!() };
    let rows: Vec<_> = errors.iter().map(|error| (error.code.as_str(), error.row, error.blocking)).collect();
    assert_eq!(rows, [("1020", 0, true), ("1036", 2, true)]);
}

#[test]
fn code_1016_means_view() {
    let rest = error_list(&[("1016", "0", "Bloccante")]);
    assert_eq!(sent(xml(200, &receipt("9999", "", "", "", &rest))), SendOutcome::AlreadyUsed);
}

#[test]
fn refusal_without_errors_is_uncertain() {
    assert!(is_uncertain(xml(200, &receipt("9999", "", "", "", ""))));
    assert!(is_uncertain(xml(200, &receipt("9999", "", "", "", &error_list(&[("0000", "0", "")])))));
}

#[test]
fn success_with_our_number_and_a_code_is_accepted() {
    let rest = error_list(&[("1024", "0", "Avviso"), ("0000", "0", "")]);
    for outcome in ["0000", "0001"] {
        let SendOutcome::Accepted(registration) =
            sent(xml(200, &receipt(outcome, NRE, CODE, "2026-09-30 16:47:15", &rest)))
        else {
            panic!()
        };
        assert_eq!((registration.nre.as_str(), registration.auth_code.as_str()), (NRE, CODE));
        assert_eq!(registration.registered_at.to_string(), "2026-09-30 16:47:15");
        assert_eq!(registration.warnings.len(), 1);
        assert_eq!(registration.pdf, None);
    }
}

#[test]
fn the_promemoria_is_decoded_and_a_bad_one_ignored() {
    let accept = |rest: &str| match sent(xml(200, &receipt("0000", NRE, CODE, "2026-09-30 16:47:15", rest))) {
        SendOutcome::Accepted(registration) => registration.pdf,
        other => panic!("{other:?}"),
    };
    assert_eq!(accept("<n:pdfPromemoria>JVBE\nRi0xLjQ=</n:pdfPromemoria>").unwrap(), b"%PDF-1.4");
    assert_eq!(accept("<n:pdfPromemoria>%%%</n:pdfPromemoria>"), None);
    assert_eq!(accept("<n:pdfPromemoria/>"), None);
}

#[test]
fn success_is_uncertain_with_another_number_or_an_odd_code() {
    let date = "2026-09-30 16:47:15";
    let zeros = "0".repeat(30);
    for (nre, code, date) in [
        ("0500A0000000101", CODE, date),
        ("", CODE, date),
        (NRE, "", date),
        (NRE, zeros.as_str(), date),
        (NRE, "123", date),
        (NRE, CODE, ""),
    ] {
        assert!(is_uncertain(xml(200, &receipt("0000", nre, code, date, ""))), "{nre} {code} {date}");
    }
    assert!(is_uncertain(xml(200, &receipt("0002", NRE, CODE, date, ""))));
}

#[test]
fn a_number_assigned_by_sac_is_taken() {
    let reply = xml(200, &receipt("0000", "1300A4019294836", CODE, "2026-09-30 16:47:15", ""));
    let outcome = send(weigh(reply, "InvioPrescrittoRicevuta"), "");
    assert!(matches!(outcome, SendOutcome::Accepted(registration) if registration.nre == "1300A4019294836"));
}

#[test]
fn everything_else_is_uncertain() {
    assert!(is_uncertain(Err(TransportFailure::AfterWriting("tempo scaduto".into()))));
    for status in [201, 301, 302, 307, 403, 404, 408, 429, 500, 502, 503, 504] {
        assert!(is_uncertain(http(status, "text/html", "<html/>")), "{status}");
        assert!(is_uncertain(http(status, "text/xml", "<Envelope><Body/>")), "{status}");
    }
    let good = receipt("0000", NRE, CODE, "2026-09-30 16:47:15", "");
    assert!(is_uncertain(xml(500, &good)));
    assert!(is_uncertain(http(200, "text/html", &format!("<Envelope><Body>{good}</Body></Envelope>"))));
    assert!(is_uncertain(http(200, "text/xml", "<Envelope><Body><InvioPrescritto")));
    assert!(is_uncertain(xml(200, "<VisualizzaPrescrittoRicevuta/>")));
    assert!(is_uncertain(xml(200, "<InvioPrescrittoRicevuta/>")));
    assert!(is_uncertain(Ok(HttpAnswer { status: 200, content_type: None, body: good.into_bytes() })));
}

fn shown(inner: &str) -> ViewOutcome {
    let reply = xml(
        200,
        &format!("<n:VisualizzaPrescrittoRicevuta xmlns:n='u' xmlns:t='v'>{inner}</n:VisualizzaPrescrittoRicevuta>"),
    );
    view(weigh(reply, "VisualizzaPrescrittoRicevuta"), NRE)
}

#[test]
fn a_view_finds_does_not_know_or_refuses() {
    let found = format!(
        "<n:nre>{NRE}</n:nre><n:dataCompilazione>2026-09-30 16:47:15</n:dataCompilazione><n:statoProcesso>5</n:statoProcesso>\
         <n:codAutenticazione>{CODE}</n:codAutenticazione><n:dataInserimento>2026-09-30 16:47:15</n:dataInserimento>\
         <n:codEsitoVisualizzazione>0000</n:codEsitoVisualizzazione>"
    );
    let ViewOutcome::Found(viewed) = shown(&found) else { panic!() };
    assert_eq!(viewed.state, ProcessState::BeingDispensed);
    assert_eq!(viewed.registration().unwrap().auth_code, CODE);
    let refusal = |errors: &[(&str, &str, &str)]| {
        shown(&format!("<n:codEsitoVisualizzazione>9999</n:codEsitoVisualizzazione>{}", error_list(errors)))
    };
    assert_eq!(refusal(&[("5005", "0", "Bloccante")]), ViewOutcome::Unknown);
    assert_eq!(refusal(&[("5005", "0", "Bloccante"), ("1024", "0", "Avviso")]), ViewOutcome::Unknown);
    assert!(matches!(refusal(&[("1125", "0", "Bloccante")]), ViewOutcome::Refused { .. }));
    assert!(matches!(refusal(&[("5005", "0", "E"), ("1125", "0", "E")]), ViewOutcome::Refused { .. }));
    assert!(matches!(refusal(&[("1024", "0", "Avviso")]), ViewOutcome::Refused { .. }));
    assert!(matches!(shown("<n:codEsitoVisualizzazione>9999</n:codEsitoVisualizzazione>"), ViewOutcome::Uncertain(_)));
    assert!(matches!(shown(&found.replace(NRE, "0500A0000000199")), ViewOutcome::Uncertain(_)));
    assert!(matches!(shown(&found.replace(">5<", ">77<")), ViewOutcome::Uncertain(_)));
    assert!(matches!(shown(&found.replace("2026-09-30", "30 set")), ViewOutcome::Uncertain(_)));
}

fn annulled(outcome: &str, nre: &str, errors: &[(&str, &str, &str)]) -> AnnulOutcome {
    let reply = xml(
        200,
        &format!(
            "<n:AnnullaPrescrittoRicevuta xmlns:n='u' xmlns:t='v'><n:nre>{nre}</n:nre><n:codEsitoAnnullamento>{outcome}</n:codEsitoAnnullamento>{}</n:AnnullaPrescrittoRicevuta>",
            error_list(errors)
        ),
    );
    annul(weigh(reply, "AnnullaPrescrittoRicevuta"), NRE)
}

#[test]
fn an_annulment_succeeds_is_refused_or_finds_nothing() {
    assert_eq!(annulled("0000", NRE, &[("0000", "0", "")]), AnnulOutcome::Annulled);
    assert_eq!(annulled("0001", NRE, &[("1024", "0", "Avviso")]), AnnulOutcome::Annulled);
    assert_eq!(annulled("9999", NRE, &[("5005", "0", "Bloccante")]), AnnulOutcome::Unknown);
    assert_eq!(annulled("9999", NRE, &[("1017", "0", "Bloccante")]), AnnulOutcome::Unknown);
    assert!(matches!(annulled("9999", NRE, &[("1120", "0", "Bloccante")]), AnnulOutcome::Refused { .. }));
    assert!(matches!(annulled("0000", "0500A0000000199", &[]), AnnulOutcome::Uncertain(_)));
    assert!(matches!(annulled("", NRE, &[]), AnnulOutcome::Uncertain(_)));
}

fn lot_answer(region: &str, class: &str, lot_code: &str, outcome: &str) -> LotOutcome {
    let inner = format!(
        "<LottoRicevutaNRE><CodRegione>{region}</CodRegione><CodRagLotto>0A</CodRagLotto><IdentificativoLotto>{class}</IdentificativoLotto>\
         <CodLotto>{lot_code}</CodLotto><CFMedico>X</CFMedico><CodEsito>{outcome}</CodEsito><Esito>testo</Esito></LottoRicevutaNRE>"
    );
    lot(weigh(xml(200, &inner), "LottoRicevutaNRE"), "050", "X")
}

#[test]
fn the_width_of_the_progressive_is_what_is_missing_to_15() {
    let granted = |prefix: &str, size: u32, class: &str| LotOutcome::Granted {
        prefix: prefix.into(),
        size,
        size_class: class.into(),
    };
    assert_eq!(lot_answer("050", "0", "0000001", "00"), granted("0500A00000001", 100, "0"));
    assert_eq!(lot_answer("050", "4", "123456", "01"), granted("0500A4123456", 1000, "4"));
    assert!(matches!(lot_answer("050", "0", "0000001", "92"), LotOutcome::Refused { code, .. } if code == "92"));
    assert!(matches!(lot_answer("030", "0", "0000001", "00"), LotOutcome::Uncertain(_)));
    assert!(matches!(lot_answer("050", "0", "000000123", "00"), LotOutcome::Uncertain(_)));
    assert!(matches!(lot_answer("050", "0", "00000 1", "00"), LotOutcome::Uncertain(_)));
    assert!(matches!(lot_answer("050", "0", "0000001", ""), LotOutcome::Uncertain(_)));
}

#[test]
fn a_session_is_created_valid_over_or_refused() {
    let answer = |root: &str, inner: &str| session(weigh(xml(200, &format!("<{root}>{inner}</{root}>")), root));
    let error = |code: &str| {
        format!(
            "<codEsito>1</codEsito><errori><errore><tipoErrore>E</tipoErrore><codEsito>{code}</codEsito></errore></errori>"
        )
    };
    let created = "<codEsito>0</codEsito><comunicazioni><comunicazione><codice>token</codice><messaggio>abc</messaggio></comunicazione></comunicazioni>";
    assert!(
        matches!(answer("CreateAuthRes", created), SessionOutcome::Created { token: Some(_), communications } if communications.is_empty())
    );
    assert!(matches!(answer("CreateAuthRes", "<codEsito>0</codEsito>"), SessionOutcome::Created { token: None, .. }));
    assert!(matches!(answer("CreateAuthRes", &error("302")), SessionOutcome::Refused { .. }));
    let info = |state: &str, until: &str| {
        format!(
            "<codEsito>0</codEsito><infoToken><stato>{state}</stato><descrizione>d</descrizione><dataInizioValidita>2026-09-30T08:00:00</dataInizioValidita><dataFineValidita>{until}</dataFineValidita></infoToken>"
        )
    };
    assert!(matches!(answer("CheckTokenRes", &info("0", "2026-09-30T16:00:00")), SessionOutcome::Valid { .. }));
    assert!(matches!(answer("CheckTokenRes", &info("0", "mai")), SessionOutcome::Uncertain(_)));
    assert!(matches!(answer("CheckTokenRes", &info("1", "2026-09-30T16:00:00")), SessionOutcome::Ended { .. }));
    assert!(matches!(answer("CheckTokenRes", &error("603")), SessionOutcome::Ended { .. }));
    assert!(matches!(answer("CheckTokenRes", "<codEsito>0</codEsito>"), SessionOutcome::Uncertain(_)));
    assert!(matches!(answer("RevokeAuthRes", "<codEsito>0</codEsito>"), SessionOutcome::Ended { .. }));
}

/// Code, text, and whether it is the session that is refused.
const SENDER: [(&str, &str, bool); 8] = [
    ("1001", "Pincode mancante", false),
    ("1002", "Pincode errato", false),
    ("1003", "Utente non autorizzato", false),
    ("9101", "id-sessione non presente o non valido. Valore atteso in http header con campo Authorization2F", true),
    ("9999", "Password scaduta (from client)", false),
    ("9998", "Utente disabilitato (from client)", false),
    ("9997", "Credenziali non presenti (from client)", false),
    ("9996", "ID-SESSIONE scaduto", true),
];

/// Whatever they come as, refusals of the sender burn nothing: on every service they are "not processed".
#[test]
fn refusals_of_the_sender_are_not_processed() {
    for (code, text, session) in SENDER {
        for kind in ["Bloccante", "E", "Avviso", ""] {
            let list = format!(
                "<n:ElencoErroriRicette><t:ErroreRicetta><t:codEsito>{code}</t:codEsito><t:esito>{text}</t:esito>\
                 <t:progPresc>0</t:progPresc><t:tipoErrore>{kind}</t:tipoErrore></t:ErroreRicetta></n:ElencoErroriRicette>"
            );
            let answer = |root: &str, field: &str| {
                let body = format!("<n:{root} xmlns:n='u' xmlns:t='v'><n:{field}>9999</n:{field}>{list}</n:{root}>");
                weigh(xml(200, &body), root)
            };
            let is = |cause: &NotProcessed| match cause {
                NotProcessed::SessionRefused(_) => session,
                NotProcessed::CredentialsRefused(_) => !session,
                _ => false,
            };
            let sent = send(answer("InvioPrescrittoRicevuta", "codEsitoInserimento"), NRE);
            assert!(matches!(&sent, SendOutcome::NotProcessed(cause) if is(cause)), "{code} {kind}: {sent:?}");
            let seen = view(answer("VisualizzaPrescrittoRicevuta", "codEsitoVisualizzazione"), NRE);
            assert!(matches!(&seen, ViewOutcome::NotProcessed(cause) if is(cause)), "{code} {kind}: {seen:?}");
            let annulled = annul(answer("AnnullaPrescrittoRicevuta", "codEsitoAnnullamento"), NRE);
            assert!(matches!(&annulled, AnnulOutcome::NotProcessed(cause) if is(cause)), "{code}: {annulled:?}");
            let listed = used_nres(answer("InterrogaNreUtilRicevuta", "codEsitoInterrogaNreUtilizzati"));
            assert!(matches!(&listed, UsedNres::NotProcessed(cause) if is(cause)), "{code}: {listed:?}");
        }
        // As a Fault, with the words alone where they are plain, or with the number.
        for words in [text.to_owned(), format!("Errore {code}: {text}")] {
            for status in [200, 500] {
                let outcome = sent(fault(status, "env:Client", &words));
                let SendOutcome::NotProcessed(cause) = &outcome else { panic!("{words}: {outcome:?}") };
                assert!(cause.is_about_sender(), "{words}: {outcome:?}");
                assert_eq!(matches!(cause, NotProcessed::SessionRefused(_)), session, "{words}");
            }
        }
    }
}

/// The warning of a session that is not there, beside another reason: the reason is the other one. Beside a success it is
/// a success.
#[test]
fn a_warning_about_the_session_refuses_nothing() {
    let rest = error_list(&[("9101", "0", "Avviso"), ("1037", "0", "Bloccante")]);
    assert!(matches!(sent(xml(200, &receipt("9999", "", "", "", &rest))), SendOutcome::Refused { .. }));
    let rest = error_list(&[("9101", "0", "Avviso"), ("0000", "0", "")]);
    let outcome = sent(xml(200, &receipt("0001", NRE, CODE, "2026-09-30 16:47:15", &rest)));
    assert!(matches!(outcome, SendOutcome::Accepted(_)));
    // A value of the request that looks like a code is the schema's business.
    let outcome = sent(fault(500, "env:Client", "cvc-simple-type 1: Value is '1002' with password"));
    assert!(matches!(outcome, SendOutcome::NotProcessed(NotProcessed::Fault(_))));
}
