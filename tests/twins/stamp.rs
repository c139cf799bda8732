//! What the issuer stamps, the verifier appraises again and finds the same: the whole way without
//! HTTP, on random evidence, requests and times.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use ed25519_dalek::{Signer as _, SigningKey};
use meridian_appraisal::check_signature::CheckSignature;
use meridian_appraisal::countries::Boundaries;
use meridian_appraisal::history::{self, Neighbour};
use meridian_appraisal::ip;
use meridian_appraisal::policy::{DatabaseRule, IpRule};
use meridian_appraisal::{AppraisalPolicy, Means, PolicyDocument, appraise};
use meridian_locstamp::appraised::Appraised;
use meridian_locstamp::authority::{LocationStampAuthority, LocationStampRequest};
use meridian_locstamp::policy::LocPolicy;
use meridian_locstamp::request::ValidRequest;
use meridian_signing::certify::{random_serial, self_signed_root, tsu_certificate};
use meridian_signing::clock::{BoundSource, ClockReading, StampTime};
use meridian_signing::cms::TokenSigner;
use meridian_signing::entropy::SeededEntropy;
use meridian_signing::evidence_signature;
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::shown::{DEFAULT_SIGNING_ALLOWANCE, Rounding};
use meridian_signing::signer::Signer;
use meridian_signing::software::{KeyKind, SoftwareSigner, generate};
use meridian_verify::artifact::Artifact;
use meridian_verify::input::recognise;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::verify_timestamp;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use meridian_wire::loc::bundle::{
    AppraisalContext, EvidenceBundle, EvidenceItem, KeyStatus, SubjectKey,
};
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::nonce::{evidence_nonce, imprint_digest};
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::oid;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::serial::SerialNumber;
use meridian_wire::x509::name::DistinguishedName;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const DATA: &[u8] = b"a photograph\n";
const NONCE: [u8; 32] = [9; 32];
/// When the evidence is accepted, 2026-11-24.
const ACCEPTED_MS: i64 = 1_795_514_400_123;
const YEAR_US: i64 = 365 * 86_400_000_000;

struct Engine;

impl CheckSignature for Engine {
    fn check(&self, algorithm: EvidenceAlgorithm, spki: &[u8], m: &[u8], s: &[u8]) -> bool {
        evidence_signature::verify(algorithm, spki, m, s)
    }
}

/// An authority for all cases.
struct Authority {
    root: Vec<u8>,
    signer: TokenSigner,
    boundaries: Boundaries,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let entropy = SeededEntropy::new(1);
    let serial = || random_serial(&entropy).unwrap();
    let accepted = ACCEPTED_MS * 1_000;
    let validity = (
        UnixMicros::new(accepted - YEAR_US),
        UnixMicros::new(accepted + YEAR_US),
    );
    let key = || {
        let key = generate(KeyKind::EcdsaP256).unwrap();
        SoftwareSigner::from_pkcs8_der(&key).unwrap()
    };
    let name = |name| DistinguishedName::new(name).unwrap();
    let (root_key, unit_key) = (key(), key());
    let root = self_signed_root(&name("Root"), &root_key, &serial(), validity).unwrap();
    let issuer: (_, &dyn Signer) = (&root, &root_key);
    let public = unit_key.public_key();
    let unit = tsu_certificate(&name("Unit"), public, issuer, &serial(), validity).unwrap();
    let der = root.as_der().to_vec();
    let at = UnixMicros::new(accepted);
    let identity = AuthorityIdentity::prove(vec![unit, root], Arc::new(unit_key), at).unwrap();
    Authority {
        root: der,
        signer: TokenSigner::new(&identity).unwrap(),
        boundaries: Boundaries::embedded().unwrap(),
    }
});

/// One request with its evidence.
#[derive(Clone, Debug)]
struct Case {
    lat_e7: i32,
    lon_e7: i32,
    accuracy_mm: u32,
    fix_age_ms: i64,
    stated_time: bool,
    enrolled: bool,
    signed: bool,
    asserted: bool,
    names_imprint: bool,
    in_session: bool,
    address: bool,
    earlier: Option<(i32, i64)>,
    reveal: Vec<u8>,
    disclose: Vec<u8>,
    micros: bool,
    after_us: i64,
}

fn a_case() -> impl Strategy<Value = Case> {
    let position = (
        prop_oneof![4 => 430_000_000_i32..500_000_000, 1 => -900_000_000_i32..=900_000_000],
        prop_oneof![4 => 0_i32..70_000_000, 1 => -1_800_000_000_i32..1_800_000_000],
        prop_oneof![2 => 1_000_u32..100_000, 1 => 0_u32..200_000_000],
    );
    let slots = || prop::collection::vec(0_u8..16, 0..6);
    let earlier = prop::option::of((-2_000_000_i32..2_000_000, 3_600_000_i64..86_400_000));
    let flags = (
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    let times = (0_i64..300_000, any::<bool>(), 0_i64..119_000_000);
    (position, flags, times, earlier, slots(), slots()).prop_map(
        |((lat_e7, lon_e7, accuracy_mm), flags, times, earlier, reveal, disclose)| {
            let (enrolled, signed, asserted, names_imprint, in_session, address, micros) = flags;
            Case {
                lat_e7,
                lon_e7,
                accuracy_mm,
                fix_age_ms: times.0,
                stated_time: times.1,
                enrolled,
                signed: signed && enrolled,
                asserted: asserted || !(signed && enrolled),
                names_imprint,
                in_session: in_session && enrolled,
                address,
                earlier,
                reveal,
                disclose,
                micros,
                after_us: times.2,
            }
        },
    )
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn spki() -> Vec<u8> {
    let key = device().verifying_key().to_bytes();
    EvidenceAlgorithm::EdDsa.spki(&key).unwrap()
}

fn imprint() -> MessageImprint {
    MessageImprint::new(HashAlgorithm::Sha256, &Sha256::digest(DATA)).unwrap()
}

impl Case {
    fn context(&self) -> AppraisalContext {
        let policy = oid::POLICY_LOCATION_0;
        let mut context = AppraisalContext::new(NONCE, ACCEPTED_MS - 9_876, ACCEPTED_MS, policy);
        if self.enrolled {
            context.key = Some(SubjectKey::new(&spki(), KeyStatus::Active, None).unwrap());
        }
        if self.names_imprint {
            context.imprint = Some(imprint_digest(&imprint()));
        }
        if self.in_session {
            context.session = Some(Sha256::digest(spki()).into());
        }
        context
    }

    /// The location object.
    fn location(&self, timestamp: bool) -> String {
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let timestamp = match timestamp {
            true => format!(",\"timestamp\":{}", (ACCEPTED_MS - self.fix_age_ms) / 1_000),
            false => String::new(),
        };
        format!(
            "{{\"latitude\":{},\"longitude\":{},\"accuracy\":{}{timestamp},\"mock\":false}}",
            degrees(self.lat_e7),
            degrees(self.lon_e7),
            f64::from(self.accuracy_mm) / 1e3
        )
    }

    fn items(&self, context: &AppraisalContext) -> Vec<EvidenceItem> {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
        let mut items = Vec::new();
        if self.asserted {
            let word = self.location(self.stated_time);
            let kind = EvidenceKind::SELF_ASSERTED;
            let item = EvidenceItem::new([1; 32], kind, "application/json", word.as_bytes());
            items.push(item.unwrap());
        }
        if self.signed {
            let nonce = evidence_nonce(&NONCE, context.imprint.as_ref(), &spki(), &context.policy);
            let header = B64.encode("{\"alg\":\"EdDSA\"}");
            let payload = B64.encode(format!(
                "{{\"eat_nonce\":\"{}\",\"iat\":{},\"location\":{}}}",
                B64.encode(nonce),
                ACCEPTED_MS / 1_000 - 1,
                self.location(true)
            ));
            let message = format!("{header}.{payload}");
            let signature = B64.encode(device().sign(message.as_bytes()).to_bytes());
            let jwt = format!("{message}.{signature}");
            let kind = EvidenceKind::DEVICE_SIGNED;
            let item = EvidenceItem::new([2; 32], kind, "application/eat+jwt", jwt.as_bytes());
            items.push(item.unwrap());
        }
        if self.address {
            let address: IpAddr = "192.0.2.7".parse().unwrap();
            items.push(ip::item([3; 32], address, None, None).unwrap());
        }
        if let Some((north, before_ms)) = self.earlier {
            let lat = (self.lat_e7 + north).clamp(-899_999_999, 899_999_999);
            let lon = self.lon_e7.clamp(-1_800_000_000, 1_799_999_999);
            let point = GeoPoint::new(lat, lon, 5_000, 950).unwrap();
            let fix = ACCEPTED_MS - 400_000 - before_ms;
            let observed = ObservationWindow::new(fix, 1_000, 0).unwrap();
            let neighbour = Neighbour::new(&point, &observed, 1);
            items.push(history::item([4; 32], Some(&neighbour), None).unwrap());
        }
        items
    }
}

fn policy() -> AppraisalPolicy {
    let mut document = PolicyDocument::evaluation();
    document.ip = IpRule::new(Some(DatabaseRule::new(30)), None);
    AppraisalPolicy::new(document).unwrap()
}

/// Stamps the case; none if its evidence is refused or the stamp cannot be made.
fn stamp(case: &Case) -> Option<(Vec<u8>, VerifyPolicy)> {
    let authority = &*AUTHORITY;
    let document = policy();
    let context = case.context();
    let items = case.items(&context);
    let means = Means::new(&Engine, Some(&authority.boundaries));
    let appraisal = appraise(&document, &context, &items, &means).ok()?;
    let tree = SlotTree::new(Seed::new([7; 32]), appraisal.slots()).unwrap();
    let bundle = EvidenceBundle::new(context.clone(), items).unwrap();
    let subject = appraisal
        .subject_key
        .map_or(SubjectRef::Anonymous, SubjectRef::KeyHash);
    let slots = |all: &[u8]| -> Vec<Slot> {
        let mut all = all.to_vec();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
            .map(|slot| Slot::new(slot).unwrap())
            .collect()
    };
    let reveal = RevealMask::of(slots(&case.reveal));
    let hash = *document.hash();
    let appraised = Appraised::new(&appraisal, &bundle, hash, subject, &tree, reveal).ok()?;
    let accepted = ACCEPTED_MS * 1_000;
    let validity = UnixMicros::new(accepted - YEAR_US)..=UnixMicros::new(accepted + YEAR_US);
    let rounding = if case.micros {
        Rounding::Micros
    } else {
        Rounding::WholeSeconds
    };
    let practice = LocPolicy::new(&document, rounding, DEFAULT_SIGNING_ALLOWANCE, validity);
    let practice = Arc::new(practice.unwrap());
    let request = ValidRequest::new(TimeStampReq::new(imprint()), &practice).unwrap();
    let asked = LocationStampRequest::new(request, appraised, context.session);
    let time = UnixMicros::new(accepted + case.after_us);
    let reading = ClockReading::new(time, 10_000, BoundSource::Measured);
    let time = StampTime::next(reading, None).unwrap();
    let serial = SerialNumber::from_u64(5).unwrap();
    let info = LocationStampAuthority::new(practice)
        .decide(&asked, serial, &time)
        .ok()?;
    let token = authority.signer.sign(&info.encode(), true).unwrap();
    let anchors = TrustAnchors::new(vec![authority.root.clone()]).unwrap();
    let mut policy = VerifyPolicy::new(anchors, UnixMicros::new(accepted + 600_000_000));
    policy.place.policy_document = Some(document.jcs().to_vec());
    policy.place.evidence = Some(bundle.as_der().to_vec());
    let disclosed: Vec<_> = slots(&case.disclose)
        .into_iter()
        .map(|s| tree.disclose(s))
        .collect();
    if !disclosed.is_empty() {
        policy.place.disclosures = vec![Disclosures::new(disclosed).unwrap().encode()];
    }
    Some((token.token().to_vec(), policy))
}

fn judge(token: &[u8], policy: &VerifyPolicy) -> Report {
    let artifact = Artifact::from_reader(HashAlgorithm::Sha256, DATA).unwrap();
    verify_timestamp(&recognise(token).unwrap(), Some(&artifact), policy)
}

#[test]
fn what_the_issuer_stamps_the_verifier_appraises_again_and_finds_the_same() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let stamped = std::cell::Cell::new(0);
    runner
        .run(&a_case(), |case| {
            let Some((token, policy)) = stamp(&case) else {
                return Ok(());
            };
            stamped.set(stamped.get() + 1);
            let report = judge(&token, &policy);
            let place = report.place().unwrap();
            let standing: Vec<_> = report.reasons(Model::GenTime);
            prop_assert!(place.verified().is_some(), "{:?}", standing);
            prop_assert_eq!(report.verdict(Model::GenTime), Verdict::Passed);
            prop_assert_eq!(place.earned(), Some(place.claim().unwrap().fields().level));
            Ok(())
        })
        .unwrap();
    assert!(stamped.get() > 200, "{} of 400 were stamped", stamped.get());
}
