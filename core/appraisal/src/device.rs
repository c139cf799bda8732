//! A device for tests: keys, tokens, and an engine that checks them, all real.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, iana};
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use ed25519_dalek::{Signer as _, Verifier as _};
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem, KeyStatus, SubjectKey};
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::nonce::evidence_nonce;
use meridian_wire::oid::POLICY_LOCATION_0;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};

use crate::check_signature::CheckSignature;
use crate::countries::Boundaries;
use crate::means::Means;
use crate::policy::{AppraisalPolicy, PolicyDocument};

/// When the evidence of tests is accepted: 2026-11-23T19:15:46Z.
pub(crate) const ACCEPTED_MS: i64 = 1_795_461_346_000;
/// The age of its challenge.
pub(crate) const CHALLENGE_AGE_MS: i64 = 11_000;
/// The document of tests, as the nonce covers it.
pub(crate) const IMPRINT: [u8; 32] = [0xd0; 32];

/// A device with one key.
pub(crate) enum Device {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Device {
    /// With a P-256 key.
    pub(crate) fn new() -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap())
    }

    /// One of each algorithm.
    pub(crate) fn all() -> [Self; 3] {
        [
            Self::new(),
            Self::P384(p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap()),
            Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[7; 32])),
        ]
    }

    /// Another P-256 key than that of `new`.
    pub(crate) fn other() -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap())
    }

    pub(crate) const fn algorithm(&self) -> EvidenceAlgorithm {
        match self {
            Self::P256(_) => EvidenceAlgorithm::Es256,
            Self::P384(_) => EvidenceAlgorithm::Es384,
            Self::Ed25519(_) => EvidenceAlgorithm::EdDsa,
        }
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let der = match self {
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::Ed25519(key) => return ed25519_spki(&key.verifying_key()),
        };
        der.unwrap().into_vec()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    /// A compact JWS with this header.
    pub(crate) fn jws_under(&self, header: &str, payload: &str) -> String {
        let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// A compact JWS.
    pub(crate) fn jws(&self, payload: &str) -> String {
        let header = format!(r#"{{"alg":"{}"}}"#, self.algorithm().jose());
        self.jws_under(&header, payload)
    }

    /// A COSE_Sign1 without tags.
    pub(crate) fn sign1(&self, payload: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::P256(_) => iana::Algorithm::ES256,
            Self::P384(_) => iana::Algorithm::ES384,
            Self::Ed25519(_) => iana::Algorithm::EdDSA,
        };
        let sign1 = CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(algorithm).build())
            .payload(payload.to_vec())
            .create_signature(&[], |message| self.sign(message));
        sign1.build().to_vec().unwrap()
    }

    /// The key as a challenge knows it.
    pub(crate) fn subject_key(&self, status: KeyStatus) -> SubjectKey {
        SubjectKey::new(&self.spki(), status, None).unwrap()
    }

    /// The context in which this device answers: enrolled, the document known.
    pub(crate) fn context(&self) -> AppraisalContext {
        let mut context = context();
        context.key = Some(self.subject_key(KeyStatus::Active));
        context.imprint = Some(IMPRINT);
        context
    }

    /// The nonce that it quotes in that context.
    pub(crate) fn nonce(&self, context: &AppraisalContext) -> [u8; 32] {
        let imprint = context.imprint.as_ref();
        evidence_nonce(&context.nonce, imprint, &self.spki(), &context.policy)
    }

    /// Its evidence as a JWT: these members of a location, and these other claims.
    pub(crate) fn jwt(
        &self,
        context: &AppraisalContext,
        location: &str,
        more: &str,
    ) -> EvidenceItem {
        let nonce = URL_SAFE_NO_PAD.encode(self.nonce(context));
        let claims = format!(r#"{{"eat_nonce":"{nonce}","location":{{{location}}}{more}}}"#);
        item(
            EvidenceKind::DEVICE_SIGNED,
            "application/eat+jwt",
            self.jws(&claims).as_bytes(),
        )
    }

    /// Its evidence as a CWT: numbered and named members of a location.
    pub(crate) fn cwt(
        &self,
        context: &AppraisalContext,
        location: Vec<(Value, Value)>,
    ) -> EvidenceItem {
        let claims = Value::Map(vec![
            (10.into(), Value::Bytes(self.nonce(context).to_vec())),
            (264.into(), Value::Map(location)),
        ]);
        item(
            EvidenceKind::DEVICE_SIGNED,
            "application/eat+cwt",
            &self.sign1(&cbor(&claims)),
        )
    }
}

/// RustCrypto, as in the verifier.
pub(crate) struct RustCrypto;

impl CheckSignature for RustCrypto {
    fn check(
        &self,
        algorithm: EvidenceAlgorithm,
        spki: &[u8],
        message: &[u8],
        octets: &[u8],
    ) -> bool {
        let good = match algorithm {
            EvidenceAlgorithm::Es256 => {
                let key = p256::ecdsa::VerifyingKey::from_public_key_der(spki);
                let signature = p256::ecdsa::Signature::from_slice(octets);
                key.ok()
                    .zip(signature.ok())
                    .map(|(k, s)| k.verify(message, &s).is_ok())
            }
            EvidenceAlgorithm::Es384 => {
                let key = p384::ecdsa::VerifyingKey::from_public_key_der(spki);
                let signature = p384::ecdsa::Signature::from_slice(octets);
                key.ok()
                    .zip(signature.ok())
                    .map(|(k, s)| k.verify(message, &s).is_ok())
            }
            _ => {
                let key = ed25519_dalek::VerifyingKey::from_public_key_der(spki);
                let signature = ed25519_dalek::Signature::from_slice(octets);
                key.ok()
                    .zip(signature.ok())
                    .map(|(k, s)| k.verify(message, &s).is_ok())
            }
        };
        good.unwrap_or(false)
    }
}

/// As the crate writes it, whose traits are of another generation than the curves'.
pub(crate) fn ed25519_spki(key: &ed25519_dalek::VerifyingKey) -> Vec<u8> {
    use ed25519_dalek::pkcs8::EncodePublicKey as _;
    key.to_public_key_der().unwrap().into_vec()
}

/// A challenge that nobody's key was named for.
pub(crate) const fn context() -> AppraisalContext {
    let issued = ACCEPTED_MS - CHALLENGE_AGE_MS;
    AppraisalContext::new([0xc0; 32], issued, ACCEPTED_MS, POLICY_LOCATION_0)
}

/// An item whose salt is its content's length.
pub(crate) fn item(kind: EvidenceKind, format: &str, content: &[u8]) -> EvidenceItem {
    let salt = [u8::try_from(content.len() % 256).unwrap(); 32];
    EvidenceItem::new(salt, kind, format, content).unwrap()
}

/// The subject's word.
pub(crate) fn word(location: &str) -> EvidenceItem {
    item(
        EvidenceKind::SELF_ASSERTED,
        "application/json",
        format!("{{{location}}}").as_bytes(),
    )
}

pub(crate) fn cbor(value: &Value) -> Vec<u8> {
    let mut octets = Vec::new();
    ciborium::into_writer(value, &mut octets).unwrap();
    octets
}

/// The evaluation policy with a change.
pub(crate) fn policy(change: impl FnOnce(&mut PolicyDocument)) -> AppraisalPolicy {
    let mut document = PolicyDocument::evaluation();
    change(&mut document);
    AppraisalPolicy::new(document).unwrap()
}

/// RustCrypto and the embedded boundaries.
pub(crate) fn means() -> Means<'static> {
    static EMBEDDED: std::sync::LazyLock<Boundaries> =
        std::sync::LazyLock::new(|| Boundaries::embedded().unwrap());
    Means::new(&RustCrypto, Some(&EMBEDDED))
}
