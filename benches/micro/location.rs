//! A place: eight pieces of evidence appraised, its tree and claim built, a slot opened.

use std::hint::black_box;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::Criterion;
use meridian_appraisal::countries::Boundaries;
use meridian_appraisal::history::{self, Neighbour};
use meridian_appraisal::ip;
use meridian_appraisal::ip_database::IpDatabase;
use meridian_appraisal::policy::{AppraisalPolicy, DatabaseRule, IpRule, PolicyDocument};
use meridian_appraisal::{Appraisal, CheckSignature, Means, appraise};
use meridian_signing::evidence_signature;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceItem, KeyStatus, SubjectKey};
use meridian_wire::loc::claim::{ClaimFields, LocationClaim};
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::nonce::evidence_nonce;
use meridian_wire::loc::observed::ObservationWindow;
use meridian_wire::loc::point::GeoPoint;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::oid::POLICY_LOCATION_0;

const ACCEPTED_MS: i64 = 1_795_461_346_000;
const PLACE: &str = r#"{"latitude":51.5007,"longitude":-0.1246,"accuracy":12.0,
    "timestamp":1795461340,"method":"gnss","mock":false}"#;

/// The engine that the server uses.
struct AwsLc;

impl CheckSignature for AwsLc {
    fn check(
        &self,
        with: EvidenceAlgorithm,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        evidence_signature::verify(with, spki, message, signature)
    }
}

/// What is left of an appraisal without its signatures.
struct Unchecked;

impl CheckSignature for Unchecked {
    fn check(&self, _: EvidenceAlgorithm, _: &[u8], _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// A policy, a challenge that was answered, and eight items: six of the caller's, what a database
/// says of the address, and the neighbours in time.
struct Case {
    policy: AppraisalPolicy,
    context: AppraisalContext,
    items: Vec<EvidenceItem>,
    boundaries: Boundaries,
}

impl Case {
    /// `signed` of the caller's items are signed, the others asserted.
    fn new(signed: u8) -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key of this curve");
        let spki = EvidenceAlgorithm::Es256.spki(pkcs8.public_key().as_ref());
        let spki = spki.expect("a point of this curve");
        let nonce = evidence_nonce(&[7; 32], None, &spki, &POLICY_LOCATION_0);
        let mut context =
            AppraisalContext::new([7; 32], ACCEPTED_MS - 9_000, ACCEPTED_MS, POLICY_LOCATION_0);
        context.key = SubjectKey::new(&spki, KeyStatus::Active, None).ok();
        let mut document = PolicyDocument::evaluation();
        let rule = Some(DatabaseRule::new(3_660));
        document.ip = IpRule::new(rule, rule);
        Self {
            policy: AppraisalPolicy::new(document).expect("a policy"),
            context,
            items: items(&pkcs8, &nonce, signed),
            boundaries: Boundaries::embedded().expect("the embedded ones"),
        }
    }

    fn appraise(&self, signatures: &dyn CheckSignature) -> Appraisal {
        let means = Means::new(signatures, Some(&self.boundaries));
        let items = black_box(&self.items);
        appraise(&self.policy, &self.context, items, &means).expect("evidence that is taken")
    }
}

fn items(key: &EcdsaKeyPair, nonce: &[u8; 32], signed: u8) -> Vec<EvidenceItem> {
    let jwt = jwt(key, nonce);
    let item = |number| {
        let (kind, format, content) = if number < signed {
            (EvidenceKind::DEVICE_SIGNED, "application/eat+jwt", &*jwt)
        } else {
            (EvidenceKind::SELF_ASSERTED, "application/json", PLACE)
        };
        EvidenceItem::new([number; 32], kind, format, content.as_bytes()).expect("a short item")
    };
    let mut items: Vec<EvidenceItem> = (0..6).map(item).collect();
    let country = database("GeoLite2-Country-Test.mmdb");
    let anonymous = database("GeoIP2-Anonymous-IP-Test.mmdb");
    let address = "81.2.69.142".parse().expect("an address");
    items.push(ip::item([8; 32], address, country.as_ref(), anonymous.as_ref()).expect("short"));
    let point = GeoPoint::new(515_055_000, -1_140_000, 12_000, 950).expect("a point");
    let at = |ms| ObservationWindow::new(ms, 1_000, 0).expect("a time");
    let before = Neighbour::new(&point, &at(ACCEPTED_MS - 600_000), 1);
    let after = Neighbour::new(&point, &at(ACCEPTED_MS + 600_000), 1);
    items.push(history::item([9; 32], Some(&before), Some(&after)).expect("short"));
    items
}

fn jwt(key: &EcdsaKeyPair, nonce: &[u8; 32]) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let nonce = URL_SAFE_NO_PAD.encode(nonce);
    let claims = format!(r#"{{"eat_nonce":"{nonce}","iat":1795461340,"location":{PLACE}}}"#);
    let input = format!("{}.{}", part(r#"{"alg":"ES256"}"#), part(&claims));
    let signature = key.sign(&SystemRandom::new(), input.as_bytes());
    let signature = signature.expect("a key in memory");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// A database of the tests; without it the item says 'not available', which is quicker.
fn database(name: &str) -> Option<IpDatabase> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/maxmind");
    let file = std::fs::read(folder.join("test-data").join(name)).ok()?;
    IpDatabase::new(file).ok()
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("location");
    for signed in [1, 3] {
        let case = Case::new(signed);
        group.bench_function(
            format!("appraise eight items, {signed} of them signed (P-256)"),
            |bencher| bencher.iter(|| case.appraise(&AwsLc)),
        );
    }
    let case = Case::new(1);
    group.bench_function("appraise eight items, signatures apart", |bencher| {
        bencher.iter(|| case.appraise(&Unchecked));
    });
    let appraisal = case.appraise(&AwsLc);
    group.bench_function("fill the slots", |bencher| {
        bencher.iter(|| black_box(&appraisal).slots());
    });
    let slots = appraisal.slots();
    let tree = || SlotTree::new(Seed::new([7; 32]), slots.clone()).expect("each slot once");
    group.bench_function("build the tree", |bencher| bencher.iter(tree));
    let opened = tree();
    group.bench_function("open and check one slot", |bencher| {
        bencher.iter(|| {
            let disclosure = opened.disclose(Slot::POINT);
            let file = Disclosures::new(vec![disclosure]).expect("one slot");
            assert!(file.open(&opened.root()), "it opens its own tree");
        });
    });
    group.bench_function("build the claim", |bencher| {
        bencher.iter(|| {
            let mut fields = ClaimFields::new(
                *case.policy.hash(),
                SubjectRef::Anonymous,
                DocBinding::Requester,
                AssuranceLevel::L1NetworkCorroborated,
                appraisal.observed,
                appraisal.position.method,
                opened.root(),
            );
            let evidence = appraisal.evidence(ACCEPTED_MS, ACCEPTED_MS + 1_000);
            fields.evidence = evidence.expect("ages in range");
            LocationClaim::new(fields).expect("it fits")
        });
    });
    group.finish();
}
