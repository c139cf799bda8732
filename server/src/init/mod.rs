//! Makes an evaluation authority: everything that serving needs, in one directory.
//!
//! All of it is made in a sibling directory and renamed at the end, so that a crash leaves either
//! nothing or a whole authority (and perhaps a `.NAME.init-…` folder, which nothing reads).
//! It ends with the proof that serving starts with.

mod error;
mod files;
mod pki;
mod policy;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use meridian_appraisal::AppraisalPolicy;
use meridian_log::lock_record::file::FileLockRecord;
use meridian_log::open::{Log, LogParts};
use meridian_log::private::PrivateRows;
use meridian_log::store::rocks::RocksStore;
use meridian_signing::clock::system::SystemClock;
use meridian_signing::clock::{BoundSource, Clock, ClockReading};
use meridian_signing::entropy::OsEntropy;
use meridian_signing::software::KeyKind;
use meridian_wire::note::key::VerifierKey;

pub use error::InitError;
use files::Workshop;

use crate::config::{Config, Environment, FILE_NAME};
use crate::genesis::Genesis;
use crate::parts::Parts;

/// The bound that an evaluation authority asserts: under the 400 ms that whole seconds bear, and
/// above what a machine with any time synchronisation is ever off.
const ASSERTED_BOUND: Duration = Duration::from_millis(300);

/// The template of `meridian.toml`; `server/meridian.sample.toml` documents every key.
const CONFIGURATION: &str = include_str!("evaluation.toml");

/// Kind of the TSUs' keys.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Algorithm {
    /// ECDSA on P-384 with SHA-384.
    #[default]
    P384,
    /// ECDSA on P-256 with SHA-256.
    P256,
    /// RSA with 3,072 bits.
    Rsa3072,
}

impl Algorithm {
    const fn key_kind(self) -> KeyKind {
        match self {
            Self::P384 => KeyKind::EcdsaP384,
            Self::P256 => KeyKind::EcdsaP256,
            Self::Rsa3072 => KeyKind::Rsa3072,
        }
    }
}

/// The text names no algorithm.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the algorithms are p384, p256 and rsa3072")]
pub struct UnknownAlgorithm;

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        match text {
            "p384" => Ok(Self::P384),
            "p256" => Ok(Self::P256),
            "rsa3072" => Ok(Self::Rsa3072),
            _ => Err(UnknownAlgorithm),
        }
    }
}

/// What can be chosen.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct InitOptions {
    /// Kind of the TSU's key.
    pub algorithm: Algorithm,
    /// Organisation in the certificates.
    pub name: String,
}

impl InitOptions {
    /// An authority with this kind of key and a name that says what it is for.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            name: "Meridian evaluation".to_owned(),
        }
    }

    /// The same with another name.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }
}

/// What was made.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Initialised {
    /// The authority's directory.
    pub directory: PathBuf,
    /// The log's verifier key.
    pub verifier_key: VerifierKey,
    /// Whether the error bound of the clock is asserted, not measured.
    pub clock_asserted: bool,
}

/// Makes an authority in `directory`, which must not exist.
///
/// # Errors
///
/// [`InitError`]; then `directory` was not made.
pub fn init(directory: &Path, options: &InitOptions) -> Result<Initialised, InitError> {
    let clock = SystemClock::new(Some(ASSERTED_BOUND));
    let reading = clock.read()?;
    let workshop = Workshop::open(directory)?;
    let made = make(&workshop, options, reading)?;
    prove(workshop.path())?;
    workshop.finish()?;
    Ok(made)
}

fn make(
    workshop: &Workshop,
    options: &InitOptions,
    reading: ClockReading,
) -> Result<Initialised, InitError> {
    workshop.directory("pki", 0o755)?;
    let units = pki::certificates(workshop, options, reading.time)?;
    pki::pairwise_secret(workshop)?;
    let identity = pki::log_identity(workshop)?;
    let verifier_key = identity.verifier_key().clone();
    workshop.public(FILE_NAME, CONFIGURATION.as_bytes())?;
    let location_policy = AppraisalPolicy::evaluation()?;
    workshop.public("location-policy.json", &policy::text(&location_policy))?;
    let config = Config::load(workshop.path(), &Environment::default())?;
    let genesis = Genesis {
        log: &verifier_key,
        time_unit: &units.time,
        location_unit: Some(&units.location),
        location_policy: Some(location_policy.hash()),
        config: &config.digest,
        reading,
        predecessor: None,
    };
    // Tokens lie in it, which only their owners may read.
    workshop.directory("log", 0o700)?;
    let store = RocksStore::create(&workshop.at("log"))?;
    store.put_policy(location_policy.hash(), location_policy.jcs())?;
    let lock = FileLockRecord::create(&workshop.at("lock"))?;
    let entropy = Arc::new(OsEntropy);
    let parts = LogParts::new(Arc::new(store), Box::new(lock), identity, entropy);
    Log::create(parts, &genesis.body(), reading.time)?;
    Ok(Initialised {
        directory: workshop.destination().to_owned(),
        verifier_key,
        clock_asserted: reading.source == BoundSource::Asserted,
    })
}

/// What serving starts with must stand up here, or nothing is made. The environment is left out:
/// what overrides a configuration while serving says nothing about the files.
fn prove(directory: &Path) -> Result<(), InitError> {
    let config = Config::load(directory, &Environment::default())?;
    let parts = Parts::open(config)?;
    Log::open(parts.into_log_parts())?;
    Ok(())
}
