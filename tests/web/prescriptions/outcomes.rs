//! What the doctor reads after sending, and the list.

use super::*;
use millecloud::prescriptions::model::WaitReason;

#[actix_web::test]
async fn processed() {
    let d = desk().await;
    let id = d.accepted().await;
    let page = d.outcome(id).await;
    page.assert_status(200).assert_text("Esito invio prescrizione").assert_text("La prescrizione è stata processata.");
    let code = page.one("#auth");
    assert!(code.len() == 30 && code.chars().all(|c| c.is_ascii_digit()), "{code}");
    page.assert_text("Conferma per la stampa Si ritrova in Consegne, tra quelle da stampare");
    let about = |path: String| paths::about(&path, &[id]);
    assert_eq!(page.links("a.choice"), [about(paths::delivery_mail()), about(paths::delivery_nre())]);
    assert_eq!(page.attribute("[data-watch]", "data-watch"), None, "nothing is under way");
    // The page under the dialog tells the whole story.
    let page = d.browser.get(&paths::prescription(id)).await;
    page.assert_text("Accettata dal SAC").assert_text("Confermata").assert_text("Paolo BORGHETTO");
    page.assert_text("ZIMOX*12CPR 1G").assert_text("INFLUENZA").assert_text(&code);
}

#[actix_web::test]
async fn processed_with_warnings() {
    let d = desk().await;
    d.fault(Door::Send, Fault::Warning { code: "1024".into() });
    let id = d.accepted().await;
    d.outcome(id).await.assert_text("Accettata con avvisi").assert_text("1024").assert_text("processata");
}

#[actix_web::test]
async fn refused_with_each_reason_in_italian() {
    let d = desk().await;
    d.fault(Door::Send, Fault::Refuse { code: "1037".into() });
    let id = d.confirm_one().await;
    d.until(id, State::Discarded).await;
    let page = d.outcome(id).await;
    page.assert_text("Il SAC ha rifiutato la ricetta.").assert_text("non consegnare il promemoria");
    page.assert_text("Il codice fiscale non è di un assistito del Servizio sanitario").assert_text("1037");
    page.assert_no_text("Conferma per la stampa");
    let (action, fields) = page.form("dialog form");
    assert_eq!(action, paths::prescription_correct(id));
    assert!(fields.iter().any(|(name, value)| name == "revisione" && !value.is_empty()));
    let corrected = page.submit("dialog form", &[]).await;
    assert_eq!(corrected.path, paths::draft(d.patient), "back in the basket");
    d.outcome(id).await.assert_text("ripresa per essere corretta");
}

#[actix_web::test]
async fn queued_while_the_session_is_over_and_sent_when_there_is_a_new_one() {
    let d = desk().await;
    d.app.simulator.engine.revoke_sessions("BRGPLA59L23M048S").unwrap();
    let id = d.confirm_one().await;
    for _ in 0..400 {
        if d.outcome(id).await.text().contains("sessione SAR del giorno è scaduta") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let page = d.outcome(id).await;
    page.assert_text("La ricetta aspetta. La sessione SAR del giorno è scaduta.").assert_text("Togli dalla coda");
    page.assert_no_text("Conferma per la stampa");
    assert!(page.links("dialog a").contains(&paths::sar_credentials()));
    let watch = page.attribute("[data-watch]", "data-watch").unwrap();
    let seen = page.attribute("[data-watch]", "data-seen").unwrap();
    let asked = d.browser.get_with(&watch, &[("X-Frammento", "stato"), ("X-In-Sottofondo", "1")]).await;
    assert_eq!((asked.status, asked.body.as_str()), (200, seen.as_str()), "nothing has changed yet");
    d.app.enable_sac(d.doctor).await;
    let retried = page.submit("dialog form[action$=riprova]", &[]).await;
    retried.assert_text("La prescrizione è stata processata.");
    let asked = d.browser.get_with(&watch, &[("X-Frammento", "stato")]).await;
    assert_ne!(asked.body, seen, "the script would reload now");
}

#[actix_web::test]
async fn taken_out_of_the_queue() {
    let d = desk().await;
    d.fault(Door::Send, Fault::Status { status: 401, accept: false });
    let id = d.confirm_one().await;
    for _ in 0..400 {
        if d.outcome(id).await.text().contains("non accetta le tue credenziali") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let page = d.outcome(id).await;
    let back = page.submit("dialog form[action$=correggi]", &[]).await;
    assert_eq!((d.state(id).await, back.path), (State::Draft, paths::draft(d.patient)));
    let twice = page.submit("dialog form[action$=correggi]", &[]).await;
    assert_ne!(twice.status, 500);
    assert_eq!(d.passages(id, State::Draft).await, 1);
    // A page opened before: trying again what is no longer there says so.
    let late = page.submit("dialog form[action$=riprova]", &[]).await;
    late.assert_status(200).assert_text("Questa ricetta è già cambiata").assert_text("L’ha fatto Paolo BORGHETTO");
}

#[actix_web::test]
async fn uncertain_is_verified_on_demand() {
    let d = desk().await;
    d.fault(Door::Send, Fault::AcceptThenDrop);
    // The views fail for a while, so that the page can be seen.
    d.app.simulator.engine.plan_fault(FaultPlan {
        service: Some(Door::View),
        next: None,
        probability: Some(1.0),
        fault: Fault::Status { status: 504, accept: false },
    });
    let id = d.confirm_one().await;
    d.until(id, State::Uncertain).await;
    let page = d.outcome(id).await;
    page.assert_text("La ricetta è partita, ma la risposta non è arrivata.").assert_text("Non prescrivere di nuovo");
    page.assert_no_text("Conferma per la stampa").assert_no_text("Correggi");
    d.app.simulator.engine.clear_faults();
    page.submit("dialog form[action$=verifica]", &[]).await.assert_text("Esito invio prescrizione");
    d.until(id, State::Accepted).await;
    assert_eq!(d.app.simulator.engine.snapshot().prescriptions.len(), 2, "the archive's and this one, once");
}

/// Where SAC assigns the numbers its lists showed nothing: the doctor's word is asked for, and counts once.
#[actix_web::test]
async fn what_the_lists_do_not_show_goes_out_again_on_the_doctors_word() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.login("borghetto").await;
    let patient = app.fill_archive(doctor, "SCCCLD63E30L483Q").await.patient;
    // Without credentials nothing moves by itself.
    let d = Desk { app, browser, doctor, patient };
    let id = d.confirm_one().await;
    d.app
        .write(move |conn| {
            let searched = (
                prescriptions::state.eq(State::Uncertain),
                prescriptions::wait_reason.eq(WaitReason::NothingListed),
                prescriptions::next_try_at.eq(None::<chrono::NaiveDateTime>),
                prescriptions::attention.eq(true),
            );
            Ok(diesel::update(prescriptions::table.find(id)).set(searched).execute(conn)?)
        })
        .await;
    let page = d.outcome(id).await;
    page.assert_text("non è comparsa nei suoi elenchi").assert_text("Invia di nuovo").assert_no_text("Correggi");
    page.submit("dialog form[action$=rinvia]", &[]).await.assert_status(200);
    let page = d.browser.get(&paths::prescription(id)).await;
    page.assert_text("Rinvio chiesto dopo la verifica").assert_no_text("Invia di nuovo");
    assert_eq!(d.state(id).await, State::Uncertain, "searched for once more before anything goes out");
    assert_eq!(d.passages(id, State::Uncertain).await, 1);
}

#[actix_web::test]
async fn several_are_listed_with_what_became_of_each() {
    let d = desk().await;
    d.fault(Door::Send, Fault::Refuse { code: "1037".into() });
    let ids = d.confirm(3).await;
    d.app.until_settled().await;
    let address = paths::outcome_of(&ids);
    let page = d.browser.get(&address).await;
    page.assert_status(200).assert_text("2 ricette inviate su 3").assert_text("Una è stata rifiutata dal SAC");
    assert_eq!(page.all(".todo > li").len(), 3);
    assert_eq!((page.all(".todo__ok").len(), page.all(".todo__err").len()), (2, 1));
    page.assert_text("Il codice fiscale non è di un assistito");
    assert_eq!(page.links(".todo a.btn").len(), 3, "each leads to its own outcome");
    assert_eq!(paths::outcome_of(&ids[..1]), paths::prescription_outcome(ids[0]));
}

#[actix_web::test]
async fn the_list_by_state_in_pages() {
    let d = desk().await;
    d.fault(Door::Send, Fault::Refuse { code: "1037".into() });
    d.confirm(23).await;
    d.app.until_settled().await;
    let done = d.browser.get(&paths::prescriptions()).await;
    assert_eq!(done.all(".todo > li").len(), 20);
    done.assert_text("Elaborate 23").assert_text("Errori 1").assert_text("Nuove 0").assert_text("23 ricette");
    let rest = done.follow("a[rel=next]").await;
    assert_eq!((rest.all(".todo > li").len(), rest.attribute("a[rel=next]", "href")), (3, None));
    rest.follow(".pager a").await.assert_text("23 ricette");
    let wrong = d.browser.get("/millelight/ricette?filtro=errori").await;
    assert_eq!(wrong.all(".todo > li").len(), 1);
    wrong.assert_text("Errore SAC");
    d.browser.get("/millelight/ricette?filtro=cancellate").await.assert_text("Nessuna ricetta qui");
    d.browser.get("/millelight/ricette?filtro=inventato&prima=0").await.assert_status(200);
}

#[actix_web::test]
async fn nobody_sees_anothers() {
    let d = desk().await;
    let id = d.accepted().await;
    let other = d.app.other_doctor().await;
    for path in [
        paths::prescription(id),
        paths::prescription_outcome(id),
        paths::prescription_annul(id),
        paths::outcome_of(&[id, id]),
    ] {
        let page = other.get(&path).await;
        page.assert_status(404).assert_no_text("SACCAVINI");
    }
    other.get(&paths::prescriptions()).await.assert_text("Elaborate 0").assert_no_text("SACCAVINI");
    d.app.anonymous().get(&paths::prescription(id)).await.assert_text("ACCEDI");
}
