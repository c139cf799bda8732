//! [`TstInfo`]: what the authority signs.

use super::accuracy::Accuracy;
use super::extension::TstExtensions;
use super::gen_time::GenTime;
use super::imprint::MessageImprint;
use super::nonce::Nonce;
use super::serial::SerialNumber;
use crate::der_walk::tag;
use crate::der_write::{push, tlv};
use crate::oid::ObjectIdentifier;

/// The content of a token that we issue. Others' are read by the reader.
///
/// ```text
/// TSTInfo ::= SEQUENCE {
///     version         INTEGER { v1(1) },
///     policy          TSAPolicyId,
///     messageImprint  MessageImprint,
///     serialNumber    INTEGER,
///     genTime         GeneralizedTime,
///     accuracy        Accuracy                 OPTIONAL,
///     ordering        BOOLEAN             DEFAULT FALSE,
///     nonce           INTEGER                  OPTIONAL,
///     tsa             [0] GeneralName          OPTIONAL,
///     extensions      [1] IMPLICIT Extensions  OPTIONAL }
/// ```
///
/// RFC 3161 2.4.2. We never write `tsa`: the signed attributes name the certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TstInfo {
    /// Policy that the authority followed.
    pub policy: ObjectIdentifier,
    /// The request's imprint, octet for octet.
    pub imprint: MessageImprint,
    /// Number of the token.
    pub serial: SerialNumber,
    /// Time shown.
    pub gen_time: GenTime,
    /// Bound of its error.
    pub accuracy: Option<Accuracy>,
    /// Whether genTime alone orders all tokens of this authority.
    pub ordering: bool,
    /// The request's nonce.
    pub nonce: Option<Nonce>,
    /// What we say besides: never what a request said.
    pub extensions: TstExtensions,
}

impl TstInfo {
    /// The required fields; all others absent.
    #[must_use]
    pub const fn new(
        policy: ObjectIdentifier,
        imprint: MessageImprint,
        serial: SerialNumber,
        gen_time: GenTime,
    ) -> Self {
        Self {
            policy,
            imprint,
            serial,
            gen_time,
            accuracy: None,
            ordering: false,
            nonce: None,
            extensions: TstExtensions::NONE,
        }
    }

    /// With the error bound.
    #[must_use]
    pub const fn with_accuracy(mut self, accuracy: Accuracy) -> Self {
        self.accuracy = Some(accuracy);
        self
    }

    /// With the ordering flag.
    #[must_use]
    pub const fn with_ordering(mut self, ordering: bool) -> Self {
        self.ordering = ordering;
        self
    }

    /// With the request's nonce, if it had one.
    #[must_use]
    pub fn with_nonce(mut self, nonce: Option<Nonce>) -> Self {
        self.nonce = nonce;
        self
    }

    /// With extensions.
    #[must_use]
    pub fn with_extensions(mut self, extensions: TstExtensions) -> Self {
        self.extensions = extensions;
        self
    }

    /// The DER that is signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let nonce = self.nonce.as_ref().map(Nonce::as_der_content);
        let extensions = self.extensions.to_der();
        let nonce_len = nonce.map_or(0, <[u8]>::len);
        let variable = self.imprint.as_der().len() + nonce_len + extensions.len();
        let mut content = Vec::with_capacity(variable + 128);
        push(&mut content, tag::INTEGER, &[1]);
        push(&mut content, tag::OID, self.policy.as_bytes());
        content.extend_from_slice(self.imprint.as_der());
        push(&mut content, tag::INTEGER, self.serial.as_der_content());
        let gen_time = self.gen_time.text();
        push(&mut content, tag::GENERALIZED_TIME, gen_time.as_bytes());
        if let Some(accuracy) = &self.accuracy {
            content.extend_from_slice(&accuracy.to_der());
        }
        if self.ordering {
            push(&mut content, tag::BOOLEAN, &[0xff]);
        }
        if let Some(nonce) = nonce {
            push(&mut content, tag::INTEGER, nonce);
        }
        content.extend_from_slice(&extensions);
        tlv(tag::SEQUENCE, &[&content])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{LOCATION_CLAIM, POLICY_COMPATIBLE, POLICY_PRECISE};
    use crate::time::UnixMicros;
    use crate::tsp::extension::TstExtension;
    use crate::tsp::hash::HashAlgorithm;

    fn minimal() -> TstInfo {
        TstInfo::new(
            POLICY_COMPATIBLE,
            MessageImprint::new(HashAlgorithm::Sha256, &[7; 32]).unwrap(),
            SerialNumber::from_u64(0x80).unwrap(),
            GenTime::micros(UnixMicros::new(0)).unwrap(),
        )
    }

    #[test]
    fn writes_no_field_that_has_its_default() {
        let policy = hex::encode(POLICY_COMPATIBLE.as_bytes());
        let imprint = hex::encode(minimal().imprint.as_der());
        let time = hex::encode("19700101000000Z");
        let content = format!(
            "02010106{:02x}{policy}{imprint}02020080180f{time}",
            policy.len() / 2
        );
        let whole = format!("30{:02x}{content}", content.len() / 2);
        assert_eq!(hex::encode(minimal().encode()), whole);
    }

    #[test]
    fn writes_every_field_in_order() {
        let full = minimal()
            .with_accuracy(Accuracy::from_micros_ceil(1_000_000))
            .with_ordering(true)
            .with_nonce(Some(Nonce::from_u64(5)));
        let der = hex::encode(full.encode());
        assert!(der.ends_with("5a30030201010101ff020105"), "{der}");
    }

    #[test]
    fn writes_extensions_last_and_nothing_where_there_is_none() {
        let plain = minimal().with_nonce(Some(Nonce::from_u64(5)));
        let none = plain.clone().with_extensions(TstExtensions::NONE);
        assert_eq!(plain.encode(), none.encode());
        let extension = TstExtension::new(LOCATION_CLAIM, vec![5, 0]);
        let der = plain.with_extensions(extension.clone().into()).encode();
        let list = tlv(tag::context_constructed(1), &[&extension.to_der()]);
        assert!(der.ends_with(&[&[2, 1, 5][..], &list].concat()));
    }

    /// RFC 3161 2.1 item 9: nothing about who asked; 2.4.2: `tsa` is optional, and absent.
    #[test]
    fn has_no_field_for_the_authority_or_who_asked() {
        use crate::der_walk::Tlv;
        let der = minimal().with_nonce(Some(Nonce::from_u64(9))).encode();
        let mut walk = Tlv::only(&der, tag::SEQUENCE).unwrap().walk();
        let mut tags = Vec::new();
        while !walk.is_empty() {
            tags.push(walk.next().unwrap().tag);
        }
        // version, policy, messageImprint, serialNumber, genTime, nonce.
        let time = tag::GENERALIZED_TIME;
        assert_eq!(tags, [2, tag::OID, tag::SEQUENCE, 2, time, 2]);
    }

    #[test]
    #[expect(clippy::disallowed_types, reason = "a second opinion on our encoding")]
    fn x509_tsp_reads_the_whole_second_form() {
        use der::Decode;
        let info = minimal().with_nonce(Some(Nonce::from_u64(9)));
        let read = x509_tsp::TstInfo::from_der(&info.encode()).unwrap();
        assert_eq!(read.serial_number.as_bytes(), [0, 0x80]);
        assert_eq!(read.nonce.unwrap().as_bytes(), [9]);
        assert_ne!(read.policy, POLICY_PRECISE);
    }
}
