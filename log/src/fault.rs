//! What can be wrong with the rows of a log.

use meridian_merkle::error::ProofError;
use meridian_merkle::hash::Hash;
use meridian_merkle::index::{LeafIndex, NodeId, TreeSize};
use meridian_wire::error::DecodeError;
use meridian_wire::leaf::LeafKind;
use meridian_wire::time::UnixMicros;

use crate::identity::CheckpointFault;
use crate::store::{Row, StoreError};

/// The rule that the rows in the store break.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[from] StoreError),
    /// A row is missing.
    #[error("{0} is missing")]
    Missing(Row),
    /// A row is there that must not be.
    #[error("{0} does not belong there")]
    OutOfPlace(Row),
    /// A leaf is not one.
    #[error("leaf {index} is malformed")]
    Leaf {
        /// Its position.
        index: LeafIndex,
        /// The rule of its encoding.
        source: DecodeError,
    },
    /// The first leaf is no genesis, or a later one is.
    #[error("leaf {index} is of kind {kind:?}, which does not belong there")]
    KindOutOfPlace {
        /// Its position.
        index: LeafIndex,
        /// Its kind.
        kind: LeafKind,
    },
    /// A leaf follows the one that closed the log.
    #[error("leaf {index} is there, though the one before it closed the log")]
    AfterFinal {
        /// Its position.
        index: LeafIndex,
    },
    /// A leaf is not later than the one before it.
    #[error("leaf {index} is of {time}, not later than {before} before it")]
    TimeNotIncreasing {
        /// Its position.
        index: LeafIndex,
        /// Its time.
        time: UnixMicros,
        /// The time of the leaf before it.
        before: UnixMicros,
    },
    /// The state has another time than the last leaf.
    #[error("the last leaf is of {actual}, the state says {expected}")]
    LastTime {
        /// The time in the state.
        expected: UnixMicros,
        /// The time of the last leaf.
        actual: UnixMicros,
    },
    /// A node is not the hash of what is below it.
    #[error("node {id} is {actual}, its leaves say {expected}")]
    Node {
        /// The node.
        id: NodeId,
        /// What its leaves hash to.
        expected: Hash,
        /// What the store has.
        actual: Hash,
    },
    /// The leaves do not lead to the root of a checkpoint.
    #[error("the leaves up to {size} have root {actual}, the checkpoint says {expected}")]
    Root {
        /// The size of the tree.
        size: TreeSize,
        /// The root in the checkpoint.
        expected: Hash,
        /// The root of the leaves.
        actual: Hash,
    },
    /// The peaks of the tree make no tree.
    #[error("the right edge of {size} leaves is no tree")]
    Edge {
        /// The size of the tree.
        size: TreeSize,
        /// The rule that they break.
        source: ProofError,
    },
    /// What was examined before is not the beginning of the log any more.
    #[error("the first {size} leaves are not those that were examined before")]
    Changed {
        /// How many leaves were examined.
        size: TreeSize,
    },
    /// A checkpoint is not one of this log.
    #[error("checkpoint {size} is not one of this log")]
    Checkpoint {
        /// Where it is kept.
        size: TreeSize,
        /// The rule that it breaks.
        source: CheckpointFault,
    },
    /// A checkpoint is of another size than the one where it is kept.
    #[error("checkpoint {size} is of {actual} leaves")]
    CheckpointSize {
        /// Where it is kept.
        size: TreeSize,
        /// The size that it states.
        actual: TreeSize,
    },
    /// A token or event is not the one that its leaf is of.
    #[error("{0} is not what its leaf was made of")]
    Digest(Row),
}
