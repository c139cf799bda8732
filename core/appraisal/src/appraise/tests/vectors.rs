//! Evidence that other people's code made: `rfc-vectors/location/evidence.py`.

use meridian_rfc_vectors::header::{Expect, Kind};
use meridian_rfc_vectors::vector::{self, Vector};
use meridian_wire::loc::bundle::{KeyStatus, SubjectKey};
use meridian_wire::oid;

use super::*;
use crate::device::item;

fn appraised(vector: &Vector) -> Result<Appraisal, Refusal> {
    let fields = vector.body.fields().unwrap();
    let number = |name| fields.text(name).unwrap().parse::<i64>().unwrap();
    let digest = |name| <[u8; 32]>::try_from(fields.octets(name).unwrap()).unwrap();
    let policy = oid::parse(fields.text("policy").unwrap()).unwrap();
    let (issued, accepted) = (number("issued"), number("accepted"));
    let mut context = AppraisalContext::new(digest("nonce"), issued, accepted, policy);
    context.imprint = Some(digest("imprint"));
    let spki = fields.octets("spki").unwrap();
    context.key = Some(SubjectKey::new(&spki, KeyStatus::Active, None).unwrap());
    let format = fields.text("format").unwrap();
    let content = fields.octets("content").unwrap();
    judge(
        &context,
        &[item(EvidenceKind::DEVICE_SIGNED, format, &content)],
    )
}

#[test]
fn tokens_of_other_libraries_are_read_or_refused_as_they_should_be() {
    let mut taken = 0;
    let vectors = vector::load("location").unwrap();
    let evidence: Vec<_> = vectors
        .iter()
        .filter(|vector| vector.kind == Kind::LocationEvidence)
        .collect();
    assert!(evidence.len() >= 29);
    for vector in evidence {
        let name = &vector.name;
        let appraisal = match (&vector.expect, appraised(vector)) {
            (Expect::VerifyOk, result) => {
                result.unwrap_or_else(|refusal| panic!("{name}: {refusal}"))
            }
            (Expect::Rejected(code), result) => {
                assert_eq!(result.unwrap_err().code(), code, "{name}");
                continue;
            }
            other => panic!("{name}: {other:?}"),
        };
        let fields = vector.body.fields().unwrap();
        let (point, observed) = (appraisal.position.point, appraisal.observed);
        for (field, found) in [
            ("lat_e7", point.lat_e7().to_string()),
            ("lon_e7", point.lon_e7().to_string()),
            ("radius_mm", point.radius_mm().to_string()),
            ("fix_time_ms", observed.fix_time_ms().to_string()),
            ("max_error_ms", observed.max_error_ms().to_string()),
            ("method", appraisal.method.name().to_owned()),
            ("key_signed", appraisal.key_signed.to_string()),
        ] {
            assert_eq!(fields.text(field), Ok(found.as_str()), "{name}: {field}");
        }
        assert_eq!(appraisal.results[0].tier, 2);
        taken += 1;
    }
    assert_eq!(taken, 6);
}
