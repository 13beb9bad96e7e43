//! Random tokens. 160 bits or more each, so that guessing is not a way in.

use rand::Rng;

/// Letters and digits that cannot be mistaken for one another when read aloud or copied from a screen.
const UNAMBIGUOUS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// `bytes` random bytes in lower-case hexadecimal: twice as many characters.
pub fn hex_token(bytes: usize) -> String {
    let mut rng = rand::rng();
    (0..bytes).map(|_| format!("{:02x}", rng.random::<u8>())).collect()
}

/// `count` random decimal digits: to tell names apart, not to protect anything.
pub fn digits(count: usize) -> String {
    let mut rng = rand::rng();
    (0..count).map(|_| char::from(b'0' + rng.random_range(0..10u8))).collect()
}

/// `length` characters of 32 unambiguous signs: five bits each.
pub fn readable_secret(length: usize) -> String {
    let mut rng = rand::rng();
    (0..length)
        .filter_map(|_| UNAMBIGUOUS.get(rng.random_range(0..UNAMBIGUOUS.len())))
        .map(|byte| char::from(*byte))
        .collect()
}
