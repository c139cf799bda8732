//! The signatures of the tokens and nothing else: keys read, attributes at hand.

use meridian_verify::crypto::key::PublicKey;
use meridian_verify::crypto::scheme::Scheme;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::stamps::Stamps;
use crate::{Failure, each};

/// One signature, and what it is to be checked with.
#[derive(Debug)]
pub(crate) struct Signature {
    scheme: Scheme,
    /// The signed attributes as a SET OF, which is what is signed (RFC 5652 section 5.4).
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signature {
    /// That of a token of ours, whose attributes are DER.
    pub(crate) fn of(token: &[u8]) -> Result<Self, Failure> {
        let mut walk = Walk::default();
        let info = ContentInfoView::read(&Tlv::only(token, &mut walk)?, &mut walk)?;
        let signed = SignedDataView::read(&info.content, &mut walk)?;
        let signer = signed.signers.first().ok_or("no signer")?;
        let element = signer.signed_attrs_element.ok_or("no signed attributes")?;
        let behind_tag = element.raw().get(1..).unwrap_or_default();
        Ok(Self {
            scheme: Scheme::read(&signer.signature_algorithm, Some(HashAlgorithm::Sha512))?,
            message: [&[0x31], behind_tag].concat(),
            signature: signer.signature.to_vec(),
        })
    }
}

/// The key of the unit's certificate.
pub(crate) fn key(certificate: &[u8]) -> Result<PublicKey, Failure> {
    let reading = CertificateReading::read(certificate, &mut Walk::default())?;
    Ok(PublicKey::read(&reading.public_key)?)
}

/// Checks every signature once, on so many threads.
pub(crate) fn verify_all(stamps: &Stamps, jobs: usize) -> Result<(), Failure> {
    each(stamps.signatures.len(), jobs, |place| {
        let one = stamps.signatures.get(place).ok_or("no such signature")?;
        Ok(one
            .scheme
            .verify(&stamps.key, &one.message, &one.signature)?)
    })
}
