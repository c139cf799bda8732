//! The three forms that the body of a vector can have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::VectorError;
use crate::header::Kind;

/// The body of a vector. Its kind says which form it has.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Body {
    /// Octets, in base64 in the file.
    Octets(Vec<u8>),
    /// Text, word by word.
    Text(String),
    /// Named values, in the order of the file.
    Fields(Fields),
}

impl Body {
    pub(crate) fn parse(kind: Kind, text: &str) -> Result<Self, VectorError> {
        match kind {
            Kind::Tile
            | Kind::TimeStampReq
            | Kind::TimeStampResp
            | Kind::TimeStampToken
            | Kind::Certificate
            | Kind::Crl
            | Kind::OcspResponse
            | Kind::LocationClaim
            | Kind::LocationDisclosures => {
                let text: String = text.split('\n').collect();
                let octets = STANDARD.decode(text).map_err(|_| VectorError::NotBase64)?;
                Ok(Self::Octets(octets))
            }
            Kind::VerifierKey | Kind::Note | Kind::Checkpoint | Kind::TlogProof => {
                Ok(Self::Text(text.to_owned()))
            }
            Kind::EcdsaP384
            | Kind::MerkleRoots
            | Kind::MerkleInclusion
            | Kind::MerkleConsistency
            | Kind::MerkleSubtrees
            | Kind::LocationTree
            | Kind::H3Cells
            | Kind::LocationEvidence => Ok(Self::Fields(Fields::parse(text))),
        }
    }

    /// The octets.
    ///
    /// # Errors
    ///
    /// [`VectorError::OtherForm`] if the body is text or fields.
    pub fn octets(&self) -> Result<&[u8], VectorError> {
        match self {
            Self::Octets(octets) => Ok(octets),
            Self::Text(_) | Self::Fields(_) => Err(VectorError::OtherForm),
        }
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// [`VectorError::OtherForm`] if the body is octets or fields.
    pub fn text(&self) -> Result<&str, VectorError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Octets(_) | Self::Fields(_) => Err(VectorError::OtherForm),
        }
    }

    /// The fields.
    ///
    /// # Errors
    ///
    /// [`VectorError::OtherForm`] if the body is octets or text.
    pub fn fields(&self) -> Result<&Fields, VectorError> {
        match self {
            Self::Fields(fields) => Ok(fields),
            Self::Octets(_) | Self::Text(_) => Err(VectorError::OtherForm),
        }
    }
}

/// Lines of a name, a space and a value; a value may be empty and a name repeated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(text: &str) -> Self {
        let field = |line: &str| {
            let (name, value) = line.split_once(' ').unwrap_or((line, ""));
            (name.to_owned(), value.to_owned())
        };
        Self(text.lines().map(field).collect())
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a field that is there once.
    ///
    /// # Errors
    ///
    /// [`VectorError::NotOnce`] if it is not.
    pub fn text(&self, name: &'static str) -> Result<&str, VectorError> {
        let mut values = self.values(name);
        match (values.next(), values.count()) {
            (Some(value), 0) => Ok(value),
            (first, more) => {
                let count = more + usize::from(first.is_some());
                Err(VectorError::NotOnce { name, count })
            }
        }
    }

    /// The values of every field of a name, of which there may be none.
    #[must_use]
    pub fn all_text(&self, name: &'static str) -> Vec<&str> {
        self.values(name).collect()
    }

    /// The number in a field that is there once.
    ///
    /// # Errors
    ///
    /// [`VectorError::NotOnce`] or [`VectorError::NotNumber`].
    pub fn number(&self, name: &'static str) -> Result<u64, VectorError> {
        let not_number = |_| VectorError::NotNumber { name };
        self.text(name)?.parse().map_err(not_number)
    }

    /// The octets, hexadecimal in the file, of a field that is there once.
    ///
    /// # Errors
    ///
    /// [`VectorError::NotOnce`] or [`VectorError::NotHex`].
    pub fn octets(&self, name: &'static str) -> Result<Vec<u8>, VectorError> {
        from_hex(name, self.text(name)?)
    }

    /// The octets of every field of a name, of which there may be none.
    ///
    /// # Errors
    ///
    /// [`VectorError::NotHex`].
    pub fn all_octets(&self, name: &'static str) -> Result<Vec<Vec<u8>>, VectorError> {
        self.values(name)
            .map(|value| from_hex(name, value))
            .collect()
    }
}

fn from_hex(name: &'static str, value: &str) -> Result<Vec<u8>, VectorError> {
    hex::decode(value).map_err(|_| VectorError::NotHex { name })
}
