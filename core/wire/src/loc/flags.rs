//! [`WarningFlags`]: what a reader should be told.

use crate::der_walk::Tlv;
use crate::error::{DecodeError, DecodeErrorKind};

/// Warnings that came out of the appraisal.
///
/// ```asn1
/// WarningFlags ::= BIT STRING {
///   anonymisingNetwork(0), ipCountryMismatch(1), staleFix(2), mockCapable(3),
///   softwareKey(4), revocationUnknown(5), singleLandmark(6), boundLoose(7),
///   batched(8), manualEntry(9) }
/// ```
///
/// No bit set means that the field is absent; a bit without a name is refused.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct WarningFlags(u16);

/// The named bits, as they lie in the first two octets.
const KNOWN: u16 = 0xffc0;

impl WarningFlags {
    /// None.
    pub const NONE: Self = Self(0);
    /// The address belongs to a VPN, Tor, a proxy or a data centre.
    pub const ANONYMISING_NETWORK: Self = Self::bit(0);
    /// The address is said to be in another country.
    pub const IP_COUNTRY_MISMATCH: Self = Self::bit(1);
    /// The position is old.
    pub const STALE_FIX: Self = Self::bit(2);
    /// Nothing says that the position is not simulated.
    pub const MOCK_CAPABLE: Self = Self::bit(3);
    /// The key can be copied.
    pub const SOFTWARE_KEY: Self = Self::bit(4);
    /// No fresh revocation data.
    pub const REVOCATION_UNKNOWN: Self = Self::bit(5);
    /// Fewer than three landmarks.
    pub const SINGLE_LANDMARK: Self = Self::bit(6);
    /// The bound is wide.
    pub const BOUND_LOOSE: Self = Self::bit(7);
    /// One appraisal for several documents.
    pub const BATCHED: Self = Self::bit(8);
    /// The position was typed in.
    pub const MANUAL_ENTRY: Self = Self::bit(9);

    /// Each flag with its identifier in the module.
    pub const NAMED: [(Self, &'static str); 10] = [
        (Self::ANONYMISING_NETWORK, "anonymisingNetwork"),
        (Self::IP_COUNTRY_MISMATCH, "ipCountryMismatch"),
        (Self::STALE_FIX, "staleFix"),
        (Self::MOCK_CAPABLE, "mockCapable"),
        (Self::SOFTWARE_KEY, "softwareKey"),
        (Self::REVOCATION_UNKNOWN, "revocationUnknown"),
        (Self::SINGLE_LANDMARK, "singleLandmark"),
        (Self::BOUND_LOOSE, "boundLoose"),
        (Self::BATCHED, "batched"),
        (Self::MANUAL_ENTRY, "manualEntry"),
    ];

    const fn bit(number: u32) -> Self {
        Self(0x8000 >> number)
    }

    /// These and those.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether all of those are set.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether none is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Identifiers of the flags that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let set = Self::NAMED
            .into_iter()
            .filter(move |(flag, _)| self.has(*flag));
        set.map(|(_, name)| name)
    }

    /// Content octets; none if no flag is set, for then there is no field.
    pub(super) fn content(self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let octets = self.0.to_be_bytes();
        // X.690 11.2.2: named bits end with one that is set.
        let unused = u8::try_from(self.0.trailing_zeros() % 8).unwrap_or_default();
        let [first, second] = octets;
        Some(if second == 0 {
            vec![unused, first]
        } else {
            vec![unused, first, second]
        })
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let bits = match value.content {
            [_] => return Err(value.error(DecodeErrorKind::Forbidden { field: "flags" })),
            [_, first] => u16::from_be_bytes([*first, 0]),
            [_, first, second] => u16::from_be_bytes([*first, *second]),
            _ => return Err(value.error(DecodeErrorKind::UnknownValue { field: "flags" })),
        };
        if bits & !KNOWN != 0 {
            return Err(value.error(DecodeErrorKind::UnknownValue { field: "flags" }));
        }
        let flags = Self(bits);
        if flags.content().as_deref() == Some(value.content) {
            Ok(flags)
        } else {
            Err(value.error(DecodeErrorKind::BitStringNotDer))
        }
    }
}
