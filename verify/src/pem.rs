//! PEM blocks (RFC 7468), read as openssl reads them: text around them is passed over.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Label and content of every block that decodes.
#[must_use]
pub fn blocks(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        rest = after;
        let Some((label, after)) = after.split_once("-----") else {
            break;
        };
        let end = format!("-----END {label}-----");
        let Some((body, after)) = after.split_once(&end) else {
            continue;
        };
        rest = after;
        // Header lines such as "Proc-Type: 4" have a colon, base64 has none.
        let body: String = body.lines().filter(|line| !line.contains(':')).collect();
        if let Some(content) = base64(&body) {
            blocks.push((label.to_owned(), content));
        }
    }
    blocks
}

/// Base64 with white space anywhere, padded or not.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let dense: String = text.split_whitespace().collect();
    GeneralPurpose::new(&STANDARD, LENIENT).decode(dense).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_block_between_other_text() {
        let text = "subject=x\n-----BEGIN A-----\nAAEC\n-----END A-----\nnoise\n\
                    -----BEGIN B C-----\r\nKey: value\r\nAw\r\n-----END B C-----\n";
        let expected = [("A".to_owned(), vec![0, 1, 2]), ("B C".to_owned(), vec![3])];
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn passes_over_a_block_without_an_end() {
        assert!(blocks("-----BEGIN A-----\nAAEC\n-----END B-----\n").is_empty());
    }
}
