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
use crate::crypto::memory::Message;
use crate::instant::{Interval, parse_x509_time};
use crate::name::same_name;
use crate::path::validate::Terms;
use crate::path::{Signed, has_signed_bytes};
use crate::policy::RevocationMode;
use crate::revocation::entries::invalidity_date;
use crate::revocation::material::generalized;
use crate::revocation::{Freshness, Inquiry, Reason, Revocation, Said, Word};

/// Asks every response.
pub(crate) fn ask<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    subject: &CertificateReading<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Vec<Word> {
    let mut words = Vec::new();
    for response in inquiry.material.responses() {
        let Ok(basic) = BasicOcspView::read(response, &mut Walk::default()) else {
            continue;
        };
        let mut answers = basic
            .responses
            .iter()
            .filter(|answer| is_about(answer, subject, issuer))
            .peekable();
        if answers.peek().is_none() {
            continue;
        }
        match authenticity(inquiry, &basic, issuer) {
            Signed::Yes => {
                words.extend(answers.map(|answer| word(inquiry, &basic, answer, subject)));
            }
            Signed::Unsupported => words.push(Word::Unsupported),
            Signed::No => {}
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
fn authenticity<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    basic: &BasicOcspView<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Signed {
    let message = Message::new(basic.tbs);
    let signed_by = |signer: &CertificateReading<'_>| {
        if !is_named(&basic.responder, signer) || !inquiry.budget.take() {
            return Signed::No;
        }
        has_signed_bytes(
            signer,
            &basic.signature_algorithm,
            &message,
            basic.signature,
            inquiry.pool.memory,
        )
    };
    let mut outcome = signed_by(issuer);
    let produced_at = parse_x509_time(&basic.produced_at);
    // Who answers for others does not answer for those who answer.
    let Some(produced_at) = produced_at.filter(|_| outcome == Signed::No && inquiry.depth == 0)
    else {
        return outcome;
    };
    let inside = basic.certificates.iter();
    let inside = inside.filter_map(|raw| CertificateReading::read(raw, &mut Walk::default()).ok());
    let delegates = inside.chain(inquiry.pool.certificates().cloned());
    for delegate in delegates {
        if !same_name(&delegate.issuer, &issuer.subject) || !is_delegate(&delegate, produced_at) {
            continue;
        }
        let signed = signed_by(&delegate);
        let counts = || {
            is_certified(inquiry, &delegate, issuer)
                && stands(inquiry, &delegate, issuer, produced_at)
        };
        match signed {
            Signed::Yes if counts() => return Signed::Yes,
            Signed::Unsupported if counts() => outcome = Signed::Unsupported,
            _ => {}
        }
    }
    outcome
}

fn is_certified(
    inquiry: &Inquiry<'_, '_>,
    delegate: &CertificateReading<'_>,
    issuer: &CertificateReading<'_>,
) -> bool {
    let (algorithm, signature) = (&delegate.signature_algorithm, delegate.signature);
    let (message, memory) = (Message::new(delegate.tbs), inquiry.pool.memory);
    inquiry.budget.take()
        && has_signed_bytes(issuer, algorithm, &message, signature, memory) == Signed::Yes
}

/// Section 4.2.2.2.1: whether the delegate was itself not revoked when it answered. One with
/// id-pkix-ocsp-nocheck need not be asked about. Of the others a list, or a response by the issuer
/// itself, may tell; that nothing does is left to the client, and counts against the delegate where
/// data is required.
fn stands<'a>(
    inquiry: &Inquiry<'_, 'a>,
    delegate: &CertificateReading<'_>,
    issuer: &CertificateReading<'a>,
    produced_at: UnixMicros,
) -> bool {
    if delegate.extensions_of(&oid::OCSP_NO_CHECK).next().is_some() {
        return true;
    }
    let terms = Terms::new(Interval::instant(produced_at), oid::KP_OCSP_SIGNING);
    let ask = |freshness| {
        let deeper = Inquiry {
            terms: &terms,
            freshness,
            depth: inquiry.depth + 1,
            ..*inquiry
        };
        deeper.ask(delegate, issuer)
    };
    let words = [ask(Freshness::Current), ask(Freshness::After)].concat();
    let condemned = |word: &Word| matches!(word, Word::Revoked { .. } | Word::OnHold);
    let cleared = |word: &Word| matches!(word, Word::Good | Word::RevokedLater { .. });
    !words.iter().any(condemned)
        && (words.iter().any(cleared) || inquiry.mode == RevocationMode::Report)
}

fn is_named(responder: &ResponderView<'_>, signer: &CertificateReading<'_>) -> bool {
    match responder {
        ResponderView::ByName(name) => same_name(name, &signer.subject),
        ResponderView::ByKey(hash) => digest(HashAlgorithm::Sha1, signer.public_key.key) == *hash,
        _ => false,
    }
}

/// id-kp-OCSPSigning, and valid when the response was made.
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
    subject: &CertificateReading<'_>,
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
    let cutoff = answer.extensions.iter().chain(&basic.extensions);
    let mut cutoff = cutoff.filter(|extension| extension.oid.is(&oid::OCSP_ARCHIVE_CUTOFF));
    let said = Said {
        this_update: parse_x509_time(&answer.this_update),
        next_update: answer.next_update.as_ref().and_then(parse_x509_time),
        keeps_since: cutoff.find_map(|extension| generalized(extension.value)),
    };
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
            inquiry.revoked(&revocation, &said)
        }
        CertificateStatus::Good => inquiry.silence(&said, subject),
        _ => Word::Nothing,
    }
}
