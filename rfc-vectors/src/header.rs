//! What a vector is, and what is to come of it.

use crate::error::VectorError;

/// What the body holds. The name in a file is in the table of the README.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// A deterministic ECDSA signature on P-384: fields.
    EcdsaP384,
    /// Leaves and the roots of all their beginnings: fields.
    MerkleRoots,
    /// A Merkle inclusion proof: fields.
    MerkleInclusion,
    /// A Merkle consistency proof: fields.
    MerkleConsistency,
    /// SHA-256 over all subtrees of small trees and the proofs in them: fields.
    MerkleSubtrees,
    /// The text of a verifier key.
    VerifierKey,
    /// The text of a signed note.
    Note,
    /// The text of a checkpoint, not signed.
    Checkpoint,
    /// The text of a tlog-proof.
    TlogProof,
    /// The octets of a tile of hashes or of entries.
    Tile,
    /// The DER of a `TimeStampReq`.
    TimeStampReq,
    /// The DER of a `TimeStampResp`.
    TimeStampResp,
    /// The DER of a `TimeStampToken`.
    TimeStampToken,
    /// The DER of a certificate.
    Certificate,
    /// The DER of a certificate revocation list.
    Crl,
    /// The DER of an OCSP response.
    OcspResponse,
    /// The DER of a location claim.
    LocationClaim,
    /// The DER of a file of disclosures.
    LocationDisclosures,
    /// The salted tree of a location claim: fields.
    LocationTree,
    /// Cells of the H3 grid around points: fields.
    H3Cells,
    /// A signed location, the challenge it answers, and what it says: fields.
    LocationEvidence,
}

impl Kind {
    pub(crate) fn parse(text: &str) -> Result<Self, VectorError> {
        match text {
            "ecdsa-p384" => Ok(Self::EcdsaP384),
            "merkle-roots" => Ok(Self::MerkleRoots),
            "merkle-inclusion" => Ok(Self::MerkleInclusion),
            "merkle-consistency" => Ok(Self::MerkleConsistency),
            "merkle-subtrees" => Ok(Self::MerkleSubtrees),
            "vkey" => Ok(Self::VerifierKey),
            "note" => Ok(Self::Note),
            "checkpoint" => Ok(Self::Checkpoint),
            "tlog-proof" => Ok(Self::TlogProof),
            "tile" => Ok(Self::Tile),
            "ts-query" => Ok(Self::TimeStampReq),
            "ts-reply" => Ok(Self::TimeStampResp),
            "ts-token" => Ok(Self::TimeStampToken),
            "certificate" => Ok(Self::Certificate),
            "crl" => Ok(Self::Crl),
            "ocsp-response" => Ok(Self::OcspResponse),
            "location-claim" => Ok(Self::LocationClaim),
            "location-disclosures" => Ok(Self::LocationDisclosures),
            "location-tree" => Ok(Self::LocationTree),
            "h3-cells" => Ok(Self::H3Cells),
            "location-evidence" => Ok(Self::LocationEvidence),
            _ => Err(VectorError::UnknownKind),
        }
    }
}

/// What is to come of a vector.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expect {
    /// `granted`: an authority that serves its algorithm and policy grants it.
    Granted,
    /// `rejected <code>`: refused with this code of the standard, or this rule.
    Rejected(String),
    /// `malformed at <structure>`: cannot be read.
    Malformed(String),
    /// `verify ok`: passes verification.
    VerifyOk,
    /// `verify <fault>`: fails verification with this fault.
    VerifyFails(String),
}

impl Expect {
    pub(crate) fn parse(text: &str) -> Result<Self, VectorError> {
        let word = |prefix| {
            let rest: &str = text.strip_prefix(prefix)?;
            (!rest.is_empty() && !rest.contains(' ')).then(|| rest.to_owned())
        };
        if text == "granted" {
            Ok(Self::Granted)
        } else if text == "verify ok" {
            Ok(Self::VerifyOk)
        } else if let Some(code) = word("rejected ") {
            Ok(Self::Rejected(code))
        } else if let Some(structure) = word("malformed at ") {
            Ok(Self::Malformed(structure))
        } else if let Some(fault) = word("verify ") {
            Ok(Self::VerifyFails(fault))
        } else {
            Err(VectorError::UnknownExpectation)
        }
    }
}
