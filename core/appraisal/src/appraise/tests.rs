//! The decision table: a test for each row, named by its number.

mod properties;
mod rows_15_to_18;
mod rows_19_to_36;
mod rows_1_to_10;
mod vectors;

use super::*;
use crate::device::{self, Device, context, means, word};

/// The Eiffel Tower, ± 6.5 m, nothing simulated.
pub(super) const TOWER: &str =
    r#""latitude":48.85837,"longitude":2.29448,"accuracy":6.5,"method":"gnss","mock":false"#;

/// Under the evaluation policy.
pub(super) fn judge(
    context: &AppraisalContext,
    items: &[EvidenceItem],
) -> Result<Appraisal, Refusal> {
    appraise(&device::policy(|_| ()), context, items, &means())
}

/// The tower with more members.
pub(super) fn tower(more: &str) -> EvidenceItem {
    word(&format!("{TOWER},{more}"))
}

/// Seconds before acceptance, as a member.
pub(super) fn taken_ms_ago(age_ms: i64) -> String {
    let fix = device::ACCEPTED_MS - age_ms;
    let (seconds, millis) = (fix / 1_000, fix % 1_000);
    format!(r#""timestamp":{seconds}.{millis:03}"#)
}
