//! V053: what hangs on the token unsigned.

use crate::finding::{Checked, Finding, Proof};
use crate::unsigned::Unsigned;

/// The proof of this family; holding it is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct UnsignedAttrsProofs {
    untrusted: Proof<53>,
}

/// Runs the family.
pub(crate) fn check(
    unsigned: &Unsigned<'_>,
    findings: &mut Vec<Finding>,
) -> Option<UnsignedAttrsProofs> {
    let untrusted = untrusted(unsigned).record(findings);
    Some(UnsignedAttrsProofs {
        untrusted: untrusted?,
    })
}

/// V053, RFC 5652 section 5.3, RFC 5126 section 6.3: anyone may add unsigned attributes. Certificates,
/// lists and responses in them are material like the caller's; nothing else of them is used here.
fn untrusted(unsigned: &Unsigned<'_>) -> Checked<53> {
    let Unsigned {
        attributes,
        certificates,
        crls,
        responses,
        unreadable,
    } = unsigned;
    if *attributes == 0 {
        return Checked::passed("no unsigned attributes");
    }
    if *unreadable > 0 {
        return Checked::warning(format!(
            "{unreadable} unsigned values that should hold certificates or revocation data cannot \
             be read; they are not used"
        ));
    }
    Checked::passed(format!(
        "{attributes} unsigned attributes, signed by nobody; {} certificates, {} CRLs and {} OCSP \
         responses in them are looked at, and none is trusted for being there",
        certificates.len(),
        crls.len(),
        responses.len()
    ))
}
