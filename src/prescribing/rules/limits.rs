//! How many packs fit in one prescription: dated rows of a table, since the law changes them (sac.md's «How much fits»).

use chrono::NaiveDate;

/// The rule for every drug and patient.
pub const ORDINARY: &str = "ordinary";
/// Drugs prescribed with the exemption of a chronic or rare disease (DL 347/2001 art. 9 c. 1).
pub const DISEASE: &str = "chronic";
/// The same, when the patient has used the drug for at least six months (c. 1-bis), where the region applies it.
pub const DISEASE_LONG: &str = "chronic_long";

/// SAC takes one digit as the quantity of a row.
pub const MOST_IN_A_ROW: u32 = 9;

/// One row of the table of limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// Which case it is for: one of the constants above, or a `limit_category` of a package.
    pub category: String,
    /// Most packs in one prescription.
    pub max_packs: u32,
    /// Most different drugs in one prescription.
    pub max_rows: u32,
    /// First day in force.
    pub valid_from: NaiveDate,
    /// Last day in force, if it ended.
    pub valid_to: Option<NaiveDate>,
}

/// How much one prescription holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// Most packs.
    pub packs: u32,
    /// Most different drugs.
    pub rows: u32,
}

/// Two packs: two of one drug or one each of two. What holds when the table says nothing.
pub const TWO_PACKS: Limit = Limit { packs: 2, rows: 2 };

/// The limits in force on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    rules: Vec<LimitRule>,
}

impl Limits {
    /// Keeps the rules in force on `day`. Of two rules for the same case the one that began later counts.
    #[must_use]
    pub fn on(day: NaiveDate, rules: impl IntoIterator<Item = LimitRule>) -> Self {
        let mut in_force: Vec<LimitRule> = rules
            .into_iter()
            .filter(|rule| rule.valid_from <= day && rule.valid_to.is_none_or(|last| day <= last))
            .collect();
        in_force.sort_by_key(|rule| std::cmp::Reverse(rule.valid_from));
        Self { rules: in_force }
    }

    fn find(&self, category: &str) -> Option<Limit> {
        let rule = self.rules.iter().find(|rule| rule.category == category)?;
        Some(Limit { packs: rule.max_packs.clamp(1, MOST_IN_A_ROW), rows: rule.max_rows.max(1) })
    }

    /// The limit for a drug of `package_category` (empty for most) with or without the exemption of a disease. Each
    /// special rule is a permission on top of the ordinary one, so the widest counts.
    #[must_use]
    pub fn of_drug(&self, package_category: &str, disease_exempt: bool, long_use: bool) -> Limit {
        let cases = [
            Some(package_category).filter(|category| !category.is_empty()),
            disease_exempt.then_some(DISEASE),
            (disease_exempt && long_use).then_some(DISEASE_LONG),
        ];
        let ordinary = self.find(ORDINARY).unwrap_or(TWO_PACKS);
        cases.into_iter().flatten().filter_map(|category| self.find(category)).fold(ordinary, std::cmp::Ord::max)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::kernel::dates::parse_date;

    fn rule(category: &str, packs: u32, from: &str, to: Option<&str>) -> LimitRule {
        LimitRule {
            category: category.to_owned(),
            max_packs: packs,
            max_rows: 2,
            valid_from: parse_date(from).unwrap(),
            valid_to: to.map(|day| parse_date(day).unwrap()),
        }
    }

    fn on(day: &str) -> Limits {
        let rules = [
            rule(ORDINARY, 2, "01/01/1994", None),
            rule(DISEASE, 3, "01/01/2002", None),
            rule(DISEASE_LONG, 6, "01/01/2014", Some("31/12/2026")),
            rule(DISEASE_LONG, 12, "01/01/2027", None),
            rule("single_dose", 6, "01/01/2002", None),
        ];
        Limits::on(parse_date(day).unwrap(), rules)
    }

    #[test]
    fn the_widest_permission_counts() {
        let limits = on("24/11/2026");
        assert_eq!(limits.of_drug("", false, false).packs, 2);
        assert_eq!(limits.of_drug("", false, true).packs, 2, "long use counts only with the exemption");
        assert_eq!(limits.of_drug("", true, false).packs, 3);
        assert_eq!(limits.of_drug("", true, true).packs, 6);
        assert_eq!(limits.of_drug("single_dose", false, false).packs, 6);
        assert_eq!(limits.of_drug("single_dose", true, false).packs, 6);
        assert_eq!(limits.of_drug("unknown", false, false).packs, 2);
    }

    #[test]
    fn limits_follow_the_calendar() {
        assert_eq!(on("31/12/2001").of_drug("", true, false).packs, 2, "not yet in force");
        assert_eq!(on("01/01/2002").of_drug("", true, false).packs, 3);
        assert_eq!(on("31/12/2026").of_drug("", true, true).packs, 6, "last day");
        assert_eq!(on("01/01/2027").of_drug("", true, true).packs, 9, "twelve, but a row holds one digit");
    }

    #[test]
    fn an_empty_table_means_two_packs() {
        assert_eq!(Limits::default().of_drug("single_dose", true, true), TWO_PACKS);
    }
}
