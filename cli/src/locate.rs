//! `meridian locate`: evidence first, a ticket for it, then an ordinary time-stamp at the ticket;
//! checked before anything is said or written.

pub(crate) mod api;
mod challenge;
mod claim;
pub(crate) mod detail;
mod disclose;
mod error;
mod evidence;
mod files;
pub(crate) mod position;
mod problem;
mod secret;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_signing::entropy::OsEntropy;
use meridian_verify::artifact::Artifact;
use meridian_verify::location::inputs::PlaceInputs;
use meridian_verify::location::place::Place;
use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::evidence::EvidenceKind;
use meridian_wire::loc::slot::Slot;
use meridian_wire::oid::{self, ObjectIdentifier};
use sha2::{Digest, Sha256};

use crate::args::locate::{LocateArgs, LocateCommand};
use crate::error::{Ending, chain, complain, report, say};
use crate::stamp::answer::{Answer, Question, harmless};
use crate::stamp::authority::{AuthorityUrl, Caller};
use crate::stamp::proof;
use crate::stamp::retry::patiently;
use crate::stamp::source::{self, Source};
use crate::stamp::summary;
use crate::stamp::token::Judged;
use api::{ApiError, ChallengeRequest, EvidenceRequest, Imprint, Taken};
use claim::Expected;
use detail::{Reveal, names, show};
use error::LocateError;
use evidence::Item;
use files::Files;
use secret::Secret;

/// Runs one of its three commands.
pub(crate) fn locate(mut args: LocateArgs) -> Ending {
    args.settle_file();
    match &args.command {
        Some(LocateCommand::Challenge(args)) => challenge::challenge(args),
        Some(LocateCommand::Disclose(args)) => disclose::disclose(args),
        None => match Run::new(&args).and_then(|run| run.finish()) {
            Ok(()) => Ending::Done,
            Err(error) => {
                let said = match &args.file {
                    Some(file) => format!("{}: {}", Source::from_argument(file), chain(&error)),
                    None => chain(&error),
                };
                report(&said, error.hint());
                error.ending()
            }
        },
    }
}

/// One file, one place, one authority.
#[derive(Debug)]
struct Run<'a> {
    args: &'a LocateArgs,
    url: &'a AuthorityUrl,
    caller: Caller,
    files: Files,
    artifact: Artifact,
    evidence: Vec<Item>,
    /// A challenge that the evidence was made for.
    challenge: Option<String>,
    /// `None` leaves it to the authority.
    reveal: Option<Vec<Slot>>,
}

/// What the authority gave for evidence, checked for form.
#[derive(Debug)]
struct Delivered {
    taken: Taken,
    secret: Secret,
    bundle: Vec<u8>,
}

impl<'a> Run<'a> {
    /// Reads everything that is read from files, and finds out early what could not be written.
    fn new(args: &'a LocateArgs) -> Result<Self, LocateError> {
        let (Some(file), Some(url)) = (&args.file, &args.url) else {
            return Err(LocateError::Incomplete);
        };
        let source = Source::from_argument(file);
        let files = Files::new(&source, args.out.as_deref(), args.proof);
        let files = files.ok_or(LocateError::StdinWithoutOut)?;
        files.refuse_overwrite(args.force)?;
        Ok(Self {
            args,
            url,
            caller: Caller::new(&args.tls, [url])?,
            files,
            artifact: source.artifact(source::accepted(&args.hash)?, |_| ())?,
            evidence: items(args)?,
            challenge: given_challenge(args, url)?,
            reveal: revealed(&args.reveal)?,
        })
    }

    fn finish(&self) -> Result<(), LocateError> {
        let delivered = self.give_evidence()?;
        let answer = self.stamp(&delivered.taken)?;
        let claim = self.check(&answer, &delivered)?;
        let judged = self.judge(&answer, &claim, &delivered)?;
        let force = self.args.force;
        // What opens the place comes first: a stamp without it could show nothing.
        self.files.secret.write(&delivered.secret.encode(), force)?;
        self.files.bundle.write(&delivered.bundle, force)?;
        self.files.reply.write(&answer.reply, force)?;
        self.tell(&answer, &claim, &delivered);
        tell_judged(&judged);
        if self.args.proof_in_token {
            proof::carried(self.url, &answer)?;
        }
        if let Some(output) = &self.files.proof {
            let proof = proof::fetch(&self.caller, self.url, &answer)?;
            output.write(&proof, force)?;
        }
        Ok(())
    }

    /// Challenge and evidence. A challenge of our own is asked for anew with each try, since a
    /// try whose answer was lost has spent it.
    fn give_evidence(&self) -> Result<Delivered, LocateError> {
        let failed = |source| LocateError::Api {
            url: self.url.clone(),
            source,
        };
        let taken = match &self.challenge {
            Some(id) => self.give(id).map_err(failed)?,
            None => patiently(|| self.give(&self.own_challenge()?)).map_err(failed)?,
        };
        let secret = Secret::new(&taken.seed_b64, &taken.leaves);
        let secret = secret.map_err(|source| LocateError::Secret {
            url: self.url.clone(),
            source: Box::new(source),
        })?;
        let bundle = STANDARD.decode(&taken.bundle_b64);
        let bundle = bundle.map_err(|_| failed(ApiError::Member("bundle_b64")))?;
        Ok(Delivered {
            taken,
            secret,
            bundle,
        })
    }

    fn own_challenge(&self) -> Result<String, ApiError> {
        let request = ChallengeRequest {
            policy: self.args.require_level.map(challenge::policy),
            imprint: Some(self.imprint()),
            ..ChallengeRequest::default()
        };
        let octets = api::challenge(&self.caller, self.url, &request)?;
        Ok(api::read_challenge(&octets)?.id)
    }

    fn give(&self, challenge: &str) -> Result<Taken, ApiError> {
        let reveal = self.reveal.as_ref();
        let request = EvidenceRequest {
            challenge,
            evidence: &self.evidence,
            imprint: &self.imprint(),
            reveal: reveal.map(|slots| slots.iter().map(|slot| slot.number()).collect()),
            min_level: self.args.require_level,
        };
        api::give(&self.caller, self.url, &request)
    }

    fn imprint(&self) -> Imprint {
        Imprint {
            hash: self.artifact.algorithm().name(),
            digest: hex::encode(self.artifact.digest()),
        }
    }

    /// An ordinary request at the ticket; the policy asked for is the level required.
    fn stamp(&self, taken: &Taken) -> Result<Answer, LocateError> {
        let policy = self.args.require_level.and_then(required_policy);
        let question = Question::new(self.artifact.clone(), policy, &OsEntropy)?;
        patiently(|| {
            let reply = self
                .caller
                .redeem(
                    self.url,
                    &taken.ticket,
                    self.args.proof_in_token,
                    question.octets(),
                )
                .map_err(|source| LocateError::Call {
                    url: self.url.clone(),
                    source,
                })?;
            question.check(reply).map_err(|source| LocateError::Answer {
                url: self.url.clone(),
                source,
            })
        })
    }

    fn check(&self, answer: &Answer, delivered: &Delivered) -> Result<LocationClaim, LocateError> {
        let expected = Expected {
            tree: delivered.secret.tree(),
            evidence_hash: Sha256::digest(&delivered.bundle).into(),
            level: self.args.require_level,
            revealed: self.reveal.as_deref(),
        };
        let claim =
            claim::read(&answer.token).and_then(|claim| expected.check(&claim).map(|()| claim));
        claim.map_err(|source| LocateError::Claim {
            url: self.url.clone(),
            source,
        })
    }

    /// The verifier's word, with everything opened and the evidence appraised again: the bundle
    /// comes once, so what is wrong with it must be found now.
    fn judge(
        &self,
        answer: &Answer,
        claim: &LocationClaim,
        delivered: &Delivered,
    ) -> Result<Judged, LocateError> {
        let mut place = PlaceInputs::default();
        place.disclosures = delivered.secret.everything().into_iter().collect();
        let policy = patiently(|| self.caller.policy(self.url, &claim.fields().policy_hash));
        match policy {
            Ok(policy) => {
                place.policy_document = Some(policy);
                place.evidence = Some(delivered.bundle.clone());
            }
            Err(error) => complain(&format!(
                "warning: the evidence was not appraised again, for want of the policy: {}",
                chain(&error)
            )),
        }
        let judged = answer.judge_place(place);
        let judged = judged.and_then(|judged| judged.not_failed().map(|()| judged));
        judged.map_err(|source| LocateError::Judged {
            url: self.url.clone(),
            source,
        })
    }

    /// What was reached, in the words of a stamp: consistent with, never proves.
    fn tell(&self, answer: &Answer, claim: &LocationClaim, delivered: &Delivered) {
        let fields = claim.fields();
        say(&format!("{}: {}", self.files.reply, summary(answer)));
        let shown = fields.revealed.iter().map(|leaf| show(leaf.value()));
        let shown: Vec<String> = shown.collect();
        say(&format!(
            "  consistent with {} at level {}, binding {}",
            if shown.is_empty() {
                "a place that the token itself does not show".to_owned()
            } else {
                shown.join(", ")
            },
            fields.level.code(),
            fields.binding.name(),
        ));
        let flags: Vec<&str> = fields.flags.names().collect();
        if !flags.is_empty() {
            say(&format!("  warnings: {}", flags.join(", ")));
        }
        for missing in &delivered.taken.missing_for_next_level {
            say(&format!("  the next level needs: {}", harmless(missing)));
        }
        say(&format!(
            "  {} is secret: it opens {}",
            self.files.secret,
            names(delivered.secret.filled())
        ));
    }
}

/// What the stamp leaves open, in the verifier's words.
fn tell_judged(judged: &Judged) {
    let sentences = judged.place().map(Place::not_shown).unwrap_or_default();
    if !sentences.is_empty() {
        say("It does not show");
    }
    for sentence in sentences {
        say(&format!("  - {sentence}"));
    }
}

/// Everything that is given as evidence.
fn items(args: &LocateArgs) -> Result<Vec<Item>, LocateError> {
    let mut items = Vec::new();
    if let Some(position) = args.position {
        let object = position.location_object(args.method);
        let kind = EvidenceKind::SELF_ASSERTED;
        items.push(Item::new(kind, "application/json", &object));
    }
    for path in &args.evidence {
        let item = Item::read(path).map_err(|source| LocateError::Evidence {
            path: path.clone(),
            source,
        })?;
        items.push(item);
    }
    Ok(items)
}

fn given_challenge(args: &LocateArgs, url: &AuthorityUrl) -> Result<Option<String>, LocateError> {
    let Some(path) = &args.challenge else {
        return Ok(None);
    };
    if args.evidence.is_empty() {
        return Err(LocateError::ChallengeWithoutEvidence);
    }
    let octets = files::read_short(path).map_err(|source| LocateError::ChallengeFile {
        path: path.clone(),
        source,
    })?;
    let challenge = api::read_challenge(&octets).map_err(|source| LocateError::Api {
        url: url.clone(),
        source,
    })?;
    Ok(Some(challenge.id))
}

/// The slots that may be revealed, ascending; `None` if nothing was said.
fn revealed(reveal: &[Reveal]) -> Result<Option<Vec<Slot>>, LocateError> {
    let nothing = reveal.contains(&Reveal::Nothing);
    let mut slots: Vec<Slot> = reveal
        .iter()
        .filter_map(|reveal| match reveal {
            Reveal::Nothing => None,
            Reveal::Slot(detail) => Some(detail.0),
        })
        .collect();
    if nothing && !slots.is_empty() {
        return Err(LocateError::RevealBoth);
    }
    slots.sort_unstable();
    slots.dedup();
    Ok((!reveal.is_empty()).then_some(slots))
}

fn required_policy(level: u8) -> Option<ObjectIdentifier> {
    oid::parse(&challenge::policy(level)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Result<Option<Vec<Slot>>, LocateError> {
        let reveal: Vec<Reveal> = texts.iter().map(|text| text.parse().unwrap()).collect();
        revealed(&reveal)
    }

    #[test]
    fn nothing_said_leaves_it_to_the_policy_and_nothing_asked_reveals_nothing() {
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(of(&["nothing"]).unwrap(), Some(Vec::new()));
        let both = of(&["cell:7", "country", "country"]).unwrap().unwrap();
        assert_eq!(names(both), "country, cell:7");
        assert!(matches!(
            of(&["nothing", "country"]),
            Err(LocateError::RevealBoth)
        ));
    }
}
