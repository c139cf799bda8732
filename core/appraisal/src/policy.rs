//! [`AppraisalPolicy`]: the public rules of an appraisal.
//!
//! One JSON document for each authority. Its RFC 8785 (JCS) form is what is served and hashed;
//! the hash is the `policyHash` of every claim made under it.

mod document;
mod error;

use std::collections::BTreeMap;

use meridian_wire::loc::Digest32;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::request::RevealMask;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::{self, ObjectIdentifier};
use sha2::{Digest, Sha256};

use crate::countries::Boundaries;

pub use document::{BoundariesRule, DatabaseRule, IpRule, PolicyDocument, RevealRule, TravelRule};
pub use error::PolicyError;

/// Octets of a document; ours have under 2,000.
pub const MAX_POLICY_BYTES: usize = 65_536;

const DAY_MS: u32 = 86_400_000;

/// What a stamp says, in one sentence.
const STATEMENT: &str = "At genTime, within its accuracy, the authority had appraised the \
    evidence whose digests are in the claim and found it, at the stated level, consistent with \
    the subject's having been in the stated region at fixTime, within maxError; and the subject, \
    bound as stated, presented the imprint. It locates a key, not a person, and not a document.";

/// Our OIDs and the level that each means.
const LEVELS: [(ObjectIdentifier, u8); 5] = [
    (oid::POLICY_LOCATION_0, 0),
    (oid::POLICY_LOCATION_1, 1),
    (oid::POLICY_LOCATION_2, 2),
    (oid::POLICY_LOCATION_3, 3),
    (oid::POLICY_LOCATION_4, 4),
];

/// The public rules of an appraisal: a checked document, its JCS form and its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct AppraisalPolicy {
    document: PolicyDocument,
    levels: BTreeMap<ObjectIdentifier, AssuranceLevel>,
    default_policy: ObjectIdentifier,
    reveal_default: RevealMask,
    reveal_allowed: RevealMask,
    boundaries: Option<Digest32>,
    jcs: Vec<u8>,
    hash: Digest32,
}

impl AppraisalPolicy {
    /// Reads a document. Every member must be there once, and no other.
    ///
    /// # Errors
    ///
    /// [`PolicyError`].
    pub fn parse(json: &[u8]) -> Result<Self, PolicyError> {
        if json.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::TooLong {
                actual: json.len(),
                limit: MAX_POLICY_BYTES,
            });
        }
        Self::new(serde_json::from_slice(json)?)
    }

    /// Checks a document.
    ///
    /// # Errors
    ///
    /// [`PolicyError`].
    pub fn new(document: PolicyDocument) -> Result<Self, PolicyError> {
        check_numbers(&document)?;
        check_text("name", &document.name, 200)?;
        check_text("statement", &document.statement, 4_000)?;
        let levels = levels(&document.policies)?;
        let default_policy = parse_oid(&document.default_policy)?;
        if !levels.contains_key(&default_policy) {
            return Err(PolicyError::DefaultNotServed);
        }
        let boundaries = document.boundaries.as_ref().map(digest).transpose()?;
        let allowed = slots("reveal.allowed", &document.reveal.allowed)?;
        let reveal_allowed = RevealMask::of(allowed.iter().copied());
        let default = slots("reveal.default", &document.reveal.default)?;
        if !default.iter().all(|slot| reveal_allowed.has(*slot)) {
            return Err(PolicyError::Slots {
                member: "reveal.default",
            });
        }
        let jcs = serde_json_canonicalizer::to_vec(&document)?;
        Ok(Self {
            levels,
            default_policy,
            reveal_default: RevealMask::of(default),
            reveal_allowed,
            boundaries,
            hash: Sha256::digest(&jcs).into(),
            jcs,
            document,
        })
    }

    /// The document of a new evaluation authority: everybody is served, nothing is looked up in
    /// a database of addresses, countries come from the embedded boundaries.
    ///
    /// # Errors
    ///
    /// None: it is checked like every other.
    pub fn evaluation() -> Result<Self, PolicyError> {
        Self::new(PolicyDocument::evaluation())
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &PolicyDocument {
        &self.document
    }

    /// The document as RFC 8785 writes it: what is served.
    #[must_use]
    pub fn jcs(&self) -> &[u8] {
        &self.jcs
    }

    /// SHA-256 of [`Self::jcs`]: the `policyHash` of a claim.
    #[must_use]
    pub const fn hash(&self) -> &Digest32 {
        &self.hash
    }

    /// The policy OIDs under which stamps are made, ascending.
    pub fn oids(&self) -> impl Iterator<Item = &ObjectIdentifier> {
        self.levels.keys()
    }

    /// The least level of a stamp under this OID; `None` if it is not served.
    #[must_use]
    pub fn min_level(&self, policy: &ObjectIdentifier) -> Option<AssuranceLevel> {
        self.levels.get(policy).copied()
    }

    /// The OID that holds where none is asked for.
    #[must_use]
    pub const fn default_policy(&self) -> ObjectIdentifier {
        self.default_policy
    }

    /// How long a challenge can be answered.
    #[must_use]
    pub const fn challenge_ttl_ms(&self) -> u32 {
        self.document.challenge_ttl_ms
    }

    /// How long a ticket can be used.
    #[must_use]
    pub const fn ticket_ttl_ms(&self) -> u32 {
        self.document.ticket_ttl_ms
    }

    /// How often a ticket can be used.
    #[must_use]
    pub const fn ticket_uses(&self) -> u8 {
        self.document.ticket_uses
    }

    /// The age of a fix at acceptance up to which it is fresh.
    #[must_use]
    pub const fn fix_age_ms(&self) -> u32 {
        self.document.fix_age_ms
    }

    /// The age of a fix at acceptance up to which it is stale; beyond, it is not taken.
    #[must_use]
    pub fn stale_age_ms(&self) -> u32 {
        let factor = u32::from(self.document.stale_factor);
        // At most a day times 100: the ranges above.
        self.document.fix_age_ms.saturating_mul(factor)
    }

    /// How far a device's clock may be ahead.
    #[must_use]
    pub const fn clock_skew_ms(&self) -> u32 {
        self.document.clock_skew_ms
    }

    /// Whether a subject without an enrolled key is served.
    #[must_use]
    pub const fn allow_unenrolled(&self) -> bool {
        self.document.allow_unenrolled
    }

    /// Whether a position that was typed in is taken.
    #[must_use]
    pub const fn allow_manual(&self) -> bool {
        self.document.allow_manual
    }

    /// Whether an address of an anonymising network is a reason to refuse.
    #[must_use]
    pub const fn deny_anonymous(&self) -> bool {
        self.document.deny_anonymous
    }

    /// Whether contradicted evidence is stamped.
    #[must_use]
    pub const fn issue_contradicted(&self) -> bool {
        self.document.issue_contradicted
    }

    /// Slots that are revealed if nothing is asked for.
    #[must_use]
    pub const fn reveal_default(&self) -> RevealMask {
        self.reveal_default
    }

    /// Slots that are revealed if they are asked for.
    #[must_use]
    pub const fn reveal_allowed(&self) -> RevealMask {
        self.reveal_allowed
    }

    /// What travel is believed.
    #[must_use]
    pub const fn travel(&self) -> TravelRule {
        self.document.travel
    }

    /// The widest bound that one landmark may give at level 3.
    #[must_use]
    pub const fn l3_radius_m(&self) -> u32 {
        self.document.l3_radius_m
    }

    /// How the database of countries of addresses is used; `None`: it is not.
    #[must_use]
    pub const fn ip_country(&self) -> Option<DatabaseRule> {
        self.document.ip.country
    }

    /// How the database of anonymising networks is used; `None`: it is not.
    #[must_use]
    pub const fn ip_anonymous(&self) -> Option<DatabaseRule> {
        self.document.ip.anonymous
    }

    /// SHA-256 of the boundaries of countries; `None`: no country is stated.
    #[must_use]
    pub const fn boundaries(&self) -> Option<&Digest32> {
        self.boundaries.as_ref()
    }
}

impl PolicyDocument {
    /// The document of [`AppraisalPolicy::evaluation`], to be changed and checked.
    #[must_use]
    pub fn evaluation() -> Self {
        Self {
            version: 1,
            name: "evaluation".to_owned(),
            statement: STATEMENT.to_owned(),
            policies: LEVELS
                .iter()
                .map(|(oid, level)| (oid.to_string(), *level))
                .collect(),
            default_policy: oid::POLICY_LOCATION_0.to_string(),
            challenge_ttl_ms: 120_000,
            ticket_ttl_ms: 120_000,
            ticket_uses: 4,
            fix_age_ms: 60_000,
            stale_factor: 10,
            clock_skew_ms: 5_000,
            allow_unenrolled: true,
            allow_manual: true,
            deny_anonymous: false,
            issue_contradicted: false,
            reveal: RevealRule::new(vec![0], (0..16).collect()),
            travel: TravelRule::new(300, 400),
            l3_radius_m: 500_000,
            ip: IpRule::new(None, None),
            boundaries: Some(BoundariesRule::new(
                &Boundaries::embedded_digest(),
                Boundaries::EMBEDDED_ATTRIBUTION,
            )),
        }
    }
}

fn check_numbers(document: &PolicyDocument) -> Result<(), PolicyError> {
    if document.version != 1 {
        return Err(PolicyError::Version {
            actual: document.version,
        });
    }
    let days = |rule: Option<DatabaseRule>| rule.map_or(1, |rule| u32::from(rule.max_age_days));
    let travel = document.travel;
    for (member, actual, min, max) in [
        ("challenge_ttl_ms", document.challenge_ttl_ms, 1_000, DAY_MS),
        ("ticket_ttl_ms", document.ticket_ttl_ms, 1_000, DAY_MS),
        ("ticket_uses", document.ticket_uses.into(), 1, 100),
        ("fix_age_ms", document.fix_age_ms, 1_000, DAY_MS),
        ("stale_factor", document.stale_factor.into(), 1, 100),
        ("clock_skew_ms", document.clock_skew_ms, 0, 3_600_000),
        ("travel.suspicious_m_s", travel.suspicious_m_s, 1, 100_000),
        (
            "travel.impossible_m_s",
            travel.impossible_m_s,
            travel.suspicious_m_s,
            100_000,
        ),
        ("l3_radius_m", document.l3_radius_m, 1, 20_037_509),
        (
            "ip.country.max_age_days",
            days(document.ip.country),
            1,
            3_660,
        ),
        (
            "ip.anonymous.max_age_days",
            days(document.ip.anonymous),
            1,
            3_660,
        ),
    ] {
        if !(min..=max).contains(&actual) {
            return Err(PolicyError::OutOfRange {
                member,
                min,
                max,
                actual,
            });
        }
    }
    Ok(())
}

fn check_text(member: &'static str, text: &str, max: usize) -> Result<(), PolicyError> {
    let printable = !text.chars().any(char::is_control);
    if printable && (1..=max).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(PolicyError::Text { member, max })
}

fn levels(
    policies: &BTreeMap<String, u8>,
) -> Result<BTreeMap<ObjectIdentifier, AssuranceLevel>, PolicyError> {
    let mut levels = BTreeMap::new();
    for (dotted, stated) in policies {
        let policy = parse_oid(dotted)?;
        let ours = LEVELS.iter().find(|(ours, _)| *ours == policy);
        if let Some((_, meant)) = ours.filter(|(_, meant)| meant != stated) {
            return Err(PolicyError::Level {
                dotted: dotted.clone(),
                meant: *meant,
                stated: *stated,
            });
        }
        let level = AssuranceLevel::from_code(*stated).ok_or(PolicyError::OutOfRange {
            member: "policies",
            min: 0,
            max: 4,
            actual: u32::from(*stated),
        })?;
        levels.insert(policy, level);
    }
    if levels.is_empty() {
        return Err(PolicyError::NoPolicies);
    }
    Ok(levels)
}

fn parse_oid(dotted: &str) -> Result<ObjectIdentifier, PolicyError> {
    oid::parse(dotted).map_err(|_| PolicyError::Oid {
        dotted: dotted.to_owned(),
    })
}

fn slots(member: &'static str, numbers: &[u8]) -> Result<Vec<Slot>, PolicyError> {
    let wrong = PolicyError::Slots { member };
    if !numbers
        .iter()
        .zip(numbers.iter().skip(1))
        .all(|(a, b)| a < b)
    {
        return Err(wrong);
    }
    let slots: Result<Vec<Slot>, _> = numbers.iter().map(|number| Slot::new(*number)).collect();
    slots.map_err(|_| wrong)
}

fn digest(rule: &BoundariesRule) -> Result<Digest32, PolicyError> {
    let mut octets = [0; 32];
    hex::decode_to_slice(&rule.sha256, &mut octets).map_err(|_| PolicyError::Digest)?;
    if hex::encode(octets) == rule.sha256 {
        Ok(octets)
    } else {
        Err(PolicyError::Digest)
    }
}

#[cfg(test)]
mod tests;
