//! The basket against a database: filling, review, confirmation, tenancy.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod basket;
mod confirming;
mod noting;
mod opioids;
mod pages;
mod reviewing;

use diesel::prelude::*;

use super::model::ItemValues;
use super::queries::Key;
use super::service::{self, Added, Moment, Picked, Review};
use crate::db::schema::{formulary_editions, packages, patients};
use crate::db::testing::{self, TestDb};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::patients::model::Status;
use crate::prescriptions::queries as pipeline;
use crate::record::model::{Allergy, AllergyValues, Entry, Exemption, ExemptionValues, Problem, ProblemValues};
use crate::reference::starter;
use kernel::nre::LotPrefix;

const ZIMOX: &str = "023086150";
const CRESTOR: &str = "035885058";
const DROPS: &str = "023086089";
const HOSPITAL: &str = "034209011";
const METFORMIN: &str = "029351032";

/// A doctor ready to send, with a patient; and another doctor with another patient.
struct World {
    db: TestDb,
    key: Key,
    by: By,
    other: Key,
}

fn moment() -> Moment {
    Moment { now: testing::now(), today: testing::today() }
}

fn world() -> World {
    let mut db = TestDb::new();
    starter::load(&mut db, testing::now()).unwrap();
    let doctor = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let stranger = testing::insert_doctor(&mut db, "verdi", "VERDI", "Anna");
    let patient = testing::insert_patient(&mut db, doctor, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
    let theirs = testing::insert_patient(&mut db, stranger, "ROSSI", "Mario", "RSSMRA63E30L483L");
    let key = |doctor, patient| Key { owner: Owner::of_doctor(doctor), author: doctor, patient };
    let (key, other) = (key(doctor, patient), key(stranger, theirs));
    insert_formulary(&mut db);
    make_ready(&mut db, key.owner);
    let by = By::guarded(key.owner, doctor, testing::now());
    World { db, key, by, other }
}

fn make_ready(db: &mut Db, owner: Owner) {
    pipeline::save_credentials(db, owner, "user", b"sealed", b"sealed", testing::now()).unwrap();
    let until = testing::now() + chrono::TimeDelta::hours(8);
    pipeline::save_session(db, owner, Some(b"sealed"), Some(until)).unwrap();
    pipeline::insert_lot(db, owner, &LotPrefix::parse("0600A01234567").unwrap(), testing::now()).unwrap();
}

fn insert_formulary(db: &mut Db) {
    let edition: i64 = diesel::insert_into(formulary_editions::table)
        .values((
            formulary_editions::label.eq("prova"),
            formulary_editions::edition_date.eq(testing::today()),
            formulary_editions::imported_at.eq(testing::now()),
            formulary_editions::package_count.eq(5),
            formulary_editions::rejected_count.eq(0),
            formulary_editions::current.eq(true),
        ))
        .returning(formulary_editions::id)
        .get_result(db)
        .unwrap();
    // AIC, name, substance, ATC, class, regime, price and reference price, group
    let rows = [
        (ZIMOX, "ZIMOX*12CPR 1G", "Amoxicillina", "J01CA04", "A", "CD", (490, Some(327)), "18B"),
        (CRESTOR, "CRESTOR*28CPR RIV 10MG", "Rosuvastatina", "C10AA07", "A", "CD", (850, Some(850)), "RGA"),
        (DROPS, "ZIMOX*OS GTT 20ML 100MG/ML", "Amoxicillina", "J01CA04", "C", "NX", (1070, None), ""),
        (HOSPITAL, "REMICADE*1FL 100MG", "Infliximab", "L04AB02", "H", "H", (50_000, None), ""),
        (METFORMIN, "METFORAL*50CPR 500MG", "Metformina", "A10BA02", "A", "CD", (230, Some(230)), "DAB"),
    ];
    for (aic, label, substance, atc, class, regime, (price, reference), group) in rows {
        diesel::insert_into(packages::table)
            .values((
                (
                    packages::edition_id.eq(edition),
                    packages::aic.eq(aic),
                    packages::label.eq(label),
                    packages::substance.eq(substance),
                    packages::atc.eq(atc),
                    packages::holder.eq("ditta"),
                    packages::class.eq(class),
                    packages::regime.eq(regime),
                    packages::price_cents.eq(price),
                    packages::reference_cents.eq(reference.map(i64::from)),
                ),
                (
                    packages::group_code.eq(group),
                    packages::group_description.eq(substance),
                    packages::substitutable.eq(!group.is_empty()),
                    packages::regions.eq(""),
                    packages::composition.eq(""),
                    packages::supply.eq(""),
                    packages::remark.eq(""),
                    packages::leaflet_url.eq(""),
                    packages::summary_url.eq(""),
                    packages::limit_category.eq(""),
                ),
            ))
            .execute(db)
            .unwrap();
    }
}

fn picked(aics: &[&str]) -> Picked {
    Picked { aics: aics.iter().map(|aic| (*aic).to_owned()).collect(), ..Picked::default() }
}

impl World {
    fn pick(&mut self, aics: &[&str]) -> Added {
        service::add_packages(&mut self.db, self.key, &picked(aics), moment()).unwrap().unwrap()
    }

    /// Picks one drug and completes it.
    fn prescribe(&mut self, aic: &str, edit: impl FnOnce(&mut ItemValues)) -> i64 {
        let id = self.pick(&[aic]).rows[0];
        self.edit(id, |item| {
            item.complete = true;
            edit(item);
        });
        id
    }

    fn edit(&mut self, id: i64, edit: impl FnOnce(&mut ItemValues)) {
        service::save_item(&mut self.db, self.key, id, moment(), edit).unwrap().unwrap();
    }

    fn review(&mut self) -> Review {
        self.find_review().unwrap()
    }

    fn find_review(&mut self) -> Option<Review> {
        service::load_review(&mut self.db, self.key, moment()).unwrap()
    }

    fn problem(&mut self, code: &str, description: &str) -> i64 {
        let values = ProblemValues {
            icd9_code: code.to_owned(),
            description: description.to_owned(),
            opened_on: testing::today(),
            closed_on: None,
            notes: String::new(),
            removed_on: None,
        };
        Problem::insert(&mut self.db, &self.by, self.key.patient, &values).unwrap()
    }

    fn exemption(&mut self, code: &str, valid_to: Option<&str>) -> i64 {
        let values = ExemptionValues {
            code: code.to_owned(),
            description: format!("descrizione {code}"),
            valid_from: None,
            valid_to: valid_to.map(|day| day.parse().unwrap()),
            removed_on: None,
        };
        Exemption::insert(&mut self.db, &self.by, self.key.patient, &values).unwrap()
    }

    fn allergy(&mut self, substance: &str, atc_prefix: &str) {
        let values = AllergyValues {
            substance: substance.to_owned(),
            atc_prefix: atc_prefix.to_owned(),
            group_code: String::new(),
            reaction: String::new(),
            noted_on: testing::today(),
            removed_on: None,
        };
        Allergy::insert(&mut self.db, &self.by, self.key.patient, &values).unwrap();
    }
}
