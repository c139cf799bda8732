//! Opens a compact JWS (RFC 7515 7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_wire::loc::algorithm::EvidenceAlgorithm;
use serde::Deserialize;
use serde_json::error::Category;

use crate::refusal::Refusal;
use crate::signed::{Signed, not_taken};

/// The members that a header may have. `jwk`, `jku`, `x5c` and `x5u` would bring a key, `crit`
/// another meaning, `b64` and `zip` another payload: with them the token is refused, and so it
/// is with a member that nobody here knows. `kid` is not looked at: which key it is, the
/// authority knows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: Option<String>,
    #[serde(rename = "kid")]
    _kid: Option<String>,
    #[serde(rename = "cty")]
    _cty: Option<String>,
}

/// Opens a compact JWS whose `typ` is absent or one of `types`.
///
/// RFC 8725 3.1: the algorithm is one of ours, and the key's, which `Signed::check` looks at.
/// RFC 8725 3.11: the type keeps one use of a key from being taken for another.
///
/// # Errors
///
/// [`Refusal::Malformed`] for what is not three parts of base64url around a JSON header,
/// [`Refusal::EvidenceSignature`] for a header that is not taken.
pub(crate) fn open(compact: &[u8], types: &[&str]) -> Result<Signed, Refusal> {
    let dot = |octet: &u8| *octet == b'.';
    let mut parts = compact.split(dot);
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed("not a compact JWS of three parts"));
    };
    let algorithm = algorithm(&decode(header)?, types)?;
    let signed = header.len() + 1 + payload.len();
    Ok(Signed {
        algorithm,
        message: compact.get(..signed).unwrap_or_default().to_vec(),
        signature: decode(signature)?,
        payload: decode(payload)?,
    })
}

fn algorithm(header: &[u8], types: &[&str]) -> Result<EvidenceAlgorithm, Refusal> {
    let header: Header =
        serde_json::from_slice(header).map_err(|error| match error.classify() {
            Category::Data => not_taken("its header has other members than alg, typ, kid, cty"),
            _ => malformed("the header of the JWS is not JSON"),
        })?;
    let known = |typ: &str| types.iter().any(|one| one.eq_ignore_ascii_case(typ));
    if !header.typ.as_deref().is_none_or(known) {
        return Err(not_taken("its header names another type"));
    }
    EvidenceAlgorithm::from_jose(&header.alg)
        .ok_or(not_taken("its algorithm is not ES256, ES384 or EdDSA"))
}

fn decode(part: &[u8]) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| malformed("a part of the JWS is not base64url without padding"))
}

const fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed { what }
}

#[cfg(test)]
mod tests;
