//! GeneralName: the names that alternative names, constraints and distribution points use.

use super::error::ReadError;
use super::limits::MAX_GENERAL_NAMES;
use super::tag::{Class, Tag};
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 4.2.1.6.
///
/// ```asn1
/// GeneralName ::= CHOICE {
///   otherName [0], rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3],
///   directoryName [4] EXPLICIT Name, ediPartyName [5],
///   uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING,
///   registeredID [8] OBJECT IDENTIFIER }
/// ```
///
/// The characters of the strings are not checked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum GeneralNameView<'a> {
    /// `mailbox@host`, or in a constraint also `host` or `.domain`.
    Rfc822(&'a [u8]),
    /// A host's name.
    Dns(&'a [u8]),
    /// A distinguished name.
    Directory(Tlv<'a>),
    /// A URI.
    Uri(&'a [u8]),
    /// An address, or in a constraint address and mask.
    Ip(&'a [u8]),
    /// Any other form, by its tag number.
    Other(u32),
}

impl<'a> GeneralNameView<'a> {
    /// Reads one name.
    ///
    /// # Errors
    ///
    /// [`ReadError`]; a tag that RFC 5280 does not know is [`Self::Other`].
    pub fn read(tlv: &Tlv<'a>, walk: &mut Walk) -> Result<Self, ReadError> {
        let Tag { class, number } = tlv.tag();
        if class != Class::ContextSpecific {
            return Err(tlv.unexpected(Tag::context(4)));
        }
        Ok(match number {
            1 => Self::Rfc822(tlv.primitive()?),
            2 => Self::Dns(tlv.primitive()?),
            4 => {
                let mut inside = tlv.children()?;
                let name = inside.expect(Tag::SEQUENCE, walk)?;
                inside.finish(walk)?;
                Self::Directory(name)
            }
            6 => Self::Uri(tlv.primitive()?),
            7 => Self::Ip(tlv.primitive()?),
            other => Self::Other(other),
        })
    }

    /// Reads the members of GeneralNames, whatever its tag.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_all(list: &Tlv<'a>, walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let members = list.children()?.collect(MAX_GENERAL_NAMES, walk)?;
        members
            .iter()
            .map(|member| Self::read(member, walk))
            .collect()
    }

    /// Reads subjectAltName, issuerAltName or certificateIssuer: `GeneralNames`.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read_value(value: &'a [u8], walk: &mut Walk) -> Result<Vec<Self>, ReadError> {
        let list = Tlv::only(value, walk)?;
        Self::read_all(list.require(Tag::SEQUENCE)?, walk)
    }

    /// Its form, as the tag number of the CHOICE.
    #[must_use]
    pub const fn form(&self) -> u32 {
        match self {
            Self::Rfc822(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Ip(_) => 7,
            Self::Other(number) => *number,
        }
    }
}
