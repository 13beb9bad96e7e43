//! A temporary password opens only the page where a definitive one is chosen, for one day and once.

use chrono::TimeDelta;

use super::{LIST, MARIA, MINE, associate, credentials, enter, first_login};
use crate::support::TestApp;

const NEW: &str = "una frase che ricordo bene";

#[actix_web::test]
async fn nothing_else_opens_until_the_password_is_changed() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let given = credentials(&associate(&doctor, MARIA).await);
    let maria = app.anonymous();
    let page = enter(&maria, &given.0, &given.1).await;
    assert_eq!(page.path, "/millecloud/password");
    // The rules stand before the fields.
    page.assert_text("Almeno 12 caratteri").assert_text("Accesso di Maria Segreti con la password temporanea");
    for path in ["/millecloud", LIST, MINE, "/millelight/pazienti", "/millelight/medici", "/millecloud/accessi"] {
        let landed = maria.get(path).await;
        assert!(landed.path.ends_with("/password"), "{path} leads to {}", landed.path);
    }
    let refused = page
        .submit("form[action='/millecloud/password']", &[("password_nuova", "corta"), ("password_ripetuta", "corta")]);
    refused.await.assert_status(422).assert_text("Usa almeno 12 caratteri");
    let same = [("password_nuova", given.1.as_str()), ("password_ripetuta", given.1.as_str())];
    page.submit("form[action='/millecloud/password']", &same).await.assert_status(422);
    let landed = page
        .submit("form[action='/millecloud/password']", &[("password_nuova", NEW), ("password_ripetuta", NEW)])
        .await;
    assert_eq!(landed.path, MINE);
    landed.assert_text("Che cosa fare adesso").assert_text("Dr. Paolo BORGHETTO").assert_text("Configura Cloud");
    let landed = landed.follow("main a[href='/millelight/medici']").await;
    landed.assert_text("Per conto di Dr. Paolo BORGHETTO");
    // The temporary one is dead, at both doors.
    for door in ["/millecloud/accedi", "/millelight/accedi"] {
        let other = app.anonymous();
        let page = other.get(door).await;
        let fields = [("username", given.0.as_str()), ("password", given.1.as_str())];
        page.submit_raw("form", &fields).await.assert_status(422);
        app.site.clock.advance(TimeDelta::seconds(5));
    }
    // And the new one opens both.
    for door in ["/millecloud/accedi", "/millelight/accedi"] {
        let other = app.anonymous();
        let page = other.get(door).await;
        page.submit_raw("form", &[("username", &given.0), ("password", NEW)]).await.assert_status(303);
    }
    doctor.get(LIST).await.assert_text("Attivo").assert_no_text("Password da cambiare");
}

#[actix_web::test]
async fn it_is_good_for_a_day() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let given = credentials(&associate(&doctor, MARIA).await);
    app.site.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let page = enter(&app.anonymous(), &given.0, &given.1).await;
    assert_eq!(page.path, "/millecloud/password");
    app.site.clock.advance(TimeDelta::seconds(2));
    let late = enter(&app.anonymous(), &given.0, &given.1).await;
    late.assert_status(422).assert_text("La password temporanea è scaduta");
}

#[actix_web::test]
async fn a_new_one_replaces_it_and_ends_the_sessions() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let given = credentials(&associate(&doctor, MARIA).await);
    let maria = first_login(&app, &given, NEW).await;
    // What it does is said first.
    let question = doctor.get(LIST).await.follow("main a[href$='/password']:not([href='/millecloud/password'])").await;
    question.assert_text("Dare una nuova password a Maria Segreti?").assert_text("smette subito di valere");
    question.assert_text("Se lavora anche per altri medici");
    assert!(question.all("#c-pw").is_empty());
    let (action, fields) = question.filled("dialog form", &[]);
    let shown = doctor.post(&action, &fields).await;
    shown.assert_status(200).assert_text("Nuova password per Maria Segreti");
    let new = credentials(&shown);
    assert_eq!((new.0 == given.0, new.1 == given.1), (true, false));
    // Reloading shows nothing and gives no other.
    let again = doctor.post(&action, &fields).await;
    assert_eq!(again.path, LIST);
    again.assert_no_text(&new.1);
    // Maria is out, her password is dead, the temporary one opens the change form; and she is told.
    assert_eq!(maria.get(MINE).await.path.split('?').next(), Some("/millecloud/accedi"));
    enter(&app.anonymous(), &new.0, NEW).await.assert_status(422);
    app.site.clock.advance(TimeDelta::seconds(5));
    let maria = first_login(&app, &new, "un’altra frase che ricordo").await;
    let page = maria.get("/millecloud/accessi").await;
    page.assert_text("Nuova password temporanea assegnata da un medico").assert_text("Password cambiata");
}
