//! From a basket to the legal prescriptions: what must be equal on one prescription, how much fits, and why.

use super::exemption::Exemption;
use super::limits::Allowance;
use super::packing::{self, Load};

/// A drug of the basket, as far as splitting is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitItem {
    /// Identifies the drug in the basket.
    pub id: i64,
    /// Packs of it.
    pub packs: u32,
    /// Goes on the head of the prescription (`codEsenzione`, `nonEsente`, `reddito`).
    pub exemption: Exemption,
    /// Goes on the head of the prescription too (`indicazionePrescr`).
    pub suggested: bool,
    /// Protocol of its therapeutic plan, which goes there as well (`testata1`); empty for none.
    pub plan: String,
    /// The limit for this drug with this exemption.
    pub allowance: Allowance,
}

/// One prescription to be issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its exemption.
    pub exemption: Exemption,
    /// Whether a specialist suggested it.
    pub suggested: bool,
    /// Protocol of its therapeutic plan.
    pub plan: String,
    /// Basket id and packs, in basket order.
    pub rows: Vec<(i64, u32)>,
}

/// The prescriptions and the reasons for there being more than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In order of each one's first drug in the basket.
    pub prescriptions: Vec<Planned>,
    /// For the doctor; empty when there is one prescription.
    pub reasons: Vec<String>,
}

/// Splits the basket (in its order) into the fewest legal prescriptions.
pub fn split(items: &[SplitItem]) -> Plan {
    let mut groups: Vec<(&SplitItem, Vec<&SplitItem>)> = Vec::new();
    for item in items {
        let head_of = |item: &SplitItem| (item.exemption.clone(), item.suggested, item.plan.clone());
        match groups.iter_mut().find(|(head, _)| head_of(head) == head_of(item)) {
            Some((_, members)) => members.push(item),
            None => groups.push((item, vec![item])),
        }
    }
    let mut plan = Plan::default();
    let mut split_limits: Vec<Allowance> = Vec::new();
    for (head, members) in &groups {
        let loads: Vec<Load> =
            members.iter().map(|item| Load { packs: item.packs, limit: item.allowance.limit }).collect();
        let bins = packing::fewest(&loads);
        if bins.len() > 1 {
            split_limits.extend(members.iter().map(|item| item.allowance));
        }
        plan.prescriptions.extend(bins.into_iter().map(|bin| Planned {
            exemption: head.exemption.clone(),
            suggested: head.suggested,
            plan: head.plan.clone(),
            rows: bin.into_iter().filter_map(|(at, packs)| Some((members.get(at)?.id, packs))).collect(),
        }));
    }
    let heads: Vec<&SplitItem> = groups.iter().map(|(head, _)| *head).collect();
    plan.reasons = reasons(&heads, split_limits);
    let place = |planned: &Planned| {
        let first = planned.rows.first().map(|row| row.0);
        items.iter().position(|item| Some(item.id) == first)
    };
    // Stable: the prescriptions of one drug stay fullest first.
    plan.prescriptions.sort_by_key(place);
    plan
}

fn reasons(heads: &[&SplitItem], mut limits: Vec<Allowance>) -> Vec<String> {
    let mut out = Vec::new();
    let differs = |same: fn(&SplitItem, &SplitItem) -> bool| {
        heads.first().is_some_and(|first| heads.iter().any(|head| !same(first, head)))
    };
    if differs(|a, b| a.exemption == b.exemption) {
        out.push("Le esenzioni diverse vanno su ricette separate.".to_owned());
    }
    if differs(|a, b| a.suggested == b.suggested) {
        out.push("I farmaci suggeriti dallo specialista vanno su ricette separate dagli altri.".to_owned());
    }
    if differs(|a, b| a.plan == b.plan) {
        out.push("I farmaci con un altro piano terapeutico, o senza, vanno su ricette separate.".to_owned());
    }
    limits.sort_unstable();
    limits.dedup();
    out.extend(limits.iter().map(|limit| format!("{}.", limit.in_words())));
    out
}

/// `Una ricetta`, `Due ricette`, .. : the title of what will be sent.
pub fn count_in_words(count: usize) -> String {
    let word = match count {
        0 => "Nessuna ricetta",
        1 => "Una ricetta",
        2 => "Due ricette",
        3 => "Tre ricette",
        4 => "Quattro ricette",
        5 => "Cinque ricette",
        6 => "Sei ricette",
        more => return format!("{more} ricette"),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests;
