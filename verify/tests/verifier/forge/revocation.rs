//! Lists and responses of any content.

use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use sha1::{Digest, Sha1};

use super::der::{algorithm, bits, extension, name, null, object, octets, sequence, tagged, time};
use super::key::Key;

/// What is in a list.
#[derive(Clone)]
pub(crate) struct List {
    /// Name, DER.
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: String,
    pub(crate) next_update: String,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl List {
    /// An empty one.
    pub(crate) fn new(issuer: &str, this_update: &str, next_update: &str) -> Self {
        Self {
            issuer: name(issuer),
            this_update: this_update.to_owned(),
            next_update: next_update.to_owned(),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// With this certificate revoked. The serial is an INTEGER.
    pub(crate) fn revoking(
        mut self,
        serial: &[u8],
        date: &str,
        reason: Option<u8>,
        invalidity: Option<&str>,
    ) -> Self {
        let reason =
            reason.map(|code| extension(&oid::CRL_REASON, false, &element(&[0x0a], &[code])));
        let since = invalidity.map(|date| extension(&oid::INVALIDITY_DATE, false, &time(date)));
        let extensions: Vec<_> = reason.into_iter().chain(since).collect();
        let list = match extensions.as_slice() {
            [] => Vec::new(),
            some => sequence(some),
        };
        self.entries
            .push(sequence(&[serial.to_vec(), time(date), list]));
        self
    }

    pub(crate) fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub(crate) fn signed(&self, key: &Key) -> Vec<u8> {
        let mut members = vec![
            vec![0x02, 0x01, 0x01],
            key.algorithm.clone(),
            self.issuer.clone(),
            time(&self.this_update),
            time(&self.next_update),
        ];
        if !self.entries.is_empty() {
            members.push(sequence(&self.entries));
        }
        if !self.extensions.is_empty() {
            members.push(tagged(0, &sequence(&self.extensions)));
        }
        let tbs = sequence(&members);
        let signature = bits(&key.sign(&tbs));
        sequence(&[tbs, key.algorithm.clone(), signature])
    }
}

/// What is in a response about one certificate.
#[derive(Clone)]
pub(crate) struct Answer {
    /// Name of the certificate's issuer, DER.
    pub(crate) issuer: Vec<u8>,
    /// The issuer's key without its wrapping.
    pub(crate) issuer_key: Vec<u8>,
    /// INTEGER.
    pub(crate) serial: Vec<u8>,
    /// CertStatus, DER.
    pub(crate) status: Vec<u8>,
    pub(crate) this_update: String,
    pub(crate) next_update: String,
    pub(crate) produced_at: String,
    /// Name of who answers, DER.
    pub(crate) responder: Vec<u8>,
    /// Certificates that come along.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// singleExtensions.
    pub(crate) extensions: Vec<Vec<u8>>,
}

pub(crate) fn good() -> Vec<u8> {
    vec![0x80, 0x00]
}

/// Revoked at this time, for this reason.
pub(crate) fn revoked(date: &str, reason: u8) -> Vec<u8> {
    let reason = tagged(0, &element(&[0x0a], &[reason]));
    tagged(1, &[time(date), reason].concat())
}

impl Answer {
    pub(crate) fn signed(&self, key: &Key) -> Vec<u8> {
        let basic = self.basic(key);
        let bytes = sequence(&[object(&oid::OCSP_BASIC), octets(&basic)]);
        sequence(&[element(&[0x0a], &[0]), tagged(0, &bytes)])
    }

    /// BasicOCSPResponse.
    pub(crate) fn basic(&self, key: &Key) -> Vec<u8> {
        let sha1 = algorithm(&oid::SHA_1, &null());
        let certificate = sequence(&[
            sha1,
            octets(&Sha1::digest(&self.issuer)),
            octets(&Sha1::digest(&self.issuer_key)),
            self.serial.clone(),
        ]);
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            some => tagged(1, &sequence(some)),
        };
        let single = sequence(&[
            certificate,
            self.status.clone(),
            time(&self.this_update),
            tagged(0, &time(&self.next_update)),
            extensions,
        ]);
        let tbs = sequence(&[
            tagged(1, &self.responder),
            time(&self.produced_at),
            sequence(&[single]),
        ]);
        let signature = bits(&key.sign(&tbs));
        let certificates = match self.certificates.as_slice() {
            [] => Vec::new(),
            some => tagged(0, &sequence(some)),
        };
        sequence(&[tbs, key.algorithm.clone(), signature, certificates])
    }
}
