//! Where the numbers of a region's prescriptions come from, and what is done when SAC's answer was lost: rules of the
//! region, read from its row. What nobody has told us is "da verificare", and then the number comes from the doctor's
//! lots and SAC is asked about it: this needs nothing of a region but the State's own services.

use crate::text_enum;
use kernel::folding;

text_enum! {
    /// Where a number comes from.
    NreSource {
        /// From a lot of the doctor's, before the request goes out.
        Lots = "LOTTO",
        /// From SAC, with its answer: an empty `nre` is sent.
        Sac = "SAC",
        /// Not known: lots are used.
        Unknown = "DA_VERIFICARE",
    }
}

text_enum! {
    /// What is done when the answer to a request was lost.
    UncertainPolicy {
        /// Asking for the number: found, it is adopted; not found, the same request goes out again.
        View = "A",
        /// The number is annulled and another one is sent.
        Replace = "B",
        /// SAC assigned the number: the list of used numbers is searched, and nothing goes out again without the doctor.
        List = "C",
        /// Not known: the number is asked for.
        Unknown = "DA_VERIFICARE",
    }
}

/// What holds for the prescriptions of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NreRules {
    /// Where the next number comes from.
    pub source: NreSource,
    /// SAC assigns the numbers: no lot is needed.
    pub assigned: bool,
    /// A number whose answer was lost is given up for another one.
    pub replaces: bool,
}

impl NreRules {
    /// Where nothing is known of the region.
    pub const UNKNOWN: Self = Self { source: NreSource::Unknown, assigned: false, replaces: false };

    /// From the texts of the row. One that is not understood counts as unknown.
    pub fn of(source: &str, policy: &str) -> Self {
        let source = NreSource::from_text(source).unwrap_or(NreSource::Unknown);
        let assigned = source == NreSource::Sac;
        let replaces = !assigned && UncertainPolicy::from_text(policy) == Some(UncertainPolicy::Replace);
        Self { source, assigned, replaces }
    }
}

/// Reads the two cells of a list: empty is not known.
/// The error says what is wrong, in one sentence; also when the two contradict each other.
pub fn read(source: &str, policy: &str) -> Result<(NreSource, UncertainPolicy), String> {
    let source = match folding::fold(source).as_str() {
        "" | "DA VERIFICARE" => NreSource::Unknown,
        "LOTTO" => NreSource::Lots,
        "SAC" => NreSource::Sac,
        _ => return Err(format!("la provenienza dell’NRE «{source}» non è «lotto», «SAC» o «da verificare»")),
    };
    let policy = match folding::fold(policy).as_str() {
        "" | "DA VERIFICARE" => UncertainPolicy::Unknown,
        "A" => UncertainPolicy::View,
        "B" => UncertainPolicy::Replace,
        "C" => UncertainPolicy::List,
        _ => return Err(format!("la politica «{policy}» non è A, B, C o «da verificare»")),
    };
    match (source, policy) {
        (NreSource::Sac, UncertainPolicy::View | UncertainPolicy::Replace) => {
            Err("se l’NRE lo assegna il SAC, la politica può essere solo C".to_owned())
        }
        (NreSource::Lots | NreSource::Unknown, UncertainPolicy::List) => {
            Err("la politica C vale solo dove l’NRE lo assegna il SAC".to_owned())
        }
        fits => Ok(fits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_not_known_and_contradictions_are_refused() {
        assert_eq!(read("", ""), Ok((NreSource::Unknown, UncertainPolicy::Unknown)));
        assert_eq!(read("da verificare", "Da Verificare"), Ok((NreSource::Unknown, UncertainPolicy::Unknown)));
        assert_eq!(read("lotto", "b"), Ok((NreSource::Lots, UncertainPolicy::Replace)));
        assert_eq!(read("SAC", "C"), Ok((NreSource::Sac, UncertainPolicy::List)));
        assert_eq!(read("sac", ""), Ok((NreSource::Sac, UncertainPolicy::Unknown)));
        for (source, policy) in [("SAC", "A"), ("SAC", "B"), ("lotto", "C"), ("", "C"), ("x", ""), ("", "D")] {
            assert!(read(source, policy).is_err(), "{source} {policy}");
        }
    }

    #[test]
    fn the_rules_of_a_row() {
        assert_eq!(NreRules::of("DA_VERIFICARE", "DA_VERIFICARE"), NreRules::UNKNOWN);
        assert!(NreRules::of("SAC", "B").assigned && !NreRules::of("SAC", "B").replaces);
        assert!(NreRules::of("LOTTO", "B").replaces && !NreRules::of("LOTTO", "B").assigned);
        // A row written before the source was a column.
        assert_eq!(NreRules::of("DA_VERIFICARE", "C"), NreRules::UNKNOWN);
        assert_eq!(NreRules::of("?", "?"), NreRules::UNKNOWN);
    }
}
