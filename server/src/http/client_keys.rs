//! What a client's certificate proves: that the client holds its private key.

use std::sync::Arc;

use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// Octets of all certificates that one client may send: they are kept with its TLS session.
const MOST_CHAIN_OCTETS: usize = 16 << 10;

/// Accepts clients by their keys.
///
/// The signature in the handshake is always checked. Without a CA nothing else is: not dates, not
/// names, not who issued the certificate; the key alone is taken from it. With one, the path to it
/// is checked as well (RFC 5280, purpose clientAuth), but not whether it was revoked.
#[derive(Debug)]
pub(super) struct ClientKeys {
    mandatory: bool,
    ca: Option<Arc<dyn ClientCertVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientKeys {
    pub(super) fn new(
        mandatory: bool,
        ca: Option<Arc<dyn ClientCertVerifier>>,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self {
            mandatory,
            ca,
            algorithms,
        }
    }
}

/// SHA-256 of the SubjectPublicKeyInfo of the first certificate of a proven chain.
pub(super) fn session(chain: &[CertificateDer<'_>]) -> Option<Digest32> {
    let parsed = ParsedCertificate::try_from(chain.first()?).ok()?;
    Some(sha256(&parsed.subject_public_key_info()))
}

impl ClientCertVerifier for ClientKeys {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        match &self.ca {
            Some(ca) => ca.root_hint_subjects(),
            None => &[],
        }
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let octets = intermediates.iter().map(|certificate| certificate.len());
        if octets.fold(end_entity.len(), usize::saturating_add) > MOST_CHAIN_OCTETS {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        if let Some(ca) = &self.ca {
            return ca.verify_client_cert(end_entity, intermediates, now);
        }
        ParsedCertificate::try_from(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
