//! V020 to V028: what the authority says.

use meridian_wire::oid;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::oid::OidView;
use meridian_wire::reader::tst_info::{AccuracyView, TstInfoView};
use meridian_wire::time::UnixMicros;

use crate::asked::AskedFor;
use crate::finding::{Checked, Finding, Proof};
use crate::instant::{GenTimeReading, Interval, parse_ber_time, parse_gen_time};
use crate::policy::VerifyPolicy;
use crate::profile::{Level, Profile};

/// How far genTime may be ahead of the verifier's clock.
const FUTURE_SKEW_US: i64 = 5 * 60 * 1_000_000;

/// RFC 3161 section 2.4.2: "up to 160 bits".
const MAX_SERIAL_BITS: usize = 160;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct TstInfoProofs {
    version: Proof<20>,
    gen_time: Proof<21>,
    not_ahead: Proof<22>,
    accuracy: Proof<23>,
    serial: Proof<24>,
    policy: Proof<25>,
    nonce: Proof<26>,
    extensions: Proof<28>,
}

/// When the token says the data existed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// genTime.
    pub(crate) reading: GenTimeReading,
    /// In microseconds; none if the token states none that makes sense.
    pub(crate) accuracy_us: Option<u64>,
    /// genTime minus and plus accuracy, an unstated accuracy counted as nothing. None if that
    /// leads out of the calendar.
    pub(crate) interval: Option<Interval>,
}

impl Times {
    /// None if genTime names no moment that this profile accepts.
    pub(crate) fn read(tst_info: &TstInfoView<'_>, profile: Profile) -> Option<Self> {
        let reading = match parse_gen_time(&tst_info.gen_time) {
            Ok(reading) => reading,
            Err(_) if profile.level(21) == Level::Warning => parse_ber_time(&tst_info.gen_time)?,
            Err(_) => return None,
        };
        let accuracy_us = tst_info.accuracy.as_ref().and_then(accuracy_micros);
        let interval = match (&tst_info.accuracy, accuracy_us) {
            // Stated, but beyond every number: no instant is excluded.
            (Some(_), None) => None,
            (_, accuracy) => Interval::around(&reading, accuracy.unwrap_or(0)),
        };
        Some(Self {
            reading,
            accuracy_us,
            interval,
        })
    }
}

/// Missing parts are zero (RFC 3161 section 2.4.2). None if a part is negative or the sum
/// beyond every number.
fn accuracy_micros(accuracy: &AccuracyView<'_>) -> Option<u64> {
    let part = |part: &Option<IntegerView<'_>>, unit: u64| match part {
        Some(part) => part.to_u64()?.checked_mul(unit),
        None => Some(0),
    };
    part(&accuracy.seconds, 1_000_000)?
        .checked_add(part(&accuracy.millis, 1_000)?)?
        .checked_add(part(&accuracy.micros, 1)?)
}

/// Runs the family.
pub(crate) fn check(
    tst_info: &TstInfoView<'_>,
    times: Option<&Times>,
    asked: &VerifyPolicy,
    findings: &mut Vec<Finding>,
) -> Option<TstInfoProofs> {
    let version = version(tst_info).record(findings);
    let gen_time = gen_time(tst_info, times, asked.profile).record(findings);
    let not_ahead = not_ahead(times, asked.at).record(findings);
    let accuracy = accuracy(tst_info, asked.profile).record(findings);
    let serial = serial(&tst_info.serial, asked.profile).record(findings);
    let policy = policy(tst_info, asked).record(findings);
    let nonce = nonce(tst_info, asked.request.as_ref(), asked.profile).record(findings);
    let extensions = extensions(tst_info, asked.profile).record(findings);
    Some(TstInfoProofs {
        version: version?,
        gen_time: gen_time?,
        not_ahead: not_ahead?,
        accuracy: accuracy?,
        serial: serial?,
        policy: policy?,
        nonce: nonce?,
        extensions: extensions?,
    })
}

/// V020, RFC 3161 section 2.4.2.
fn version(tst_info: &TstInfoView<'_>) -> Checked<20> {
    match tst_info.version.to_u64() {
        Some(1) => Checked::passed("TSTInfo version 1"),
        _ => Checked::failed(format!(
            "TSTInfo version {}, not 1",
            tst_info.version.to_decimal()
        )),
    }
}

/// V021, RFC 3161 section 2.4.2: the grammar of genTime. A zero at the end of its fraction makes
/// TSTInfo something else than DER, and counts as that does.
fn gen_time(tst_info: &TstInfoView<'_>, times: Option<&Times>, profile: Profile) -> Checked<21> {
    let text = String::from_utf8_lossy(&tst_info.gen_time).into_owned();
    match parse_gen_time(&tst_info.gen_time) {
        Err(fault) => match times {
            Some(times) => Checked::departs(
                profile,
                format!("genTime {text:?}: {fault}; read as {}", times.reading.at),
            ),
            None => Checked::failed(format!("genTime {text:?}: {fault}")),
        },
        Ok(reading) if reading.trailing_zero => {
            let detail = format!("genTime {text}: its fraction ends in a zero, which is not DER");
            match profile.level(5) {
                Level::Failed => Checked::failed(detail),
                _ => Checked::warning(detail),
            }
        }
        Ok(_) => Checked::passed(format!("genTime {text}")),
    }
}

/// V022, RFC 3161 section 2.2: genTime is not ahead of the time of verification.
fn not_ahead(times: Option<&Times>, at: UnixMicros) -> Checked<22> {
    let Some(times) = times else {
        return Checked::not_run("genTime cannot be read");
    };
    let latest = at.checked_add_us(FUTURE_SKEW_US).unwrap_or(at);
    let gen_time = times.reading.at;
    if gen_time > at && gen_time <= latest {
        Checked::passed(format!(
            "genTime {gen_time} is ahead of the time of verification, {at}, within the 5 minutes \
             by which clocks may differ"
        ))
    } else if gen_time <= latest {
        Checked::passed(format!(
            "genTime is not after the time of verification, {at}"
        ))
    } else {
        Checked::failed(format!(
            "genTime {gen_time} is after the time of verification, {at}"
        ))
    }
}

/// V023, RFC 3161 section 2.4.2: parts of 1 to 999; an absent accuracy is not zero.
fn accuracy(tst_info: &TstInfoView<'_>, profile: Profile) -> Checked<23> {
    let Some(accuracy) = &tst_info.accuracy else {
        return Checked::passed("no accuracy stated; see the authority's policy");
    };
    let thousandth = |part: &Option<IntegerView<'_>>| {
        part.as_ref()
            .is_none_or(|part| part.to_u64().is_some_and(|n| (1..=999).contains(&n)))
    };
    match accuracy_micros(accuracy) {
        None => Checked::departs(profile, "the accuracy is negative or beyond every number"),
        Some(_) if !thousandth(&accuracy.millis) || !thousandth(&accuracy.micros) => {
            let detail = "milliseconds or microseconds of the accuracy are not in 1..999";
            Checked::departs(profile, detail)
        }
        Some(micros) => Checked::passed(format!("accuracy {}", show_micros(micros))),
    }
}

/// "1.6 s", "250 us".
pub(crate) fn show_micros(micros: u64) -> String {
    if micros < 1_000 {
        return format!("{micros} us");
    }
    let fraction = format!("{:06}", micros % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} s", micros / 1_000_000)
}

/// V024, RFC 3161 section 2.4.2.
fn serial(serial: &IntegerView<'_>, profile: Profile) -> Checked<24> {
    let shown = serial.to_decimal();
    if serial.is_negative() {
        Checked::departs(profile, format!("serial number {shown} is negative"))
    } else if serial.bit_len() > MAX_SERIAL_BITS {
        Checked::departs(
            profile,
            format!("serial number {shown} has more than 160 bits"),
        )
    } else {
        Checked::passed(format!("serial number {shown}"))
    }
}

/// V025, RFC 3161 section 2.4.2: the policy is the one that the request names, and one that the
/// caller accepts.
fn policy(tst_info: &TstInfoView<'_>, asked: &VerifyPolicy) -> Checked<25> {
    let policy = tst_info.policy.to_string();
    let requested = asked.request.as_ref().and_then(AskedFor::policy);
    match requested {
        Some(requested) if requested != policy => Checked::failed(format!(
            "issued under policy {policy}, the request asks for {requested}"
        )),
        _ if !asked.policies.is_empty() && !asked.policies.contains(&policy) => Checked::failed(
            format!("issued under policy {policy}, which is none of those accepted"),
        ),
        None if asked.policies.is_empty() => Checked::passed(format!(
            "issued under policy {policy}; no policy was asked for"
        )),
        _ => Checked::passed(format!("issued under policy {policy}, as asked")),
    }
}

/// V026, RFC 3161 sections 2.2 and 2.4.2: the token answers this request and no earlier one.
fn nonce(tst_info: &TstInfoView<'_>, request: Option<&AskedFor>, profile: Profile) -> Checked<26> {
    match (request, &tst_info.nonce) {
        (Some(request), _) => match request.compare(tst_info) {
            Err(fault) => {
                Checked::departs(profile, format!("not the answer to the request: {fault}"))
            }
            Ok(()) => Checked::passed("the token answers the request"),
        },
        (None, Some(_)) => {
            Checked::not_checked("a nonce is there, and no request to compare it with")
        }
        (None, None) => Checked::not_checked("no nonce, and no request to compare with"),
    }
}

/// V028, RFC 5280 section 4.2: an unknown critical extension may change the meaning. That of a
/// location claim is known, and it says nothing about the time.
fn extensions(tst_info: &TstInfoView<'_>, profile: Profile) -> Checked<28> {
    let critical = || tst_info.extensions.iter().filter(|one| one.critical);
    if let Some(unknown) = critical().find(|one| !one.oid.is(&oid::LOCATION_CLAIM)) {
        let oid = unknown.oid;
        let detail = format!("critical extension {oid} is not understood");
        return Checked::departs(profile, detail);
    }
    if critical().next().is_some() {
        return Checked::warning(
            "the location claim is marked critical, which EN 319 422 clause 5.2.2 forbids; the \
             time does not depend on it",
        );
    }
    let names = [
        (oid::LOCATION_CLAIM, "a location claim, judged by itself"),
        (
            oid::QC_STATEMENTS,
            "the claim to be qualified (a trusted list decides)",
        ),
    ];
    let show = |found: &OidView<'_>| {
        let name = names.iter().find(|(oid, _)| found.is(oid));
        name.map_or_else(|| found.to_string(), |(_, name)| (*name).to_owned())
    };
    let shown: Vec<_> = tst_info
        .extensions
        .iter()
        .map(|extension| show(&extension.oid))
        .collect();
    if shown.is_empty() {
        Checked::passed("no extensions")
    } else {
        Checked::passed(format!(
            "no critical extension; others: {}",
            shown.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::show_micros;

    #[test]
    fn shows_an_accuracy_shortly() {
        assert_eq!(show_micros(250), "250 us");
        assert_eq!(show_micros(1_000_000), "1 s");
        assert_eq!(show_micros(1_600_000), "1.6 s");
        assert_eq!(show_micros(1_500), "0.0015 s");
    }
}
