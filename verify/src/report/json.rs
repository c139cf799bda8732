//! The report for machines: `schema/report.schema.json`, which only grows.

use serde::Serialize;

use super::Report;
use super::grounds_json::{
    AlgorithmOut, EndOut, InputOut, PathOut, PolicyOut, RevocationOut, ToolOut,
};
use super::place_json::PlaceOut;
use crate::checks::log::LogPlace;
use crate::explain::explain;
use crate::facts::TokenFacts;
use crate::finding::Finding;
use crate::sub_indication::SubIndication;
use crate::verdict::Model;

/// JSON Schema of a report.
pub const REPORT_SCHEMA: &str = include_str!("../../schema/report.schema.json");

/// JSON Schema of a line among several.
pub const LINE_SCHEMA: &str = include_str!("../../schema/line.schema.json");

#[derive(Debug, Serialize)]
struct Root<'r> {
    tool: ToolOut,
    verdict: &'static str,
    reasons: Vec<String>,
    models: ModelsOut,
    at: String,
    profile: &'static str,
    policy: PolicyOut<'r>,
    input: &'r str,
    inputs: Vec<InputOut<'r>>,
    checks: Vec<CheckOut<'r>>,
    token: Option<TokenOut>,
    log: Option<LogOut>,
    exists_since: Option<String>,
    expires: Option<EndOut<'r>>,
    paths: Vec<PathOut<'r>>,
    algorithms: Vec<AlgorithmOut<'r>>,
    revocation: Vec<RevocationOut<'r>>,
    place: Option<PlaceOut<'r>>,
}

#[derive(Debug, Serialize)]
struct ModelsOut {
    gentime: &'static str,
    etsi: &'static str,
}

/// A finding.
#[derive(Debug, Serialize)]
pub(super) struct CheckOut<'r> {
    id: String,
    clause: Option<&'static str>,
    status: &'static str,
    detail: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_indication: Option<String>,
}

impl<'r> CheckOut<'r> {
    pub(super) fn of(finding: &'r Finding) -> Self {
        Self {
            id: finding.id.to_string(),
            clause: explain(finding.id).map(|known| known.clause),
            status: finding.status.name(),
            detail: &finding.detail,
            sub_indication: finding.sub_indication.map(SubIndication::urn),
        }
    }
}

/// Fields of TSTInfo, and the signer's name.
#[derive(Debug, Serialize)]
pub(crate) struct TokenOut {
    id: Option<String>,
    gen_time: String,
    accuracy: Option<String>,
    interval: Option<IntervalOut>,
    serial: String,
    policy: String,
    imprint: ImprintOut,
    ordering: bool,
    nonce: Option<String>,
    extensions: Vec<ExtensionOut>,
    signer: Option<String>,
}

#[derive(Debug, Serialize)]
struct IntervalOut {
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct ImprintOut {
    algorithm: String,
    digest: String,
}

#[derive(Debug, Serialize)]
struct ExtensionOut {
    oid: String,
    critical: bool,
}

#[derive(Debug, Serialize)]
struct LogOut {
    origin: String,
    index: String,
    size: String,
    root: String,
    time: String,
    witnessed_since: Option<String>,
}

impl TokenOut {
    pub(crate) fn of(facts: &TokenFacts) -> Self {
        let seconds = |us: u64| format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
        let extensions = facts.extensions.iter();
        Self {
            id: facts.id.map(hex::encode),
            interval: facts.interval.map(|interval| IntervalOut {
                from: interval.from.to_string(),
                to: interval.to.to_string(),
            }),
            // RFC 3339 where it is a time, as written where it is not.
            gen_time: facts.gen_time.map_or_else(
                || facts.gen_time_text.clone(),
                |gen_time| gen_time.to_string(),
            ),
            accuracy: facts.accuracy_us.map(seconds),
            serial: facts.serial.clone(),
            policy: facts.policy.clone(),
            imprint: ImprintOut {
                algorithm: facts.imprint_algorithm.clone(),
                digest: hex::encode(&facts.imprint),
            },
            ordering: facts.ordering,
            nonce: facts.nonce.clone(),
            extensions: extensions
                .map(|(oid, critical)| ExtensionOut {
                    oid: oid.clone(),
                    critical: *critical,
                })
                .collect(),
            signer: facts.signer.clone(),
        }
    }
}

/// The report as JSON. Numbers that can pass 2^53 are decimal strings.
///
/// # Errors
///
/// None that can be met: every value is a string, a bool or null.
pub fn to_json(report: &Report, model: Model) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&Root::of(report, model))?;
    text.push('\n');
    Ok(text)
}

/// One line among several (`schema/line.schema.json`): the names of data and token, and either a
/// report or why there is none.
///
/// # Errors
///
/// None that can be met: every value is a string, a bool or null.
pub fn to_json_line(
    file: Option<&str>,
    token: Option<&str>,
    judged: Result<&Report, &str>,
    model: Model,
) -> Result<String, serde_json::Error> {
    let line = Line {
        file,
        token,
        report: judged.ok().map(|report| Root::of(report, model)),
        error: judged.err(),
    };
    let mut text = serde_json::to_string(&line)?;
    text.push('\n');
    Ok(text)
}

#[derive(Debug, Serialize)]
struct Line<'r> {
    file: Option<&'r str>,
    token: Option<&'r str>,
    report: Option<Root<'r>>,
    error: Option<&'r str>,
}

impl<'r> Root<'r> {
    fn of(report: &'r Report, model: Model) -> Self {
        let models = report.models();
        let reasons = report.reasons(model);
        let grounds = &report.grounds;
        let algorithms = grounds.algorithms.iter();
        let algorithms = algorithms.map(|one| AlgorithmOut::of(one, report.at));
        Self {
            tool: ToolOut::THIS,
            verdict: report.verdict(model).name(),
            reasons: reasons.iter().map(|one| one.id.to_string()).collect(),
            models: ModelsOut {
                gentime: models.gen_time.name(),
                etsi: models.etsi.name(),
            },
            at: report.at.to_string(),
            profile: report.profile.name(),
            policy: PolicyOut::of(model.name(), report.revocation, &report.catalogue),
            input: &report.input,
            inputs: report.inputs.iter().map(InputOut::of).collect(),
            checks: report.findings.iter().map(CheckOut::of).collect(),
            token: report.token.as_ref().map(TokenOut::of),
            log: report.log.as_ref().map(LogOut::of),
            exists_since: report.exists_since.map(|since| since.to_string()),
            expires: grounds.ends.as_ref().map(EndOut::of),
            paths: PathOut::all(grounds),
            algorithms: algorithms.collect(),
            revocation: grounds.revocation.iter().map(RevocationOut::of).collect(),
            place: report.place.as_ref().map(PlaceOut::of),
        }
    }
}

impl LogOut {
    fn of(place: &LogPlace) -> Self {
        Self {
            origin: place.origin.clone(),
            index: place.index.to_string(),
            size: place.size.to_string(),
            root: hex::encode(place.root.as_bytes()),
            time: place.time.to_string(),
            witnessed_since: place.witnessed_since.map(|since| since.to_string()),
        }
    }
}
