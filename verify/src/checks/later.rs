//! V101 and V102: later tokens over this one, and the order of both.

use meridian_wire::time::UnixMicros;

use crate::checks::log::LogPlace;
use crate::facts::TokenFacts;
use crate::finding::{Checked, Finding, Proof};
use crate::later::Cover;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct LaterProofs {
    covered: Proof<101>,
    ordered: Proof<102>,
}

/// What is known of this token, for the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated<'d> {
    pub(crate) facts: &'d TokenFacts,
    pub(crate) log: Option<&'d LogPlace>,
}

/// Which of two tokens was made first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    Earlier,
    Later,
    Unknown,
}

/// Runs the family. Also since when a later token proves this one.
pub(crate) fn check(
    token: Dated<'_>,
    covers: &[Cover],
    strangers: usize,
    findings: &mut Vec<Finding>,
) -> (Option<LaterProofs>, Option<UnixMicros>) {
    let holding: Vec<&Cover> = covers.iter().filter(|cover| cover.holds()).collect();
    let (covered, since) = covered(token, covers, &holding, strangers);
    let covered = covered.record(findings);
    let ordered = ordered(token, &holding).record(findings);
    let proofs = (|| {
        Some(LaterProofs {
            covered: covered?,
            ordered: ordered?,
        })
    })();
    (proofs, since)
}

/// V101, EN 319 102-1 section 5.6.2.3 (a token proves what it is about) and its
/// TIMESTAMP_ORDER_FAILURE. A later token that does not hold takes nothing away.
fn covered(
    token: Dated<'_>,
    covers: &[Cover],
    holding: &[&Cover],
    strangers: usize,
) -> (Checked<101>, Option<UnixMicros>) {
    if covers.is_empty() && strangers == 0 {
        return (Checked::not_checked("no later token is at hand"), None);
    }
    if holding
        .iter()
        .any(|cover| order_with(token, cover) == Order::Later)
    {
        let detail = "a token that was made over this one says that it is the earlier of the two: \
                      one of them is wrong";
        return (Checked::indeterminate(detail), None);
    }
    let ends = holding.iter().filter_map(|cover| cover.interval());
    match ends.map(|interval| interval.to).min() {
        Some(since) => {
            let detail = format!("a later token proves that this one existed at {since}");
            (Checked::passed(detail), Some(since))
        }
        None if covers.is_empty() => {
            let detail = format!("{strangers} later tokens are at hand, none is about this one");
            (Checked::warning(detail), None)
        }
        None => {
            let detail = "a later token is about this one, and does not hold itself today; it is \
                          not used";
            (Checked::warning(detail), None)
        }
    }
}

/// V102, RFC 3161 section 2.4.2: two times tell an order only if they are further apart than both
/// accuracies together, or if one authority claims `ordering`; a log tells it by its indexes.
fn ordered(token: Dated<'_>, holding: &[&Cover]) -> Checked<102> {
    if holding.is_empty() {
        return Checked::not_checked("no other token to compare with");
    }
    let known = holding
        .iter()
        .all(|cover| order_with(token, cover) == Order::Earlier);
    if known {
        Checked::passed("the times show the same order: this token, then those made over it")
    } else {
        Checked::not_checked("the times are too close, or not in order; the digests tell it")
    }
}

fn order_with(token: Dated<'_>, cover: &Cover) -> Order {
    let Some(facts) = cover.facts() else {
        return Order::Unknown;
    };
    let other = Dated {
        facts,
        log: cover.report.log.as_ref(),
    };
    order(token, other)
}

/// The order of the first to the second.
pub(crate) fn order(first: Dated<'_>, second: Dated<'_>) -> Order {
    if let (Some(one), Some(other)) = (first.log, second.log)
        && one.origin == other.origin
    {
        return of(one.index.cmp(&other.index));
    }
    let (one, other) = (first.facts, second.facts);
    let same_authority = one.signer_digest.is_some() && one.signer_digest == other.signer_digest;
    if one.ordering && other.ordering && same_authority {
        return match (one.gen_time, other.gen_time) {
            (Some(one), Some(other)) => of(one.cmp(&other)),
            _ => Order::Unknown,
        };
    }
    match (one.interval, other.interval) {
        (Some(one), Some(other)) if one.to < other.from => Order::Earlier,
        (Some(one), Some(other)) if other.to < one.from => Order::Later,
        _ => Order::Unknown,
    }
}

const fn of(ordering: std::cmp::Ordering) -> Order {
    match ordering {
        std::cmp::Ordering::Less => Order::Earlier,
        std::cmp::Ordering::Equal => Order::Unknown,
        std::cmp::Ordering::Greater => Order::Later,
    }
}
