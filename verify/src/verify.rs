//! The list of checks, and nothing else.

use meridian_wire::oid;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::artifact::Artifact;
use crate::checks::algorithm_policy::AlgorithmProofs;
use crate::checks::etsi::Footing;
use crate::checks::later::LaterProofs;
use crate::checks::log::{LogPlace, LogProofs, Stamp};
use crate::checks::path::PathProofs;
use crate::checks::revocation::RevocationProofs;
use crate::checks::signature::{Means, SignatureProofs};
use crate::checks::signer::SignerProofs;
use crate::checks::stamping_certificate::StampingCertificateProofs;
use crate::checks::tst_info::Times;
use crate::checks::unsigned_attrs::UnsignedAttrsProofs;
use crate::checks::{
    algorithm_policy, container, etsi, imprint, later, log, path, revocation, signature,
    signed_attrs, signer, stamping_certificate, tst_info, unsigned_attrs,
};
use crate::crypto::digest::named;
use crate::facts::{CatalogueFacts, InputFacts, TokenFacts};
use crate::finding::{Checked, Finding};
use crate::grounds::Grounds;
use crate::input::Recognised;
use crate::instant::Interval;
use crate::later::covers;
use crate::location::place::Place;
use crate::location::{self, TimeJudged};
use crate::log_proof;
use crate::path::find_path;
use crate::path::validate::Terms;
use crate::policy::VerifyPolicy;
use crate::pool::Pool;
use crate::report::Report;
use crate::revocation::budget::Budget;
use crate::revocation::material::Material;
use crate::revocation::{Freshness, Inquiry};
use crate::unsigned::Unsigned;
use crate::verdict::{Models, Verdict};
use crate::verified::VerifiedTimestamp;
use crate::verifier::Verifier;

/// The digest that the token holds of its data, so that the caller can compute the same.
/// None if the token cannot be read that far; nothing is checked.
#[must_use]
pub fn imprint_algorithm(input: &Recognised) -> Option<HashAlgorithm> {
    read_tst_info(input, |tst_info| named(&tst_info.imprint_algorithm))?
}

/// That digest.
pub(crate) fn imprint(input: &Recognised) -> Option<Vec<u8>> {
    read_tst_info(input, |tst_info| tst_info.imprint.to_vec())
}

fn read_tst_info<T>(input: &Recognised, read: impl FnOnce(&TstInfoView<'_>) -> T) -> Option<T> {
    let mut walk = Walk::default();
    let container = container::Container::open(input, &mut walk).ok()?;
    let octets = container.signed.encapsulated.octets.as_deref()?;
    let tlv = Tlv::only(octets, &mut walk).ok()?;
    let tst_info = TstInfoView::read(&tlv, &mut walk).ok()?;
    Some(read(&tst_info))
}

/// Judges a token. Every check that can run runs, whatever others found. `artifact` is the
/// data; none means that it is not at hand, which leaves the verdict indeterminate at best.
///
/// Not checked: whether an authority is qualified (trusted lists decide); of a place, what
/// [`crate::location`] says.
#[must_use]
pub fn verify_timestamp(
    input: &Recognised,
    artifact: Option<&Artifact>,
    policy: &VerifyPolicy,
) -> Report {
    judge(
        &Verifier::new(policy),
        input,
        artifact,
        policy.proof.as_deref(),
    )
}

/// The same with a policy that was made ready before; `proof` is this token's.
pub(crate) fn judge(
    verifier: &Verifier<'_>,
    input: &Recognised,
    artifact: Option<&Artifact>,
    proof: Option<&str>,
) -> Report {
    let policy = verifier.policy;
    let mut findings = Vec::new();
    let mut walk = Walk::default();
    let opened = container::Container::open(input, &mut walk);
    let outcome = match &opened {
        Err(error) => {
            container::check(
                input,
                Err(*error),
                &walk,
                None,
                policy.profile,
                &mut findings,
            );
            Outcome::unreadable(policy)
        }
        Ok(container) => {
            let mut run = Run {
                input,
                container,
                walk: &walk,
                artifact,
                policy,
                verifier,
                proof,
            };
            run.judge(&mut findings)
        }
    };
    findings.sort_by_key(|finding| finding.id);
    let gen_time = Verdict::of(&findings, outcome.verified.as_ref());
    let etsi = match gen_time {
        Verdict::Passed if !outcome.holds_now => Verdict::Indeterminate,
        other => other,
    };
    Report {
        models: Models::new(gen_time, etsi),
        input: input.describe(),
        at: policy.at,
        profile: policy.profile,
        findings,
        token: outcome.facts,
        log: outcome.log,
        exists_since: outcome.exists_since,
        grounds: outcome.grounds,
        inputs: InputFacts::of(input, artifact),
        catalogue: CatalogueFacts::of(&policy.algorithms),
        revocation: policy.revocation,
        place: outcome.place,
        verified: outcome.verified,
    }
}

/// What the checks leave behind.
#[derive(Debug, Default)]
struct Outcome {
    verified: Option<VerifiedTimestamp>,
    facts: Option<TokenFacts>,
    log: Option<LogPlace>,
    exists_since: Option<UnixMicros>,
    place: Option<Place>,
    holds_now: bool,
    grounds: Grounds,
}

impl Outcome {
    fn unreadable(policy: &VerifyPolicy) -> Self {
        Self {
            place: location::unreadable(&policy.place),
            ..Self::default()
        }
    }
}

/// What the checks work on.
struct Run<'r> {
    input: &'r Recognised,
    container: &'r container::Container<'r>,
    walk: &'r Walk,
    artifact: Option<&'r Artifact>,
    policy: &'r VerifyPolicy,
    verifier: &'r Verifier<'r>,
    proof: Option<&'r str>,
}

impl Run<'_> {
    fn judge(&mut self, findings: &mut Vec<Finding>) -> Outcome {
        let signed = &self.container.signed;
        let mut tst_walk = Walk::default();
        let tst_info = signed.encapsulated.octets.as_deref().map(|octets| {
            let tlv = Tlv::only(octets, &mut tst_walk)?;
            TstInfoView::read(&tlv, &mut tst_walk)
        });
        let container = container::check(
            self.input,
            Ok(self.container),
            self.walk,
            Some(&tst_walk),
            self.policy.profile,
            findings,
        );
        let (tst_info, signer) = match (tst_info, signed.signers.first()) {
            (Some(Ok(tst_info)), Some(signer)) => (tst_info, signer),
            (Some(Err(error)), _) => {
                Checked::<20>::failed(format!("TSTInfo cannot be read: {error}")).record(findings);
                return Outcome::unreadable(self.policy);
            }
            (Some(Ok(tst_info)), None) => {
                let times = Times::read(&tst_info, self.policy.profile);
                let facts = TokenFacts::of(&tst_info, times.as_ref(), None, None);
                return Outcome {
                    facts: Some(facts),
                    ..Outcome::unreadable(self.policy)
                };
            }
            (None, _) => return Outcome::unreadable(self.policy),
        };
        let times = Times::read(&tst_info, self.policy.profile);
        let said = tst_info::check(&tst_info, times.as_ref(), self.policy, findings);
        let imprint = imprint::check(&tst_info, self.artifact, findings);
        let attributes = signed_attrs::check(signed, signer, times.as_ref(), findings);
        let trust = self.judge_trust(signed, signer, &tst_info, times.as_ref(), findings);
        let verified = (|| {
            Some(VerifiedTimestamp {
                container: container?,
                tst_info: said?,
                imprint: imprint?,
                signed_attrs: attributes?,
                unsigned_attrs: trust.unsigned?,
                signer: trust.signer?,
                signature: trust.signature?,
                certificate: trust.certificate?,
                algorithms: trust.algorithms?,
                path: trust.path?,
                revocation: trust.revocation?,
                log: trust.existence.log?,
                later: trust.existence.later?,
            })
        })();
        let stamp = Stamp::new(signer, &tst_info, times.as_ref());
        let time = TimeJudged {
            verdict: Verdict::of(findings, verified.as_ref()),
            verified: verified.is_some(),
        };
        Outcome {
            verified,
            place: location::check(&stamp, &self.policy.place, time),
            facts: Some(trust.facts),
            log: trust.existence.place,
            exists_since: trust.existence.since,
            holds_now: trust.holds_now,
            grounds: trust.grounds,
        }
    }

    /// Everything that hangs on the signer's certificate, and the log.
    fn judge_trust(
        &self,
        signed: &SignedDataView<'_>,
        signer: &SignerInfoView<'_>,
        tst_info: &TstInfoView<'_>,
        times: Option<&Times>,
        findings: &mut Vec<Finding>,
    ) -> Trust {
        let policy = self.policy;
        let unsigned = Unsigned::of(signer);
        let pool = self.verifier.pool(signed, &unsigned);
        let choice = signer::choose(signer, &pool);
        let certificate = choice.certificate;
        let means = Means::of(signer, certificate);
        let interval = times.and_then(|times| times.interval);
        let path = certificate.zip(interval);
        let path = path.map(|(certificate, interval)| {
            let terms = Terms::new(interval, oid::KP_TIME_STAMPING);
            find_path(certificate, &pool, &terms)
        });
        let found = path.as_ref().and_then(|path| path.as_ref().ok());
        let uses = algorithm_policy::uses(tst_info, Some(signer), Some(&means), found);
        let material = Material::gather(signed, &unsigned, &self.verifier.material);
        let budget = Budget::new();
        let ask = |interval, freshness| {
            let (subject, path) = certificate.zip(found)?;
            let terms = Terms::new(interval, oid::KP_TIME_STAMPING);
            let inquiry = self.inquiry(&pool, &material, &terms, freshness, &budget);
            Some(revocation::ask_all(subject, path, &inquiry))
        };
        let answers = interval.and_then(|interval| ask(interval, Freshness::After));
        let now = ask(Interval::instant(policy.at), Freshness::Current).unwrap_or_default();
        let facts = TokenFacts::of(tst_info, times, Some(signer), certificate);
        let stamp = Stamp::new(signer, tst_info, times);
        let existence = self.judge_existence(&stamp, &facts, findings);
        let footing = Footing {
            signer: certificate,
            path: found,
            uses: &uses,
            revocation: &now,
        };
        Trust {
            unsigned: unsigned_attrs::check(&unsigned, findings),
            signer: signer::check(signer, tst_info, &choice, &pool, policy.profile, findings),
            signature: signature::check(signer, &means, policy.profile, findings),
            certificate: certificate.and_then(|certificate| {
                stamping_certificate::check(certificate, times, policy.profile, findings)
            }),
            algorithms: algorithm_policy::check(
                &uses,
                times,
                certificate,
                &policy.algorithms,
                findings,
            ),
            path: path::check(path.as_ref(), interval, findings),
            revocation: revocation::check(
                answers.as_deref(),
                interval,
                policy.revocation,
                existence.since,
                findings,
            ),
            holds_now: etsi::check(&footing, existence.since, policy, findings),
            grounds: Grounds::of(&footing, answers.as_deref(), &policy.algorithms),
            existence,
            facts,
        }
    }

    /// Everything that an answer depends on but certificate and path.
    const fn inquiry<'i, 'a>(
        &self,
        pool: &'i Pool<'a>,
        material: &'i Material<'a>,
        terms: &'i Terms,
        freshness: Freshness,
        budget: &'i Budget,
    ) -> Inquiry<'i, 'a> {
        Inquiry {
            pool,
            material,
            terms,
            freshness,
            at: self.policy.at,
            mode: self.policy.revocation,
            budget,
            depth: 0,
        }
    }

    /// What others than the authority say about since when the token exists.
    fn judge_existence(
        &self,
        stamp: &Stamp<'_>,
        facts: &TokenFacts,
        findings: &mut Vec<Finding>,
    ) -> Existence {
        let at_hand = log_proof::at_hand(self.proof, stamp.signer);
        let (log, place) = log::check(&at_hand, self.policy, stamp, findings);
        let dated = later::Dated {
            facts,
            log: place.as_ref(),
        };
        let (covers, strangers) = covers(self.input, self.policy);
        let (later, covered_since) = later::check(dated, &covers, strangers, findings);
        let witnessed_since = place.as_ref().and_then(|place| place.witnessed_since);
        Existence {
            log,
            later,
            place,
            since: witnessed_since.into_iter().chain(covered_since).min(),
        }
    }
}

/// What [`Run::judge_trust`] leaves behind.
struct Trust {
    unsigned: Option<UnsignedAttrsProofs>,
    signer: Option<SignerProofs>,
    signature: Option<SignatureProofs>,
    certificate: Option<StampingCertificateProofs>,
    algorithms: Option<AlgorithmProofs>,
    path: Option<PathProofs>,
    revocation: Option<RevocationProofs>,
    existence: Existence,
    holds_now: bool,
    grounds: Grounds,
    facts: TokenFacts,
}

/// What [`Run::judge_existence`] leaves behind.
struct Existence {
    log: Option<LogProofs>,
    later: Option<LaterProofs>,
    place: Option<LogPlace>,
    since: Option<UnixMicros>,
}
