//! Associating a person takes as long whether the person exists or not. The fastest answers are compared, with a hash made
//! costly enough to stand out: without it for the existing person the two would never be alike.

use std::time::{Duration, Instant};

use kernel::fiscal_code::FiscalCode;
use millecloud::collaborators::service::associate::{self, Outcome, Person};
use millecloud::db::Owner;
use millecloud::identity::associations::Notes;
use millecloud::identity::by::By;
use millecloud::identity::form_keys::FormKey;
use millecloud::identity::password::Passwords;

use crate::support::TestApp;
use crate::support::app::collaborator_code;

const PROBES: usize = 40;

#[actix_web::test]
async fn associating_takes_as_long_for_somebody_who_exists() {
    let app = TestApp::start().await;
    let owner = Owner::of_doctor(app.add_doctor("borghetto", "BRGPLA59L23M048S").await);
    let mut site = app.site.clone();
    site.passwords = Passwords::new(&site.keys, 12).unwrap();
    let mut fastest = [Duration::MAX; 2];
    for probe in 0..PROBES {
        app.add_collaborator(&format!("esiste{probe}"), &[]).await;
        // By turns: who comes second finds the caches warm.
        for turn in [probe, probe + 1].map(|turn| turn % 2) {
            let who = [format!("esiste{probe}"), format!("nuovo{probe}")][turn].clone();
            let person = Person {
                fiscal_code: FiscalCode::parse(&collaborator_code(&who)).unwrap(),
                notes: Notes {
                    surname: "Segreti".to_owned(),
                    name: "Maria".to_owned(),
                    region_code: "050".to_owned(),
                    province: "VE".to_owned(),
                    asl_code: String::new(),
                    phone: String::new(),
                    mobile: String::new(),
                    email: String::new(),
                },
            };
            let form = FormKey::new(format!("key of {who}"), who.as_bytes());
            let by = By::guarded(owner, owner.id(), site.clock.now());
            let start = Instant::now();
            let outcome = associate::associate(&site, by, person, form).await.unwrap();
            fastest[turn] = start.elapsed().min(fastest[turn]);
            assert!(matches!((turn, outcome), (0, Outcome::Invited(_)) | (1, Outcome::Created { .. })), "{who}");
        }
        let [one, other] = fastest.map(|time| time.as_secs_f64());
        if probe > 2 && one.max(other) < one.min(other) * 1.15 {
            return;
        }
    }
    panic!("{fastest:?}");
}
