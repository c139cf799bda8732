//! One slot of the lock record's file.
//!
//! `"MRDLOCK1" ‖ counter (8) ‖ size (8) ‖ root (32) ‖ length of checkpoint (4)
//! ‖ checkpoint ‖ zeros ‖ SHA-256 of all before (32)`: 4,096 octets.

use meridian_merkle::hash::Hash;
use meridian_merkle::index::TreeSize;
use meridian_signing::digest::sha256;

use crate::lock_record::{LockError, LockState};

/// Octets of a slot: a page, and the block that disks write as a whole.
pub(super) const SLOT_LEN: usize = 4_096;

const MAGIC: &[u8; 8] = b"MRDLOCK1";
const DIGEST_LEN: usize = 32;
const COVERED_LEN: usize = SLOT_LEN - DIGEST_LEN;
const HEADER_LEN: usize = MAGIC.len() + 8 + 8 + 32 + 4;

/// Octets of a checkpoint that fit.
const MAX_CHECKPOINT_LEN: usize = COVERED_LEN - HEADER_LEN;

/// What a slot holds.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Slot {
    /// Zeros: never written.
    Empty,
    /// A state.
    Whole(LockState),
    /// Anything else.
    Damaged,
}

impl Slot {
    pub(super) fn decode(bytes: &[u8]) -> Self {
        if bytes.iter().all(|byte| *byte == 0) {
            return Self::Empty;
        }
        decode_state(bytes).map_or(Self::Damaged, Self::Whole)
    }
}

fn decode_state(bytes: &[u8]) -> Option<LockState> {
    let (covered, digest) = bytes.split_at_checked(COVERED_LEN)?;
    if sha256(covered) != digest {
        return None;
    }
    let rest = covered.strip_prefix(MAGIC)?;
    let (counter, rest) = rest.split_first_chunk()?;
    let (size, rest) = rest.split_first_chunk()?;
    let (root, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let checkpoint = rest.get(..length)?.to_vec();
    Some(LockState {
        counter: u64::from_be_bytes(*counter),
        size: TreeSize::new(u64::from_be_bytes(*size)),
        root: Hash::from_bytes(*root),
        checkpoint: String::from_utf8(checkpoint).ok()?,
    })
}

/// The slot that holds `state`.
pub(super) fn encode(state: &LockState) -> Result<Vec<u8>, LockError> {
    let checkpoint = state.checkpoint.as_bytes();
    let too_long = LockError::CheckpointTooLong {
        limit: MAX_CHECKPOINT_LEN,
        actual: checkpoint.len(),
    };
    let length = match u32::try_from(checkpoint.len()) {
        Ok(length) if checkpoint.len() <= MAX_CHECKPOINT_LEN => length,
        _ => return Err(too_long),
    };
    let mut slot = Vec::with_capacity(SLOT_LEN);
    slot.extend_from_slice(MAGIC);
    slot.extend_from_slice(&state.counter.to_be_bytes());
    slot.extend_from_slice(&state.size.get().to_be_bytes());
    slot.extend_from_slice(state.root.as_bytes());
    slot.extend_from_slice(&length.to_be_bytes());
    slot.extend_from_slice(checkpoint);
    slot.resize(COVERED_LEN, 0);
    let digest = sha256(&slot);
    slot.extend_from_slice(&digest);
    Ok(slot)
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::leaf_hash;

    use super::*;

    fn state(checkpoint: &str) -> LockState {
        LockState::new(9, TreeSize::new(5), leaf_hash(b"x"), checkpoint.to_owned())
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let state = state("origin\n5\nroot\n");
        let slot = encode(&state).unwrap();
        assert_eq!(slot.len(), SLOT_LEN);
        assert_eq!(Slot::decode(&slot), Slot::Whole(state));
    }

    #[test]
    fn zeros_are_an_empty_slot() {
        assert_eq!(Slot::decode(&[0; SLOT_LEN]), Slot::Empty);
    }

    #[test]
    fn any_flipped_bit_is_damage() {
        let slot = encode(&state("c\n")).unwrap();
        for at in (0..SLOT_LEN).step_by(7) {
            let mut flipped = slot.clone();
            flipped[at] ^= 0x10;
            assert_eq!(Slot::decode(&flipped), Slot::Damaged, "octet {at}");
        }
    }

    #[test]
    fn a_write_torn_between_two_sectors_is_damage() {
        let old = encode(&state("old\n")).unwrap();
        let new = encode(&LockState {
            counter: 11,
            ..state("new\n")
        })
        .unwrap();
        for sector in 1..8 {
            let (head, tail) = (&new[..512 * sector], &old[512 * sector..]);
            assert_eq!(Slot::decode(&[head, tail].concat()), Slot::Damaged);
        }
    }

    #[test]
    fn rejects_a_checkpoint_that_does_not_fit() {
        assert!(encode(&state(&"c".repeat(MAX_CHECKPOINT_LEN))).is_ok());
        let too_long = encode(&state(&"c".repeat(MAX_CHECKPOINT_LEN + 1)));
        assert!(matches!(too_long, Err(LockError::CheckpointTooLong { .. })));
    }
}
