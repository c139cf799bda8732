//! Finds and reads the proof that a token is in the log.

use meridian_wire::oid;
use meridian_wire::proof::TlogProof;
use meridian_wire::reader::signer_info::SignerInfoView;
use meridian_wire::reader::walk::Walk;

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

/// What is at hand.
#[derive(Debug)]
pub(crate) enum ProofAtHand {
    /// Nothing.
    None,
    /// Something that is no proof.
    Unreadable(ProofSource),
    /// A proof, not yet checked.
    Proof(Box<TlogProof>, ProofSource),
}

/// The caller's proof, else the one in the token.
pub(crate) fn at_hand(given: Option<&str>, signer: &SignerInfoView<'_>) -> ProofAtHand {
    if let Some(text) = given {
        return read(text, ProofSource::File);
    }
    let mut attributes = signer.unsigned_attrs.iter();
    let attribute = attributes.find(|attribute| attribute.oid.is(&oid::TLOG_PROOF));
    let Some(attribute) = attribute else {
        return ProofAtHand::None;
    };
    // The text is in an OCTET STRING or UTF8String.
    let octets = attribute
        .values
        .first()
        .map(|value| value.octets(&mut Walk::default()));
    let octets = octets.and_then(Result::ok).unwrap_or_default();
    read(&String::from_utf8_lossy(&octets), ProofSource::Attribute)
}

fn read(text: &str, source: ProofSource) -> ProofAtHand {
    match TlogProof::parse(text) {
        Ok(proof) => ProofAtHand::Proof(Box::new(proof), source),
        Err(_) => ProofAtHand::Unreadable(source),
    }
}
