//! A TLS client that checks the server as any client does, and shows what it is asked to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

use super::pki::Issued;

/// Longer than any deadline in these tests; hit only by a server that hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client trusts and shows. Clones share their sessions.
#[derive(Clone, Debug)]
pub(crate) struct TlsClient {
    pub(crate) config: Arc<ClientConfig>,
}

impl TlsClient {
    /// Trusts `root`, and shows `own`.
    pub(crate) fn new(root: &Issued, own: Option<&Issued>) -> Self {
        Self::with_versions(root, own, rustls::ALL_VERSIONS)
    }

    pub(crate) fn with_versions(
        root: &Issued,
        own: Option<&Issued>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(root.certificate.clone()))
            .unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let chain = vec![CertificateDer::from(own.certificate.clone())];
                let key = PrivateKeyDer::try_from(own.pkcs8.clone()).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        };
        Self {
            config: Arc::new(config),
        }
    }

    /// Begins; the handshake is made with the first octets.
    pub(crate) fn connect(&self, address: SocketAddr) -> TlsConversation {
        let tcp = TcpStream::connect(address).unwrap();
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        TlsConversation {
            stream: StreamOwned::new(tls, tcp),
        }
    }

    /// One connection, one request, the whole answer or why there is none.
    pub(crate) fn ask(&self, address: SocketAddr, request: &[u8]) -> std::io::Result<String> {
        self.connect(address).ask(request)
    }
}

#[derive(Debug)]
pub(crate) struct TlsConversation {
    pub(crate) stream: StreamOwned<ClientConnection, TcpStream>,
}

impl TlsConversation {
    /// The whole answer, head and body, to `request`.
    pub(crate) fn ask(&mut self, request: &[u8]) -> std::io::Result<String> {
        self.stream.write_all(request)?;
        let (head, body) = self.answer()?;
        Ok(head + &String::from_utf8_lossy(&body))
    }

    /// The next answer, in two.
    pub(crate) fn answer(&mut self) -> std::io::Result<(String, Vec<u8>)> {
        let mut answer = Vec::new();
        loop {
            if let Some(end) = answer.windows(4).position(|at| at == b"\r\n\r\n") {
                let head = String::from_utf8(answer[..end + 4].to_vec()).unwrap();
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .map_or(0, |length| length.parse().unwrap());
                if answer.len() >= head.len() + length {
                    return Ok((head, answer.split_off(end + 4)));
                }
            }
            let mut octets = [0; 4 << 10];
            match self.stream.read(&mut octets)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                read => answer.extend(&octets[..read]),
            }
        }
    }

    /// The certificate that the server showed.
    pub(crate) fn server(&self) -> Vec<u8> {
        self.stream.conn.peer_certificates().unwrap()[0].to_vec()
    }
}
