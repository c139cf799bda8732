//! A `.lsk` file: what opens a claim, the subject's alone.
//!
//! ```json
//! {"version":1,"seed_b64":"…","leaves":["<base64 of DER LeafValue>", … 16],"commitment":"<hex>"}
//! ```

use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_wire::error::DecodeError;
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::loc::value::LeafValue;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;
/// Sixteen leaves, the largest of a few hundred octets.
const MAX_OCTETS: u64 = 64 << 10;

/// Seed and values of one claim: they tell the whole place.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    seed: Seed,
    tree: SlotTree,
}

/// Why there is nothing that opens a claim.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("cannot read it")]
    Read(#[source] io::Error),
    #[error("it has more than {MAX_OCTETS} octets")]
    TooLarge,
    #[error("it is no .lsk file")]
    Form(#[source] serde_json::Error),
    #[error("it is a .lsk file of version {0}, known is {VERSION}")]
    Version(u32),
    #[error("the seed is not 32 octets in base64")]
    Seed,
    #[error("there are {0} leaves, not 16")]
    LeafCount(usize),
    #[error("leaf {0} is not base64")]
    LeafText(Slot),
    #[error("leaf {slot} is malformed")]
    Leaf {
        slot: Slot,
        #[source]
        source: DecodeError,
    },
    #[error("the leaves make no tree")]
    Tree(#[from] LocError),
    #[error("seed and leaves do not lead to its commitment: it was changed")]
    Commitment,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    seed_b64: String,
    leaves: Vec<String>,
    commitment: String,
}

impl Secret {
    /// From what the authority delivered.
    pub(crate) fn new(seed_b64: &str, leaves: &[String]) -> Result<Self, SecretError> {
        let seed = STANDARD.decode(seed_b64).map_err(|_| SecretError::Seed)?;
        let seed = seed.try_into().map_err(|_| SecretError::Seed)?;
        let seed = Seed::new(seed);
        if leaves.len() != Slot::COUNT {
            return Err(SecretError::LeafCount(leaves.len()));
        }
        let mut values = Vec::new();
        for (slot, text) in Slot::all().zip(leaves) {
            let der = STANDARD
                .decode(text)
                .map_err(|_| SecretError::LeafText(slot))?;
            let value =
                LeafValue::decode(&der).map_err(|source| SecretError::Leaf { slot, source })?;
            values.push((slot, value));
        }
        let tree = SlotTree::new(seed.clone(), values)?;
        Ok(Self { seed, tree })
    }

    pub(crate) fn read(path: &Path) -> Result<Self, SecretError> {
        let file = std::fs::File::open(path).map_err(SecretError::Read)?;
        let mut octets = Vec::new();
        file.take(MAX_OCTETS + 1)
            .read_to_end(&mut octets)
            .map_err(SecretError::Read)?;
        if u64::try_from(octets.len()).is_ok_and(|length| length > MAX_OCTETS) {
            return Err(SecretError::TooLarge);
        }
        Self::decode(&octets)
    }

    fn decode(octets: &[u8]) -> Result<Self, SecretError> {
        let file: File = serde_json::from_slice(octets).map_err(SecretError::Form)?;
        if file.version != VERSION {
            return Err(SecretError::Version(file.version));
        }
        let secret = Self::new(&file.seed_b64, &file.leaves)?;
        if hex::encode(secret.tree.root()) != file.commitment {
            return Err(SecretError::Commitment);
        }
        Ok(secret)
    }

    /// The content of the file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let leaves = Slot::all().map(|slot| STANDARD.encode(self.tree.value(slot).encode()));
        let file = File {
            version: VERSION,
            seed_b64: STANDARD.encode(self.seed.as_bytes()),
            leaves: leaves.collect(),
            commitment: hex::encode(self.tree.root()),
        };
        // Numbers and strings: nothing in it can fail to be written.
        let mut octets = serde_json::to_vec(&file).unwrap_or_default();
        octets.push(b'\n');
        octets
    }

    pub(crate) const fn tree(&self) -> &SlotTree {
        &self.tree
    }

    /// A `.lsd` file that opens all of it; none if there is nothing to open.
    pub(crate) fn everything(&self) -> Option<Vec<u8>> {
        let opened = self.filled().map(|slot| self.tree.disclose(slot));
        let opened = Disclosures::new(opened.collect()).ok()?;
        Some(opened.encode())
    }

    /// Slots that hold something.
    pub(crate) fn filled(&self) -> impl Iterator<Item = Slot> {
        Slot::all().filter(|slot| *self.tree.value(*slot) != LeafValue::Absent)
    }
}

#[cfg(test)]
mod tests {
    use meridian_wire::loc::name::CountryCode;

    use super::*;

    fn seed() -> String {
        STANDARD.encode([7; 32])
    }

    fn leaves() -> Vec<String> {
        let country = LeafValue::Country(CountryCode::new("FR").unwrap());
        let absent = LeafValue::Absent;
        let value = |slot| match slot {
            Slot::COUNTRY => &country,
            _ => &absent,
        };
        Slot::all()
            .map(|slot| STANDARD.encode(value(slot).encode()))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let secret = Secret::new(&seed(), &leaves()).unwrap();
        let again = Secret::decode(&secret.encode()).unwrap();
        assert_eq!(again.tree().root(), secret.tree().root());
        assert_eq!(again.filled().collect::<Vec<_>>(), [Slot::COUNTRY]);
    }

    #[test]
    fn a_leaf_in_a_place_that_is_not_its_own_is_refused() {
        let mut leaves = leaves();
        leaves.swap(0, 1);
        assert!(matches!(
            Secret::new(&seed(), &leaves),
            Err(SecretError::Tree(LocError::ForeignValue(_)))
        ));
        leaves.pop();
        assert!(matches!(
            Secret::new(&seed(), &leaves),
            Err(SecretError::LeafCount(15))
        ));
    }

    #[test]
    fn a_file_that_was_changed_is_refused() {
        let secret = Secret::new(&seed(), &leaves()).unwrap();
        let text = String::from_utf8(secret.encode()).unwrap();
        let other = text.replace(&seed(), &STANDARD.encode([8; 32]));
        assert!(matches!(
            Secret::decode(other.as_bytes()),
            Err(SecretError::Commitment)
        ));
        let later = text.replace("\"version\":1", "\"version\":2");
        assert!(matches!(
            Secret::decode(later.as_bytes()),
            Err(SecretError::Version(2))
        ));
        assert!(matches!(Secret::decode(b"{}"), Err(SecretError::Form(_))));
    }
}
