//! Proof of possession: whoever enrols a key has it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_wire::loc::Digest32;
use serde::Deserialize;

use crate::check_signature::CheckSignature;
use crate::jws;
use crate::key::PublicKey;
use crate::refusal::Refusal;

/// Values of `typ`, if there is one. What libraries write by default is taken: the members of the
/// payload keep a proof and evidence apart.
const TYPES: [&str; 2] = ["JWT", "pop+jwt"];

/// What is signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    nonce: String,
    sub: String,
}

/// That `jws`, a compact JWS over `{"nonce": "<base64url>", "sub": "<subject>"}`, is signed by
/// the key `spki` over this nonce and this subject.
///
/// `nonce` is the evidence nonce of the challenge (no document, this key): the proof is then for
/// this challenge, key and policy. The header is as strict as that of evidence.
///
/// # Errors
///
/// [`Refusal::Malformed`], [`Refusal::BindingMismatch`] for another nonce or subject,
/// [`Refusal::EvidenceSignature`].
pub fn check(
    jws: &str,
    spki: &[u8],
    nonce: &Digest32,
    subject: &str,
    signatures: &dyn CheckSignature,
) -> Result<(), Refusal> {
    let signed = jws::open(jws.as_bytes(), &TYPES)?;
    let proof: Proof = serde_json::from_slice(&signed.payload).map_err(|_| Refusal::Malformed {
        what: "the proof of possession is not an object of nonce and sub",
    })?;
    let same = URL_SAFE_NO_PAD.decode(&proof.nonce);
    if same.ok().as_deref() != Some(nonce) || proof.sub != subject {
        return Err(Refusal::BindingMismatch);
    }
    signed.check(&PublicKey::from_spki(spki)?, signatures)
}

#[cfg(test)]
mod tests;
