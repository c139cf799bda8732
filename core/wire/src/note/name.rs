//! [`KeyName`]: the name of a key, and the origin of a log.

use std::fmt;

use crate::limits::MAX_KEY_NAME_BYTES;
use crate::note::error::NoteError;

/// The name of a signed-note key: not empty, no space of any kind, no `+`.
///
/// Also the origin of a log, which C2SP tlog-checkpoint wants to be the same.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyName(String);

impl KeyName {
    /// Takes `name` as a key name.
    ///
    /// # Errors
    ///
    /// [`NoteError::KeyName`] if it is none, or longer than
    /// [`MAX_KEY_NAME_BYTES`].
    pub fn new(name: &str) -> Result<Self, NoteError> {
        let fits = (1..=MAX_KEY_NAME_BYTES).contains(&name.len());
        let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if !fits || !name.chars().all(allowed) {
            return Err(NoteError::KeyName);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_schemaless_url() {
        let name = KeyName::new("tsa.example/log1").unwrap();
        assert_eq!(name.to_string(), "tsa.example/log1");
    }

    #[test]
    fn rejects_empty_spaced_plus_and_control() {
        for name in [
            "",
            "a b",
            "a\u{a0}b",
            "a\u{2003}b",
            "a+b",
            "a\nb",
            "a\tb",
            "\u{7f}",
        ] {
            assert_eq!(KeyName::new(name), Err(NoteError::KeyName), "{name:?}");
        }
    }

    #[test]
    fn rejects_a_name_longer_than_255_octets() {
        assert!(KeyName::new(&"a".repeat(255)).is_ok());
        assert_eq!(KeyName::new(&"a".repeat(256)), Err(NoteError::KeyName));
    }
}
