//! V100: what the ETSI model adds, judged at the time of verification.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::time::UnixMicros;

use super::algorithm_policy::weak_at;
use super::revocation::Answer;
use crate::algorithms::Use;
use crate::certificate::is_valid_over;
use crate::finding::{Checked, Finding, Proof};
use crate::instant::Interval;
use crate::name::show;
use crate::path::Path;
use crate::policy::VerifyPolicy;
use crate::sub_indication::SubIndication;

/// What a token rests on.
pub(crate) struct Footing<'f, 'p, 'a> {
    /// The signer's certificate.
    pub(crate) signer: Option<&'f CertificateReading<'a>>,
    /// The path that holds at genTime.
    pub(crate) path: Option<&'f Path<'p, 'a>>,
    /// Every algorithm.
    pub(crate) uses: &'f [Use],
    /// What is said of the path at the time of verification.
    pub(crate) revocation: &'f [Answer],
}

/// EN 319 102-1 sections 5.3 and 5.6.2: with the whole path and every algorithm good at the time
/// of verification, and nobody revoked by then, the token needs no proof of existence. Without, all
/// of it has to have been good at a moment at which others than the authority prove the token.
/// The finding is a warning, because it does not change the verdict of the other model.
pub(crate) fn check(
    footing: &Footing<'_, '_, '_>,
    exists_since: Option<UnixMicros>,
    policy: &VerifyPolicy,
    findings: &mut Vec<Finding>,
) -> bool {
    let at = policy.at;
    let (holds, checked) = match (footing.fault_at(at, policy), exists_since) {
        (None, _) if footing.path.is_none() || footing.signer.is_none() => {
            (false, Checked::<100>::not_run("there is no path"))
        }
        (None, _) => {
            let detail = format!("ETSI model: path and algorithms are good at {at}");
            (true, Checked::passed(detail))
        }
        (Some(fault), None) => {
            let detail = format!(
                "ETSI model: {}, and no proof of existence is at hand",
                fault.text
            );
            (false, Checked::warning(detail).because(fault.reason))
        }
        (Some(fault), Some(since)) => footing.rescue(&fault, since, policy),
    };
    let _: Option<Proof<100>> = checked.record(findings);
    holds
}

/// What is wrong at a moment.
struct Fault {
    text: String,
    /// What it is called while nothing proves that the token is older.
    reason: SubIndication,
}

impl<'p, 'a> Footing<'_, 'p, 'a> {
    /// Signer first, anchor last; none if there is no path.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &CertificateReading<'a>> {
        let path = self.signer.zip(self.path);
        path.into_iter()
            .flat_map(|(signer, path)| [signer].into_iter().chain(path.issuers.iter().copied()))
    }

    /// Whether all was good when the token was proven to exist.
    fn rescue(
        &self,
        fault: &Fault,
        since: UnixMicros,
        policy: &VerifyPolicy,
    ) -> (bool, Checked<100>) {
        match self.fault_at(since, policy) {
            None => {
                let detail = format!(
                    "ETSI model: {}; but the token is proven to exist since {since}, when all was good",
                    fault.text
                );
                (true, Checked::passed(detail))
            }
            Some(earlier) => {
                let detail = format!(
                    "ETSI model: {}; the token is proven to exist since {since}, but then {}",
                    fault.text, earlier.text
                );
                (false, Checked::warning(detail).because(earlier.reason))
            }
        }
    }

    /// What was wrong at a moment; nothing is if there is no path to judge.
    fn fault_at(&self, at: UnixMicros, policy: &VerifyPolicy) -> Option<Fault> {
        let (signer, path) = self.signer.zip(self.path)?;
        let moment = Interval::instant(at);
        let mut certificates = self.certificates();
        if let Some(out) = certificates.find(|certificate| !is_valid_over(certificate, moment)) {
            return Some(Fault {
                text: format!("{} is not valid at {at}", show(&out.subject)),
                reason: SubIndication::OutOfBoundsNoPoe,
            });
        }
        if !path.is_trusted_over(moment) {
            let anchor = path.issuers.last().copied().unwrap_or(signer);
            return Some(Fault {
                text: format!("{} is not trusted at {at}", show(&anchor.subject)),
                reason: SubIndication::NoCertificateChainFoundNoPoe,
            });
        }
        let weak = weak_at(self.uses, at, &policy.algorithms);
        if !weak.is_empty() {
            return Some(Fault {
                text: format!("weak at {at}: {}", weak.join("; ")),
                reason: SubIndication::CryptoConstraintsFailureNoPoe,
            });
        }
        let mut answers = self.revocation.iter().enumerate();
        let (place, revoked) = answers.find(|(_, answer)| answer.is_revoked_by(at))?;
        Some(Fault {
            text: format!("{} was revoked by {at}", revoked.name()),
            reason: match place {
                0 => SubIndication::RevokedNoPoe,
                _ => SubIndication::RevokedCaNoPoe,
            },
        })
    }
}
