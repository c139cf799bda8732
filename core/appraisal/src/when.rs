//! When a position held: rows 6 and 16, and the window that a claim states.

use meridian_wire::loc::bundle::AppraisalContext;
use meridian_wire::loc::observed::ObservationWindow;

use crate::eat::Eat;
use crate::location::Fix;
use crate::policy::AppraisalPolicy;
use crate::refusal::Refusal;

/// From the issue of the challenge to the acceptance of the evidence; 0 if the clock was set
/// back in between.
pub(crate) fn challenge_age_ms(context: &AppraisalContext) -> i64 {
    let age = context.accepted_ms.saturating_sub(context.issued_ms);
    age.max(0)
}

/// Row 6: the challenge is not over.
///
/// # Errors
///
/// [`Refusal::NonceExpired`].
pub(crate) fn row_6(policy: &AppraisalPolicy, context: &AppraisalContext) -> Result<(), Refusal> {
    let age_ms = challenge_age_ms(context);
    let limit_ms = i64::from(policy.challenge_ttl_ms());
    if age_ms > limit_ms {
        return Err(Refusal::NonceExpired { age_ms, limit_ms });
    }
    Ok(())
}

/// When the position held, by what is said about it.
///
/// | said | fixTime | maxError |
/// |---|---|---|
/// | `timestamp` | that | the skew that the policy allows a clock |
/// | `age`, in a token with `iat` | `iat` - `age` | the same |
/// | `age` | acceptance - `age` | age of the challenge |
/// | nothing | acceptance | age of the challenge |
///
/// Whoever answers a challenge and says nothing about the time says 'now', and that was between
/// the issue of the challenge and the acceptance.
///
/// # Errors
///
/// [`Refusal::OutOfRange`] for a time before 1970.
pub(crate) fn window(
    fix: Fix,
    issued_at_ms: Option<i64>,
    policy: &AppraisalPolicy,
    context: &AppraisalContext,
) -> Result<ObservationWindow, Refusal> {
    let challenge_age = challenge_age_ms(context);
    let skew = i64::from(policy.clock_skew_ms());
    let accepted = context.accepted_ms;
    let (time, error) = match (fix, issued_at_ms) {
        (Fix::At(time), _) => (time, skew),
        (Fix::Before(age), Some(made)) => (made.saturating_sub(age), skew),
        (Fix::Before(age), None) => (accepted.saturating_sub(age), challenge_age),
        (Fix::Unsaid, _) => (accepted, challenge_age),
    };
    let milliseconds = |value| u32::try_from(value).unwrap_or(u32::MAX);
    ObservationWindow::new(time, milliseconds(error), milliseconds(challenge_age))
        .map_err(|_| Refusal::OutOfRange { field: "timestamp" })
}

/// Row 16 for a fix: whether it is stale. Equal to a limit is within it.
///
/// # Errors
///
/// [`Refusal::EvidenceStale`], [`Refusal::EvidenceFuture`].
pub(crate) fn row_16(
    observed: &ObservationWindow,
    policy: &AppraisalPolicy,
    context: &AppraisalContext,
) -> Result<bool, Refusal> {
    let age_ms = context.accepted_ms.saturating_sub(observed.fix_time_ms());
    not_future(age_ms, policy)?;
    let limit_ms = i64::from(policy.stale_age_ms());
    if age_ms > limit_ms {
        return Err(Refusal::EvidenceStale { age_ms, limit_ms });
    }
    Ok(age_ms > i64::from(policy.fix_age_ms()))
}

/// Row 16 for the dates of a token: made after the challenge was issued and not in the future,
/// believed already and still; each within the skew of a clock.
///
/// # Errors
///
/// [`Refusal::EvidenceStale`], [`Refusal::EvidenceFuture`].
pub(crate) fn row_16_of_token(
    eat: &Eat,
    policy: &AppraisalPolicy,
    context: &AppraisalContext,
) -> Result<(), Refusal> {
    let accepted = context.accepted_ms;
    let skew = i64::from(policy.clock_skew_ms());
    for start in [eat.issued_at_ms, eat.not_before_ms].into_iter().flatten() {
        not_future(accepted.saturating_sub(start), policy)?;
    }
    if let Some(made) = eat.issued_at_ms {
        let age_ms = accepted.saturating_sub(made);
        let limit_ms = challenge_age_ms(context).saturating_add(skew);
        if age_ms > limit_ms {
            return Err(Refusal::EvidenceStale { age_ms, limit_ms });
        }
    }
    if let Some(end) = eat.expires_ms {
        let age_ms = accepted.saturating_sub(end);
        if age_ms > skew {
            let limit_ms = skew;
            return Err(Refusal::EvidenceStale { age_ms, limit_ms });
        }
    }
    Ok(())
}

fn not_future(age_ms: i64, policy: &AppraisalPolicy) -> Result<(), Refusal> {
    let limit_ms = i64::from(policy.clock_skew_ms());
    let ahead_ms = age_ms.saturating_neg();
    if ahead_ms > limit_ms {
        return Err(Refusal::EvidenceFuture { ahead_ms, limit_ms });
    }
    Ok(())
}
