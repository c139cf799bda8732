//! Why the reader could not go on.

use super::tag::Tag;

/// What broke the walk.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadErrorKind {
    /// The input ends inside an element.
    #[error("the input ends inside an element")]
    Truncated,
    /// A length does not fit this machine's addresses.
    #[error("a length has more than 8 significant octets, or is the reserved 0xff")]
    LengthTooLong,
    /// X.690 section 8.1.3.2: a primitive element has a definite length.
    #[error("a primitive element has an indefinite length")]
    PrimitiveIndefinite,
    /// End-of-contents octets outside an indefinite length.
    #[error("end-of-contents octets where no indefinite length is open")]
    StrayEndOfContents,
    /// A tag number of 2^28 or more.
    #[error("a tag number has more than 28 bits")]
    TagTooLong,
    /// Nested more than [`super::limits::MAX_DEPTH`].
    #[error("elements nest more than 32 deep")]
    TooDeep,
    /// More elements than the walk's budget.
    #[error("more elements than the limit of {limit}")]
    TooManyElements {
        /// The budget.
        limit: usize,
    },
    /// More members than the named limit.
    #[error("a collection has more than {limit} members")]
    TooMany {
        /// The limit of [`super::limits`].
        limit: usize,
    },
    /// A value longer than the named limit.
    #[error("a value has more than {limit} octets")]
    TooLong {
        /// The limit of [`super::limits`].
        limit: usize,
    },
    /// Another element stands where this one is required.
    #[error("expected {expected}, found {found}")]
    UnexpectedTag {
        /// What the structure requires here.
        expected: Tag,
        /// What is there.
        found: Tag,
    },
    /// A required element is missing at the end of its structure.
    #[error("{expected} is missing")]
    Missing {
        /// What the structure requires here.
        expected: Tag,
    },
    /// Elements follow the last one that the structure knows.
    #[error("unknown element {found} at the end of a structure")]
    UnknownElement {
        /// The first of them.
        found: Tag,
    },
    /// A constructed element was required, a primitive one is there, or the reverse.
    #[error("{tag} is primitive where it must be constructed, or the reverse")]
    WrongForm {
        /// The element.
        tag: Tag,
    },
    /// An INTEGER, BOOLEAN, OBJECT IDENTIFIER or BIT STRING with impossible content.
    #[error("the content of {tag} is impossible")]
    BadContent {
        /// The element.
        tag: Tag,
    },
    /// Octets follow the element that should be all there is.
    #[error("octets follow the end of the element")]
    TrailingOctets,
}

/// What broke the walk, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} (at octet {offset})")]
#[non_exhaustive]
pub struct ReadError {
    /// What.
    pub kind: ReadErrorKind,
    /// Octets from the start of the walked input.
    pub offset: usize,
}

impl ReadError {
    /// An error at a place.
    #[must_use]
    pub const fn new(kind: ReadErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}
