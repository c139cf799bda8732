//! Evidence of the kind selfAsserted: the subject's word, a JSON location object.
//!
//! What it stops: nothing. What it is worth: the accountability of whoever is authenticated.

use meridian_wire::loc::bundle::EvidenceItem;

use crate::location::{Dialect, Location};
use crate::node::Node;
use crate::refusal::Refusal;

/// The media type of the content.
pub const FORMAT: &str = "application/json";

/// Reads an item.
///
/// # Errors
///
/// [`Refusal::UnsupportedEvidence`] for another format, [`Refusal::Malformed`],
/// [`Refusal::OutOfRange`].
pub(crate) fn read(item: &EvidenceItem) -> Result<Location, Refusal> {
    if item.format() != FORMAT {
        return Err(Refusal::UnsupportedEvidence { kind: item.kind() });
    }
    Location::read(&Node::of_json(item.content())?, Dialect::Json)
}
