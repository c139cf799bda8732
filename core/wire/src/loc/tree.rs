//! [`SlotTree`]: sixteen salted leaves under one root.
//!
//! ```text
//! salt_i = HMAC-SHA256(seed, "LS1-salt" || u8(i))
//! leaf_i = SHA-256(0x00 || "LS1" || u8(i) || salt_i || DER(LeafValue_i))
//! node   = SHA-256(0x01 || left || right)
//! ```
//!
//! Always sixteen leaves, so that nobody sees which slots are filled. Without the seed a salt is
//! as good as random, and without its salt a leaf cannot be guessed.

use hmac::{Hmac, Mac};
use meridian_merkle::hash::{Hash, leaf_hash, node_hash};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::disclosure::{Disclosure, Path};
use super::error::LocError;
use super::slot::Slot;
use super::value::LeafValue;

/// Domain of a salt.
const SALT_DOMAIN: &[u8] = b"LS1-salt";

/// Domain of a leaf, after the octet of the tree.
const LEAF_DOMAIN: &[u8] = b"LS1";

/// The secret that all salts follow from: 32 random octets, delivered to the subject and then
/// forgotten. Erased from memory when dropped, never printed.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// These octets, which must be random and used for one claim.
    #[must_use]
    pub fn new(octets: [u8; 32]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The salt of a slot.
    #[must_use]
    pub fn salt(&self, slot: Slot) -> [u8; 32] {
        // HMAC fills a short key with zeros to the block: the same key, and no error to handle.
        let mut key = Zeroizing::new([0; 64]);
        for (octet, secret) in key.iter_mut().zip(*self.0) {
            *octet = secret;
        }
        let mut mac = <Hmac<Sha256> as hmac::digest::KeyInit>::new((&*key).into());
        mac.update(SALT_DOMAIN);
        mac.update(&[slot.number()]);
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// The hash of a slot; `value` is the DER of its [`LeafValue`].
#[must_use]
pub fn slot_hash(slot: Slot, salt: &[u8; 32], value: &[u8]) -> Hash {
    let number = [slot.number()];
    leaf_hash(&[LEAF_DOMAIN, &number, salt, value].concat())
}

/// All slots of a claim, what they hold, and the secret.
#[derive(Clone, Debug)]
pub struct SlotTree {
    seed: Seed,
    values: [LeafValue; Slot::COUNT],
    /// Leaves first, root last.
    levels: Vec<Vec<Hash>>,
}

impl SlotTree {
    /// The tree of these values; the slots that are not named are absent.
    ///
    /// # Errors
    ///
    /// [`LocError::ForeignValue`], [`LocError::SlotOrder`] for a slot that is named twice.
    pub fn new(
        seed: Seed,
        filled: impl IntoIterator<Item = (Slot, LeafValue)>,
    ) -> Result<Self, LocError> {
        let mut values = [const { LeafValue::Absent }; Slot::COUNT];
        for (slot, value) in filled {
            slot.check(&value)?;
            if let Some(place) = values.get_mut(usize::from(slot.number())) {
                if *place != LeafValue::Absent {
                    return Err(LocError::SlotOrder { field: "values" });
                }
                *place = value;
            }
        }
        let leaves = Slot::all().zip(&values);
        let leaves = leaves.map(|(slot, value)| slot_hash(slot, &seed.salt(slot), &value.encode()));
        let levels = levels(leaves.collect());
        Ok(Self {
            seed,
            values,
            levels,
        })
    }

    /// The commitment of the claim.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        *self.hash(4, 0).as_bytes()
    }

    /// What a slot holds.
    #[must_use]
    pub fn value(&self, slot: Slot) -> &LeafValue {
        self.values
            .get(usize::from(slot.number()))
            .unwrap_or(&LeafValue::Absent)
    }

    /// What opens a slot to whoever has the claim.
    #[must_use]
    pub fn disclose(&self, slot: Slot) -> Disclosure {
        let index = usize::from(slot.number());
        let sibling = |level: usize| *self.hash(level, (index >> level) ^ 1).as_bytes();
        let path: Path = std::array::from_fn(sibling);
        let value = self.value(slot).clone();
        Disclosure::of_tree(slot, self.seed.salt(slot), value, path)
    }

    fn hash(&self, level: usize, index: usize) -> Hash {
        // Five levels of 16, 8, 4, 2 and 1 by construction, and only these are asked for.
        let level = self.levels.get(level);
        let hash = level.and_then(|level| level.get(index));
        hash.copied().unwrap_or(Hash::from_bytes([0; 32]))
    }
}

/// The leaves, and every level above them.
fn levels(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = vec![leaves];
    while let Some(below) = levels.last().filter(|below| below.len() > 1) {
        let pair = |pair: &[Hash]| match pair {
            [left, right] => node_hash(left, right),
            rest => rest.first().copied().unwrap_or(Hash::from_bytes([0; 32])),
        };
        levels.push(below.chunks(2).map(pair).collect());
    }
    levels
}
