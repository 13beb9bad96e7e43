//! Fiscal codes as SAC looks at them: form and check character, without asking whether such a person can exist.
//!
//! The kernel's own type is stricter (a month is one of twelve letters), and would refuse the fictitious people of the
//! ministry's test environment, whose codes are all `X` and zeroes.

/// Whether a code has the form of a person's fiscal code, similar-letter replacements (omocodia) included.
pub fn has_fiscal_form(code: &str) -> bool {
    const SHAPE: &[u8; 16] = b"AAAAAANNANNANNNA";
    let digit_like = |byte: u8| byte.is_ascii_digit() || b"LMNPQRSTUVX".contains(&byte);
    code.len() == SHAPE.len()
        && code.bytes().zip(SHAPE).all(|(byte, kind)| match kind {
            b'A' => byte.is_ascii_uppercase(),
            _ => digit_like(byte) || byte == b'0',
        })
}

/// Whether the last character of a fiscal code is the one computed from the others.
pub fn has_right_check_character(code: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') };
    let bytes: Vec<u8> = code.bytes().collect();
    let Some((check, body)) = bytes.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(index, byte)| {
            let plain = value(*byte);
            if index % 2 == 1 { u32::from(plain) } else { ODD.get(usize::from(plain)).copied().unwrap_or(0) }
        })
        .sum();
    u32::from(check.wrapping_sub(b'A')) == sum % 26
}

/// Whether a code is that of a foreigner temporarily present (STP) or of an EU citizen not enrolled (ENI).
pub fn is_stp_or_eni(code: &str) -> bool {
    let number = code.strip_prefix("STP").or_else(|| code.strip_prefix("ENI"));
    number.is_some_and(|digits| digits.len() == 13 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixtures_check_out_but_for_the_substitute() {
        for code in ["PROVAX00X00X000Y", "BRGPLA59L23M048S", "PNIMRA70A01H501P"] {
            assert!(has_fiscal_form(code) && has_right_check_character(code), "{code}");
        }
        assert!(has_fiscal_form("PROVAX00X00X000Z"));
        assert!(!has_right_check_character("PROVAX00X00X000Z"));
    }

    #[test]
    fn other_codes() {
        assert!(!has_fiscal_form("PNIMRA70A01H501"));
        assert!(!has_fiscal_form("pnimra70a01h501p"));
        assert!(!has_fiscal_form("PNIMR170A01H501P"));
        assert!(is_stp_or_eni("STP0000000000001"));
        assert!(!is_stp_or_eni("STP000000000000A"));
    }
}
