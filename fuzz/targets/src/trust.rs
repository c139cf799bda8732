//! Paths, lists and responses, each signed by the one whose word it is to be.

use meridian_verify::policy::RevocationMode;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::certificate::{BasicConstraints, CertificateReading};
use meridian_wire::reader::crl::CrlView;
use meridian_wire::reader::der_form::element;
use meridian_wire::reader::ocsp::{BasicOcspView, OcspResponseView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::authority::{
    CA, GEN_TIME, ROOT, certificate, honest, judge, name, policy, signed, token,
};

/// Elements of one input.
const MAX_ELEMENTS: usize = 16;

/// The elements that an input is made of, as far as it is whole.
fn elements(data: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    let mut rest = data;
    while all.len() < MAX_ELEMENTS {
        let Ok((tlv, behind)) = Tlv::first(rest, &mut Walk::default()) else {
            break;
        };
        all.push(tlv.raw());
        rest = behind;
    }
    all
}

/// A path. The input is Name and Extensions of the certificate that the root issues, of the one
/// that this issues, and so on; the last one is the unit's, and makes a token.
///
/// # Panics
///
/// If a token passes below a certificate that does not call itself an authority.
pub fn path(data: &[u8]) {
    let all = elements(data);
    let (pairs, _) = all.as_chunks::<2>();
    let mut chain: Vec<Vec<u8>> = Vec::new();
    let mut above = (name(ROOT), ROOT);
    let mut issuer = above.0.clone();
    for (number, [subject, extensions]) in (ROOT + 1..).zip(pairs) {
        issuer.clone_from(&above.0);
        chain.push(certificate(number, subject, extensions, &above.0, above.1));
        above = (subject.to_vec(), number);
    }
    let (Some((unit, authorities)), Some(mut policy)) = (chain.split_last(), policy()) else {
        return;
    };
    policy.intermediates = authorities.to_vec();
    let report = judge(&token(unit, &issuer, above.1), &policy);
    if report.is_some_and(|report| report.models().gen_time == Verdict::Passed) {
        assert!(
            authorities.iter().all(|one| is_authority(one)),
            "no authority above the unit"
        );
    }
}

/// By another way than the verifier's.
fn is_authority(certificate: &[u8]) -> bool {
    let mut walk = Walk::default();
    let Ok(reading) = CertificateReading::read(certificate, &mut walk) else {
        return false;
    };
    let mut constraints = reading.extensions_of(&oid::BASIC_CONSTRAINTS);
    constraints.any(|extension| {
        BasicConstraints::read(extension.value, &mut Walk::default()).is_ok_and(|one| one.is_ca)
    })
}

/// An empty list of the root's, so that only the unit is in question.
fn roots_list() -> Vec<u8> {
    let time = |text: &[u8]| element(&[0x17], text);
    let members = [
        vec![2, 1, 1],
        element(&[0x30], &element(&[0x06], oid::ED25519.as_bytes())),
        name(ROOT),
        time(b"260701000000Z"),
        time(b"270701000000Z"),
    ];
    signed(&element(&[0x30], &members.concat()), ROOT)
}

/// Whether the honest token passes with these lists and responses, revocation data required.
fn passes(lists: Vec<Vec<u8>>, responses: Vec<Vec<u8>>) -> bool {
    let (token, ca) = honest();
    let Some(mut policy) = policy() else {
        return false;
    };
    policy.intermediates = vec![ca.clone()];
    policy.revocation = RevocationMode::Require;
    policy.crls = lists;
    policy.crls.push(roots_list());
    policy.ocsp_responses = responses;
    judge(token, &policy).is_some_and(|report| report.models().gen_time == Verdict::Passed)
}

/// Whether a time as written, in either form, is not before genTime. Times of one form compare as
/// text.
fn is_fresh(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    match text.len() {
        15 => *text >= *GEN_TIME,
        _ => format!("20{text}").as_str() >= GEN_TIME || *text >= *"50",
    }
}

/// Revocation lists. The input is one TBSCertList after the other, signed by the authority.
///
/// # Panics
///
/// If the silence of lists from before genTime makes a token pass.
pub fn crl(data: &[u8]) {
    let lists: Vec<_> = elements(data)
        .into_iter()
        .map(|tbs| signed(tbs, CA))
        .collect();
    let fresh = lists.iter().any(|list| {
        let view = CrlView::read(list, &mut Walk::default());
        view.is_ok_and(|view| is_fresh(view.this_update.text))
    });
    let passes = passes(lists, Vec::new());
    assert!(fresh || !passes, "old lists cannot know");
}

/// OCSP responses. The input is one ResponseData after the other, signed by the authority.
///
/// # Panics
///
/// If what was said before genTime makes a token pass.
pub fn ocsp(data: &[u8]) {
    let responses: Vec<_> = elements(data)
        .into_iter()
        .map(|tbs| signed(tbs, CA))
        .collect();
    let fresh = responses.iter().any(|response| {
        let Ok(OcspResponseView::Basic(basic)) =
            OcspResponseView::read(response, &mut Walk::default())
        else {
            return false;
        };
        let view = BasicOcspView::read(&basic, &mut Walk::default());
        view.is_ok_and(|view| {
            view.responses
                .iter()
                .any(|one| is_fresh(one.this_update.text))
        })
    });
    let passes = passes(Vec::new(), responses);
    assert!(fresh || !passes, "old responses cannot know");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{UNIT, ca_extensions, unit_extensions};

    #[test]
    fn times_of_both_forms_are_compared_with_gen_time() {
        assert!(is_fresh(b"20260615120000Z") && is_fresh(b"260615120000Z"));
        assert!(!is_fresh(b"20260615115959Z") && !is_fresh(b"260615115959Z"));
    }

    #[test]
    fn an_honest_path_passes_so_that_the_target_reaches_its_end() {
        let (token, ca) = honest();
        let mut policy = policy().unwrap();
        policy.intermediates = vec![ca.clone()];
        let report = judge(token, &policy).unwrap();
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        let input = [name(CA), ca_extensions(), name(UNIT), unit_extensions()].concat();
        assert_eq!(elements(&input).len(), 4);
        path(&input);
    }

    #[test]
    fn lists_and_responses_decide_so_that_the_targets_reach_them() {
        assert!(!passes(Vec::new(), Vec::new()));
        let lists = |name: &str| {
            let saved = match name {
                "empty" => include_bytes!("../../corpus/crl/empty.der").as_slice(),
                "revoked" => include_bytes!("../../corpus/crl/revoked.der"),
                _ => include_bytes!("../../corpus/crl/old.der"),
            };
            elements(saved)
                .into_iter()
                .map(|tbs| signed(tbs, CA))
                .collect()
        };
        assert!(passes(lists("empty"), Vec::new()));
        assert!(!passes(lists("revoked"), Vec::new()));
        assert!(!passes(lists("old"), Vec::new()));
        let good = include_bytes!("../../corpus/ocsp/good.der");
        let revoked = include_bytes!("../../corpus/ocsp/revoked.der");
        assert!(passes(Vec::new(), vec![signed(good, CA)]));
        assert!(!passes(Vec::new(), vec![signed(revoked, CA)]));
    }
}
