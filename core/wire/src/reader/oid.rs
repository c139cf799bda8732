//! OBJECT IDENTIFIER of any number and size of arcs.

use std::fmt;

use const_oid::ObjectIdentifier;

use super::decimal;
use super::error::{ReadError, ReadErrorKind};
use super::limits::MAX_OID_LEN;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::{DepartureKind, Walk};

/// Content octets of an OBJECT IDENTIFIER. `const_oid` stops at 39 octets and 32-bit
/// arcs and wants three of them; policies such as `1.2` and 40-arc ones exist.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct OidView<'a>(&'a [u8]);

impl<'a> OidView<'a> {
    /// Reads an OBJECT IDENTIFIER.
    ///
    /// # Errors
    ///
    /// [`ReadErrorKind::BadContent`] if it is empty or ends inside an arc.
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let content = tlv.require(Tag::OBJECT_IDENTIFIER)?.primitive()?;
        if content.len() > MAX_OID_LEN {
            return Err(tlv.error(ReadErrorKind::TooLong { limit: MAX_OID_LEN }));
        }
        if content.last().is_none_or(|last| last & 0x80 != 0) {
            return Err(tlv.error(ReadErrorKind::BadContent { tag: tlv.tag() }));
        }
        let oid = Self(content);
        if oid.arcs().any(|arc| arc.first() == Some(&0x80)) {
            walk.note(DepartureKind::LongArc, tlv.offset());
        }
        Ok(oid)
    }

    /// Content octets as received.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Whether it is this identifier.
    #[must_use]
    pub fn is(&self, oid: &ObjectIdentifier) -> bool {
        self.0 == oid.as_bytes()
    }

    /// The same as a `const_oid` value, if it is within that crate's limits.
    #[must_use]
    pub fn to_object_identifier(&self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(self.0).ok()
    }

    fn arcs(&self) -> impl Iterator<Item = &'a [u8]> {
        self.0.split_inclusive(|octet| octet & 0x80 == 0)
    }
}

impl fmt::Display for OidView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arcs = self.arcs().map(base_128_to_256);
        let first = arcs.next().unwrap_or_default();
        // X.690 section 8.19.4: the first octets hold 40 * first + second, first <= 2.
        let (root, second) = match first.as_slice() {
            [small] if *small < 40 => (0, vec![*small]),
            [small] if *small < 80 => (1, vec![small - 40]),
            _ => (2, minus_80(first)),
        };
        write!(f, "{root}.{}", decimal::digits(&second))?;
        for arc in arcs {
            write!(f, ".{}", decimal::digits(&arc))?;
        }
        Ok(())
    }
}

/// Septets to octets, leading zeros removed.
fn base_128_to_256(arc: &[u8]) -> Vec<u8> {
    let mut little_endian = Vec::new();
    let mut bits: u16 = 0;
    let mut width = 0_u32;
    for octet in arc.iter().rev() {
        bits |= u16::from(octet & 0x7f) << width;
        width += 7;
        if width >= 8 {
            little_endian.push(u8::try_from(bits & 0xff).unwrap_or(0));
            bits >>= 8;
            width -= 8;
        }
    }
    little_endian.push(u8::try_from(bits & 0xff).unwrap_or(0));
    while little_endian.len() > 1 && little_endian.last() == Some(&0) {
        little_endian.pop();
    }
    little_endian.reverse();
    little_endian
}

/// Subtracts 80 from a number of at least 80.
fn minus_80(mut big_endian: Vec<u8>) -> Vec<u8> {
    let mut subtract = 80_u8;
    for octet in big_endian.iter_mut().rev() {
        let (value, borrowed) = octet.overflowing_sub(subtract);
        *octet = value;
        if !borrowed {
            break;
        }
        subtract = 1;
    }
    big_endian
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: &[u8]) -> String {
        OidView(content).to_string()
    }

    #[test]
    fn shows_identifiers_of_every_size() {
        assert_eq!(shown(&[0x2a]), "1.2");
        assert_eq!(
            shown(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
            "1.2.840.113549"
        );
        assert_eq!(shown(&[0x88, 0x37]), "2.999");
        assert_eq!(shown(&[0x00]), "0.0");
        assert_eq!(shown(&[0x78]), "2.40");
        let wide = [
            0x2a, 0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
        ];
        assert_eq!(shown(&wide), format!("1.2.{}", (1_u128 << 65) - 1));
    }

    #[test]
    fn refuses_an_identifier_that_ends_inside_an_arc() {
        let mut walk = Walk::default();
        let tlv = Tlv::only(&[0x06, 0x02, 0x2a, 0x86], &mut walk).unwrap();
        let error = OidView::read(&tlv, &mut walk).unwrap_err();
        assert_eq!(
            error.kind,
            ReadErrorKind::BadContent {
                tag: Tag::OBJECT_IDENTIFIER
            }
        );
    }
}
