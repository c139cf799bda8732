//! A location as CWT: `application/eat+cwt` (RFC 9711 6, RFC 8392), signed once (COSE_Sign1).

use ciborium::Value;
use coset::iana::EnumI64;
use coset::{CborSerializable, CoseError, CoseSign1, Header, Label, RegisteredLabelWithPrivate};
use meridian_wire::loc::algorithm::EvidenceAlgorithm;

use crate::eat::Eat;
use crate::location::Dialect;
use crate::node::Node;
use crate::refusal::Refusal;
use crate::signed::{Signed, not_taken};

/// The media type of the format.
pub(crate) const FORMAT: &str = "application/eat+cwt";

/// Tag 61, a CWT (RFC 8392 6).
const CWT_TAG: &[u8] = &[0xd8, 61];
/// Tag 18, one signature (RFC 9052 2).
const SIGN1_TAG: &[u8] = &[0xd2];
/// Tag 98, several signatures.
const SIGN_TAG: &[u8] = &[0xd8, 98];

/// `typ` of RFC 9596.
const TYP: Label = Label::Int(16);
const TYPES: [&str; 2] = ["application/cwt", FORMAT];

/// Opens a token and reads its claims; its signature is not looked at.
///
/// Taken are an untagged COSE_Sign1, one with tag 18, and that in tag 61. The CBOR need not be
/// deterministic: what is verified are the octets as received.
///
/// # Errors
///
/// [`Refusal::Malformed`], [`Refusal::OutOfRange`], [`Refusal::EvidenceSignature`].
pub(crate) fn open(token: &[u8]) -> Result<(Signed, Eat), Refusal> {
    let signed = open_sign1(token)?;
    let claims = Node::of_cbor(&signed.payload)?;
    let eat = Eat::read(&claims, Dialect::Cbor)?;
    Ok((signed, eat))
}

fn open_sign1(token: &[u8]) -> Result<Signed, Refusal> {
    let (inner, is_cwt) = match token.strip_prefix(CWT_TAG) {
        Some(inner) => (inner, true),
        None => (token, false),
    };
    if inner.starts_with(SIGN_TAG) {
        return Err(not_taken("more than one signature"));
    }
    let sign1 = match inner.strip_prefix(SIGN1_TAG) {
        Some(sign1) => sign1,
        // RFC 8392 6: a tagged CWT is a tagged COSE message.
        None if is_cwt => return Err(malformed("tag 61 around what has no tag 18")),
        None => inner,
    };
    let sign1 = CoseSign1::from_slice(sign1).map_err(unreadable)?;
    let algorithm = algorithm(&sign1.protected.header)?;
    only_a_hint(&sign1.unprotected)?;
    let message = sign1.tbs_data(&[]);
    Ok(Signed {
        algorithm,
        message,
        signature: sign1.signature,
        payload: sign1.payload.ok_or(malformed("the payload is detached"))?,
    })
}

/// The algorithm in the protected header, which holds nothing else that would mean something:
/// a key, a certificate, a critical member. `kid` and the content type are not looked at.
fn algorithm(protected: &Header) -> Result<EvidenceAlgorithm, Refusal> {
    let Header {
        alg,
        crit,
        content_type: _,
        key_id: _,
        iv,
        partial_iv,
        counter_signatures,
        rest,
    } = protected;
    let bare = crit.is_empty() && iv.is_empty() && partial_iv.is_empty();
    if !bare || !counter_signatures.is_empty() || !rest.iter().all(is_known_type) {
        return Err(not_taken("its header has other members than alg, kid, typ"));
    }
    let number = match alg {
        Some(RegisteredLabelWithPrivate::Assigned(alg)) => Some(alg.to_i64()),
        Some(RegisteredLabelWithPrivate::PrivateUse(number)) => Some(*number),
        _ => None,
    };
    number
        .and_then(EvidenceAlgorithm::from_cose)
        .ok_or(not_taken("no protected algorithm of ES256, ES384, EdDSA"))
}

fn is_known_type((label, value): &(Label, Value)) -> bool {
    let known = |typ: &String| TYPES.iter().any(|one| one.eq_ignore_ascii_case(typ));
    *label == TYP && matches!(value, Value::Text(typ) if known(typ))
}

/// Outside the signature nothing is taken but `kid`, which is not looked at.
fn only_a_hint(unprotected: &Header) -> Result<(), Refusal> {
    let hint = Header {
        key_id: unprotected.key_id.clone(),
        ..Header::default()
    };
    if *unprotected == hint {
        return Ok(());
    }
    Err(not_taken("its unprotected header has more than kid"))
}

fn unreadable(error: CoseError) -> Refusal {
    match error {
        CoseError::UnregisteredIanaValue | CoseError::UnregisteredIanaNonPrivateValue => {
            not_taken("a header names what is not registered")
        }
        CoseError::DuplicateMapKey => malformed("a header has a member twice"),
        _ => malformed("not a COSE_Sign1"),
    }
}

const fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed { what }
}

#[cfg(test)]
mod tests;
