//! ContentInfo, the outermost layer of a token.

use super::error::ReadError;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5652 section 3.
///
/// ```asn1
/// ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT ANY }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ContentInfoView<'a> {
    /// What the content is.
    pub content_type: OidView<'a>,
    /// The content.
    pub content: Tlv<'a>,
    /// All octets as received.
    pub raw: &'a [u8],
}

impl<'a> ContentInfoView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let content_type = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let mut explicit = members.expect(Tag::context(0), walk)?.children()?;
        members.finish(walk)?;
        let content = explicit.any(Tag::SEQUENCE, walk)?;
        explicit.finish(walk)?;
        Ok(Self {
            content_type,
            content,
            raw: tlv.raw(),
        })
    }
}
