//! Certificates of any content.

use meridian_wire::oid::{self, ObjectIdentifier};

use super::der::{bits, extension, integer, name, object, octets, sequence, tagged, time};
use super::key::Key;

/// What is in one; every field is DER, but for the dates.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Certificate {
    /// A bare one from 2026 to 2035.
    pub(crate) fn new(serial: u8, issuer: &str, subject: &str, key: &Key) -> Self {
        Self {
            serial: integer(&[serial]),
            issuer: name(issuer),
            subject: name(subject),
            from: "2026-01-01T00:00:00Z".to_owned(),
            to: "2035-12-31T23:59:59Z".to_owned(),
            spki: key.spki.clone(),
            extensions: Vec::new(),
        }
    }

    /// One that may sign certificates, lists and responses.
    pub(crate) fn ca(serial: u8, issuer: &str, subject: &str, key: &Key) -> Self {
        Self::new(serial, issuer, subject, key)
            .with(authority())
            // keyCertSign and cRLSign.
            .with(extension(&oid::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06]))
    }

    /// One that may sign tokens, and nothing else.
    pub(crate) fn unit(serial: u8, issuer: &str, subject: &str, key: &Key) -> Self {
        Self::new(serial, issuer, subject, key).with(purposes(&[oid::KP_TIME_STAMPING]))
    }

    pub(crate) fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn dated(mut self, from: &str, to: &str) -> Self {
        self.from = from.to_owned();
        self.to = to.to_owned();
        self
    }

    /// TBSCertificate, as it is signed with this AlgorithmIdentifier.
    fn tbs(&self, algorithm: &[u8]) -> Vec<u8> {
        let mut members = vec![
            tagged(0, &[0x02, 0x01, 0x02]),
            self.serial.clone(),
            algorithm.to_vec(),
            self.issuer.clone(),
            sequence(&[time(&self.from), time(&self.to)]),
            self.subject.clone(),
            self.spki.clone(),
        ];
        if !self.extensions.is_empty() {
            members.push(tagged(3, &sequence(&self.extensions)));
        }
        sequence(&members)
    }

    pub(crate) fn signed(&self, key: &Key) -> Vec<u8> {
        let tbs = self.tbs(&key.algorithm);
        let signature = bits(&key.sign(&tbs));
        sequence(&[tbs, key.algorithm.clone(), signature])
    }
}

/// basicConstraints of a CA.
pub(crate) fn authority() -> Vec<u8> {
    let ca = sequence(&[vec![0x01, 0x01, 0xff]]);
    extension(&oid::BASIC_CONSTRAINTS, true, &ca)
}

/// extendedKeyUsage, critical.
pub(crate) fn purposes(of: &[ObjectIdentifier]) -> Vec<u8> {
    let list: Vec<_> = of.iter().map(object).collect();
    extension(&oid::EXTENDED_KEY_USAGE, true, &sequence(&list))
}

pub(crate) fn key_identifier(octet: u8) -> Vec<u8> {
    extension(&oid::SUBJECT_KEY_IDENTIFIER, false, &octets(&[octet; 20]))
}
