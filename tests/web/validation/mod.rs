//! Validation from outside: two people side by side, the doctor and a collaborator.

mod bells;
mod copies;
mod doctor;
mod outdated;
mod rounds;
mod studio;

use diesel::prelude::*;
use millecloud::db::schema::{patients, prescriptions};
use millecloud::db::{DbError, Owner};
use millecloud::formulary::starter;
use millecloud::identity::by::By;
use millecloud::prescriptions::model::{NewItem, State};
use millecloud::prescriptions::service::create_pending;
use millecloud::web::paths;

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;
use crate::support::page::Page;

const ZIMOX: &str = "023086150";
const CRESTOR: &str = "035885058";
/// Main form of a page of prescribing.
const FORM: &str = "main form.stack";

/// A doctor who can send, and Maria who works for the doctor.
struct Office {
    app: TestApp,
    doctor: Browser,
    maria: Browser,
    doctor_id: i64,
    maria_id: i64,
    patient: i64,
}

async fn office() -> Office {
    let app = TestApp::start().await;
    let doctor_id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let maria_id = app.add_collaborator("segreti", &[doctor_id]).await;
    app.enable_sac(doctor_id).await;
    let now = app.site.clock.now();
    app.write(move |conn| -> Result<(), DbError> {
        starter::load(conn, now)?;
        Ok(())
    })
    .await;
    let (doctor, maria) = (app.login("borghetto").await, app.login("segreti").await);
    let lots = doctor.get(&paths::lots()).await.submit("main form", &[]).await;
    lots.assert_text("100 numeri disponibili");
    maria.get(&paths::patients()).await.assert_text("Per conto di");
    let mut office = Office { app, doctor, maria, doctor_id, maria_id, patient: 0 };
    office.patient = office.add_patient("SACCAVINI", "SCCCLD63E30L483Q").await;
    office
}

impl Office {
    async fn add_patient(&self, surname: &'static str, code: &'static str) -> i64 {
        let (doctor, now) = (self.doctor_id, self.app.site.clock.now());
        self.app
            .write(move |conn| -> Result<i64, DbError> {
                let row = (
                    (patients::doctor_id.eq(doctor), patients::surname.eq(surname), patients::name.eq("Claudio")),
                    (patients::search_key.eq(format!("{surname} CLAUDIO")), patients::initials.eq("SC")),
                    (patients::sex.eq("M"), patients::birth_date.eq(now.date() - chrono::Days::new(20_000))),
                    (patients::birth_year.eq(1963), patients::fiscal_code.eq(code), patients::category.eq("ssn")),
                    (patients::status.eq("active"), patients::revision.eq(1), patients::created_at.eq(now)),
                    (patients::updated_at.eq(now), patients::updated_by.eq(doctor)),
                );
                Ok(diesel::insert_into(patients::table).values(row).returning(patients::id).get_result(conn)?)
            })
            .await
    }

    /// Maria has prepared `count` prescriptions.
    async fn prepare(&self, count: usize) -> Vec<i64> {
        let (doctor, maria, patient) = (self.doctor_id, self.maria_id, self.patient);
        let now = self.app.site.clock.now();
        self.app
            .write(move |conn| -> Result<_, DbError> {
                let owner = Owner::of_doctor(doctor);
                let one = |n: usize| {
                    let new = [prescription(patient)];
                    create_pending(conn, &By::guarded(owner, maria, now), &format!("{now} {n}"), &new).unwrap()[0]
                };
                Ok((0..count).map(one).collect())
            })
            .await
    }

    /// Maria has prepared one prescription with two drugs.
    async fn prepare_two(&self) -> i64 {
        let (doctor, maria, now) = (self.doctor_id, self.maria_id, self.app.site.clock.now());
        let mut new = prescription(self.patient);
        new.items.push(NewItem {
            aic: CRESTOR.to_owned(),
            label: "CRESTOR*28CPR RIV 10MG".to_owned(),
            substance: "ROSUVASTATINA".to_owned(),
            pieces: 1,
            ..NewItem::default()
        });
        let write = move |conn: &mut millecloud::db::Db| -> Result<i64, DbError> {
            Ok(create_pending(conn, &By::guarded(Owner::of_doctor(doctor), maria, now), "two", &[new]).unwrap()[0])
        };
        self.app.write(write).await
    }

    async fn state(&self, id: i64) -> State {
        self.app.read(move |conn| Ok(prescriptions::table.find(id).select(prescriptions::state).first(conn)?)).await
    }

    async fn pending(&self) -> Page {
        self.doctor.get(&paths::pending()).await
    }

    async fn sent(&self, view: &str) -> Page {
        self.maria.get(&format!("{}?mostra={view}", paths::sent())).await
    }

    /// The counters as Maria's page shows them.
    async fn counters(&self) -> Vec<String> {
        self.sent("attesa").await.all("#contatori b")
    }

    /// «Invia», for one row of the list.
    async fn send(&self, list: &Page, id: i64) -> Page {
        list.submit(&format!("form[action='{}']", paths::pending_send(id)), &[]).await
    }

    /// Zimox put in somebody's basket: the page of its data.
    async fn pick(&self, who: &Browser) -> Page {
        let formulary = who.get(&format!("{}?q=zimox", paths::patient_formulary(self.patient))).await;
        let (_, mut form) = formulary.filled("form.formulary", &[]);
        form.retain(|(name, _)| name != "aic");
        form.push(("aic".to_owned(), ZIMOX.to_owned()));
        who.post(&paths::draft_add(self.patient), &form).await
    }

    /// Everything Maria picks and completes, up to the review.
    async fn basket(&self, data: &[(&str, &str)]) -> Page {
        self.pick(&self.maria).await.submit(FORM, data).await
    }
}
