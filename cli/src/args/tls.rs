//! How authorities are spoken with over https.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct TlsArgs {
    /// For https, trust the CAs in this PEM file instead of the built-in list (Mozilla's).
    #[arg(long, value_name = "FILE", env = "SSL_CERT_FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// For https, show this certificate (PEM): its key is then who you are.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert (PEM, without a password).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}
