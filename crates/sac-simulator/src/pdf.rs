//! The paper (promemoria) that SAC itself may make: the portal's own, under another name and with a line that says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ledger::Registered;
use sac::Communication;
use sac::paper::{self, Printed};

/// The program named in the properties of the simulator's papers.
pub const CREATOR: &str = "Simulatore del SAC";

/// The paper of a prescription, in base64. `None` for one that has no paper: more than eight rows.
pub fn promemoria(registered: &Registered, communications: &[Communication]) -> Option<String> {
    let printed = Printed {
        nre: &registered.nre,
        auth_code: &registered.auth_code,
        region: &registered.message.region,
        doctor: &registered.sender,
        communications,
        creator: CREATOR,
    };
    let mut paper = paper::promemoria(&registered.message, printed).ok()?;
    paper.messages.push("PROMEMORIA DEL SIMULATORE DEL SAC: NON VALE COME RICETTA".to_owned());
    promemoria::render(&paper).ok().map(|pdf| STANDARD.encode(pdf))
}
