//! Since when witnesses have seen a checkpoint.

use std::collections::BTreeSet;

use ed25519_dalek::{Signature, VerifyingKey};
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::note::witness_key::{WitnessKey, cosigned_message, split_cosignature};
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;

use crate::note::NoteFault;

/// The earliest moment by which a quorum of witnesses had cosigned the note (C2SP
/// tlog-cosignature, `cosignature/v1`); none if there is no quorum. A cosignature says that
/// the witness had seen the checkpoint, and every one before it, at its time.
///
/// Times after `at` are from the future and do not count, and neither does time 0, which claims
/// nothing.
///
/// # Errors
///
/// [`NoteFault`] if a line by a known witness is wrong: then the whole note is refused.
pub fn witnessed_since(
    note: &SignedNote,
    policy: &TlogPolicy,
    at: UnixMicros,
) -> Result<Option<UnixMicros>, NoteFault> {
    let mut seen = Vec::new();
    for (name, key) in policy.witnesses() {
        if let Some(time) = cosigned_at(note, key, at)? {
            seen.push((time, name.as_str()));
        }
    }
    seen.sort_unstable();
    let mut witnesses = BTreeSet::new();
    for (time, name) in seen {
        witnesses.insert(name);
        if policy.is_met_by(&witnesses) {
            return Ok(Some(time));
        }
    }
    Ok(None)
}

/// The earliest time at which this witness signed.
fn cosigned_at(
    note: &SignedNote,
    key: &WitnessKey,
    at: UnixMicros,
) -> Result<Option<UnixMicros>, NoteFault> {
    let point = VerifyingKey::from_bytes(key.public_key()).map_err(|_| NoteFault::BadKey)?;
    let mut earliest: Option<UnixMicros> = None;
    for line in note.signatures() {
        if line.name() != key.name() || line.key_id() != key.key_id() {
            continue;
        }
        let (seconds, signature) =
            split_cosignature(line.signature()).ok_or(NoteFault::WrongSignature)?;
        let message = cosigned_message(seconds, note.text());
        point
            .verify_strict(&message, &Signature::from_bytes(signature))
            .map_err(|_| NoteFault::WrongSignature)?;
        let time = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000_000))
            .map(UnixMicros::new)
            .filter(|time| seconds > 0 && *time <= at);
        earliest = earliest.into_iter().chain(time).min();
    }
    Ok(earliest)
}
