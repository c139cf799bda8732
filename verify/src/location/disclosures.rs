//! V113: every disclosure at hand opens the claim's commitment.

use meridian_wire::error::DecodeError;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::value::LeafValue;
use meridian_wire::oid;
use meridian_wire::reader::signer_info::SignerInfoView;

use super::outcome::{Conclusion, PlaceFault};

/// Where a value of the place was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// The claim reveals it: the authority's signature covers it.
    Token,
    /// The subject disclosed it: it opens the claim's commitment.
    Disclosure,
}

impl Source {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Disclosure => "disclosure",
        }
    }
}

/// A part of the place that a reader may know.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OpenValue {
    /// Which slot.
    pub slot: Slot,
    /// What it holds.
    pub value: LeafValue,
    /// How it is known.
    pub source: Source,
}

/// What the disclosures came in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Carrier {
    /// The caller's file with this number, from 1.
    File(usize),
    /// The unsigned attribute `<BASE>.2.1`. Anyone can add or remove it; what it opens is bound
    /// by the commitment alone.
    Attribute,
}

impl std::fmt::Display for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(number) => write!(f, "disclosure file {number}"),
            Self::Attribute => f.write_str("the disclosures in the token"),
        }
    }
}

/// Why disclosures show nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum DisclosureFault {
    #[error("{carrier} cannot be read: {cause}")]
    Unreadable {
        carrier: Carrier,
        cause: DecodeError,
    },
    #[error(
        "{carrier}: slot {slot} ({}) does not open this token's commitment; it is of another stamp \
         or was altered",
        super::words::slot(*slot)
    )]
    Foreign { carrier: Carrier, slot: Slot },
}

impl PlaceFault for DisclosureFault {
    fn convicts(&self) -> bool {
        true
    }
}

/// What the claim itself shows.
pub(crate) fn revealed(claim: &ClaimFields) -> Vec<OpenValue> {
    let revealed = claim.revealed.iter().map(|leaf| OpenValue {
        slot: leaf.slot(),
        value: leaf.value().clone(),
        source: Source::Token,
    });
    revealed.collect()
}

/// What V113 leaves behind.
pub(crate) struct Opening {
    /// Its outcome.
    pub(crate) outcome: Result<Conclusion, DisclosureFault>,
    /// Revealed values, then those that opened, by slot.
    pub(crate) values: Vec<OpenValue>,
}

/// V113, RFC 9162 section 2.1.3 for the tree. What does not open is not looked at again.
pub(crate) fn open(claim: &ClaimFields, files: &[Vec<u8>], signer: &SignerInfoView<'_>) -> Opening {
    let mut values = revealed(claim);
    let mut fault = None;
    let mut opened = 0_usize;
    for (carrier, octets) in carriers(files, signer) {
        match open_one(claim, carrier, octets) {
            Ok(more) => {
                opened += more.len();
                // The same slot twice says the same: two openings would be a collision.
                let same = |one: &OpenValue| {
                    let mut known = values.iter();
                    known.any(|known| known.slot == one.slot && known.value == one.value)
                };
                let new: Vec<_> = more.into_iter().filter(|one| !same(one)).collect();
                values.extend(new);
            }
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    values.sort_by_key(|one| one.slot);
    let outcome = match fault {
        Some(fault) => Err(fault),
        None if opened == 0 => Ok(Conclusion::Nothing("no disclosure is at hand".to_owned())),
        None => Ok(Conclusion::Holds(format!(
            "{opened} disclosed values open the claim's commitment"
        ))),
    };
    Opening { outcome, values }
}

/// Everything that is said to open something.
fn carriers<'a>(files: &'a [Vec<u8>], signer: &SignerInfoView<'a>) -> Vec<(Carrier, &'a [u8])> {
    let numbered = (1..).zip(files);
    let mut all: Vec<(Carrier, &[u8])> = numbered
        .map(|(number, octets)| (Carrier::File(number), octets.as_slice()))
        .collect();
    let attributes = signer.unsigned_attrs.iter();
    for attribute in attributes.filter(|one| one.oid.is(&oid::DISCLOSURES)) {
        let values = attribute.values.iter();
        all.extend(values.map(|value| (Carrier::Attribute, value.raw())));
    }
    all
}

fn open_one(
    claim: &ClaimFields,
    carrier: Carrier,
    octets: &[u8],
) -> Result<Vec<OpenValue>, DisclosureFault> {
    let disclosures = Disclosures::decode(octets);
    let disclosures =
        disclosures.map_err(|cause| DisclosureFault::Unreadable { carrier, cause })?;
    let mut all = disclosures.as_slice().iter();
    if let Some(foreign) = all.find(|one| one.root() != claim.commitment) {
        let slot = foreign.slot();
        return Err(DisclosureFault::Foreign { carrier, slot });
    }
    let values = disclosures.as_slice().iter().map(|one| OpenValue {
        slot: one.slot(),
        value: one.value().clone(),
        source: Source::Disclosure,
    });
    Ok(values.collect())
}
