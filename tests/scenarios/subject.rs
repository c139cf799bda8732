//! A subject with an enrolled device.

use meridian_tests::device::{Device, Fix, KeyKind};
use meridian_tests::locating::{Client, Reply, imprint, item, octets, text};
use serde_json::{Value, json};

/// How a device's place is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Cwt,
    Jwt,
}

/// A device, and the name under which its key is enrolled.
pub(crate) struct Subject {
    pub(crate) device: Device,
    pub(crate) name: String,
    /// What later keys, and erasure, need; given over HTTPS only.
    pub(crate) bearer: Option<String>,
}

impl Subject {
    /// Enrols a new device.
    pub(crate) fn enrol(client: &mut Client, kind: KeyKind, name: &str) -> Self {
        let device = Device::new(kind, 11).unwrap();
        let enrolled = ask_enrolment(client, &device, name);
        // 200: the same key has proven itself again.
        assert!(matches!(enrolled.status, 200 | 201), "{enrolled:?}");
        let enrolled = enrolled.json;
        assert_eq!(enrolled["status"], "active", "{enrolled}");
        assert_eq!(
            enrolled["key_hash"],
            hex::encode(device.key_hash().unwrap()),
            "{enrolled}"
        );
        Self {
            bearer: text(&enrolled, "bearer").ok(),
            device,
            name: name.to_owned(),
        }
    }

    /// A device that is enrolled already.
    pub(crate) fn known(device: Device, name: &str) -> Self {
        Self {
            device,
            name: name.to_owned(),
            bearer: None,
        }
    }

    /// A challenge for this key, answered with a place; `document` is signed for, if there is one.
    pub(crate) fn locate(
        &self,
        client: &mut Client,
        fix: &Fix,
        format: Format,
        document: Option<&[u8]>,
    ) -> Reply {
        let request = self.evidence(client, fix, format, document);
        client.evidence(&request).unwrap()
    }

    /// The request that [`Self::locate`] sends.
    pub(crate) fn evidence(
        &self,
        client: &mut Client,
        fix: &Fix,
        format: Format,
        document: Option<&[u8]>,
    ) -> Value {
        let mut asked = json!({"key": self.device.jwk()});
        if let Some(document) = document {
            asked["imprint"] = imprint(document);
        }
        let challenge = client.challenge(&asked).unwrap();
        let nonce = octets(&challenge, "evidence_nonce_b64").unwrap();
        let signed = self.signed(&nonce, fix, format);
        let mut request = json!({"challenge": challenge["id"], "evidence": [signed]});
        if let Some(document) = document {
            request["imprint"] = imprint(document);
        }
        request
    }

    /// The item that the device makes for a nonce.
    pub(crate) fn signed(&self, nonce: &[u8], fix: &Fix, format: Format) -> Value {
        let (media_type, content) = match format {
            Format::Cwt => ("application/eat+cwt", self.device.cwt(nonce, fix).unwrap()),
            Format::Jwt => (
                "application/eat+jwt",
                self.device.jwt(nonce, fix).into_bytes(),
            ),
        };
        item("deviceSigned", media_type, &content)
    }
}

/// Challenge and proof of possession for a key.
pub(crate) fn ask_enrolment(client: &mut Client, device: &Device, name: &str) -> Reply {
    let challenge = client.challenge(&json!({"key": device.jwk()})).unwrap();
    let nonce = octets(&challenge, "evidence_nonce_b64").unwrap();
    let request = json!({
        "challenge": challenge["id"], "key": device.jwk(),
        "pop": device.proof_of_possession(&nonce, name),
    });
    let path = format!("/v1/subjects/{name}/keys");
    client.ask("POST", &path, &request).unwrap()
}
