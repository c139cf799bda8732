//! [`TstExtensions`]: what a token of ours says besides the time.

use crate::der_walk::tag;
use crate::der_write::{push, tlv};
use crate::limits::MAX_EXTENSIONS;
use crate::oid::ObjectIdentifier;

/// An extension of a TSTInfo, never critical (EN 319 422 5.2.2), so that a client that does not
/// know it still accepts the token.
///
/// ```text
/// Extension ::= SEQUENCE {
///     extnID     OBJECT IDENTIFIER,
///     critical   BOOLEAN DEFAULT FALSE,
///     extnValue  OCTET STRING }
/// ```
///
/// RFC 5280 4.1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TstExtension {
    oid: ObjectIdentifier,
    value: Vec<u8>,
}

impl TstExtension {
    /// What extnID says `value` is.
    #[must_use]
    pub const fn new(oid: ObjectIdentifier, value: Vec<u8>) -> Self {
        Self { oid, value }
    }

    /// extnID.
    #[must_use]
    pub const fn oid(&self) -> &ObjectIdentifier {
        &self.oid
    }

    /// Content of extnValue.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The extension in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.value.len() + 48);
        push(&mut content, tag::OID, self.oid.as_bytes());
        push(&mut content, tag::OCTET_STRING, &self.value);
        tlv(tag::SEQUENCE, &[&content])
    }
}

/// The extensions of a TSTInfo: `[1] IMPLICIT SEQUENCE SIZE (1..MAX) OF Extension`, absent if
/// there is none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TstExtensions(Vec<TstExtension>);

/// Extensions that may not stand in one TSTInfo.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TstExtensionsError {
    /// RFC 5280 4.2: at most one instance of each.
    #[error("extension {0} is there twice")]
    Repeated(ObjectIdentifier),
    /// More than [`MAX_EXTENSIONS`].
    #[error("{actual} extensions, at most {MAX_EXTENSIONS} go into a token")]
    TooMany {
        /// How many.
        actual: usize,
    },
}

impl TstExtensions {
    /// No extension, no field.
    pub const NONE: Self = Self(Vec::new());

    /// These, in this order.
    ///
    /// # Errors
    ///
    /// [`TstExtensionsError`].
    pub fn new(extensions: Vec<TstExtension>) -> Result<Self, TstExtensionsError> {
        let actual = extensions.len();
        if actual > MAX_EXTENSIONS {
            return Err(TstExtensionsError::TooMany { actual });
        }
        let mut seen = Vec::with_capacity(actual);
        for extension in &extensions {
            if seen.contains(&extension.oid) {
                return Err(TstExtensionsError::Repeated(extension.oid));
            }
            seen.push(extension.oid);
        }
        Ok(Self(extensions))
    }

    /// The extensions.
    #[must_use]
    pub fn as_slice(&self) -> &[TstExtension] {
        &self.0
    }

    /// The field of the TSTInfo; no octets if there is none.
    pub(super) fn to_der(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let members: Vec<u8> = self.0.iter().flat_map(TstExtension::to_der).collect();
        tlv(tag::context_constructed(1), &[&members])
    }
}

impl From<TstExtension> for TstExtensions {
    fn from(only: TstExtension) -> Self {
        Self(vec![only])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{LOCATION_CLAIM, QC_STATEMENTS};

    fn some(oid: ObjectIdentifier) -> TstExtension {
        TstExtension::new(oid, vec![5, 0])
    }

    #[test]
    fn writes_no_criticality() {
        let der = hex::encode(some(QC_STATEMENTS).to_der());
        assert_eq!(der, "300e06082b0601050507010304020500");
    }

    #[test]
    fn is_implicitly_tagged_and_absent_when_empty() {
        assert!(TstExtensions::NONE.to_der().is_empty());
        let der = hex::encode(TstExtensions::from(some(QC_STATEMENTS)).to_der());
        assert_eq!(der, "a110300e06082b0601050507010304020500");
    }

    #[test]
    fn refuses_two_of_one_kind() {
        let other = some(QC_STATEMENTS);
        let twice = vec![some(LOCATION_CLAIM), other, some(LOCATION_CLAIM)];
        let refused = TstExtensions::new(twice);
        assert_eq!(refused, Err(TstExtensionsError::Repeated(LOCATION_CLAIM)));
    }

    #[test]
    fn refuses_more_than_a_reader_takes() {
        let refused = TstExtensions::new(vec![some(LOCATION_CLAIM); 65]);
        let actual = 65;
        assert_eq!(refused, Err(TstExtensionsError::TooMany { actual }));
    }
}
