//! Evidence comes in: looked at, completed, appraised, and the challenge spent.
//!
//! The order matters. The challenge is looked at first, so that what has no challenge costs no
//! appraisal. It is spent after the appraisal and before anything that came of it is kept or
//! told: appraisal is a function, so nothing happened until then, and of many that answer one
//! challenge one goes on. What is not even well-formed (rows 1 and 3) does not cost it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::MutexGuard;

use meridian_appraisal::appraise::accepts_from_caller;
use meridian_appraisal::history::{self, Neighbour};
use meridian_appraisal::{Appraisal, Means, Refusal, appraise, ip};
use meridian_locstamp::appraised::Appraised;
use meridian_locstamp::error::Rejection;
use meridian_signing::digest::sha256;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::binding::DocBinding;
use meridian_wire::loc::bundle::{AppraisalContext, EvidenceBundle, EvidenceItem};
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::disclosure::{Disclosure, Disclosures};
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::subject::SubjectRef;
use meridian_wire::loc::tree::{Seed, SlotTree};
use meridian_wire::time::UnixMicros;

use super::acceptance::{self, Acceptance, Secrets};
use super::challenge::{Challenge, ChallengeId, millis};
use super::desk::LocationDesk;
use super::history::History;
use super::refusal::LocationRefusal;
use super::session::Session;
use super::signatures::EvidenceSignatures;
use super::subject::Subject;

/// Items that a caller may send: a bundle has eight, and the authority adds two.
pub(crate) const MOST_ITEMS: usize = 6;

/// Octets of all items together (row 1).
pub(crate) const MOST_OCTETS: usize = 65_536;

/// One item as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct GivenItem {
    pub(crate) kind: EvidenceKind,
    pub(crate) format: String,
    pub(crate) content: Vec<u8>,
}

/// Evidence as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) challenge: ChallengeId,
    pub(crate) items: Vec<GivenItem>,
    /// The document that the evidence nonce covers.
    pub(crate) imprint: Option<Digest32>,
    /// Slots to show; `None`: as the policy says.
    pub(crate) reveal: Option<RevealMask>,
    pub(crate) min_level: Option<AssuranceLevel>,
    /// For whom the subject's name in the token is.
    pub(crate) audience: String,
    /// Slots that are disclosed beside the token's signature.
    pub(crate) carry: RevealMask,
}

/// What is known when the evidence of one challenge is appraised.
struct Case<'a> {
    challenge: Challenge,
    context: AppraisalContext,
    reveal: RevealMask,
    now: UnixMicros,
    submission: &'a Submission,
}

impl LocationDesk {
    /// Takes evidence: all of the decision table up to the level.
    pub(crate) fn accept(
        &self,
        submission: &Submission,
        session: &Session,
    ) -> Result<Acceptance, LocationRefusal> {
        self.rate.address(session.address, self.now()?)?;
        check_size(&submission.items)?;
        // From here to the end nobody else compares, remembers or erases places of the subject.
        let turn = self.turn_of(submission.challenge)?;
        let case = self.open_case(submission, session)?;
        let items = self.items(&submission.items, session.address)?;
        let subject = self.subject_of(case.challenge.key.as_deref(), case.now)?;
        let owner = subject.as_ref().map(|subject| self.owner(subject));
        let history = owner.as_ref().zip(subject.as_ref());
        let history = history.map(|(owner, subject)| {
            let rows = self.rows.as_ref();
            let rule = self.policy.travel();
            History::of(rows, &self.names, owner, &subject.data_key, case.now, rule)
        });
        let (appraisal, items) = match self.appraise(&case, items, history.as_ref()) {
            Ok(appraised) => appraised,
            Err(refusal) => return Err(self.cost(&case, refusal)),
        };
        // Not before: whoever only names a key must not use up what its holder may ask for.
        if let Some(key) = &appraisal.subject_key {
            self.rate.key(key, case.now)?;
        }
        self.spend(&case)?;
        let owner = owner.filter(|_| appraisal.subject_key.is_some());
        let acceptance = self.conclude(&case, &appraisal, items, owner)?;
        if let (Some(history), Some(_)) = (&history, owner) {
            self.remember(history, &appraisal, acceptance.level)?;
        }
        drop(turn);
        self.metrics.level(acceptance.level);
        Ok(acceptance)
    }

    /// Rows 5 to 8, as far as they need no evidence.
    fn open_case<'a>(
        &self,
        submission: &'a Submission,
        session: &Session,
    ) -> Result<Case<'a>, LocationRefusal> {
        let now = self.now()?;
        let ttl_ms = self.policy.challenge_ttl_ms();
        let challenge = Challenge::look(self.rows.as_ref(), submission.challenge, now, ttl_ms)?;
        let key = self.subject_key(challenge.key.as_deref(), now)?;
        let key_hash = key.as_ref().map(|key| key.hash());
        let imprint = match (challenge.imprint, submission.imprint) {
            (Some(asked), Some(given)) if asked != given => {
                return Err(Refusal::BindingMismatch.into());
            }
            (asked, given) => given.or(asked),
        };
        let mut context = AppraisalContext::new(
            challenge.nonce,
            challenge.issued_ms,
            millis(now),
            challenge.policy,
        );
        context.imprint = imprint;
        context.session = self.session_key(session, key_hash.as_ref(), now)?;
        context.key = key;
        Ok(Case {
            challenge,
            context,
            reveal: self.stamping.reveal(submission.reveal)?,
            now,
            submission,
        })
    }

    /// What was sent, each under a salt, and what the authority knows of the address.
    fn items(
        &self,
        given: &[GivenItem],
        address: IpAddr,
    ) -> Result<Vec<EvidenceItem>, LocationRefusal> {
        let mut items = Vec::with_capacity(given.len() + 2);
        for item in given {
            accepts_from_caller(item.kind)?;
            let made = EvidenceItem::new(self.random()?, item.kind, &item.format, &item.content);
            let what = "an item has a format of 1 to 127 printable characters, and a content";
            items.push(made.map_err(|_| Refusal::Malformed { what })?);
        }
        let (country, anonymous) = (&self.country_database, &self.anonymous_database);
        let looked_up = ip::item(
            self.random()?,
            address,
            country.as_ref(),
            anonymous.as_ref(),
        );
        items.push(looked_up.map_err(|_| LocationRefusal::Internal("an address"))?);
        Ok(items)
    }

    fn subject_of(
        &self,
        key: Option<&[u8]>,
        now: UnixMicros,
    ) -> Result<Option<Subject>, LocationRefusal> {
        let hash = key.map(sha256);
        let subjects = self.subjects(now);
        hash.map_or(Ok(None), |hash| subjects.of_key(&hash))
    }

    fn owner(&self, subject: &Subject) -> Digest32 {
        self.names.owner(subject.name.as_str())
    }

    /// The turn of the subject whose challenge it is, if it is one's.
    fn turn_of(&self, id: ChallengeId) -> Result<Option<MutexGuard<'_, ()>>, LocationRefusal> {
        let now = self.now()?;
        let ttl_ms = self.policy.challenge_ttl_ms();
        let challenge = Challenge::look(self.rows.as_ref(), id, now, ttl_ms)?;
        let subject = self.subject_of(challenge.key.as_deref(), now)?;
        Ok(subject.and_then(|subject| self.turn(&self.owner(&subject))))
    }

    /// Appraises; and once more with the neighbours, if there is a subject to have any: which
    /// they are depends on the time that the evidence states.
    fn appraise(
        &self,
        case: &Case<'_>,
        mut items: Vec<EvidenceItem>,
        history: Option<&History<'_>>,
    ) -> Result<(Appraisal, Vec<EvidenceItem>), LocationRefusal> {
        let means = Means::new(&EvidenceSignatures, self.boundaries.as_ref());
        let appraisal = appraise(&self.policy, &case.context, &items, &means)?;
        let Some(history) = history.filter(|_| self.is_compared(case, &appraisal)) else {
            return Ok((appraisal, items));
        };
        let (before, after) =
            history.around(&place(&appraisal, AssuranceLevel::L1NetworkCorroborated))?;
        let item = history::item(self.random()?, before.as_ref(), after.as_ref());
        items.push(item.map_err(|_| LocationRefusal::Internal("neighbours"))?);
        let appraisal = appraise(&self.policy, &case.context, &items, &means)?;
        Ok((appraisal, items))
    }

    /// Only what reaches level 1 is compared and remembered: below it nothing but the subject
    /// speaks for a place, and it could poison its own history.
    fn is_compared(&self, case: &Case<'_>, appraisal: &Appraisal) -> bool {
        let Some(key) = &appraisal.subject_key else {
            return false;
        };
        let now_ms = case.context.accepted_ms;
        let Ok(evidence) = appraisal.evidence(now_ms, now_ms) else {
            return false;
        };
        let mut claim = ClaimFields::new(
            *self.policy.hash(),
            SubjectRef::KeyHash(*key),
            DocBinding::Requester,
            AssuranceLevel::L0Asserted,
            appraisal.observed,
            appraisal.method,
            [0; 32],
        );
        claim.evidence = evidence;
        claim.flags = appraisal.flags;
        let level = self.stamping.level(&claim, now_ms);
        level > Some(AssuranceLevel::L0Asserted)
    }

    /// What a refusal costs: the challenge, unless there was nothing to appraise.
    fn cost(&self, case: &Case<'_>, refusal: LocationRefusal) -> LocationRefusal {
        match &refusal {
            LocationRefusal::Evidence(row) if ![1, 3, 36].contains(&row.row()) => {
                match self.spend(case) {
                    Ok(()) => refusal,
                    // Another answer to the same challenge came first: that is all it is told.
                    Err(first) => first,
                }
            }
            _ => refusal,
        }
    }

    fn spend(&self, case: &Case<'_>) -> Result<(), LocationRefusal> {
        let ttl_ms = self.policy.challenge_ttl_ms();
        let (rows, id) = (self.rows.as_ref(), case.submission.challenge);
        case.challenge.take(rows, id, case.now, ttl_ms)
    }

    /// Row 32, and what the token will say.
    fn conclude(
        &self,
        case: &Case<'_>,
        appraisal: &Appraisal,
        items: Vec<EvidenceItem>,
        owner: Option<Digest32>,
    ) -> Result<Acceptance, LocationRefusal> {
        let seed = self.random()?;
        let tree = SlotTree::new(Seed::new(seed), appraisal.slots());
        let tree = tree.map_err(|_| LocationRefusal::Internal("the tree"))?;
        let bundle = EvidenceBundle::new(case.context.clone(), items);
        let bundle = bundle.map_err(|_| Refusal::Malformed {
            what: "the evidence is too long",
        })?;
        let subject = match &appraisal.subject_key {
            Some(key) => self.names.pairwise(key, &case.submission.audience),
            None => SubjectRef::Anonymous,
        };
        let hash = *self.policy.hash();
        let appraised = Appraised::new(appraisal, &bundle, hash, subject, &tree, case.reveal);
        let appraised = appraised.map_err(Rejection::from)?;
        let asked = case.submission.min_level;
        let appraised = match asked {
            Some(level) => appraised.with_min_level(level),
            None => appraised,
        };
        let level = self.stamping.check(&appraised)?;
        let accepted_ms = case.context.accepted_ms;
        let results = appraisal.evidence(accepted_ms, accepted_ms);
        let results = results.map_err(|_| LocationRefusal::Internal("a radius"))?;
        let notes = appraisal.results.iter().map(|item| item.note);
        Ok(Acceptance {
            owner,
            accepted: case.now,
            level,
            missing_for_next_level: acceptance::missing_for_next(&self.stamping, &appraised, level),
            appraised,
            results: results.into_iter().zip(notes).collect(),
            secrets: Secrets {
                seed,
                leaves: Slot::all().map(|slot| tree.value(slot).encode()).collect(),
                bundle: bundle.as_der().to_vec(),
                carried: carried(&tree, case.submission.carry)?,
            },
        })
    }

    /// Keeps the place for comparison.
    fn remember(
        &self,
        history: &History<'_>,
        appraisal: &Appraisal,
        level: AssuranceLevel,
    ) -> Result<(), LocationRefusal> {
        if level == AssuranceLevel::L0Asserted {
            return Ok(());
        }
        history.remember(self.entropy.as_ref(), &place(appraisal, level))
    }
}

/// What is compared and remembered of a stamp.
const fn place(appraisal: &Appraisal, level: AssuranceLevel) -> Neighbour {
    Neighbour::new(&appraisal.position.point, &appraisal.observed, level.code())
}

/// What opens these slots; nothing for none.
fn carried(tree: &SlotTree, slots: RevealMask) -> Result<Option<Disclosures>, LocationRefusal> {
    let slots = Slot::all().filter(|slot| slots.has(*slot));
    let disclosures: Vec<Disclosure> = slots.map(|slot| tree.disclose(slot)).collect();
    if disclosures.is_empty() {
        return Ok(None);
    }
    let made = Disclosures::new(disclosures);
    made.map(Some)
        .map_err(|_| LocationRefusal::Internal("the disclosures"))
}

fn check_size(items: &[GivenItem]) -> Result<(), LocationRefusal> {
    if !(1..=MOST_ITEMS).contains(&items.len()) {
        return Err(LocationRefusal::Value {
            member: "evidence",
            expected: Cow::Owned(format!("a list of 1 to {MOST_ITEMS} items")),
        });
    }
    let octets: usize = items.iter().map(|item| item.content.len()).sum();
    if octets > MOST_OCTETS {
        return Err(LocationRefusal::Value {
            member: "evidence",
            expected: Cow::Owned(format!("{MOST_OCTETS} octets at most, decoded")),
        });
    }
    Ok(())
}
