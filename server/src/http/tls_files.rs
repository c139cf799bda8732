//! The files of HTTPS: read together, understood together, or refused.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use meridian_signing::digest::sha256;
use meridian_signing::key_file::{KeyFileError, read_private};
use meridian_wire::loc::Digest32;
use meridian_wire::time::UnixMicros;
use meridian_wire::x509::certificate::CertificateView;
use meridian_wire::x509::pem::{self, PemError};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ServerSessionMemoryCache, VerifierBuilderError, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys, RootCertStore, ServerConfig};
use zeroize::Zeroizing;

use super::client_keys::ClientKeys;
use crate::config::{ClientCertificates, TlsConfig};

/// Octets of a file of certificates: a bundle of all public CAs has a fifth of it.
const MOST_FILE_OCTETS: u64 = 1 << 20;
/// Sessions that clients may take up again. Each can hold a client's certificates.
const SESSIONS: usize = 512;

/// Why HTTPS cannot be served with what the files hold. Each text says what to do.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is larger than any that is of use.
    #[error("{} is larger than 1 MiB: it is no list of certificates", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A file is not PEM, or one of its certificates is malformed.
    #[error("{}: {source}; put the server's certificate first, then its chain, as PEM", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PemError,
    },
    /// The private key's file cannot be used; the text names it.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// There is no private key in the file, or one of a kind that TLS does not know.
    #[error("{}: {reason}; RSA, ECDSA and Ed25519 keys are taken, as PEM and without a password", path.display())]
    KeyForm {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The certificate is about another key.
    #[error(
        "the key in {} is not the key of the first certificate in {}: put the server's certificate \
         first, and the two files of one request together",
        key.display(), certificates.display()
    )]
    Mismatch {
        /// The certificates' file.
        certificates: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// A certificate that TLS cannot use.
    #[error("{}: TLS cannot use it: {source}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Error,
    },
    /// Nobody could be checked against these CAs.
    #[error("{}: no CA that clients could be checked against: {source}", path.display())]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// Why.
        source: VerifierBuilderError,
    },
    /// A new certificate that clients would refuse.
    #[error("{}: the certificate is valid from {not_before} until {not_after}, not now", path.display())]
    NotNow {
        /// The file.
        path: PathBuf,
        /// First second of validity.
        not_before: UnixMicros,
        /// Last second of validity.
        not_after: UnixMicros,
    },
}

/// The octets of all files, read one after another.
pub(super) struct TlsFiles {
    certificates: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    client_ca: Option<Vec<u8>>,
}

impl TlsFiles {
    pub(super) fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        Ok(Self {
            certificates: read(&config.certificates)?,
            key: read_private(&config.key)?,
            client_ca: config.client_ca.as_deref().map(read).transpose()?,
        })
    }

    /// Changes if any of them does.
    pub(super) fn digest(&self) -> Digest32 {
        let none = sha256(b"none");
        let parts = [
            sha256(&self.certificates),
            sha256(&self.key),
            self.client_ca.as_deref().map_or(none, sha256),
        ];
        sha256(parts.as_flattened())
    }

    /// Proves that they fit together.
    pub(super) fn understand(&self, config: &TlsConfig) -> Result<Loaded, TlsError> {
        let provider = Arc::new(provider());
        let path = &config.certificates;
        let chain = certificates(path, &self.certificates)?;
        let Some(leaf) = chain.first().cloned() else {
            return Err(TlsError::Certificates {
                path: path.clone(),
                source: PemError::NoCertificate,
            });
        };
        let key = self.certified_key(config, &chain, &provider)?;
        let clients = self.clients(config, &provider)?;
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|source| TlsError::Unusable {
                path: path.clone(),
                source,
            })?;
        let builder = match clients {
            Some(clients) => builder.with_client_cert_verifier(clients),
            None => builder.with_no_client_auth(),
        };
        let mut server = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        server.session_storage = ServerSessionMemoryCache::new(SESSIONS);
        // One is used up by the next connection, which gets a new one.
        server.send_tls13_tickets = 1;
        Ok(Loaded {
            server: Arc::new(server),
            digest: self.digest(),
            leaf,
        })
    }

    fn certified_key(
        &self,
        config: &TlsConfig,
        chain: &[CertificateView],
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, TlsError> {
        let form = |reason: String| TlsError::KeyForm {
            path: config.key.clone(),
            reason,
        };
        // DER of a SEQUENCE starts with 30, PEM with a hyphen or text before it.
        let key = if self.key.first() == Some(&0x30) {
            PrivateKeyDer::try_from(self.key.as_slice())
                .map(|key| key.clone_key())
                .map_err(|reason| form(reason.to_owned()))?
        } else {
            PrivateKeyDer::from_pem_slice(&self.key)
                .map_err(|error| form(format!("no private key in it ({error})")))?
        };
        let signing_key = provider.key_provider.load_private_key(key);
        let signing_key = signing_key.map_err(|error| form(error.to_string()))?;
        let certified = CertifiedKey::new(chain.iter().map(der).collect(), signing_key);
        match certified.keys_match() {
            // "Unknown" is said of keys that do not show their public half: ours all do.
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(certified),
            Err(Error::InconsistentKeys(_)) => Err(TlsError::Mismatch {
                certificates: config.certificates.clone(),
                key: config.key.clone(),
            }),
            Err(source) => Err(TlsError::Unusable {
                path: config.certificates.clone(),
                source,
            }),
        }
    }

    fn clients(
        &self,
        config: &TlsConfig,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        let mandatory = match config.client_certificates {
            ClientCertificates::Off => return Ok(None),
            ClientCertificates::Request => false,
            ClientCertificates::Require => true,
        };
        let ca = match (&config.client_ca, &self.client_ca) {
            (Some(path), Some(octets)) => Some(authorities(path, octets, provider)?),
            _ => None,
        };
        let algorithms = provider.signature_verification_algorithms;
        Ok(Some(Arc::new(ClientKeys::new(mandatory, ca, algorithms))))
    }
}

/// What the files hold, ready for use.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) server: Arc<ServerConfig>,
    /// [`TlsFiles::digest`] of the files that this was made of.
    pub(super) digest: Digest32,
    /// The server's own certificate.
    pub(super) leaf: CertificateView,
}

/// One engine for signatures, handshakes and all; the exchange that also stands up to a quantum
/// computer comes first, because evidence of places is worth recording for later.
fn provider() -> CryptoProvider {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};

    CryptoProvider {
        kx_groups: vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1],
        ..aws_lc_rs::default_provider()
    }
}

fn authorities(
    path: &Path,
    octets: &[u8],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, octets)? {
        roots
            .add(der(&certificate))
            .map_err(|source| TlsError::Unusable {
                path: path.to_owned(),
                source,
            })?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let verifier = builder.build().map_err(|source| TlsError::ClientCa {
        path: path.to_owned(),
        source,
    })?;
    Ok(verifier)
}

fn certificates(path: &Path, octets: &[u8]) -> Result<Vec<CertificateView>, TlsError> {
    pem::certificates(octets).map_err(|source| TlsError::Certificates {
        path: path.to_owned(),
        source,
    })
}

fn der(certificate: &CertificateView) -> CertificateDer<'static> {
    CertificateDer::from(certificate.as_der().to_vec())
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let read = || {
        let mut octets = Vec::new();
        // Opening a pipe would wait for its writer for ever, and the end of the server for that.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        File::open(path)?
            .take(MOST_FILE_OCTETS + 1)
            .read_to_end(&mut octets)?;
        Ok(octets)
    };
    let octets = read().map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if u64::try_from(octets.len()).is_ok_and(|length| length <= MOST_FILE_OCTETS) {
        Ok(octets)
    } else {
        Err(TlsError::TooLarge {
            path: path.to_owned(),
        })
    }
}
