//! Extensions of certificates, CRLs and TSTInfo.

use super::error::ReadError;
use super::limits::MAX_EXTENSIONS;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::{DepartureKind, Walk};

/// RFC 5280 section 4.1.
///
/// ```asn1
/// Extension ::= SEQUENCE {
///   extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExtensionView<'a> {
    /// What it is.
    pub oid: OidView<'a>,
    /// Whether a reader that does not know it must refuse.
    pub critical: bool,
    /// Content of the OCTET STRING. Segments are not read: nobody writes them here.
    pub value: &'a [u8],
}

impl<'a> ExtensionView<'a> {
    fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let oid = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let critical = match members.optional(Tag::BOOLEAN, walk)? {
            None => false,
            Some(flag) => {
                let critical = flag.boolean(walk)?;
                if !critical {
                    walk.note(DepartureKind::EncodedDefault, flag.offset());
                }
                critical
            }
        };
        let value = members.expect(Tag::OCTET_STRING, walk)?.primitive()?;
        members.finish(walk)?;
        Ok(Self {
            oid,
            critical,
            value,
        })
    }

    /// Reads the members of `SEQUENCE OF Extension`, whatever its tag.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_all(list: &Tlv<'a>, walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let members = list.children()?.collect(MAX_EXTENSIONS, walk)?;
        members
            .iter()
            .map(|member| Self::read(member, walk))
            .collect()
    }
}
