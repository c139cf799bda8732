//! TimeStampResp, read as tolerantly as the token inside.

use super::error::ReadError;
use super::integer::IntegerView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 3161 section 2.4.2.
///
/// ```asn1
/// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
/// PKIStatusInfo ::= SEQUENCE {
///   status PKIStatus, statusString PKIFreeText OPTIONAL, failInfo BIT STRING OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ResponseView<'a> {
    /// PKIStatus.
    pub status: IntegerView<'a>,
    /// The token.
    pub token: Option<Tlv<'a>>,
}

impl<'a> ResponseView<'a> {
    /// Reads the SEQUENCE. Status text and failInfo are passed over.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.sequence()?;
        let mut info = members.expect(Tag::SEQUENCE, walk)?.children()?;
        let status = IntegerView::read(&info.expect(Tag::INTEGER, walk)?, walk)?;
        let token = members.next(walk)?;
        members.finish(walk)?;
        Ok(Self { status, token })
    }
}
