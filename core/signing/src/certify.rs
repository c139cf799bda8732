//! The certificates of an evaluation authority: its own root, and its TSU.
//!
//! A production TSU gets its certificate from a CA; nothing here is a CA.

use meridian_wire::error::DecodeError;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::x509::build::{
    self, BuildError, Issuer, TbsInput, assemble_certificate, root_tbs, tsu_tbs,
};
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::name::DistinguishedName;

use crate::entropy::{Entropy, EntropyError};
use crate::signer::{SignError, Signer};

/// Why a certificate was not made.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertifyError {
    /// The content cannot be written.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The issuer's key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No random serial number.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// What was written cannot be read back.
    #[error("the certificate made cannot be read back: {0}")]
    NotReadable(#[from] DecodeError),
}

/// A self-signed root, good for one purpose: to issue TSU certificates.
///
/// `validity` is notBefore and notAfter; fractions of a second are dropped.
///
/// # Errors
///
/// [`CertifyError`].
pub fn self_signed_root(
    name: &DistinguishedName,
    signer: &dyn Signer,
    serial: &SerialNumber,
    validity: (UnixMicros, UnixMicros),
) -> Result<CertificateView, CertifyError> {
    let algorithm = signer.algorithm().algorithm_identifier();
    let subject = name.to_der();
    let input = TbsInput::new(serial, algorithm, validity, &subject, signer.public_key());
    sign(&root_tbs(&input)?, signer)
}

/// The certificate of a TSU under `issuer`, whose key is `issuer_signer`:
/// extendedKeyUsage critical and only timeStamping (RFC 3161 section 2.3).
///
/// Not checked here: that `issuer` and `issuer_signer` belong together;
/// [`crate::identity::AuthorityIdentity::prove`] sees it.
///
/// # Errors
///
/// [`CertifyError`].
pub fn tsu_certificate(
    name: &DistinguishedName,
    public_key: &[u8],
    (issuer, issuer_signer): (&CertificateView, &dyn Signer),
    serial: &SerialNumber,
    validity: (UnixMicros, UnixMicros),
) -> Result<CertificateView, CertifyError> {
    let algorithm = issuer_signer.algorithm().algorithm_identifier();
    let subject = name.to_der();
    let input = TbsInput::new(serial, algorithm, validity, &subject, public_key);
    // Without an identifier in the issuer's certificate: the one it would have.
    let identifier = match issuer.subject_key_identifier() {
        Some(identifier) => identifier.to_vec(),
        None => build::key_identifier(issuer.spki())?,
    };
    let issuer = Issuer::new(issuer.subject(), &identifier);
    sign(&tsu_tbs(&input, &issuer)?, issuer_signer)
}

/// A serial number of 127 bits, 126 of them random, which satisfies
/// RFC 5280 section 4.1.2.2 (positive, at most 20 octets).
///
/// # Errors
///
/// [`CertifyError::Entropy`].
pub fn random_serial(entropy: &dyn Entropy) -> Result<SerialNumber, CertifyError> {
    let mut number = [0; 16];
    entropy.fill(&mut number)?;
    let number = u128::from_be_bytes(number) >> 1 | 1 << 126;
    Ok(SerialNumber::from_magnitude(&number.to_be_bytes())?)
}

fn sign(tbs: &[u8], signer: &dyn Signer) -> Result<CertificateView, CertifyError> {
    let signature = signer.sign(tbs)?;
    let algorithm = signer.algorithm().algorithm_identifier();
    let der = assemble_certificate(tbs, algorithm, &signature);
    Ok(CertificateView::from_der(&der)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    /// S59: no randomness, no number.
    #[test]
    fn makes_no_serial_when_the_source_of_randomness_fails() {
        #[derive(Debug)]
        struct Dry;
        impl Entropy for Dry {
            fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
                Err(EntropyError::new())
            }
        }
        let expected = CertifyError::Entropy(EntropyError::new());
        assert_eq!(random_serial(&Dry), Err(expected));
    }

    #[test]
    fn a_random_serial_is_positive_and_has_16_octets() {
        let entropy = SeededEntropy::new(3);
        let one = random_serial(&entropy).unwrap();
        let two = random_serial(&entropy).unwrap();
        assert_ne!(one, two);
        for serial in [one, two] {
            let content = serial.as_der_content();
            assert_eq!(content.len(), 16);
            assert!((0x40..0x80).contains(&content[0]));
        }
    }
}
