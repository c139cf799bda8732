//! Later tokens as proof of existence, and the order of tokens.

use std::sync::LazyLock;

use meridian_verify::asked::AskedFor;
use meridian_verify::finding::Status;
use meridian_verify::input::recognise;
use meridian_verify::later::{LaterTokens, TooManyTokens};
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};

use crate::forge::certificate::Certificate;
use crate::forge::der::{number, sequence};
use crate::forge::key::Key;
use crate::forge::log::{Entry, log_key};
use crate::forge::revocation::List;
use crate::forge::token::{Token, TstInfo, response};
use crate::forge::world::{CA, DATA, GEN_TIME, WORLD, judge_under, sid, tst_info};
use crate::program::{Desk, code, said};
use crate::support::{failed, instant, status, undecided};

const OTHER: &str = "Other root";

/// A second authority that nothing connects with the first; its root ends with the century.
static ROOT_KEY: LazyLock<Key> = LazyLock::new(|| Key::p384(41));
static UNIT_KEY: LazyLock<Key> = LazyLock::new(|| Key::p384(42));

pub(crate) fn root() -> Vec<u8> {
    let root = Certificate::ca(1, OTHER, OTHER, &ROOT_KEY);
    let root = root.dated("2020-01-01T00:00:00Z", "2099-12-31T23:59:59Z");
    root.signed(&ROOT_KEY)
}

/// A token of the other authority over these octets, by a unit that ends with this moment.
fn over_until(octets: &[u8], at: &str, end: &str) -> Vec<u8> {
    stamped(&TstInfo::about(octets, at), end)
}

fn stamped(info: &TstInfo, end: &str) -> Vec<u8> {
    let unit = Certificate::unit(5, OTHER, "Other unit", &UNIT_KEY);
    let unit = unit.dated("2020-01-01T00:00:00Z", end);
    let der = unit.signed(&ROOT_KEY);
    let token = Token::new(&info.der(), &der, sid(&unit), &UNIT_KEY);
    token.signed(&UNIT_KEY)
}

pub(crate) fn over(octets: &[u8], at: &str) -> Vec<u8> {
    over_until(octets, at, "2099-12-31T23:59:59Z")
}

/// Trust in both authorities, these later tokens at hand.
pub(crate) fn policy(later: &[Vec<u8>]) -> VerifyPolicy {
    let mut policy = WORLD.policy();
    policy.anchors = TrustAnchors::new(vec![WORLD.root.clone(), root()]).unwrap();
    let later = later.iter().map(|token| recognise(token).unwrap());
    policy.later_tokens = LaterTokens::new(later.collect()).unwrap();
    policy
}

pub(crate) fn judge(later: &[Vec<u8>]) -> Report {
    judge_under(&WORLD.honest(), &policy(later))
}

/// Years after the certificates of the first authority ended.
fn late(later: &[Vec<u8>]) -> Report {
    let mut policy = policy(later);
    policy.at = instant("2040-01-01T00:00:00Z");
    judge_under(&WORLD.honest(), &policy)
}

const LATER: &str = "2026-07-01T00:00:00Z";

#[test]
fn a_later_token_proves_the_earlier_one_from_the_end_of_its_accuracy_on() {
    let report = judge(&[over(&WORLD.honest(), LATER)]);
    assert_eq!(status(&report, 101), Some(Status::Passed));
    assert_eq!(status(&report, 102), Some(Status::Passed));
    assert_eq!(report.exists_since(), Some(instant("2026-07-01T00:00:01Z")));
    let json: serde_json::Value =
        serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
    assert_eq!(json["exists_since"], "2026-07-01T00:00:01Z");
    let text = to_text(&report, Model::GenTime);
    assert!(
        text.contains("existed at 2026-07-01T00:00:01Z: a later token"),
        "{text}"
    );
    let none = judge(&[]);
    assert_eq!(status(&none, 101), Some(Status::NotChecked));
    assert_eq!(none.exists_since(), None);
}

#[test]
fn it_is_about_the_file_the_response_or_the_token_in_it() {
    let reply = response(0, &WORLD.honest());
    let about = |handed_in: &[u8], stamped: &[u8]| {
        let report = judge_under(handed_in, &policy(&[over(stamped, LATER)]));
        status(&report, 101)
    };
    assert_eq!(about(&reply, &reply), Some(Status::Passed));
    assert_eq!(about(&reply, &WORLD.honest()), Some(Status::Passed));
    // A response is not at hand where only its token is.
    assert_eq!(about(&WORLD.honest(), &reply), Some(Status::Warning));
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(WORLD.honest());
    let pem = format!("-----BEGIN CMS-----\n{text}\n-----END CMS-----\n");
    for text in [text, pem] {
        assert_eq!(
            about(text.as_bytes(), text.as_bytes()),
            Some(Status::Passed)
        );
        assert_eq!(
            about(text.as_bytes(), &WORLD.honest()),
            Some(Status::Passed)
        );
    }
}

#[test]
fn a_later_token_about_the_data_or_anything_else_proves_nothing_of_this_one() {
    for octets in [DATA, b"anything", &[]] {
        let report = judge(&[over(octets, LATER)]);
        assert_eq!(status(&report, 101), Some(Status::Warning));
        assert_eq!(report.exists_since(), None);
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn a_later_token_that_does_not_hold_today_is_not_used() {
    let mut flipped = over(&WORLD.honest(), LATER);
    *flipped.last_mut().unwrap() ^= 1;
    let ended = over_until(&WORLD.honest(), LATER, "2026-10-01T00:00:00Z");
    for unusable in [flipped, ended] {
        let report = judge(&[unusable]);
        assert_eq!(status(&report, 101), Some(Status::Warning));
        assert_eq!(report.exists_since(), None);
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
    // Nobody vouches for the other authority.
    let mut policy = policy(&[over(&WORLD.honest(), LATER)]);
    policy.anchors = TrustAnchors::new(vec![WORLD.root.clone()]).unwrap();
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(status(&report, 101), Some(Status::Warning));
}

#[test]
fn an_expired_token_lives_if_it_was_renewed_before_its_certificates_ended() {
    assert_eq!(late(&[]).models().etsi, Verdict::Indeterminate);
    // They end with the year 2035; the later token's accuracy is a second.
    for (at, verdict) in [
        ("2035-12-31T23:59:58Z", Verdict::Passed),
        ("2035-12-31T23:59:59Z", Verdict::Indeterminate),
        ("2036-01-01T00:00:00Z", Verdict::Indeterminate),
    ] {
        let report = late(&[over(&WORLD.honest(), at)]);
        assert_eq!(report.models().etsi, verdict, "{at}");
        assert_eq!(report.models().gen_time, Verdict::Passed);
    }
}

#[test]
fn a_renewal_may_be_renewed_itself() {
    let first = over_until(
        &WORLD.honest(),
        "2030-01-01T00:00:00Z",
        "2038-01-01T00:00:00Z",
    );
    assert_eq!(
        late(std::slice::from_ref(&first)).models().etsi,
        Verdict::Indeterminate
    );
    let second = over(&first, "2037-01-01T00:00:00Z");
    // In any order.
    for tokens in [[first.clone(), second.clone()], [second, first.clone()]] {
        let report = late(&tokens);
        assert_eq!(report.models().etsi, Verdict::Passed, "{report:?}");
        assert_eq!(report.exists_since(), Some(instant("2030-01-01T00:00:01Z")));
    }
    // Too late for the first renewal.
    let late_second = over(&first, "2038-01-01T00:00:00Z");
    let report = late(&[first, late_second]);
    assert_eq!(report.models().etsi, Verdict::Indeterminate);
}

#[test]
fn a_second_authority_rescues_a_token_whose_key_was_lost_afterwards() {
    let lost = |at: &str, later: &[Vec<u8>]| {
        let mut policy = policy(later);
        let list = List::new(CA, "2026-09-01T00:00:00Z", "2027-09-01T00:00:00Z");
        let list = list.revoking(&[2, 1, 3], at, Some(1), None);
        policy.crls = vec![list.signed(&WORLD.ca_key)];
        judge_under(&WORLD.honest(), &policy)
    };
    let later = [over(&WORLD.honest(), LATER)];
    assert_eq!(failed(&lost("2026-07-01T00:00:02Z", &[])), ["V084"]);
    for (at, verdict) in [
        ("2026-07-01T00:00:02Z", Verdict::Passed),
        ("2026-07-01T00:00:01Z", Verdict::Failed),
        ("2026-07-01T00:00:00Z", Verdict::Failed),
    ] {
        assert_eq!(lost(at, &later).models().gen_time, verdict, "{at}");
    }
    // A token by the lost key itself is no help: it falls with it.
    let own = WORLD.token(&TstInfo::about(&WORLD.honest(), LATER));
    let report = lost("2026-08-01T00:00:00Z", &[own.signed(&WORLD.unit_key)]);
    assert_eq!(failed(&report), ["V084"]);
    assert_eq!(status(&report, 101), Some(Status::Warning));
}

#[test]
fn a_token_over_another_cannot_be_the_earlier_one() {
    // Both have an accuracy of a second: up to two seconds nothing is told.
    for (at, finding, order) in [
        ("2026-06-15T12:00:03Z", Status::Passed, Status::Passed),
        ("2026-06-15T12:00:02Z", Status::Passed, Status::NotChecked),
        ("2026-06-15T11:59:58Z", Status::Passed, Status::NotChecked),
        (
            "2026-06-15T11:59:57Z",
            Status::Indeterminate,
            Status::NotChecked,
        ),
    ] {
        let report = judge(&[over(&WORLD.honest(), at)]);
        assert_eq!(status(&report, 101), Some(finding), "{at}");
        assert_eq!(status(&report, 102), Some(order), "{at}");
        let verdict = match finding {
            Status::Passed => Verdict::Passed,
            _ => Verdict::Indeterminate,
        };
        assert_eq!(report.models().gen_time, verdict, "{at}");
    }
    // One that does not hold accuses nobody.
    let mut flipped = over(&WORLD.honest(), "2026-06-01T00:00:00Z");
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(judge(&[flipped]).models().gen_time, Verdict::Passed);
}

/// Ordering claimed, accuracy a minute.
fn ordering(octets: &[u8], at: &str) -> TstInfo {
    let mut info = TstInfo::about(octets, at);
    info.rest = vec![sequence(&[number(60)]), vec![1, 1, 0xff]];
    info
}

#[test]
fn an_authority_that_claims_ordering_is_taken_at_its_word() {
    let end = "2099-12-31T23:59:59Z";
    let first = stamped(&ordering(DATA, GEN_TIME), end);
    for (at, finding, order) in [
        ("2026-06-15T12:00:01Z", Status::Passed, Status::Passed),
        (GEN_TIME, Status::Passed, Status::NotChecked),
        (
            "2026-06-15T11:59:59Z",
            Status::Indeterminate,
            Status::NotChecked,
        ),
    ] {
        let second = stamped(&ordering(&first, at), end);
        let report = judge_under(&first, &policy(&[second]));
        assert_eq!(status(&report, 101), Some(finding), "{at}");
        assert_eq!(status(&report, 102), Some(order), "{at}");
    }
    // Of another authority the claim says nothing.
    let second = WORLD.token(&ordering(&first, "2026-06-15T11:59:59Z"));
    let report = judge_under(&first, &policy(&[second.signed(&WORLD.unit_key)]));
    assert_eq!(status(&report, 101), Some(Status::Passed));
    assert_eq!(status(&report, 102), Some(Status::NotChecked));
}

#[test]
fn what_is_asked_of_a_token_is_not_asked_of_a_later_one() {
    let mut policy = policy(&[over(&WORLD.honest(), LATER)]);
    policy.log_key = Some(log_key());
    policy.proof = Some(Entry::new(&WORLD.honest(), 77, instant(GEN_TIME)).proof());
    policy.require_log = true;
    policy.policies = vec![meridian_wire::oid::POLICY_COMPATIBLE.to_string()];
    let imprint = tst_info().imprint;
    let request = AskedFor::new(sequence(&[number(1), imprint])).unwrap();
    policy.request = Some(request);
    let report = judge_under(&WORLD.honest(), &policy);
    assert_eq!(status(&report, 101), Some(Status::Passed), "{report:?}");
    assert_eq!(report.models().gen_time, Verdict::Passed);
}

#[test]
fn n15_more_later_tokens_than_are_looked_at() {
    let tokens = |count: u8| {
        let times = (0..count).map(|second| format!("2026-07-01T00:00:{second:02}Z"));
        let tokens = times.map(|at| recognise(&over(b"x", &at)).unwrap());
        LaterTokens::new(tokens.collect()).map(drop)
    };
    assert_eq!(tokens(16), Ok(()));
    let TooManyTokens { count, .. } = tokens(17).unwrap_err();
    assert_eq!(count, 17);
    // The same one counts once.
    let one = recognise(&over(b"x", LATER)).unwrap();
    assert!(LaterTokens::new(vec![one; 100]).is_ok());
}

#[test]
fn the_best_of_several_counts_and_one_that_lies_is_told() {
    let (early, middle) = ("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z");
    let good = [over(&WORLD.honest(), middle), over(&WORLD.honest(), early)];
    let report = judge(&good);
    assert_eq!(report.exists_since(), Some(instant("2026-07-01T00:00:01Z")));
    let lying = over(&WORLD.honest(), "2026-06-01T00:00:00Z");
    let report = judge(&[&good[..], &[lying]].concat());
    assert_eq!(undecided(&report), ["V101"]);
}

#[test]
fn proof_token_takes_files() {
    let desk = Desk::empty();
    desk.put("data", DATA);
    desk.put("token", &WORLD.honest());
    desk.put("root", &WORLD.root);
    desk.put("other-root", &root());
    desk.put("ca", &WORLD.ca);
    desk.put("later", &over(&WORLD.honest(), "2030-01-01T00:00:00Z"));
    let given = [
        "data",
        "--token",
        "token",
        "--trust",
        "root",
        "--trust",
        "other-root",
        "--intermediate",
        "ca",
        "--model",
        "etsi",
        "--at",
        "2040-01-01T00:00:00Z",
    ];
    let run = |more: &[&str]| desk.run(&[&given[..], more].concat());
    assert_eq!(code(&run(&[])), 2);
    let output = run(&["--proof-token", "later"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(code(&run(&["--proof-token", "root"])), 4);
    assert_eq!(code(&run(&["--proof-token", "absent"])), 3);
}
