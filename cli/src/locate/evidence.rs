//! `--evidence FILE`: what a device or a program has prepared, taken as it is.

use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_wire::loc::evidence::EvidenceKind;
use serde::{Deserialize, Serialize};

/// All evidence of one stamp has 64 KiB.
const MAX_OCTETS: u64 = 64 << 10;

/// One item, as the authority takes it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    kind: String,
    format: String,
    content_b64: String,
}

/// Why a file is no evidence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvidenceError {
    #[error("cannot read the evidence")]
    Read(#[source] io::Error),
    #[error("the evidence has more than {MAX_OCTETS} octets")]
    TooLarge,
    #[error("the evidence is empty")]
    Empty,
    #[error("the evidence looks like an item in JSON and is none")]
    Item(#[source] serde_json::Error),
}

impl EvidenceError {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Read(_) => "--evidence names a file that can be read",
            Self::TooLarge | Self::Empty => "evidence is an EAT, or a JSON location object",
            Self::Item(_) => "an item has kind, format and content_b64, and nothing else",
        }
    }
}

impl Item {
    pub(crate) fn new(kind: EvidenceKind, format: &str, content: &[u8]) -> Self {
        Self {
            kind: kind.name().unwrap_or_default().to_owned(),
            format: format.to_owned(),
            content_b64: STANDARD.encode(content),
        }
    }

    /// Reads a file and tells by its form what it is: an item ready made (JSON with `kind`), a
    /// location object (other JSON), an EAT as JWT (three parts in base64url), else as CWT.
    pub(crate) fn read(path: &Path) -> Result<Self, EvidenceError> {
        let file = std::fs::File::open(path).map_err(EvidenceError::Read)?;
        let mut octets = Vec::new();
        file.take(MAX_OCTETS + 1)
            .read_to_end(&mut octets)
            .map_err(EvidenceError::Read)?;
        if u64::try_from(octets.len()).is_ok_and(|length| length > MAX_OCTETS) {
            return Err(EvidenceError::TooLarge);
        }
        Self::recognise(&octets)
    }

    fn recognise(octets: &[u8]) -> Result<Self, EvidenceError> {
        let text = std::str::from_utf8(octets).map_or("", str::trim);
        if octets.is_empty() {
            return Err(EvidenceError::Empty);
        }
        if text.starts_with('{') {
            let value: serde_json::Value =
                serde_json::from_str(text).map_err(EvidenceError::Item)?;
            return if value.get("kind").is_some() {
                serde_json::from_value(value).map_err(EvidenceError::Item)
            } else {
                let kind = EvidenceKind::SELF_ASSERTED;
                Ok(Self::new(kind, "application/json", text.as_bytes()))
            };
        }
        let kind = EvidenceKind::DEVICE_SIGNED;
        Ok(if is_compact_jws(text) {
            Self::new(kind, "application/eat+jwt", text.as_bytes())
        } else {
            Self::new(kind, "application/eat+cwt", octets)
        })
    }
}

/// RFC 7515 7.1: three parts in base64url with a point between them.
fn is_compact_jws(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let base64url = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    parts.len() == 3 && parts.iter().all(|part| part.bytes().all(base64url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(octets: &[u8]) -> (String, String) {
        let item = Item::recognise(octets).unwrap();
        (item.kind, item.format)
    }

    #[test]
    fn the_form_of_a_file_tells_what_it_is() {
        let of = |kind: &str, format: &str| (kind.to_owned(), format.to_owned());
        assert_eq!(
            recognised(b" {\"latitude\":1}\n"),
            of("selfAsserted", "application/json")
        );
        assert_eq!(
            recognised(b"eyJh.eyJi.c2ln\n"),
            of("deviceSigned", "application/eat+jwt")
        );
        assert_eq!(
            recognised(&[0xd2, 0x84, 0x43]),
            of("deviceSigned", "application/eat+cwt")
        );
        let whole = br#"{"kind":"witness","format":"a/b","content_b64":"eA=="}"#;
        assert_eq!(recognised(whole), of("witness", "a/b"));
    }

    #[test]
    fn an_item_with_something_missing_or_more_is_refused() {
        for text in [
            r#"{"kind":"witness"}"#,
            r#"{"kind":"a","format":"b","content_b64":"","x":1}"#,
            "{",
        ] {
            assert!(
                matches!(
                    Item::recognise(text.as_bytes()),
                    Err(EvidenceError::Item(_))
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_is_empty_or_too_large_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence");
        std::fs::write(&path, b"").unwrap();
        assert!(matches!(Item::read(&path), Err(EvidenceError::Empty)));
        std::fs::write(&path, vec![0xd2; (64 << 10) + 1]).unwrap();
        assert!(matches!(Item::read(&path), Err(EvidenceError::TooLarge)));
    }
}
