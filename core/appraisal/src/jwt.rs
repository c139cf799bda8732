//! A location as JWT: `application/eat+jwt` (RFC 9711 6, RFC 7519).

use crate::eat::Eat;
use crate::jws;
use crate::location::Dialect;
use crate::node::Node;
use crate::refusal::Refusal;
use crate::signed::Signed;

/// The media type of the format.
pub(crate) const FORMAT: &str = "application/eat+jwt";

/// Values of `typ`: RFC 7519 5.1, RFC 9782.
const TYPES: [&str; 3] = ["JWT", "eat+jwt", FORMAT];

/// Opens a token and reads its claims; its signature is not looked at.
///
/// # Errors
///
/// [`Refusal::Malformed`], [`Refusal::OutOfRange`], [`Refusal::EvidenceSignature`].
pub(crate) fn open(token: &[u8]) -> Result<(Signed, Eat), Refusal> {
    let signed = jws::open(token, &TYPES)?;
    let claims = Node::of_json(&signed.payload)?;
    let eat = Eat::read(&claims, Dialect::Json)?;
    Ok((signed, eat))
}
