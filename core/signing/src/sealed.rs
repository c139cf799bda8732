//! AES-256-GCM on aws-lc-rs: values that lie encrypted in a database, under a key whose deletion
//! is their erasure.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};

/// Octets that sealing adds: the nonce in front, the tag behind.
const OVERHEAD: usize = NONCE_LEN + 16;

/// A key of 32 octets. Dropping it wipes it.
///
/// Nonces are random, so one key may seal 2^32 values (SP 800-38D, 8.3); a subject has a few
/// thousand in its life.
pub struct SealingKey(Zeroizing<[u8; 32]>);

/// A value is not sealed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealError {
    /// There is no randomness for a nonce.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The engine refused, which no value of ours can cause.
    #[error("the value cannot be sealed")]
    Engine,
}

/// Octets that this key did not seal, or not for this place.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the sealed value does not open under its key at its place")]
pub struct NotSealedHere;

impl SealingKey {
    /// Takes a key.
    #[must_use]
    pub fn new(octets: [u8; 32]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// A new key.
    ///
    /// # Errors
    ///
    /// [`EntropyError`] if there is no randomness.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut octets = Zeroizing::new([0; 32]);
        entropy.fill(octets.as_mut_slice())?;
        Ok(Self(octets))
    }

    /// The key itself, for the row in which it is kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals `value` for `place`, the key of its row: at another place it does not open.
    ///
    /// # Errors
    ///
    /// [`SealError`].
    pub fn seal(
        &self,
        entropy: &dyn Entropy,
        place: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        entropy.fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(value.len() + OVERHEAD);
        sealed.extend_from_slice(&nonce);
        let mut body = value.to_vec();
        self.engine()
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_append_tag(nonce, Aad::from(place), &mut body)
                    .ok()
            })
            .ok_or(SealError::Engine)?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) made for the same place.
    ///
    /// # Errors
    ///
    /// [`NotSealedHere`].
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotSealedHere> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(NotSealedHere)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotSealedHere)?;
        let key = self.engine().ok_or(NotSealedHere)?;
        let mut body = body.to_vec();
        let value = key
            .open_in_place(nonce, Aad::from(place), &mut body)
            .map_err(|_| NotSealedHere)?;
        Ok(value.to_vec())
    }

    fn engine(&self) -> Option<LessSafeKey> {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_slice()).ok()?;
        Some(LessSafeKey::new(key))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn key() -> SealingKey {
        SealingKey::generate(&SeededEntropy::new(1)).unwrap()
    }

    /// The GCM specification's test case 14: key, nonce and 16 octets of zero.
    #[test]
    fn opens_test_case_14_of_the_gcm_specification() {
        let sealed = hex::decode(
            "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        );
        let opened = SealingKey::new([0; 32]).open(b"", &sealed.unwrap());
        assert_eq!(opened.unwrap(), [0; 16]);
    }

    #[test]
    fn opens_only_under_its_key_at_its_place_and_whole() {
        let entropy = SeededEntropy::new(2);
        let sealed = key().seal(&entropy, b"row", b"48.85837").unwrap();
        assert_eq!(sealed.len(), 8 + OVERHEAD);
        assert_eq!(key().open(b"row", &sealed).unwrap(), b"48.85837");
        assert_eq!(key().open(b"another", &sealed), Err(NotSealedHere));
        assert_eq!(
            SealingKey::new([9; 32]).open(b"row", &sealed),
            Err(NotSealedHere)
        );
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert_eq!(key().open(b"row", &flipped), Err(NotSealedHere), "{at}");
            assert_eq!(key().open(b"row", &sealed[..at]), Err(NotSealedHere));
        }
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same_way() {
        let entropy = SeededEntropy::new(3);
        let seal = || key().seal(&entropy, b"row", b"value").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn debug_does_not_show_the_key() {
        assert_eq!(format!("{:?}", key()), "SealingKey(…)");
    }
}
