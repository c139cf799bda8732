//! What one CRL says about one certificate.

use meridian_wire::oid;
use meridian_wire::reader::certificate::{CertificateReading, key_usage};
use meridian_wire::reader::crl::{CrlEntryView, CrlView};
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::limits::MAX_ELEMENTS_OF_FILE;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

use crate::certificate::is_ca;
use crate::instant::{Interval, parse_x509_time};
use crate::name::same_name;
use crate::path::has_signed_bytes;

/// cRLSign, bit 6.
const KEY_USAGE_CRL_SIGN: u16 = 0b0000_0010_0000_0000;

/// What a CRL says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Word {
    /// Nothing: another issuer's, not authentic, not readable, or of another scope.
    Nothing,
    /// Not listed, but the list was made before genTime and cannot know.
    TooOld,
    /// Not listed, and the list is younger than genTime.
    Good,
    /// Listed, and tokens from before remain valid (RFC 3161 section 4, item 1).
    RevokedLater(Reason),
    /// Listed on hold: it may be lifted or not.
    OnHold,
    /// Listed in a way that makes the token invalid.
    Revoked(Reason),
}

/// CRLReason (RFC 5280 section 5.3.1); none if the entry has none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reason(Option<u64>);

impl Reason {
    /// Its name in RFC 5280.
    pub(crate) const fn name(self) -> &'static str {
        match self.0 {
            None => "no reason given",
            Some(0) => "unspecified",
            Some(1) => "keyCompromise",
            Some(2) => "cACompromise",
            Some(3) => "affiliationChanged",
            Some(4) => "superseded",
            Some(5) => "cessationOfOperation",
            Some(6) => "certificateHold",
            Some(8) => "removeFromCRL",
            Some(9) => "privilegeWithdrawn",
            Some(10) => "aACompromise",
            Some(_) => "unknown reason",
        }
    }
}

/// Asks one CRL about one certificate, with genTime as an interval. An entry always counts;
/// silence does not if the list is from after `at`, the time of verification.
pub(crate) fn ask(
    crl: &[u8],
    subject: &CertificateReading<'_>,
    issuer: &CertificateReading<'_>,
    interval: Interval,
    at: UnixMicros,
) -> Word {
    let mut walk = Walk::new(MAX_ELEMENTS_OF_FILE);
    let Ok(crl) = CrlView::read(crl, &mut walk) else {
        return Word::Nothing;
    };
    if !is_authentic(&crl, subject, issuer) {
        return Word::Nothing;
    }
    let entry = match crl.find(&subject.serial, &mut walk) {
        Err(_) => return Word::Nothing,
        Ok(entry) => entry.filter(|_| !is_indirect(&crl)),
    };
    if let Some(entry) = entry {
        return judge(&entry, interval).unwrap_or(Word::Revoked(Reason(None)));
    }
    match parse_x509_time(&crl.this_update) {
        Some(this_update) if this_update <= at && covers(&crl, subject) => {
            if this_update < interval.to {
                Word::TooOld
            } else {
                Word::Good
            }
        }
        _ => Word::Nothing,
    }
}

/// RFC 5280 section 6.3.3 (f) and (g), for a CRL by the certificate's own issuer.
fn is_authentic(
    crl: &CrlView<'_>,
    subject: &CertificateReading<'_>,
    issuer: &CertificateReading<'_>,
) -> bool {
    let may_sign = issuer.extensions_of(&oid::KEY_USAGE).all(|extension| {
        let bits = key_usage(extension.value, &mut Walk::default());
        bits.is_ok_and(|bits| bits & KEY_USAGE_CRL_SIGN != 0)
    });
    same_name(&crl.issuer, &subject.issuer)
        && may_sign
        && has_signed_bytes(issuer, &crl.signature_algorithm, crl.tbs, crl.signature)
}

/// RFC 3161 section 4: what an entry means for a token from `interval`.
fn judge(entry: &CrlEntryView<'_>, interval: Interval) -> Result<Word, ReadError> {
    let mut reason = None;
    for extension in entry
        .extensions
        .iter()
        .filter(|extension| extension.oid.is(&oid::CRL_REASON))
    {
        let mut walk = Walk::default();
        let code = Tlv::only(extension.value, &mut walk)?;
        reason = IntegerView::of_content(&code, &mut walk)?.to_u64();
    }
    let reason = Reason(reason);
    let later = parse_x509_time(&entry.revocation_date).is_some_and(|date| date > interval.to);
    Ok(match reason.0 {
        // Item 1: for these reasons, tokens from before the revocation remain valid.
        Some(0 | 3 | 4 | 5) if later => Word::RevokedLater(reason),
        Some(6) => Word::OnHold,
        // Item 2 (compromise), any other reason, and item 1's "if the reasonCode extension is
        // not present, then all the tokens ... shall be considered as invalid".
        _ => Word::Revoked(reason),
    })
}

/// IssuingDistributionPoint (RFC 5280 section 5.2.5), as far as it narrows the list.
///
/// ```asn1
/// IssuingDistributionPoint ::= SEQUENCE {
///   distributionPoint [0] OPTIONAL, onlyContainsUserCerts [1] BOOLEAN DEFAULT FALSE,
///   onlyContainsCACerts [2] BOOLEAN DEFAULT FALSE, onlySomeReasons [3] OPTIONAL,
///   indirectCRL [4] BOOLEAN DEFAULT FALSE, onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
/// ```
struct Scope<'a> {
    point: Option<Tlv<'a>>,
    users_only: bool,
    cas_only: bool,
    narrower: bool,
    indirect: bool,
}

fn scope<'a>(crl: &CrlView<'a>) -> Result<Option<Scope<'a>>, ReadError> {
    let mut points = crl
        .extensions
        .iter()
        .filter(|extension| extension.oid.is(&oid::ISSUING_DISTRIBUTION_POINT));
    let Some(extension) = points.next() else {
        return Ok(None);
    };
    let mut walk = Walk::default();
    let mut members = Tlv::only(extension.value, &mut walk)?.sequence()?;
    let point = members.optional(Tag::context(0), &mut walk)?;
    let mut flag = |number| {
        let flag = members.optional(Tag::context(number), &mut walk)?;
        Ok(flag.is_some_and(|flag| flag.content() != [0]))
    };
    let users_only = flag(1)?;
    let cas_only = flag(2)?;
    let some_reasons = flag(3)?;
    let indirect = flag(4)?;
    let attributes_only = flag(5)?;
    let narrower = some_reasons || attributes_only;
    Ok(Some(Scope {
        point,
        users_only,
        cas_only,
        narrower,
        indirect,
    }))
}

/// An indirect CRL lists certificates of other issuers under the same numbers.
fn is_indirect(crl: &CrlView<'_>) -> bool {
    scope(crl).map_or(true, |scope| scope.is_some_and(|scope| scope.indirect))
}

/// Whether silence of this CRL says anything about the certificate (RFC 5280 section 6.3.3 (b)).
fn covers(crl: &CrlView<'_>, subject: &CertificateReading<'_>) -> bool {
    let understood = [
        oid::ISSUING_DISTRIBUTION_POINT,
        oid::AUTHORITY_KEY_IDENTIFIER,
    ];
    let strange = crl
        .extensions
        .iter()
        .any(|extension| extension.critical && !understood.iter().any(|oid| extension.oid.is(oid)));
    let is_delta = crl
        .extensions
        .iter()
        .any(|extension| extension.oid.is(&oid::DELTA_CRL_INDICATOR));
    let scope = match scope(crl) {
        Err(_) => return false,
        Ok(None) => return !strange && !is_delta,
        Ok(Some(scope)) => scope,
    };
    let is_ca = is_ca(subject);
    let fits = if is_ca {
        !scope.users_only
    } else {
        !scope.cas_only
    };
    let point = scope.point.is_none_or(|point| names_point(subject, &point));
    !strange && !is_delta && fits && point && !scope.narrower && !scope.indirect
}

/// Whether the certificate's cRLDistributionPoints hold a name of this point, octet by octet.
fn names_point(subject: &CertificateReading<'_>, point: &Tlv<'_>) -> bool {
    let mut walk = Walk::default();
    let full_name = point
        .children()
        .and_then(|mut inner| inner.any(Tag::context(0), &mut walk));
    let Ok(mut names) = full_name.and_then(|full_name| full_name.children()) else {
        return false;
    };
    while let Ok(Some(name)) = names.next(&mut walk) {
        let mut points = subject.extensions_of(&oid::CRL_DISTRIBUTION_POINTS);
        let wanted = name.raw();
        let holds = |value: &[u8]| value.windows(wanted.len()).any(|window| window == wanted);
        if !wanted.is_empty() && points.any(|extension| holds(extension.value)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_wire::reader::der_form::element;

    /// A CRL with one entry, number 5, of 2026-06-01; its signature is nonsense.
    fn listed(reason: Option<u8>) -> Vec<u8> {
        let time = |text: &str| element(&[0x17], text.as_bytes());
        let extensions = reason.map_or_else(Vec::new, |reason| {
            let oid = element(&[0x06], oid::CRL_REASON.as_bytes());
            let value = element(&[0x04], &[0x0a, 0x01, reason]);
            element(&[0x30], &element(&[0x30], &[oid, value].concat()))
        });
        let entry = [element(&[0x02], &[5]), time("260601000000Z"), extensions].concat();
        let algorithm = element(&[0x30], &element(&[0x06], oid::ED25519.as_bytes()));
        let tbs = [
            element(&[0x02], &[1]),
            algorithm.clone(),
            element(&[0x30], &[]),
            time("260701000000Z"),
            element(&[0x30], &element(&[0x30], &entry)),
        ];
        let tbs = element(&[0x30], &tbs.concat());
        element(
            &[0x30],
            &[tbs, algorithm, element(&[0x03], &[0, 1])].concat(),
        )
    }

    fn word(reason: Option<u8>, gen_time: &str) -> Word {
        let mut walk = Walk::default();
        let der = listed(reason);
        let crl = CrlView::read(&der, &mut walk).unwrap();
        let number = Tlv::only(&[0x02, 0x01, 0x05], &mut walk).unwrap();
        let number = IntegerView::read(&number, &mut walk).unwrap();
        let entry = crl.find(&number, &mut walk).unwrap().unwrap();
        let gen_time = UnixMicros::parse_rfc3339(gen_time).unwrap();
        judge(&entry, Interval::instant(gen_time)).unwrap()
    }

    #[test]
    fn reads_reasons_as_rfc_3161_section_4_says() {
        let (before, after) = ("2026-05-31T00:00:00Z", "2026-06-02T00:00:00Z");
        for harmless in [0, 3, 4, 5] {
            let reason = Reason(Some(u64::from(harmless)));
            assert_eq!(word(Some(harmless), before), Word::RevokedLater(reason));
            assert_eq!(word(Some(harmless), after), Word::Revoked(reason));
        }
        for fatal in [1, 2, 9, 10, 77] {
            let reason = Reason(Some(u64::from(fatal)));
            assert_eq!(word(Some(fatal), before), Word::Revoked(reason));
        }
        assert_eq!(word(None, before), Word::Revoked(Reason(None)));
        assert_eq!(word(Some(6), before), Word::OnHold);
    }

    #[test]
    fn a_revocation_at_gen_time_is_not_later() {
        let reason = Reason(Some(4));
        assert_eq!(word(Some(4), "2026-06-01T00:00:00Z"), Word::Revoked(reason));
    }
}
