//! V110 to V117: what a token says about a place, and whether that stands.
//!
//! A claim is consistent with evidence and bounds a key; it never proves where a document was
//! made. The checks here say whether the claim is well made, earned by its own evidence, and, with
//! what the caller hands in, borne out by disclosures, by the policy and by the evidence itself.
//! docs/LOCATION.md says what each level and each kind of evidence shows and does not show.
//!
//! Not checked: evidence that is not handed in; claims in signed attributes; whether the key of
//! the subject was revoked later; which landmarks a directory names.

mod agreement;
mod claim;
pub mod disclosures;
pub mod grid;
pub mod inputs;
pub mod level;
pub(crate) mod not_shown;
mod outcome;
pub mod place;
mod policy_document;
mod promised_level;
mod reappraisal;
pub mod require;
pub mod requirement;
mod stated_level;
pub mod verified;
pub(crate) mod words;

use meridian_appraisal::note::ItemNote;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::level::AssuranceLevel;

use crate::checks::log::Stamp;
use crate::finding::{Checked, Finding, Proof};
use crate::verdict::Verdict;
use claim::NoClaim;
use disclosures::{OpenValue, Opening};
use inputs::PlaceInputs;
use outcome::conclude;
use place::Place;
use policy_document::PolicyAtHand;
use reappraisal::Stamped;
use require::{Known, Required};
use verified::VerifiedLocation;

const NO_CLAIM: &str = "there is no claim";

/// How the time-stamp itself ended: a place is no better than the token that states it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeJudged {
    pub(crate) verdict: Verdict,
    /// Whether the whole set of its proofs is there.
    pub(crate) verified: bool,
}

/// Runs the family; none if the token has no claim and nobody asked about place.
pub(crate) fn check(stamp: &Stamp<'_>, inputs: &PlaceInputs, time: TimeJudged) -> Option<Place> {
    let found = claim::find(stamp.tst_info, stamp.signer);
    if !inputs.is_asked() && matches!(found, Err(NoClaim::None | NoClaim::Unsigned)) {
        return None;
    }
    let mut findings = Vec::new();
    let claim_proof = conclude::<110>(claim::judge(&found)).record(&mut findings);
    let place = match found {
        Ok(claim) => {
            let judged = Judged::of(&claim, stamp, inputs, &mut findings);
            let complete = claim_proof.and_then(|proof| judged.proofs.complete(proof));
            Place {
                claim: Some(claim),
                values: judged.values,
                earned: judged.earned,
                notes: judged.notes,
                required: judged.required,
                verified: complete.filter(|_| time.verified),
                ..Place::default()
            }
        }
        Err(_) => {
            without_claim(&mut findings);
            Place::default()
        }
    };
    Some(place.concluded(inputs.is_asked(), time.verdict, findings))
}

/// What is to say of place where the token cannot be read: nothing, unless somebody asked.
pub(crate) fn unreadable(inputs: &PlaceInputs) -> Option<Place> {
    let mut findings = Vec::new();
    let unread: Checked<110> = Checked::not_run("the token cannot be read");
    let _: Option<Proof<110>> = unread.record(&mut findings);
    without_claim(&mut findings);
    let place = Place::default().concluded(true, Verdict::Failed, findings);
    inputs.is_asked().then_some(place)
}

fn without_claim(findings: &mut Vec<Finding>) {
    let _: Option<Proof<111>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<112>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<113>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<114>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<115>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<116>> = Checked::not_run(NO_CLAIM).record(findings);
    let _: Option<Proof<117>> = Checked::not_run(NO_CLAIM).record(findings);
}

/// Proofs of the checks that a claim went through.
struct Proofs {
    stated_level: Option<Proof<111>>,
    promised_level: Option<Proof<112>>,
    disclosures: Option<Proof<113>>,
    agreement: Option<Proof<114>>,
    policy_document: Option<Proof<115>>,
    reappraisal: Option<Proof<116>>,
    requirements: Option<Proof<117>>,
}

impl Proofs {
    fn complete(self, claim: Proof<110>) -> Option<VerifiedLocation> {
        Some(VerifiedLocation {
            claim,
            stated_level: self.stated_level?,
            promised_level: self.promised_level?,
            disclosures: self.disclosures?,
            agreement: self.agreement?,
            policy_document: self.policy_document?,
            reappraisal: self.reappraisal?,
            requirements: self.requirements?,
        })
    }
}

/// A claim that was judged.
struct Judged {
    proofs: Proofs,
    values: Vec<OpenValue>,
    earned: Option<AssuranceLevel>,
    notes: Vec<ItemNote>,
    required: Vec<Required>,
}

impl Judged {
    fn of(
        claim: &LocationClaim,
        stamp: &Stamp<'_>,
        inputs: &PlaceInputs,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let claim = claim.fields();
        let times = stamp.times;
        let (document, policy) = policy_document::read(claim, inputs.policy_document.as_deref());
        let policy = policy.as_ref();
        let levels = policy.map(PolicyAtHand::levels);
        let Opening { outcome, values } =
            disclosures::open(claim, &inputs.disclosures, stamp.signer);
        let agreement = policy.map(PolicyAtHand::agreement);
        let agreement = agreement::judge(&values, &claim.observed, times, agreement);
        let stamped = Stamped {
            claim,
            values: &values,
            tst_info: stamp.tst_info,
            times,
        };
        let (reappraised, notes) = reappraisal::judge(inputs.evidence.as_deref(), policy, &stamped);
        let known = Known {
            claim,
            values: &values,
            times,
        };
        let (requirements, required) = require::judge(&inputs.requirements, &known);
        let promised = promised_level::judge(&stamp.tst_info.policy, claim.level);
        // In the order of their numbers, which is the order of the report.
        let proofs = Proofs {
            stated_level: conclude(stated_level::judge(claim, times, levels)).record(findings),
            promised_level: conclude(promised).record(findings),
            disclosures: conclude(outcome).record(findings),
            agreement: conclude(agreement).record(findings),
            policy_document: conclude(document).record(findings),
            reappraisal: conclude(reappraised).record(findings),
            requirements: conclude(requirements).record(findings),
        };
        Self {
            earned: stated_level::earned(claim, times, levels),
            proofs,
            values,
            notes,
            required,
        }
    }
}
