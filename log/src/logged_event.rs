//! [`LoggedEvent`]: an event as the log keeps it.

use meridian_merkle::index::LeafIndex;
use meridian_wire::leaf::{EventName, Leaf, LeafKind};
use meridian_wire::time::UnixMicros;

use crate::event::{SALT_LEN, stored_event_digest};

/// An event of the authority's own life, with what its leaf is the digest of.
///
/// Private: the leaf shows name and time, nobody can guess the body from it. Whoever is handed
/// salt and body can check both against the leaf
/// ([`event_digest`](meridian_wire::leaf::event_digest)).
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoggedEvent {
    /// The position of its leaf.
    pub index: LeafIndex,
    /// When it was entered.
    pub time: UnixMicros,
    /// Its public name; none of the genesis, whose kind says what it is.
    pub name: Option<EventName>,
    /// What hides the body.
    pub salt: [u8; SALT_LEN],
    /// What it says: JSON, if this authority wrote it.
    pub body: Vec<u8>,
}

impl LoggedEvent {
    /// The name in a list: `genesis` for the first leaf.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("genesis", EventName::as_str)
    }

    /// The event at `index`, if the leaf is one and shows what is stored.
    pub(crate) fn new(index: LeafIndex, entry: &[u8], stored: &[u8]) -> Option<Self> {
        let leaf = Leaf::decode(entry).ok()?;
        let is_event = matches!(leaf.kind(), LeafKind::Genesis | LeafKind::Event);
        if !is_event || stored_event_digest(stored)? != *leaf.digest() {
            return None;
        }
        let (salt, body) = stored.split_first_chunk()?;
        Some(Self {
            index,
            time: leaf.time(),
            name: leaf.name().cloned(),
            salt: *salt,
            body: body.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use meridian_wire::leaf::event_digest;

    use super::*;

    #[test]
    fn only_what_the_leaf_shows_is_its_event() {
        let (index, time, salt) = (LeafIndex::new(3), UnixMicros::new(7), [5; 32]);
        let digest = event_digest(&salt, b"body");
        let name = EventName::new("start").unwrap();
        let leaf = Leaf::event(time, digest, name.clone()).encode();
        let stored = [&salt[..], b"body"].concat();
        let event = LoggedEvent::new(index, &leaf, &stored).unwrap();
        assert_eq!(
            (event.name(), event.body.as_slice()),
            ("start", &b"body"[..])
        );
        assert_eq!((event.index, event.time, event.salt), (index, time, salt));

        let genesis = Leaf::genesis(time, digest).encode();
        let event = LoggedEvent::new(index, &genesis, &stored).unwrap();
        assert_eq!(event.name(), "genesis");

        let other = [&salt[..], b"bodY"].concat();
        assert_eq!(LoggedEvent::new(index, &leaf, &other), None);
        assert_eq!(LoggedEvent::new(index, &leaf, &salt[..31]), None);
        let stamp = Leaf::time_stamp(time, digest).encode();
        assert_eq!(LoggedEvent::new(index, &stamp, &stored), None);
    }
}
