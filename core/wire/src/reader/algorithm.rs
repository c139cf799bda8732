//! AlgorithmIdentifier.

use super::error::ReadError;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 4.1.1.2.
///
/// ```asn1
/// AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AlgorithmView<'a> {
    /// The algorithm.
    pub oid: OidView<'a>,
    /// Its parameters.
    pub parameters: Option<Tlv<'a>>,
    /// All octets as received.
    pub raw: &'a [u8],
}

impl<'a> AlgorithmView<'a> {
    /// Reads the SEQUENCE.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        tlv.require(Tag::SEQUENCE)?;
        Self::of_content(tlv, walk)
    }

    /// Reads the members of an implicitly tagged AlgorithmIdentifier.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn of_content(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = tlv.children()?;
        let oid = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
        let parameters = members.next(walk)?;
        members.finish(walk)?;
        Ok(Self {
            oid,
            parameters,
            raw: tlv.raw(),
        })
    }

    /// Whether parameters are absent or NULL, which RFC 5754 section 2 treats alike.
    #[must_use]
    pub fn has_no_parameters(&self) -> bool {
        self.parameters
            .is_none_or(|parameters| parameters.raw() == [0x05, 0x00])
    }

    /// Same algorithm, same parameters; absent and NULL alike.
    #[must_use]
    pub fn same_as(&self, other: &AlgorithmView<'_>) -> bool {
        let parameters = |view: &AlgorithmView<'_>| {
            let some = view.parameters.filter(|_| !view.has_no_parameters());
            some.map(|tlv| tlv.raw().to_vec())
        };
        self.oid.as_bytes() == other.oid.as_bytes() && parameters(self) == parameters(other)
    }
}
