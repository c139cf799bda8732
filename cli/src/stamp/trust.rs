//! Whom to trust with https, and what to show there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::args::tls::TlsArgs;

/// Why the files for https cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not PEM", path.display())]
    Pem {
        path: PathBuf,
        #[source]
        source: Box<ureq::Error>,
    },
    #[error("there is no certificate in {}", path.display())]
    NoCertificate { path: PathBuf },
    #[error("there is no private key in {}", path.display())]
    NoKey { path: PathBuf },
    #[error("{} and {} do not belong together", certificate.display(), key.display())]
    Pair {
        certificate: PathBuf,
        key: PathBuf,
        #[source]
        source: rustls::Error,
    },
}

impl TrustError {
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => {
                "--tls-ca, --tls-cert and --tls-key name files that can be read; SSL_CERT_FILE in \
                 the environment counts as --tls-ca"
            }
            Self::Pem { .. } | Self::NoCertificate { .. } | Self::NoKey { .. } => {
                "certificates and keys are given in PEM form, as openssl writes them"
            }
            Self::Pair { .. } => "give the key that the certificate was made for",
        }
    }
}

/// What the arguments say, with one crypto engine for the whole program.
pub(super) fn tls_config(args: &TlsArgs) -> Result<TlsConfig, TrustError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let roots = match &args.tls_ca {
        None => RootCerts::WebPki,
        Some(path) => RootCerts::new_with_certs(&certificates(path)?),
    };
    let own = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(own(certificate, key)?),
        _ => None,
    };
    Ok(TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(roots)
        .client_cert(own)
        .build())
}

fn own(certificate: &Path, key: &Path) -> Result<ClientCert, TrustError> {
    let chain = certificates(certificate)?;
    let key_item = items(key)?.into_iter().find_map(|item| match item {
        PemItem::PrivateKey(key) => Some(key),
        _ => None,
    });
    let Some(private) = key_item else {
        return Err(TrustError::NoKey {
            path: key.to_owned(),
        });
    };
    check(&chain, &private).map_err(|source| TrustError::Pair {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source,
    })?;
    Ok(ClientCert::new_with_certs(&chain, private))
}

/// The client would otherwise find out only in a handshake, and panic.
fn check(chain: &[Certificate<'static>], key: &PrivateKey<'static>) -> Result<(), rustls::Error> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let der = PrivateKeyDer::try_from(key.der().to_vec());
    let der = der.map_err(|reason| rustls::Error::General(reason.to_owned()))?;
    let key = aws_lc_rs::sign::any_supported_type(&der)?;
    let chain = chain
        .iter()
        .map(|it| CertificateDer::from(it.der().to_vec()));
    rustls::sign::CertifiedKey::new(chain.collect(), key).keys_match()
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, TrustError> {
    let found: Vec<Certificate<'static>> = items(path)?
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(TrustError::NoCertificate {
            path: path.to_owned(),
        });
    }
    Ok(found)
}

fn items(path: &Path) -> Result<Vec<PemItem<'static>>, TrustError> {
    let octets = fs::read(path).map_err(|source| TrustError::Read {
        path: path.to_owned(),
        source,
    })?;
    let items: Result<Vec<_>, _> = parse_pem(&octets).collect();
    items.map_err(|source| TrustError::Pem {
        path: path.to_owned(),
        source: Box::new(source),
    })
}
