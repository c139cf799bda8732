//! What CRLs say about a certificate (RFC 5280 section 6.3.3).

use meridian_wire::oid;
use meridian_wire::reader::certificate::{CertificateReading, key_usage};
use meridian_wire::reader::crl::CrlEntryView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::general_name::GeneralNameView;
use meridian_wire::reader::limits::MAX_ELEMENTS_OF_FILE;
use meridian_wire::reader::walk::Walk;

use crate::name::same_name;
use crate::path::{Signed, find_path, has_signed_bytes};
use crate::revocation::entries::{is_strange, revocation};
use crate::revocation::material::{Crl, is_at_most};
use crate::revocation::scope::{ALL_REASONS, reasons};
use crate::revocation::{Inquiry, Reason, Revocation, Word};

/// cRLSign, bit 6.
const KEY_USAGE_CRL_SIGN: u16 = 0b0000_0010_0000_0000;

/// Signers of lists that are looked at, one for the list of the other.
const MAX_DEPTH: u8 = 3;

/// removeFromCRL: what the base list says no longer holds.
const REMOVED: Reason = Reason(Some(8));

/// Asks every list. Revocations are told one by one; that a certificate is not revoked only
/// once, and only if lists for every reason say so.
pub(crate) fn ask<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    subject: &CertificateReading<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Vec<Word> {
    let mut words = Vec::new();
    let mut known = 0;
    let mut unknowing = Vec::new();
    for crl in inquiry.material.crls() {
        let reasons = reasons(crl, subject);
        if crl.delta_base.is_some() || reasons == 0 {
            continue;
        }
        let word = match authenticity(inquiry, crl, issuer) {
            Signed::Yes => consult(inquiry, crl, subject, issuer),
            Signed::No => continue,
            Signed::Unsupported => Word::Unsupported,
        };
        match word {
            Word::Good => known |= reasons,
            Word::Nothing => {}
            Word::TooOld | Word::Forgotten | Word::Unsupported => unknowing.push(word),
            word => words.push(word),
        }
    }
    if known == ALL_REASONS {
        words.push(Word::Good);
    } else {
        let reasons = [Word::TooOld, Word::Forgotten, Word::Unsupported];
        words.extend(reasons.into_iter().filter(|word| unknowing.contains(word)));
    }
    words
}

/// What one complete list says, with the newest delta to it.
fn consult<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    crl: &Crl<'a>,
    subject: &CertificateReading<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Word {
    let delta = newest_delta(inquiry, crl, issuer);
    if let Some(delta) = delta {
        match find(delta, subject) {
            Listed::Unreadable => return Word::Nothing,
            Listed::Yes(Revocation {
                reason: REMOVED, ..
            }) => {
                return inquiry.silence(&delta.said(), subject);
            }
            Listed::Yes(revocation) => {
                return inquiry.revoked(&revocation, &delta.said());
            }
            Listed::No | Listed::Strange => {}
        }
    }
    match find(crl, subject) {
        Listed::Yes(revocation) => inquiry.revoked(&revocation, &crl.said()),
        Listed::No if !crl.is_strange => {
            let newest = delta.unwrap_or(crl);
            inquiry.silence(&newest.said(), subject)
        }
        Listed::No | Listed::Strange | Listed::Unreadable => Word::Nothing,
    }
}

/// RFC 5280 section 5.2.4: of the same issuer and scope, made for this list or an older one,
/// and not older than it.
fn newest_delta<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    crl: &Crl<'a>,
    issuer: &'i CertificateReading<'a>,
) -> Option<&'i Crl<'a>> {
    let number = crl.number.as_deref()?;
    let deltas = inquiry.material.crls().filter(|delta| {
        let (Some(base), Some(own)) = (&delta.delta_base, &delta.number) else {
            return false;
        };
        is_at_most(base, number)
            && is_at_most(number, own)
            && same_name(&delta.view.issuer, &crl.view.issuer)
            && delta.point_value == crl.point_value
            && !delta.is_strange
            && delta.this_update.is_some_and(|made| made <= inquiry.at)
            && authenticity(inquiry, delta, issuer) == Signed::Yes
    });
    deltas.max_by_key(|delta| delta.this_update)
}

/// Section 6.3.3 (f) and (g): signed by the certificate's issuer, or by someone of the list's
/// name with a path of his own.
fn authenticity<'i, 'a>(
    inquiry: &Inquiry<'i, 'a>,
    crl: &Crl<'_>,
    issuer: &'i CertificateReading<'a>,
) -> Signed {
    let others = inquiry.pool.all().filter(|other| other.raw != issuer.raw);
    let mut outcome = Signed::No;
    for signer in [issuer].into_iter().chain(others) {
        if !same_name(&signer.subject, &crl.view.issuer)
            || !may_sign(signer)
            || !inquiry.budget.take()
        {
            continue;
        }
        let signed = has_signed_bytes(
            signer,
            &crl.view.signature_algorithm,
            &crl.message(),
            crl.view.signature,
            inquiry.pool.memory,
        );
        let counts = || signer.raw == issuer.raw || is_trusted(inquiry, signer);
        match signed {
            Signed::Yes if counts() => return Signed::Yes,
            Signed::Unsupported if counts() => outcome = Signed::Unsupported,
            _ => {}
        }
    }
    outcome
}

fn may_sign(signer: &CertificateReading<'_>) -> bool {
    signer.extensions_of(&oid::KEY_USAGE).all(|extension| {
        let bits = key_usage(extension.value, &mut Walk::default());
        bits.is_ok_and(|bits| bits & KEY_USAGE_CRL_SIGN != 0)
    })
}

/// Whether another signer has a path to an anchor and is not called revoked.
fn is_trusted<'i, 'a>(inquiry: &Inquiry<'i, 'a>, signer: &'i CertificateReading<'a>) -> bool {
    let is_anchor = inquiry.pool.is_anchor(signer);
    if !is_anchor && inquiry.depth >= MAX_DEPTH {
        return false;
    }
    let Ok(path) = find_path(signer, inquiry.pool, inquiry.terms) else {
        return false;
    };
    let is_trusted_then = path.is_trusted_over(inquiry.terms.interval);
    if is_anchor || !is_trusted_then {
        return is_trusted_then;
    }
    let Some(issuer) = path.issuers.first().copied() else {
        return false;
    };
    let deeper = Inquiry {
        depth: inquiry.depth + 1,
        ..*inquiry
    };
    let words = ask(&deeper, signer, issuer);
    !words
        .iter()
        .any(|word| matches!(word, Word::Revoked { .. } | Word::OnHold))
}

/// Whether a certificate is in a list.
enum Listed {
    No,
    Yes(Revocation),
    /// Not, but the list has entries that are not understood.
    Strange,
    Unreadable,
}

/// Looks through all entries: a later one for the same number overrules an earlier one, and
/// an indirect list says whose certificates follow.
fn find(crl: &Crl<'_>, subject: &CertificateReading<'_>) -> Listed {
    look(crl, subject).unwrap_or(Listed::Unreadable)
}

fn look(crl: &Crl<'_>, subject: &CertificateReading<'_>) -> Result<Listed, ReadError> {
    if crl.point.as_ref().is_some_and(|point| point.indirect) {
        return look_through(crl, subject);
    }
    let entries = crl.entries()?;
    let theirs = same_name(&crl.view.issuer, &subject.issuer);
    Ok(match entries.of(&subject.serial).filter(|_| theirs) {
        Some(revocation) => Listed::Yes(revocation?),
        None if entries.strange => Listed::Strange,
        None => Listed::No,
    })
}

fn look_through(crl: &Crl<'_>, subject: &CertificateReading<'_>) -> Result<Listed, ReadError> {
    let mut walk = Walk::new(MAX_ELEMENTS_OF_FILE);
    let mut theirs = same_name(&crl.view.issuer, &subject.issuer);
    let mut found = Listed::No;
    let mut entries = crl.view.entries()?;
    while let Some(entry) = entries.next(&mut walk)? {
        if let Some(issuers) = certificate_issuer(&entry, &mut walk)? {
            theirs = issuers.iter().any(|name| match name {
                GeneralNameView::Directory(name) => same_name(name, &subject.issuer),
                _ => false,
            });
        }
        if theirs && entry.serial.minimal() == subject.serial.minimal() {
            found = Listed::Yes(revocation(&entry)?);
        } else if is_strange(&entry) && matches!(found, Listed::No) {
            found = Listed::Strange;
        }
    }
    Ok(found)
}

fn certificate_issuer<'a>(
    entry: &CrlEntryView<'a>,
    walk: &mut Walk,
) -> Result<Option<Vec<GeneralNameView<'a>>>, ReadError> {
    let mut extensions = entry.extensions.iter();
    let names = extensions.find(|extension| extension.oid.is(&oid::CERTIFICATE_ISSUER));
    names
        .map(|extension| GeneralNameView::read_value(extension.value, walk))
        .transpose()
}
