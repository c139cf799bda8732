//! V041 to V044, V047 and V050: the signed attributes say what is signed.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::algorithm::AlgorithmView;
use meridian_wire::reader::attribute::AttributeView;
use meridian_wire::reader::certificate::TimeView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use super::tst_info::Times;
use crate::crypto::digest::{digest, named};
use crate::finding::{Checked, Finding, Proof};
use crate::instant::parse_x509_time;
use crate::sub_indication::SubIndication;

/// How far signingTime may be from genTime, beyond the accuracy, before it is mentioned.
const SIGNING_TIME_SLACK_US: u64 = 60 * 1_000_000;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct SignedAttrsProofs {
    present: Proof<41>,
    unique: Proof<42>,
    content_type: Proof<43>,
    message_digest: Proof<44>,
    protection: Proof<47>,
    signing_time: Proof<50>,
}

/// Runs the family.
pub(crate) fn check(
    signed: &SignedDataView<'_>,
    signer: &SignerInfoView<'_>,
    times: Option<&Times>,
    findings: &mut Vec<Finding>,
) -> Option<SignedAttrsProofs> {
    let present = present(signer).record(findings);
    let unique = unique(signer).record(findings);
    let content_type = content_type(signer).record(findings);
    let message_digest = message_digest(signed, signer).record(findings);
    let protection = protection(signer).record(findings);
    let signing_time = signing_time(signer, times).record(findings);
    Some(SignedAttrsProofs {
        present: present?,
        unique: unique?,
        content_type: content_type?,
        message_digest: message_digest?,
        protection: protection?,
        signing_time: signing_time?,
    })
}

/// The first value of the first attribute of this type; `unique` sees to there being one.
fn value<'a, 'b>(signer: &'b SignerInfoView<'a>, oid: &ObjectIdentifier) -> Option<&'b Tlv<'a>> {
    signer
        .signed_attrs
        .iter()
        .find(|attribute| attribute.oid.is(oid))?
        .values
        .first()
}

/// V041, RFC 5652 section 5.3: mandatory, because the content is not id-data.
fn present(signer: &SignerInfoView<'_>) -> Checked<41> {
    if signer.signed_attrs_element.is_some() {
        Checked::passed(format!("{} signed attributes", signer.signed_attrs.len()))
    } else {
        Checked::failed("there are no signed attributes")
    }
}

/// V042, RFC 5652 section 11: no attribute twice, and one value in those that take one.
fn unique(signer: &SignerInfoView<'_>) -> Checked<42> {
    let single = [
        oid::CONTENT_TYPE,
        oid::MESSAGE_DIGEST,
        oid::SIGNING_TIME,
        oid::SIGNING_CERTIFICATE,
        oid::SIGNING_CERTIFICATE_V2,
        oid::CMS_ALGORITHM_PROTECTION,
    ];
    let is_single = |attribute: &AttributeView<'_>| single.iter().any(|oid| attribute.oid.is(oid));
    for (index, attribute) in signer.signed_attrs.iter().enumerate() {
        let mut before = signer.signed_attrs.iter().take(index);
        if before.any(|other| other.oid == attribute.oid) {
            return Checked::failed(format!("attribute {} is there twice", attribute.oid));
        }
        if is_single(attribute) && attribute.values.len() != 1 {
            let count = attribute.values.len();
            return Checked::failed(format!("attribute {} has {count} values", attribute.oid));
        }
    }
    Checked::passed("every signed attribute is there once")
}

/// V043, RFC 5652 section 11.1.
fn content_type(signer: &SignerInfoView<'_>) -> Checked<43> {
    let Some(value) = value(signer, &oid::CONTENT_TYPE) else {
        return Checked::failed("the contentType attribute is missing");
    };
    match OidView::read(value, &mut Walk::default()) {
        Ok(oid) if oid.is(&oid::ID_CT_TST_INFO) => Checked::passed("contentType is TSTInfo"),
        Ok(oid) => Checked::failed(format!("contentType is {oid}, not TSTInfo")),
        Err(error) => Checked::failed(format!("contentType cannot be read: {error}")),
    }
}

/// V044, RFC 5652 section 11.2: over the content octets, without tag and length.
fn message_digest(signed: &SignedDataView<'_>, signer: &SignerInfoView<'_>) -> Checked<44> {
    let Some(value) = value(signer, &oid::MESSAGE_DIGEST) else {
        return Checked::failed("the messageDigest attribute is missing");
    };
    let Some(content) = &signed.encapsulated.octets else {
        return Checked::not_run("there is no content to digest");
    };
    let stated = value.require(Tag::OCTET_STRING);
    let stated = stated.and_then(|value| value.octets(&mut Walk::default()));
    let stated = match stated {
        Ok(stated) => stated,
        Err(error) => return Checked::failed(format!("messageDigest cannot be read: {error}")),
    };
    match named(&signer.digest_algorithm) {
        Some(algorithm) if digest(algorithm, content) == *stated => Checked::passed(format!(
            "messageDigest is the {algorithm} digest of TSTInfo"
        )),
        Some(_) => Checked::failed("messageDigest is not the digest of TSTInfo"),
        None => {
            let oid = signer.digest_algorithm.oid;
            Checked::indeterminate(format!("digest algorithm {oid} is not supported"))
                .because(SubIndication::CryptoConstraintsFailure)
        }
    }
}

/// V047, RFC 6211 section 2: the algorithms outside are those that were signed.
fn protection(signer: &SignerInfoView<'_>) -> Checked<47> {
    let Some(value) = value(signer, &oid::CMS_ALGORITHM_PROTECTION) else {
        return Checked::passed("no CMSAlgorithmProtection attribute");
    };
    match read_protection(value) {
        Err(error) => Checked::failed(format!("CMSAlgorithmProtection cannot be read: {error}")),
        Ok((digest, Some(signature)))
            if digest.same_as(&signer.digest_algorithm)
                && signature.same_as(&signer.signature_algorithm) =>
        {
            Checked::passed("the algorithms are those that were signed")
        }
        Ok(_) => Checked::failed("the algorithms are not those that were signed"),
    }
}

/// ```asn1
/// CMSAlgorithmProtection ::= SEQUENCE {
///   digestAlgorithm DigestAlgorithmIdentifier,
///   signatureAlgorithm [1] IMPLICIT SignatureAlgorithmIdentifier OPTIONAL,
///   macAlgorithm [2] IMPLICIT MessageAuthenticationCodeAlgorithm OPTIONAL }
/// ```
fn read_protection<'a>(
    value: &Tlv<'a>,
) -> Result<(AlgorithmView<'a>, Option<AlgorithmView<'a>>), ReadError> {
    let mut walk = Walk::default();
    let mut members = value.sequence()?;
    let digest = AlgorithmView::read(&members.expect(Tag::SEQUENCE, &mut walk)?, &mut walk)?;
    let signature = match members.optional(Tag::context(1), &mut walk)? {
        Some(signature) => Some(AlgorithmView::of_content(&signature, &mut walk)?),
        None => None,
    };
    members.finish(&mut walk)?;
    Ok((digest, signature))
}

/// V050, RFC 5652 section 11.3: the signer's own word; mentioned, never used.
fn signing_time(signer: &SignerInfoView<'_>, times: Option<&Times>) -> Checked<50> {
    let Some(value) = value(signer, &oid::SIGNING_TIME) else {
        return Checked::passed("no signingTime attribute");
    };
    let stated = TimeView::read(value)
        .ok()
        .and_then(|time| parse_x509_time(&time));
    let (Some(stated), Some(times)) = (stated, times) else {
        return Checked::warning("signingTime cannot be compared with genTime; it is not used");
    };
    let apart = stated.get().abs_diff(times.reading.at.get());
    let allowed = times
        .accuracy_us
        .unwrap_or(0)
        .saturating_add(SIGNING_TIME_SLACK_US);
    if apart <= allowed {
        Checked::passed("signingTime is close to genTime; it is not used")
    } else {
        Checked::warning(format!(
            "signingTime {stated} is far from genTime; it is not used"
        ))
    }
}
