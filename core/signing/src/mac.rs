//! HMAC-SHA-256 (RFC 2104) on aws-lc-rs: names and keys that only the holder of a secret can
//! compute.

use std::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};

/// A secret of 32 octets. Dropping it wipes it.
pub struct MacKey(Zeroizing<[u8; 32]>);

impl MacKey {
    /// Takes a secret.
    #[must_use]
    pub fn new(octets: [u8; 32]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// A new secret.
    ///
    /// # Errors
    ///
    /// [`EntropyError`] if there is no randomness.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut octets = Zeroizing::new([0; 32]);
        entropy.fill(octets.as_mut_slice())?;
        Ok(Self(octets))
    }

    /// The secret itself, for the file in which it is kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose: knowing it says nothing about the others.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        Self::new(self.tag(&[purpose.as_bytes()]))
    }

    /// The tag of `parts`. Each part is preceded by its length in eight octets, so that no two
    /// lists of parts are the same input.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = Context::with_key(&Key::new(HMAC_SHA256, self.0.as_slice()));
        for part in parts {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            context.update(&length.to_be_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    /// Computed with Python's hmac over the length-prefixed parts.
    #[test]
    fn a_tag_is_hmac_sha_256_over_parts_with_their_lengths() {
        let tag = MacKey::new([7; 32]).tag(&[b"ab", b"c"]);
        assert_eq!(hex::encode(tag), TAG);
    }

    const TAG: &str = "6073d5bcf26efd7ddc06c90652db47666a35e5fce22c4a3632375cb436a2611d";

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        let key = MacKey::new([7; 32]);
        assert_ne!(key.tag(&[b"ab", b"c"]), key.tag(&[b"a", b"bc"]));
        assert_ne!(key.tag(&[b"ab"]), key.tag(&[b"ab", b""]));
    }

    #[test]
    fn keys_of_two_purposes_differ_and_debug_shows_neither() {
        let key = MacKey::generate(&SeededEntropy::new(1)).unwrap();
        assert_ne!(key.derive("a").as_bytes(), key.derive("b").as_bytes());
        assert_eq!(format!("{key:?}"), "MacKey(…)");
    }
}
