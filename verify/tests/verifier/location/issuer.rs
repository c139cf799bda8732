//! A small issuer: evidence in, claim out, by the same appraisal.

use ed25519_dalek::{Signer, SigningKey};
use meridian_appraisal::appraise::appraise;
use meridian_appraisal::countries::Boundaries;
use meridian_appraisal::means::Means;
use meridian_appraisal::policy::AppraisalPolicy;
use meridian_verify::crypto::evidence::EvidenceSignatures;
use meridian_verify::finding::{CheckId, Status};
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::location::requirement::Requirement;
use meridian_verify::report::Report;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::{
    AppraisalContext, EvidenceBundle, EvidenceItem, KeyStatus, SubjectKey,
};
use meridian_wire::loc::claim::{ClaimFields, LocationClaim};
use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::evidence::{EvidenceKind, EvidenceResult};
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::nonce::{evidence_nonce, imprint_digest};
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::oid;

use crate::mint::{self, GEN_TIME, extension, tst_info};
use crate::support::instant;

/// Paris, with an uncertainty of 6.5 m at 95 %.
const POSITION: &str =
    r#"{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"method":"gnss","mock":false}"#;

/// The challenge's nonce.
const NONCE: [u8; 32] = [9; 32];

/// A stamp before it is signed, and everything that belongs to it.
pub(crate) struct Stamp {
    pub(crate) policy: AppraisalPolicy,
    pub(crate) oid: oid::ObjectIdentifier,
    pub(crate) fields: ClaimFields,
    pub(crate) tree: SlotTree,
    pub(crate) bundle: EvidenceBundle,
}

/// genTime less so many milliseconds.
pub(crate) fn before_ms(ms: i64) -> i64 {
    instant(GEN_TIME).get() / 1_000 - ms
}

pub(crate) fn item(salt: u8, kind: EvidenceKind, format: &str, content: &str) -> EvidenceItem {
    EvidenceItem::new([salt; 32], kind, format, content.as_bytes()).unwrap()
}

/// The key of the subject.
pub(crate) fn device() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

pub(crate) fn device_spki() -> Vec<u8> {
    let key = device().verifying_key().to_bytes();
    EvidenceAlgorithm::EdDsa.spki(&key).unwrap()
}

/// A context whose challenge was answered after 10 s and redeemed 3 s later.
pub(crate) fn context() -> AppraisalContext {
    AppraisalContext::new(
        NONCE,
        before_ms(13_000),
        before_ms(3_000),
        oid::POLICY_LOCATION_0,
    )
}

/// The same for the device's key, which is enrolled.
pub(crate) fn enrolled() -> AppraisalContext {
    let mut context = context();
    context.key = Some(SubjectKey::new(&device_spki(), KeyStatus::Active, None).unwrap());
    context.imprint = Some(imprint_digest(&mint::imprint()));
    context
}

/// A position as a JWT of the device, for the context's document.
pub(crate) fn signed_position(context: &AppraisalContext) -> EvidenceItem {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    let imprint = context.imprint.as_ref();
    let nonce = evidence_nonce(&NONCE, imprint, &device_spki(), &context.policy);
    let issued = context.accepted_ms / 1_000 - 2;
    let header = B64.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let payload = B64.encode(format!(
        r#"{{"eat_nonce":"{}","iat":{issued},"location":{{"latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"timestamp":{issued},"method":"gnss","mock":false}}}}"#,
        B64.encode(nonce)
    ));
    let message = format!("{header}.{payload}");
    let signature = B64.encode(device().sign(message.as_bytes()).to_bytes());
    let jwt = format!("{message}.{signature}");
    item(2, EvidenceKind::DEVICE_SIGNED, "application/eat+jwt", &jwt)
}

/// The radius as a private claim shows it.
fn coarse(result: EvidenceResult) -> EvidenceResult {
    let ladder = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000].map(|km| km * 1_000);
    let step = |radius| {
        ladder
            .into_iter()
            .find(|step| radius <= *step)
            .unwrap_or(20_037_509)
    };
    match result.radius_m() {
        Some(radius) => result.with_radius(step(radius)).unwrap(),
        None => result,
    }
}

impl Stamp {
    /// What this evidence gives under this policy: level 0, country revealed.
    pub(crate) fn of(
        policy: AppraisalPolicy,
        context: AppraisalContext,
        items: Vec<EvidenceItem>,
    ) -> Self {
        let boundaries = Boundaries::embedded().unwrap();
        let engine = EvidenceSignatures::new();
        let means = Means::new(&engine, Some(&boundaries));
        let appraisal = appraise(&policy, &context, &items, &means).unwrap();
        let tree = SlotTree::new(Seed::new([3; 32]), appraisal.slots()).unwrap();
        let subject = match appraisal.subject_key {
            Some(hash) => SubjectRef::KeyHash(hash),
            None => SubjectRef::Anonymous,
        };
        let bound = context.imprint == Some(imprint_digest(&mint::imprint()));
        let binding = match appraisal.key_signed && bound {
            true => DocBinding::DeviceSigned,
            false => DocBinding::Requester,
        };
        let mut fields = ClaimFields::new(
            *policy.hash(),
            subject,
            binding,
            AssuranceLevel::L0Asserted,
            appraisal.observed,
            appraisal.method,
            tree.root(),
        );
        let country = tree.value(Slot::COUNTRY).clone();
        fields.revealed = vec![RevealedLeaf::new(Slot::COUNTRY, country).unwrap()];
        let evidence = appraisal
            .evidence(context.accepted_ms, before_ms(0))
            .unwrap();
        fields.evidence = evidence.into_iter().map(coarse).collect();
        fields.flags = appraisal.flags;
        fields.travel = appraisal.travel;
        let bundle = EvidenceBundle::new(context, items).unwrap();
        fields.evidence_hash = Some(bundle.hash());
        Self {
            policy,
            oid: oid::POLICY_LOCATION_0,
            fields,
            tree,
            bundle,
        }
    }

    /// The subject's word about Paris, from nobody in particular.
    pub(crate) fn asserted() -> Self {
        let word = item(1, EvidenceKind::SELF_ASSERTED, "application/json", POSITION);
        Self::of(
            AppraisalPolicy::evaluation().unwrap(),
            context(),
            vec![word],
        )
    }

    /// The same place, signed by an enrolled key for this document.
    pub(crate) fn signed() -> Self {
        let context = enrolled();
        let position = signed_position(&context);
        Self::of(
            AppraisalPolicy::evaluation().unwrap(),
            context,
            vec![position],
        )
    }

    /// After a change of the claim.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut ClaimFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// The claim in DER.
    pub(crate) fn claim(&self) -> Vec<u8> {
        LocationClaim::new(self.fields.clone())
            .unwrap()
            .as_der()
            .to_vec()
    }

    /// The token.
    pub(crate) fn token(&self) -> Vec<u8> {
        let claim = extension(&oid::LOCATION_CLAIM, false, &self.claim());
        mint::token(&tst_info(self.oid, &[claim]))
    }

    /// A `.lsd` file that opens these slots.
    pub(crate) fn disclose(&self, slots: &[u8]) -> Vec<u8> {
        let slots = slots.iter().map(|slot| Slot::new(*slot).unwrap());
        let all = slots.map(|slot| self.tree.disclose(slot)).collect();
        Disclosures::new(all).unwrap().encode()
    }

    /// Policy document and evidence.
    pub(crate) fn everything(&self) -> PlaceInputs {
        let mut inputs = PlaceInputs::NONE;
        inputs.policy_document = Some(self.policy.jcs().to_vec());
        inputs.evidence = Some(self.bundle.as_der().to_vec());
        inputs
    }
}

/// These files of disclosures.
pub(crate) fn disclosed(files: &[Vec<u8>]) -> PlaceInputs {
    let mut inputs = PlaceInputs::NONE;
    inputs.disclosures = files.to_vec();
    inputs
}

/// These requirements.
pub(crate) fn required(list: &str) -> PlaceInputs {
    let mut inputs = PlaceInputs::NONE;
    inputs.requirements = Requirement::parse_list(list).unwrap();
    inputs
}

/// How one check of place ended, and its words.
pub(crate) fn found(report: &Report, number: u16) -> (Status, String) {
    let place = report.place().unwrap();
    let mut findings = place.findings().iter();
    let finding = findings.find(|one| one.id == CheckId::new(number)).unwrap();
    (finding.status, finding.detail.clone())
}

/// Ids of the checks of place that failed.
pub(crate) fn failed(report: &Report) -> Vec<String> {
    let findings = report.place().unwrap().findings().iter();
    let failed = findings.filter(|one| one.status == Status::Failed);
    failed.map(|one| one.id.to_string()).collect()
}
