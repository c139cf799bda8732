//! What a token says, once the verifier has found nothing against it.

use meridian_verify::artifact::Artifact;
use meridian_verify::facts::TokenFacts;
use meridian_verify::input::{NoToken, recognise};
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::location::place::Place;
use meridian_verify::policy::{AnchorError, TrustAnchors, VerifyPolicy};
use meridian_verify::report::Report;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::verify_timestamp;
use meridian_wire::error::DecodeError;
use meridian_wire::oid;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::der_form;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::signed_data::{CertificateKind, SignedDataView};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;
use meridian_wire::tsp::gen_time::GenTime;

/// Findings that an error shows; the first ones say enough.
const MAX_SHOWN_FINDINGS: usize = 3;

/// Why a token is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("it cannot be read")]
    Read(#[from] ReadError),
    #[error("its genTime cannot be read")]
    GenTime(#[source] DecodeError),
    #[error("it holds no TSTInfo")]
    NoContent,
    #[error("it carries no certificate, though certReq asked for one")]
    NoCertificate(#[source] AnchorError),
    #[error("the verifier finds no token")]
    NoToken(#[from] NoToken),
    #[error("the verifier's verdict is {}: {}", verdict.name(), findings.join("; "))]
    Verdict {
        verdict: Verdict,
        findings: Vec<String>,
    },
}

/// What the verifier says of a reply when the only certificates to trust are those in it.
#[derive(Debug)]
pub(crate) struct Judged(Report);

impl Judged {
    /// Runs the verifier over a reply whose token is `token`, with a log proof if there is one.
    /// `place` is what is at hand about a place.
    ///
    /// The time of verification is genTime: the nonce shows that the answer is fresh (RFC 3161
    /// section 2.2), and this machine's clock may be wrong. Without a log key the signature on
    /// the proof's checkpoint is not checked.
    pub(crate) fn new(
        reply: &[u8],
        token: &[u8],
        artifact: &Artifact,
        proof: Option<String>,
        place: PlaceInputs,
    ) -> Result<Self, TokenError> {
        let (certificates, gen_time) = read(token)?;
        let anchors = TrustAnchors::new(certificates).map_err(TokenError::NoCertificate)?;
        let mut policy = VerifyPolicy::new(anchors, gen_time);
        policy.proof = proof;
        policy.place = place;
        Ok(Self(verify_timestamp(
            &recognise(reply)?,
            Some(artifact),
            &policy,
        )))
    }

    /// What the token says, right or wrong.
    pub(crate) fn facts(&self) -> Result<&TokenFacts, TokenError> {
        self.0.token().ok_or(TokenError::NoContent)
    }

    /// What became of the place, if there is one.
    pub(crate) const fn place(&self) -> Option<&Place> {
        self.0.place()
    }

    /// Nothing but 'passed' will do.
    pub(crate) fn passed(&self) -> Result<(), TokenError> {
        self.at_least(Verdict::Passed)
    }

    /// That nothing speaks against time or place; what could not be decided is for others.
    pub(crate) fn not_failed(&self) -> Result<(), TokenError> {
        self.at_least(Verdict::Indeterminate)
    }

    fn at_least(&self, least: Verdict) -> Result<(), TokenError> {
        let verdict = self.0.verdict(Model::GenTime);
        if verdict == Verdict::Passed || verdict == least {
            return Ok(());
        }
        let findings = self.0.reasons(Model::GenTime).into_iter();
        let findings = findings.take(MAX_SHOWN_FINDINGS);
        let findings = findings
            .map(|finding| format!("{} {}", finding.id, finding.detail))
            .collect();
        Err(TokenError::Verdict { verdict, findings })
    }
}

/// The certificates in a token, and its genTime.
fn read(token: &[u8]) -> Result<(Vec<Vec<u8>>, UnixMicros), TokenError> {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(&Tlv::only(token, &mut walk)?, &mut walk)?;
    let signed = SignedDataView::read(&content.content, &mut walk)?;
    let certificates = signed
        .certificates
        .iter()
        .filter(|choice| choice.kind == CertificateKind::X509);
    let certificates = certificates.map(|choice| choice.raw.to_vec()).collect();
    let octets = signed.encapsulated.octets.ok_or(TokenError::NoContent)?;
    let info = TstInfoView::read(&Tlv::only(&octets, &mut walk)?, &mut walk)?;
    // What is not ASCII is no genTime, and parse says so.
    let gen_time =
        GenTime::parse(&String::from_utf8_lossy(&info.gen_time)).map_err(TokenError::GenTime)?;
    Ok((certificates, gen_time.to_micros()))
}

/// Whether a token brings a proof of the log with it. That it is right is the verifier's to say.
pub(crate) fn carries_proof(octets: &[u8]) -> Result<bool, ReadError> {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(&Tlv::only(octets, &mut walk)?, &mut walk)?;
    let signed = SignedDataView::read(&content.content, &mut walk)?;
    let signers = signed.signers.iter();
    let mut unsigned = signers.flat_map(|signer| &signer.unsigned_attrs);
    Ok(unsigned.any(|attribute| attribute.oid.is(&oid::TLOG_PROOF)))
}

/// What the leaf of a token shows (the token as stored: DER, one signer, with signed attributes).
pub(crate) fn token_digest(octets: &[u8]) -> Option<[u8; 32]> {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(&Tlv::only(octets, &mut walk).ok()?, &mut walk).ok()?;
    let signed = SignedDataView::read(&content.content, &mut walk).ok()?;
    let [signer] = signed.signers.as_slice() else {
        return None;
    };
    let element = signer.signed_attrs_element?;
    // RFC 5652 section 5.4: carried as [0], signed as a SET OF.
    let set = der_form::element(&[0x31], element.content());
    Some(meridian_wire::leaf::token_digest(&set, &signer.signature))
}
