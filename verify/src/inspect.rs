//! What is in a token, without a verdict.

use std::fmt::{self, Write};

use meridian_wire::loc::claim::{ClaimFields, LocationClaim};
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::signed_data::{CertificateChoice, CertificateKind};
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use serde::Serialize;

use crate::certificate::bounds;
use crate::checks::container::Container;
use crate::checks::tst_info::Times;
use crate::crypto::key::PublicKey;
use crate::facts::TokenFacts;
use crate::input::Recognised;
use crate::location::{disclosures, not_shown, words};
use crate::name::show;
use crate::profile::Profile;
use crate::report::json::TokenOut;
use crate::report::place_json::{ClaimOut, ValueOut};
use crate::report::place_text::write_claim;
use crate::report::printable::{one_line, printable};
use crate::report::text::write_token;

/// A token laid open.
#[derive(Debug, Serialize)]
pub struct Inspection {
    input: String,
    octets: usize,
    encoding: Vec<&'static str>,
    #[serde(skip)]
    facts: Option<TokenFacts>,
    token: Option<TokenOut>,
    location: Option<LocationOut>,
    signers: Vec<SignerOut>,
    certificates: Vec<CertificateOut>,
    revocation_data: usize,
}

/// The claim about place, or why it cannot be read.
#[derive(Debug, Serialize)]
struct LocationOut {
    claim: Option<ClaimOut>,
    revealed: Vec<ValueOut>,
    not_shown: Vec<String>,
    fault: Option<String>,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Serialize)]
struct SignerOut {
    digest_algorithm: String,
    signature_algorithm: String,
    signed_attributes: Vec<String>,
    unsigned_attributes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CertificateOut {
    kind: &'static str,
    subject: Option<String>,
    issuer: Option<String>,
    serial: Option<String>,
    not_before: Option<String>,
    not_after: Option<String>,
    key: Option<String>,
}

/// Reads everything that can be read.
///
/// # Errors
///
/// [`ReadError`] if the token's outer structure cannot be walked.
pub fn inspect(input: &Recognised) -> Result<Inspection, ReadError> {
    let mut walk = Walk::default();
    let container = Container::open(input, &mut walk)?;
    let signed = &container.signed;
    let mut tst_walk = Walk::default();
    let tst_info = signed.encapsulated.octets.as_deref().and_then(|octets| {
        let tlv = Tlv::only(octets, &mut tst_walk).ok()?;
        TstInfoView::read(&tlv, &mut tst_walk).ok()
    });
    let facts = tst_info.as_ref().map(|tst_info| {
        TokenFacts::of(
            tst_info,
            Times::read(tst_info, Profile::Default).as_ref(),
            signed.signers.first(),
            None,
        )
    });
    let dotted = |oid: &dyn fmt::Display| oid.to_string();
    let signers = signed.signers.iter().map(|signer| SignerOut {
        digest_algorithm: dotted(&signer.digest_algorithm.oid),
        signature_algorithm: dotted(&signer.signature_algorithm.oid),
        signed_attributes: signer
            .signed_attrs
            .iter()
            .map(|one| dotted(&one.oid))
            .collect(),
        unsigned_attributes: signer
            .unsigned_attrs
            .iter()
            .map(|one| dotted(&one.oid))
            .collect(),
    });
    let kinds = walk.departure_kinds();
    Ok(Inspection {
        input: input.describe(),
        octets: input.octets.len(),
        encoding: kinds.iter().map(|kind| kind.describe()).collect(),
        token: facts.as_ref().map(TokenOut::of),
        location: tst_info.as_ref().and_then(LocationOut::of),
        facts,
        signers: signers.collect(),
        certificates: signed.certificates.iter().map(CertificateOut::of).collect(),
        revocation_data: signed.revocation.len(),
    })
}

impl LocationOut {
    fn of(tst_info: &TstInfoView<'_>) -> Option<Self> {
        match LocationClaim::find(tst_info) {
            Ok(claim) => {
                let claim = claim?;
                let fields = claim.fields();
                let values = disclosures::revealed(fields);
                let not_shown = not_shown::of_claim(fields, !values.is_empty(), false);
                let mut text = String::new();
                // Writing to a String does not fail.
                let _ = write_claim(&mut text, fields, &values, &[]);
                let _ = write_meaning(&mut text, fields, &not_shown);
                Some(Self {
                    claim: Some(ClaimOut::of(&claim)),
                    revealed: values.iter().map(ValueOut::of).collect(),
                    not_shown,
                    fault: None,
                    text,
                })
            }
            Err(fault) => Some(Self {
                claim: None,
                revealed: Vec::new(),
                not_shown: Vec::new(),
                fault: Some(fault.to_string()),
                text: format!("  {fault}\n"),
            }),
        }
    }
}

/// 'Consistent with', and no more; here not even that was checked.
fn write_meaning(out: &mut String, claim: &ClaimFields, not_shown: &[String]) -> fmt::Result {
    writeln!(
        out,
        "  claims    the evidence was found consistent with {} having been there at {}, give or take {}",
        words::subject(&claim.subject),
        claim.observed.fix_time(),
        words::millis(claim.observed.max_error_ms())
    )?;
    writeln!(out, "what the claim does not show, even if all holds")?;
    for sentence in not_shown {
        writeln!(out, "  - {sentence}")?;
    }
    Ok(())
}

impl CertificateOut {
    fn of(choice: &CertificateChoice<'_>) -> Self {
        let kind = match choice.kind {
            CertificateKind::X509 => "X.509",
            CertificateKind::Extended => "PKCS #6",
            CertificateKind::AttributeV1 => "attribute certificate v1",
            CertificateKind::AttributeV2 => "attribute certificate v2",
            _ => "other",
        };
        let reading = match choice.kind {
            CertificateKind::X509 => {
                CertificateReading::read(choice.raw, &mut Walk::default()).ok()
            }
            _ => None,
        };
        let bounds = reading.as_ref().and_then(bounds);
        let key = reading
            .as_ref()
            .map(|reading| PublicKey::read(&reading.public_key));
        Self {
            kind,
            subject: reading.as_ref().map(|reading| show(&reading.subject)),
            issuer: reading.as_ref().map(|reading| show(&reading.issuer)),
            serial: reading.as_ref().map(|reading| reading.serial.to_decimal()),
            not_before: bounds.map(|(first, _)| first.to_string()),
            not_after: bounds.map(|(_, last)| last.to_string()),
            key: key.map(|key| key.map_or_else(|fault| fault.to_string(), |key| key.describe())),
        }
    }
}

impl Inspection {
    /// For machines.
    ///
    /// # Errors
    ///
    /// None that can be met: every value is a string, a number, a bool or null.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = self.write(&mut text);
        printable(&text)
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "{}, {} octets; nothing was verified",
            self.input, self.octets
        )?;
        let encoding = match self.encoding.is_empty() {
            true => "DER".to_owned(),
            false => format!("BER: {}", self.encoding.join(", ")),
        };
        writeln!(out, "  encoding  {encoding}")?;
        match &self.facts {
            Some(facts) => write_token(out, facts)?,
            None => writeln!(out, "  TSTInfo cannot be read")?,
        }
        if let Some(location) = &self.location {
            write!(out, "location claim\n{}", location.text)?;
        }
        for signer in &self.signers {
            writeln!(out, "signer")?;
            writeln!(out, "  digest    {}", signer.digest_algorithm)?;
            writeln!(out, "  signature {}", signer.signature_algorithm)?;
            writeln!(out, "  signed    {}", signer.signed_attributes.join(" "))?;
            if !signer.unsigned_attributes.is_empty() {
                writeln!(out, "  unsigned  {}", signer.unsigned_attributes.join(" "))?;
            }
        }
        for certificate in &self.certificates {
            let shown =
                |value: &Option<String>| value.as_deref().map_or_else(|| "?".to_owned(), one_line);
            writeln!(out, "certificate ({})", certificate.kind)?;
            writeln!(out, "  subject   {}", shown(&certificate.subject))?;
            writeln!(out, "  issuer    {}", shown(&certificate.issuer))?;
            writeln!(out, "  serial    {}", shown(&certificate.serial))?;
            let (first, last) = (&certificate.not_before, &certificate.not_after);
            writeln!(out, "  valid     {} to {}", shown(first), shown(last))?;
            writeln!(out, "  key       {}", shown(&certificate.key))?;
        }
        writeln!(
            out,
            "{} CRLs or OCSP responses inside",
            self.revocation_data
        )
    }
}
