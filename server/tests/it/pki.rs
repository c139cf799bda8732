//! Certificates for TLS, made as a CA of a test would make them.

use std::path::Path;

use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_wire::reader::der_form::element;
use meridian_wire::x509::build::assemble_certificate;
use meridian_wire::x509::name::DistinguishedName;
use meridian_wire::x509::pem;

const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// A certificate and its key.
pub(crate) struct Issued {
    name: String,
    pub(crate) certificate: Vec<u8>,
    pub(crate) pkcs8: Vec<u8>,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    Ca,
    /// `localhost` and 127.0.0.1.
    Server,
    Client,
}

impl Issued {
    /// Signed by itself.
    pub(crate) fn alone(name: &str, purpose: Purpose) -> Self {
        Self::new(name, purpose, None, ("260101000000Z", "491231235959Z"))
    }

    /// Signed by a CA.
    pub(crate) fn by(ca: &Self, name: &str, purpose: Purpose) -> Self {
        Self::new(name, purpose, Some(ca), ("260101000000Z", "491231235959Z"))
    }

    /// `validity` is a pair of UTCTime.
    pub(crate) fn new(
        name: &str,
        purpose: Purpose,
        ca: Option<&Self>,
        validity: (&str, &str),
    ) -> Self {
        let pkcs8 = generate(KeyKind::EcdsaP256).unwrap().to_vec();
        let key = SoftwareSigner::from_pkcs8_der(&pkcs8).unwrap();
        let issuer = ca.map(|ca| SoftwareSigner::from_pkcs8_der(&ca.pkcs8).unwrap());
        let signer = issuer.as_ref().unwrap_or(&key);
        let dn = |name: &str| DistinguishedName::new(name).unwrap().to_der();
        let sequence = |parts: &[&[u8]]| element(&[0x30], &parts.concat());
        let time = |text: &str| element(&[0x17], text.as_bytes());
        let algorithm = signer.algorithm().algorithm_identifier();
        let extensions = extensions(purpose).concat();
        let tbs = sequence(&[
            &[0xa0, 3, 2, 1, 2],
            // A serial number of its own: the key's first octets do.
            &element(&[0x02], &[&[1], &key.public_key()[30..38]].concat()),
            algorithm,
            &dn(ca.map_or(name, |ca| &ca.name)),
            &sequence(&[&time(validity.0), &time(validity.1)]),
            &dn(name),
            key.public_key(),
            &element(&[0xa3], &sequence(&[&extensions])),
        ]);
        let signature = signer.sign(&tbs).unwrap();
        Self {
            name: name.to_owned(),
            certificate: assemble_certificate(&tbs, algorithm, &signature),
            pkcs8,
        }
    }

    /// The SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Vec<u8> {
        let key = SoftwareSigner::from_pkcs8_der(&self.pkcs8).unwrap();
        key.public_key().to_vec()
    }

    /// Writes both files as PEM, the key with mode 0600; first beside them, then by renaming.
    pub(crate) fn write(&self, certificates: &Path, key: &Path) {
        let pem = pem::certificate_to_pem(&self.certificate);
        replace(certificates, pem.as_bytes(), 0o644);
        replace(key, pem::private_key_to_pem(&self.pkcs8).as_bytes(), 0o600);
    }
}

/// Puts a file in the place of another in one step.
pub(crate) fn replace(path: &Path, content: &[u8], mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    let beside = path.with_extension("new");
    std::fs::write(&beside, content).unwrap();
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

fn extensions(purpose: Purpose) -> Vec<Vec<u8>> {
    let extension = |oid: &[u8], critical: bool, value: Vec<u8>| {
        let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
        let parts = [&element(&[6], oid), flag, &element(&[4], &value)];
        element(&[0x30], &parts.concat())
    };
    let usage = |oid: &[u8]| element(&[0x30], &element(&[6], oid));
    match purpose {
        Purpose::Ca => vec![
            extension(&[0x55, 0x1d, 19], true, vec![0x30, 3, 1, 1, 0xff]),
            extension(&[0x55, 0x1d, 15], true, vec![3, 2, 1, 0b0000_0110]),
        ],
        Purpose::Client => vec![extension(&[0x55, 0x1d, 37], false, usage(CLIENT_AUTH))],
        Purpose::Server => {
            let names = [
                element(&[0x82], b"localhost"),
                element(&[0x87], &[127, 0, 0, 1]),
            ];
            vec![
                extension(&[0x55, 0x1d, 37], false, usage(SERVER_AUTH)),
                extension(&[0x55, 0x1d, 17], false, element(&[0x30], &names.concat())),
            ]
        }
    }
}
