//! Moments to end a server at: spread over a range, the same in every run.

/// splitmix64; a test needs no better.
#[derive(Debug)]
pub(crate) struct Moments(u64);

impl Moments {
    pub(crate) fn from_seed(seed: u64) -> Self {
        eprintln!("moments from seed {seed}");
        Self(seed)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
