//! One simulator per test, on its own port and folder, and the people who call it.

use std::time::Duration;

use ::sac::{
    DRUGS, Endpoints, LotOutcome, PrescriptionMessage, PrescriptionRow, Registration, SERVICES, SacClient, SacError,
    SacSettings, SendOutcome, SenderCredentials, Timeouts, piped_address,
};
use chrono::{NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Rome;
use sac_simulator::fixtures::{TEST_HOLDER, TEST_PASSWORD, TEST_PATIENT, TEST_PIN, TEST_SUBSTITUTE};
use sac_simulator::{Door, Fault, FaultPlan, RunningSimulator, SimulatorConfig};
use tempfile::TempDir;

pub struct Scene {
    pub simulator: RunningSimulator,
    pub client: SacClient,
    pub holder: SenderCredentials,
    pub substitute: SenderCredentials,
    pub folder: TempDir,
}

pub async fn scene() -> Scene {
    scene_with(Timeouts { connect: Duration::from_secs(2), total: Duration::from_secs(20) }).await
}

pub async fn scene_with(timeouts: Timeouts) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let simulator = sac_simulator::start(SimulatorConfig::new(folder.path().to_owned())).await.unwrap();
    let client = client(&simulator.url(), &simulator.certificate_pem, timeouts);
    let holder = credentials(&simulator, TEST_HOLDER);
    let substitute = credentials(&simulator, TEST_SUBSTITUTE);
    Scene { simulator, client, holder, substitute, folder }
}

pub fn client(url: &str, certificate: &str, timeouts: Timeouts) -> SacClient {
    let endpoints = Endpoints::new(url, None, None, false).unwrap();
    SacClient::new(SacSettings { timeouts, ..SacSettings::new(endpoints, certificate.as_bytes().to_vec()) }).unwrap()
}

pub fn credentials(simulator: &RunningSimulator, user: &str) -> SenderCredentials {
    let session = simulator.engine.create_session(user).unwrap().unwrap();
    SenderCredentials {
        username: user.into(),
        password: TEST_PASSWORD.into(),
        pin: TEST_PIN.into(),
        session_id: Some(session.id.into()),
    }
}

pub fn local_now() -> NaiveDateTime {
    let now = Rome.from_utc_datetime(&Utc.timestamp_opt(unix_now(), 0).unwrap().naive_utc());
    now.naive_local()
}

fn unix_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

impl Scene {
    /// The first numbers of a lot of the holder's.
    pub async fn numbers(&self) -> impl Iterator<Item = String> {
        let outcome = self.client.request_lot(&self.holder, "130", TEST_HOLDER).await;
        let LotOutcome::Granted { prefix, size, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(size, 100);
        (0..size).map(move |progressive| format!("{prefix}{progressive:02}"))
    }

    pub async fn send(&self, message: &PrescriptionMessage) -> SendOutcome {
        self.client.send(&self.holder, message).await
    }

    pub async fn accepted(&self, message: &PrescriptionMessage) -> Registration {
        match self.send(message).await {
            SendOutcome::Accepted(registration) => registration,
            other => panic!("{other:?}"),
        }
    }

    /// The codes of a refusal, in the order they came.
    pub async fn refused(&self, message: &PrescriptionMessage) -> Vec<String> {
        match self.send(message).await {
            SendOutcome::Refused { errors, .. } => codes(&errors),
            other => panic!("{other:?}"),
        }
    }

    pub fn fault(&self, door: Door, fault: Fault) {
        self.simulator.engine.plan_fault(FaultPlan::once(door, fault));
    }

    pub fn registered(&self) -> usize {
        self.simulator.engine.snapshot().prescriptions.len()
    }
}

pub fn codes(errors: &[SacError]) -> Vec<String> {
    errors.iter().map(|error| error.code.clone()).collect()
}

/// The ministry's own test prescription of a drug.
pub fn drug(nre: &str) -> PrescriptionMessage {
    PrescriptionMessage {
        doctor: TEST_HOLDER.into(),
        region: "130".into(),
        asl: "201".into(),
        specialisation: "F".into(),
        nre: nre.into(),
        patient_code: TEST_PATIENT.into(),
        kind: DRUGS.into(),
        not_exempt: true,
        compiled_at: local_now(),
        visit: "A".into(),
        patient_province: "AQ".into(),
        patient_asl: "201".into(),
        rows: vec![PrescriptionRow {
            group_code: "G3B".into(),
            group_text: "LEVETIRACETAM 500MG 60 UNITA' USO ORALE".into(),
            quantity: 1,
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The ministry's own test prescription of a service.
pub fn service(nre: &str) -> PrescriptionMessage {
    PrescriptionMessage {
        kind: SERVICES.into(),
        diagnosis_text: "EDENTULIA PARZIALE".into(),
        rows: vec![PrescriptionRow {
            product_code: "99.97.2".into(),
            product_text: "TRATTAMENTI PER APPLICAZIONE DI PROTESI RIMOVIBILE".into(),
            catalogue_code: "A099972".into(),
            quantity: 1,
            ..Default::default()
        }],
        ..drug(nre)
    }
}

/// A prescription with every field that can be used together.
pub fn everything(nre: &str) -> PrescriptionMessage {
    let plain = service(nre);
    let row = PrescriptionRow {
        note_text: "nota <con> segni & accenti: è".into(),
        prescription1: "TV;".into(),
        prescription2: "uso regionale".into(),
        access: "1".into(),
        note_number: "1".into(),
        dispensing_condition: "2".into(),
        appropriateness: "3".into(),
        pathology: "4".into(),
        sessions: Some(5),
        ..plain.rows[0].clone()
    };
    PrescriptionMessage {
        header1: "PT=12345;".into(),
        header2: "SMARTCUP=NO;".into(),
        patient_name: "D'ALÒ NICCOLÒ".into(),
        patient_address: piped_address("Via Po 3", "67100", "L'Aquila", "AQ"),
        hide_patient: true,
        sasn_card: "1".into(),
        shipping_company: "X".into(),
        internal: true,
        exemption: "013.250".into(),
        not_exempt: false,
        income_exempt: true,
        diagnosis_code: "525.10".into(),
        regional_provisions: "D".into(),
        indication: "S".into(),
        other: "A".into(),
        priority: "P".into(),
        rows: vec![row.clone(), row],
        ..plain
    }
}

/// Thirty days of a narcotic of section A for pain, under a therapeutic plan, and a brand that may not be replaced.
pub fn opioid(nre: &str) -> PrescriptionMessage {
    let plain = drug(nre);
    let row = PrescriptionRow {
        product_code: "029611013".into(),
        product_text: "MORFINA*5F 10MG".into(),
        not_substitutable: true,
        reason_code: "3".into(),
        reason_note: "POSOLOGIA: 1 fiala ogni 8 ore; TEL. MEDICO: 0862 123456; INDIRIZZO MEDICO: Via Po 3, L'Aquila"
            .into(),
        quantity: 9,
        ..PrescriptionRow::default()
    };
    PrescriptionMessage {
        header1: "PT=2026/0042-A;".into(),
        exemption: "TDL01".into(),
        not_exempt: false,
        rows: vec![row],
        ..plain
    }
}

/// A prescription for somebody insured abroad.
pub fn foreign(nre: &str) -> PrescriptionMessage {
    let mut message = drug(nre);
    message.assistance = "UE".into();
    message.patient_code.clear();
    message.patient_province.clear();
    message.patient_asl.clear();
    message.foreign.state = "FR".into();
    message.foreign.institution = "CPAM".into();
    message.foreign.personal_number = "1".into();
    message.foreign.card_number = "2".into();
    message.foreign.birth_date = Some((local_now() - TimeDelta::days(15_000)).date());
    message.foreign.card_expiry = Some((local_now() + TimeDelta::days(300)).date());
    message
}
