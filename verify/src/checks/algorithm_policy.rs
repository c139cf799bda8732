//! V070: every algorithm that the token rests on was good at genTime.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::time::UnixMicros;

use super::signature::Means;
use super::tst_info::Times;
use crate::algorithms::Use;
use crate::algorithms::catalogue::{Catalogue, Until};
use crate::crypto::digest::named;
use crate::finding::{Checked, Finding, Proof};
use crate::path::Path;

/// The proof of this family; holding it is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct AlgorithmProofs {
    good_at_gen_time: Proof<70>,
}

/// Every algorithm the token rests on, use by use. ESSCertID's digest is left out: only a
/// second preimage would matter there.
pub(crate) fn uses(
    tst_info: &TstInfoView<'_>,
    signer: Option<&SignerInfoView<'_>>,
    means: Option<&Means>,
    path: Option<&Path<'_, '_>>,
) -> Vec<Use> {
    let mut uses = Vec::new();
    if let Some(hash) = named(&tst_info.imprint_algorithm) {
        uses.push(Use::of_hash("the digest of the data", hash));
    }
    if let Some(hash) = signer.and_then(|signer| named(&signer.digest_algorithm)) {
        uses.push(Use::of_hash("the digest of TSTInfo", hash));
    }
    if let Some((means, Ok(stated), Some(Ok(key)))) =
        means.map(|means| (means, &means.scheme, &means.key))
    {
        // A stated algorithm of another kind of key can have signed nothing.
        let meant = means.meant().filter(|_| !stated.is_of(key));
        let scheme = meant.as_ref().unwrap_or(stated);
        uses.push(Use::of_signature("the signature on the token", scheme, key));
    }
    uses.extend(path.into_iter().flat_map(|path| path.uses.iter().cloned()));
    uses
}

/// Runs the family.
pub(crate) fn check(
    uses: &[Use],
    times: Option<&Times>,
    certificate: Option<&CertificateReading<'_>>,
    catalogue: &Catalogue,
    findings: &mut Vec<Finding>,
) -> Option<AlgorithmProofs> {
    let has_certificate = certificate.is_some();
    let checked = good_at_gen_time(uses, times, has_certificate, catalogue);
    let good_at_gen_time = checked.record(findings);
    Some(AlgorithmProofs {
        good_at_gen_time: good_at_gen_time?,
    })
}

/// V070, TS 119 312 at genTime.
fn good_at_gen_time(
    uses: &[Use],
    times: Option<&Times>,
    has_certificate: bool,
    catalogue: &Catalogue,
) -> Checked<70> {
    let Some(times) = times else {
        return Checked::not_run("genTime cannot be read");
    };
    let weak = weak_at(uses, times.reading.at, catalogue);
    if !weak.is_empty() {
        return Checked::indeterminate(format!("already weak at genTime: {}", weak.join("; ")));
    }
    if !has_certificate {
        return Checked::not_run("the signer's certificate is not at hand");
    }
    match first_end(uses, catalogue) {
        Some((ends, one)) => Checked::passed(format!(
            "all algorithms were good at genTime; the first ends {ends}: {} in {}",
            one.algorithm, one.purpose
        )),
        None => Checked::passed("all algorithms were good at genTime; none has an end yet"),
    }
}

/// The use that ends first, if any has an end.
pub(crate) fn first_end<'u>(
    uses: &'u [Use],
    catalogue: &Catalogue,
) -> Option<(UnixMicros, &'u Use)> {
    let ends = uses.iter().filter_map(|one| match one.until(catalogue) {
        Until::Before(end) => Some((end, one)),
        _ => None,
    });
    ends.min_by_key(|(end, _)| *end)
}

/// The uses that are not good at this time, for people.
pub(crate) fn weak_at(uses: &[Use], at: UnixMicros, catalogue: &Catalogue) -> Vec<String> {
    let weak = uses.iter().filter(|one| !one.is_good_at(at, catalogue));
    weak.map(|one| format!("{} in {}", one.algorithm, one.purpose))
        .collect()
}
