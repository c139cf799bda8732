//! PEM (RFC 7468): certificate bundles in and out, private keys in.

#[cfg(test)]
mod tests;

use crate::error::DecodeError;
use crate::limits::MAX_CERTIFICATES;
use crate::x509::certificate::CertificateView;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const CERTIFICATE: &str = "CERTIFICATE";
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// Why PEM cannot be read. Lines count from 1.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// Neither PEM nor DER.
    #[error("no certificate found, neither PEM nor DER")]
    NoCertificate,
    /// No PEM block of a private key.
    #[error("no private key in PEM form found")]
    NoPrivateKey,
    /// A block of another kind where one is needed.
    #[error("line {line}: a block {label:?} where {expected:?} is needed")]
    Label {
        /// Line of BEGIN.
        line: usize,
        /// What it says, shortened.
        label: Box<str>,
        /// What is needed.
        expected: &'static str,
    },
    /// BEGIN without END, or a BEGIN or END line that is damaged.
    #[error("line {line}: the block that begins here does not end with its END line")]
    Unterminated {
        /// Line of BEGIN.
        line: usize,
    },
    /// Base64 that is damaged.
    #[error("line {line}: not base64")]
    Base64 {
        /// The damaged line.
        line: usize,
    },
    /// A block that holds no certificate.
    #[error("line {line}: not a certificate: {error}")]
    Certificate {
        /// Line of BEGIN; 1 for DER.
        line: usize,
        /// Why not.
        error: DecodeError,
    },
    /// More certificates than [`MAX_CERTIFICATES`].
    #[error("more than {MAX_CERTIFICATES} certificates")]
    TooMany,
    /// More than one private key.
    #[error("line {line}: a second private key")]
    SecondKey {
        /// Line of BEGIN.
        line: usize,
    },
}

/// Certificates out of a PEM bundle (text around blocks is ignored, other blocks are refused) or
/// out of one certificate in DER, in their order. Form is checked, nothing else.
///
/// # Errors
///
/// [`PemError`].
pub fn certificates(input: &[u8]) -> Result<Vec<CertificateView>, PemError> {
    if input.first() == Some(&0x30) {
        let view = CertificateView::from_der(input);
        return Ok(vec![
            view.map_err(|error| PemError::Certificate { line: 1, error })?,
        ]);
    }
    let text = std::str::from_utf8(input).map_err(|_| PemError::NoCertificate)?;
    let mut certificates = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(block) = lines.block(CERTIFICATE)? {
        let line = block.line;
        let view = CertificateView::from_der(&block.der);
        certificates.push(view.map_err(|error| PemError::Certificate { line, error })?);
        if certificates.len() > MAX_CERTIFICATES {
            return Err(PemError::TooMany);
        }
    }
    if certificates.is_empty() {
        return Err(PemError::NoCertificate);
    }
    Ok(certificates)
}

/// The PKCS#8 PrivateKeyInfo in DER out of the one block `PRIVATE KEY`. An encrypted key or one
/// in an older form is refused by its label.
///
/// # Errors
///
/// [`PemError`].
pub fn private_key(input: &str) -> Result<Zeroizing<Vec<u8>>, PemError> {
    let mut lines = Lines::new(input);
    let key = lines.block(PRIVATE_KEY)?.ok_or(PemError::NoPrivateKey)?;
    match lines.block(PRIVATE_KEY)? {
        Some(second) => Err(PemError::SecondKey { line: second.line }),
        None => Ok(key.der),
    }
}

/// One PEM block of a certificate.
#[must_use]
pub fn certificate_to_pem(der: &[u8]) -> String {
    encode(CERTIFICATE, der).as_str().to_owned()
}

/// One PEM block of a PKCS#8 key, wiped when dropped.
#[must_use]
pub fn private_key_to_pem(der: &[u8]) -> Zeroizing<String> {
    encode(PRIVATE_KEY, der)
}

fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let mut base64 = Zeroizing::new(String::with_capacity(der.len() / 3 * 4 + 4));
    STANDARD.encode_string(der, &mut base64);
    // Room for all, so that no copy of a key is left behind by growing.
    let room = base64.len() + base64.len() / 64 + 2 * (label.len() + 20);
    let mut pem = Zeroizing::new(String::with_capacity(room));
    pem.push_str(BEGIN);
    pem.push_str(label);
    pem.push_str(DASHES);
    for (index, character) in base64.chars().enumerate() {
        if index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push('\n');
    pem.push_str(END);
    pem.push_str(label);
    pem.push_str(DASHES);
    pem.push('\n');
    pem
}

/// One decoded block.
struct Block {
    /// Line of BEGIN.
    line: usize,
    der: Zeroizing<Vec<u8>>,
}

/// Lines not yet read.
struct Lines<'a> {
    rest: std::iter::Enumerate<std::str::Lines<'a>>,
    size: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.lines().enumerate(),
            size: text.len(),
        }
    }

    /// The next line, trimmed, with its number from 1.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let (index, line) = self.rest.next()?;
        Some((index.saturating_add(1), line.trim()))
    }

    /// The next block, which must have this label.
    fn block(&mut self, expected: &'static str) -> Result<Option<Block>, PemError> {
        while let Some((line, text)) = self.next() {
            let Some(label) = text.strip_prefix(BEGIN) else {
                continue;
            };
            let Some(label) = label.strip_suffix(DASHES) else {
                return Err(PemError::Unterminated { line });
            };
            if label != expected {
                return Err(PemError::Label {
                    line,
                    label: label.chars().take(32).collect(),
                    expected,
                });
            }
            let der = self.body(line, label)?;
            return Ok(Some(Block { line, der }));
        }
        Ok(None)
    }

    /// Base64 up to the END line.
    fn body(&mut self, begin: usize, label: &str) -> Result<Zeroizing<Vec<u8>>, PemError> {
        let mut base64 = Zeroizing::new(String::with_capacity(self.size));
        // Where each line starts in the joined text.
        let mut starts = Vec::new();
        while let Some((line, text)) = self.next() {
            if let Some(end) = text.strip_prefix(END) {
                if end.strip_suffix(DASHES) != Some(label) {
                    break;
                }
                let mut der = Zeroizing::new(Vec::with_capacity(base64.len()));
                return match STANDARD.decode_vec(base64.as_bytes(), &mut der) {
                    Ok(()) => Ok(der),
                    Err(error) => Err(PemError::Base64 {
                        line: damaged(&error, &starts).unwrap_or(line),
                    }),
                };
            }
            if text.starts_with(BEGIN) {
                break;
            }
            starts.push((base64.len(), line));
            base64.push_str(text);
        }
        Err(PemError::Unterminated { line: begin })
    }
}

/// The line in which base64 is damaged, if the error has a place.
fn damaged(error: &base64::DecodeError, starts: &[(usize, usize)]) -> Option<usize> {
    let offset = match error {
        base64::DecodeError::InvalidByte(offset, _)
        | base64::DecodeError::InvalidLastSymbol(offset, _) => *offset,
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
            return starts.last().map(|start| start.1);
        }
    };
    let before = starts.iter().rev().find(|start| start.0 <= offset);
    before.map(|start| start.1)
}
