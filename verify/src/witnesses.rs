//! Since when witnesses have seen a checkpoint.

use std::collections::BTreeSet;

use ed25519_dalek::{Signature, VerifyingKey};
use meridian_wire::note::cosignature::split_cosignature;
use meridian_wire::note::signed_note::SignedNote;
use meridian_wire::note::witness_key::WitnessKey;
use meridian_wire::time::UnixMicros;
use meridian_wire::tlog_policy::TlogPolicy;
use ml_dsa::{EncodedVerifyingKey, MlDsa44};

use crate::crypto::ml_dsa::verify as verify_ml_dsa;
use crate::note::NoteFault;
use crate::trust_list::WitnessWindows;
use crate::window::Window;

/// The earliest moment by which a quorum of witnesses had cosigned the note (C2SP
/// tlog-cosignature, of either kind); none if there is no quorum. A cosignature says that the
/// witness had seen the checkpoint, and every one before it, at its time.
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
    witnessed_within(note, policy, &WitnessWindows::default(), at)
}

/// The same, with the word of each witness believed only within its window.
///
/// # Errors
///
/// As [`witnessed_since`].
pub fn witnessed_within(
    note: &SignedNote,
    policy: &TlogPolicy,
    windows: &WitnessWindows,
    at: UnixMicros,
) -> Result<Option<UnixMicros>, NoteFault> {
    let mut seen = Vec::new();
    for witness in policy.witnesses() {
        let window = windows.of(witness.key());
        if let Some(time) = cosigned_at(note, witness.key(), window, at)? {
            seen.push((time, witness.name()));
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
    window: Window,
    at: UnixMicros,
) -> Result<Option<UnixMicros>, NoteFault> {
    let mut earliest: Option<UnixMicros> = None;
    for line in note.signatures() {
        if !key.is_named_on(line) {
            continue;
        }
        let (seconds, signature) =
            split_cosignature(line.signature()).ok_or(NoteFault::WrongSignature)?;
        let message = key.message(seconds, note.text());
        let message = message.map_err(|_| NoteFault::WrongSignature)?;
        verify_cosignature(key, &message, signature)?;
        let time = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000_000))
            .map(UnixMicros::new)
            .filter(|time| seconds > 0 && *time <= at && window.contains(*time));
        earliest = earliest.into_iter().chain(time).min();
    }
    Ok(earliest)
}

fn verify_cosignature(key: &WitnessKey, message: &[u8], signature: &[u8]) -> Result<(), NoteFault> {
    let verified = match key {
        WitnessKey::Ed25519(key) => {
            let point = VerifyingKey::from_bytes(key.public_key());
            let point = point.map_err(|_| NoteFault::BadKey)?;
            let signature = Signature::from_slice(signature);
            signature.is_ok_and(|signature| point.verify_strict(message, &signature).is_ok())
        }
        WitnessKey::MlDsa44(key) => {
            // Every 1312 octets are a key.
            let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(key.public_key().as_slice());
            let encoded = encoded.map_err(|_| NoteFault::BadKey)?;
            let key = ml_dsa::VerifyingKey::<MlDsa44>::decode(&encoded);
            verify_ml_dsa(&key, message, signature).is_ok()
        }
        // A kind that is not known here vouches for nothing.
        _ => return Err(NoteFault::BadKey),
    };
    verified.then_some(()).ok_or(NoteFault::WrongSignature)
}
