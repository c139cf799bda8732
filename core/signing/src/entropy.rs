//! Where randomness comes from: salts, certificate serials, challenges.
//!
//! Signing engines draw their own nonces; those never pass through here.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::digest::sha256;

/// A source of unpredictable bytes, called from several threads at once.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Fills `buffer`. After an error its content is unspecified and must not
    /// be used: nobody may go on with zeros.
    ///
    /// # Errors
    ///
    /// [`EntropyError`] if the source failed.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// The source of randomness failed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the operating system returned no random bytes")]
pub struct EntropyError;

impl EntropyError {
    /// The error, for an implementation outside this crate.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Default for EntropyError {
    fn default() -> Self {
        Self::new()
    }
}

/// The operating system's generator, through aws-lc-rs.
#[expect(
    clippy::exhaustive_structs,
    reason = "a name for the system's generator; there is nothing to add"
)]
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        aws_lc_rs::rand::fill(buffer).map_err(|_| EntropyError)
    }
}

/// The deterministic twin: SHA-256 over seed and counter. Predictable, hence
/// for tests and simulations; no configuration can name it.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    /// Blocks handed out; the lock makes each block go to one caller.
    block: Mutex<u64>,
}

impl SeededEntropy {
    /// The stream that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            block: Mutex::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(32) {
            let mut input = [0; 16];
            let (seed, counter) = input.split_at_mut(8);
            seed.copy_from_slice(&self.seed.to_be_bytes());
            counter.copy_from_slice(&block.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(sha256(&input)) {
                *to = from;
            }
            *block = block.wrapping_add(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_stream_and_another_seed_another() {
        let draw = |entropy: &SeededEntropy| {
            let mut out = [0; 40];
            entropy.fill(&mut out).unwrap();
            out
        };
        let (first, again, other) = (
            SeededEntropy::new(1),
            SeededEntropy::new(1),
            SeededEntropy::new(2),
        );
        let start = draw(&first);
        assert_eq!(start, draw(&again));
        assert_ne!(start, draw(&other));
        assert_ne!(start, draw(&first), "a stream goes on, it does not repeat");
    }

    #[test]
    fn the_operating_system_fills_the_whole_buffer() {
        let mut out = [0; 64];
        OsEntropy.fill(&mut out).unwrap();
        assert!(
            out.chunks(16)
                .all(|chunk| chunk.iter().any(|byte| *byte != 0))
        );
    }
}
