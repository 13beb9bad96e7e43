//! Every kind of message, written out for `xmllint --schema`: set `MILLECLOUD_DUMP_MESSAGES` to a folder.
//!
//! Each file holds one root element, without its envelope, and is called `<RootElement>-<case>.xml`.

use std::path::PathBuf;
use std::sync::Arc;

use ::sac::write::{self, EmptyTags, SessionRequest, UsedNresQuery};
use ::sac::{PrescriptionMessage, SenderCredentials};
use sac_simulator::fixtures::{DEMO_DOCTOR, TEST_HOLDER, TEST_SUBSTITUTE};
use sac_simulator::{Door, Engine, Fault};
use secrecy::ExposeSecret;

use crate::support::{Scene, drug, everything, foreign, local_now, opioid, scene, service};

/// The element inside the body, with the namespaces it needs: they are declared on it.
fn root_of(envelope: &str) -> String {
    let (_, rest) = envelope.split_once("<soapenv:Body>").expect("a body");
    rest.split_once("</soapenv:Body>").expect("an end of body").0.to_owned()
}

/// Makes a message for a number.
type Make = fn(&str) -> PrescriptionMessage;

struct Dump {
    folder: Option<PathBuf>,
    written: Vec<String>,
    engine: Arc<Engine>,
    sender: SenderCredentials,
}

impl Dump {
    fn save(&mut self, case: &str, envelope: &str) {
        let root = root_of(envelope);
        let end = root.find([' ', '>']).expect("a root element");
        let name = root[1..end].trim_start_matches("m:").to_owned();
        assert_ne!(name, "soapenv:Fault", "{case}: {envelope}");
        let file = format!("{name}-{case}.xml");
        assert!(!self.written.contains(&file), "{file} twice");
        if let Some(folder) = &self.folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(&file), root).unwrap();
        }
        self.written.push(file);
    }

    /// Hands a request over as it stands, saves both it and the answer, and gives the answer back.
    fn exchange(&mut self, door: Door, step: usize, case: &str, envelope: &str) -> String {
        self.save(case, envelope);
        let session = self.sender.session_id.as_ref().map(|id| format!("Bearer {}", id.expose_secret()));
        let request = sac_simulator::Request {
            authorization: Some(basic(&self.sender.username)),
            session,
            soap_action: Some(format!("\"{}\"", door.services()[step].soap_action())),
            content_type: Some("text/xml".into()),
            body: envelope.as_bytes().to_vec(),
        };
        let fault = self.engine.begin(door);
        let reply = self.engine.answer(door, &request, fault.as_ref());
        self.save(case, &reply.body);
        reply.body
    }
}

fn basic(user: &str) -> String {
    use base64::Engine;
    let pair = format!("{user}:{}", sac_simulator::fixtures::TEST_PASSWORD);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

#[tokio::test]
async fn dump_messages() {
    let scene = scene().await;
    let mut numbers = scene.numbers().await;
    let cipher = ::sac::SacCipher::from_certificate(scene.simulator.certificate_pem.as_bytes()).unwrap();
    let pin = cipher.encrypt("1234567890").unwrap();
    let folder = std::env::var_os("MILLECLOUD_DUMP_MESSAGES").map(PathBuf::from);
    let engine = Arc::clone(&scene.simulator.engine);
    let mut dump = Dump { folder, written: Vec::new(), engine, sender: scene.holder.clone() };

    scene.simulator.engine.set_promemoria(true);
    let mut first = String::new();
    let kinds: [(&str, Make); 5] = [
        ("farmaco", drug),
        ("prestazione", service),
        ("completo", everything),
        ("estero", foreign),
        ("oppioide", opioid),
    ];
    for (case, make) in kinds {
        for (form, empty) in [("pieno", EmptyTags::Kept), ("ridotto", EmptyTags::Trimmed)] {
            let message = make(&numbers.next().unwrap());
            let patient = if message.patient_code.is_empty() {
                String::new()
            } else {
                cipher.encrypt(&message.patient_code).unwrap()
            };
            first.clone_from(&message.nre);
            let envelope = write::send_request(&message, &pin, &patient, empty);
            dump.exchange(Door::Send, 0, &format!("{case}-{form}"), &envelope);
            let envelope = write::view_request(&pin, &message.nre, TEST_HOLDER);
            dump.exchange(Door::View, 0, &format!("{case}-{form}"), &envelope);
        }
    }
    scene.simulator.engine.set_promemoria(false);
    let assigned = write::send_request(&drug(""), &pin, &cipher.encrypt("PNIMRA70A01H501P").unwrap(), EmptyTags::Kept);
    scene.fault(Door::Send, Fault::Warning { code: "1024".into() });
    dump.exchange(Door::Send, 0, "avviso", &assigned);
    scene.fault(Door::Send, Fault::DirectDistribution);
    dump.exchange(Door::Send, 0, "dpc", &assigned);
    let mut wrong = everything("");
    wrong.diagnosis_code.clear();
    wrong.diagnosis_text.clear();
    wrong.rows[1].free_text = "x".into();
    dump.exchange(Door::Send, 0, "rifiuto", &write::send_request(&wrong, &pin, "chiaro", EmptyTags::Kept));

    dump.exchange(Door::View, 0, "sconosciuto", &write::view_request(&pin, "1300A0999999999", TEST_HOLDER));
    dump.exchange(Door::View, 0, "altrui", &write::view_request(&pin, &first, TEST_SUBSTITUTE));
    for case in ["fatto", "gia-annullata"] {
        dump.exchange(Door::Annul, 0, case, &write::annul_request(&pin, &first, TEST_HOLDER));
    }
    dump.exchange(Door::Annul, 0, "sconosciuto", &write::annul_request(&pin, "1300A0999999999", TEST_HOLDER));
    by_substitute(&scene, &mut dump, &pin, &numbers.next().unwrap());
    used_nres(&mut dump, &pin, &first);
    lots(&mut dump);
    sessions(&mut dump, &pin);
    assert!(dump.written.len() > 60, "{}", dump.written.len());
}

/// The substitute's own annulment succeeds with the warning about the check character of his code.
fn by_substitute(scene: &Scene, dump: &mut Dump, pin: &str, nre: &str) {
    dump.sender = scene.substitute.clone();
    let message = PrescriptionMessage { substitute: TEST_SUBSTITUTE.into(), assistance: "UE".into(), ..foreign(nre) };
    dump.exchange(Door::Send, 0, "sostituto", &write::send_request(&message, pin, "", EmptyTags::Kept));
    let answer = dump.exchange(Door::Annul, 0, "sostituto", &write::annul_request(pin, nre, TEST_SUBSTITUTE));
    assert!(answer.contains("<m:codEsitoAnnullamento>0001</m:codEsitoAnnullamento>"), "{answer}");
    assert!(answer.contains("<t:codEsito>1024</t:codEsito>"), "{answer}");
    dump.sender = scene.holder.clone();
}

fn used_nres(dump: &mut Dump, pin: &str, nre: &str) {
    let base = UsedNresQuery { region: "130".into(), doctor: TEST_HOLDER.into(), ..Default::default() };
    let day = chrono::TimeDelta::days(1);
    let queries = [
        ("per-nre", UsedNresQuery { nre: nre.into(), ..base.clone() }),
        ("vuoto", UsedNresQuery { nre: "1300A0999999999".into(), ..base.clone() }),
        ("senza-tipo", UsedNresQuery { period: Some((local_now() - day, local_now() + day)), ..base.clone() }),
        (
            "completo",
            UsedNresQuery {
                lot: nre[..13].into(),
                patient: "PNIMRA70A01H501P".into(),
                kind: "F".into(),
                period: Some((local_now() - day, local_now() + day)),
                ..base
            },
        ),
    ];
    for (case, query) in queries {
        dump.exchange(Door::UsedNres, 0, case, &write::used_nres_request(pin, &query));
    }
}

fn lots(dump: &mut Dump) {
    dump.exchange(Door::Lot, 0, "dato", &write::lot_request("130", "0", TEST_HOLDER));
    dump.exchange(Door::Lot, 0, "altrui", &write::lot_request("130", "0", DEMO_DOCTOR));
    dump.exchange(Door::Lot, 0, "ridotto", &write::lot_request("130", "1", ""));
}

fn sessions(dump: &mut Dump, pin: &str) {
    let request = SessionRequest {
        fiscal_code: TEST_HOLDER.into(),
        region: "130".into(),
        asl: "201".into(),
        ssa: "000000".into(),
        structure: String::new(),
    };
    let elsewhere = SessionRequest { region: "050".into(), fiscal_code: String::new(), ..request.clone() };
    dump.exchange(Door::Session, 0, "creata", &write::create_session_request(TEST_HOLDER, pin, &request));
    dump.exchange(Door::Session, 0, "rifiutata", &write::create_session_request(TEST_HOLDER, pin, &elsewhere));
    let id = dump.engine.create_session(TEST_HOLDER).unwrap().unwrap().id;
    let unknown = "0".repeat(36);
    let check = |id: &str| write::check_session_request(TEST_HOLDER, pin, TEST_HOLDER, id);
    let revoke = |id: &str| write::revoke_session_request(TEST_HOLDER, pin, TEST_HOLDER, id);
    dump.exchange(Door::Session, 1, "valida", &check(&id));
    dump.exchange(Door::Session, 1, "sconosciuta", &check(&unknown));
    dump.exchange(Door::Session, 2, "fatta", &revoke(&id));
    dump.exchange(Door::Session, 2, "gia-revocata", &revoke(&id));
    dump.exchange(Door::Session, 1, "revocata", &check(&id));
}
