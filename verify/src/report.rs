//! The outcome of a verification.

pub(crate) mod grounds_json;
pub mod html;
pub mod json;
pub(crate) mod place_json;
pub(crate) mod place_text;
pub mod printable;
pub mod text;

use meridian_wire::time::UnixMicros;

use crate::checks::log::LogPlace;
use crate::facts::{CatalogueFacts, InputFacts, TokenFacts};
use crate::finding::{CheckId, Finding, Status};
use crate::grounds::Grounds;
use crate::location::place::Place;
use crate::policy::RevocationMode;
use crate::profile::Profile;
use crate::verdict::{Model, Models, Verdict};
use crate::verified::VerifiedTimestamp;

/// The check that tells the two models of time apart.
const ETSI: CheckId = CheckId::new(100);

/// Verdicts, every finding, and what the token says. The same token, data and policy give
/// the same report, octet by octet.
#[derive(Debug)]
pub struct Report {
    pub(crate) models: Models,
    pub(crate) input: String,
    pub(crate) at: UnixMicros,
    pub(crate) profile: Profile,
    pub(crate) findings: Vec<Finding>,
    pub(crate) token: Option<TokenFacts>,
    pub(crate) log: Option<LogPlace>,
    pub(crate) exists_since: Option<UnixMicros>,
    pub(crate) place: Option<Place>,
    pub(crate) grounds: Grounds,
    pub(crate) inputs: Vec<InputFacts>,
    pub(crate) catalogue: CatalogueFacts,
    pub(crate) revocation: RevocationMode,
    pub(crate) verified: Option<VerifiedTimestamp>,
}

impl Report {
    /// The verdict of each model.
    #[must_use]
    pub const fn models(&self) -> &Models {
        &self.models
    }

    /// The verdict that counts: of the model, and of the place if the caller asked about it.
    #[must_use]
    pub const fn verdict(&self, model: Model) -> Verdict {
        let time = self.models.of(model);
        match &self.place {
            Some(place) if place.asked() => time.and(place.verdict()),
            _ => time,
        }
    }

    /// The findings that keep the verdict from being passed: those that failed or are undecided,
    /// of place only if the caller asked, and V100 where it is the model that decides.
    #[must_use]
    pub fn reasons(&self, model: Model) -> Vec<&Finding> {
        let etsi = model == Model::Etsi && self.models.etsi != self.models.gen_time;
        let decides = move |finding: &&Finding| match finding.status {
            Status::Failed | Status::Indeterminate => true,
            Status::Warning => etsi && finding.id == ETSI,
            _ => false,
        };
        let place = self.place.iter().filter(|place| place.asked());
        let place = place.flat_map(|place| place.findings());
        self.findings.iter().chain(place).filter(decides).collect()
    }

    /// Every finding about the time-stamp, by id.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the token says, if it could be read.
    #[must_use]
    pub const fn token(&self) -> Option<&TokenFacts> {
        self.token.as_ref()
    }

    /// Since when others than the authority prove that the token existed, if anyone does.
    #[must_use]
    pub const fn exists_since(&self) -> Option<UnixMicros> {
        self.exists_since
    }

    /// What became of the token's claim about place; none if it has none and nobody asked.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What the verdict rests on, and until when.
    #[must_use]
    pub const fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// The files that were judged.
    #[must_use]
    pub fn inputs(&self) -> &[InputFacts] {
        &self.inputs
    }

    /// The proofs, if no check stands in the way.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedTimestamp> {
        self.verified.as_ref()
    }
}
