//! Row 10: whose key stands behind the evidence.

use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::{AppraisalContext, KeyStatus};

use crate::policy::AppraisalPolicy;
use crate::refusal::Refusal;

/// Row 10: the key that stands behind the evidence, by its digest. `None`: nobody's that is
/// enrolled, so the subject is anonymous, at level 0.
///
/// To be named in a challenge is not enough, for anybody can name a key: either it signed an item
/// (`signed`), or the connection was authenticated as it.
///
/// A revoked key is refused if it was invalid when the evidence was accepted. That the fix is
/// older does not help: what dates the signature is the challenge, and whoever has the key may
/// date a fix as it pleases. A revocation that comes later does not touch what was accepted
/// before: the context keeps what was known then.
///
/// # Errors
///
/// [`Refusal::KeyRevoked`], [`Refusal::KeySuspended`]; [`Refusal::KeyUnknown`] if nobody's key
/// stands there and the policy asks for one.
pub(crate) fn row_10(
    signed: bool,
    policy: &AppraisalPolicy,
    context: &AppraisalContext,
) -> Result<Option<Digest32>, Refusal> {
    let mut subject = None;
    if let Some(key) = &context.key {
        let enrolled = match key.status() {
            KeyStatus::Active => true,
            KeyStatus::Suspended => return Err(Refusal::KeySuspended),
            KeyStatus::Revoked => {
                let invalid_since_ms = key.invalid_since_ms();
                if invalid_since_ms.is_none_or(|since| since <= context.accepted_ms) {
                    return Err(Refusal::KeyRevoked { invalid_since_ms });
                }
                true
            }
            _ => false,
        };
        let hash = key.hash();
        if enrolled && (signed || context.session == Some(hash)) {
            subject = Some(hash);
        }
    }
    if subject.is_none() && !policy.allow_unenrolled() {
        return Err(Refusal::KeyUnknown);
    }
    Ok(subject)
}
