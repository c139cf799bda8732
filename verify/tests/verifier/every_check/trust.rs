//! What a token rests on.

use meridian_verify::policy::{RevocationMode, TrustAnchors};
use meridian_verify::report::Report;
use meridian_verify::window::Window;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;

use super::{Case, certified, under};
use super::{Failed, Indeterminate, NotChecked, Warning};
use crate::forge::certificate::{Certificate, authority, purposes};
use crate::forge::der::{extension, null, object, sequence};
use crate::forge::log::{Entry, log_key, policy as log_policy};
use crate::forge::revocation::List;
use crate::forge::world::{CA, GEN_TIME, ROOT, WORLD, judge};
use crate::later;
use crate::support::instant;

pub(super) fn certificate() -> Vec<Case> {
    const RULE: &str = "CHAIN_CONSTRAINTS_FAILURE";
    let purpose = |critical, list: &[oid::ObjectIdentifier]| {
        let list: Vec<_> = list.iter().map(object).collect();
        extension(&oid::EXTENDED_KEY_USAGE, critical, &sequence(&list))
    };
    let of = |extension: Vec<u8>| {
        certified(|mut unit| {
            unit.extensions = vec![extension];
            unit
        })
    };
    let encipher = extension(&oid::KEY_USAGE, true, &[3, 2, 5, 0x20]);
    let ended = element(&[0x81], b"20260501000000Z");
    let period = extension(&oid::PRIVATE_KEY_USAGE_PERIOD, false, &sequence(&[ended]));
    vec![
        (60, Failed, RULE, of(purposes(&[oid::KP_OCSP_SIGNING]))),
        (
            61,
            Failed,
            RULE,
            of(purpose(false, &[oid::KP_TIME_STAMPING])),
        ),
        (
            62,
            Failed,
            RULE,
            of(purpose(
                true,
                &[oid::KP_TIME_STAMPING, oid::KP_OCSP_SIGNING],
            )),
        ),
        (63, Failed, RULE, certified(|unit| unit.with(encipher))),
        (64, Failed, RULE, certified(|unit| unit.with(authority()))),
        (
            65,
            Failed,
            "EXPIRED",
            certified(|unit| unit.dated("2026-01-01T00:00:00Z", "2026-06-15T12:00:00Z")),
        ),
        (
            65,
            Failed,
            "NOT_YET_VALID",
            certified(|unit| unit.dated("2026-06-15T12:00:00Z", "2026-07-15T12:00:00Z")),
        ),
        (66, Failed, RULE, certified(|unit| unit.with(period))),
        (
            67,
            Failed,
            RULE,
            certified(|unit| unit.with(extension(&oid::BASE, true, &null()))),
        ),
    ]
}

/// The honest token, with another certificate of the authority's.
fn below(ca: Certificate) -> Report {
    under(|policy| policy.intermediates = vec![ca.signed(&WORLD.root_key)])
}

/// The honest token with a list of the authority's.
fn listed(change: impl FnOnce(List) -> List) -> Report {
    let list = List::new(CA, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
    under(|policy| policy.crls = vec![change(list).signed(&WORLD.ca_key)])
}

pub(super) fn trust() -> Vec<Case> {
    let ca = || Certificate::ca(2, ROOT, CA, &WORLD.ca_key);
    let no_ca = Certificate::new(2, ROOT, CA, &WORLD.ca_key);
    let ended = ca().dated("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z");
    let root = Certificate::ca(1, ROOT, ROOT, &WORLD.root_key);
    let root = root.dated("2020-01-01T00:00:00Z", "2026-06-01T00:00:00Z");
    let root = root.signed(&WORLD.root_key);
    let until = Window::new(None, Some(instant("2020-01-01T00:00:00Z")));
    let past = vec![(WORLD.root.clone(), until)];
    vec![
        (
            80,
            Indeterminate,
            "NO_CERTIFICATE_CHAIN_FOUND",
            under(|policy| policy.intermediates.clear()),
        ),
        (80, Failed, "CHAIN_CONSTRAINTS_FAILURE", below(no_ca)),
        (
            80,
            Failed,
            "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            below(ended),
        ),
        (
            81,
            Warning,
            "",
            under(|policy| policy.anchors = TrustAnchors::new(vec![root]).unwrap()),
        ),
        (
            81,
            Indeterminate,
            "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
            under(|policy| policy.anchors = TrustAnchors::windowed(past).unwrap()),
        ),
    ]
}

pub(super) fn revocation() -> Vec<Case> {
    let serial = [2, 1, 3];
    let of_root = List::new(ROOT, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
    let of_root = of_root.revoking(&[2, 1, 2], "2026-06-20T00:00:00Z", Some(2), None);
    let revoking = |date, reason| listed(|list| list.revoking(&serial, date, Some(reason), None));
    vec![
        (
            82,
            Indeterminate,
            "TRY_LATER",
            under(|policy| policy.revocation = RevocationMode::Require),
        ),
        (
            83,
            Warning,
            "",
            listed(|mut list| {
                list.this_update = "2026-06-01T00:00:00Z".to_owned();
                list
            }),
        ),
        (84, Failed, "REVOKED", revoking("2026-06-01T00:00:00Z", 4)),
        (
            84,
            Failed,
            "REVOKED_NO_POE",
            revoking("2026-06-20T00:00:00Z", 1),
        ),
        (
            84,
            Failed,
            "REVOKED_CA_NO_POE",
            under(|policy| policy.crls = vec![of_root.signed(&WORLD.root_key)]),
        ),
        (
            85,
            Indeterminate,
            "TRY_LATER",
            revoking("2026-06-20T00:00:00Z", 6),
        ),
    ]
}

fn proven(change: impl FnOnce(&mut Entry), quorum: Option<&str>) -> Report {
    let mut entry = Entry::new(&WORLD.honest(), 77, instant(GEN_TIME));
    change(&mut entry);
    under(|policy| {
        policy.log_key = Some(log_key());
        policy.proof = Some(entry.proof());
        policy.log_policy = quorum.map(|line| log_policy(&[line]));
    })
}

pub(super) fn existence() -> Vec<Case> {
    let at = |time: &str| under(|policy| policy.at = instant(time));
    let weak = under(|policy| {
        let text = include_str!("../../../src/algorithms/built_in.json");
        let cut = r#""ObjectIdentifier": "2.16.840.1.101.3.4.2.1"}, "Evaluation": [{"Validity": {"#;
        let ended = format!("{cut}\"End\": \"2026-07-01\"");
        assert!(text.contains(cut));
        let text = text.replace(cut, &ended);
        let parse = meridian_verify::algorithms::catalogue::Catalogue::parse;
        policy.algorithms = parse(&text).unwrap();
    });
    let superseded = listed(|mut list| {
        list.this_update = "2026-11-01T00:00:00Z".to_owned();
        list.revoking(&[2, 1, 3], "2026-10-01T00:00:00Z", Some(4), None)
    });
    let earlier = later::over(&WORLD.honest(), "2026-06-01T00:00:00Z");
    vec![
        (
            90,
            Failed,
            "SIG_CRYPTO_FAILURE",
            under(|policy| {
                policy.log_key = Some(log_key());
                policy.require_log = true;
            }),
        ),
        (
            91,
            Failed,
            "HASH_FAILURE",
            proven(|entry| entry.siblings.clear(), None),
        ),
        (
            92,
            Failed,
            "HASH_FAILURE",
            proven(|entry| entry.leaf = stranger(), None),
        ),
        (93, Failed, "NO_POE", proven(|_| {}, Some("quorum w1"))),
        (
            100,
            Warning,
            "OUT_OF_BOUNDS_NO_POE",
            at("2040-01-01T00:00:00Z"),
        ),
        (100, Warning, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", weak),
        (100, Warning, "REVOKED_NO_POE", superseded),
        (
            101,
            Indeterminate,
            "TIMESTAMP_ORDER_FAILURE",
            later::judge(&[earlier]),
        ),
        // No later token, no order.
        (102, NotChecked, "", judge(&WORLD.honest())),
    ]
}

fn stranger() -> meridian_wire::leaf::Leaf {
    meridian_wire::leaf::Leaf::time_stamp(instant(GEN_TIME), [7; 32])
}
