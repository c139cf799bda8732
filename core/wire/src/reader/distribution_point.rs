//! Distribution points: where a certificate says its CRLs are, and which part a CRL says it is.

use super::children::Children;
use super::error::ReadError;
use super::general_name::GeneralNameView;
use super::limits::MAX_GENERAL_NAMES;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 4.2.1.13.
///
/// ```asn1
/// DistributionPointName ::= CHOICE {
///   fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] RelativeDistinguishedName }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PointNameView<'a> {
    /// Any of these names.
    Full(Vec<GeneralNameView<'a>>),
    /// One RDN, to be appended to the name of the CRL's issuer: its content octets.
    Relative(&'a [u8]),
}

impl<'a> PointNameView<'a> {
    /// Reads `[0] EXPLICIT DistributionPointName`.
    fn read(explicit: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut inside = explicit.children()?;
        let name = match inside.optional(Tag::context(0), walk)? {
            Some(full) => Self::Full(GeneralNameView::read_all(&full, walk)?),
            None => Self::Relative(inside.expect(Tag::context(1), walk)?.content()),
        };
        inside.finish(walk)?;
        Ok(name)
    }
}

/// One DistributionPoint of a certificate.
///
/// ```asn1
/// DistributionPoint ::= SEQUENCE {
///   distributionPoint [0] DistributionPointName OPTIONAL, reasons [1] ReasonFlags OPTIONAL,
///   cRLIssuer [2] GeneralNames OPTIONAL }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DistributionPointView<'a> {
    /// Its name.
    pub name: Option<PointNameView<'a>>,
    /// For which reasons; bit n is reason n of ReasonFlags. None means for all.
    pub reasons: Option<u16>,
    /// Who issues the CRL, if not the certificate's issuer.
    pub crl_issuer: Vec<GeneralNameView<'a>>,
}

impl<'a> DistributionPointView<'a> {
    /// Reads the value of cRLDistributionPoints.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_all(value: &'a [u8], walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let list = Tlv::only(value, walk)?
            .sequence()?
            .collect(MAX_GENERAL_NAMES, walk)?;
        list.iter().map(|point| Self::read(point, walk)).collect()
    }

    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let name = members.optional(Tag::context(0), walk)?;
        let reasons = members.optional(Tag::context(1), walk)?;
        let crl_issuer = members.optional(Tag::context(2), walk)?;
        members.finish(walk)?;
        Ok(Self {
            name: name
                .map(|name| PointNameView::read(&name, walk))
                .transpose()?,
            reasons: reasons
                .map(|reasons| reason_flags(&reasons, walk))
                .transpose()?,
            crl_issuer: match crl_issuer {
                Some(names) => GeneralNameView::read_all(&names, walk)?,
                None => Vec::new(),
            },
        })
    }
}

/// RFC 5280 section 5.2.5: what narrows a CRL.
///
/// ```asn1
/// IssuingDistributionPoint ::= SEQUENCE {
///   distributionPoint [0] OPTIONAL, onlyContainsUserCerts [1] BOOLEAN DEFAULT FALSE,
///   onlyContainsCACerts [2] BOOLEAN DEFAULT FALSE, onlySomeReasons [3] ReasonFlags OPTIONAL,
///   indirectCRL [4] BOOLEAN DEFAULT FALSE, onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuingPointView<'a> {
    /// The point's name.
    pub name: Option<PointNameView<'a>>,
    /// Whether it lists certificates of users only.
    pub users_only: bool,
    /// Whether it lists certificates of CAs only.
    pub cas_only: bool,
    /// Whether it lists attribute certificates only.
    pub attributes_only: bool,
    /// Reasons that it covers; bit n is reason n. None means all.
    pub some_reasons: Option<u16>,
    /// Whether it lists certificates of several issuers.
    pub indirect: bool,
}

impl<'a> IssuingPointView<'a> {
    /// Reads the extension's value.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(value: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(value, walk)?.sequence()?;
        let name = members.optional(Tag::context(0), walk)?;
        let users_only = flag(1, &mut members, walk)?;
        let cas_only = flag(2, &mut members, walk)?;
        let some_reasons = members.optional(Tag::context(3), walk)?;
        let indirect = flag(4, &mut members, walk)?;
        let attributes_only = flag(5, &mut members, walk)?;
        members.finish(walk)?;
        Ok(Self {
            name: name
                .map(|name| PointNameView::read(&name, walk))
                .transpose()?,
            users_only,
            cas_only,
            attributes_only,
            some_reasons: some_reasons
                .map(|reasons| reason_flags(&reasons, walk))
                .transpose()?,
            indirect,
        })
    }
}

/// `[n] IMPLICIT BOOLEAN DEFAULT FALSE`. Any octet but zero is TRUE in BER, and a flag that is
/// there but odd narrows.
fn flag(number: u32, members: &mut Children<'_>, walk: &mut Walk) -> Result<bool, ReadError> {
    let flag = members.optional(Tag::context(number), walk)?;
    Ok(flag.is_some_and(|flag| flag.content() != [0]))
}

/// `[n] IMPLICIT BIT STRING`: unused bits, then octets; bit n of the result is bit n.
fn reason_flags(tlv: &Tlv<'_>, walk: &mut Walk) -> Result<u16, ReadError> {
    let (_, octets) = tlv.implicit_bit_string(walk)?;
    let octet = |index| octets.get(index).copied().unwrap_or(0);
    Ok(u16::from_be_bytes([octet(0), octet(1)]).reverse_bits())
}
