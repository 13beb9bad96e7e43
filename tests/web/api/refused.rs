//! What SAC refused, as the studio's program follows it.

use millecloud::prescriptions::model::State;
use sac_simulator::{Door, Fault, FaultPlan};

use super::studio::Office;

#[actix_web::test]
async fn a_refusal_is_counted_until_it_is_opened() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    let fault = Fault::Refuse { code: "1037".into() };
    let plan = FaultPlan { service: Some(Door::Send), next: Some(1), probability: None, fault };
    office.world.app.simulator.engine.plan_fault(plan);
    office.send(id, State::Discarded).await;
    let refused = || async {
        let counters = office.get("counters").await;
        ["waiting", "validated", "annulled", "refused"].map(|name| counters.body[name].as_i64().unwrap())
    };
    assert_eq!(refused().await, [0, 0, 0, 1]);
    let list = office.get("prescriptions?view=refused").await;
    let found = &list.assert_status(200).body["prescriptions"];
    assert_eq!((found[0]["id"].as_i64(), found[0]["state"].as_str()), (Some(id), Some("discarded")));
    assert_eq!(refused().await, [0, 0, 0, 1], "a list that a program asks for is no look");
    assert_eq!(office.get("prescriptions?view=waiting").await.body["prescriptions"][0]["id"].as_i64(), None);
    // Another program, of somebody who did not prepare it, neither sees it nor takes it away.
    office.world.app.add_collaborator("anna", &[office.world.paolo]).await;
    let anna = office.world.app.connect("anna").await;
    anna.get(&format!("/api/v1/doctors/{}/prescriptions/{id}", office.world.paolo)).await.assert_status(404);
    assert_eq!(refused().await, [0, 0, 0, 1]);
    office.get(&format!("prescriptions/{id}")).await.assert_status(200);
    assert_eq!(refused().await, [0, 0, 0, 0]);
}
