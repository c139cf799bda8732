//! The body of an event, salted so that nobody can guess it from its leaf.

use meridian_signing::entropy::{Entropy, EntropyError};
use meridian_wire::leaf::event_digest;

/// Octets of the salt; as many as of the digest.
pub(crate) const SALT_LEN: usize = 32;

/// A body with its salt: what the store keeps, and the digest that the leaf shows.
#[derive(Debug)]
pub(crate) struct SaltedEvent {
    pub(crate) digest: [u8; 32],
    /// Salt, then body.
    pub(crate) stored: Vec<u8>,
}

impl SaltedEvent {
    pub(crate) fn new(body: &[u8], entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut salt = [0; SALT_LEN];
        entropy.fill(&mut salt)?;
        Ok(Self {
            digest: event_digest(&salt, body),
            stored: [salt.as_slice(), body].concat(),
        })
    }
}

/// The digest that the leaf of a stored event must show; `None` if it has no salt.
pub(crate) fn stored_event_digest(stored: &[u8]) -> Option<[u8; 32]> {
    let (salt, body) = stored.split_first_chunk()?;
    Some(event_digest(salt, body))
}

/// The body of a stored event; `None` if it has no salt.
pub(crate) fn event_body(stored: &[u8]) -> Option<&[u8]> {
    let (_salt, body) = stored.split_first_chunk::<SALT_LEN>()?;
    Some(body)
}

#[cfg(test)]
mod tests {
    use meridian_signing::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn the_stored_form_leads_to_the_digest() {
        let event = SaltedEvent::new(b"body", &SeededEntropy::new(1)).unwrap();
        assert_eq!(stored_event_digest(&event.stored), Some(event.digest));
        assert_eq!(event_body(&event.stored), Some(&b"body"[..]));
        assert_eq!(stored_event_digest(&event.stored[..31]), None);
        assert_eq!(event_body(&event.stored[..31]), None);
    }

    #[test]
    fn two_events_with_one_body_look_different() {
        let entropy = SeededEntropy::new(1);
        let digest = || SaltedEvent::new(b"body", &entropy).unwrap().digest;
        assert_ne!(digest(), digest());
    }
}
