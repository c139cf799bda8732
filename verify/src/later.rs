//! Later tokens over a token: what was stamped as data existed by then.

use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;

use crate::artifact::Artifact;
use crate::facts::TokenFacts;
use crate::input::{Recognised, Structure};
use crate::instant::Interval;
use crate::policy::VerifyPolicy;
use crate::report::Report;
use crate::verdict::Verdict;
use crate::verify::{imprint_algorithm, verify_timestamp};

/// Later tokens in one verification. A token is renewed once in some years, not more often.
const MAX_LATER_TOKENS: usize = 16;

/// Tokens that may be about other tokens, each once.
#[derive(Clone, Debug, Default)]
pub struct LaterTokens(Vec<Recognised>);

/// There are more later tokens than are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{count} later tokens; at most {limit} are looked at", limit = MAX_LATER_TOKENS)]
#[non_exhaustive]
pub struct TooManyTokens {
    /// How many there are.
    pub count: usize,
}

impl LaterTokens {
    /// Takes them, each once.
    ///
    /// # Errors
    ///
    /// [`TooManyTokens`].
    pub fn new(tokens: Vec<Recognised>) -> Result<Self, TooManyTokens> {
        let mut kept: Vec<Recognised> = Vec::new();
        for token in tokens {
            if kept.iter().all(|known| known.octets != token.octets) {
                kept.push(token);
            }
        }
        let count = kept.len();
        if count > MAX_LATER_TOKENS {
            return Err(TooManyTokens { count });
        }
        Ok(Self(kept))
    }

    /// Each of them, and the others.
    fn each(&self) -> impl Iterator<Item = (&Recognised, Self)> {
        self.0.iter().enumerate().map(|(place, token)| {
            let mut others = self.0.clone();
            others.remove(place);
            (token, Self(others))
        })
    }
}

/// A token that is about the one in question.
#[derive(Debug)]
pub(crate) struct Cover {
    /// What became of it, judged as of the time of verification.
    pub(crate) report: Report,
}

impl Cover {
    /// Whether it holds today, by itself or by a still later one: only then it proves anything
    /// (EN 319 102-1 section 5.6.2.3).
    pub(crate) fn holds(&self) -> bool {
        self.report.models().etsi == Verdict::Passed
    }

    /// What it says.
    pub(crate) const fn facts(&self) -> Option<&TokenFacts> {
        self.report.token()
    }

    /// The instants that it may mean.
    pub(crate) fn interval(&self) -> Option<Interval> {
        self.facts()?.interval
    }
}

/// Those of the later tokens that are about this one: its file as handed in, the structure in it,
/// or the token in that. How many of them are not is told as well.
pub(crate) fn covers(input: &Recognised, policy: &VerifyPolicy) -> (Vec<Cover>, usize) {
    let forms = forms(input);
    let mut covers = Vec::new();
    let mut strangers = 0;
    for (token, others) in policy.later_tokens.each() {
        match about_one_of(token, &forms) {
            None => strangers += 1,
            Some(artifact) => {
                // Bounded: the list of others is shorter at each step.
                let policy = policy.for_later_token(others);
                let report = verify_timestamp(token, Some(&artifact), &policy);
                covers.push(Cover { report });
            }
        }
    }
    (covers, strangers)
}

/// The digest of the form that the later token is about.
fn about_one_of(later: &Recognised, forms: &[&[u8]]) -> Option<Artifact> {
    let algorithm = imprint_algorithm(later)?;
    let imprint = crate::verify::imprint(later)?;
    let digests = forms
        .iter()
        .map(|form| Artifact::from_reader(algorithm, *form));
    digests
        .filter_map(Result::ok)
        .find(|artifact| artifact.digest() == imprint)
}

/// What of a file someone may have had stamped.
fn forms(input: &Recognised) -> Vec<&[u8]> {
    let mut forms: Vec<&[u8]> = vec![&input.octets];
    forms.extend(input.text.as_deref());
    forms.extend(token_inside(input));
    forms
}

/// The token in a response, octet by octet.
fn token_inside(input: &Recognised) -> Option<&[u8]> {
    if input.structure != Structure::Response {
        return None;
    }
    let mut walk = Walk::default();
    let (outer, _) = Tlv::first(&input.octets, &mut walk).ok()?;
    let mut members = outer.sequence().ok()?;
    members.next(&mut walk).ok()??;
    Some(members.next(&mut walk).ok()??.raw())
}
