//! The desk and the unit of location stamps, made from their parts.

use std::sync::Arc;

use meridian_locstamp::policy::LocPolicy;
use meridian_log::private::PrivateRows;
use meridian_log::store::StoreError;
use meridian_signing::cms::TokenSigner;
use meridian_signing::shown::{PracticeError, Rounding};
use meridian_wire::cms::signed_data::TemplateError;

use super::desk::{Effects, LocationDesk};
use super::ledger::Ledger;
use crate::config::Policy;
use crate::metrics::Metrics;
use crate::parts::Parts;
use crate::pipeline::PlaceUnit;

/// Why location stamps cannot be made.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum LocationStartError {
    /// The time cannot be shown under this policy.
    #[error("policy: {0}")]
    Practice(#[from] PracticeError),
    /// What every token has in common cannot be encoded.
    #[error("token signer: {0}")]
    Signer(#[from] TemplateError),
    /// The policy document could not be kept.
    #[error("database: {0}")]
    Store(#[from] StoreError),
}

/// What [`open`] makes.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) desk: Arc<LocationDesk>,
    pub(crate) unit: PlaceUnit,
    /// The policy document was not in force here before.
    pub(crate) is_new_policy: bool,
}

/// Takes the parts of location stamps out of `parts`, if there are any.
pub(crate) fn open(
    parts: &mut Parts,
    metrics: &Arc<Metrics>,
) -> Result<Option<Opened>, LocationStartError> {
    let (Some(config), Some(location)) = (&parts.config.location, parts.location.take()) else {
        return Ok(None);
    };
    let rounding = match config.profile {
        Policy::Compatible => Rounding::WholeSeconds,
        Policy::Precise => Rounding::Micros,
    };
    let policy = Arc::new(LocPolicy::new(
        &location.policy,
        rounding,
        parts.config.authority.signing_allowance,
        location.identity.validity().clone(),
    )?);
    let signer = TokenSigner::new(&location.identity)?;
    let ledger = Arc::new(Ledger::default());
    let (kept, uses) = (config.token_retention, Arc::clone(&ledger));
    let unit = PlaceUnit::new(Arc::clone(&policy), signer, kept, uses);
    let effects = Effects {
        rows: Arc::clone(&parts.private),
        entropy: Arc::clone(&parts.entropy),
        clock: Arc::clone(&parts.clock),
        metrics: Arc::clone(metrics),
        ledger,
    };
    let document = &location.policy;
    let is_new_policy = keep(parts.private.as_ref(), document.hash(), document.jcs())?;
    let desk = LocationDesk::new(location, policy, config, effects);
    Ok(Some(Opened {
        desk: Arc::new(desk),
        unit,
        is_new_policy,
    }))
}

/// Keeps the document, so that it can be read as long as there are tokens under it. Says whether
/// it was not there. The next batch of the log, with the start in it, makes it durable.
fn keep(rows: &dyn PrivateRows, digest: &[u8; 32], document: &[u8]) -> Result<bool, StoreError> {
    if rows.policy(digest)?.is_some() {
        return Ok(false);
    }
    rows.put_policy(digest, document)?;
    Ok(true)
}
