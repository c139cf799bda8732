//! A simulated device: a real key, a place that it is told, and the tokens that it would sign.
//!
//! It is no part of the product and has no way in that a real device has not: what differs is
//! that nobody attests where its key lives.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Failure;

/// The kind of a device's key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyKind {
    /// ECDSA on P-256: ES256.
    P256,
    /// ECDSA on P-384: ES384.
    P384,
    /// Ed25519: EdDSA.
    Ed25519,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::Ed25519];
}

#[derive(Clone, Debug)]
enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

/// A device with its key.
#[derive(Clone, Debug)]
pub struct Device {
    key: Key,
}

/// What a device says of its place.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fix {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres that hold it with 95 %.
    pub accuracy: f64,
    /// When, in Unix seconds; `None` leaves it out.
    pub timestamp: Option<i64>,
    /// How it was found.
    pub method: &'static str,
    /// What the device says about simulation; `None` leaves it out.
    pub mock: Option<bool>,
}

impl Fix {
    /// A fix of a satellite receiver, not simulated.
    pub fn gnss(latitude: f64, longitude: f64, accuracy: f64, timestamp: Option<i64>) -> Self {
        Self {
            latitude,
            longitude,
            accuracy,
            timestamp,
            method: "gnss",
            mock: Some(false),
        }
    }

    /// The location object of RFC 9711, in JSON.
    pub fn json(&self) -> Value {
        let mut object = json!({
            "latitude": self.latitude, "longitude": self.longitude, "accuracy": self.accuracy,
            "method": self.method,
        });
        if let (Some(time), Some(object)) = (self.timestamp, object.as_object_mut()) {
            object.insert("timestamp".to_owned(), time.into());
        }
        if let (Some(mock), Some(object)) = (self.mock, object.as_object_mut()) {
            object.insert("mock".to_owned(), mock.into());
        }
        object
    }

    /// The same in CBOR: numbers for what RFC 9711 names, text for the rest.
    fn cbor(&self) -> Cbor {
        let number = |n: i64| Cbor::Integer(n.into());
        let mut map = vec![
            (number(1), Cbor::Float(self.latitude)),
            (number(2), Cbor::Float(self.longitude)),
            (number(4), Cbor::Float(self.accuracy)),
        ];
        if let Some(time) = self.timestamp {
            map.push((number(8), number(time)));
        }
        map.push((Cbor::Text("method".into()), Cbor::Text(self.method.into())));
        if let Some(mock) = self.mock {
            map.push((Cbor::Text("mock".into()), Cbor::Bool(mock)));
        }
        Cbor::Map(map)
    }
}

impl Device {
    /// A device whose key follows from `seed`.
    ///
    /// # Errors
    ///
    /// None for the seeds that there are: any of these scalars is below the order.
    pub fn new(kind: KeyKind, seed: u8) -> Result<Self, Failure> {
        let scalar = [seed | 1; 48];
        let key = match kind {
            KeyKind::P256 => {
                let short = scalar.get(..32).unwrap_or_default();
                Key::P256(p256::ecdsa::SigningKey::from_slice(short)?)
            }
            KeyKind::P384 => Key::P384(p384::ecdsa::SigningKey::from_slice(&scalar)?),
            KeyKind::Ed25519 => Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])),
        };
        Ok(Self { key })
    }

    /// The public key as SubjectPublicKeyInfo.
    ///
    /// # Errors
    ///
    /// None that is known: the encoder's signature has one.
    pub fn spki(&self) -> Result<Vec<u8>, Failure> {
        Ok(match &self.key {
            Key::P256(key) => key.verifying_key().to_public_key_der()?.into_vec(),
            Key::P384(key) => key.verifying_key().to_public_key_der()?.into_vec(),
            // RFC 8410: the two octets that are not the key are always these.
            Key::Ed25519(key) => {
                let head = [
                    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
                ];
                [&head[..], key.verifying_key().as_bytes()].concat()
            }
        })
    }

    /// The private key as PKCS#8, for programs that speak TLS with it.
    ///
    /// # Errors
    ///
    /// None that is known: the encoder's signature has one.
    pub fn pkcs8_pem(&self) -> Result<String, Failure> {
        let ending = LineEnding::LF;
        Ok(match &self.key {
            Key::P256(key) => key.to_pkcs8_pem(ending)?.to_string(),
            Key::P384(key) => key.to_pkcs8_pem(ending)?.to_string(),
            Key::Ed25519(key) => {
                // The traits of another generation than the curves'.
                use ed25519_dalek::pkcs8::{EncodePrivateKey as _, spki::der::pem::LineEnding};
                key.to_pkcs8_pem(LineEnding::LF)?.to_string()
            }
        })
    }

    /// SHA-256 of the public key: the subject of a claim.
    ///
    /// # Errors
    ///
    /// As [`Self::spki`].
    pub fn key_hash(&self) -> Result<[u8; 32], Failure> {
        Ok(Sha256::digest(self.spki()?).into())
    }

    /// The public key as a JWK (RFC 7517).
    pub fn jwk(&self) -> Value {
        let b64 = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        match &self.key {
            Key::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let of =
                    |half: Option<&p256::FieldBytes>| half.map_or(String::new(), |half| b64(half));
                json!({"kty": "EC", "crv": "P-256", "x": of(point.x()), "y": of(point.y())})
            }
            Key::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let of =
                    |half: Option<&p384::FieldBytes>| half.map_or(String::new(), |half| b64(half));
                json!({"kty": "EC", "crv": "P-384", "x": of(point.x()), "y": of(point.y())})
            }
            Key::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64(key.verifying_key().as_bytes())})
            }
        }
    }

    /// An EAT as JWT (RFC 9711), signed: nonce and place.
    pub fn jwt(&self, nonce: &[u8], fix: &Fix) -> String {
        self.jws(&json!({
            "eat_nonce": URL_SAFE_NO_PAD.encode(nonce), "location": fix.json(),
        }))
    }

    /// An EAT as CWT, signed: nonce and place.
    ///
    /// # Errors
    ///
    /// An encoder's.
    pub fn cwt(&self, nonce: &[u8], fix: &Fix) -> Result<Vec<u8>, Failure> {
        let number = |n: i64| Cbor::Integer(n.into());
        let claims = vec![
            (number(10), Cbor::Bytes(nonce.to_vec())),
            (number(264), fix.cbor()),
        ];
        let mut payload = Vec::new();
        ciborium::into_writer(&Cbor::Map(claims), &mut payload)?;
        let algorithm = match &self.key {
            Key::P256(_) => iana::Algorithm::ES256,
            Key::P384(_) => iana::Algorithm::ES384,
            Key::Ed25519(_) => iana::Algorithm::EdDSA,
        };
        CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(algorithm).build())
            .payload(payload)
            .create_signature(&[], |message| self.sign(message))
            .build()
            .to_tagged_vec()
            .map_err(|error| error.to_string().into())
    }

    /// What enrolment asks for: a signature over the nonce of the challenge and the subject.
    pub fn proof_of_possession(&self, nonce: &[u8], subject: &str) -> String {
        self.jws(&json!({"nonce": URL_SAFE_NO_PAD.encode(nonce), "sub": subject}))
    }

    /// A compact JWS (RFC 7515 7.1).
    pub fn jws(&self, payload: &Value) -> String {
        let algorithm = match &self.key {
            Key::P256(_) => "ES256",
            Key::P384(_) => "ES384",
            Key::Ed25519(_) => "EdDSA",
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&json!({"alg": algorithm})), part(payload));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// A signature as JOSE and COSE write it: r and s, each at full length.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Key::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Key::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::pkcs8::EncodePublicKey as _;

    use super::*;

    #[test]
    fn an_ed25519_key_is_written_as_its_own_crate_writes_it() {
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let device = Device::new(KeyKind::Ed25519, 7).unwrap();
        let expected = key.verifying_key().to_public_key_der().unwrap();
        assert_eq!(device.spki().unwrap(), expected.as_bytes());
    }

    #[test]
    fn a_signature_has_the_fixed_length_of_jose() {
        for (kind, length) in KeyKind::ALL.into_iter().zip([64, 96, 64]) {
            let device = Device::new(kind, 9).unwrap();
            assert_eq!(device.sign(b"x").len(), length, "{kind:?}");
        }
    }
}
