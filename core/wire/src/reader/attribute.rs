//! Attributes, signed and unsigned.

use super::error::ReadError;
use super::limits::MAX_ATTRIBUTES;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5652 section 5.3.
///
/// ```asn1
/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttributeView<'a> {
    /// What it says.
    pub oid: OidView<'a>,
    /// Its values, any number, any type.
    pub values: Vec<Tlv<'a>>,
    /// The element as received.
    pub element: Tlv<'a>,
}

impl<'a> AttributeView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let oid = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let values = members
            .expect(Tag::SET, walk)?
            .children()?
            .set_of(MAX_ATTRIBUTES, walk)?;
        members.finish(walk)?;
        Ok(Self {
            oid,
            values,
            element: *tlv,
        })
    }

    /// Reads the members of an implicitly tagged `SET OF Attribute`.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_set(set: &Tlv<'a>, walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let members = set.children()?.set_of(MAX_ATTRIBUTES, walk)?;
        members
            .iter()
            .map(|member| Self::read(member, walk))
            .collect()
    }
}
