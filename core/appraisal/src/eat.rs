//! [`Eat`]: the claims of an Entity Attestation Token (RFC 9711) that an appraisal reads.
//!
//! | claim | CWT | JWT | |
//! |---|---|---|---|
//! | `eat_nonce` | 10 | `eat_nonce` | required, one: the 32 octets of the evidence nonce, in JSON as base64url without padding |
//! | `location` | 264 | `location` | required: [`Location`] |
//! | `iat` | 6 | `iat` | when the token was made |
//! | `nbf`, `exp` | 5, 4 | `nbf`, `exp` | from when until when it is to be believed |
//!
//! Other claims are passed over (RFC 7519 4, RFC 8392 3), but none may be there twice. Several
//! nonces in one token are refused: which of them was for us would be a guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meridian_wire::loc::Digest32;

use crate::location::{Dialect, Location, instant};
use crate::node::{Label, Node};
use crate::refusal::Refusal;

/// The claims that an appraisal reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Eat {
    pub(crate) nonce: Digest32,
    pub(crate) location: Location,
    /// When the token was made, Unix time in milliseconds; so are the next two.
    pub(crate) issued_at_ms: Option<i64>,
    pub(crate) not_before_ms: Option<i64>,
    pub(crate) expires_ms: Option<i64>,
}

impl Eat {
    /// Reads the claims of a token.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`], [`Refusal::OutOfRange`].
    pub(crate) fn read(claims: &Node, dialect: Dialect) -> Result<Self, Refusal> {
        let Node::Map(claims) = claims else {
            return Err(malformed("the claims are not a map"));
        };
        let claim = |name: &str, number: i64| {
            let wanted = match dialect {
                Dialect::Json => Label::Text(name.to_owned()),
                Dialect::Cbor => Label::Number(number),
            };
            let found = claims.iter().find(|(label, _)| *label == wanted);
            found.map(|(_, value)| value)
        };
        let time = |name, number| {
            let value = claim(name, number);
            value.map(|value| date(name, value)).transpose()
        };
        let location = claim("location", 264).ok_or(malformed("the token has no location"))?;
        let nonce = claim("eat_nonce", 10).ok_or(malformed("the token has no eat_nonce"))?;
        Ok(Self {
            nonce: nonce_of(nonce)?,
            location: Location::read(location, dialect)?,
            issued_at_ms: time("iat", 6)?,
            not_before_ms: time("nbf", 5)?,
            expires_ms: time("exp", 4)?,
        })
    }
}

fn nonce_of(value: &Node) -> Result<Digest32, Refusal> {
    let octets = match value {
        Node::Octets(octets) => Some(octets.clone()),
        Node::Text(text) => URL_SAFE_NO_PAD.decode(text).ok(),
        _ => None,
    };
    let nonce = octets.and_then(|octets| Digest32::try_from(octets).ok());
    nonce.ok_or(malformed("eat_nonce is not one nonce of 32 octets"))
}

/// `NumericDate` of RFC 7519 2 and RFC 8392 2: seconds, whole or not.
fn date(name: &'static str, value: &Node) -> Result<i64, Refusal> {
    match value {
        Node::Number(seconds) => instant(name, *seconds),
        _ => Err(malformed("iat, nbf or exp is not a number")),
    }
}

const fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed { what }
}

#[cfg(test)]
mod tests;
