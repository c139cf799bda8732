//! V060 to V067: the signer's certificate is one for time-stamping.

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::{
    BasicConstraints, CertificateReading, TimeView, key_purposes, key_usage,
};
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

use super::tst_info::Times;
use crate::certificate::{bounds, unknown_critical};
use crate::finding::{Checked, Finding, Proof};
use crate::instant::parse_x509_time;
use crate::profile::Profile;
use crate::sub_indication::SubIndication;

/// digitalSignature and nonRepudiation, the two highest bits.
const KEY_USAGE_SIGNS: u16 = 0b1100_0000_0000_0000;

/// Critical extensions that are looked at, or whose meaning does not bear on a time-stamp.
const KNOWN_EXTENSIONS: &[ObjectIdentifier] = &[
    oid::EXTENDED_KEY_USAGE,
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::PRIVATE_KEY_USAGE_PERIOD,
];

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct StampingCertificateProofs {
    purpose: Proof<60>,
    purpose_critical: Proof<61>,
    purpose_sole: Proof<62>,
    key_usage: Proof<63>,
    not_a_ca: Proof<64>,
    validity: Proof<65>,
    key_period: Proof<66>,
    extensions: Proof<67>,
}

/// Runs the family.
pub(crate) fn check(
    certificate: &CertificateReading<'_>,
    times: Option<&Times>,
    profile: Profile,
    findings: &mut Vec<Finding>,
) -> Option<StampingCertificateProofs> {
    let purpose = purpose(certificate).record(findings);
    let purpose_critical = purpose_critical(certificate, profile).record(findings);
    let purpose_sole = purpose_sole(certificate).record(findings);
    let key_usage = usage(certificate).record(findings);
    let not_a_ca = not_a_ca(certificate, profile).record(findings);
    let validity = validity(certificate, times).record(findings);
    let key_period = key_period(certificate, times, profile).record(findings);
    let extensions = extensions(certificate).record(findings);
    Some(StampingCertificateProofs {
        purpose: purpose?,
        purpose_critical: purpose_critical?,
        purpose_sole: purpose_sole?,
        key_usage: key_usage?,
        not_a_ca: not_a_ca?,
        validity: validity?,
        key_period: key_period?,
        extensions: extensions?,
    })
}

/// Each purpose; none if the extension is absent or unreadable.
fn purposes<'a>(certificate: &CertificateReading<'a>) -> Option<Vec<OidView<'a>>> {
    let extension = certificate.extensions_of(&oid::EXTENDED_KEY_USAGE).next()?;
    key_purposes(extension.value, &mut Walk::default()).ok()
}

/// V060, RFC 3161 section 2.3.
fn purpose(certificate: &CertificateReading<'_>) -> Checked<60> {
    let is_stamping = |purpose: &OidView<'_>| purpose.is(&oid::KP_TIME_STAMPING);
    match purposes(certificate) {
        None => Checked::failed("the signer's certificate has no readable extendedKeyUsage"),
        Some(purposes) if purposes.iter().any(is_stamping) => Checked::passed("for time-stamping"),
        Some(_) => Checked::failed("the signer's certificate is not for time-stamping"),
    }
}

/// V061, RFC 3161 section 2.3: "MUST be critical".
fn purpose_critical(certificate: &CertificateReading<'_>, profile: Profile) -> Checked<61> {
    match certificate.extensions_of(&oid::EXTENDED_KEY_USAGE).next() {
        None => Checked::not_run("no extendedKeyUsage"),
        Some(extension) if extension.critical => Checked::passed("extendedKeyUsage is critical"),
        Some(_) => Checked::departs(profile, "extendedKeyUsage is not critical"),
    }
}

/// V062, RFC 3161 section 2.3: time-stamping and nothing else, unknown purposes counted.
fn purpose_sole(certificate: &CertificateReading<'_>) -> Checked<62> {
    let count = certificate.extensions_of(&oid::EXTENDED_KEY_USAGE).count();
    match purposes(certificate) {
        None => Checked::not_run("no readable extendedKeyUsage"),
        Some(_) if count > 1 => Checked::failed("extendedKeyUsage is there twice"),
        Some(purposes) if purposes.len() == 1 => Checked::passed("one key purpose"),
        Some(purposes) => {
            let shown: Vec<_> = purposes.iter().map(ToString::to_string).collect();
            Checked::failed(format!("several key purposes: {}", shown.join(", ")))
        }
    }
}

/// V063, RFC 5280 section 4.2.1.3.
fn usage(certificate: &CertificateReading<'_>) -> Checked<63> {
    let Some(extension) = certificate.extensions_of(&oid::KEY_USAGE).next() else {
        return Checked::passed("no keyUsage, so no restriction");
    };
    match key_usage(extension.value, &mut Walk::default()) {
        Err(error) => Checked::failed(format!("keyUsage cannot be read: {error}")),
        Ok(bits) if bits & KEY_USAGE_SIGNS == 0 => Checked::failed("the key is not for signing"),
        Ok(bits) if bits & !KEY_USAGE_SIGNS != 0 => {
            Checked::warning("the key is for signing, and for more")
        }
        Ok(_) => Checked::passed("the key is for signing"),
    }
}

/// V064: an authority's key that signs certificates signs no tokens.
fn not_a_ca(certificate: &CertificateReading<'_>, profile: Profile) -> Checked<64> {
    let Some(extension) = certificate.extensions_of(&oid::BASIC_CONSTRAINTS).next() else {
        return Checked::passed("not a CA");
    };
    match BasicConstraints::read(extension.value, &mut Walk::default()) {
        Err(error) => Checked::failed(format!("basicConstraints cannot be read: {error}")),
        Ok(constraints) if constraints.is_ca => {
            Checked::departs(profile, "the signer's certificate is a CA")
        }
        Ok(_) => Checked::passed("not a CA"),
    }
}

/// V065, RFC 5280 section 6.1.3 at genTime: the whole interval lies in the validity.
fn validity(certificate: &CertificateReading<'_>, times: Option<&Times>) -> Checked<65> {
    let Some(times) = times else {
        return Checked::not_run("genTime cannot be read");
    };
    let Some((first, last)) = bounds(certificate) else {
        return Checked::failed("the validity of the signer's certificate cannot be read");
    };
    let window = format!("{first} to {last}");
    match times.interval {
        Some(interval) if interval.is_within(first, last) => Checked::passed(format!(
            "genTime is within the certificate's validity, {window}"
        )),
        interval => {
            let detail = format!(
                "genTime with its accuracy is not within the certificate's validity, {window}"
            );
            Checked::failed(detail).because(match interval {
                Some(interval) if interval.from < first => SubIndication::NotYetValid,
                _ => SubIndication::Expired,
            })
        }
    }
}

/// V066, EN 319 421 TIS-7.6.7: the key was used within its own period.
///
/// ```asn1
/// PrivateKeyUsagePeriod ::= SEQUENCE {
///   notBefore [0] IMPLICIT GeneralizedTime OPTIONAL, notAfter [1] IMPLICIT GeneralizedTime OPTIONAL }
/// ```
fn key_period(
    certificate: &CertificateReading<'_>,
    times: Option<&Times>,
    profile: Profile,
) -> Checked<66> {
    let Some(extension) = certificate
        .extensions_of(&oid::PRIVATE_KEY_USAGE_PERIOD)
        .next()
    else {
        return Checked::passed("no privateKeyUsagePeriod");
    };
    let Some(interval) = times.and_then(|times| times.interval) else {
        return Checked::not_run("genTime cannot be read");
    };
    match read_key_period(extension.value) {
        None => Checked::departs(profile, "privateKeyUsagePeriod cannot be read"),
        Some((first, last)) if interval.is_within(first, last) => {
            Checked::passed("genTime is within the key's usage period")
        }
        Some(_) => Checked::departs(profile, "genTime is outside the key's usage period"),
    }
}

fn read_key_period(value: &[u8]) -> Option<(UnixMicros, UnixMicros)> {
    let mut walk = Walk::default();
    let mut members = Tlv::only(value, &mut walk).ok()?.sequence().ok()?;
    let mut bound = |tag, absent| {
        let Some(time) = members.optional(tag, &mut walk).ok()? else {
            return Some(absent);
        };
        // Some authorities tag the time explicitly.
        let text = match time.children() {
            Ok(mut inner) => inner.next(&mut walk).ok()??.primitive().ok()?,
            Err(_) => time.content(),
        };
        parse_x509_time(&TimeView::generalized(text))
    };
    let first = bound(Tag::context(0), UnixMicros::new(i64::MIN))?;
    let last = bound(Tag::context(1), UnixMicros::new(i64::MAX))?;
    Some((first, last))
}

/// V067, RFC 5280 section 4.2.
fn extensions(certificate: &CertificateReading<'_>) -> Checked<67> {
    match unknown_critical(certificate, KNOWN_EXTENSIONS) {
        Some(unknown) => Checked::failed(format!("unknown critical extension {unknown}")),
        None => Checked::passed("no unknown critical extension"),
    }
}
