//! Case A: two mails in order, to the frozen address, with nothing in them that tells.

use std::io::{Cursor, Read as _};

use millecloud::ports::mail::MailError;

use super::*;

const CANARIES: &[&str] = &["SACCAVINI", "Claudio", "SCCCLD63E30L483Q", "ZIMOX", "BORGHETTO", "Borghetto", "050A2"];

/// The files of an archive, opened with a password.
fn open(bytes: &[u8], password: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|n| {
            let mut file = archive.by_index_decrypt(n, password.as_bytes()).ok()?;
            let mut content = Vec::new();
            file.read_to_end(&mut content).ok()?;
            Some((file.name().ok()?.into_owned(), content))
        })
        .collect()
}

/// The line of the text mail that is the password.
fn password_in(text: &str) -> String {
    let is_password = |line: &&str| {
        line.len() == 19 && line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    };
    text.lines().find(is_password).unwrap_or_else(|| panic!("no password in {text}")).to_owned()
}

#[actix_web::test]
async fn archive_then_password_to_the_registry_address() {
    let c = counter().await;
    let outcome = c.browser.get(&paths::prescription_outcome(c.id)).await;
    outcome.assert_text(&format!("Promemoria protetto a {ADDRESS}"));
    let sent = c.mail(&[c.id], &[]).await;
    sent.assert_status(200).assert_text(ADDRESS).assert_text("La password parte con un secondo messaggio.");
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;

    let mails = c.app.mailbox.take();
    let enclosed = c.app.mailbox.enclosed();
    assert_eq!((mails.len(), enclosed.len()), (2, 1));
    assert!(mails.iter().all(|mail| mail.to == ADDRESS));
    assert!(enclosed[0].1.name.ends_with(".zip"));
    let password = password_in(&mails[1].text);
    assert!(
        mails[1].html.contains(&password) && !mails[0].text.contains(&password) && !mails[0].html.contains(&password)
    );
    let files = open(&enclosed[0].1.bytes, &password).unwrap();
    assert_eq!(files.len(), 1);
    assert!(files[0].1.starts_with(b"%PDF"), "the promemoria");
    assert_eq!(open(&enclosed[0].1.bytes, "ABCD-EFGH-JKLM-NPQR"), None);
    // Nothing outside the archive tells who or what (R30).
    let outside: String = mails.iter().map(|m| format!("{}\n{}\n{}\n", m.subject, m.text, m.html)).collect();
    let outside = format!("{outside}{}{}", enclosed[0].1.name, files[0].0);
    for canary in CANARIES {
        assert!(!outside.contains(canary), "{canary}");
    }
    // The same reference in both, and nothing left at rest (R31).
    let reference = enclosed[0].1.name.trim_start_matches("documento-").trim_end_matches(".zip").to_owned();
    assert!(mails.iter().all(|mail| mail.subject.contains(&reference) && mail.text.contains(&reference)));
    let left: i64 = c
        .app
        .read(|conn| {
            let secrets = deliveries::archive.is_not_null().or(deliveries::password_sealed.is_not_null());
            Ok(deliveries::table.filter(secrets).count().get_result(conn)?)
        })
        .await;
    assert_eq!(left, 0, "archive and password are erased");
    // It is green, and does not wait for print any more.
    c.browser
        .get(&paths::prescription(c.id))
        .await
        .assert_text("Inviata per e-mail")
        .assert_no_text("In attesa di stampa");
}

#[actix_web::test]
async fn the_address_is_frozen_and_may_be_another() {
    let c = counter().await;
    let failure = MailError::Temporary("SMTP 451".to_owned());
    c.app.mailbox.fail_with(Some(failure));
    for wrong in ["a@b", "x@y.example, z@y.example", "x@y.example\r\nBcc: z@y.example"] {
        let again = c.mail(&[c.id], &[("modifica", "1"), ("nuova_mail", wrong)]).await;
        again.assert_status(422);
    }
    assert_eq!(c.channel(c.id, Channel::Mail).await, None);
    let other = "figlia.saccavini@posta.example";
    c.mail(&[c.id], &[("modifica", "1"), ("nuova_mail", other), ("anagrafica", "1")]).await.assert_text(other);
    let patient = c.patient;
    let kept: String =
        c.app.read(move |conn| Ok(patients::table.find(patient).select(patients::email).first(conn)?)).await;
    assert_eq!(kept, other, "the registry follows when asked");
    // A later change of the registry does not reach what is pending (R12).
    c.app
        .write(move |conn| {
            Ok(diesel::update(patients::table.find(patient)).set(patients::email.eq("x@y.example")).execute(conn)?)
        })
        .await;
    c.app.mailbox.fail_with(None);
    c.hurry().await;
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    assert!(c.app.mailbox.take().iter().all(|mail| mail.to == other));
}

#[actix_web::test]
async fn one_confirmation_one_delivery() {
    let c = counter().await;
    let dialog = c.browser.get(&paths::about(&paths::delivery_mail(), &[c.id])).await;
    let (a, b) = tokio::join!(dialog.submit("dialog form", &[]), dialog.submit("dialog form", &[]));
    a.assert_status(200);
    b.assert_status(200);
    dialog.submit("dialog form", &[]).await.assert_status(200);
    let altered = dialog.submit("dialog form", &[("modifica", "1"), ("nuova_mail", "x@y.example")]).await;
    altered.assert_status(409);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    assert_eq!(c.app.mailbox.take().len(), 2);
}

#[actix_web::test]
async fn refused_for_good_is_red_and_can_be_done_again() {
    let c = counter().await;
    c.app.mailbox.fail_with(Some(MailError::Permanent("SMTP 550".to_owned())));
    c.mail(&[c.id], &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Failed).await;
    assert_eq!(c.channel(c.id, Channel::Mail).await.unwrap().2, DeliveryReason::AddressRefused);
    assert_eq!(c.channel(c.id, Channel::Print).await.unwrap().1, DeliveryState::Requested, "it waits for print again");
    let list = c.browser.get("/millelight/consegne?vista=attenzione").await;
    list.assert_text("E-mail non inviata").assert_text("L'indirizzo non esiste").assert_text("Riprova");
    list.assert_text("Cambia indirizzo").assert_text("Ho provveduto").assert_text("Da guardare 1");
    c.app.mailbox.fail_with(None);
    list.submit("form[action$=riprova]", &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    c.browser.get("/millelight/consegne?vista=attenzione").await.assert_text("Nessuna consegna qui");
    let mails = c.app.mailbox.take();
    assert_eq!(mails.len(), 2);
    assert!(open(&c.app.mailbox.enclosed()[0].1.bytes, &password_in(&mails[1].text)).is_some());
}

#[actix_web::test]
async fn a_secret_agreed_by_voice_needs_one_mail() {
    let c = counter().await;
    let page = c.browser.get(&paths::agreed_secret(c.patient)).await;
    page.submit("main form", &[("parola_secret", "corta")]).await.assert_status(422).assert_text("da 12 a 64");
    page.submit("main form", &[("parola_secret", "saccavini claudio")]).await.assert_status(422);
    page.submit("main form", &[("parola_secret", "il gatto grigio")]).await.assert_text("Parola concordata salvata");
    c.mail(&[c.id], &[]).await.assert_text("Si apre con la parola concordata");
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    let mails = c.app.mailbox.take();
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].text.contains("gatto") && mails[0].text.contains("concordato"));
    assert!(open(&c.app.mailbox.enclosed()[0].1.bytes, "il gatto grigio").is_some());
    let page = c.browser.get(&paths::agreed_secret(c.patient)).await;
    page.assert_no_text("gatto").submit("form:has([name=togli])", &[]).await.assert_text("Parola concordata tolta");
}

#[actix_web::test]
async fn several_of_one_patient_travel_together() {
    let c = counter().await;
    let ids = c.more(3).await;
    let list = c.browser.get(&paths::outcome_of(&ids)).await;
    list.assert_text("Consegna le 3 ricette accettate");
    c.mail(&ids, &[]).await.assert_status(200);
    for id in &ids {
        c.until(*id, Channel::Mail, DeliveryState::Delivered).await;
    }
    let mails = c.app.mailbox.take();
    assert_eq!(mails.len(), 2);
    assert_eq!(open(&c.app.mailbox.enclosed()[0].1.bytes, &password_in(&mails[1].text)).unwrap().len(), 3);
}

#[actix_web::test]
async fn classic_encryption_is_the_doctors_own_choice() {
    let c = counter().await;
    let settings = c.browser.get(&paths::delivery_settings()).await;
    settings.assert_text("La cifratura classica è debole");
    settings.submit("main form", &[("classica", "true")]).await.assert_text("la protezione è debole");
    let dialog = c.browser.get(&paths::about(&paths::delivery_mail(), &[c.id])).await;
    dialog.assert_text("Protezione debole").submit("dialog form", &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    let bytes = c.app.mailbox.enclosed()[0].1.bytes.clone();
    let mails = c.app.mailbox.take();
    assert!(open(&bytes, &password_in(&mails[1].text)).is_some());
    for text in [&mails[0].text, &mails[0].html] {
        assert!(
            text.contains("Fai doppio clic sul file") && !text.contains("7-zip.org"),
            "as Windows opens it: {text}"
        );
    }
    // Method 99 in the file's header is AES; classic says what it compresses with.
    assert_ne!(&bytes[8..10], &99u16.to_le_bytes());
}
