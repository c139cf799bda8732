//! [`Disclosures`]: what opens slots of a claim to a reader, a `.lsd` file.

use meridian_merkle::hash::{Hash, node_hash};

use super::error::LocError;
use super::field::{Digest32, Size, at, read_array};
use super::slot::Slot;
use super::tree::slot_hash;
use super::value::LeafValue;
use crate::der_walk::{Tlv, tag};
use crate::der_write::{push, tlv};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::MAX_DISCLOSURES_BYTES;

const COUNT: Size = Size::new("disclosures", 1, 16);
const PATH: Size = Size::new("path", 4, 4);

/// The siblings from a leaf to the root, lowest first.
pub type Path = [Digest32; 4];

/// One slot, opened.
///
/// ```asn1
/// Disclosure ::= SEQUENCE {
///   slot          INTEGER (0..15),
///   salt          OCTET STRING (SIZE (32)),
///   value         OCTET STRING,                 -- DER LeafValue, hashed verbatim
///   path          SEQUENCE (SIZE (4)) OF Digest32 }
/// ```
///
/// Whether it opens the commitment of a claim, [`Disclosure::root`] tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disclosure {
    slot: Slot,
    salt: [u8; 32],
    value: LeafValue,
    /// `value` as received: what is hashed.
    value_der: Vec<u8>,
    path: Path,
}

impl Disclosure {
    /// From a tree, which has looked at slot and value.
    pub(super) fn of_tree(slot: Slot, salt: [u8; 32], value: LeafValue, path: Path) -> Self {
        let value_der = value.encode();
        Self {
            slot,
            salt,
            value,
            value_der,
            path,
        }
    }

    /// The slot.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        self.slot
    }

    /// What it holds.
    #[must_use]
    pub const fn value(&self) -> &LeafValue {
        &self.value
    }

    /// The root that this slot leads to. It is open if that is the claim's commitment.
    #[must_use]
    pub fn root(&self) -> Digest32 {
        let leaf = slot_hash(self.slot, &self.salt, &self.value_der);
        let siblings = self.path.iter().zip(0_u32..);
        let root = siblings.fold(leaf, |below, (sibling, level)| {
            let sibling = Hash::from_bytes(*sibling);
            if self.slot.number() >> level & 1 == 0 {
                node_hash(&below, &sibling)
            } else {
                node_hash(&sibling, &below)
            }
        });
        *root.as_bytes()
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.slot.push(&mut out);
        push(&mut out, tag::OCTET_STRING, &self.salt);
        push(&mut out, tag::OCTET_STRING, &self.value_der);
        let siblings = self.path.iter();
        let path = siblings.flat_map(|sibling| tlv(tag::OCTET_STRING, &[sibling]));
        push(&mut out, tag::SEQUENCE, &path.collect::<Vec<u8>>());
        tlv(tag::SEQUENCE, &[&out])
    }

    fn read(disclosure: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = disclosure.walk();
        let slot = Slot::read(&walk.expect(tag::INTEGER)?)?;
        let salt = read_array(&walk.expect(tag::OCTET_STRING)?, "salt")?;
        let octets = walk.expect(tag::OCTET_STRING)?;
        let value = LeafValue::decode(octets.content)
            .map_err(|error| error.shifted(octets.content_offset()))?;
        slot.check(&value).map_err(at(&octets))?;
        let list = walk.expect(tag::SEQUENCE)?;
        walk.finish()?;
        let path = PATH.read_list(&list, |walk| {
            read_array(&walk.expect(tag::OCTET_STRING)?, "path")
        })?;
        let count = |_| list.error(DecodeErrorKind::SizeOutOfRange { field: "path" });
        Ok(Self {
            slot,
            salt,
            value,
            value_der: octets.content.to_vec(),
            path: Path::try_from(path).map_err(count)?,
        })
    }
}

/// Slots of one claim, opened: a `.lsd` file, or the unsigned attribute `<BASE>.2.1`.
///
/// ```asn1
/// Disclosures ::= SEQUENCE (SIZE (1..16)) OF Disclosure
/// ```
///
/// Slots ascend, so none is there twice. A slot that is missing is not disclosed; there is no
/// way to write 'there, but hidden'.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disclosures(Vec<Disclosure>);

impl Disclosures {
    /// One to sixteen disclosures.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::SlotOrder`].
    pub fn new(disclosures: Vec<Disclosure>) -> Result<Self, LocError> {
        COUNT.check(disclosures.len())?;
        Slot::ascend(disclosures.iter().map(Disclosure::slot), "disclosures")?;
        Ok(Self(disclosures))
    }

    /// The disclosures.
    #[must_use]
    pub fn as_slice(&self) -> &[Disclosure] {
        &self.0
    }

    /// Whether every one opens this commitment.
    #[must_use]
    pub fn open(&self, commitment: &Digest32) -> bool {
        self.0.iter().all(|one| one.root() == *commitment)
    }

    /// The file, in DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let content: Vec<u8> = self.0.iter().flat_map(Disclosure::encode).collect();
        tlv(tag::SEQUENCE, &[&content])
    }

    /// Reads a file. Only DER is taken, and nothing after it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] naming the rule that is broken.
    pub fn decode(der: &[u8]) -> Result<Self, DecodeError> {
        if der.len() > MAX_DISCLOSURES_BYTES {
            return Err(DecodeErrorKind::LimitExceeded {
                what: "Disclosures",
                limit: MAX_DISCLOSURES_BYTES,
                actual: der.len(),
            }
            .into());
        }
        let list = Tlv::only(der, tag::SEQUENCE)?;
        let read = COUNT.read_list(&list, |walk| Disclosure::read(&walk.expect(tag::SEQUENCE)?))?;
        Self::new(read).map_err(at(&list))
    }
}

#[cfg(test)]
mod tests;
