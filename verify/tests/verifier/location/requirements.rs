//! What relying parties ask for: met, unmet, or not to be told from what is open.

use meridian_verify::finding::Status;
use meridian_verify::location::require::Answer;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;

use super::issuer::{Stamp, disclosed, found, required};
use crate::mint::judge;

/// The answer to one requirement, with these slots disclosed.
fn answer(stamp: &Stamp, slots: &[u8], requirement: &str) -> (Answer, String) {
    let mut inputs = required(requirement);
    if !slots.is_empty() {
        inputs.disclosures = disclosed(&[stamp.disclose(slots)]).disclosures;
    }
    let report = judge(&stamp.token(), inputs);
    let required = &report.place().unwrap().required()[0];
    let verdict = match required.answer {
        Answer::Met => Verdict::Passed,
        Answer::Unmet => Verdict::Failed,
        _ => Verdict::Indeterminate,
    };
    assert_eq!(report.verdict(Model::GenTime), verdict, "{report:?}");
    (required.answer, required.detail.clone())
}

/// A stamp that reveals nothing.
fn private() -> Stamp {
    Stamp::signed().with(|claim| claim.revealed.clear())
}

fn all(stamp: &Stamp, slots: &[u8], wanted: Answer, requirements: &[&str]) {
    for requirement in requirements {
        let (found, detail) = answer(stamp, slots, requirement);
        assert_eq!(found, wanted, "{requirement}: {detail}");
    }
}

#[test]
fn level_binding_evidence_and_warnings_are_in_the_claim() {
    let stamp = private();
    all(
        &stamp,
        &[],
        Answer::Met,
        &[
            "level=0",
            "binding=requester",
            "binding=session",
            "binding=deviceSigned",
            "evidence=deviceSigned",
            "evidence=witness|deviceSigned",
            "without=staleFix|manualEntry",
        ],
    );
    all(
        &stamp,
        &[],
        Answer::Unmet,
        &[
            "level=1",
            "level=4",
            "evidence=witness",
            "without=softwareKey",
            "without=any",
        ],
    );
    all(
        &Stamp::asserted(),
        &[],
        Answer::Unmet,
        &["binding=session", "binding=deviceSigned"],
    );
    // The subject's word affirms nothing.
    all(
        &Stamp::asserted(),
        &[],
        Answer::Unmet,
        &["evidence=selfAsserted"],
    );
}

#[test]
fn a_country_must_be_open() {
    let stamp = private();
    all(
        &stamp,
        &[],
        Answer::Undecided,
        &["country=FR", "subdivision=FR-75", "jurisdiction=FR"],
    );
    all(&stamp, &[0], Answer::Met, &["country=FR", "country=DE|FR"]);
    all(
        &stamp,
        &[0],
        Answer::Unmet,
        &["country=DE", "subdivision=DE-BE"],
    );
    all(&stamp, &[0], Answer::Undecided, &["subdivision=FR-75"]);
    // The authority fills no jurisdiction.
    all(&stamp, &[15], Answer::Unmet, &["jurisdiction=FR"]);
    let (_, detail) = answer(&stamp, &[], "country=FR");
    assert!(
        detail.contains("ask the subject for a disclosure"),
        "{detail}"
    );
}

#[test]
fn a_cell_is_decided_by_the_point_or_by_cells() {
    let stamp = private();
    // Resolution 5, the point's own; and a neighbour of it.
    let (own, other) = ("cell=851fb467fffffff", "cell=851fb46ffffffff");
    all(&stamp, &[10], Answer::Met, &[own]);
    all(&stamp, &[10], Answer::Unmet, &[other]);
    all(&stamp, &[3], Answer::Met, &[own]);
    all(&stamp, &[3], Answer::Unmet, &[other]);
    all(&stamp, &[9], Answer::Met, &[own]);
    all(&stamp, &[9], Answer::Unmet, &[other]);
    all(&stamp, &[2], Answer::Undecided, &[own]);
    all(&stamp, &[2], Answer::Unmet, &["cell=872f5a32dffffff"]);
    all(&stamp, &[0], Answer::Undecided, &[own, other]);
}

#[test]
fn a_vicinity_holds_the_whole_disc_or_cell() {
    let stamp = private();
    all(
        &stamp,
        &[10],
        Answer::Met,
        &["near=48.85837:2.29448:7", "near=48.8584:2.2945:500"],
    );
    // The disc has 6.5 m; the centre is where it is asked for.
    all(
        &stamp,
        &[10],
        Answer::Undecided,
        &["near=48.85837:2.29448:6"],
    );
    all(
        &stamp,
        &[10],
        Answer::Unmet,
        &["near=48.87:2.29448:500", "near=-48.85837:2.29448:500"],
    );
    all(&stamp, &[9], Answer::Met, &["near=48.85837:2.29448:100"]);
    all(
        &stamp,
        &[5],
        Answer::Undecided,
        &["near=48.85837:2.29448:100"],
    );
    all(&stamp, &[5], Answer::Unmet, &["near=35.68:139.69:100000"]);
    all(
        &stamp,
        &[0],
        Answer::Undecided,
        &["near=48.85837:2.29448:100"],
    );
}

#[test]
fn age_counts_the_errors_of_both_times_against_it() {
    // The fix is of 5 s before genTime; the token's accuracy is 1 s, and a thousandth more.
    let stamp = private();
    let age_ms = 1_001
        + meridian_wire::time::UnixMicros::parse_rfc3339(crate::mint::GEN_TIME)
            .unwrap()
            .get()
            / 1_000
        - stamp.fields.observed.fix_time_ms()
        + i64::from(stamp.fields.observed.max_error_ms());
    let seconds = age_ms.div_euclid(1_000);
    all(
        &stamp,
        &[],
        Answer::Met,
        &[&format!("max-age={}s", seconds + 1), "max-age=1d"],
    );
    all(
        &stamp,
        &[],
        Answer::Unmet,
        &[&format!("max-age={seconds}s"), "max-age=0s"],
    );
}

#[test]
fn unmet_outweighs_undecided_and_all_are_told() {
    let stamp = private();
    let report = judge(
        &stamp.token(),
        required("country=FR,level=3,level=0,cell=851fb467fffffff"),
    );
    let (status, detail) = found(&report, 117);
    assert_eq!(status, Status::Failed);
    assert!(detail.contains("level=3"), "{detail}");
    let answers: Vec<_> = report
        .place()
        .unwrap()
        .required()
        .iter()
        .map(|one| one.answer)
        .collect();
    let expected = [
        Answer::Undecided,
        Answer::Unmet,
        Answer::Met,
        Answer::Undecided,
    ];
    assert_eq!(answers, expected);
    let report = judge(&stamp.token(), required("country=FR,level=0"));
    assert_eq!(found(&report, 117).0, Status::Indeterminate);
}

#[test]
fn what_does_not_open_meets_nothing() {
    let stamp = private();
    let foreign = Stamp::asserted();
    let mut inputs = required("country=FR");
    let tree = meridian_wire::loc::tree::SlotTree::new(
        meridian_wire::loc::tree::Seed::new([8; 32]),
        [(Slot::COUNTRY, foreign.tree.value(Slot::COUNTRY).clone())],
    );
    let file = Stamp {
        tree: tree.unwrap(),
        ..foreign
    };
    inputs.disclosures = vec![file.disclose(&[0])];
    let report = judge(&stamp.token(), inputs);
    assert_eq!(report.verdict(Model::GenTime), Verdict::Failed);
    assert_eq!(
        report.place().unwrap().required()[0].answer,
        Answer::Undecided
    );
}

#[test]
fn what_the_claim_reveals_counts_as_what_is_disclosed() {
    let stamp = Stamp::signed();
    all(&stamp, &[], Answer::Met, &["country=FR"]);
    let cell = stamp.tree.value(Slot::new(6).unwrap()).clone();
    let leaf = RevealedLeaf::new(Slot::new(6).unwrap(), cell).unwrap();
    let stamp = stamp.with(|claim| claim.revealed.push(leaf));
    all(&stamp, &[], Answer::Met, &["cell=851fb467fffffff"]);
}
