//! What OCSP responses say about a certificate (RFC 6960).

use meridian_wire::oid;
use meridian_wire::reader::certificate::{CertificateReading, key_purposes};
use meridian_wire::reader::ocsp::{
    BasicOcspView, CertificateStatus, ResponderView, SingleResponseView,
};
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::certificate::is_valid_over;
use crate::crypto::digest::{digest, named};
use crate::instant::{Interval, parse_x509_time};
use crate::name::same_name;
use crate::path::has_signed_bytes;
use crate::revocation::crl::invalidity_date;
use crate::revocation::{Inquiry, Reason, Revocation, Word};

/// Asks every response.
pub(crate) fn ask<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    subject: &CertificateReading<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Vec<Word> {
    let mut words = Vec::new();
    for response in &inquiry.material.responses {
        let Ok(basic) = BasicOcspView::read(response, &mut Walk::default()) else {
            continue;
        };
        let mut answers = basic
            .responses
            .iter()
            .filter(|answer| is_about(answer, subject, issuer))
            .peekable();
        if answers.peek().is_some() && is_authentic(inquiry, &basic, issuer) {
            words.extend(answers.map(|answer| word(inquiry, &basic, answer)));
        }
    }
    words.retain(|word| *word != Word::Nothing);
    words
}

/// Section 4.1.1: CertID names issuer, issuer's key and number, all three.
fn is_about(
    answer: &SingleResponseView<'_>,
    subject: &CertificateReading<'_>,
    issuer: &CertificateReading<'_>,
) -> bool {
    let Some(algorithm) = named(&answer.hash_algorithm) else {
        return false;
    };
    answer.serial.minimal() == subject.serial.minimal()
        && digest(algorithm, subject.issuer.raw()) == answer.issuer_name_hash
        && digest(algorithm, issuer.public_key.key) == answer.issuer_key_hash
}

/// Section 4.2.2.2: signed by the issuer itself, or by whom the issuer certified for it.
fn is_authentic<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    basic: &BasicOcspView<'_>,
    issuer: &'i CertificateReading<'a>,
) -> bool {
    let signed_by = |signer: &CertificateReading<'_>| {
        is_named(&basic.responder, signer)
            && inquiry.budget.take()
            && has_signed_bytes(
                signer,
                &basic.signature_algorithm,
                basic.tbs,
                basic.signature,
            )
    };
    if signed_by(issuer) {
        return true;
    }
    let Some(produced_at) = parse_x509_time(&basic.produced_at) else {
        return false;
    };
    let inside = basic.certificates.iter();
    let inside = inside.filter_map(|raw| CertificateReading::read(raw, &mut Walk::default()).ok());
    let delegates = inside.chain(inquiry.pool.certificates.iter().cloned());
    delegates
        .filter(|delegate| same_name(&delegate.issuer, &issuer.subject))
        .filter(|delegate| is_delegate(delegate, produced_at))
        .any(|delegate| {
            signed_by(&delegate)
                && inquiry.budget.take()
                && has_signed_bytes(
                    issuer,
                    &delegate.signature_algorithm,
                    delegate.tbs,
                    delegate.signature,
                )
        })
}

fn is_named(responder: &ResponderView<'_>, signer: &CertificateReading<'_>) -> bool {
    match responder {
        ResponderView::ByName(name) => same_name(name, &signer.subject),
        ResponderView::ByKey(hash) => digest(HashAlgorithm::Sha1, signer.public_key.key) == *hash,
        _ => false,
    }
}

/// id-kp-OCSPSigning, and valid when the response was made. Whether the delegate itself is
/// revoked is not asked.
fn is_delegate(delegate: &CertificateReading<'_>, produced_at: UnixMicros) -> bool {
    let mut usages = delegate.extensions_of(&oid::EXTENDED_KEY_USAGE);
    let signs = usages.any(|extension| {
        let purposes = key_purposes(extension.value, &mut Walk::default());
        let wanted = oid::KP_OCSP_SIGNING;
        purposes.is_ok_and(|purposes| purposes.iter().any(|purpose| purpose.is(&wanted)))
    });
    signs && is_valid_over(delegate, Interval::instant(produced_at))
}

fn word(
    inquiry: &Inquiry<'_, '_>,
    basic: &BasicOcspView<'_>,
    answer: &SingleResponseView<'_>,
) -> Word {
    // RFC 6960 section 4.4.5: the extensions of CRL entries may be here too.
    let (dates, others): (Vec<_>, Vec<_>) = answer
        .extensions
        .iter()
        .partition(|extension| extension.oid.is(&oid::INVALIDITY_DATE));
    let mut others = basic.extensions.iter().chain(others);
    if others.any(|extension| extension.critical) {
        return Word::Nothing;
    }
    let this_update = parse_x509_time(&answer.this_update);
    let next_update = answer.next_update.as_ref().and_then(parse_x509_time);
    match &answer.status {
        CertificateStatus::Revoked { time, reason } => {
            let mut dates = dates.into_iter();
            let invalidity =
                dates.find_map(|date| invalidity_date(date, &mut Walk::default()).ok()?);
            let revocation = Revocation {
                date: parse_x509_time(time),
                reason: Reason(*reason),
                invalidity,
            };
            inquiry.revoked(&revocation, this_update, next_update)
        }
        CertificateStatus::Good => inquiry.silence(this_update, next_update),
        _ => Word::Nothing,
    }
}
