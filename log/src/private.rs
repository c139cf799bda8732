//! Rows that are nobody's business: they expire, can be erased, and never enter
//! the tree.
//!
//! **Durability.** A write here is handed to the operating system before the
//! call returns, so that the end of the process loses nothing, and it is not
//! synced. It stands in the same write-ahead log as the batches of
//! [`Store::commit`](crate::store::Store::commit), in the order in which the
//! calls were made. The next commit syncs all of it before it returns, and
//! recovery after a power cut keeps a prefix of that order. So:
//!
//! - what a request wrote here before it was submitted is durable before its
//!   token leaves: a spent challenge of a released token stays spent;
//! - what a token itself is paid with, a use of a ticket, is no write of its own
//!   but changes in the batch of its leaf
//!   ([`Stamp::with_private_row`](crate::stamper::Stamp::with_private_row));
//! - if a row is there after a power cut, then so is all that was written before
//!   it;
//! - what no released token depends on may be lost in a power cut, the newest
//!   first: a challenge may be unspent again if all that came of it is lost too.
//!
//! **Waiting.** A write waits for a sync that is under way. It must not run
//! where nothing may block.
//!
//! What is not promised: that the blocks of a disk, or a copy of the files, are
//! overwritten. Erasure ends with the files of the database.

pub mod generations;

use std::fmt;

use meridian_merkle::index::LeafIndex;
use meridian_wire::time::UnixMicros;

use crate::store::StoreError;

/// Where private rows are, by what they are for.
///
/// Keys are of the caller's making and may be left in the database's
/// book-keeping after their row is gone: a key must tell nothing by itself (a
/// digest or MAC does not).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PrivateFamily {
    /// Challenges that were given out and not yet spent.
    Challenges,
    /// Tickets and how often they may still be used.
    Tickets,
    /// Subjects and their keys.
    Subjects,
    /// Where subjects were, by time.
    Travel,
}

impl PrivateFamily {
    /// Every family.
    pub const ALL: [Self; 4] = [
        Self::Challenges,
        Self::Tickets,
        Self::Subjects,
        Self::Travel,
    ];

    /// The name, of the column family too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Challenges => "loc_challenges",
            Self::Tickets => "loc_tickets",
            Self::Subjects => "loc_subjects",
            Self::Travel => "loc_travel",
        }
    }
}

/// What [`PrivateRows::update`] makes of a row.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// It becomes this.
    Put {
        /// The new value.
        value: Vec<u8>,
        /// From when on it is not there any more; `None` for never.
        expires: Option<UnixMicros>,
    },
    /// It goes.
    Remove,
}

/// A key and its value.
pub type KeyValue = (Vec<u8>, Vec<u8>);

/// The rows on both sides of a key.
#[non_exhaustive]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Neighbours {
    /// The last row before the key.
    pub before: Option<KeyValue>,
    /// The first row at or after the key.
    pub after: Option<KeyValue>,
}

/// The private rows of a log, and the public policies beside them.
///
/// Every call is atomic: others see all of it or nothing, and of two calls for
/// one key one comes first. A row is not there any more from the moment it
/// expires, swept or not. Where a caller says `now`, it says the same clock as
/// where it says when a row expires.
pub trait PrivateRows: fmt::Debug + Send + Sync {
    /// The value under a key.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn get(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a row, over one that is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether it was written is then unknown.
    fn put(
        &self,
        family: PrivateFamily,
        key: &[u8],
        value: &[u8],
        expires: Option<UnixMicros>,
    ) -> Result<(), StoreError>;

    /// Reads a row and changes it, with nobody in between. `change` is called
    /// once with the value, or `None` if there is no row; it must be quick and
    /// must not call back. This is how something is spent once.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether the change was written is then unknown, and the
    /// caller must not act on what `change` saw.
    fn update(
        &self,
        family: PrivateFamily,
        key: &[u8],
        now: UnixMicros,
        change: &mut dyn FnMut(Option<&[u8]>) -> Change,
    ) -> Result<(), StoreError>;

    /// Removes a row, if there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether it was removed is then unknown.
    fn remove(&self, family: PrivateFamily, key: &[u8]) -> Result<(), StoreError>;

    /// Removes all rows whose keys begin with `prefix`, expired ones too.
    /// Returns how many there were. Meanwhile all other changes wait.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; which were removed is then unknown.
    fn remove_prefix(&self, family: PrivateFamily, prefix: &[u8]) -> Result<usize, StoreError>;

    /// The first `at_most` rows whose keys begin with `prefix`, in the order of
    /// their keys.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn scan(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        now: UnixMicros,
        at_most: usize,
    ) -> Result<Vec<KeyValue>, StoreError>;

    /// The rows nearest to `key`, of those whose keys begin with `prefix`. The
    /// key begins with it too and need not be there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    fn neighbours(
        &self,
        family: PrivateFamily,
        prefix: &[u8],
        key: &[u8],
        now: UnixMicros,
    ) -> Result<Neighbours, StoreError>;

    /// Removes the token of a location stamp ahead of its time. Its leaf and
    /// its proof stay. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether it was removed is then unknown.
    fn erase_location_token(&self, index: LeafIndex) -> Result<bool, StoreError>;

    /// Removes all location tokens of an owner
    /// ([`Stamp::owned_by`](crate::stamper::Stamp::owned_by)). Returns how many
    /// there were.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; which were removed is then unknown.
    fn erase_location_tokens_of(&self, owner: &[u8; 32]) -> Result<usize, StoreError>;

    /// Deletes rows that have expired, location tokens too, those first that
    /// expired first. Returns how many, at most `at_most`; fewer if that is all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the next call goes on.
    fn sweep(&self, now: UnixMicros, at_most: usize) -> Result<usize, StoreError>;

    /// Rewrites what holds private rows, so that removed and swept ones are in
    /// no file any more soon after. Without it that takes days. Takes as long as
    /// reading and writing all private rows.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be done.
    fn compact_private(&self) -> Result<(), StoreError>;

    /// Keeps a policy document under its digest. It is public and stays for
    /// ever. That the digest is the document's is not checked.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether it was written is then unknown.
    fn put_policy(&self, digest: &[u8; 32], document: &[u8]) -> Result<(), StoreError>;

    /// The policy document with this digest.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    fn policy(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError>;
}
