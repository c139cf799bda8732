//! What the store knows of the log as a whole.

use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;
use meridian_wire::time::UnixMicros;

/// First octets of an encoded state; the last one is its version.
const MAGIC: &[u8; 4] = b"MLS1";

/// The state of the log after its last batch, written in the same batch.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredState {
    /// The number of leaves.
    pub size: TreeSize,
    /// The root over them.
    pub root: Hash,
    /// The time of the last leaf: the next one must be later, also after a restart.
    pub last_time: UnixMicros,
    /// The signed checkpoint of this size and root.
    pub checkpoint: String,
    /// The signed checkpoint before the last batch; `None` after the first batch.
    pub previous: Option<String>,
}

impl StoredState {
    /// The state after a batch.
    #[must_use]
    pub const fn new(
        size: TreeSize,
        root: Hash,
        last_time: UnixMicros,
        checkpoint: String,
        previous: Option<String>,
    ) -> Self {
        Self {
            size,
            root,
            last_time,
            checkpoint,
            previous,
        }
    }

    /// `"MLS1" ‖ size ‖ root ‖ last time ‖ length of checkpoint ‖ checkpoint ‖
    /// previous`, numbers with 8 octets, big-endian.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let checkpoint = self.checkpoint.as_bytes();
        // A usize fits 8 octets on every target that RocksDB has.
        let length = u64::try_from(checkpoint.len()).unwrap_or(u64::MAX);
        [
            MAGIC.as_slice(),
            &self.size.get().to_be_bytes(),
            self.root.as_bytes(),
            &self.last_time.get().to_be_bytes(),
            &length.to_be_bytes(),
            checkpoint,
            self.previous.as_deref().unwrap_or_default().as_bytes(),
        ]
        .concat()
    }

    /// The inverse of [`Self::encode`].
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(MAGIC)?;
        let (size, bytes) = bytes.split_first_chunk()?;
        let (root, bytes) = bytes.split_first_chunk()?;
        let (last_time, bytes) = bytes.split_first_chunk()?;
        let (length, bytes) = bytes.split_first_chunk()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (checkpoint, previous) = bytes.split_at_checked(length)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(Self {
            size: TreeSize::new(u64::from_be_bytes(*size)),
            root: Hash::from_bytes(*root),
            last_time: UnixMicros::new(i64::from_be_bytes(*last_time)),
            checkpoint: text(checkpoint)?,
            previous: Some(text(previous)?).filter(|text| !text.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::leaf_hash;

    use super::*;

    fn state(previous: Option<&str>) -> StoredState {
        StoredState::new(
            TreeSize::new(7),
            leaf_hash(b"a"),
            UnixMicros::new(-3),
            "checkpoint\n".to_owned(),
            previous.map(str::to_owned),
        )
    }

    #[test]
    fn reads_back_what_it_wrote() {
        for state in [state(None), state(Some("before\n"))] {
            assert_eq!(StoredState::decode(&state.encode()), Some(state));
        }
    }

    #[test]
    fn rejects_a_state_cut_inside_its_checkpoint() {
        let bytes = state(None).encode();
        assert_eq!(StoredState::decode(&bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn rejects_a_state_of_another_version() {
        let mut bytes = state(None).encode();
        bytes[3] = b'2';
        assert_eq!(StoredState::decode(&bytes), None);
    }
}
