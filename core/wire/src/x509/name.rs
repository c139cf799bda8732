//! [`DistinguishedName`]: subjects of our own certificates, and names as text.

use crate::der_walk::tag;
use crate::der_write::{oid, tlv};
use crate::oid::{COMMON_NAME, COUNTRY, ORGANIZATION, ObjectIdentifier};

/// A Name of country, organisation and common name, in this order (EN 319 422 6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DistinguishedName {
    common_name: Box<str>,
    organization: Option<Box<str>>,
    country: Option<Box<str>>,
}

/// Text that a field of a name cannot hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// RFC 5280 appendix A.1: 1 to 64 characters, and ours: none of them a control character.
    #[error("a name has 1 to 64 characters, none of them a control character")]
    Text,
    /// ISO 3166: two capital letters.
    #[error("a country is two capital letters, such as DE")]
    Country,
}

impl DistinguishedName {
    /// A name with a common name only.
    ///
    /// # Errors
    ///
    /// [`NameError::Text`].
    pub fn new(common_name: &str) -> Result<Self, NameError> {
        Ok(Self {
            common_name: checked(common_name)?,
            organization: None,
            country: None,
        })
    }

    /// Adds organizationName.
    ///
    /// # Errors
    ///
    /// [`NameError::Text`].
    pub fn with_organization(mut self, organization: &str) -> Result<Self, NameError> {
        self.organization = Some(checked(organization)?);
        Ok(self)
    }

    /// Adds countryName.
    ///
    /// # Errors
    ///
    /// [`NameError::Country`].
    pub fn with_country(mut self, country: &str) -> Result<Self, NameError> {
        let letters = country.bytes().all(|octet| octet.is_ascii_uppercase());
        if country.len() != 2 || !letters {
            return Err(NameError::Country);
        }
        self.country = Some(country.into());
        Ok(self)
    }

    /// `Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }` in DER: PrintableString for the
    /// country, UTF8String for the others (RFC 5280 4.1.2.4).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let fields = [
            (&COUNTRY, tag::PRINTABLE_STRING, self.country.as_deref()),
            (
                &ORGANIZATION,
                tag::UTF8_STRING,
                self.organization.as_deref(),
            ),
            (&COMMON_NAME, tag::UTF8_STRING, Some(&*self.common_name)),
        ];
        let mut content = Vec::new();
        for (attribute, string, text) in fields {
            if let Some(text) = text {
                content.extend(rdn(attribute, string, text));
            }
        }
        tlv(tag::SEQUENCE, &[&content])
    }
}

/// RelativeDistinguishedName of one attribute.
fn rdn(attribute: &ObjectIdentifier, string: u8, text: &str) -> Vec<u8> {
    let value = tlv(string, &[text.as_bytes()]);
    let pair = tlv(tag::SEQUENCE, &[&oid(attribute), &value]);
    tlv(tag::SET, &[&pair])
}

fn checked(text: &str) -> Result<Box<str>, NameError> {
    let length = text.chars().count();
    if (1..=64).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.into())
    } else {
        Err(NameError::Text)
    }
}

/// A Name in DER as RFC 4514 text, for people; `#` and hexadecimal if it cannot be read. Not
/// for comparing.
pub(super) fn to_text(name: &[u8]) -> String {
    use der::Decode;
    match x509_cert::name::Name::from_der(name) {
        Ok(name) => name.to_string(),
        Err(_) => {
            let octets = name.iter().map(|octet| format!("{octet:02x}"));
            format!("#{}", octets.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_back_in_order() {
        let name = DistinguishedName::new("Meridian TSU 1").unwrap();
        let name = name.with_organization("Éxample, Inc").unwrap();
        let name = name.with_country("DE").unwrap();
        let text = to_text(&name.to_der());
        assert_eq!(text, r"CN=Meridian TSU 1,O=Éxample\, Inc,C=DE");
    }

    #[test]
    fn refuses_what_a_name_cannot_hold() {
        assert_eq!(DistinguishedName::new("").unwrap_err(), NameError::Text);
        assert_eq!(DistinguishedName::new("a\nb").unwrap_err(), NameError::Text);
        assert_eq!(
            DistinguishedName::new(&"x".repeat(65)).unwrap_err(),
            NameError::Text
        );
        let name = DistinguishedName::new("x").unwrap();
        for country in ["de", "D", "DEU", "D1"] {
            assert_eq!(name.clone().with_country(country), Err(NameError::Country));
        }
    }

    #[test]
    fn prints_an_unreadable_name_as_hexadecimal() {
        assert_eq!(to_text(&[0x30, 1]), "#3001");
    }
}
