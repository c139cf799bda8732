//! Tokens of any content.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::der_form::{element, set_of};
use sha2::{Digest, Sha256, Sha384};

use super::der::{algorithm, attribute, number, object, octets, sequence, tagged, time};
use super::key::Key;

/// What is in a TSTInfo; every field is DER.
#[derive(Clone)]
pub(crate) struct TstInfo {
    pub(crate) version: Vec<u8>,
    pub(crate) policy: Vec<u8>,
    pub(crate) imprint: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) gen_time: Vec<u8>,
    /// Accuracy, ordering, nonce, tsa and extensions, those that are there.
    pub(crate) rest: Vec<Vec<u8>>,
}

impl TstInfo {
    /// About `data`, at a time in whole seconds, to the second.
    pub(crate) fn about(data: &[u8], at: &str) -> Self {
        let sha256 = algorithm(&oid::SHA_256, &[]);
        Self {
            version: number(1),
            policy: object(&oid::POLICY_COMPATIBLE),
            imprint: sequence(&[sha256, octets(&Sha256::digest(data))]),
            serial: number(77),
            gen_time: time(at),
            rest: vec![sequence(&[number(1)])],
        }
    }

    pub(crate) fn with(mut self, member: Vec<u8>) -> Self {
        self.rest.push(member);
        self
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let first = [
            self.version.clone(),
            self.policy.clone(),
            self.imprint.clone(),
            self.serial.clone(),
            self.gen_time.clone(),
        ];
        sequence(&[&first[..], &self.rest].concat())
    }
}

/// What is in a token; every field is DER.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) content_type: Vec<u8>,
    /// `[0]` around the OCTET STRING around TSTInfo.
    pub(crate) content: Vec<u8>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) revocation: Vec<Vec<u8>>,
    pub(crate) sid: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    pub(crate) attributes: Vec<Vec<u8>>,
    pub(crate) signature_algorithm: Vec<u8>,
    pub(crate) unsigned: Vec<Vec<u8>>,
}

impl Token {
    /// An honest one: SHA-384, signed by the holder of this certificate, which it carries.
    pub(crate) fn new(tst_info: &[u8], certificate: &[u8], sid: Vec<u8>, key: &Key) -> Self {
        Self {
            content_type: object(&oid::ID_CT_TST_INFO),
            content: tagged(0, &octets(tst_info)),
            certificates: vec![certificate.to_vec()],
            revocation: Vec::new(),
            sid,
            digest: algorithm(&oid::SHA_384, &[]),
            attributes: vec![
                attribute(&oid::CONTENT_TYPE, &[object(&oid::ID_CT_TST_INFO)]),
                attribute(&oid::MESSAGE_DIGEST, &[octets(&Sha384::digest(tst_info))]),
                identifying(certificate),
            ],
            signature_algorithm: key.algorithm.clone(),
            unsigned: Vec::new(),
        }
    }

    /// With the content's digest by another algorithm.
    pub(crate) fn digested<D: Digest>(mut self, oid: &ObjectIdentifier, tst_info: &[u8]) -> Self {
        self.digest = algorithm(oid, &[]);
        self.attribute(&oid::MESSAGE_DIGEST, &[octets(&D::digest(tst_info))])
    }

    /// With this signed attribute in place of the one of its type, if there is one.
    pub(crate) fn attribute(mut self, oid: &ObjectIdentifier, values: &[Vec<u8>]) -> Self {
        self = self.without(oid);
        self.attributes.push(attribute(oid, values));
        self
    }

    pub(crate) fn without(mut self, oid: &ObjectIdentifier) -> Self {
        let name = object(oid);
        let has = |one: &Vec<u8>| one.windows(name.len()).any(|window| window == name);
        self.attributes.retain(|one| !has(one));
        self
    }

    /// The SET OF that is signed.
    pub(crate) fn signed_set(&self) -> Vec<u8> {
        set_of(self.attributes.clone())
    }

    pub(crate) fn signed(&self, key: &Key) -> Vec<u8> {
        self.with_signature(&key.sign(&self.signed_set()))
    }

    pub(crate) fn with_signature(&self, signature: &[u8]) -> Vec<u8> {
        let set = self.signed_set();
        let attributes = if self.attributes.is_empty() {
            Vec::new()
        } else {
            [&[0xa0][..], &set[1..]].concat()
        };
        let mut signer = vec![
            number(if self.sid[0] == 0x30 { 1 } else { 3 }),
            self.sid.clone(),
            self.digest.clone(),
            attributes,
            self.signature_algorithm.clone(),
            octets(signature),
        ];
        if !self.unsigned.is_empty() {
            signer.push(tagged(1, &self.unsigned.concat()));
        }
        self.around(&[sequence(&signer)])
    }

    /// ContentInfo around these SignerInfos.
    pub(crate) fn around(&self, signers: &[Vec<u8>]) -> Vec<u8> {
        let set = |number, members: &[Vec<u8>]| match members {
            [] => Vec::new(),
            members => tagged(number, &members.concat()),
        };
        let signed_data = sequence(&[
            number(3),
            set_of(vec![self.digest.clone()]),
            sequence(&[self.content_type.clone(), self.content.clone()]),
            set(0, &self.certificates),
            set(1, &self.revocation),
            element(&[0x31], &signers.concat()),
        ]);
        sequence(&[object(&oid::ID_SIGNED_DATA), tagged(0, &signed_data)])
    }
}

/// SigningCertificateV2 with the SHA-256 of this certificate.
pub(crate) fn identifying(certificate: &[u8]) -> Vec<u8> {
    let id = sequence(&[octets(&Sha256::digest(certificate))]);
    let value = sequence(&[sequence(&[id])]);
    attribute(&oid::SIGNING_CERTIFICATE_V2, &[value])
}

/// TimeStampResp with this PKIStatus.
pub(crate) fn response(status: u8, token: &[u8]) -> Vec<u8> {
    sequence(&[sequence(&[vec![2, 1, status]]), token.to_vec()])
}
