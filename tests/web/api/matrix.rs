//! Every operation of the document, asked by every program that may not: without a token, with a dead one, without the
//! scope, for another doctor's archive and for none. The rows of an archive are in the tests of each operation.

use millecloud::web::paths::pattern;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use super::World;
use crate::support::app::PASSWORD;
use crate::support::program::Program;

/// An operation: method, pattern, the scope it wants.
struct Operation {
    method: Method,
    pattern: String,
    scope: Option<String>,
}

async fn operations(program: &Program) -> Vec<Operation> {
    let document = program.document().await;
    let mut found = Vec::new();
    for (pattern, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(scopes) = operation["security"][0]["token"].as_array() else { continue };
            found.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                pattern: pattern.clone(),
                scope: scopes.first().map(|scope| scope.as_str().unwrap().to_owned()),
            });
        }
    }
    found
}

/// The address in a doctor's archive, with one id for every row it names.
fn fill(pattern: &str, doctor: i64, row: i64) -> String {
    let address = pattern.replace("{doctor}", &doctor.to_string());
    let row = row.to_string();
    address.split('/').map(|part| if part.starts_with('{') { &row } else { part }).collect::<Vec<_>>().join("/")
}

async fn ask(program: &Program, operation: &Operation, doctor: i64) -> (u16, Value) {
    ask_row(program, operation, (doctor, 999_901)).await
}

async fn ask_row(program: &Program, operation: &Operation, (doctor, row): (i64, i64)) -> (u16, Value) {
    let headers = [("content-type", "application/json"), ("idempotency-key", "matrix")];
    let body = (operation.method != Method::GET).then(|| "{}".to_owned());
    let address = fill(&operation.pattern, doctor, row);
    let answer = program.send(operation.method.clone(), &address, body, &headers).await;
    (answer.status, answer.body)
}

#[actix_web::test]
async fn no_token_a_dead_one_and_a_narrow_one_open_nothing() {
    let world = World::new().await;
    let dead = world.app.connect("segreti").await;
    dead.delete("/api/v1/token").await.assert_status(204);
    let all = operations(&world.program).await;
    let scoped = all.iter().filter(|operation| operation.scope.is_some()).count();
    assert!(scoped >= 4, "only {scoped} operations want a scope");
    for operation in &all {
        let name = format!("{} {}", operation.method, operation.pattern);
        assert_eq!(ask(&world.app.program(), operation, world.paolo).await.0, 401, "{name} without a token");
        assert_eq!(ask(&dead, operation, world.paolo).await.0, 401, "{name} with a dead token");
        let Some(scope) = &operation.scope else { continue };
        let others: Vec<&str> = ["read", "prepare", "deliver"].into_iter().filter(|other| other != scope).collect();
        let wanted = json!({"username": "segreti", "password": PASSWORD, "client": "Stretto", "scopes": others});
        let given = world.app.program().post("/api/v1/token", &wanted).await;
        let narrow = world.program.with_token(given.assert_status(201).body["token"].as_str().unwrap());
        assert_eq!(ask(&narrow, operation, world.paolo).await.0, 403, "{name} without {scope}");
        // A minute passes, so that ten tokens a minute are enough.
        world.app.site.clock.advance(chrono::TimeDelta::seconds(30));
    }
}

#[actix_web::test]
async fn another_doctors_archive_is_as_missing_as_nobodys() {
    let world = World::new().await;
    let doctor = world.app.connect("borghetto").await;
    for operation in operations(&world.program).await.iter().filter(|one| one.pattern.contains("{doctor}")) {
        let name = format!("{} {}", operation.method, operation.pattern);
        for program in [&world.program, &doctor] {
            let missing = ask(program, operation, 999_999).await;
            let without_scope = missing.0 == 403;
            assert!(matches!(missing.0, 403 | 404), "{name}: {}", missing.1);
            for stranger in [world.mario, world.maria] {
                assert_eq!(ask(program, operation, stranger).await, missing, "{name}");
            }
            let own = ask(program, operation, world.paolo).await;
            assert!(without_scope || own != missing || operation.pattern.matches('{').count() > 1, "{name}: {}", own.1);
        }
    }
}

#[actix_web::test]
async fn another_doctors_rows_are_as_missing_as_nobodys() {
    let world = World::new().await;
    let doctor = world.app.connect("borghetto").await;
    let mut asked = 0;
    for operation in operations(&world.program).await.iter().filter(|one| one.pattern.matches('{').count() > 1) {
        let name = format!("{} {}", operation.method, operation.pattern);
        let foreign = match operation.pattern.contains("{patient}") {
            true => world.other.patient,
            false => world.other.prescription,
        };
        for program in [&world.program, &doctor] {
            let missing = ask(program, operation, world.paolo).await;
            assert_eq!(ask_row(program, operation, (world.paolo, foreign)).await, missing, "{name}");
            asked += 1;
        }
    }
    assert!(asked >= 12, "only {asked}");
}

/// Validating, the credentials of SAC, collaborators: all of it is on pages, and a token is worth nothing there.
#[actix_web::test]
async fn a_token_opens_no_page() {
    let world = World::new().await;
    let doctor = world.app.connect("borghetto").await;
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let ask = async |method: &Method, path: &str, token: Option<&str>| {
        let request = client.request(method.clone(), format!("{}{path}", world.app.address));
        let request = request.header("origin", &world.app.address);
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.headers().get("location").cloned())
    };
    let pages = pattern::ALL.iter().filter(|pattern| !pattern.starts_with("/api/"));
    let mut closed = 0;
    for path in pages.map(|pattern| fill(pattern, world.paolo, 1)) {
        for method in [Method::GET, Method::POST] {
            let nobody = ask(&method, &path, None).await;
            closed += usize::from(!nobody.0.is_success());
            for program in [&world.program, &doctor] {
                let answer = ask(&method, &path, program.token.as_deref()).await;
                assert_eq!(answer, nobody, "{method} {path}");
            }
        }
    }
    assert!(closed > 100, "only {closed}");
}
