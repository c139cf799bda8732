//! Finds and reads the proof that a token is in the log.
//!
//! A proof that the caller hands in is the one that counts, and what is in the token is then not
//! read: the attribute is unsigned, so anybody can put one there or leave it out, and the
//! caller's may be newer and have more cosignatures. Without the caller's, the token's own must be
//! right like any other.

use meridian_wire::limits::MAX_TLOG_PROOF_ATTRIBUTE_BYTES;
use meridian_wire::oid;
use meridian_wire::proof::{TlogProof, TlogProofError};
use meridian_wire::reader::attribute::AttributeView;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;

/// Where a proof came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ProofSource {
    /// The caller's file.
    File,
    /// The unsigned attribute `<BASE>.2.3`.
    Attribute,
}

impl ProofSource {
    /// For a report.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::File => "the file given",
            Self::Attribute => "the token",
        }
    }
}

/// Why there is something, and no proof.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum ProofFault {
    /// RFC 5652 section 5.3: one of each type.
    #[error("the attribute is there {0} times")]
    Attributes(usize),
    /// The attribute has one value.
    #[error("the attribute has {0} values")]
    Values(usize),
    /// The value is text.
    #[error("the attribute's value is no primitive UTF8String")]
    NotText,
    /// Larger than any proof that is put into a token.
    #[error("the attribute's value has {0} octets, above {MAX_TLOG_PROOF_ATTRIBUTE_BYTES}")]
    TooLong(usize),
    /// The text is no tlog-proof.
    #[error(transparent)]
    Text(#[from] TlogProofError),
}

/// What is at hand.
#[derive(Debug)]
pub(crate) enum ProofAtHand {
    /// Nothing.
    None,
    /// Something that is no proof.
    Unreadable(ProofSource, ProofFault),
    /// A proof, not yet checked.
    Proof(Box<TlogProof>, ProofSource),
}

/// The caller's proof, else the one in the token.
pub(crate) fn at_hand(given: Option<&str>, signer: &SignerInfoView<'_>) -> ProofAtHand {
    if let Some(text) = given {
        return read(text, ProofSource::File);
    }
    let attributes = signer.unsigned_attrs.iter();
    let of_ours = attributes.filter(|attribute| attribute.oid.is(&oid::TLOG_PROOF));
    match of_ours.collect::<Vec<_>>().as_slice() {
        [] => ProofAtHand::None,
        [attribute] => match text(attribute) {
            Ok(text) => read(text, ProofSource::Attribute),
            Err(fault) => ProofAtHand::Unreadable(ProofSource::Attribute, fault),
        },
        several => {
            let fault = ProofFault::Attributes(several.len());
            ProofAtHand::Unreadable(ProofSource::Attribute, fault)
        }
    }
}

/// The one value of the attribute: the text as it was put there, or nothing.
fn text<'t>(attribute: &AttributeView<'t>) -> Result<&'t str, ProofFault> {
    let [value] = attribute.values.as_slice() else {
        return Err(ProofFault::Values(attribute.values.len()));
    };
    let octets = value.require(Tag::UTF8_STRING).and_then(Tlv::primitive);
    let octets = octets.map_err(|_| ProofFault::NotText)?;
    if octets.len() > MAX_TLOG_PROOF_ATTRIBUTE_BYTES {
        return Err(ProofFault::TooLong(octets.len()));
    }
    std::str::from_utf8(octets).map_err(|_| ProofFault::NotText)
}

/// Reads a proof.
pub(crate) fn read(text: &str, source: ProofSource) -> ProofAtHand {
    match TlogProof::parse(text) {
        Ok(proof) => ProofAtHand::Proof(Box::new(proof), source),
        Err(fault) => ProofAtHand::Unreadable(source, fault.into()),
    }
}
