//! How many packs fit in one prescription: dated rows of a table, since the law changes them (sac.md's «How much fits»).

use chrono::NaiveDate;

use super::exemption::Exemption;
use kernel::exemption::ExemptionKind;

/// The rule for every drug and patient.
pub const ORDINARY: &str = "ordinary";
/// Drugs prescribed with the exemption of a chronic or rare disease (DL 347/2001 art. 9 c. 1).
pub const DISEASE: &str = "chronic";
/// The same, for a drug the patient has used for six months, in the regions that apply it (c. 1-bis).
pub const STABLE: &str = "chronic_stable";
/// Narcotics of the pain therapy with its exemption: what thirty days take, whatever the packs (c. 4).
pub const PAIN: &str = "pain";

/// SAC takes one digit as the quantity of a row.
pub const MOST_IN_A_ROW: u32 = 9;

/// What a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Packs in one prescription.
    Packs,
    /// Days of therapy that one prescription may cover.
    Days,
}

/// One row of the table of limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// Which case it is for: one of the constants above, or a `limit_category` of a package.
    pub category: String,
    /// What it counts.
    pub counted: Counted,
    /// The most of it.
    pub most: u32,
    /// Most different drugs in one prescription; 0 when the law says nothing of them.
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

/// The limit for one drug, and how long the therapy may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowance {
    /// How much one prescription holds.
    pub limit: Limit,
    /// Days of therapy, where the law counts them. Nothing here can count days: the doctor is told.
    pub days: Option<u32>,
}

/// Two packs: two of one drug or one each of two. What holds when the table says nothing.
pub const TWO_PACKS: Limit = Limit { packs: 2, rows: 2 };

/// What a drug's limit depends on.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The package's own category; empty for most.
    pub category: &'a str,
    /// What it is prescribed with.
    pub exemption: &'a Exemption,
    /// A narcotic of the pain therapy.
    pub narcotic: bool,
    /// The patient has used it for six months.
    pub stable: bool,
}

/// The limits in force on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    rules: Vec<LimitRule>,
}

impl Limits {
    /// Keeps the rules in force on `day`. Of two rules for the same case the one that began later counts.
    pub fn on(day: NaiveDate, rules: impl IntoIterator<Item = LimitRule>) -> Self {
        let mut in_force: Vec<LimitRule> = rules
            .into_iter()
            .filter(|rule| rule.valid_from <= day && rule.valid_to.is_none_or(|last| day <= last))
            .collect();
        in_force.sort_by_key(|rule| std::cmp::Reverse(rule.valid_from));
        Self { rules: in_force }
    }

    fn find(&self, category: &str, counted: Counted) -> Option<&LimitRule> {
        self.rules.iter().find(|rule| rule.category == category && rule.counted == counted)
    }

    /// Whether any rule is for this case.
    pub fn know(&self, category: &str) -> bool {
        self.rules.iter().any(|rule| rule.category == category)
    }

    /// Packs and rows of a case. A case that counts only days takes as many packs as one row can say.
    fn packs(&self, category: &str) -> Option<Limit> {
        match (self.find(category, Counted::Packs), self.find(category, Counted::Days)) {
            (Some(rule), _) => {
                let packs = rule.most.clamp(1, MOST_IN_A_ROW);
                Some(Limit { packs, rows: if rule.max_rows == 0 { packs } else { rule.max_rows } })
            }
            (None, Some(_)) => Some(Limit { packs: MOST_IN_A_ROW, rows: TWO_PACKS.rows }),
            (None, None) => None,
        }
    }

    /// The limit for a drug. Each special rule is a permission on top of the ordinary one, so the widest counts.
    pub fn of_drug(&self, case: &Case<'_>) -> Allowance {
        let of_disease = case.exemption.kind.is_some_and(ExemptionKind::is_for_a_disease);
        let of_pain = case.exemption.kind == Some(ExemptionKind::Pain);
        let permissions = [
            of_disease.then_some(DISEASE),
            (of_disease && case.stable).then_some(STABLE),
            (of_pain && case.narcotic).then_some(PAIN),
            // Which drugs are narcotics is not the package's to say.
            Some(case.category).filter(|category| !matches!(*category, "" | PAIN)),
        ];
        let mut widest = Allowance { limit: self.packs(ORDINARY).unwrap_or(TWO_PACKS), days: None };
        for category in permissions.into_iter().flatten() {
            if let Some(limit) = self.packs(category).filter(|limit| *limit > widest.limit) {
                widest = Allowance { limit, days: self.find(category, Counted::Days).map(|rule| rule.most) };
            }
        }
        widest
    }
}

impl Allowance {
    /// `Al massimo 3 confezioni per ricetta e 60 giorni di terapia`, for hints and reasons.
    pub fn in_words(&self) -> String {
        let Limit { packs, rows } = self.limit;
        let mut text = match packs {
            1 => "Al massimo 1 confezione per ricetta".to_owned(),
            packs => format!("Al massimo {packs} confezioni per ricetta"),
        };
        if packs > rows {
            text.push_str(&if rows == 1 {
                ", di un solo farmaco".to_owned()
            } else {
                format!(", di {rows} farmaci diversi")
            });
        }
        if let Some(days) = self.days {
            text.push_str(&format!(", per non più di {days} giorni di terapia"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use kernel::dates::parse_date;

    fn rule(category: &str, (counted, most): (Counted, u32), from: &str, to: Option<&str>) -> LimitRule {
        LimitRule {
            category: category.to_owned(),
            counted,
            most,
            max_rows: 2,
            valid_from: parse_date(from).unwrap(),
            valid_to: to.map(|day| parse_date(day).unwrap()),
        }
    }

    fn on(day: &str) -> Limits {
        let rules = [
            rule(ORDINARY, (Counted::Packs, 2), "01/01/1994", None),
            rule(DISEASE, (Counted::Packs, 3), "01/01/2002", Some("31/12/2026")),
            rule(DISEASE, (Counted::Packs, 12), "01/01/2027", None),
            rule(DISEASE, (Counted::Days, 60), "01/01/2002", None),
            rule(PAIN, (Counted::Days, 30), "01/01/2002", None),
            rule("single_dose", (Counted::Packs, 6), "01/01/2002", None),
        ];
        Limits::on(parse_date(day).unwrap(), rules)
    }

    fn exempt(kind: ExemptionKind) -> Exemption {
        Exemption { code: "X".to_owned(), kind: Some(kind) }
    }

    fn of<'a>(category: &'a str, exemption: &'a Exemption) -> Case<'a> {
        Case { category, exemption, narcotic: false, stable: false }
    }

    #[test]
    fn the_widest_permission_counts() {
        let limits = on("24/11/2026");
        let packs = |category: &str, exemption: &Exemption| limits.of_drug(&of(category, exemption)).limit.packs;
        assert_eq!(packs("", &Exemption::none()), 2);
        assert_eq!(packs("", &exempt(ExemptionKind::Income)), 2);
        assert_eq!(packs("", &exempt(ExemptionKind::Chronic)), 3);
        assert_eq!(packs("", &exempt(ExemptionKind::Rare)), 3);
        assert_eq!(packs("single_dose", &Exemption::none()), 6);
        assert_eq!(packs("single_dose", &exempt(ExemptionKind::Chronic)), 6);
        assert_eq!(packs("unknown", &Exemption::none()), 2);
    }

    #[test]
    fn thirty_days_are_for_narcotics_of_pain_with_its_exemption() {
        let limits = on("24/11/2026");
        let (pain, chronic) = (exempt(ExemptionKind::Pain), exempt(ExemptionKind::Chronic));
        let narcotic = |exemption: &Exemption| limits.of_drug(&Case { narcotic: true, ..of("", exemption) });
        let allowance = narcotic(&pain);
        assert_eq!((allowance.limit.packs, allowance.days), (9, Some(30)));
        assert_eq!(limits.of_drug(&of("", &pain)).limit.packs, 2, "the exemption alone");
        assert_eq!(narcotic(&Exemption::none()).limit.packs, 2, "the drug alone");
        assert_eq!(narcotic(&chronic).limit.packs, 3);
        assert_eq!(limits.of_drug(&of(PAIN, &Exemption::none())).limit.packs, 2, "the package's own word");
    }

    #[test]
    fn six_packs_are_for_what_was_used_for_six_months_where_the_table_has_them() {
        let chronic = exempt(ExemptionKind::Chronic);
        let stable = Case { stable: true, ..of("", &chronic) };
        assert_eq!(on("24/11/2026").of_drug(&stable).limit.packs, 3);
        let rules = [
            rule(DISEASE, (Counted::Packs, 3), "01/01/2002", None),
            rule(STABLE, (Counted::Packs, 6), "19/08/2014", None),
            rule(STABLE, (Counted::Days, 180), "19/08/2014", None),
        ];
        let limits = Limits::on(parse_date("24/11/2026").unwrap(), rules);
        let allowance = limits.of_drug(&stable);
        assert_eq!((allowance.limit.packs, allowance.days), (6, Some(180)));
        assert_eq!(limits.of_drug(&of("", &chronic)).limit.packs, 3, "new for the patient");
        assert_eq!(limits.of_drug(&Case { stable: true, ..of("", &Exemption::none()) }).limit.packs, 2);
    }

    #[test]
    fn limits_follow_the_calendar() {
        let chronic = |day: &str| on(day).of_drug(&of("", &exempt(ExemptionKind::Chronic))).limit.packs;
        assert_eq!(chronic("31/12/2001"), 2, "not yet in force");
        assert_eq!(chronic("01/01/2002"), 3);
        assert_eq!(chronic("31/12/2026"), 3, "last day");
        assert_eq!(chronic("01/01/2027"), 9, "twelve, but a row holds one digit");
    }

    #[test]
    fn an_empty_table_means_two_packs() {
        let allowance = Limits::default().of_drug(&of("single_dose", &exempt(ExemptionKind::Chronic)));
        assert_eq!(allowance, Allowance { limit: TWO_PACKS, days: None });
    }

    #[test]
    fn the_law_says_nothing_of_rows() {
        let free = LimitRule { max_rows: 0, ..rule(DISEASE, (Counted::Packs, 3), "01/01/2002", None) };
        let limits = Limits::on(parse_date("24/11/2026").unwrap(), [free]);
        assert_eq!(limits.of_drug(&of("", &exempt(ExemptionKind::Rare))).limit, Limit { packs: 3, rows: 3 });
    }

    #[test]
    fn limits_in_words() {
        let limits = on("24/11/2026");
        assert_eq!(limits.of_drug(&of("", &Exemption::none())).in_words(), "Al massimo 2 confezioni per ricetta");
        assert_eq!(
            limits.of_drug(&of("", &exempt(ExemptionKind::Chronic))).in_words(),
            "Al massimo 3 confezioni per ricetta, di 2 farmaci diversi, per non più di 60 giorni di terapia"
        );
    }
}
