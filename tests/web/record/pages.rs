//! Panels, entries, lists.

use diesel::prelude::*;
use millecloud::db::schema::{patient_exemptions, recent_patients};

use super::*;

#[actix_web::test]
async fn an_empty_record_says_what_will_be_there() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = doctor.get(&record(patient)).await;
    page.assert_status(200);
    assert_eq!(page.one(".pt__name"), "SACCAVINI Claudio");
    for text in ["SCCCLD63E30L483Q", "Nessun problema", "Nessuna terapia", "Diario vuoto", "Nessun accertamento"] {
        page.assert_text(text);
    }
    page.assert_no_text("Ricetta in preparazione");
    assert_eq!(page.all(".tabs a"), ["Terapie", "Problemi", "Accertamenti", "Diario"]);
}

#[actix_web::test]
async fn a_problem_is_found_in_the_catalogue_added_selected_closed_and_reopened() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let search = [("azione", "cerca"), ("q", "diabete"), ("notes", "in cura"), ("opened_on", "2016-11-19")];
    let found = write(&doctor, patient, "problemi/nuovo", &search).await;
    let code = found.assert_status(200).attribute("#risultati button", "value").unwrap();
    let picked = found.submit("#modulo", &[("scelta", &code)]).await;
    let (_, fields) = picked.assert_status(200).form("#modulo");
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert!(value("icd9_code").starts_with("250"), "{fields:?}");
    assert!(value("description").to_lowercase().contains("diabete"));
    // Neither the search nor the choice has lost what was typed, and nothing was saved by them.
    assert_eq!(
        (value("notes").as_str(), value("opened_on").as_str(), value("q").as_str()),
        ("in cura", "2016-11-19", "")
    );
    assert!(picked.all("#risultati button").is_empty());
    assert_eq!(count_changes(&app).await, 0);
    let saved = picked.submit("#modulo", &[("description", "DIABETE MELLITO")]).await;
    saved.assert_status(200).assert_text("Il problema è stato salvato.");
    write(&doctor, patient, "problemi/nuovo", &[("description", "Mal di testa")]).await.assert_text("Mal di testa");
    let page = doctor.get(&record(patient)).await;
    assert_eq!(page.all(".prob[aria-current]"), ["DIARIO"]);
    let selected = page.follow(".prob[href*='problema=1']").await;
    assert_eq!(selected.all(".prob[aria-current]").len(), 1);
    selected.assert_text("Terapie, accertamenti e diario di: DIABETE MELLITO");
    let closed = selected.submit("#problemi form[action$='/chiudi']", &[]).await;
    closed.assert_text("Il problema è chiuso.").assert_text("chiuso il");
    let open = closed.submit("#problemi form[action$='/riapri']", &[]).await;
    open.assert_text("Il problema è di nuovo aperto.").assert_no_text("chiuso il");
}

#[actix_web::test]
async fn a_live_search_gets_the_box_alone() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = doctor.get(&format!("{}/problemi/nuovo", record(patient))).await;
    let search = async |words| {
        let (action, fields) = page.filled("#modulo", &[("azione", "cerca"), ("q", words)]);
        doctor.post_raw(&action, &fields, &[("sec-fetch-site", "same-origin"), ("X-Frammento", "risultati")]).await
    };
    let fragment = search("diabete").await;
    fragment.assert_status(200);
    assert!(!fragment.body.contains("<html"), "{}", fragment.body);
    assert!(!fragment.all("li button").is_empty());
    assert_eq!(fragment.attribute("[name=cercato]", "value").as_deref(), Some("diabete"));
    search("zzzz").await.assert_text("Nessun risultato per «zzzz»");
}

#[actix_web::test]
async fn a_new_line_in_a_form_searches_what_was_not_yet_searched_and_else_saves() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let typed = [("azione", "invio"), ("q", "diabete"), ("description", "Mal di testa")];
    let found = write(&doctor, patient, "problemi/nuovo", &typed).await;
    assert!(!found.all("#risultati button").is_empty());
    let saved = found.submit("#modulo", &[("azione", "invio")]).await;
    saved.assert_text("Il problema è stato salvato.").assert_text("Mal di testa");
    // In a form that exists already as well: an exemption of the list is looked for and put into the fields.
    write(&doctor, patient, "esenzioni", &[("code", "E01"), ("valid_from", "2020-01-31")]).await;
    let known = doctor.get(&format!("{}/esenzioni", record(patient))).await.follow("td .actions a").await;
    let found = known.submit("#modulo", &[("azione", "cerca"), ("q", "013")]).await;
    let picked = found.submit("#modulo", &[("scelta", "013")]).await;
    let (_, fields) = picked.form("#modulo");
    assert!(fields.contains(&("code".to_owned(), "013".to_owned())), "{fields:?}");
    assert!(fields.contains(&("valid_from".to_owned(), "2020-01-31".to_owned())), "{fields:?}");
    picked.submit("#modulo", &[]).await.assert_text("L’esenzione è stata salvata.").assert_text("013");
}

#[actix_web::test]
async fn an_open_problem_is_written_once_and_nothing_before_birth() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let problem = [("description", "INFLUENZA"), ("icd9_code", "487.1")];
    write(&doctor, patient, "problemi/nuovo", &problem).await.assert_status(200);
    let twin = write(&doctor, patient, "problemi/nuovo", &problem).await;
    twin.assert_status(422).assert_text("Questo problema è già aperto nella cartella");
    let closed = doctor.get(&record(patient)).await.follow(".prob[href*='problema=']").await;
    closed.submit("#problemi form[action$='/chiudi']", &[]).await.assert_text("Il problema è chiuso.");
    write(&doctor, patient, "problemi/nuovo", &problem).await.assert_status(200);
    for (form, day, fields) in [
        ("problemi/nuovo", "opened_on", [("description", "Emicrania")]),
        ("diario/nuova", "entry_date", [("body", "Febbre")]),
        ("accertamenti/nuovo", "requested_on", [("description", "Emocromo")]),
        ("info-essenziali", "noted_on", [("substance", "Penicillina")]),
    ] {
        let refused = write(&doctor, patient, form, &[fields[0], (day, "1901-01-01")]).await;
        refused.assert_status(422).assert_text("la data non può venire prima");
    }
}

#[actix_web::test]
async fn panels_follow_the_problem() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    write(&doctor, patient, "problemi/nuovo", &[("description", "INFLUENZA")]).await;
    let influenza = doctor.get(&record(patient)).await.links(".prob[href*='problema=']")[0].clone();
    let id = influenza.split("problema=").nth(1).unwrap().split('#').next().unwrap().to_owned();
    let in_problem = doctor.get(&format!("{}/diario/nuova?problema={id}", record(patient))).await;
    in_problem.submit("#modulo", &[("body", "Febbre 38,5")]).await.assert_text("Febbre 38,5");
    write(&doctor, patient, "diario/nuova", &[("body", "Certificato sportivo")]).await;
    let exam = [("description", "EMOGLOBINA GLICATA"), ("outcome", "abnormal"), ("result", "58 mmol/mol")];
    write(&doctor, patient, "accertamenti/nuovo", &exam).await;
    let all = doctor.get(&record(patient)).await;
    all.assert_text("Febbre 38,5").assert_text("Certificato sportivo").assert_text("58 mmol/mol");
    let through = doctor.get(&influenza).await;
    through.assert_text("Febbre 38,5").assert_no_text("Certificato sportivo").assert_no_text("GLICATA");
    let without = doctor.get(&format!("{}?problema=senza", record(patient))).await;
    without.assert_no_text("Febbre 38,5").assert_text("Certificato sportivo").assert_text("GLICATA");
    for wrong in ["x", "999999"] {
        doctor.get(&format!("{}?problema={wrong}", record(patient))).await.assert_status(404);
    }
}

#[actix_web::test]
async fn errors_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let typed = [("description", ""), ("icd9_code", "XX"), ("opened_on", "2999-01-01"), ("notes", "da rivedere")];
    let page = write(&doctor, patient, "problemi/nuovo", &typed).await;
    page.assert_status(422);
    assert_eq!(page.all(".errsum li").len(), 3, "{:?}", page.all(".errsum li"));
    assert_eq!(page.attribute("#icd9_code", "value").as_deref(), Some("XX"));
    assert_eq!(page.one("#notes"), "da rivedere");
    let page = write(&doctor, patient, "info-essenziali", &[("substance", ""), ("atc_prefix", "99")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 2));
    let page = write(&doctor, patient, "esenzioni", &[("code", "0!"), ("valid_to", "31/02/2020")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 2));
    let page = write(&doctor, patient, "diario/nuova", &[("body", " ")]).await;
    assert_eq!((page.status, page.all(".errsum li").len()), (422, 1));
    let page = write(&doctor, patient, "accertamenti/nuovo", &[("description", "ECG"), ("result", "normale")]).await;
    page.assert_status(422).assert_text("C’è un risultato: scegli se è nella norma o da valutare.");
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = write(&doctor, patient, &format!("terapie/{therapy}"), &[("pieces", "0")]).await;
    page.assert_status(422).assert_text("Scrivi un numero da 1 a 99.");
    assert_eq!(count_changes(&app).await, 0);
}

#[actix_web::test]
async fn therapies_carry_their_badges_and_are_corrected_suspended_and_resumed() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = doctor.get(&record(patient)).await;
    assert_eq!(page.all("#terapie .row__t"), ["ZIMOX*12CPR 1G - N° 1"]);
    assert_eq!(page.all("#terapie .cls"), ["A", "CD"]);
    let title = page.attribute("#terapie .cls--k", "title").unwrap();
    assert!(title.contains("concedibile"), "{title}");
    let (action, _) = page.form("#terapie form");
    assert_eq!(action, format!("{}/terapie/ripeti", record(patient)));
    let nothing = doctor.post(&format!("{}/terapie/sospendi", record(patient)), &page.form("#terapie form").1).await;
    nothing.assert_text("Nessuna terapia scelta.");
    let (_, ticked) = page.filled("#terapie form", &[("ripeti", &therapy.to_string())]);
    let suspended = doctor.post(&format!("{}/terapie/sospendi", record(patient)), &ticked).await;
    suspended.assert_text("La terapia è sospesa.").assert_text("Sospesa il");
    let one = suspended.follow("#terapie .duo > a").await;
    let resumed = one.submit("form[action$='/riprendi']", &[]).await;
    resumed.assert_text("La terapia è ripresa.").assert_no_text("Sospesa il");
    let edited = resumed.follow("#terapie .duo > a").await;
    let fields = [("posology", "1 compressa ogni 8 ore"), ("pieces", "2"), ("continuous", "true")];
    let saved = edited.submit("#modulo", &fields).await;
    saved.assert_text("ZIMOX*12CPR 1G - N° 2").assert_text("Continuativa").assert_text("1 compressa ogni 8 ore");
}

#[actix_web::test]
async fn a_correction_of_the_diary_shows_who_when_and_what_was_before() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let page = write(&doctor, patient, "diario/nuova", &[("body", "Febre 38")]).await;
    let corrected =
        page.follow("#diario .diary a[href*='/diario/']").await.submit("#modulo", &[("body", "Febbre 38")]).await;
    corrected.assert_text("Febbre 38").assert_no_text("Febre").assert_text("Corretta il");
    let history = corrected.follow("#diario a[href$='/storia']").await;
    history.assert_status(200).assert_text("Correzione").assert_text("Inserimento").assert_text("BORGHETTO Paolo");
    assert_eq!(history.one("del"), "Prima: Febre 38");
    assert_eq!(history.one("ins"), "Dopo: Febbre 38");
}

#[actix_web::test]
async fn allergies_and_exemptions_stand_in_the_banner_and_can_be_taken_out_and_brought_back() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let allergy = [("substance", "FANS"), ("atc_prefix", "m01a"), ("reaction", "orticaria")];
    write(&doctor, patient, "info-essenziali", &allergy).await.assert_text("Allergia: FANS");
    let saved = write(&doctor, patient, "esenzioni", &[("code", "013")]).await;
    saved.assert_text("Esenzione 013").assert_text("Senza scadenza");
    let description: String =
        app.read(|conn| Ok(patient_exemptions::table.select(patient_exemptions::description).first(conn)?)).await;
    assert!(description.to_lowercase().contains("diabete"), "{description}");
    let unknown = write(&doctor, patient, "esenzioni", &[("code", "0X9"), ("valid_to", "2000-01-01")]).await;
    unknown.assert_text("controllalo").assert_text("Codice non in elenco").assert_text("Scaduta");
    assert_eq!(unknown.all(".pt .tag"), ["Allergia: FANS", "Esenzione 013"]);
    let page = doctor.get(&format!("{}/info-essenziali", record(patient))).await;
    let one = page.follow("table a").await;
    let gone = one.submit("form[action$='/elimina']", &[]).await;
    gone.assert_text("La voce è stata eliminata.").assert_no_text("Allergia: FANS").assert_text("Eliminate (1)");
    let history = gone.follow("details a[href$='/storia']").await;
    history.assert_text("Eliminazione").submit("form[action$='/ripristina']", &[]).await.assert_text("Allergia: FANS");
    assert_eq!(count_changes(&app).await, 5);
}

#[actix_web::test]
async fn an_allergy_or_exemption_that_is_there_is_not_written_twice() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    write(&doctor, patient, "info-essenziali", &[("substance", "FANS")]).await.assert_status(200);
    let page = doctor.get(&format!("{}/info-essenziali", record(patient))).await;
    let again = page.submit("#modulo", &[("substance", "fans "), ("reaction", "orticaria")]).await;
    again.assert_status(422).assert_text("Questa allergia è già nella cartella").assert_no_text("già stato salvato");
    let (_, kept) = again.filled("#modulo", &[]);
    assert!(kept.contains(&("reaction".to_owned(), "orticaria".to_owned())), "{kept:?}");
    let right = again.submit("#modulo", &[("substance", "LATTICE")]).await;
    right.assert_status(200).assert_text("Allergia: LATTICE");
    let year = [("code", "E01"), ("valid_from", "2016-01-01"), ("valid_to", "2016-12-31")];
    write(&doctor, patient, "esenzioni", &year).await.assert_status(200);
    let within = [("code", "E01"), ("valid_from", "2016-12-31"), ("valid_to", "")];
    write(&doctor, patient, "esenzioni", &within).await.assert_status(422).assert_text("per lo stesso periodo");
    let next = [("code", "E01"), ("valid_from", "2017-01-01"), ("valid_to", "")];
    write(&doctor, patient, "esenzioni", &next).await.assert_status(200);
    assert_eq!(count_changes(&app).await, 4);
}

#[actix_web::test]
async fn a_removed_entry_leaves_its_panel_and_waits_among_the_removed() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    let therapy = add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    let page = doctor.get(&format!("{}/terapie/{therapy}", record(patient))).await;
    let gone = page.submit("form[action$='/elimina']", &[]).await;
    assert!(gone.all("#terapie .row__t").is_empty());
    let removed = doctor.get(&format!("{}/terapie?eliminate=true", record(patient))).await;
    removed.assert_text("ZIMOX*12CPR 1G");
    let restored = removed.follow("ul.rows a").await.submit("form[action$='/ripristina']", &[]).await;
    assert_eq!(restored.all("#terapie .row__t").len(), 1);
}

#[actix_web::test]
async fn long_lists_are_shown_page_by_page() {
    let app = TestApp::start().await;
    let (doctor, patient) = surgery(&app).await;
    for _ in 0..35 {
        add_therapy(&app, patient, "ZIMOX*12CPR 1G").await;
    }
    let page = doctor.get(&record(patient)).await;
    assert_eq!((page.all("#terapie .row__t").len(), page.one("#terapie .n").as_str()), (30, "30+"));
    let first = doctor.get(&format!("{}/terapie", record(patient))).await;
    assert_eq!(first.all(".row__t").len(), 30);
    let second = first.follow(".pager a[rel='next']").await;
    assert_eq!(second.all(".row__t").len(), 5);
    assert!(second.links(".pager a[rel='next']").is_empty());
    doctor.get(&format!("{}/terapie?dopo=x", record(patient))).await.assert_status(404);
}

#[actix_web::test]
async fn the_opened_record_becomes_the_last_one() {
    let app = TestApp::start().await;
    let (doctor, first) = surgery(&app).await;
    let second = add_patient(&app, "borghetto", "BIANCHI", "BNCCLD63E30L483D").await;
    for patient in [first, second, first] {
        doctor.get(&record(patient)).await.assert_status(200);
        // The note is written behind the page's back.
        let mut noted = false;
        for _ in 0..200 {
            let top: Option<i64> = app
                .read(|conn| {
                    let order = recent_patients::opened_at.desc();
                    Ok(recent_patients::table
                        .order(order)
                        .select(recent_patients::patient_id)
                        .first(conn)
                        .optional()?)
                })
                .await;
            noted = top == Some(patient);
            if noted {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(noted, "{patient} was not noted");
    }
}
