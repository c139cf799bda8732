//! V100: what the ETSI model adds, judged at the time of verification.

use meridian_wire::reader::certificate::CertificateReading;

use super::algorithm_policy::weak_at;
use super::revocation::Answer;
use crate::algorithms::Use;
use crate::certificate::is_valid_over;
use crate::finding::{Checked, Finding, Proof};
use crate::instant::Interval;
use crate::name::show;
use crate::path::Path;
use crate::policy::VerifyPolicy;

/// EN 319 102-1 section 5.3, as far as this verifier goes: with the whole path and every
/// algorithm good at `at`, and nobody called revoked by then, the token needs no proof of existence. Without, it would need one, and
/// no kind of proof is looked for yet. The finding is a warning, because it does not
/// change the verdict of the other model.
pub(crate) fn check(
    signer: Option<&CertificateReading<'_>>,
    path: Option<&Path<'_, '_>>,
    uses: &[Use],
    revocation: &[Answer],
    policy: &VerifyPolicy,
    findings: &mut Vec<Finding>,
) -> bool {
    let (Some(signer), Some(path)) = (signer, path) else {
        let _: Option<Proof<100>> = Checked::not_run("there is no path").record(findings);
        return false;
    };
    let checked =
        basic(signer, path, uses, policy).and_then(|detail| not_revoked(revocation, detail));
    let holds = checked.is_ok();
    let checked = match checked {
        Ok(detail) => Checked::<100>::passed(detail),
        Err(detail) => Checked::warning(detail),
    };
    checked.record(findings);
    holds
}

fn basic(
    signer: &CertificateReading<'_>,
    path: &Path<'_, '_>,
    uses: &[Use],
    policy: &VerifyPolicy,
) -> Result<String, String> {
    let at = policy.at;
    let now = Interval::instant(at);
    let mut certificates = [signer].into_iter().chain(path.issuers.iter().copied());
    if let Some(out) = certificates.find(|certificate| !is_valid_over(certificate, now)) {
        return Err(format!(
            "ETSI model: {} is not valid at {at}, and no proof of existence is at hand",
            show(&out.subject)
        ));
    }
    let weak = weak_at(uses, at, &policy.algorithms);
    if !weak.is_empty() {
        return Err(format!(
            "ETSI model: weak at {at}, and no proof of existence is at hand: {}",
            weak.join("; ")
        ));
    }
    Ok(format!("ETSI model: path and algorithms are good at {at}"))
}

/// `revocation` is what is said of the path at the time of verification.
fn not_revoked(revocation: &[Answer], detail: String) -> Result<String, String> {
    match revocation.iter().find(|answer| answer.is_revoked()) {
        Some(answer) => Err(format!(
            "ETSI model: {} has been revoked, and no proof of existence is at hand",
            answer.name()
        )),
        None => Ok(detail),
    }
}
