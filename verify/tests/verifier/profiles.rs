//! Profiles: what each of them makes of every departure that they judge differently.

use meridian_verify::asked::AskedFor;
use meridian_verify::finding::Status;
use meridian_verify::policy::VerifyPolicy;
use meridian_verify::profile::Profile;
use meridian_verify::report::Report;
use meridian_verify::report::json::to_json;
use meridian_verify::verdict::{Model, Verdict};
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use sha2::{Sha256, Sha384};

use crate::forge::certificate::{Certificate, authority};
use crate::forge::der::{
    extension, generalized, name, number, object, octets, sequence, tagged, time,
};
use crate::forge::revocation::List;
use crate::forge::token::{Token, TstInfo};
use crate::forge::world::{CA, DATA, ROOT, UNIT, WORLD, judge_under, tst_info, unit};
use crate::support::{instant, replace, status};

use Status::{Failed, Indeterminate, NotChecked, Passed, Warning};

/// Trust in the forge, and nobody revoked.
fn policy(profile: Profile) -> VerifyPolicy {
    let mut policy = WORLD.policy();
    policy.adopt(profile);
    let list = |issuer| List::new(issuer, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
    policy.crls = vec![
        list(CA).signed(&WORLD.ca_key),
        list(ROOT).signed(&WORLD.root_key),
    ];
    policy
}

fn under(token: &[u8], profile: Profile) -> Report {
    judge_under(token, &policy(profile))
}

/// A departure from one rule, and how the check ends in each profile.
#[track_caller]
fn ends(id: u16, token: &[u8], wanted: [Status; 3]) {
    for (profile, wanted) in Profile::ALL.into_iter().zip(wanted) {
        let report = under(token, profile);
        let name = profile.name();
        assert_eq!(status(&report, id), Some(wanted), "{name}");
        // Nothing else stands in the way.
        let verdict = match wanted {
            Failed => Verdict::Failed,
            Indeterminate => Verdict::Indeterminate,
            _ => Verdict::Passed,
        };
        assert_eq!(report.models().gen_time, verdict, "{name}: {report:?}");
    }
}

fn signed(token: &Token) -> Vec<u8> {
    token.signed(&WORLD.unit_key)
}

fn stamped(info: &TstInfo) -> Vec<u8> {
    signed(&WORLD.token(info))
}

/// An honest token by a unit with this certificate.
fn by(unit: &Certificate) -> Vec<u8> {
    signed(&WORLD.token_of(unit, &WORLD.unit_key, &tst_info()))
}

#[test]
fn an_honest_token_passes_in_every_profile() {
    for profile in Profile::ALL {
        let report = under(&WORLD.honest(), profile);
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        let json: serde_json::Value =
            serde_json::from_str(&to_json(&report, Model::GenTime).unwrap()).unwrap();
        assert_eq!(json["profile"], profile.name());
    }
}

#[test]
fn v004_octets_behind_the_token() {
    let token = [WORLD.honest(), vec![0]].concat();
    ends(4, &token, [Failed, Failed, Warning]);
}

#[test]
fn v005_a_tst_info_that_is_not_der() {
    // ordering FALSE, written out.
    let token = stamped(&tst_info().with(vec![1, 1, 0]));
    ends(5, &token, [Failed, Warning, Warning]);
    // BER around it is allowed by the letter.
    let ber = [&[0x30, 0x80], &WORLD.honest()[4..], &[0, 0]].concat();
    ends(5, &ber, [Passed, Passed, Passed]);
}

#[test]
fn v007_an_unknown_cms_version() {
    let token = replace(&WORLD.honest(), &[1, 0, 0], |_| number(9));
    ends(7, &token, [Warning, Warning, NotChecked]);
}

#[test]
fn v021_a_gen_time_in_a_form_of_ber() {
    for text in ["20260615140000+0200", "202606151200Z", "20260615120000,5Z"] {
        let mut info = tst_info();
        info.gen_time = generalized(text);
        let token = stamped(&info);
        for profile in [Profile::Strict, Profile::Default] {
            let report = under(&token, profile);
            assert_eq!(status(&report, 21), Some(Failed));
            assert_eq!(report.token().unwrap().gen_time, None);
        }
        let report = under(&token, Profile::Archive);
        assert_eq!(status(&report, 21), Some(Warning));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        let read = report.token().unwrap().gen_time.unwrap();
        let noon = instant("2026-06-15T12:00:00Z");
        assert!(read >= noon && read.get() - noon.get() <= 500_000);
    }
    // Local time of nobody knows where, and times that do not exist, in any profile.
    for text in ["20260615120000", "20260615235960Z", "2026061Z"] {
        let mut info = tst_info();
        info.gen_time = generalized(text);
        for profile in Profile::ALL {
            assert_eq!(status(&under(&stamped(&info), profile), 21), Some(Failed));
        }
    }
}

#[test]
fn v021_a_fraction_that_ends_in_a_zero() {
    let mut info = tst_info();
    info.gen_time = generalized("20260615120000.50Z");
    ends(21, &stamped(&info), [Failed, Warning, Warning]);
}

#[test]
fn v023_an_accuracy_out_of_its_range() {
    let mut info = tst_info();
    info.rest = vec![sequence(&[number(1), element(&[0x80], &[3, 0xe8])])];
    ends(23, &stamped(&info), [Failed, Warning, Warning]);
}

#[test]
fn v024_a_serial_number_below_zero_or_too_long() {
    for serial in [vec![2, 1, 0xff], element(&[0x02], &[1; 21])] {
        let mut info = tst_info();
        info.serial = serial;
        ends(24, &stamped(&info), [Failed, Warning, Warning]);
    }
}

#[test]
fn v026_the_answer_to_another_request() {
    let imprint = tst_info().imprint;
    let request = sequence(&[number(1), imprint, number(5)]);
    for (profile, wanted) in Profile::ALL.into_iter().zip([Failed, Failed, NotChecked]) {
        let mut policy = policy(profile);
        policy.request = Some(AskedFor::new(request.clone()).unwrap());
        let report = judge_under(&WORLD.honest(), &policy);
        assert_eq!(status(&report, 26), Some(wanted));
    }
}

#[test]
fn v027_a_tsa_name_that_is_not_the_signers() {
    let other = tst_info().with(tagged(0, &tagged(4, &name("Somebody else"))));
    ends(27, &stamped(&other), [Failed, Failed, Warning]);
    // Written otherwise, it is the same name.
    let same = tst_info().with(tagged(0, &tagged(4, &name("forge  UNIT"))));
    ends(27, &stamped(&same), [Passed, Passed, Passed]);
}

#[test]
fn v028_an_unknown_critical_extension() {
    let strange = extension(&oid::BASE, true, &[5, 0]);
    let token = stamped(&tst_info().with(tagged(1, &strange)));
    ends(28, &token, [Indeterminate, Indeterminate, Warning]);
}

/// The honest token with its attributes in reverse, signed as they are sent.
fn unsorted() -> Vec<u8> {
    let mut sent = Vec::new();
    let honest = WORLD.honest();
    let token = replace(&honest, &[1, 0, 4, 0, 3], |attributes| {
        let mut walk = Walk::default();
        let set = Tlv::only(attributes, &mut walk).unwrap();
        let members = set.children().unwrap().collect(8, &mut walk).unwrap();
        let reversed: Vec<u8> = members
            .iter()
            .rev()
            .flat_map(|one| one.raw().to_vec())
            .collect();
        sent = element(&[0x31], &reversed);
        element(&[0xa0], &reversed)
    });
    let signature = octets(&WORLD.unit_key.sign(&sent));
    replace(&token, &[1, 0, 4, 0, 5], |_| signature)
}

#[test]
fn v045_attributes_that_were_not_sorted_before_they_were_signed() {
    ends(45, &unsorted(), [Failed, Warning, Warning]);
}

#[test]
fn v046_a_digest_that_is_not_the_signatures() {
    let token = WORLD.token(&tst_info());
    let token = token.digested::<Sha256>(&oid::SHA_256, &tst_info().der());
    ends(46, &signed(&token), [Failed, Failed, Warning]);
    let token = token.digested::<Sha384>(&oid::SHA_384, &tst_info().der());
    ends(46, &signed(&token), [Passed, Passed, Passed]);
}

#[test]
fn v052_a_signer_that_is_not_identified() {
    let token = WORLD
        .token(&tst_info())
        .without(&oid::SIGNING_CERTIFICATE_V2);
    ends(52, &signed(&token), [Failed, Failed, Indeterminate]);
}

#[test]
fn v061_a_purpose_that_is_not_critical() {
    let purpose = sequence(&[object(&oid::KP_TIME_STAMPING)]);
    let unit = Certificate::new(3, CA, UNIT, &WORLD.unit_key).with(extension(
        &oid::EXTENDED_KEY_USAGE,
        false,
        &purpose,
    ));
    ends(61, &by(&unit), [Failed, Failed, Warning]);
}

#[test]
fn v064_a_signer_that_is_an_authority() {
    let unit = unit(&WORLD.unit_key).with(authority());
    ends(64, &by(&unit), [Failed, Failed, Warning]);
}

/// privateKeyUsagePeriod from and to these moments.
fn period(from: Option<&str>, to: Option<&str>) -> Vec<u8> {
    let bound = |number: u8, at: &str| [&[0x80 | number], &time(at)[1..]].concat();
    let bounds: Vec<_> = [(0, from), (1, to)]
        .into_iter()
        .filter_map(|(number, at)| at.map(|at| bound(number, at)))
        .collect();
    extension(&oid::PRIVATE_KEY_USAGE_PERIOD, false, &sequence(&bounds))
}

#[test]
fn v066_a_key_outside_of_its_period() {
    let used = |from, to| by(&unit(&WORLD.unit_key).with(period(from, to)));
    // genTime and its accuracy: 11:59:59 to 12:00:01.
    let (first, last) = ("2026-06-15T11:59:59Z", "2026-06-15T12:00:01Z");
    for (from, to) in [
        (Some(first), Some(last)),
        (Some(first), None),
        (None, Some(last)),
        (None, None),
    ] {
        ends(66, &used(from, to), [Passed, Passed, Passed]);
    }
    for (from, to) in [
        (Some("2026-06-15T12:00:00Z"), None),
        (None, Some("2026-06-15T12:00:00Z")),
        (Some("2026-07-01T00:00:00Z"), Some("2026-08-01T00:00:00Z")),
        (Some(last), Some(first)),
    ] {
        ends(66, &used(from, to), [Failed, Failed, Warning]);
    }
    // Nothing that can be read.
    let broken = extension(&oid::PRIVATE_KEY_USAGE_PERIOD, false, &[5, 0]);
    let token = by(&unit(&WORLD.unit_key).with(broken));
    ends(66, &token, [Failed, Failed, Warning]);
}

#[test]
fn v082_revocation_data_is_required_in_the_strict_profile() {
    for (profile, wanted) in Profile::ALL
        .into_iter()
        .zip([Indeterminate, NotChecked, NotChecked])
    {
        let mut policy = WORLD.policy();
        policy.adopt(profile);
        let report = judge_under(&WORLD.honest(), &policy);
        assert_eq!(status(&report, 82), Some(wanted));
    }
}

#[test]
fn no_profile_forgives_what_protects_someone() {
    let about_other = stamped(&TstInfo::about(b"other", "2026-06-15T12:00:00Z"));
    let mut flipped = WORLD.honest();
    *flipped.last_mut().unwrap() ^= 1;
    let thief = crate::forge::key::Key::p384(66);
    let own = unit(&thief).signed(&thief);
    let sid = crate::forge::world::sid(&unit(&thief));
    let untrusted = Token::new(&tst_info().der(), &own, sid, &thief).signed(&thief);
    for profile in Profile::ALL {
        for (token, id, wanted) in [
            (&about_other, 30, Failed),
            (&flipped, 45, Failed),
            (&untrusted, 80, Indeterminate),
        ] {
            let report = judge_under(token, &policy(profile));
            assert_eq!(status(&report, id), Some(wanted));
            assert_ne!(report.models().gen_time, Verdict::Passed);
        }
        let mut policy = policy(profile);
        let list = List::new(CA, "2026-07-01T00:00:00Z", "2027-07-01T00:00:00Z");
        let list = list.revoking(&[2, 1, 3], "2026-06-01T00:00:00Z", Some(1), None);
        policy.crls.push(list.signed(&WORLD.ca_key));
        let report = crate::support::judge_about(&WORLD.honest(), DATA, &policy);
        assert_eq!(status(&report, 84), Some(Failed));
    }
}
