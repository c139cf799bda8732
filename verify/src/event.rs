//! An event in the life of an authority, checked against the leaf that the log has of it.
//!
//! The leaf shows a digest over salt and body, so nobody can guess an event; whoever is handed
//! both can check that this is what the authority entered, and when.

use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind, event_digest};
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::proof::TlogProof;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;
use serde::Deserialize;

use crate::checks::log;
use crate::finding::{Checked, Finding, Status};
use crate::log_proof::{self, ProofAtHand, ProofSource};
use crate::report::printable::printable;
use crate::trust_list::WitnessWindows;
use crate::verdict::Verdict;

/// The name of the first leaf of a log, whose kind says what it is.
const GENESIS: &str = "genesis";

/// An event as somebody states it: one line of `meridian log events --json`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EventStatement {
    /// Number of the log · 2^64 + the position of its leaf: as a token's serial number.
    pub serial: u128,
    /// When it was entered.
    pub time: UnixMicros,
    /// Its public name.
    pub name: String,
    /// What hides the body.
    pub salt: [u8; 32],
    /// What it says.
    pub body: Vec<u8>,
}

/// Why a text states no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// It is not the JSON of an event.
    #[error("not one JSON object with serial, time, name, salt and body: {0}")]
    Json(#[from] serde_json::Error),
    /// A member is not what its name says.
    #[error("{member} is not {expected}")]
    Member {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    serial: String,
    time: String,
    name: String,
    salt: String,
    body: String,
}

impl EventStatement {
    /// Reads one line of `meridian log events --json`. Nothing is checked against a log yet.
    ///
    /// # Errors
    ///
    /// [`StatementError`].
    pub fn parse(json: &str) -> Result<Self, StatementError> {
        let stated: Stated = serde_json::from_str(json)?;
        let wrong = |member, expected| StatementError::Member { member, expected };
        let mut salt = [0; 32];
        let read = hex::decode_to_slice(&stated.salt, &mut salt);
        read.map_err(|_| wrong("salt", "64 hexadecimal digits"))?;
        let time = UnixMicros::parse_rfc3339(&stated.time);
        Ok(Self {
            serial: stated
                .serial
                .parse()
                .map_err(|_| wrong("serial", "a decimal number"))?,
            time: time.map_err(|_| wrong("time", "a time as RFC 3339 has it"))?,
            name: stated.name,
            salt,
            body: stated.body.into_bytes(),
        })
    }
}

/// Whom the caller believes about a log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogTrust {
    /// The log's key.
    pub log_key: Option<VerifierKey>,
    /// Logs and witnesses, besides that key.
    pub log_policy: Option<TlogPolicy>,
    /// The time of verification.
    pub at: UnixMicros,
}

impl LogTrust {
    /// Trust in a key, a policy, or both.
    #[must_use]
    pub const fn new(
        log_key: Option<VerifierKey>,
        log_policy: Option<TlogPolicy>,
        at: UnixMicros,
    ) -> Self {
        Self {
            log_key,
            log_policy,
            at,
        }
    }

    fn keys(&self) -> Vec<&VerifierKey> {
        let of_policy = self.log_policy.iter().flat_map(TlogPolicy::logs);
        self.log_key.iter().chain(of_policy).collect()
    }
}

/// What was found about an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EventReport {
    statement: EventStatement,
    findings: Vec<Finding>,
    verdict: Verdict,
}

impl EventReport {
    /// V090 to V093, each with its finding.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Passed only if a log that is trusted shows this event with this body at this place.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let event = &self.statement;
        let headline = match self.verdict {
            Verdict::Passed => "PASSED: the log has this event.",
            Verdict::Failed => "FAILED: this is not what the log has.",
            Verdict::Indeterminate => {
                "INDETERMINATE: whether the log has this event cannot be told."
            }
        };
        let body = String::from_utf8_lossy(&event.body);
        let mut lines = vec![
            headline.to_owned(),
            String::new(),
            format!("  serial    {}", event.serial),
            format!("  time      {}", event.time),
            format!("  name      {}", event.name.replace('\n', "\\n")),
            format!("  body      {}", body.replace('\n', "\\n")),
            String::new(),
            "Why".to_owned(),
        ];
        lines.extend(self.findings.iter().map(|finding| {
            let (status, id) = (finding.status.name(), finding.id);
            format!("  {status:13}  {id}  {}", finding.detail)
        }));
        printable(&(lines.join("\n") + "\n"))
    }
}

/// Judges a statement by a proof (the text of a C2SP tlog-proof).
///
/// Checked: a log of the caller's signed the checkpoint (V090), the leaf is in its tree (V091), the
/// leaf is of this event (V092), and, if asked for, witnesses saw it (V093). Not checked: that what
/// the event says is true; the authority says so.
#[must_use]
pub fn verify_event(statement: EventStatement, proof: &str, trust: &LogTrust) -> EventReport {
    let at_hand = log_proof::read(proof, ProofSource::File);
    let mut findings = Vec::new();
    let checkpoint = log::checkpoint(&at_hand, &trust.keys(), true).record(&mut findings);
    let inclusion = log::inclusion(&at_hand).record(&mut findings);
    let leaf = leaf(&at_hand, &statement).record(&mut findings);
    let (witnessed, _) = {
        let windows = WitnessWindows::default();
        log::witnessed(&at_hand, trust.log_policy.as_ref(), &windows, trust.at)
    };
    let witnessed = witnessed.record(&mut findings);
    let any = |status| findings.iter().any(|finding| finding.status == status);
    let all = (checkpoint, inclusion, leaf, witnessed);
    let verdict = match all {
        _ if any(Status::Failed) => Verdict::Failed,
        (Some(_), Some(_), Some(_), Some(_)) => Verdict::Passed,
        _ => Verdict::Indeterminate,
    };
    EventReport {
        statement,
        findings,
        verdict,
    }
}

/// V092: the leaf is this event's: kind, name, place, time and digest agree.
fn leaf(at_hand: &ProofAtHand, event: &EventStatement) -> Checked<92> {
    let ProofAtHand::Proof(proof, _) = at_hand else {
        return Checked::not_run("the log proof cannot be read");
    };
    let leaf = match proof.extra().map(Leaf::decode) {
        None => return Checked::not_run("there is no leaf"),
        Some(Err(error)) => return Checked::failed(format!("the leaf cannot be read: {error}")),
        Some(Ok(leaf)) => leaf,
    };
    match disagreement(proof, &leaf, event) {
        Some(what) => Checked::failed(what),
        None => Checked::passed(format!(
            "the leaf is this event's, entered at {}",
            leaf.time()
        )),
    }
}

fn disagreement(proof: &TlogProof, leaf: &Leaf, event: &EventStatement) -> Option<&'static str> {
    let name = match leaf.kind() {
        LeafKind::Genesis => GENESIS,
        LeafKind::Event => leaf.name().map_or("", |name| name.as_str()),
        _ => return Some("the leaf is no event's"),
    };
    if name != event.name {
        return Some("the leaf is of an event of another name");
    }
    let (number, index) = LogNumber::of_serial(event.serial);
    if proof.index() != index {
        return Some("the leaf is at another index than the serial number's");
    }
    let fits = Checkpoint::parse(proof.checkpoint().text())
        .is_ok_and(|checkpoint| number.fits(checkpoint.origin().as_str()));
    if !fits {
        return Some("the checkpoint is of a log of another number");
    }
    if leaf.time() != event.time {
        return Some("the leaf is of another time");
    }
    let digest = event_digest(&event.salt, &event.body);
    (*leaf.digest() != digest).then_some("the leaf is of another body or salt")
}
