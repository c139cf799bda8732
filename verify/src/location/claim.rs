//! V110: the token has one location claim, signed, not critical, in DER.

use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::find::ClaimFault;
use meridian_wire::oid;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tst_info::TstInfoView;

use super::outcome::{Conclusion, PlaceFault};

/// Why a token shows no place.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NoClaim {
    #[error("the token has no location claim")]
    None,
    #[error(transparent)]
    Unusable(ClaimFault),
    #[error(
        "the location claim is in an unsigned attribute, where anyone can put one: no signature \
         covers it"
    )]
    Unsigned,
    #[error("the token has a location claim in its TSTInfo and another in a signed attribute")]
    TwoCarriers,
    #[error(
        "the location claim is in a signed attribute; this version reads those of the TSTInfo only"
    )]
    OtherCarrier,
}

impl PlaceFault for NoClaim {
    fn convicts(&self) -> bool {
        *self != Self::OtherCarrier
    }
}

/// Whether the signed or the unsigned attributes hold what looks like a claim.
fn attributes_hold(attributes: &[meridian_wire::reader::attribute::AttributeView<'_>]) -> bool {
    let names = [&oid::LOCATION_CLAIM, &oid::LOCATION_CLAIM_ATTRIBUTE];
    let mut attributes = attributes.iter();
    attributes.any(|attribute| names.into_iter().any(|name| attribute.oid.is(name)))
}

/// The claim of a token. EN 319 422 clause 5.2.2 forbids critical extensions, RFC 5280 section
/// 4.2 a second one of a kind.
pub(crate) fn find(
    tst_info: &TstInfoView<'_>,
    signer: &SignerInfoView<'_>,
) -> Result<LocationClaim, NoClaim> {
    let second = attributes_hold(&signer.signed_attrs);
    match LocationClaim::find(tst_info) {
        Err(fault) => Err(NoClaim::Unusable(fault)),
        Ok(Some(_)) if second => Err(NoClaim::TwoCarriers),
        Ok(Some(claim)) => Ok(claim),
        Ok(None) if second => Err(NoClaim::OtherCarrier),
        Ok(None) if attributes_hold(&signer.unsigned_attrs) => Err(NoClaim::Unsigned),
        Ok(None) => Err(NoClaim::None),
    }
}

/// V110.
pub(crate) fn judge(found: &Result<LocationClaim, NoClaim>) -> Result<Conclusion, NoClaim> {
    let claim = found.as_ref().map_err(|fault| *fault)?;
    Ok(Conclusion::Holds(format!(
        "one location claim of {} octets, signed with the time, not critical, in DER",
        claim.as_der().len()
    )))
}
