//! V090 to V093: the token is in the log, and witnesses saw it there.

use meridian_merkle::hash::{Hash, leaf_hash};
use meridian_merkle::inclusion::InclusionProof;
use meridian_merkle::index::LeafIndex;
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind, token_digest};
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::oid;
use meridian_wire::proof::TlogProof;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;

use super::signature::signed_attrs_as_der_set;
use super::tst_info::Times;
use crate::finding::{Checked, Finding, Proof};
use crate::log_proof::ProofAtHand;
use crate::note::verify_note;
use crate::policy::VerifyPolicy;
use crate::trust_list::WitnessWindows;
use crate::witnesses::witnessed_within;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct LogProofs {
    checkpoint: Proof<90>,
    inclusion: Proof<91>,
    leaf: Proof<92>,
    witnessed: Proof<93>,
}

/// What the token must agree with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'t> {
    /// For the digest.
    pub(crate) signer: &'t SignerInfoView<'t>,
    /// For serial number and kind.
    pub(crate) tst_info: &'t TstInfoView<'t>,
    /// For the time.
    pub(crate) times: Option<&'t Times>,
}

impl<'t> Stamp<'t> {
    pub(crate) const fn new(
        signer: &'t SignerInfoView<'t>,
        tst_info: &'t TstInfoView<'t>,
        times: Option<&'t Times>,
    ) -> Self {
        Self {
            signer,
            tst_info,
            times,
        }
    }
}

/// Where the token is in the log, for the report. Only of a proof whose checks all passed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LogPlace {
    pub(crate) origin: String,
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) time: UnixMicros,
    /// Since when a quorum of witnesses has seen it, if that was asked for.
    pub(crate) witnessed_since: Option<UnixMicros>,
}

/// Runs the family. A proof that is there must be right, asked for or not.
pub(crate) fn check(
    at_hand: &ProofAtHand,
    policy: &VerifyPolicy,
    stamp: &Stamp<'_>,
    findings: &mut Vec<Finding>,
) -> (Option<LogProofs>, Option<LogPlace>) {
    let keys = policy.log_keys();
    let checkpoint = checkpoint(at_hand, &keys, policy.require_log).record(findings);
    let inclusion = inclusion(at_hand).record(findings);
    let leaf = leaf(at_hand, stamp).record(findings);
    let (witnessed, since) = {
        let (wanted, windows) = (policy.log_policy.as_ref(), &policy.witness_windows);
        witnessed(at_hand, wanted, windows, policy.at)
    };
    let witnessed = witnessed.record(findings);
    let proofs = (|| {
        Some(LogProofs {
            checkpoint: checkpoint?,
            inclusion: inclusion?,
            leaf: leaf?,
            witnessed: witnessed?,
        })
    })();
    let place = match (at_hand, &proofs) {
        (ProofAtHand::Proof(proof, _), Some(_)) if !keys.is_empty() => place(proof, since),
        _ => None,
    };
    (proofs, place)
}

fn place(proof: &TlogProof, witnessed_since: Option<UnixMicros>) -> Option<LogPlace> {
    let checkpoint = Checkpoint::parse(proof.checkpoint().text()).ok()?;
    let leaf = Leaf::decode(proof.extra()?).ok()?;
    Some(LogPlace {
        origin: checkpoint.origin().as_str().to_owned(),
        index: proof.index().get(),
        size: checkpoint.size().get(),
        root: *checkpoint.root(),
        time: leaf.time(),
        witnessed_since,
    })
}

/// V093, C2SP tlog-cosignature and tlog-policy: a quorum of the caller's witnesses saw the
/// checkpoint, and since when.
pub(crate) fn witnessed(
    at_hand: &ProofAtHand,
    wanted: Option<&TlogPolicy>,
    windows: &WitnessWindows,
    at: UnixMicros,
) -> (Checked<93>, Option<UnixMicros>) {
    let ProofAtHand::Proof(proof, _) = at_hand else {
        return (Checked::not_checked("no log proof is at hand"), None);
    };
    let Some(wanted) = wanted.filter(|wanted| wanted.wants_witnesses()) else {
        return (Checked::not_checked("no witnesses were asked for"), None);
    };
    match witnessed_within(proof.checkpoint(), wanted, windows, at) {
        Ok(Some(since)) => {
            let detail = format!("a quorum of witnesses had seen the checkpoint at {since}");
            (Checked::passed(detail), Some(since))
        }
        Ok(None) => (
            Checked::failed("the checkpoint lacks cosignatures of a quorum of witnesses"),
            None,
        ),
        Err(fault) => (Checked::failed(format!("a cosignature: {fault}")), None),
    }
}

/// V090, C2SP signed-note and tlog-checkpoint: a log of the caller's signed the checkpoint.
pub(crate) fn checkpoint(
    at_hand: &ProofAtHand,
    keys: &[&VerifierKey],
    required: bool,
) -> Checked<90> {
    let (proof, source) = match at_hand {
        ProofAtHand::Proof(proof, source) => (proof, source.describe()),
        ProofAtHand::Unreadable(source, fault) => {
            let source = source.describe();
            return Checked::failed(format!("the log proof in {source} cannot be read: {fault}"));
        }
        ProofAtHand::None if required => {
            return Checked::failed("a log proof is required and none is at hand");
        }
        ProofAtHand::None => return Checked::not_checked("no log proof is at hand"),
    };
    let checkpoint = match Checkpoint::parse(proof.checkpoint().text()) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Checked::failed(format!("the checkpoint cannot be read: {error}")),
    };
    let of_origin = |key: &&&VerifierKey| key.name().as_str() == checkpoint.origin().as_str();
    match keys.iter().find(of_origin) {
        None if keys.is_empty() && required => {
            Checked::failed("a log proof is required and no log key was given")
        }
        None if keys.is_empty() => {
            Checked::not_checked(format!("a log proof is in {source}, no log key was given"))
        }
        None => Checked::failed("the checkpoint is of another log than the key"),
        Some(key) => match verify_note(proof.checkpoint(), key) {
            Ok(()) => Checked::passed(format!(
                "checkpoint of {} at size {} is signed by the log (proof from {source})",
                checkpoint.origin().as_str(),
                checkpoint.size().get()
            )),
            Err(fault) => Checked::failed(fault.to_string()),
        },
    }
}

/// V091, RFC 9162 section 2.1.3.2: the leaf is in the tree of the checkpoint.
pub(crate) fn inclusion(at_hand: &ProofAtHand) -> Checked<91> {
    let proof = match at_hand {
        ProofAtHand::None => return Checked::not_checked("no log proof is at hand"),
        ProofAtHand::Unreadable(..) => return Checked::not_run("the log proof cannot be read"),
        ProofAtHand::Proof(proof, _) => proof,
    };
    let Some(entry) = proof.extra() else {
        return Checked::failed("the log proof does not carry the leaf");
    };
    let Ok(checkpoint) = Checkpoint::parse(proof.checkpoint().text()) else {
        return Checked::not_run("the checkpoint cannot be read");
    };
    let index: LeafIndex = proof.index();
    let inclusion = InclusionProof::new(index, checkpoint.size(), proof.hashes().to_vec());
    match inclusion.verify(&leaf_hash(entry), checkpoint.root()) {
        Ok(()) => Checked::passed(format!(
            "the leaf is at index {} of a tree of {}",
            index.get(),
            checkpoint.size().get()
        )),
        Err(fault) => Checked::failed(format!("the leaf is not in the tree: {fault}")),
    }
}

/// V092: the leaf is this token's: kind, index, digest and time agree.
fn leaf(at_hand: &ProofAtHand, stamp: &Stamp<'_>) -> Checked<92> {
    let proof = match at_hand {
        ProofAtHand::None => return Checked::not_checked("no log proof is at hand"),
        ProofAtHand::Unreadable(..) => return Checked::not_run("the log proof cannot be read"),
        ProofAtHand::Proof(proof, _) => proof,
    };
    let Some(entry) = proof.extra() else {
        return Checked::not_run("there is no leaf");
    };
    let leaf = match Leaf::decode(entry) {
        Ok(leaf) => leaf,
        Err(error) => return Checked::failed(format!("the leaf cannot be read: {error}")),
    };
    let located = stamp
        .tst_info
        .extensions
        .iter()
        .any(|one| one.oid.is(&oid::LOCATION_CLAIM));
    let kind = if located {
        LeafKind::LocationStamp
    } else {
        LeafKind::TimeStamp
    };
    if leaf.kind() != kind {
        return Checked::failed("the leaf is of another kind than the token");
    }
    if let Some(misplaced) = misplaced(proof, &stamp.tst_info.serial) {
        return misplaced;
    }
    let digest = match signed_attrs_as_der_set(stamp.signer) {
        Ok(set) => token_digest(&set, &stamp.signer.signature),
        Err(error) => return Checked::failed(format!("an attribute cannot be read: {error}")),
    };
    if *leaf.digest() != digest {
        return Checked::failed("the leaf is of another token");
    }
    leaf_time(&leaf, stamp.times)
}

/// The serial number is number of the log · 2^64 + index: the leaf must be at that index, and the
/// checkpoint of a log that can have that number.
fn misplaced(proof: &TlogProof, serial: &IntegerView<'_>) -> Option<Checked<92>> {
    let (number, index) = match serial.to_u128() {
        Some(serial) => LogNumber::of_serial(serial),
        None => {
            return Some(Checked::failed(
                "the token's serial number is no place in a log",
            ));
        }
    };
    if proof.index() != index {
        return Some(Checked::failed(
            "the leaf's index is not that of the token's serial number",
        ));
    }
    let Ok(checkpoint) = Checkpoint::parse(proof.checkpoint().text()) else {
        return Some(Checked::not_run("the checkpoint cannot be read"));
    };
    let origin = checkpoint.origin().as_str();
    (!number.fits(origin)).then(|| {
        Checked::failed(format!(
            "the token is of log number {number} by its serial number, the checkpoint of {origin}"
        ))
    })
}

fn leaf_time(leaf: &Leaf, times: Option<&Times>) -> Checked<92> {
    let Some(times) = times else {
        return Checked::not_run("genTime cannot be read");
    };
    if times.accuracy_us.is_none() {
        return Checked::indeterminate(
            "the token states no accuracy to compare the leaf's time with",
        );
    }
    match times.interval {
        Some(interval) if interval.from <= leaf.time() && leaf.time() <= interval.to => {
            Checked::passed(format!(
                "the leaf is this token's, entered at {}",
                leaf.time()
            ))
        }
        _ => Checked::failed(format!(
            "the leaf's time {} is not within genTime and its accuracy",
            leaf.time()
        )),
    }
}
