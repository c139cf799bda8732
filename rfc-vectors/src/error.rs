//! Why a vector could not be loaded.

use std::path::PathBuf;

/// A vector file that cannot be used, or a folder that cannot be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The folder has no vector.
    #[error("no vector in {}", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file is no vector.
    #[error("{}: {source}", path.display())]
    Vector {
        /// The file.
        path: PathBuf,
        /// The rule that it breaks.
        #[source]
        source: VectorError,
    },
}

/// The rule of the file format that is broken.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VectorError {
    /// No empty line ends the header.
    #[error("no empty line after the header")]
    NoBody,
    /// A header line is not `key: value`.
    #[error("line {line} is not 'key: value'")]
    HeaderLine {
        /// The line, counted from 1.
        line: usize,
    },
    /// A header key is not in the format.
    #[error("line {line} has an unknown key")]
    UnknownKey {
        /// The line, counted from 1.
        line: usize,
    },
    /// A header key is there twice.
    #[error("line {line} repeats a key")]
    RepeatedKey {
        /// The line, counted from 1.
        line: usize,
    },
    /// A header key is missing.
    #[error("{key} is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// The kind is not in the format.
    #[error("unknown kind")]
    UnknownKind,
    /// The expectation is not in the format.
    #[error("unknown expectation")]
    UnknownExpectation,
    /// The body is not base64 in full lines.
    #[error("the body is not base64")]
    NotBase64,
    /// A field is not hexadecimal.
    #[error("field {name} is not hexadecimal of whole octets")]
    NotHex {
        /// The field.
        name: &'static str,
    },
    /// A field is no number.
    #[error("field {name} is not a decimal number")]
    NotNumber {
        /// The field.
        name: &'static str,
    },
    /// A field is missing, or there more than once.
    #[error("field {name} is there {count} times, not once")]
    NotOnce {
        /// The field.
        name: &'static str,
        /// How often it is there.
        count: usize,
    },
    /// The body of this kind has another form.
    #[error("the body of this kind has another form")]
    OtherForm,
}
