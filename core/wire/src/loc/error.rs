//! [`LocError`]: why there is no such value of a location type.

use crate::error::DecodeErrorKind;
use crate::limits::{MAX_EVIDENCE_BUNDLE_BYTES, MAX_LOCATION_CLAIM_BYTES};
use crate::loc::slot::Slot;

/// A rule of the ASN.1 module that a value would break.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LocError {
    /// A number outside its range.
    #[error("{field} is {actual}, outside {min}..{max}")]
    OutOfRange {
        /// Field of the module.
        field: &'static str,
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
        /// What was given.
        actual: i128,
    },
    /// Too few or too many octets, characters or elements.
    #[error("{field} has the size {actual}, outside {min}..{max}")]
    Size {
        /// Field of the module.
        field: &'static str,
        /// The least allowed.
        min: usize,
        /// The most allowed.
        max: usize,
        /// What was given.
        actual: usize,
    },
    /// Text with other characters than its field has.
    #[error("{field} has characters that it cannot have")]
    Text {
        /// Field of the module.
        field: &'static str,
    },
    /// An H3 index that is no cell.
    #[error("the H3 index is not the index of a cell")]
    NotACell,
    /// A longitude other than 0 at a pole: the point would have many forms.
    #[error("the longitude of a pole is written 0")]
    PoleLongitude,
    /// Slots that do not ascend, or one that is there twice.
    #[error("the slots of {field} do not ascend")]
    SlotOrder {
        /// Field of the module.
        field: &'static str,
    },
    /// A value in a slot that holds another kind.
    #[error("the value does not belong into slot {0}")]
    ForeignValue(Slot),
    /// A claim beyond [`MAX_LOCATION_CLAIM_BYTES`].
    #[error("the claim has {actual} octets, at most {MAX_LOCATION_CLAIM_BYTES} go into a token")]
    ClaimTooLong {
        /// Octets in DER.
        actual: usize,
    },
    /// A bundle beyond [`MAX_EVIDENCE_BUNDLE_BYTES`].
    #[error("the bundle has {actual} octets, the limit is {MAX_EVIDENCE_BUNDLE_BYTES}")]
    BundleTooLong {
        /// Octets in DER.
        actual: usize,
    },
}

impl From<LocError> for DecodeErrorKind {
    /// The same rule, broken by octets that were read.
    fn from(error: LocError) -> Self {
        match error {
            LocError::OutOfRange { field, .. } => Self::IntegerOutOfRange { field },
            LocError::Size { field, .. } => Self::SizeOutOfRange { field },
            LocError::Text { .. } => Self::TextMalformed,
            LocError::NotACell => Self::UnknownValue { field: "h3" },
            LocError::PoleLongitude => Self::IntegerOutOfRange { field: "lon" },
            LocError::SlotOrder { field } => Self::OutOfOrder { field },
            LocError::ForeignValue(_) => Self::UnknownValue { field: "value" },
            LocError::ClaimTooLong { actual } => Self::LimitExceeded {
                what: "LocationClaim",
                limit: MAX_LOCATION_CLAIM_BYTES,
                actual,
            },
            LocError::BundleTooLong { actual } => Self::LimitExceeded {
                what: "EvidenceBundle",
                limit: MAX_EVIDENCE_BUNDLE_BYTES,
                actual,
            },
        }
    }
}
