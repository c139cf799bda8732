//! From arguments to report.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use meridian_verify::artifact::Artifact;
use meridian_verify::event::{EventStatement, LogTrust, verify_event};
use meridian_verify::input::Recognised;
use meridian_verify::inspect::inspect;
use meridian_verify::later::LaterTokens;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::location::requirement::Requirement;
use meridian_verify::policy::{RevocationMode, TrustAnchors, VerifyPolicy};
use meridian_verify::profile::Profile;
use meridian_verify::report::html::to_html;
use meridian_verify::report::json::{LINE_SCHEMA, REPORT_SCHEMA, to_json};
use meridian_verify::report::text::to_text;
use meridian_verify::trust_list::WitnessWindows;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::{imprint_algorithm, verify_timestamp};
use meridian_verify::window::Window;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::hash::HashAlgorithm;

use crate::args::{
    Args, Command, EventArgs, ModelName, ProfileName, Revocation, SchemaName, VerifyArgs,
};
use crate::failure::Failure;
use crate::pairs::Pair;
use crate::{explain, files, many, pairs};

pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    match &args.command {
        Some(Command::Inspect { token, json }) => return run_inspect(token, *json),
        Some(Command::Event(args)) => return run_event(args),
        None => {}
    }
    match (&args.verify.explain, args.verify.schema) {
        (Some(id), _) => print(&explain::text(id)?)?,
        (None, Some(SchemaName::Report)) => print(REPORT_SCHEMA)?,
        (None, Some(SchemaName::Line)) => print(LINE_SCHEMA)?,
        (None, None) => return run_verify(&args.verify),
    }
    Ok(0)
}

fn run_inspect(path: &Path, json: bool) -> Result<u8, Failure> {
    let input = files::token(path)?;
    let inspection = inspect(&input).map_err(|cause| Failure::Broken {
        path: path.to_owned(),
        cause,
    })?;
    let text = match json {
        true => inspection.to_json().map_err(Failure::Json)?,
        false => inspection.to_text(),
    };
    print(&text)?;
    Ok(0)
}

fn run_event(args: &EventArgs) -> Result<u8, Failure> {
    let statement = EventStatement::parse(&files::text(&args.event)?);
    let statement = statement.map_err(|cause| Failure::Event {
        path: args.event.clone(),
        cause,
    })?;
    let trust = LogTrust::new(
        args.log_key.as_deref().map(log_key).transpose()?,
        args.log_policy
            .as_deref()
            .map(files::log_policy)
            .transpose()?,
        at(args.at.as_deref())?,
    );
    let report = verify_event(statement, &files::text(&args.proof)?, &trust);
    print(&report.to_text())?;
    Ok(exit_code(report.verdict()))
}

fn run_verify(args: &VerifyArgs) -> Result<u8, Failure> {
    let mut policy = policy(args)?;
    let model = match args.model {
        ModelName::Gentime => Model::GenTime,
        ModelName::Etsi => Model::Etsi,
    };
    let mut one = match given(args)? {
        Given::One(one) => one,
        Given::Many(pairs) => {
            let style = many::Style {
                model,
                json: args.json,
                html: args.html.as_deref(),
            };
            return many::run(&pairs, &policy, args.jobs, style);
        }
    };
    if let (None, Some(proof)) = (&policy.proof, one.proof.take()) {
        policy.proof = Some(files::text(&proof)?);
    }
    let input = files::token(&one.token)?;
    let artifact = artifact(args, one.data.as_deref(), &input)?;
    let report = verify_timestamp(&input, artifact.as_ref(), &policy);
    let text = match args.json {
        true => to_json(&report, model).map_err(Failure::Json)?,
        false => to_text(&report, model),
    };
    print(&text)?;
    if let Some(path) = &args.html {
        files::write(path, &to_html(&report, model))?;
    }
    Ok(exit_code(report.verdict(model)))
}

const fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 1,
        _ => 2,
    }
}

/// The time of verification.
fn at(given: Option<&str>) -> Result<UnixMicros, Failure> {
    match given {
        Some(text) => UnixMicros::parse_rfc3339(text).map_err(|_| Failure::At(text.to_owned())),
        None => now(),
    }
}

/// What is to be judged.
enum Given {
    One(One),
    Many(Vec<Pair>),
}

/// One token and what belongs to it.
struct One {
    data: Option<PathBuf>,
    token: PathBuf,
    proof: Option<PathBuf>,
}

fn given(args: &VerifyArgs) -> Result<Given, Failure> {
    if let Some(token) = &args.token {
        if args.files.len() > 1 || args.files.iter().any(|file| file.is_dir()) {
            return Err(Failure::OneToken("--token"));
        }
        return Ok(Given::One(One {
            data: args.files.first().cloned(),
            token: token.clone(),
            proof: None,
        }));
    }
    if args.files.iter().any(|file| file == Path::new("-")) {
        return Err(Failure::NoTokenBeside(PathBuf::from("-")));
    }
    let mut found = Vec::new();
    for path in &args.files {
        if path.is_dir() {
            found.extend(pairs::of_folder(path)?);
        } else {
            found.extend(pairs::of_file(path));
        }
    }
    match (args.files.as_slice(), found.as_slice()) {
        ([folder, ..], []) => Err(Failure::NoTokenInFolder(folder.clone())),
        ([file], [pair]) if !file.is_dir() => one(file, pair),
        _ => {
            only_about_one(args)?;
            Ok(Given::Many(found))
        }
    }
}

fn one(file: &Path, pair: &Pair) -> Result<Given, Failure> {
    // A file that is not there is told before that nothing lies beside it.
    files::open(file)?;
    let token = pair.token.clone();
    let token = token.ok_or_else(|| Failure::NoTokenBeside(file.to_owned()))?;
    Ok(Given::One(One {
        data: pair.data.clone(),
        token,
        proof: pair.proof.clone(),
    }))
}

/// What is about one token cannot be about many.
fn only_about_one(args: &VerifyArgs) -> Result<(), Failure> {
    let given = [
        ("--proof", args.proof.is_some()),
        ("--request", args.request.is_some()),
        ("--disclose", !args.disclose.is_empty()),
        ("--evidence", args.evidence.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Failure::OneToken(option)),
        None => Ok(()),
    }
}

fn policy(args: &VerifyArgs) -> Result<VerifyPolicy, Failure> {
    let at = at(args.at.as_deref())?;
    let always = files::certificates(&args.trust)?.into_iter();
    let mut anchors: Vec<_> = always.map(|der| (der, Window::ALWAYS)).collect();
    let mut witness_windows = WitnessWindows::default();
    if let Some(path) = &args.trust_list {
        let (listed, windows) = files::trust_list(path)?;
        anchors.extend(listed);
        witness_windows = windows;
    }
    let anchors = TrustAnchors::windowed(anchors).map_err(Failure::Anchors)?;
    let mut policy = VerifyPolicy::new(anchors, at);
    policy.witness_windows = witness_windows;
    policy.intermediates = files::certificates(&args.intermediate)?;
    policy.crls = files::crls(&args.crl)?;
    policy.ocsp_responses = files::ocsp_responses(&args.ocsp)?;
    policy.adopt(match args.profile {
        ProfileName::Strict => Profile::Strict,
        ProfileName::Default => Profile::Default,
        ProfileName::Archive => Profile::Archive,
    });
    match args.revocation {
        None => {}
        Some(Revocation::Report) => policy.revocation = RevocationMode::Report,
        Some(Revocation::Require) => policy.revocation = RevocationMode::Require,
    }
    policy.request = args.request.as_deref().map(files::request).transpose()?;
    policy.policies.clone_from(&args.policy);
    policy.log_key = args.log_key.as_deref().map(log_key).transpose()?;
    policy.log_policy = args
        .log_policy
        .as_deref()
        .map(files::log_policy)
        .transpose()?;
    policy.proof = args.proof.as_deref().map(files::text).transpose()?;
    policy.require_log = args.require_log;
    let later = args.proof_token.iter().map(|path| files::token(path));
    let later = LaterTokens::new(later.collect::<Result<_, _>>()?);
    policy.later_tokens = later.map_err(Failure::LaterTokens)?;
    if let Some(path) = &args.algorithms {
        policy.algorithms = files::catalogue(path)?;
    }
    policy.place = place(args)?;
    Ok(policy)
}

/// What is handed in about place, and asked.
fn place(args: &VerifyArgs) -> Result<PlaceInputs, Failure> {
    let file = |path: &PathBuf| files::small(path);
    let mut place = PlaceInputs::NONE;
    place.disclosures = args.disclose.iter().map(file).collect::<Result<_, _>>()?;
    place.evidence = args.evidence.as_ref().map(file).transpose()?;
    place.policy_document = args.location_policy.as_ref().map(file).transpose()?;
    for list in &args.require {
        let list = Requirement::parse_list(list).map_err(Failure::Require)?;
        place.requirements.extend(list);
    }
    Ok(place)
}

/// The one place where the verifier reads a clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program: --at is its other source"
)]
fn now() -> Result<UnixMicros, Failure> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Failure::Clock)?;
    let micros = i64::try_from(since.as_micros()).map_err(|_| Failure::Clock)?;
    Ok(UnixMicros::new(micros))
}

/// A key's text, or a file that holds it.
fn log_key(given: &str) -> Result<VerifierKey, Failure> {
    let path = Path::new(given);
    let text = match VerifierKey::parse(given) {
        Ok(key) => return Ok(key),
        Err(error) if given.contains('+') && !path.exists() => return Err(Failure::LogKey(error)),
        Err(_) => files::text(path)?,
    };
    VerifierKey::parse(text.trim()).map_err(Failure::LogKey)
}

/// The data's digest, computed with the token's algorithm. None if that is not supported, or if
/// there is no data; the report says so.
fn artifact(
    args: &VerifyArgs,
    data: Option<&Path>,
    input: &Recognised,
) -> Result<Option<Artifact>, Failure> {
    if let Some(text) = &args.digest {
        let wrong = || Failure::Digest(text.clone());
        let (name, digits) = text.split_once(':').ok_or_else(wrong)?;
        let algorithm = HashAlgorithm::from_name(name).ok_or_else(wrong)?;
        let digest = hex::decode(digits).map_err(|_| wrong())?;
        return Artifact::from_digest(algorithm, digest)
            .map(Some)
            .map_err(Failure::DigestLength);
    }
    let Some(path) = data else { return Ok(None) };
    if path == Path::new("-") {
        let stdin = io::stdin().lock();
        let algorithm = imprint_algorithm(input);
        return algorithm
            .map(|algorithm| Artifact::from_reader(algorithm, stdin))
            .transpose()
            .map_err(Failure::Artifact);
    }
    files::artifact(path, input)
}

/// Writes the report. That nobody reads to its end is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}
