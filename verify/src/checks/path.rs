//! V080 and V081: from the signer to someone whom the caller trusts, at genTime.

use crate::certificate::is_valid_over;
use crate::finding::{Checked, Finding, Proof};
use crate::instant::Interval;
use crate::name::show;
use crate::path::{Path, PathFault};
use crate::sub_indication::SubIndication;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct PathProofs {
    path: Proof<80>,
    anchor: Proof<81>,
}

/// Runs the family on the result of the search.
pub(crate) fn check(
    path: Option<&Result<Path<'_, '_>, PathFault>>,
    interval: Option<Interval>,
    findings: &mut Vec<Finding>,
) -> Option<PathProofs> {
    let found = path.and_then(|path| path.as_ref().ok());
    let path = holds(path).record(findings);
    let anchor = anchor(found, interval).record(findings);
    Some(PathProofs {
        path: path?,
        anchor: anchor?,
    })
}

/// V080, RFC 5280 section 6.1 at genTime.
fn holds(path: Option<&Result<Path<'_, '_>, PathFault>>) -> Checked<80> {
    match path {
        None => Checked::not_run("there is no signer's certificate, or no genTime"),
        Some(Ok(path)) if path.issuers.is_empty() => {
            Checked::passed("the signer's certificate itself is trusted")
        }
        Some(Ok(path)) => {
            let names: Vec<_> = path
                .issuers
                .iter()
                .map(|issuer| show(&issuer.subject))
                .collect();
            Checked::passed(format!(
                "valid at genTime: signer, then {}",
                names.join("; then ")
            ))
        }
        Some(Err(fault @ PathFault::Broken { fault: step, .. })) => {
            Checked::failed(fault.to_string()).because(step.sub_indication())
        }
        Some(Err(fault @ PathFault::Undecided { .. })) => {
            let undecided = Checked::indeterminate(fault.to_string());
            undecided.because(SubIndication::CertificateChainGeneralFailure)
        }
        Some(Err(fault)) => Checked::indeterminate(fault.to_string()),
    }
}

/// V081. The caller's trust may be bound to a time (EN 319 102-1 clause 5.2.6), and it is not bound
/// to the anchor's own dates (RFC 5280 section 6.1.1); that they do not cover genTime is mentioned.
fn anchor(path: Option<&Path<'_, '_>>, interval: Option<Interval>) -> Checked<81> {
    let (Some(path), Some(interval)) = (path, interval) else {
        return Checked::not_run("there is no path to a trusted certificate");
    };
    if !path.is_trusted_over(interval) {
        let windows: Vec<_> = path.windows.iter().map(ToString::to_string).collect();
        let anchor = path.issuers.last();
        let name = anchor.map_or_else(
            || "the signer's certificate".to_owned(),
            |anchor| show(&anchor.subject),
        );
        return Checked::indeterminate(format!(
            "{name} is trusted {}, which does not cover genTime",
            windows.join(" and ")
        ));
    }
    let Some(anchor) = path.issuers.last() else {
        return Checked::passed("the signer's certificate was given as trusted");
    };
    let name = show(&anchor.subject);
    if is_valid_over(anchor, interval) {
        Checked::passed(format!("given as trusted: {name}"))
    } else {
        Checked::warning(format!(
            "given as trusted: {name}; its own dates do not cover genTime"
        ))
    }
}
