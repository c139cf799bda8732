//! [`Appraised`]: evidence that was accepted, until it is stamped.

use meridian_appraisal::Appraisal;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::EvidenceBundle;
use meridian_wire::loc::claim::{ClaimFields, LocationClaim};
use meridian_wire::loc::evidence::EvidenceResult;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::tree::SlotTree;
use meridian_wire::loc::value::LeafValue;
use meridian_wire::oid::ObjectIdentifier;

use crate::error::NotStampable;
use crate::ladder;

mod row;

pub use row::NotARow;

/// The largest age that a claim can state.
const MAX_AGE_MS: u32 = 86_400_000;

/// Evidence that was appraised and accepted: what a ticket stands for, and what a one-shot
/// request stamps at once.
///
/// It is made by [`Appraised::new`] only, or read back from [`Appraised::encode`], which is a row
/// in a private store: whoever can write there can make claims.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Appraised {
    /// As of acceptance: ages are those of then, binding and level are not settled.
    claim: ClaimFields,
    accepted_ms: i64,
    policy: ObjectIdentifier,
    imprint: Option<Digest32>,
    key_signed: bool,
    subject_key: Option<Digest32>,
    session: Option<Digest32>,
    reveal: RevealMask,
    min_level: AssuranceLevel,
}

impl Appraised {
    /// What `appraisal` found in `bundle`, about `subject`, under the policy document with the
    /// digest `policy_hash`. The slots of `reveal` that `tree` fills are revealed in the claim;
    /// radii are rounded up unless they show the place anyway ([`ladder`]).
    ///
    /// Not checked: that the appraisal is of this bundle, and that `tree` holds its slots.
    ///
    /// # Errors
    ///
    /// [`NotStampable`]. A claim that could become too long before it is stamped is refused here,
    /// where the client can still reveal less: never later, and never by leaving a leaf out.
    pub fn new(
        appraisal: &Appraisal,
        bundle: &EvidenceBundle,
        policy_hash: Digest32,
        subject: SubjectRef,
        tree: &SlotTree,
        reveal: RevealMask,
    ) -> Result<Self, NotStampable> {
        let context = bundle.context();
        let mut claim = ClaimFields::new(
            policy_hash,
            subject,
            DocBinding::Requester,
            AssuranceLevel::L0Asserted,
            appraisal.observed,
            appraisal.method,
            tree.root(),
        );
        let wanted = Slot::all().filter(|slot| reveal.has(*slot));
        let filled = wanted.filter(|slot| *tree.value(*slot) != LeafValue::Absent);
        let leaves = filled.map(|slot| RevealedLeaf::new(slot, tree.value(slot).clone()));
        claim.revealed = leaves.collect::<Result<_, _>>()?;
        claim.evidence = appraisal.evidence(context.accepted_ms, context.accepted_ms)?;
        claim.travel = appraisal.travel;
        claim.flags = appraisal.flags;
        claim.evidence_hash = Some(bundle.hash());
        Self {
            claim: ladder::coarsen(claim)?,
            accepted_ms: context.accepted_ms,
            policy: context.policy,
            imprint: context.imprint,
            key_signed: appraisal.key_signed,
            subject_key: appraisal.subject_key,
            session: context.session,
            reveal,
            min_level: AssuranceLevel::L0Asserted,
        }
        .checked()
    }

    /// With the least level that its stamps are of use at, besides what policies ask for.
    #[must_use]
    pub const fn with_min_level(mut self, level: AssuranceLevel) -> Self {
        self.min_level = level;
        self
    }

    /// The claim as of acceptance. Its binding and its level are not settled: they depend on the
    /// request that is stamped, and on when.
    #[must_use]
    pub const fn claim(&self) -> &ClaimFields {
        &self.claim
    }

    /// When the evidence was accepted, Unix time in milliseconds.
    #[must_use]
    pub const fn accepted_ms(&self) -> i64 {
        self.accepted_ms
    }

    /// The policy of the challenge, for requests that name none.
    #[must_use]
    pub const fn policy(&self) -> ObjectIdentifier {
        self.policy
    }

    /// The least level that its stamps are of use at.
    #[must_use]
    pub const fn min_level(&self) -> AssuranceLevel {
        self.min_level
    }

    /// The slots that were to be revealed.
    #[must_use]
    pub const fn reveal(&self) -> RevealMask {
        self.reveal
    }

    /// SHA-256 of the key that stands behind the evidence, if one does.
    #[must_use]
    pub const fn subject_key(&self) -> Option<&Digest32> {
        self.subject_key.as_ref()
    }

    /// What ties a document to the evidence.
    ///
    /// `document` is [`imprint_digest`](meridian_wire::loc::nonce::imprint_digest), `session` the
    /// key that the connection with the request was authenticated as. The subject is in session
    /// if it is authenticated now, or was when it named this document with its evidence.
    #[must_use]
    pub fn binding(&self, document: &Digest32, session: Option<&Digest32>) -> DocBinding {
        let named = self.imprint.as_ref() == Some(document);
        if named && self.key_signed {
            return DocBinding::DeviceSigned;
        }
        let is_subject =
            |session: Option<&Digest32>| session.is_some() && session == self.subject_key();
        if is_subject(session) || (named && is_subject(self.session.as_ref())) {
            return DocBinding::Session;
        }
        DocBinding::Requester
    }

    /// The claim at a genTime (Unix time in milliseconds, rounded down), binding and level still
    /// open: every item is older by what has passed since acceptance. `None` if one is older
    /// than a claim can say.
    ///
    /// genTime may be rounded to before acceptance; nothing gets younger by that.
    #[must_use]
    pub fn claim_at(&self, gen_time_ms: i64) -> Option<ClaimFields> {
        let since = gen_time_ms.saturating_sub(self.accepted_ms).max(0);
        let since = u32::try_from(since).ok()?;
        let mut claim = self.claim.clone();
        let aged = |item: EvidenceResult| item.with_age(item.age_ms().checked_add(since)?).ok();
        let evidence = claim.evidence.into_iter().map(aged);
        claim.evidence = evidence.collect::<Option<_>>()?;
        Some(claim)
    }

    /// What holds for every value of this type.
    fn checked(self) -> Result<Self, NotStampable> {
        let shown = match &self.claim.subject {
            SubjectRef::Anonymous => true,
            SubjectRef::KeyHash(hash) => self.subject_key() == Some(hash),
            SubjectRef::Pairwise(_) => self.subject_key.is_some(),
            _ => false,
        };
        if !shown {
            return Err(NotStampable::SubjectNotShown);
        }
        let mut longest = self.claim.clone();
        let oldest = |item: EvidenceResult| item.with_age(MAX_AGE_MS);
        let evidence = longest.evidence.into_iter().map(oldest);
        longest.evidence = evidence.collect::<Result<_, _>>()?;
        LocationClaim::new(longest)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
