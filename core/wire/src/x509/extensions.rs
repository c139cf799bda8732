//! The extensions of a certificate, those that matter here understood.

#[cfg(test)]
mod tests;

use crate::der_walk::{Tlv, tag};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::{MAX_EXTENSIONS, MAX_KEY_PURPOSES};
use crate::oid::{self, ObjectIdentifier, RawOid};

/// One extension.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Extension {
    /// extnID.
    pub oid: RawOid,
    /// critical.
    pub critical: bool,
    /// Content of extnValue.
    pub value: Vec<u8>,
}

/// basicConstraints, RFC 5280 4.2.1.9.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BasicConstraints {
    /// Whether the extension is critical.
    pub critical: bool,
    /// cA.
    pub ca: bool,
    /// pathLenConstraint; one that is beyond 2^32 says nothing and is read as its largest.
    pub path_len: Option<u32>,
}

/// keyUsage, RFC 5280 4.2.1.3.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyUsage {
    critical: bool,
    /// Bit n of the standard at 1 << n.
    bits: u16,
}

impl KeyUsage {
    /// Whether the extension is critical.
    #[must_use]
    pub const fn critical(self) -> bool {
        self.critical
    }

    /// Bit 0.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// Bit 1, nonRepudiation.
    #[must_use]
    pub const fn content_commitment(self) -> bool {
        self.has(1)
    }

    /// Bit 5.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.has(5)
    }

    /// Bit 6.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.has(6)
    }

    /// Whether nothing but signatures is allowed: bits 0 and 1, at least one of them.
    #[must_use]
    pub const fn only_signatures(self) -> bool {
        self.bits & 0b11 != 0 && self.bits & !0b11 == 0
    }

    const fn has(self, bit: u8) -> bool {
        self.bits & (1 << bit) != 0
    }
}

/// All extensions of a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    all: Vec<Extension>,
    extended_key_usage: Option<(bool, Vec<RawOid>)>,
    basic_constraints: Option<BasicConstraints>,
    key_usage: Option<KeyUsage>,
    subject_key_identifier: Option<Vec<u8>>,
    authority_key_identifier: Option<Vec<u8>>,
}

impl Extensions {
    /// Reads `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`.
    pub(super) fn read(list: &Tlv<'_>) -> Result<Self, DecodeError> {
        let mut extensions = Self::default();
        let mut walk = list.walk();
        while !walk.is_empty() {
            let count = extensions.all.len().saturating_add(1);
            if count > MAX_EXTENSIONS {
                return Err(walk.error(DecodeErrorKind::LimitExceeded {
                    what: "extensions",
                    limit: MAX_EXTENSIONS,
                    actual: count,
                }));
            }
            let whole = walk.expect(tag::SEQUENCE)?;
            let mut fields = whole.walk();
            let oid = fields.expect(tag::OID)?;
            let raw_oid = RawOid::new(oid.content).map_err(|error| oid.error(error.kind))?;
            let critical = match fields.optional(tag::BOOLEAN)? {
                Some(value) => value.boolean()?,
                None => false,
            };
            let value = fields.expect(tag::OCTET_STRING)?;
            fields.finish()?;
            if extensions.all.iter().any(|earlier| earlier.oid == raw_oid) {
                return Err(whole.error(DecodeErrorKind::Forbidden {
                    field: "second extension of the same type",
                }));
            }
            extensions
                .understand(&raw_oid, critical, value.content)
                .map_err(|error| error.shifted(value.content_offset()))?;
            extensions.all.push(Extension {
                oid: raw_oid,
                critical,
                value: value.content.to_vec(),
            });
        }
        Ok(extensions)
    }

    fn understand(
        &mut self,
        oid: &RawOid,
        critical: bool,
        value: &[u8],
    ) -> Result<(), DecodeError> {
        match oid.to_oid() {
            Some(oid::EXTENDED_KEY_USAGE) => {
                self.extended_key_usage = Some((critical, purposes(value)?));
            }
            Some(oid::BASIC_CONSTRAINTS) => {
                self.basic_constraints = Some(basic_constraints(critical, value)?);
            }
            Some(oid::KEY_USAGE) => self.key_usage = Some(key_usage(critical, value)?),
            Some(oid::SUBJECT_KEY_IDENTIFIER) => {
                let identifier = Tlv::only(value, tag::OCTET_STRING)?.content;
                self.subject_key_identifier = Some(identifier.to_vec());
            }
            Some(oid::AUTHORITY_KEY_IDENTIFIER) => {
                let mut walk = Tlv::only(value, tag::SEQUENCE)?.walk();
                let identifier = walk.optional(tag::context(0))?;
                self.authority_key_identifier = identifier.map(|value| value.content.to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn all(&self) -> &[Extension] {
        &self.all
    }

    pub(super) fn get(&self, oid: &ObjectIdentifier) -> Option<&Extension> {
        let same = |extension: &&Extension| extension.oid.as_bytes() == oid.as_bytes();
        self.all.iter().find(same)
    }

    pub(super) fn extended_key_usage(&self) -> Option<(bool, &[RawOid])> {
        let usage = self.extended_key_usage.as_ref()?;
        Some((usage.0, &usage.1))
    }

    pub(super) const fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.basic_constraints
    }

    pub(super) const fn key_usage(&self) -> Option<KeyUsage> {
        self.key_usage
    }

    pub(super) fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.subject_key_identifier.as_deref()
    }

    pub(super) fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.authority_key_identifier.as_deref()
    }

    pub(super) fn subject_alt_names(&self) -> Result<Vec<&[u8]>, DecodeError> {
        let Some(extension) = self.get(&oid::SUBJECT_ALT_NAME) else {
            return Ok(Vec::new());
        };
        let mut walk = Tlv::only(&extension.value, tag::SEQUENCE)?.walk();
        let mut names = Vec::new();
        while !walk.is_empty() {
            names.push(walk.next()?.whole);
        }
        Ok(names)
    }

    pub(super) fn unknown_critical(&self, known: &[ObjectIdentifier]) -> Vec<&RawOid> {
        let unknown = |extension: &&Extension| {
            extension.critical
                && !known
                    .iter()
                    .any(|oid| oid.as_bytes() == extension.oid.as_bytes())
        };
        self.all.iter().filter(unknown).map(|e| &e.oid).collect()
    }
}

/// `ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId`.
fn purposes(value: &[u8]) -> Result<Vec<RawOid>, DecodeError> {
    let list = Tlv::only(value, tag::SEQUENCE)?;
    let mut walk = list.walk();
    let mut purposes = Vec::new();
    while !walk.is_empty() {
        let purpose = walk.expect(tag::OID)?;
        let oid = RawOid::new(purpose.content).map_err(|error| purpose.error(error.kind))?;
        purposes.push(oid);
        if purposes.len() > MAX_KEY_PURPOSES {
            return Err(list.error(DecodeErrorKind::LimitExceeded {
                what: "extKeyUsage",
                limit: MAX_KEY_PURPOSES,
                actual: purposes.len(),
            }));
        }
    }
    if purposes.is_empty() {
        return Err(list.error(DecodeErrorKind::Missing {
            field: "KeyPurposeId",
        }));
    }
    Ok(purposes)
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint OPTIONAL }`.
fn basic_constraints(critical: bool, value: &[u8]) -> Result<BasicConstraints, DecodeError> {
    let mut walk = Tlv::only(value, tag::SEQUENCE)?.walk();
    let ca = match walk.optional(tag::BOOLEAN)? {
        Some(value) => value.boolean()?,
        None => false,
    };
    let path_len = match walk.optional(tag::INTEGER)? {
        Some(value) => Some(path_len(&value)?),
        None => None,
    };
    walk.finish()?;
    Ok(BasicConstraints {
        critical,
        ca,
        path_len,
    })
}

fn path_len(value: &Tlv<'_>) -> Result<u32, DecodeError> {
    let number = value.small_integer()?.unwrap_or(i64::MAX);
    if number < 0 {
        return Err(value.error(DecodeErrorKind::IntegerOutOfRange {
            field: "pathLenConstraint",
        }));
    }
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// `KeyUsage ::= BIT STRING { digitalSignature(0), … decipherOnly(8) }`. Trailing zero bits are
/// tolerated: certificates in use have them.
fn key_usage(critical: bool, value: &[u8]) -> Result<KeyUsage, DecodeError> {
    let bits = Tlv::only(value, tag::BIT_STRING)?;
    let [unused @ 0..=7, octets @ ..] = bits.content else {
        return Err(bits.error(DecodeErrorKind::BitStringNotDer));
    };
    let last = octets.last().copied().unwrap_or(0);
    let padding = (1_u16 << unused) - 1;
    if octets.len() > 2 || u16::from(last) & padding != 0 {
        return Err(bits.error(DecodeErrorKind::BitStringNotDer));
    }
    let mut usage = 0;
    for (index, octet) in octets.iter().enumerate() {
        // The standard counts bits from the most significant one.
        usage |= u16::from(octet.reverse_bits()) << (index * 8);
    }
    Ok(KeyUsage {
        critical,
        bits: usage,
    })
}
