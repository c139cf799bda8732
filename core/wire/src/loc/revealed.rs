//! [`RevealedLeaf`]: a slot whose value stands in the claim.

use super::error::LocError;
use super::field::at;
use super::slot::Slot;
use super::value::LeafValue;
use crate::der_walk::{Tlv, tag};
use crate::der_write::tlv;
use crate::error::DecodeError;

/// A slot that everybody may read. It is covered by the token's signature, not by the tree.
///
/// ```asn1
/// RevealedLeaf ::= SEQUENCE { slot INTEGER (0..15), value LeafValue }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevealedLeaf {
    slot: Slot,
    value: LeafValue,
}

impl RevealedLeaf {
    /// A value in its slot.
    ///
    /// # Errors
    ///
    /// [`LocError::ForeignValue`].
    pub fn new(slot: Slot, value: LeafValue) -> Result<Self, LocError> {
        slot.check(&value)?;
        Ok(Self { slot, value })
    }

    /// The slot.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        self.slot
    }

    /// Its value.
    #[must_use]
    pub const fn value(&self) -> &LeafValue {
        &self.value
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        self.slot.push(&mut out);
        tlv(tag::SEQUENCE, &[&out, &self.value.encode()])
    }

    pub(super) fn read(leaf: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = leaf.walk();
        let slot = Slot::read(&walk.expect(tag::INTEGER)?)?;
        let value = walk.next()?;
        walk.finish()?;
        Self::new(slot, LeafValue::read(&value)?).map_err(at(&value))
    }
}
