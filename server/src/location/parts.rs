//! [`LocationParts`]: what location stamps are made with, opened and proven.

use std::path::{Path, PathBuf};

use meridian_appraisal::AppraisalPolicy;
use meridian_appraisal::countries::{Boundaries, BoundariesError};
use meridian_appraisal::ip_database::{DatabaseError, DatabaseKind, IpDatabase};
use meridian_appraisal::policy::PolicyError;
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::key_file::{KeyFileError, read_private};
use meridian_signing::mac::MacKey;

use crate::config::LocationConfig;

/// What location stamps are made with. Tests fill the fields with their own.
#[non_exhaustive]
#[derive(Debug)]
pub struct LocationParts {
    /// The rules of the appraisal.
    pub policy: AppraisalPolicy,
    /// The location TSU: certificate, chain and key, proven to belong together.
    pub identity: AuthorityIdentity,
    /// From which names of subjects and rows are computed.
    pub secret: MacKey,
    /// Countries of addresses.
    pub country_database: Option<IpDatabase>,
    /// Networks that hide where somebody is.
    pub anonymous_database: Option<IpDatabase>,
    /// Boundaries of countries; there if the policy names them.
    pub boundaries: Option<Boundaries>,
}

/// Why the parts of location stamps could not be opened. Each text says what to do.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum LocationPartsError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The policy is none.
    #[error("{}: {source}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolicyError,
    },
    /// The pairwise secret cannot be read; the text names the file.
    #[error(transparent)]
    SecretFile(#[from] KeyFileError),
    /// The pairwise secret is of another form.
    #[error("{}: the file holds 64 hexadecimal digits; `openssl rand -hex 32` makes them", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
    },
    /// A database cannot be used.
    #[error("{}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: DatabaseError,
    },
    /// A database is about something else than its key in the configuration says.
    #[error("{}: {key} takes another kind of database than {found}", path.display())]
    DatabaseKind {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// The type that it states.
        found: String,
    },
    /// Boundaries cannot be used.
    #[error("{}: {source}", path.display())]
    Boundaries {
        /// The file, or what stands for the built-in ones.
        path: PathBuf,
        /// Why.
        source: BoundariesError,
    },
    /// The policy names other boundaries than are there.
    #[error(
        "the policy names boundaries with the SHA-256 {named}, {found} are there; put the digest \
         into the policy, or the file into location.boundaries"
    )]
    OtherBoundaries {
        /// In the policy, hexadecimal.
        named: String,
        /// At hand, hexadecimal.
        found: String,
    },
}

impl LocationParts {
    /// Opens what `config` names. The identity was proven by the caller, as the time TSU's is.
    ///
    /// # Errors
    ///
    /// [`LocationPartsError`], with a sentence that says what to do.
    pub fn open(
        config: &LocationConfig,
        identity: AuthorityIdentity,
    ) -> Result<Self, LocationPartsError> {
        let policy = AppraisalPolicy::parse(&read(&config.policy)?);
        let policy = policy.map_err(|source| LocationPartsError::Policy {
            path: config.policy.clone(),
            source,
        })?;
        let database = |path: &Option<PathBuf>, key, kind| {
            let path = path.as_deref();
            path.map(|path| database(path, key, kind)).transpose()
        };
        Ok(Self {
            boundaries: boundaries(&policy, config.boundaries.as_deref())?,
            policy,
            identity,
            secret: secret(&config.pairwise_secret)?,
            country_database: database(
                &config.country_database,
                "location.country_database",
                DatabaseKind::Country,
            )?,
            anonymous_database: database(
                &config.anonymous_database,
                "location.anonymous_database",
                DatabaseKind::Anonymous,
            )?,
        })
    }
}

fn secret(path: &Path) -> Result<MacKey, LocationPartsError> {
    let text = read_private(path)?;
    let mut octets = [0; 32];
    match hex::decode_to_slice(text.trim_ascii_end(), &mut octets) {
        Ok(()) => Ok(MacKey::new(octets)),
        Err(_) => Err(LocationPartsError::Secret {
            path: path.to_owned(),
        }),
    }
}

fn database(
    path: &Path,
    key: &'static str,
    kind: DatabaseKind,
) -> Result<IpDatabase, LocationPartsError> {
    let database = IpDatabase::new(read(path)?);
    let database = database.map_err(|source| LocationPartsError::Database {
        path: path.to_owned(),
        source,
    })?;
    if database.kind() == kind {
        return Ok(database);
    }
    Err(LocationPartsError::DatabaseKind {
        path: path.to_owned(),
        key,
        found: database.database_type().to_owned(),
    })
}

/// The boundaries that the policy names. Appraisal would refuse all evidence with others.
fn boundaries(
    policy: &AppraisalPolicy,
    path: Option<&Path>,
) -> Result<Option<Boundaries>, LocationPartsError> {
    let Some(named) = policy.boundaries() else {
        return Ok(None);
    };
    let made = match path {
        Some(path) => Boundaries::read(&read(path)?),
        None => Boundaries::embedded(),
    };
    let found = made.map_err(|source| LocationPartsError::Boundaries {
        path: path.unwrap_or(Path::new("built-in boundaries")).to_owned(),
        source,
    })?;
    if found.digest() == named {
        return Ok(Some(found));
    }
    Err(LocationPartsError::OtherBoundaries {
        named: hex::encode(named),
        found: hex::encode(found.digest()),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, LocationPartsError> {
    std::fs::read(path).map_err(|source| LocationPartsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}
