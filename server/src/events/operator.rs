//! What the operator does through the private port, or by a signal.
//!
//! The bodies count. Whose keys and places they were is what an erasure is to make forgotten, so
//! nothing here names a subject or a key.

use serde::Serialize;

use super::LifeEvent;

/// A subject's keys, places and tokens are erased on its behalf.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct OperatorErase {
    pub(crate) keys: usize,
    pub(crate) places: usize,
    pub(crate) tokens: usize,
}

impl LifeEvent for OperatorErase {
    const NAME: &'static str = "operator.erase";
}

/// A subject's key is revoked on its behalf.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatorRevoke {
    /// Since when it is not to be trusted.
    pub(crate) invalid_since: Option<String>,
}

impl LifeEvent for OperatorRevoke {
    const NAME: &'static str = "operator.revoke";
}

/// A key is enrolled where the public port may not.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatorEnrol {
    /// The key was not there before.
    pub(crate) is_new: bool,
}

impl LifeEvent for OperatorEnrol {
    const NAME: &'static str = "operator.enrol";
}

/// SIGHUP: what can change without a restart was read again.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatorReload {
    /// The bound that is asserted from now on where the kernel measures none.
    pub(crate) asserted_bound_us: Option<u64>,
}

impl LifeEvent for OperatorReload {
    const NAME: &'static str = "operator.reload";
}
