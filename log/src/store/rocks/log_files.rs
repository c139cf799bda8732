//! Looks at RocksDB's log files before RocksDB does.
//!
//! RocksDB 11.8 reads for ever where a log file that does not begin with a
//! record of a recycled log file has one further on: its reader reports a bad
//! record and does not step over it (`Reader::ReadPhysicalRecord`). One flipped
//! bit in the kind of a record is enough. Our log files are never recycled, so
//! such a record is damage, and is refused here. The list of files (`MANIFEST-*`)
//! is written and read in the same form.
//!
//! A record that is longer than the rest of its file is taken for one that a crash
//! tore, and what is behind it for nothing: in the list of files, changes that were
//! made. So such a record is refused there if it is whole but for its length. In a
//! log file the lock record notices what is missing. All other damage RocksDB finds
//! itself.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::store::StoreError;

/// A log file is read in blocks; no record crosses their border.
const BLOCK: usize = 32 << 10;

/// Checksum (4), length (2, little-endian), kind (1).
const HEADER: usize = 7;

/// What RocksDB adds to a checksum before it writes it.
const MASK: u32 = 0xa282_ead8;

/// CRC-32C, reflected.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// Refuses log files that RocksDB would not stop to read, and a list of files of
/// which it would pass over the end. To be asked before
/// anything else of the database.
pub(super) fn look_at_log_files(database: &Path) -> Result<(), StoreError> {
    // A database that is not there is for RocksDB to name.
    let Ok(files) = fs::read_dir(database) else {
        return Ok(());
    };
    for file in files.filter_map(Result::ok) {
        let path = file.path();
        let Some(form) = Form::of(&path) else {
            continue;
        };
        let found = match File::open(&path) {
            // A server that has the database open may delete what it no longer needs.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened.and_then(|file| damaged_record(file, form)),
        };
        let found = found.map_err(|error| StoreError::Engine(Box::new(error)))?;
        if let Some(at) = found {
            return Err(StoreError::LogFile { path, at });
        }
    }
    Ok(())
}

/// What records are of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    LogFile,
    FileList,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        if path.extension() == Some(OsStr::new("log")) {
            return Some(Self::LogFile);
        }
        let name = path.file_name().and_then(OsStr::to_str);
        let is_list = name.is_some_and(|name| name.starts_with("MANIFEST-"));
        is_list.then_some(Self::FileList)
    }
}

/// What the next record of a block is to RocksDB's reader.
enum Next {
    /// This many octets, and whole.
    Record(usize),
    /// The rest of the block is skipped.
    Bad,
    /// Longer than the rest of the block.
    Cut,
    /// Of a recycled log file.
    Recycled,
}

/// Where a record is that RocksDB reads for ever, or takes for torn and is not.
fn damaged_record(mut file: impl Read, form: Form) -> io::Result<Option<u64>> {
    let mut block = Vec::with_capacity(BLOCK);
    let mut before = 0_u64;
    let mut seen = false;
    loop {
        block.clear();
        let most = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        let read = file.by_ref().take(most).read_to_end(&mut block)?;
        let is_last = read < BLOCK;
        let mut rest = block.as_slice();
        while rest.len() >= HEADER {
            let at = before + u64::try_from(read - rest.len()).unwrap_or(0);
            match next(rest) {
                Next::Record(length) => {
                    seen = true;
                    rest = rest.get(length..).unwrap_or_default();
                }
                Next::Cut if is_last && form == Form::FileList && is_whole(rest) => {
                    return Ok(Some(at));
                }
                Next::Bad | Next::Cut => break,
                Next::Recycled if !seen => return Ok(None),
                Next::Recycled => return Ok(Some(at)),
            }
        }
        if is_last {
            return Ok(None);
        }
        before += most;
    }
}

fn next(rest: &[u8]) -> Next {
    let Some((header, _)) = rest.split_first_chunk::<HEADER>() else {
        return Next::Bad;
    };
    let [a, b, c, d, low, high, kind] = *header;
    if matches!(kind, 5..=8 | 11 | 131) {
        return Next::Recycled;
    }
    let length = HEADER + usize::from(u16::from_le_bytes([low, high]));
    let Some(checked) = rest.get(HEADER - 1..length) else {
        return Next::Cut;
    };
    if unmask([a, b, c, d]) != crc32c(checked) {
        return Next::Bad;
    }
    Next::Record(length)
}

/// Whether the checksum of a record is right for some other length: then it was not
/// torn.
fn is_whole(rest: &[u8]) -> bool {
    let Some((stored, rest)) = rest.split_first_chunk::<4>() else {
        return false;
    };
    let stored = unmask(*stored);
    // The length (2) is not under the checksum.
    let checked = rest.get(2..).unwrap_or_default();
    let mut crc = u32::MAX;
    checked.iter().any(|octet| {
        crc = crc_step(crc, *octet);
        !crc == stored
    })
}

fn unmask(stored: [u8; 4]) -> u32 {
    let stored = u32::from_le_bytes(stored).wrapping_sub(MASK);
    stored.rotate_left(15)
}

fn crc32c(octets: &[u8]) -> u32 {
    !octets
        .iter()
        .fold(u32::MAX, |crc, octet| crc_step(crc, *octet))
}

/// Slow and short: log files are a few MiB, and are read once at the start.
fn crc_step(crc: u32, octet: u8) -> u32 {
    (0..8).fold(crc ^ u32::from(octet), |crc, _| {
        (crc >> 1) ^ (POLYNOMIAL * (crc & 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let checked = [&[kind], content].concat();
        let stored = crc32c(&checked).rotate_right(15).wrapping_add(MASK);
        let length = u16::try_from(content.len()).unwrap();
        [&stored.to_le_bytes()[..], &length.to_le_bytes(), &checked].concat()
    }

    fn find(records: &[Vec<u8>]) -> Option<u64> {
        damaged_record(records.concat().as_slice(), Form::LogFile).unwrap()
    }

    #[test]
    fn crc32c_is_that_of_rfc_3720_appendix_b_4() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&ascending), 0x46dd_794e);
    }

    #[test]
    fn a_record_of_a_recycled_file_is_found_behind_one_that_is_not() {
        let (full, recycled) = (record(1, b"content"), record(5, b"content"));
        assert_eq!(find(&[full.clone(), full.clone()]), None);
        assert_eq!(
            find(&[full.clone(), recycled.clone(), full.clone()]),
            Some(14)
        );
        assert_eq!(find(&[recycled, full]), None, "a recycled file");
    }

    #[test]
    fn what_is_bad_hides_the_rest_of_its_block_only() {
        let (full, recycled) = (record(1, b"content"), record(6, b"content"));
        let mut bad = record(1, b"content");
        bad[9] ^= 1;
        assert_eq!(find(&[full.clone(), bad.clone(), recycled.clone()]), None);
        let rest_of_block = vec![0; BLOCK - full.len() - bad.len()];
        let at = u64::try_from(BLOCK).unwrap();
        assert_eq!(find(&[full, bad, rest_of_block, recycled]), Some(at));
    }

    #[test]
    fn a_file_that_ends_within_a_record_has_none() {
        let records = [record(1, b"content"), record(1, b"content")].concat();
        for length in 0..records.len() {
            for form in [Form::LogFile, Form::FileList] {
                assert_eq!(damaged_record(&records[..length], form).unwrap(), None);
            }
        }
    }

    #[test]
    fn a_length_beyond_the_end_of_a_list_of_files_is_found() {
        let records = [
            record(1, b"first"),
            record(1, b"second"),
            record(1, b"third"),
        ];
        for damaged in 0..records.len() {
            let mut records = records.clone();
            records[damaged][5] ^= 0x40;
            let at: usize = records[..damaged].iter().map(Vec::len).sum();
            let octets = records.concat();
            let found = |form| damaged_record(octets.as_slice(), form).unwrap();
            assert_eq!(found(Form::FileList), Some(at.try_into().unwrap()));
            assert_eq!(found(Form::LogFile), None, "the lock record notices");
        }
    }
}
