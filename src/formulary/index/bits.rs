//! A set of entry numbers as one bit each.

/// Which entries are in.
#[derive(Debug, Clone)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// An empty set for `entries` entries.
    pub fn new(entries: usize) -> Self {
        Self(vec![0; entries.div_ceil(64)])
    }

    /// Puts an entry in.
    pub fn set(&mut self, entry: u32) {
        if let Some(word) = usize::try_from(entry / 64).ok().and_then(|at| self.0.get_mut(at)) {
            *word |= 1 << (entry % 64);
        }
    }

    /// Keeps only what is also in `other`.
    pub fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// True when nothing is in.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The entries, growing.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0u32..).zip(&self.0).flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros();
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_intersect() {
        let (mut a, mut b) = (Bits::new(200), Bits::new(200));
        [0, 63, 64, 199].into_iter().for_each(|entry| a.set(entry));
        [63, 199, 5].into_iter().for_each(|entry| b.set(entry));
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 63, 64, 199]);
        a.keep(&b);
        assert_eq!(a.iter().collect::<Vec<_>>(), [63, 199]);
        assert!(!a.is_empty() && Bits::new(10).is_empty());
        a.set(100_000);
        assert_eq!(a.iter().count(), 2, "beyond the last is ignored");
    }
}
