//! [`Checkpoint`]: what a log commits to, as `c2sp.org/tlog-checkpoint` v1.0.0 has it.
//!
//! ```text
//! <origin>\n<size>\n<base64 root>\n[extension line\n]*
//! ```

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_merkle::hash::{EMPTY_ROOT, HASH_LEN, Hash};
use meridian_merkle::index::TreeSize;

use crate::limits::MAX_NOTE_BYTES;
use crate::note::name::KeyName;

/// The rule of C2SP tlog-checkpoint that is broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text has more octets than a note may have.
    #[error("the checkpoint has {bytes} octets")]
    TooLong {
        /// Octets of the text.
        bytes: usize,
    },
    /// A line is missing, or the last one does not end with a newline.
    #[error("a checkpoint has three lines, each ending with a newline")]
    Lines,
    /// The origin is empty or has a control character.
    #[error("malformed origin")]
    Origin,
    /// The size is not a decimal number without leading zeros up to 2^63-1.
    #[error("malformed tree size")]
    Size,
    /// The root is not base64 of 32 octets.
    #[error("malformed root hash")]
    Root,
    /// The tree is empty and the root is not [`EMPTY_ROOT`].
    #[error("an empty tree does not have this root")]
    EmptyTreeRoot,
    /// An extension line is empty.
    #[error("an extension line is empty")]
    EmptyExtension,
}

/// Which log a checkpoint is of: any line of text that is not empty.
///
/// Ours is the name of the log's key, and others' should be; a reader must not
/// count on that.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin(String);

impl Origin {
    /// Takes `line` as an origin.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Origin`] if it is empty or has a control character.
    pub fn new(line: &str) -> Result<Self, CheckpointError> {
        if line.is_empty() || line.chars().any(char::is_control) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self(line.to_owned()))
    }

    /// The line, without its newline.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&KeyName> for Origin {
    fn from(name: &KeyName) -> Self {
        Self(name.as_str().to_owned())
    }
}

impl From<KeyName> for Origin {
    fn from(name: KeyName) -> Self {
        Self::from(&name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Origin, size and root of a tree. Whether the log signed it, and whether the
/// root is right, is not checked here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines, the only kind that we emit:
    /// witnesses refuse others.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::EmptyTreeRoot`] or [`CheckpointError::Size`] if there
    /// is no such tree.
    pub fn new(
        origin: impl Into<Origin>,
        size: TreeSize,
        root: Hash,
    ) -> Result<Self, CheckpointError> {
        if size > TreeSize::MAX {
            return Err(CheckpointError::Size);
        }
        if size == TreeSize::ZERO && root != EMPTY_ROOT {
            return Err(CheckpointError::EmptyTreeRoot);
        }
        Ok(Self {
            origin: origin.into(),
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Reads the text of a checkpoint. Extension lines are kept and mean nothing.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`] naming the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        if text.len() > MAX_NOTE_BYTES {
            let bytes = text.len();
            return Err(CheckpointError::TooLong { bytes });
        }
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let origin = Origin::new(origin)?;
        let size = parse_number(size).ok_or(CheckpointError::Size)?;
        let root = parse_hash(root).ok_or(CheckpointError::Root)?;
        let mut checkpoint = Self::new(origin, TreeSize::new(size), root)?;
        checkpoint.extensions = lines.map(str::to_owned).collect();
        if checkpoint.extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::EmptyExtension);
        }
        Ok(checkpoint)
    }

    /// The text, to be signed as a note.
    #[must_use]
    pub fn text(&self) -> String {
        let root = format_hash(&self.root);
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Which log this is.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The number of its leaves.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of its tree.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Extension lines of another's checkpoint.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// A decimal number as the C2SP formats write it: no sign, no leading zero, and
/// at most 2^63-1.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    if !only_digits || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|number| *number <= TreeSize::MAX.get())
}

/// A hash as the C2SP formats write it: padded base64 of 32 octets.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).ok()?;
    <[u8; HASH_LEN]>::try_from(bytes).ok().map(Hash::from_bytes)
}

/// The inverse of [`parse_hash`].
pub(crate) fn format_hash(hash: &Hash) -> String {
    STANDARD.encode(hash.as_bytes())
}

#[cfg(test)]
mod tests;
