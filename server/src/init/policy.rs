//! The file of an appraisal policy.

use meridian_appraisal::AppraisalPolicy;

/// The document, written for people; its digest is that of its canonical form.
pub(super) fn text(policy: &AppraisalPolicy) -> Vec<u8> {
    // Strings and numbers always serialise; an empty file would not stand the start-up proof.
    let mut text = serde_json::to_vec_pretty(policy.document()).unwrap_or_default();
    text.push(b'\n');
    text
}
