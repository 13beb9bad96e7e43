//! Things that go wrong on purpose: planned through the control endpoint, drawn once per call.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::door::Door;

/// One way of going wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// A business refusal with that code; nothing is processed.
    Refuse {
        /// Error code.
        code: String,
    },
    /// The same in SAC's own words.
    RefuseSaying {
        /// Error code.
        code: String,
        /// The text.
        text: String,
    },
    /// 1016 for a number never seen; nothing is processed.
    AlreadyUsed,
    /// A SOAP Fault; nothing is processed.
    SoapFault {
        /// HTTP status.
        #[serde(default = "server_error")]
        status: u16,
        /// The text.
        #[serde(default = "fault_text")]
        text: String,
    },
    /// A bare HTTP status, 401 and 5xx included.
    Status {
        /// The status.
        status: u16,
        /// Whether the call is processed all the same.
        #[serde(default)]
        accept: bool,
    },
    /// The call is processed at once and answered late.
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// The call is processed and answered late: after the client has given up, if it is impatient.
    LateAccept {
        /// Milliseconds.
        millis: u64,
    },
    /// The call is processed, and the connection closed without a byte.
    AcceptThenDrop,
    /// The call is processed, and answered with rubbish.
    AcceptThenGarble,
    /// The call is processed, and the answer stops half way.
    Truncated,
    /// The call is processed, and the answer talks of another number.
    OtherNre,
    /// What was registered does not show yet: a view says 5005, a list is empty.
    NotYetVisible,
    /// Ten megabytes of answer; nothing is processed.
    Huge,
    /// An entity bomb; nothing is processed.
    Bomb,
    /// A redirect; nothing is processed.
    Redirect,
    /// The session is said to be over; nothing is processed.
    ExpiredSession,
    /// A session that is created is mailed, and not answered, as in production.
    MailedSession,
    /// No lots left; other services work.
    NoLots,
    /// A warning beside a success.
    Warning {
        /// Warning code.
        code: String,
    },
    /// The message about directly distributed drugs, beside a success.
    DirectDistribution,
}

fn server_error() -> u16 {
    500
}

/// What a planned refusal says unless told otherwise.
pub const REFUSAL_TEXT: &str = "Rifiuto di prova del simulatore";

fn fault_text() -> String {
    "Errore interno del servizio".to_owned()
}

/// When a fault strikes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultPlan {
    /// The service it strikes; all of them when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Door>,
    /// How many calls it strikes from now on; once when `probability` is missing too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// How likely each call is to be struck, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What happens.
    #[serde(flatten)]
    pub fault: Fault,
}

impl FaultPlan {
    /// A fault for the next call of a service.
    pub fn once(service: Door, fault: Fault) -> Self {
        Self { service: Some(service), next: Some(1), probability: None, fault }
    }
}

/// The plans in force, with the dice.
#[derive(Debug)]
pub struct Faults {
    plans: Vec<FaultPlan>,
    dice: StdRng,
}

impl Faults {
    /// No plans; the same seed throws the same dice.
    pub fn new(seed: u64) -> Self {
        Self { plans: Vec::new(), dice: StdRng::seed_from_u64(seed) }
    }

    /// Adds a plan.
    pub fn add(&mut self, mut plan: FaultPlan) {
        if plan.next.is_none() && plan.probability.is_none() {
            plan.next = Some(1);
        }
        self.plans.push(plan);
    }

    /// Drops all plans.
    pub fn clear(&mut self) {
        self.plans.clear();
    }

    /// The plans in force.
    pub fn plans(&self) -> &[FaultPlan] {
        &self.plans
    }

    /// The fault that strikes a call, if any: the first plan that fits and whose dice fall.
    pub fn draw(&mut self, door: Door) -> Option<Fault> {
        let mut struck = None;
        for plan in &mut self.plans {
            let fits = plan.service.is_none_or(|service| service == door) && plan.next != Some(0);
            let falls = fits && plan.probability.is_none_or(|chance| self.dice.random_bool(chance.clamp(0.0, 1.0)));
            if falls {
                plan.next = plan.next.map(|left| left.saturating_sub(1));
                struck = Some(plan.fault.clone());
                break;
            }
        }
        self.plans.retain(|plan| plan.next != Some(0));
        struck
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_plan_is_used_up_and_leaves_other_services_alone() {
        let mut faults = Faults::new(1);
        faults.add(serde_json::from_str(r#"{"service":"send","next":2,"kind":"status","status":502}"#).unwrap());
        assert_eq!(faults.draw(Door::View), None);
        assert_eq!(faults.draw(Door::Send), Some(Fault::Status { status: 502, accept: false }));
        assert!(faults.draw(Door::Send).is_some());
        assert_eq!(faults.draw(Door::Send), None);
        assert!(faults.plans().is_empty());
    }

    #[test]
    fn without_numbers_it_strikes_once() {
        let mut faults = Faults::new(1);
        faults.add(serde_json::from_str(r#"{"kind":"bomb"}"#).unwrap());
        assert_eq!(faults.draw(Door::Lot), Some(Fault::Bomb));
        assert_eq!(faults.draw(Door::Lot), None);
    }

    #[test]
    fn the_same_seed_throws_the_same_dice() {
        let thrown = |seed: u64| {
            let mut faults = Faults::new(seed);
            faults.add(serde_json::from_str(r#"{"probability":0.3,"kind":"truncated"}"#).unwrap());
            (0..200).map(|_| faults.draw(Door::Send).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7), thrown(7));
        let hits = thrown(7).into_iter().filter(|hit| *hit).count();
        assert!((30..90).contains(&hits), "{hits}");
    }
}
