//! V082 to V085: what CRLs and OCSP responses say about the path, under RFC 3161 section 4.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::time::UnixMicros;

use crate::finding::{Checked, Finding, Proof};
use crate::instant::Interval;
use crate::name::show;
use crate::path::Path;
use crate::policy::RevocationMode;
use crate::revocation::{Inquiry, Word};
use crate::sub_indication::SubIndication;

/// One proof per check of this family; holding them is the evidence.
#[expect(dead_code, reason = "proof values are held, not read")]
#[derive(Debug)]
pub(crate) struct RevocationProofs {
    data: Proof<82>,
    freshness: Proof<83>,
    not_revoked: Proof<84>,
    certain: Proof<85>,
}

/// What all lists and responses together say about one certificate of the path.
#[derive(Debug)]
pub(crate) struct Answer {
    name: String,
    words: Vec<Word>,
}

impl Answer {
    /// Whose certificate it is about.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is said of it.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.words.iter()
    }

    /// Whether anything says that it was revoked by this time, for whatever reason.
    pub(crate) fn is_revoked_by(&self, time: UnixMicros) -> bool {
        self.words.iter().any(|word| match word {
            Word::Revoked { since, .. } => since.is_none_or(|since| since <= time),
            Word::RevokedLater { date, .. } => *date <= time,
            Word::OnHold => true,
            Word::Nothing | Word::TooOld | Word::Forgotten | Word::Unsupported | Word::Good => {
                false
            }
        })
    }
}

/// Asks everything at hand about every certificate of the path but the anchor.
pub(crate) fn ask_all<'i, 'a>(
    signer: &CertificateReading<'_>,
    path: &Path<'i, 'a>,
    inquiry: &Inquiry<'i, 'a>,
) -> Vec<Answer> {
    let subjects = [signer].into_iter().chain(path.issuers.iter().copied());
    subjects
        .zip(path.issuers.iter().copied())
        .map(|(subject, issuer)| Answer {
            name: show(&subject.subject),
            words: inquiry.ask(subject, issuer),
        })
        .collect()
}

/// Runs the family. No answers: there was no path to ask about. `exists_since` is since when others
/// than the authority prove the token.
pub(crate) fn check(
    answers: Option<&[Answer]>,
    interval: Option<Interval>,
    mode: RevocationMode,
    exists_since: Option<UnixMicros>,
    findings: &mut Vec<Finding>,
) -> Option<RevocationProofs> {
    let data = data(answers, mode).record(findings);
    let freshness = freshness(answers).record(findings);
    let not_revoked = not_revoked(answers, interval, exists_since).record(findings);
    let certain = certain(answers).record(findings);
    Some(RevocationProofs {
        data: data?,
        freshness: freshness?,
        not_revoked: not_revoked?,
        certain: certain?,
    })
}

/// V082, RFC 5280 section 6.3: whether anything usable is at hand.
fn data(answers: Option<&[Answer]>, mode: RevocationMode) -> Checked<82> {
    let Some(answers) = answers else {
        return Checked::not_run("there is no path");
    };
    let names = |of: &dyn Fn(&Answer) -> bool| {
        let found = answers.iter().filter(|answer| of(answer));
        let names: Vec<_> = found.map(|answer| answer.name.as_str()).collect();
        names.join("; ")
    };
    let unsupported = names(&|answer| answer.words.contains(&Word::Unsupported));
    let without = names(&|answer| !answer.words.iter().any(|word| word.is_usable()));
    if without.is_empty() && unsupported.is_empty() {
        return Checked::passed("revocation data is at hand for every certificate of the path");
    }
    if !unsupported.is_empty() {
        // It may say 'revoked'.
        return Checked::indeterminate(format!(
            "algorithm not supported: the signature on a CRL or OCSP response about {unsupported}"
        ));
    }
    let detail = format!("revocation not checked, no usable CRL or OCSP response for: {without}");
    match mode {
        RevocationMode::Report => Checked::not_checked(detail),
        RevocationMode::Require => Checked::indeterminate(detail),
    }
}

/// V083, EN 319 102-1 section 5.2.5.4: what was said before genTime says nothing about it.
fn freshness(answers: Option<&[Answer]>) -> Checked<83> {
    let Some(answers) = answers else {
        return Checked::not_run("there is no path");
    };
    let old = answers
        .iter()
        .flat_map(|answer| &answer.words)
        .filter(|word| **word == Word::TooOld);
    match old.count() {
        0 => Checked::passed("no answer older than genTime is relied on"),
        count => Checked::warning(format!("{count} answers are older than genTime")),
    }
}

/// V084, RFC 3161 section 4 items 1 and 2. A token that is proven to be older than the day from
/// which on the key is not to be trusted was made by its owner (item 2: "an audit trail of all
/// tokens ... may provide a means to discriminate between genuine and false backdated tokens").
fn not_revoked(
    answers: Option<&[Answer]>,
    interval: Option<Interval>,
    exists_since: Option<UnixMicros>,
) -> Checked<84> {
    let Some((answers, interval)) = answers.zip(interval) else {
        return Checked::not_run("there is no path");
    };
    let mut notes = Vec::new();
    for (place, Answer { name, words }) in answers.iter().enumerate() {
        for word in words {
            match word {
                Word::Revoked {
                    reason,
                    since: Some(since),
                } if exists_since.is_some_and(|exists| exists < *since) => notes.push(format!(
                    "{name} is revoked ({}) from {since} on; the token is proven to be older",
                    reason.name()
                )),
                Word::Revoked { reason, since } => {
                    let detail = format!("{name} is revoked ({})", reason.name());
                    return Checked::failed(detail).because(match since {
                        _ if place > 0 => SubIndication::RevokedCaNoPoe,
                        Some(since) if *since <= interval.to => SubIndication::Revoked,
                        _ => SubIndication::RevokedNoPoe,
                    });
                }
                Word::RevokedLater { reason, .. } => notes.push(format!(
                    "{name} was revoked after genTime ({}), which leaves this token valid",
                    reason.name()
                )),
                Word::Good
                | Word::OnHold
                | Word::TooOld
                | Word::Forgotten
                | Word::Unsupported
                | Word::Nothing => {}
            }
        }
    }
    if notes.is_empty() {
        Checked::passed("no data says 'revoked'")
    } else {
        Checked::warning(notes.join("; "))
    }
}

/// V085, RFC 5280 sections 3.3 and 5.3.1, X.509 section 9.5.2.8: a hold may be lifted or not, and who
/// does not say that ended certificates are kept has no word on them.
fn certain(answers: Option<&[Answer]>) -> Checked<85> {
    let Some(answers) = answers else {
        return Checked::not_run("there is no path");
    };
    let with = |wanted| {
        let mut answers = answers.iter();
        answers.find(|answer| answer.words.contains(&wanted))
    };
    if let Some(Answer { name, .. }) = with(Word::OnHold) {
        return Checked::indeterminate(format!("{name} is on hold"));
    }
    match with(Word::Forgotten) {
        Some(Answer { name, .. }) => Checked::warning(format!(
            "a CRL or OCSP response about {name} is from after that certificate ended, and does not \
             say that those that ended are kept: its silence means nothing"
        )),
        None => Checked::passed("no answer is uncertain"),
    }
}
