//! [`LocationClaim::find`]: the claim in a token of anybody's.

use super::claim::LocationClaim;
use crate::error::DecodeError;
use crate::oid;
use crate::reader::tst_info::TstInfoView;

/// Why a token that has a claim shows no place. Its time is not affected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimFault {
    /// More than one claim: nobody could say which is meant.
    #[error("the token has {count} location claims")]
    Repeated {
        /// How many.
        count: usize,
    },
    /// EN 319 422 5.2.2: no extension of a TSTInfo is critical.
    #[error("the location claim is marked critical")]
    Critical,
    /// Not one DER `LocationClaim`.
    #[error("the location claim is malformed: {0}")]
    Malformed(#[from] DecodeError),
}

impl LocationClaim {
    /// The claim of a token, if it has one: exactly one, not critical, strict DER, though the
    /// token around it may be BER.
    ///
    /// # Errors
    ///
    /// [`ClaimFault`].
    pub fn find(info: &TstInfoView<'_>) -> Result<Option<Self>, ClaimFault> {
        let all = info.extensions.iter();
        let mut claims = all.filter(|extension| extension.oid.is(&oid::LOCATION_CLAIM));
        let Some(claim) = claims.next() else {
            return Ok(None);
        };
        match claims.count() {
            0 if claim.critical => Err(ClaimFault::Critical),
            0 => Ok(Some(Self::decode(claim.value)?)),
            more => Err(ClaimFault::Repeated {
                count: more.saturating_add(1),
            }),
        }
    }
}
