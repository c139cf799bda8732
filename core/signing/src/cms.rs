//! TSTInfo in, signed token out.

use std::sync::Arc;

use aws_lc_rs::digest::{self, Algorithm};
use meridian_wire::cms::signed_data::{SignedDataTemplate, TemplateError, TemplateInput};
use meridian_wire::leaf::token_digest;
use meridian_wire::x509::certificate::CertificateView;

use crate::digest::sha256;
use crate::identity::AuthorityIdentity;
use crate::signer::{SignError, SignatureAlgorithm, Signer};

/// Signs tokens of one proven identity. Whatever is the same in all of them
/// was encoded when this was made.
#[derive(Debug)]
pub struct TokenSigner {
    template: SignedDataTemplate,
    message_digest: &'static Algorithm,
    signer: Arc<dyn Signer>,
}

/// A token, the form of it that the log keeps, and its identity.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedToken {
    token: Vec<u8>,
    /// `None` where the token itself has no certificates.
    without_certificates: Option<Vec<u8>>,
    digest: [u8; 32],
}

impl TokenSigner {
    /// Encodes the constants of the identity's tokens. With `certReq` a token
    /// carries the chain without the self-signed root, which a client must
    /// have from elsewhere anyway.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] if the identity's certificates cannot be used in CMS.
    pub fn new(identity: &AuthorityIdentity) -> Result<Self, TemplateError> {
        let signer = Arc::clone(identity.signer());
        let certificate = identity.certificate();
        let is_sent = |sent: &&CertificateView| {
            sent.subject() != sent.issuer() || sent.as_der() == certificate.as_der()
        };
        let sent = identity.chain().iter().filter(is_sent);
        let sent: Vec<Vec<u8>> = sent.map(|sent| sent.as_der().to_vec()).collect();
        let algorithm = signer.algorithm();
        let template = SignedDataTemplate::new(&TemplateInput::new(
            algorithm.digest(),
            algorithm.algorithm_identifier(),
            certificate,
            &sha256(certificate.as_der()),
            &sent,
        ))?;
        let message_digest = match algorithm {
            SignatureAlgorithm::EcdsaP384Sha384 => &digest::SHA384,
            SignatureAlgorithm::EcdsaP256Sha256 => &digest::SHA256,
            SignatureAlgorithm::RsaPkcs1Sha512 | SignatureAlgorithm::Ed25519 => &digest::SHA512,
        };
        Ok(Self {
            template,
            message_digest,
            signer,
        })
    }

    /// Signs a TSTInfo. `cert_req` is the client's: with it the certificates
    /// MUST be in the token, without it they MUST NOT (RFC 3161 section 2.4.1).
    ///
    /// # Errors
    ///
    /// [`SignError`] of the key.
    pub fn sign(&self, tst_info: &[u8], cert_req: bool) -> Result<SignedToken, SignError> {
        let message_digest = digest::digest(self.message_digest, tst_info);
        let attrs = self.template.signed_attrs(message_digest.as_ref());
        // The digest is the template's own, so its length fits.
        let attrs = attrs.map_err(|_| SignError::Failed)?;
        let signature = self.signer.sign(&attrs)?;
        let assemble = |with_certificates| {
            let template = &self.template;
            template.assemble(tst_info, &attrs, &signature, with_certificates)
        };
        Ok(SignedToken {
            token: assemble(cert_req),
            without_certificates: cert_req.then(|| assemble(false)),
            digest: token_digest(&attrs, &signature),
        })
    }
}

impl SignedToken {
    /// The token for the client: a DER ContentInfo.
    #[must_use]
    pub fn token(&self) -> &[u8] {
        &self.token
    }

    /// The token without certificates, which the log keeps.
    #[must_use]
    pub fn stored(&self) -> &[u8] {
        self.without_certificates.as_deref().unwrap_or(&self.token)
    }

    /// The same, without a copy.
    #[must_use]
    pub fn into_stored(self) -> Vec<u8> {
        self.without_certificates.unwrap_or(self.token)
    }

    /// The digest in the token's leaf; the same for both forms.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA512, VerificationAlgorithm,
    };
    use meridian_wire::oid;
    use meridian_wire::reader::content_info::ContentInfoView;
    use meridian_wire::reader::ess::EssCertIdView;
    use meridian_wire::reader::signed_data::SignedDataView;
    use meridian_wire::reader::tlv::Tlv;
    use meridian_wire::reader::walk::Walk;
    use meridian_wire::time::UnixMicros;
    use meridian_wire::x509::name::DistinguishedName;

    use super::*;
    use crate::certify::{random_serial, self_signed_root, tsu_certificate};
    use crate::entropy::SeededEntropy;
    use crate::software::{KeyKind, SoftwareSigner, generate};

    fn key(kind: KeyKind) -> SoftwareSigner {
        SoftwareSigner::from_pkcs8_der(&generate(kind).unwrap()).unwrap()
    }

    /// An evaluation authority as `meridian init` makes it.
    fn identity(kind: KeyKind) -> AuthorityIdentity {
        let entropy = SeededEntropy::new(1);
        let serial = || random_serial(&entropy).unwrap();
        let validity = (UnixMicros::new(0), UnixMicros::new(86_400_000_000));
        let name = |name| DistinguishedName::new(name).unwrap();
        let root_key = key(KeyKind::EcdsaP384);
        let root = self_signed_root(&name("Root"), &root_key, &serial(), validity).unwrap();
        let tsu_key = key(kind);
        let public_key = tsu_key.public_key();
        let issuer: (_, &dyn Signer) = (&root, &root_key);
        let tsu = tsu_certificate(&name("TSU"), public_key, issuer, &serial(), validity).unwrap();
        let at = UnixMicros::new(1);
        AuthorityIdentity::prove(vec![tsu, root], Arc::new(tsu_key), at).unwrap()
    }

    fn read(token: &[u8]) -> SignedDataView<'_> {
        let mut walk = Walk::default();
        let outer = Tlv::only(token, &mut walk).unwrap();
        let info = ContentInfoView::read(&outer, &mut walk).unwrap();
        assert!(info.content_type.is(&oid::ID_SIGNED_DATA));
        let signed_data = SignedDataView::read(&info.content, &mut walk).unwrap();
        assert!(walk.departures().is_empty(), "DER throughout");
        signed_data
    }

    /// S18, S19, S22, S23: and the signature is over the attributes as DER SET OF.
    #[test]
    fn signs_with_every_algorithm_of_an_authority() {
        let cases: [(KeyKind, &'static dyn VerificationAlgorithm, usize); 3] = [
            (KeyKind::EcdsaP384, &ECDSA_P384_SHA384_ASN1, 48),
            (KeyKind::EcdsaP256, &ECDSA_P256_SHA256_ASN1, 32),
            (KeyKind::Rsa3072, &RSA_PKCS1_2048_8192_SHA512, 64),
        ];
        for (kind, verification, digest_len) in cases {
            let identity = identity(kind);
            let signed = TokenSigner::new(&identity)
                .unwrap()
                .sign(b"tst info", true)
                .unwrap();
            let view = read(signed.token());
            let [signer] = &view.signers[..] else {
                panic!("one SignerInfo");
            };
            assert_eq!(view.encapsulated.octets.as_deref(), Some(&b"tst info"[..]));
            let element = signer.signed_attrs_element.as_ref().unwrap();
            let mut set = element.raw().to_vec();
            set[0] = 0x31;
            ParsedPublicKey::new(verification, identity.certificate().spki())
                .unwrap()
                .verify_sig(&set, &signer.signature)
                .unwrap();
            assert_eq!(*signed.digest(), token_digest(&set, &signer.signature));

            let attribute = |oid| {
                let found = signer.signed_attrs.iter().find(|a| a.oid.is(&oid));
                found.unwrap().values[0].content().to_vec()
            };
            let message_digest = attribute(oid::MESSAGE_DIGEST);
            assert_eq!(message_digest.len(), digest_len);
            let expected: Vec<u8> = match digest_len {
                32 => sha256(b"tst info").to_vec(),
                48 => crate::digest::sha384(b"tst info").to_vec(),
                _ => crate::digest::sha512(b"tst info").to_vec(),
            };
            assert_eq!(message_digest, expected);
            assert_eq!(attribute(oid::CONTENT_TYPE), oid::ID_CT_TST_INFO.as_bytes());
            assert_eq!(signer.signed_attrs.len(), 4);
        }
    }

    /// S20, S21: the first and only ESSCertIDv2 names the TSU's certificate by SHA-256,
    /// which DER then leaves out.
    #[test]
    fn names_its_certificate_in_the_signed_attributes() {
        let identity = identity(KeyKind::EcdsaP384);
        let signer = TokenSigner::new(&identity).unwrap();
        let signed = signer.sign(b"tst info", false).unwrap();
        let view = read(signed.token());
        let mut attrs = view.signers[0].signed_attrs.iter();
        let ess = attrs.find(|a| a.oid.is(&oid::SIGNING_CERTIFICATE_V2));
        let mut walk = Walk::default();
        let ids = EssCertIdView::read_all(&ess.unwrap().values[0], &mut walk).unwrap();
        let [id] = &ids[..] else {
            panic!("one ESSCertIDv2");
        };
        assert!(id.hash_algorithm.is_none());
        assert_eq!(*id.hash, sha256(identity.certificate().as_der()));
    }

    /// S12, S13: the TSU's certificate with certReq, none without; never the root.
    #[test]
    fn carries_the_chain_without_the_root_only_when_asked() {
        let identity = identity(KeyKind::EcdsaP256);
        let signer = TokenSigner::new(&identity).unwrap();
        let with = signer.sign(b"tst info", true).unwrap();
        let view = read(with.token());
        let sent: Vec<&[u8]> = view.certificates.iter().map(|choice| choice.raw).collect();
        assert_eq!(sent, [identity.certificate().as_der()]);
        assert!(read(with.stored()).certificates.is_empty());

        let without = signer.sign(b"tst info", false).unwrap();
        assert!(read(without.token()).certificates.is_empty());
        assert_eq!(without.token(), without.stored());
        assert_eq!(without.clone().into_stored(), without.token());
    }

    /// Both forms hold the same signature, so one leaf stands for both.
    #[test]
    fn the_stored_form_is_the_token_without_its_certificates() {
        let signer = TokenSigner::new(&identity(KeyKind::EcdsaP384)).unwrap();
        let signed = signer.sign(b"tst info", true).unwrap();
        let token = read(signed.token());
        let stored = read(signed.stored());
        assert_eq!(token.signers[0].signature, stored.signers[0].signature);
        let stored = signed.stored().to_vec();
        assert_eq!(signed.into_stored(), stored);
    }

    #[test]
    fn passes_on_that_the_key_failed() {
        #[derive(Debug)]
        struct Broken(Arc<dyn Signer>);
        impl Signer for Broken {
            fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
                Err(SignError::Unavailable)
            }
            fn algorithm(&self) -> SignatureAlgorithm {
                self.0.algorithm()
            }
            fn public_key(&self) -> &[u8] {
                self.0.public_key()
            }
        }
        let identity = identity(KeyKind::EcdsaP256);
        let mut signer = TokenSigner::new(&identity).unwrap();
        signer.signer = Arc::new(Broken(Arc::clone(identity.signer())));
        assert_eq!(signer.sign(b"", true), Err(SignError::Unavailable));
    }
}
