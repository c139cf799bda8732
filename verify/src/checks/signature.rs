//! V045, V046, V048 and V049: the signature itself.

use meridian_wire::oid;
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::der_form::{set_of, to_der};
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::crypto::digest::named;
use crate::crypto::key::{KeyFault, PublicKey};
use crate::crypto::scheme::{Scheme, SchemeFault, SignatureFault};
use crate::finding::{Checked, Finding, Proof};
use crate::profile::Profile;
use crate::sub_indication::SubIndication::CryptoConstraintsFailure;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct SignatureProofs {
    valid: Proof<45>,
    algorithms: Proof<46>,
    key: KeyProof,
}

/// V048 is about RSA keys, V049 about all others: one of the two applies.
#[derive(Debug)]
enum KeyProof {
    Rsa(Proof<48>),
    Curve(Proof<49>),
}

/// The one place where signed bytes are encoded anew, because RFC 5652 section 5.4 asks
/// for it: the signature is over the DER of the attributes as a SET OF (tag 0x31), not
/// over the `[0]` element in the token, and not over BER if the token is BER.
///
/// # Errors
///
/// [`ReadError`] if an attribute cannot be walked.
pub(crate) fn signed_attrs_as_der_set(signer: &SignerInfoView<'_>) -> Result<Vec<u8>, ReadError> {
    let mut walk = Walk::default();
    let attributes = signer.signed_attrs.iter();
    let attributes: Result<Vec<_>, _> = attributes
        .map(|attribute| to_der(&attribute.element, &mut walk))
        .collect();
    Ok(set_of(attributes?))
}

/// The attributes as sent, only the tag exchanged: what signers sign that do not know DER.
fn signed_attrs_as_sent(signer: &SignerInfoView<'_>) -> Vec<u8> {
    let raw = signer
        .signed_attrs_element
        .map_or(&[][..], |element| element.raw());
    let behind_tag = raw.get(1..).unwrap_or_default();
    [&[0x31], behind_tag].concat()
}

/// What the signer's certificate and SignerInfo say about how to check.
#[derive(Debug)]
pub(crate) struct Means {
    digest: Option<HashAlgorithm>,
    /// The algorithm.
    pub(crate) scheme: Result<Scheme, SchemeFault>,
    /// The signer's key; none if there is no certificate.
    pub(crate) key: Option<Result<PublicKey, KeyFault>>,
    /// Whether the certificate calls the key one of RSA.
    is_rsa: bool,
}

impl Means {
    pub(crate) fn of(
        signer: &SignerInfoView<'_>,
        certificate: Option<&CertificateReading<'_>>,
    ) -> Self {
        let digest = named(&signer.digest_algorithm);
        Self {
            digest,
            scheme: Scheme::read(&signer.signature_algorithm, digest),
            key: certificate.map(|certificate| PublicKey::read(&certificate.public_key)),
            is_rsa: certificate.is_some_and(|certificate| {
                let kind = &certificate.public_key.algorithm.oid;
                kind.is(&oid::RSA_ENCRYPTION) || kind.is(&oid::RSASSA_PSS)
            }),
        }
    }

    /// The algorithm that key and digest algorithm say, where the one that is stated is at odds
    /// with them (V046): some signers name a wrong one and sign as all others do.
    pub(crate) fn meant(&self) -> Option<Scheme> {
        let (Ok(stated), Some(Ok(key)), Some(digest)) = (&self.scheme, &self.key, self.digest)
        else {
            return None;
        };
        let agrees = stated.is_of(key) && stated.fits(digest);
        // RSASSA-PSS states everything itself.
        let is_pss = matches!(stated, Scheme::RsaPss { .. });
        if agrees || is_pss {
            return None;
        }
        Scheme::of_key(key, digest)
    }
}

/// Runs the family.
pub(crate) fn check(
    signer: &SignerInfoView<'_>,
    means: &Means,
    profile: Profile,
    findings: &mut Vec<Finding>,
) -> Option<SignatureProofs> {
    let valid = valid(signer, means, profile).record(findings);
    let algorithms = algorithms(means, profile).record(findings);
    let key = if means.is_rsa {
        rsa_key(means).record(findings).map(KeyProof::Rsa)
    } else {
        curve_key(means).record(findings).map(KeyProof::Curve)
    };
    Some(SignatureProofs {
        valid: valid?,
        algorithms: algorithms?,
        key: key?,
    })
}

/// V045, RFC 5652 section 5.4.
fn valid(signer: &SignerInfoView<'_>, means: &Means, profile: Profile) -> Checked<45> {
    let (Ok(stated), Some(Ok(key))) = (&means.scheme, &means.key) else {
        return Checked::not_run("there is no supported algorithm, or no usable key");
    };
    if signer.signed_attrs_element.is_none() {
        return Checked::not_run("there are no signed attributes to check the signature over");
    }
    let message = match signed_attrs_as_der_set(signer) {
        Ok(message) => message,
        Err(error) => return Checked::failed(format!("an attribute cannot be read: {error}")),
    };
    let holds = |scheme: &Scheme, message: &[u8]| scheme.verify(key, message, &signer.signature);
    let fault = match holds(stated, &message) {
        Ok(()) => return Checked::passed(format!("the signature is right: {}", stated.describe())),
        Err(fault) => fault,
    };
    if !fault.convicts() {
        return Checked::indeterminate(fault.to_string()).because(CryptoConstraintsFailure);
    }
    match other_ways(signer, means, stated, &message, holds) {
        Some(detail) => Checked::departs(profile, detail),
        None => Checked::failed(fault.to_string()),
    }
}

/// What signers are known to do otherwise, if the signature is right that way.
fn other_ways(
    signer: &SignerInfoView<'_>,
    means: &Means,
    stated: &Scheme,
    message: &[u8],
    holds: impl Fn(&Scheme, &[u8]) -> Result<(), SignatureFault>,
) -> Option<String> {
    let as_sent = signed_attrs_as_sent(signer);
    let as_sent = (as_sent != message).then_some(as_sent);
    let is_right = |scheme: &Scheme, message: &[u8]| holds(scheme, message).is_ok();
    if as_sent
        .as_deref()
        .is_some_and(|sent| is_right(stated, sent))
    {
        let detail = "the signature is right over the attributes as sent, which are not DER";
        return Some(detail.to_owned());
    }
    let meant = means.meant()?;
    let mut all = [Some(message), as_sent.as_deref()].into_iter().flatten();
    all.any(|message| is_right(&meant, message)).then(|| {
        format!(
            "the signature is right: {}, as key and digest algorithm say; the signature algorithm \
             that is stated is another",
            meant.describe()
        )
    })
}

/// V046, RFC 5754, RFC 4056, RFC 8419, RFC 9882: digestAlgorithm, signatureAlgorithm and the key
/// agree.
fn algorithms(means: &Means, profile: Profile) -> Checked<46> {
    let scheme = match &means.scheme {
        Ok(scheme) => scheme,
        Err(fault) if fault.convicts() => return Checked::failed(fault.to_string()),
        Err(fault) => {
            return Checked::indeterminate(fault.to_string()).because(CryptoConstraintsFailure);
        }
    };
    let Some(digest) = means.digest else {
        return Checked::indeterminate("the digest algorithm is not supported")
            .because(CryptoConstraintsFailure);
    };
    if let Some(Ok(key)) = &means.key
        && !scheme.is_of(key)
    {
        let (key, scheme) = (key.describe(), scheme.describe());
        let detail = format!("the key is {key}, the signature algorithm is {scheme}");
        return Checked::departs(profile, detail);
    }
    if !scheme.fits(digest) {
        let detail = format!(
            "the digest is {digest}, the signature algorithm is {}",
            scheme.describe()
        );
        return Checked::departs(profile, detail);
    }
    match scheme {
        Scheme::RsaPss { hash, salt_len } if *salt_len != hash.digest_len() => Checked::warning(
            format!("RSA-PSS with a salt of {salt_len} octets, which is unusual"),
        ),
        _ if scheme.outdoes(digest) => Checked::warning(format!(
            "{} over a {digest} digest: the signature is only as strong as the digest",
            scheme.describe()
        )),
        _ => Checked::passed(scheme.describe()),
    }
}

/// V048, RFC 8017: an RSA key that can be judged. Exponents below 65,537 are allowed there; FIPS
/// 186-5 section 5.1 asks for more.
fn rsa_key(means: &Means) -> Checked<48> {
    match &means.key {
        Some(Ok(key)) if key.has_small_exponent() => {
            Checked::warning(format!("{}, with an exponent below 65537", key.describe()))
        }
        Some(Ok(key)) => Checked::passed(key.describe()),
        Some(Err(fault)) if fault.convicts() => Checked::failed(fault.to_string()),
        Some(Err(fault)) => {
            Checked::indeterminate(fault.to_string()).because(CryptoConstraintsFailure)
        }
        None => Checked::not_run("the signer's certificate is not at hand"),
    }
}

/// V049, FIPS 186-5, RFC 5480, RFC 8032: a point on a curve that is known here.
fn curve_key(means: &Means) -> Checked<49> {
    match &means.key {
        Some(Ok(key)) => Checked::passed(key.describe()),
        Some(Err(fault)) if fault.convicts() => Checked::failed(fault.to_string()),
        Some(Err(fault)) => {
            Checked::indeterminate(fault.to_string()).because(CryptoConstraintsFailure)
        }
        None => Checked::not_run("the signer's certificate is not at hand"),
    }
}
