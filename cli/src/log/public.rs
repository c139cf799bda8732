//! A log as anybody reads it: checkpoint and tiles, of a stopped authority, a folder, or a URL.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use meridian_log::identity::CheckpointFault;
use meridian_log::reader::{LogReader, ReadError};
use meridian_log::store::Store;
use meridian_wire::limits::MAX_NOTE_BYTES;
use meridian_wire::log_number::LogNumber;
use meridian_wire::note::error::NoteError;
use meridian_wire::note::key::VerifierKey;
use meridian_wire::tile::bundle::MAX_BUNDLE_BYTES;
use meridian_wire::tile::hashes::MAX_HASH_TILE_BYTES;
use meridian_wire::tile::{TileKind, TilePath};

use super::{LogError, StoppedLog};
use crate::args::public_log::PublicLogArgs;
use crate::error::Ending;
use crate::stamp::authority::{AuthorityUrl, CallError, Caller, UrlError};
use crate::stamp::retry::patiently;
use crate::stamp::trust::TrustError;

/// Why there is no log to read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error(transparent)]
    Stopped(#[from] LogError),
    #[error("{text} is no URL of a log")]
    Url {
        text: String,
        #[source]
        source: UrlError,
    },
    #[error("{} has neither a meridian.toml nor a checkpoint", path.display())]
    NoLog { path: PathBuf },
    #[error("an exported log does not say its key")]
    NoKey,
    #[error("--log-key")]
    Key(#[source] NoteError),
    #[error("cannot read --log-key {}", path.display())]
    KeyFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot be asked with these files")]
    Trust(#[from] TrustError),
    #[error("the checkpoint could not be had")]
    Checkpoint(#[source] FetchError),
    #[error("the lock record's checkpoint is not one of this log")]
    Released(#[source] CheckpointFault),
}

impl SourceError {
    pub(super) fn ending(&self) -> Ending {
        match self {
            Self::Stopped(error) => error.ending(),
            Self::Checkpoint(error) => error.ending(),
            Self::Released(_) => Ending::Fault,
            _ => Ending::Refused,
        }
    }

    pub(super) fn hint(&self) -> String {
        let text = match self {
            Self::Stopped(error) => return error.hint(),
            Self::Url { .. } => "write it as in https://tsa.example or https://host/folder",
            Self::NoLog { .. } => {
                "name the folder of an authority, or one that `meridian log export` wrote"
            }
            Self::NoKey | Self::Key(_) | Self::KeyFile { .. } => {
                "--log-key takes the vkey line of the log, or a file with it: `meridian log info \
                 DIR` names the file of an authority"
            }
            Self::Trust(error) => error.hint(),
            Self::Checkpoint(error) => error.hint(),
            Self::Released(_) => {
                "database, lock record and key must be of one log: put back what was exchanged"
            }
        };
        text.to_owned()
    }
}

/// Why a tile is not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error(transparent)]
    Store(#[from] ReadError),
    #[error("the log has none")]
    None,
    #[error("cannot read {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("no answer from {url}")]
    Call {
        url: String,
        #[source]
        source: CallError,
    },
}

impl FetchError {
    pub(super) fn ending(&self) -> Ending {
        match self {
            // 404 and the like: the log does not hold what it signed.
            Self::Call { source, .. } if source.is_answer() => Ending::Fault,
            Self::Call { .. } => Ending::NoAnswer,
            _ => Ending::Fault,
        }
    }

    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Store(_) | Self::None => {
                "`meridian log fsck DIR` finds what is wrong with the log"
            }
            Self::File { .. } => {
                "`meridian log export` writes what is missing; a damaged file must be removed first"
            }
            Self::Call { source, .. } if source.is_answer() => {
                "a log must have every tile of its checkpoint: ask whoever runs it, or check the URL"
            }
            Self::Call { source, .. } => source.hint(),
        }
    }
}

/// Where checkpoint and tiles come from.
#[derive(Debug)]
enum Place {
    Stopped(LogReader),
    Folder(PathBuf),
    Url { prefix: String, caller: Caller },
}

/// A log as anybody reads it.
#[derive(Debug)]
pub(super) struct PublicLog {
    place: Place,
    pub(super) key: VerifierKey,
    /// As signed; nothing of it is checked.
    pub(super) checkpoint: String,
    /// Nobody can start the authority while this lives.
    pub(super) stopped: Option<StoppedLog>,
}

impl PublicLog {
    pub(super) fn open(args: &PublicLogArgs) -> Result<Self, SourceError> {
        let url = args.source.to_str();
        if let Some(url) = url.filter(|text| text.contains("://")) {
            return Self::at_url(url, args);
        }
        let path = Path::new(&args.source);
        if path.join("meridian.toml").is_file() {
            return Self::of_authority(path, args);
        }
        if !path.join("checkpoint").is_file() {
            let path = path.to_owned();
            return Err(SourceError::NoLog { path });
        }
        Self::with(Place::Folder(path.to_owned()), given_key(args)?)
    }

    fn of_authority(dir: &Path, args: &PublicLogArgs) -> Result<Self, SourceError> {
        let log = StoppedLog::open(dir, args.number.map(LogNumber::new), "/log/checkpoint")?;
        let key = match args.log_key {
            Some(_) => given_key(args)?,
            None => log.verifier_key()?,
        };
        let store: Arc<dyn Store> =
            Arc::<meridian_log::store::rocks::RocksStore>::clone(&log.store);
        let reader = LogReader::offline(store, &log.released, &key);
        let reader = reader.map_err(SourceError::Released)?;
        Ok(Self {
            checkpoint: log.released.checkpoint.clone(),
            place: Place::Stopped(reader),
            key,
            stopped: Some(log),
        })
    }

    fn at_url(text: &str, args: &PublicLogArgs) -> Result<Self, SourceError> {
        let url = AuthorityUrl::from_str(text).map_err(|source| SourceError::Url {
            text: text.to_owned(),
            source,
        })?;
        let caller = Caller::new(&args.tls, [&url])?;
        let prefix = url.log_prefix();
        Self::with(Place::Url { prefix, caller }, given_key(args)?)
    }

    fn with(place: Place, key: VerifierKey) -> Result<Self, SourceError> {
        let checkpoint = place.checkpoint().map_err(SourceError::Checkpoint)?;
        Ok(Self {
            place,
            key,
            checkpoint,
            stopped: None,
        })
    }

    /// A tile, unchecked.
    pub(super) fn tile(&self, path: &TilePath) -> Result<Vec<u8>, FetchError> {
        let limit = match path.kind() {
            TileKind::Entries => MAX_BUNDLE_BYTES,
            _ => MAX_HASH_TILE_BYTES,
        };
        match &self.place {
            Place::Stopped(reader) => reader.tile(path)?.ok_or(FetchError::None),
            Place::Folder(folder) => read(&folder.join("tile").join(path.to_string()), limit),
            Place::Url { prefix, caller } => call(caller, format!("{prefix}/tile/{path}"), limit),
        }
    }
}

impl Place {
    fn checkpoint(&self) -> Result<String, FetchError> {
        let octets = match self {
            Self::Stopped(reader) => return Ok(reader.checkpoint()),
            Self::Folder(folder) => read(&folder.join("checkpoint"), MAX_NOTE_BYTES)?,
            Self::Url { prefix, caller } => {
                call(caller, format!("{prefix}/checkpoint"), MAX_NOTE_BYTES)?
            }
        };
        // What is no text is no note, and is said to be none.
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }
}

/// Reads a file that is no longer than it may be.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FetchError> {
    let failed = |source| FetchError::File {
        path: path.to_owned(),
        source,
    };
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut octets = Vec::new();
    let mut file = File::open(path).map_err(failed)?.take(limit + 1);
    file.read_to_end(&mut octets).map_err(failed)?;
    if file.limit() == 0 {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(octets)
}

fn call(caller: &Caller, url: String, limit: usize) -> Result<Vec<u8>, FetchError> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let answer = patiently(|| caller.fetch(&url, limit));
    answer.map_err(|source| FetchError::Call { url, source })
}

fn given_key(args: &PublicLogArgs) -> Result<VerifierKey, SourceError> {
    let given = args.log_key.as_deref().ok_or(SourceError::NoKey)?;
    let path = Path::new(given);
    let text = match VerifierKey::parse(given) {
        Ok(key) => return Ok(key),
        Err(error) if given.contains('+') && !path.exists() => return Err(SourceError::Key(error)),
        Err(_) => fs::read_to_string(path).map_err(|source| SourceError::KeyFile {
            path: path.to_owned(),
            source,
        })?,
    };
    VerifierKey::parse(text.trim()).map_err(SourceError::Key)
}
