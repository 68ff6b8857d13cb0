//! Chance that is the same on every machine for ever: SplitMix64 over 64-bit integers, no floats, no platform.
//!
//! Every decision draws from a stream named by what it is about, so that adding a decision somewhere
//! does not shift the others. Not for secrets.

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

impl Rng {
    /// The stream of this name; equal names give equal streams.
    pub(super) fn new(name: &[u64]) -> Self {
        Self(hash(name))
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number of `0..limit`; 0 when the limit is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        scale(self.draw(), limit)
    }

    /// A number of `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).max(0) as u64 + 1) as i64
    }

    /// True in so many of a thousand cases.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// The position of one of the weights, chosen in proportion to them.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut at = self.below(weights.clone().sum());
        for (position, weight) in weights.enumerate() {
            if at < weight {
                return position;
            }
            at -= weight;
        }
        0
    }
}

/// One well-mixed number for a name.
pub(super) fn hash(name: &[u64]) -> u64 {
    name.iter().fold(0x243F_6A88_85A3_08D3, |state, part| mix(state.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ mix(*part)))
}

/// Maps a 64-bit number evenly onto `0..limit`.
pub(super) fn scale(number: u64, limit: u64) -> u64 {
    ((u128::from(number) * u128::from(limit)) >> 64) as u64
}

fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
