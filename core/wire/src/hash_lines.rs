//! The hashes of a proof as text, a line each, as C2SP tlog-proof and tlog-witness have them.

use meridian_merkle::hash::Hash;

use crate::checkpoint::{format_hash, parse_hash};
use crate::limits::MAX_PROOF_HASHES;

/// What is wrong with the lines; each format has its own name for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HashLinesFault {
    /// Not base64 of 32 octets.
    Malformed {
        /// The line, counted from 1.
        line: usize,
    },
    /// More than [`MAX_PROOF_HASHES`].
    TooMany {
        /// How many are read.
        limit: usize,
    },
}

const TOO_MANY: HashLinesFault = HashLinesFault::TooMany {
    limit: MAX_PROOF_HASHES,
};

/// Whether a proof of so many hashes could be read back.
pub(crate) const fn check_count(hashes: &[Hash]) -> Result<(), HashLinesFault> {
    if hashes.len() > MAX_PROOF_HASHES {
        return Err(TOO_MANY);
    }
    Ok(())
}

/// Reads all lines that are left; no more than may be are kept.
pub(crate) fn parse<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<Hash>, HashLinesFault> {
    lines
        .zip(1_usize..)
        .map(|(text, line)| match parse_hash(text) {
            _ if line > MAX_PROOF_HASHES => Err(TOO_MANY),
            None => Err(HashLinesFault::Malformed { line }),
            Some(hash) => Ok(hash),
        })
        .collect()
}

/// Writes them, and the empty line that parts them from a checkpoint.
pub(crate) fn push(text: &mut String, hashes: &[Hash]) {
    for hash in hashes {
        text.push_str(&format_hash(hash));
        text.push('\n');
    }
    text.push('\n');
}
