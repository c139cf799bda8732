//! The place part of the report for people. 'Consistent with' and 'bounded to', never more.

use std::fmt::{self, Write};

use meridian_appraisal::note::ItemNote;
use meridian_wire::loc::claim::ClaimFields;
use meridian_wire::loc::flags::WarningFlags;

use super::printable::one_line;
use crate::finding::{CheckId, Status};
use crate::location::disclosures::{OpenValue, Source};
use crate::location::place::Place;
use crate::location::{not_shown, words};

/// The requirements: a claim may stand, and not be what was asked for.
const REQUIREMENTS: CheckId = CheckId::new(117);

/// The section, a blank line before it. `time_holds`: whether the time-stamp passed.
pub(super) fn write_place(out: &mut String, place: &Place, time_holds: bool) -> fmt::Result {
    let verdict = place.verdict().name();
    let counts = match place.asked() {
        true => "",
        false => ", not asked for: it does not count in the verdict",
    };
    writeln!(out, "\nPlace: {verdict}{counts}")?;
    let Some(claim) = place.claim() else {
        return writeln!(
            out,
            "  The token has no claim about place that can be read."
        );
    };
    let claim = claim.fields();
    let mut findings = place.findings().iter();
    let stands = findings.all(|one| {
        let good = [Status::Passed, Status::Warning, Status::NotChecked];
        one.id == REQUIREMENTS || good.contains(&one.status)
    });
    let says = if stands && time_holds {
        "The evidence was found"
    } else {
        "The token claims, and this does not stand (see Why): the evidence was found"
    };
    writeln!(
        out,
        "  {says} consistent with {} having been in the place below at {}, give or take {}.",
        words::subject(&claim.subject),
        claim.observed.fix_time(),
        words::millis(claim.observed.max_error_ms())
    )?;
    write_claim(out, claim, place.values(), &place.notes)?;
    for one in &place.required {
        writeln!(
            out,
            "  required  {}: {} ({})",
            one_line(&one.text),
            one.answer.name(),
            one_line(&one.detail)
        )?;
    }
    writeln!(out, "\nWhat the place does not show")?;
    for sentence in not_shown::of(place) {
        writeln!(out, "  - {sentence}")?;
    }
    Ok(())
}

/// The fields of a claim, one a line. Nothing here says whether they stand.
pub(crate) fn write_claim(
    out: &mut String,
    claim: &ClaimFields,
    values: &[OpenValue],
    notes: &[ItemNote],
) -> fmt::Result {
    for one in values {
        let source = match one.source {
            Source::Token => "in the token",
            Source::Disclosure => "disclosed",
        };
        writeln!(
            out,
            "  where     {} {} ({source})",
            words::slot(one.slot),
            words::value(&one.value)
        )?;
    }
    if values.is_empty() {
        writeln!(
            out,
            "  where     not open: a disclosure by the subject tells"
        )?;
    }
    let level = claim.level;
    writeln!(out, "  level     {}, {}", level.code(), words::level(level))?;
    match &claim.bound {
        Some(bound) => writeln!(
            out,
            "  bound     bounded to {} around the claimed point, by the speed of light and {} \
             landmarks{}",
            words::metres(bound.radius_m().into()),
            bound.landmarks(),
            if bound.enclosed() {
                " that stand on all sides"
            } else {
                ""
            }
        )?,
        None => writeln!(out, "  bound     none")?,
    }
    writeln!(out, "  binding   {}", words::binding(claim.binding))?;
    writeln!(
        out,
        "  method    {}, as the subject says",
        words::method(claim.method)
    )?;
    write_evidence(out, claim, notes)?;
    for (flag, name) in WarningFlags::NAMED {
        if claim.flags.has(flag) {
            writeln!(out, "  warning   {name}: {}", words::flag(flag))?;
        }
    }
    if let Some(travel) = &claim.travel {
        writeln!(out, "  travel    {}", words::travel(travel))?;
    }
    writeln!(
        out,
        "  policy    SHA-256 {}",
        hex::encode(claim.policy_hash)
    )
}

fn write_evidence(out: &mut String, claim: &ClaimFields, notes: &[ItemNote]) -> fmt::Result {
    let mut notes = notes.iter();
    for result in &claim.evidence {
        let note = notes.next();
        let note = note.map_or_else(String::new, |note| format!("; {}", note.words()));
        writeln!(out, "  evidence  {}{note}", words::evidence(result))?;
    }
    if claim.evidence.is_empty() {
        writeln!(out, "  evidence  none is stated")?;
    }
    Ok(())
}
