//! Size limits of what is read strictly or written, with their sources. The tolerant reader has
//! its own in `reader::limits`.

/// Octets of a time-stamp request. A request with the largest nonce that we echo and a policy has
/// under 1,300; 4 KiB leaves room for extensions that we must refuse by their right name.
pub const MAX_REQUEST_BYTES: usize = 4_096;

/// Content octets of a nonce that is echoed. RFC 3161 2.4.1 sets no bound; the largest seen in
/// use has 20 octets.
pub const MAX_NONCE_BYTES: usize = 1_024;

/// Bits of a serial number, RFC 3161 2.4.2.
pub const MAX_SERIAL_BITS: usize = 160;

/// Content octets of an OBJECT IDENTIFIER. Twice the largest registered ones; also bounds what
/// is turned into text (CVE-2023-2650).
pub const MAX_OID_BYTES: usize = 128;

/// Arcs of an OBJECT IDENTIFIER (CVE-2025-66564).
pub const MAX_OID_ARCS: usize = 64;

/// Extensions in a request, a TSTInfo or a certificate. Certificates in use have under 20.
pub const MAX_EXTENSIONS: usize = 64;

/// Certificates in one CMS message or one PEM bundle.
pub const MAX_CERTIFICATES: usize = 64;

/// Octets of one certificate. Post-quantum ones have about 20 KiB.
pub const MAX_CERTIFICATE_BYTES: usize = 65_536;

/// Octets of a token or of a TimeStampResp, as a client or verifier accepts it.
pub const MAX_TOKEN_BYTES: usize = 1_048_576;

/// Strings in a PKIFreeText, RFC 4210 5.1.1 sets no bound.
pub const MAX_STATUS_STRINGS: usize = 16;

/// Octets of all text in a PKIFreeText.
pub const MAX_STATUS_TEXT_BYTES: usize = 4_096;

/// Purposes in one extendedKeyUsage.
pub const MAX_KEY_PURPOSES: usize = 32;

/// Octets of a signed note, signatures included: what the Go tools accept.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Signatures on a note. C2SP signed-note asks for 16 at least, the Go tools accept 100.
pub const MAX_NOTE_SIGNATURES: usize = 100;

/// Octets of a key name or origin: C2SP tlog-cosignature counts them in one octet.
pub const MAX_KEY_NAME_BYTES: usize = 255;

/// Hashes in an inclusion proof: a tree has at most 2^63-1 leaves.
pub const MAX_PROOF_HASHES: usize = 63;

/// Octets of a log entry: C2SP tlog-tiles counts them in two octets.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Octets of an event's public name; longer ones are descriptions, not names.
pub const MAX_EVENT_NAME_BYTES: usize = 64;

/// Octets of a tlog-proof: a full note, a full `extra` in base64, and 63 hash lines.
pub const MAX_TLOG_PROOF_BYTES: usize = MAX_NOTE_BYTES + 2 * MAX_ENTRY_BYTES;

/// Octets of a tlog-proof inside a token: the longest path, a leaf of ours, and 32 post-quantum
/// cosignatures of 3.3 kB have under 112,000. Without witnesses it has under 3,000.
pub const MAX_TLOG_PROOF_ATTRIBUTE_BYTES: usize = 131_072;

/// Octets of a location claim in DER. PDF signers set aside about 9 KB for a whole signature with
/// its token (PDFBox 9,472, iText 8,192), so a claim must stay small; ours have under 500.
pub const MAX_LOCATION_CLAIM_BYTES: usize = 1_024;

/// Octets of a location request in DER, evidence included.
pub const MAX_LOCATION_REQUEST_BYTES: usize = 65_536;

/// Octets of a time-stamp request with a location request in it.
pub const MAX_LOCATION_STAMP_REQUEST_BYTES: usize = MAX_REQUEST_BYTES + MAX_LOCATION_REQUEST_BYTES;

/// Octets of disclosures in DER: all sixteen slots with their largest values have under 5,000.
pub const MAX_DISCLOSURES_BYTES: usize = 8_192;

/// Octets of a checkpoint as it is sent to a witness, with its consistency proof: a full note, and
/// 63 hash lines.
pub const MAX_ADD_CHECKPOINT_BYTES: usize = MAX_NOTE_BYTES + 4_096;

/// Octets of a witness's answer. Its lines are few; those of post-quantum keys have up to 5 kB.
pub const MAX_WITNESS_ANSWER_BYTES: usize = 65_536;

/// Octets of a log policy. C2SP tlog-policy wants at least 32 logs, witnesses and groups read; a
/// witness's key of ML-DSA-44 has 1.8 kB.
pub const MAX_TLOG_POLICY_BYTES: usize = 256 << 10;

/// Lines of a log policy.
pub const MAX_TLOG_POLICY_LINES: usize = 512;

/// Octets of an evidence bundle in DER. A request has at most half of it; the rest is what the
/// authority adds.
pub const MAX_EVIDENCE_BUNDLE_BYTES: usize = 131_072;
