//! Why a doctor prescribes in spite of an alert: coded, so that it can be counted which rules nobody heeds.

/// Value and label of each reason for prescribing in spite of an alert; the last one wants words.
pub const REASONS: &[(&str, &str)] = &[
    ("tollerato", "Già preso in passato senza reazioni"),
    ("lieve", "Reazione lieve o dubbia"),
    ("allergologo", "Valutazione allergologica favorevole"),
    ("alternative", "Non ci sono alternative: il beneficio supera il rischio"),
    ("superata", "L’allergia registrata è errata o superata"),
    ("altro", "Altro"),
];
