//! Every check says no to something, and says which sub-indication of EN 319 102-1 that is.
//!
//! A check that is taken out is missing here, and so is one that was never put in. How a departure
//! counts in each profile is tried in `profiles`.

mod token;
mod trust;

use meridian_verify::explain::all;
use meridian_verify::finding::{CheckId, Status};
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::profile::departures;
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::Model;
use meridian_wire::oid;
use sha2::Sha256;

use crate::forge::certificate::Certificate;
use crate::forge::key::Key;
use crate::forge::rsa;
use crate::forge::token::{Token, TstInfo};
use crate::forge::world::{WORLD, judge, judge_under, tst_info, unit};

use Status::{Failed, Indeterminate, NotChecked, Passed, Warning};

/// A check, how it ends, what that is called, and in which report.
type Case = (u16, Status, &'static str, Report);

fn signed(token: &Token) -> Vec<u8> {
    token.signed(&WORLD.unit_key)
}

/// A token whose TSTInfo was changed.
fn said(change: impl FnOnce(&mut TstInfo)) -> Report {
    let mut info = tst_info();
    change(&mut info);
    judge(&signed(&WORLD.token(&info)))
}

/// A token that was changed before it was signed.
fn made(change: impl FnOnce(Token) -> Token) -> Report {
    judge(&signed(&change(WORLD.token(&tst_info()))))
}

/// A token by a unit with another certificate.
fn certified(change: impl FnOnce(Certificate) -> Certificate) -> Report {
    let unit = change(unit(&WORLD.unit_key));
    judge(&signed(&WORLD.token_of(
        &unit,
        &WORLD.unit_key,
        &tst_info(),
    )))
}

/// The honest token under another policy.
fn under(change: impl FnOnce(&mut VerifyPolicy)) -> Report {
    let mut policy = WORLD.policy();
    change(&mut policy);
    judge_under(&WORLD.honest(), &policy)
}

/// A token by a key that is none.
fn by(spki: Vec<u8>) -> Report {
    let key = Key::new(spki, rsa::pkcs1(), |_| vec![1; 256]);
    let token = WORLD.token_of(&unit(&key), &key, &tst_info());
    let token = token.digested::<Sha256>(&oid::SHA_256, &tst_info().der());
    judge(&token.signed(&key))
}

fn cases() -> Vec<Case> {
    let families = [
        token::container(),
        token::tst_info_family(),
        token::imprint(),
        token::signer_info(),
        token::signature(),
        trust::certificate(),
        trust::trust(),
        trust::revocation(),
        trust::existence(),
    ];
    families.into_iter().flatten().collect()
}

#[test]
fn every_check_says_no_and_what_that_is_called() {
    let cases = cases();
    for (id, wanted, reason, report) in &cases {
        let id = CheckId::new(*id);
        let mut findings = report.findings().iter();
        let found = findings.find(|one| one.id == id);
        let found = found.unwrap_or_else(|| panic!("{id} is missing: {report:?}"));
        assert_eq!(found.status, *wanted, "{id}: {found:?}");
        let called = found.sub_indication.map(|one| one.name());
        assert_eq!(called.unwrap_or_default(), *reason, "{id}: {found:?}");
        let json = to_json(report, Model::GenTime).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let checks = json["checks"].as_array().unwrap();
        let shown = checks
            .iter()
            .find(|one| one["id"] == id.to_string())
            .unwrap();
        let urn = format!("urn:etsi:019102:subindication:{reason}");
        let urn = (!reason.is_empty()).then_some(urn);
        assert_eq!(shown["sub_indication"].as_str(), urn.as_deref(), "{id}");
    }
    // The checks about place are from 110 on.
    for one in all().filter(|one| one.id < CheckId::new(110)) {
        let tried = cases.iter().any(|(id, ..)| CheckId::new(*id) == one.id);
        assert!(tried, "nothing tries {}", one.id);
    }
}

#[test]
fn whatever_keeps_a_time_stamp_from_passing_has_a_name_in_the_standard() {
    for (id, _, _, report) in cases() {
        for one in report.findings() {
            let named = one.sub_indication.is_some();
            match one.status {
                Failed | Indeterminate => assert!(named, "{id}: {one:?}"),
                Passed | NotChecked | Status::NotRun => assert!(!named, "{id}: {one:?}"),
                _ => {}
            }
        }
    }
}

#[test]
fn every_row_of_the_profiles_has_a_test_of_its_number() {
    let source = include_str!("../profiles.rs");
    for one in all().filter(|one| departures(one.id).is_some()) {
        let name = format!("#[test]\nfn {}_", one.id.to_string().to_lowercase());
        assert!(source.contains(&name), "{} has no test", one.id);
    }
}

#[test]
fn the_honest_token_departs_from_nothing() {
    let report = judge(&WORLD.honest());
    for one in report.findings() {
        assert!(matches!(one.status, Passed | NotChecked), "{one:?}");
    }
}
