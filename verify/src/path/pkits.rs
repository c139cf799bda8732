//! The Public Key Interoperability Test Suite of NIST (PKITS 1.0.1), which exercises every
//! rule of RFC 5280 sections 6.1 and 6.3. Skipped where its files are not at hand.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use serde_json::Value;

use crate::certificate::{is_valid_over, unknown_critical};
use crate::crypto::memory::SignatureMemory;
use crate::instant::Interval;
use crate::path::find_path;
use crate::path::validate::Terms;
use crate::policy::RevocationMode;
use crate::pool::{GivenCertificates, Pool};
use crate::revocation::budget::Budget;
use crate::revocation::material::Material;
use crate::revocation::{Freshness, Inquiry, Word};
use crate::window::Window;

const ANCHOR: &str = "TrustAnchorRootCertificate.crt";
const ANCHOR_CRL: &str = "TrustAnchorRootCRL.crl";

/// Cases that end otherwise than NIST expects, each with its reason. One that no longer
/// applies fails the test.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "valid_dsa_signatures_test4",
        "DSA is not supported: no authority signs with it",
    ),
    (
        "valid_dsa_parameter_inheritance_test5",
        "DSA is not supported",
    ),
];

/// Extensions that a certificate of a user may have critical here.
const KNOWN: &[ObjectIdentifier] = &[
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::CERTIFICATE_POLICIES,
    oid::POLICY_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::SUBJECT_ALT_NAME,
    oid::CRL_DISTRIBUTION_POINTS,
];

struct Suite(PathBuf);

impl Suite {
    fn certificate(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join("certs").join(name)).unwrap()
    }

    fn crl(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join("crls").join(name)).unwrap()
    }
}

fn names<'v>(case: &'v Value, key: &str) -> Vec<&'v str> {
    let list = case[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|name| name.as_str().unwrap()).collect()
}

/// Whether the path of a case is good, and if not, why.
fn outcome(suite: &Suite, case: &Value) -> Result<(), String> {
    let anchor = suite.certificate(ANCHOR);
    let target = suite.certificate(case["cert"].as_str().unwrap());
    let others: Vec<_> = names(case, "other_certs")
        .into_iter()
        .map(|name| suite.certificate(name))
        .collect();
    let lists: Vec<_> = names(case, "crls")
        .into_iter()
        .chain([ANCHOR_CRL])
        .map(|name| suite.crl(name))
        .collect();
    let read = |der| CertificateReading::read(der, &mut Walk::default());
    for other in &others {
        read(other).map_err(|error| error.to_string())?;
    }
    let intermediates = others.iter().map(Vec::as_slice);
    let given = GivenCertificates::of([(&*anchor, Window::ALWAYS)].into_iter(), intermediates);
    let memory = SignatureMemory::default();
    let pool = Pool::of(&given, &memory);
    let mut material = Material::default();
    for list in &lists {
        material.add_crl(list);
    }
    let target = read(&target).map_err(|error| error.to_string())?;
    let at = UnixMicros::parse_rfc3339("2026-11-24T00:00:00Z").unwrap();
    let terms = terms(&case["params"], Interval::instant(at));
    if !is_valid_over(&target, terms.interval) {
        return Err("not valid at this time".to_owned());
    }
    if let Some(oid) = unknown_critical(&target, KNOWN) {
        return Err(format!("unknown critical extension {oid}"));
    }
    let path = find_path(&target, &pool, &terms).map_err(|fault| fault.to_string())?;
    let length = usize::try_from(case["path_len"].as_u64().unwrap()).unwrap();
    assert_eq!(path.issuers.len() + 1, length, "{}", case["name"]);
    if case["revocation"] == Value::Bool(false) {
        return Ok(());
    }
    let inquiry = Inquiry {
        pool: &pool,
        material: &material,
        terms: &terms,
        freshness: Freshness::Current,
        at,
        budget: &Budget::new(),
        mode: RevocationMode::Require,
        depth: 0,
    };
    let subjects = [&target].into_iter().chain(path.issuers.iter().copied());
    for (subject, issuer) in subjects.zip(path.issuers.iter().copied()) {
        let words = inquiry.ask(subject, issuer);
        if words != [Word::Good] {
            return Err(format!("revocation: {words:?}"));
        }
    }
    Ok(())
}

fn terms(params: &Value, interval: Interval) -> Terms {
    let mut terms = Terms::new(interval, oid::KP_TIME_STAMPING);
    let is_set = |key: &str| params[key] == Value::Bool(true);
    terms.explicit_policy = is_set("initial_explicit_policy");
    terms.inhibit_mapping = is_set("initial_policy_mapping_inhibit");
    terms.inhibit_any_policy = is_set("initial_any_policy_inhibit");
    let policies = names(params, "user_initial_policy_set");
    let policies = policies
        .into_iter()
        .filter(|policy| *policy != "any_policy");
    terms.accepted_policies = policies
        .map(|policy| oid::parse(policy).unwrap().as_bytes().to_vec())
        .collect::<BTreeSet<_>>();
    terms
}

#[test]
fn judges_every_case_as_nist_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/pkits/nist_pkits");
    let Ok(text) = fs::read_to_string(root.join("pkits.json")) else {
        println!("skipped: not found: {}", root.display());
        return;
    };
    let suite = Suite(root);
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let good = case.get("error").is_none();
        let outcome = outcome(&suite, case);
        let excepted = EXCEPTIONS.iter().any(|(exception, _)| *exception == name);
        if (outcome.is_ok() == good) == excepted {
            wrong.push(format!(
                "{} {name}: expected {}, got {outcome:?}",
                case["id"], case["error"]
            ));
        }
    }
    println!("{} cases, {} exceptions", cases.len(), EXCEPTIONS.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
