//! [`EvidenceResult`]: what became of one piece of evidence.

use super::error::LocError;
use super::field::{Digest32, Range, TAG_ENUMERATED, push_integer, push_number, read_array};
use crate::der_walk::{Tlv, tag};
use crate::der_write::{push, tlv};
use crate::error::DecodeError;

const KIND: Range = Range::new("kind", 1, 65_535);
const TIER: Range = Range::new("tier", -128, 127);
const AGE: Range = Range::new("age", 0, 86_400_000);
const RADIUS: Range = Range::new("radius", 0, 40_075_017);
const HASH_TAG: u8 = tag::context(0);
const RADIUS_TAG: u8 = tag::context(1);

/// A kind of evidence.
///
/// ```asn1
/// EvidenceKind ::= INTEGER {
///   selfAsserted(1), deviceSigned(2), platformAttestation(3), ipGeolocation(4),
///   rttLandmark(5), osnma(6), witness(7), fixedBeacon(8), history(9),
///   operatorNetwork(10), workloadQuote(11) } (1..65535) -- 32768.. private use
/// ```
///
/// A kind without a name is held too: whoever appraises decides.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EvidenceKind(u16);

impl EvidenceKind {
    /// The subject's word.
    pub const SELF_ASSERTED: Self = Self(1);
    /// A position signed by the subject's key.
    pub const DEVICE_SIGNED: Self = Self(2);
    /// A platform's word about key, app and boot.
    pub const PLATFORM_ATTESTATION: Self = Self(3);
    /// A database's opinion about an address.
    pub const IP_GEOLOCATION: Self = Self(4);
    /// Round-trip times to a landmark.
    pub const RTT_LANDMARK: Self = Self(5);
    /// Authenticated navigation messages of Galileo.
    pub const OSNMA: Self = Self(6);
    /// Somebody near.
    pub const WITNESS: Self = Self(7);
    /// A beacon near.
    pub const FIXED_BEACON: Self = Self(8);
    /// Earlier stamps of the subject.
    pub const HISTORY: Self = Self(9);
    /// A mobile operator.
    pub const OPERATOR_NETWORK: Self = Self(10);
    /// A quote of a trusted execution environment.
    pub const WORKLOAD_QUOTE: Self = Self(11);

    /// The kind with this number.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`] for 0.
    pub fn new(number: u16) -> Result<Self, LocError> {
        KIND.check(number).map(Self)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Its identifier in the module, if it has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            1 => Some("selfAsserted"),
            2 => Some("deviceSigned"),
            3 => Some("platformAttestation"),
            4 => Some("ipGeolocation"),
            5 => Some("rttLandmark"),
            6 => Some("osnma"),
            7 => Some("witness"),
            8 => Some("fixedBeacon"),
            9 => Some("history"),
            10 => Some("operatorNetwork"),
            11 => Some("workloadQuote"),
            _ => None,
        }
    }

    pub(super) fn push(self, out: &mut Vec<u8>) {
        push_integer(out, self.0);
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        KIND.read(value).map(Self)
    }
}

super::field::enumerated! {
    /// Whose word it is: two kinds of one class are not independent.
    ///
    /// ```asn1
    /// class ENUMERATED { device(0), network(1), landmark(2), satellite(3),
    ///                    witness(4), database(5), history(6), operator(7) }
    /// ```
    EvidenceClass, "class" {
        /// The device.
        Device = 0, "device";
        /// The network it is on.
        Network = 1, "network";
        /// A landmark.
        Landmark = 2, "landmark";
        /// Satellites.
        Satellite = 3, "satellite";
        /// A witness.
        Witness = 4, "witness";
        /// A database.
        Database = 5, "database";
        /// The authority's own memory.
        History = 6, "history";
        /// A mobile operator.
        Operator = 7, "operator";
    }
}

/// What became of one piece of evidence.
///
/// ```asn1
/// EvidenceResult ::= SEQUENCE {
///   kind          EvidenceKind,
///   class         ENUMERATED { device(0), network(1), landmark(2), satellite(3),
///                              witness(4), database(5), history(6), operator(7) },
///   tier          INTEGER (-128..127), -- AR4SI: 2 affirming, 32 warning, 96 contraindicated
///   age           INTEGER (0..86400000),             -- ms at genTime
///   hash          [0] Digest32 OPTIONAL,             -- SHA-256 of the raw evidence item
///   radius        [1] INTEGER (0..40075017) OPTIONAL } -- m, what this item alone supports
/// ```
///
/// Whether kind and class belong together is not checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EvidenceResult {
    kind: EvidenceKind,
    class: EvidenceClass,
    tier: i8,
    age_ms: u32,
    hash: Option<Digest32>,
    radius_m: Option<u32>,
}

impl EvidenceResult {
    /// The required fields; both others absent.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn new(
        kind: EvidenceKind,
        class: EvidenceClass,
        tier: i8,
        age_ms: u32,
    ) -> Result<Self, LocError> {
        Ok(Self {
            kind,
            class,
            tier,
            age_ms: AGE.check(age_ms)?,
            hash: None,
            radius_m: None,
        })
    }

    /// With another age.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn with_age(mut self, age_ms: u32) -> Result<Self, LocError> {
        self.age_ms = AGE.check(age_ms)?;
        Ok(self)
    }

    /// With the digest of the salted raw item.
    #[must_use]
    pub const fn with_hash(mut self, hash: Digest32) -> Self {
        self.hash = Some(hash);
        self
    }

    /// With what this item alone supports, in metres.
    ///
    /// # Errors
    ///
    /// [`LocError::OutOfRange`].
    pub fn with_radius(mut self, radius_m: u32) -> Result<Self, LocError> {
        self.radius_m = Some(RADIUS.check(radius_m)?);
        Ok(self)
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> EvidenceKind {
        self.kind
    }

    /// Whose word it is.
    #[must_use]
    pub const fn class(&self) -> EvidenceClass {
        self.class
    }

    /// Tier of draft-ietf-rats-ar4si: 2 affirming, 32 warning, 96 contraindicated.
    #[must_use]
    pub const fn tier(&self) -> i8 {
        self.tier
    }

    /// Its age at genTime.
    #[must_use]
    pub const fn age_ms(&self) -> u32 {
        self.age_ms
    }

    /// Digest of the salted raw item.
    #[must_use]
    pub const fn hash(&self) -> Option<&Digest32> {
        self.hash.as_ref()
    }

    /// What this item alone supports, in metres.
    #[must_use]
    pub const fn radius_m(&self) -> Option<u32> {
        self.radius_m
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        self.kind.push(&mut out);
        push(&mut out, TAG_ENUMERATED, &[self.class.code()]);
        push_integer(&mut out, self.tier);
        push_integer(&mut out, self.age_ms);
        if let Some(hash) = &self.hash {
            push(&mut out, HASH_TAG, hash);
        }
        if let Some(radius) = self.radius_m {
            push_number(&mut out, RADIUS_TAG, radius);
        }
        tlv(tag::SEQUENCE, &[&out])
    }

    pub(super) fn read(value: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut walk = value.walk();
        let kind = EvidenceKind::read(&walk.expect(tag::INTEGER)?)?;
        let class = EvidenceClass::read(&walk.expect(TAG_ENUMERATED)?)?;
        let tier = TIER.read(&walk.expect(tag::INTEGER)?)?;
        let age_ms = AGE.read(&walk.expect(tag::INTEGER)?)?;
        let hash = walk.optional(HASH_TAG)?;
        let radius = walk.optional(RADIUS_TAG)?;
        walk.finish()?;
        Ok(Self {
            kind,
            class,
            tier,
            age_ms,
            hash: hash.map(|h| read_array(&h, "hash")).transpose()?,
            radius_m: radius.map(|r| RADIUS.read(&r)).transpose()?,
        })
    }
}
