//! The session of the day: asked for, kept beside the one in force, taking over, spoken of in time.

use chrono::TimeDelta;
use millecloud::db::schema::sac_credentials;
use sac_simulator::fixtures;

use super::*;

impl Desk {
    async fn session_ends_in(&self, minutes: i64) {
        let (doctor, end) = (self.doctor, self.app.site.clock.now() + TimeDelta::minutes(minutes));
        self.app
            .write(move |conn| -> Result<_, DbError> {
                let ends = sac_credentials::session_expires_at.eq(end);
                Ok(diesel::update(sac_credentials::table.find(doctor)).set(ends).execute(conn)?)
            })
            .await;
    }

    async fn has_pending(&self) -> bool {
        let doctor = self.doctor;
        let sealed: Option<Vec<u8>> = self
            .app
            .read(move |conn| {
                Ok(sac_credentials::table.find(doctor).select(sac_credentials::pending_sealed).first(conn)?)
            })
            .await;
        sealed.is_some()
    }

    async fn ask(&self) -> Page {
        let form = self.browser.get(&paths::sar_credentials()).await;
        let action = paths::sar_session();
        form.submit(&format!("form[action='{action}']"), &[]).await
    }
}

#[actix_web::test]
async fn a_session_asked_for_while_one_runs_takes_over_when_sac_ends_it() {
    let d = desk().await;
    d.ask().await.assert_text("La prossima sessione è pronta");
    assert!(d.has_pending().await);
    d.app.simulator.engine.plan_fault(FaultPlan::once(Door::Send, Fault::Refuse { code: "9101".into() }));
    d.accepted().await;
    assert!(!d.has_pending().await, "in force now");
    d.accepted().await;
}

#[actix_web::test]
async fn a_session_asked_for_when_none_runs_lets_what_waited_go() {
    let d = desk().await;
    d.session_ends_in(-1).await;
    let id = d.confirm_one().await;
    d.browser.get(&paths::sar_credentials()).await.assert_text("Manca la sessione SAR di oggi");
    d.ask().await.assert_text("Nuova sessione attiva").assert_text("Sessione attiva fino alle");
    d.until(id, State::Accepted).await;
}

#[actix_web::test]
async fn a_session_that_is_mailed_is_pasted_and_waits_its_turn() {
    let d = desk().await;
    d.fault(Door::Session, Fault::MailedSession);
    let page = d.ask().await;
    page.assert_text("Arriva al tuo indirizzo certificato").assert_text("L’ultima volta l’hai chiesto oggi alle");
    assert!(!d.has_pending().await);
    let mailed = d.app.simulator.engine.create_session(fixtures::DEMO_DOCTOR).unwrap().unwrap().id.clone();
    let page = page.submit("main form", &[("sessione", &mailed)]).await;
    page.assert_text("prende il posto di quella in corso").assert_text("La prossima sessione è pronta");
    assert!(d.has_pending().await);
    // By the clock this time.
    d.session_ends_in(0).await;
    d.accepted().await;
    assert!(!d.has_pending().await);
}

#[actix_web::test]
async fn what_cannot_be_asked_says_why() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", fixtures::DEMO_DOCTOR).await;
    let browser = app.login("borghetto").await;
    let form = browser.get(&paths::sar_credentials()).await;
    assert!(form.all(&format!("form[action='{}']", paths::sar_session())).is_empty(), "nothing to ask with");
    let d = desk().await;
    d.fault(Door::Session, Fault::SoapFault { status: 500, text: "Password scaduta (from client)".into() });
    d.ask().await.assert_text("La sessione non è stata chiesta").assert_text("Password scaduta");
    d.fault(Door::Session, Fault::AcceptThenDrop);
    d.ask().await.assert_text("Non si sa se la richiesta è arrivata");
}

/// On the record, where a prescription begins; not to a collaborator, who cannot give it.
#[actix_web::test]
async fn it_is_spoken_of_where_the_work_begins() {
    let d = desk().await;
    let record = paths::record(d.patient);
    d.browser.get(&record).await.assert_no_text("sessione SAR");
    d.session_ends_in(89).await;
    d.browser.get(&record).await.assert_text("La sessione SAR finisce tra 1 ora e 2");
    d.session_ends_in(-1).await;
    d.browser.get(&record).await.assert_text("Manca la sessione SAR di oggi").assert_text("Credenziali SAR");
    let (doctor, long_ago) = (d.doctor, d.app.site.clock.now() - TimeDelta::days(85));
    d.app
        .write(move |conn| -> Result<_, DbError> {
            let set = sac_credentials::password_set_at.eq(long_ago);
            Ok(diesel::update(sac_credentials::table.find(doctor)).set(set).execute(conn)?)
        })
        .await;
    d.browser.get(&record).await.assert_text("La password del Sistema TS scade verso il");
}
