//! Names of places: [`CountryCode`], [`SubdivisionCode`], [`Facility`].

use std::fmt;

use super::error::LocError;
use super::field::Size;

const COUNTRY: Size = Size::new("country", 2, 2);
const SUBDIVISION: Size = Size::new("subdivision", 4, 6);
const FACILITY: Size = Size::new("facility", 1, 64);

/// Two capital letters, as in ISO 3166-1. Whether ISO gave them to a country is not checked.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CountryCode(String);

impl CountryCode {
    /// Takes `code` as a country's.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::Text`].
    pub fn new(code: &str) -> Result<Self, LocError> {
        COUNTRY.check(code.len())?;
        if !code.bytes().all(|c| c.is_ascii_uppercase()) {
            return Err(LocError::Text { field: "country" });
        }
        Ok(Self(code.to_owned()))
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A country's letters, a hyphen and one to three capitals or digits, as in ISO 3166-2. Whether
/// there is such a part is not checked.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SubdivisionCode(String);

impl SubdivisionCode {
    /// Takes `code` as a subdivision's.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::Text`].
    pub fn new(code: &str) -> Result<Self, LocError> {
        SUBDIVISION.check(code.len())?;
        let part = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit();
        let well_formed = code.split_once('-').is_some_and(|(country, rest)| {
            CountryCode::new(country).is_ok() && rest.bytes().all(part)
        });
        if !well_formed {
            return Err(LocError::Text {
                field: "subdivision",
            });
        }
        Ok(Self(code.to_owned()))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A named place: a rack, a room, a UN/LOCODE. 1 to 64 characters and no control character, for
/// it is shown to people.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Facility(String);

impl Facility {
    /// Takes `name` as a place's.
    ///
    /// # Errors
    ///
    /// [`LocError::Size`], [`LocError::Text`].
    pub fn new(name: &str) -> Result<Self, LocError> {
        FACILITY.check(name.chars().count())?;
        if name.chars().any(char::is_control) {
            return Err(LocError::Text { field: "facility" });
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SubdivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
