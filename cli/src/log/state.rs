//! How far an examination got, in a file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use meridian_log::fsck::{Checked, Report};
use meridian_merkle::hash::{HASH_LEN, Hash};
use meridian_merkle::index::TreeSize;
use meridian_wire::time::UnixMicros;
use serde::{Deserialize, Serialize};

use crate::stamp::output::{Output, OutputError};

const FORMAT: &str = "meridian-log-fsck/1";

/// The file, member by member.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    format: String,
    origin: String,
    /// Whether tokens, events and old checkpoints were looked at, too.
    database: bool,
    size: u64,
    peaks: Vec<String>,
    last_time_micros: Option<i64>,
    stamps: u64,
    location_stamps: u64,
    location_tokens_gone: u64,
    voids: u64,
    events: u64,
    checkpoints: u64,
    erased: u64,
}

/// Why there is nothing to go on from.
#[derive(Debug, thiserror::Error)]
pub(super) enum StateError {
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is not what an earlier run wrote", path.display())]
    Malformed {
        path: PathBuf,
        #[source]
        source: Option<serde_json::Error>,
    },
    #[error("{} is of the log {found}, not {expected}", path.display())]
    OtherLog {
        path: PathBuf,
        found: String,
        expected: String,
    },
    #[error("{} is of another kind of reading of this log", path.display())]
    OtherSource { path: PathBuf },
    #[error(transparent)]
    Write(#[from] OutputError),
}

/// A file that is told how far an examination is.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    origin: String,
    database: bool,
}

impl StateFile {
    pub(super) fn new(path: &Path, origin: &str, database: bool) -> Self {
        Self {
            path: path.to_owned(),
            origin: origin.to_owned(),
            database,
        }
    }

    /// Durable when this returns, and never half.
    pub(super) fn write(&self, checked: &Checked) -> Result<(), StateError> {
        let report = &checked.report;
        let written = Written {
            format: FORMAT.to_owned(),
            origin: self.origin.clone(),
            database: self.database,
            size: report.size.get(),
            peaks: checked.peaks.iter().map(Hash::to_string).collect(),
            last_time_micros: checked.last_time.map(UnixMicros::get),
            stamps: report.stamps,
            location_stamps: report.location_stamps,
            location_tokens_gone: report.location_tokens_gone,
            voids: report.voids,
            events: report.events,
            checkpoints: report.checkpoints,
            erased: report.erased,
        };
        // Numbers and strings always serialise.
        let mut octets = serde_json::to_vec(&written).unwrap_or_default();
        octets.push(b'\n');
        Ok(Output::Path(self.path.clone()).write(&octets, true)?)
    }

    /// What an earlier run of the same log wrote.
    pub(super) fn read(&self) -> Result<Checked, StateError> {
        let path = || self.path.clone();
        let octets = fs::read(&self.path).map_err(|source| StateError::Read {
            path: path(),
            source,
        })?;
        let written: Written =
            serde_json::from_slice(&octets).map_err(|source| StateError::Malformed {
                path: path(),
                source: Some(source),
            })?;
        if written.origin != self.origin {
            return Err(StateError::OtherLog {
                path: path(),
                found: written.origin,
                expected: self.origin.clone(),
            });
        }
        if written.database != self.database {
            return Err(StateError::OtherSource { path: path() });
        }
        let checked = written.checked();
        checked.ok_or_else(|| StateError::Malformed {
            path: path(),
            source: None,
        })
    }
}

impl Written {
    fn checked(&self) -> Option<Checked> {
        if self.format != FORMAT {
            return None;
        }
        let mut report = Report::new();
        report.size = TreeSize::new(self.size);
        report.stamps = self.stamps;
        report.location_stamps = self.location_stamps;
        report.location_tokens_gone = self.location_tokens_gone;
        report.voids = self.voids;
        report.events = self.events;
        report.checkpoints = self.checkpoints;
        report.erased = self.erased;
        let peaks: Option<Vec<Hash>> = self.peaks.iter().map(|text| hash(text)).collect();
        Checked::resumed(report, peaks?, self.last_time_micros.map(UnixMicros::new))
    }
}

fn hash(text: &str) -> Option<Hash> {
    let octets = hex::decode(text).ok()?;
    <[u8; HASH_LEN]>::try_from(octets)
        .ok()
        .map(Hash::from_bytes)
}

#[cfg(test)]
mod tests {
    use meridian_merkle::hash::leaf_hash;

    use super::*;

    fn checked() -> Checked {
        let mut report = Report::new();
        report.size = TreeSize::new(3);
        report.events = 1;
        report.stamps = 2;
        let peaks = vec![leaf_hash(b"two"), leaf_hash(b"one")];
        Checked::resumed(report, peaks, Some(UnixMicros::new(-5))).unwrap()
    }

    #[test]
    fn reads_back_what_it_wrote_and_writes_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(&folder.path().join("state"), "a.example", true);
        file.write(&Checked::nothing()).unwrap();
        assert_eq!(file.read().unwrap(), Checked::nothing());
        file.write(&checked()).unwrap();
        assert_eq!(file.read().unwrap(), checked());
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn goes_on_in_the_same_log_read_the_same_way_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let file = StateFile::new(&path, "a.example", true);
        assert!(matches!(file.read(), Err(StateError::Read { .. })));
        file.write(&checked()).unwrap();
        let other = StateFile::new(&path, "b.example", true).read();
        assert!(matches!(other, Err(StateError::OtherLog { .. })));
        let other = StateFile::new(&path, "a.example", false).read();
        assert!(matches!(other, Err(StateError::OtherSource { .. })));
    }

    #[test]
    fn takes_nothing_else_for_a_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let file = StateFile::new(&path, "a.example", true);
        file.write(&checked()).unwrap();
        let right = fs::read_to_string(&path).unwrap();
        let no_peaks = {
            let from = right.find("\"peaks\":[").unwrap() + 9;
            let to = right.find("],\"lastTime").unwrap();
            format!("{}{}", &right[..from], &right[to..])
        };
        for text in [
            String::new(),
            "{}".to_owned(),
            right.replace("fsck/1", "fsck/2"),
            right.replace("\"size\":3", "\"size\":4"),
            right.replace("\"size\":3", "\"size\":18446744073709551615"),
            right.replace("-5", "null"),
            no_peaks,
        ] {
            assert_ne!(text, right);
            fs::write(&path, &text).unwrap();
            assert!(
                matches!(file.read(), Err(StateError::Malformed { .. })),
                "{text}"
            );
        }
    }
}
