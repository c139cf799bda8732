//! [`PublicKey`]: the key of a subject, as a JWK and as SubjectPublicKeyInfo.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::refusal::Refusal;

/// Octets of a JWK: the largest we take has under 300.
const MAX_JWK_BYTES: usize = 4_096;
/// Before x and y of a point, SEC 1 2.3.3.
const UNCOMPRESSED: u8 = 4;

/// The public key of a subject: P-256, P-384 or Ed25519, in the one encoding that DER and
/// RFC 5480 leave (named curve, point not compressed).
///
/// Not checked: whether the point is on its curve. A signature under one that is not is never
/// good; whoever enrols a key asks for a signature.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PublicKey {
    algorithm: EvidenceAlgorithm,
    spki: Vec<u8>,
}

/// The members of RFC 7517 that matter. Others are passed over (RFC 7517 4), but for those of a
/// private key.
#[derive(Deserialize)]
struct Jwk<'a> {
    kty: &'a str,
    crv: Option<&'a str>,
    x: Option<&'a str>,
    y: Option<&'a str>,
    d: Option<serde::de::IgnoredAny>,
}

impl PublicKey {
    /// The key with this SubjectPublicKeyInfo.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] for any other key type or encoding.
    pub fn from_spki(spki: &[u8]) -> Result<Self, Refusal> {
        let algorithm = EvidenceAlgorithm::of_spki(spki);
        let algorithm = algorithm.ok_or(malformed(
            "no SubjectPublicKeyInfo of P-256, P-384 or Ed25519, point not compressed",
        ))?;
        Ok(Self {
            algorithm,
            spki: spki.to_vec(),
        })
    }

    /// The key in this JSON Web Key (RFC 7517; RFC 7518 6.2, RFC 8037 2).
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] for what is no such key, and for a private one.
    pub fn from_jwk(json: &str) -> Result<Self, Refusal> {
        if json.len() > MAX_JWK_BYTES {
            return Err(malformed("the JWK is too long"));
        }
        let jwk: Jwk<'_> =
            serde_json::from_str(json).map_err(|_| malformed("no JWK of a public key"))?;
        if jwk.d.is_some() {
            return Err(malformed("the JWK holds a private key"));
        }
        match (jwk.kty, jwk.crv) {
            ("EC", Some("P-256")) => Self::on_curve::<32>(EvidenceAlgorithm::Es256, &jwk),
            ("EC", Some("P-384")) => Self::on_curve::<48>(EvidenceAlgorithm::Es384, &jwk),
            ("OKP", Some("Ed25519")) => {
                Self::assemble(EvidenceAlgorithm::EdDsa, &coordinate::<32>(jwk.x)?)
            }
            _ => Err(malformed("the key is not P-256, P-384 or Ed25519")),
        }
    }

    fn on_curve<const N: usize>(
        algorithm: EvidenceAlgorithm,
        jwk: &Jwk<'_>,
    ) -> Result<Self, Refusal> {
        let (x, y) = (coordinate::<N>(jwk.x)?, coordinate::<N>(jwk.y)?);
        Self::assemble(algorithm, &[&[UNCOMPRESSED], &x[..], &y[..]].concat())
    }

    fn assemble(algorithm: EvidenceAlgorithm, key: &[u8]) -> Result<Self, Refusal> {
        let spki = algorithm.spki(key);
        let spki = spki.ok_or(malformed("a coordinate of the JWK is malformed"))?;
        Ok(Self { algorithm, spki })
    }

    /// The algorithm that this key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> EvidenceAlgorithm {
        self.algorithm
    }

    /// The SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the SubjectPublicKeyInfo: the name of the key everywhere.
    #[must_use]
    pub fn hash(&self) -> Digest32 {
        Sha256::digest(&self.spki).into()
    }

    /// The key as a JWK: required members only, in the order of RFC 7638 3.2.
    #[must_use]
    pub fn to_jwk(&self) -> String {
        let key = self.algorithm.key_octets(&self.spki).unwrap_or_default();
        let ec = |curve| {
            let point = key.get(1..).unwrap_or_default();
            let (x, y) = point.split_at_checked(point.len() / 2).unwrap_or_default();
            let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#)
        };
        match self.algorithm {
            EvidenceAlgorithm::Es256 => ec("P-256"),
            EvidenceAlgorithm::Es384 => ec("P-384"),
            _ => {
                let x = URL_SAFE_NO_PAD.encode(key);
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)
            }
        }
    }
}

/// The SubjectPublicKeyInfo of the key in a JSON Web Key.
///
/// # Errors
///
/// As [`PublicKey::from_jwk`].
pub fn spki_of_jwk(json: &str) -> Result<Vec<u8>, Refusal> {
    PublicKey::from_jwk(json).map(|key| key.spki)
}

/// Coordinates have the full length of their field: RFC 7518 6.2.1.2, RFC 8037 2.
fn coordinate<const N: usize>(part: Option<&str>) -> Result<[u8; N], Refusal> {
    let octets = URL_SAFE_NO_PAD.decode(part.unwrap_or_default());
    let octets = octets.ok().and_then(|octets| octets.try_into().ok());
    octets.ok_or(malformed("a coordinate of the JWK is malformed"))
}

const fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed { what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ed25519_spki;
    use p256::pkcs8::EncodePublicKey;

    /// RFC 7515 A.3.1.
    const RFC7515_P256: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    /// RFC 8037 A.2.
    const RFC8037_ED25519: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    #[test]
    fn another_encoder_writes_the_same_octets() {
        let p256 = p256::SecretKey::from_slice(&[7; 32]).unwrap().public_key();
        let p384 = p384::SecretKey::from_slice(&[7; 48]).unwrap().public_key();
        let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        let of_curve = |der: Result<p256::pkcs8::Document, _>| {
            let der: Result<_, p256::pkcs8::spki::Error> = der;
            der.unwrap().into_vec()
        };
        for (der, algorithm) in [
            (of_curve(p256.to_public_key_der()), EvidenceAlgorithm::Es256),
            (of_curve(p384.to_public_key_der()), EvidenceAlgorithm::Es384),
            (ed25519_spki(&ed25519), EvidenceAlgorithm::EdDsa),
        ] {
            let key = PublicKey::from_spki(&der).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(PublicKey::from_jwk(&key.to_jwk()), Ok(key));
        }
    }

    #[test]
    fn reads_the_keys_of_the_standards() {
        let key = PublicKey::from_jwk(RFC7515_P256).unwrap();
        assert_eq!(key.algorithm(), EvidenceAlgorithm::Es256);
        let read = p256::pkcs8::DecodePublicKey::from_public_key_der(key.spki());
        let _: p256::PublicKey = read.unwrap();
        let key = PublicKey::from_jwk(RFC8037_ED25519).unwrap();
        assert_eq!(key.spki(), spki_of_jwk(&key.to_jwk()).unwrap());
        // RFC 8037 A.3 hashes exactly these octets.
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(key.to_jwk()));
        assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn members_that_do_not_matter_are_passed_over() {
        let more = RFC8037_ED25519.replace('{', r#"{"use":"sig","kid":"1","key_ops":["verify"],"#);
        assert_eq!(
            PublicKey::from_jwk(&more),
            PublicKey::from_jwk(RFC8037_ED25519)
        );
    }

    #[test]
    fn a_private_key_is_refused_by_name() {
        let private = RFC8037_ED25519.replace('{', r#"{"d":"AAAA","#);
        let refusal = PublicKey::from_jwk(&private).unwrap_err();
        assert_eq!(refusal, malformed("the JWK holds a private key"));
    }

    #[test]
    fn other_keys_and_forms_are_refused() {
        let short = RFC7515_P256.replace("f83O", "");
        for jwk in [
            "",
            "[]",
            "{}",
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"RSA","n":"AAAA","e":"AQAB"}"#,
            &RFC7515_P256.replace("P-256", "P-521"),
            &RFC7515_P256.replace("P-256", "P-384"),
            &RFC7515_P256.replace("a0\"", "a0=\""),
            &RFC7515_P256.replace("\"y\"", "\"z\""),
            &RFC7515_P256.replace("\"kty\":\"EC\"", "\"kty\":\"EC\",\"kty\":\"EC\""),
            &short,
            &RFC8037_ED25519.replace("Ed25519", "X25519"),
            &format!("{RFC8037_ED25519}{}", " ".repeat(MAX_JWK_BYTES)),
        ] {
            assert!(PublicKey::from_jwk(jwk).is_err(), "{jwk}");
        }
    }

    #[test]
    fn an_spki_has_one_form() {
        let der = spki_of_jwk(RFC7515_P256).unwrap();
        assert!(PublicKey::from_spki(&der).is_ok());
        let mut compressed = der.clone();
        compressed[26] = 2;
        for broken in [
            &der[..der.len() - 1],
            &[der.as_slice(), &[0]].concat(),
            &compressed,
            &[],
        ] {
            assert!(PublicKey::from_spki(broken).is_err());
        }
    }
}
