//! What CRLs and OCSP responses say about a certificate, at a stated time.

use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::time::UnixMicros;

use crate::certificate::bounds;
use crate::instant::Interval;
use crate::path::validate::Terms;
use crate::policy::RevocationMode;
use crate::pool::Pool;
use crate::revocation::budget::Budget;
use crate::revocation::material::Material;

pub(crate) mod budget;
pub(crate) mod crl;
pub(crate) mod entries;
pub(crate) mod material;
pub(crate) mod ocsp;
pub(crate) mod scope;

/// What one list or response says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Word {
    /// Nothing: another issuer's, not authentic, not readable, or of another scope.
    Nothing,
    /// Not revoked, but said before genTime, or too long ago: it cannot know.
    TooOld,
    /// Not revoked, but said after the certificate had ended, by someone who may leave out those
    /// that ended (RFC 5280 section 3.3).
    Forgotten,
    /// Something, under a signature by an algorithm that this verifier does not know.
    Unsupported,
    /// Not revoked, and said after genTime.
    Good,
    /// Revoked, and tokens from before remain valid (RFC 3161 section 4, item 1).
    RevokedLater {
        /// Why.
        reason: Reason,
        /// When.
        date: UnixMicros,
    },
    /// On hold: it may be lifted or not.
    OnHold,
    /// Revoked in a way that makes the token invalid.
    Revoked {
        /// Why.
        reason: Reason,
        /// From when on the key is not to be trusted, if that was said: the invalidity date, else
        /// the date of revocation. What is proven to be older can be rescued.
        since: Option<UnixMicros>,
    },
}

impl Word {
    /// Whether it says something about the certificate.
    pub(crate) const fn is_usable(&self) -> bool {
        !matches!(
            self,
            Self::Nothing | Self::TooOld | Self::Forgotten | Self::Unsupported
        )
    }
}

/// CRLReason (RFC 5280 section 5.3.1); none if the entry has none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reason(pub(crate) Option<u64>);

impl Reason {
    /// Its name in RFC 5280.
    pub(crate) const fn name(self) -> &'static str {
        match self.0 {
            None => "no reason given",
            Some(0) => "unspecified",
            Some(1) => "keyCompromise",
            Some(2) => "cACompromise",
            Some(3) => "affiliationChanged",
            Some(4) => "superseded",
            Some(5) => "cessationOfOperation",
            Some(6) => "certificateHold",
            Some(8) => "removeFromCRL",
            Some(9) => "privilegeWithdrawn",
            Some(10) => "aACompromise",
            Some(_) => "unknown reason",
        }
    }
}

/// A revocation as written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Revocation {
    /// When; none if the date cannot be read.
    pub(crate) date: Option<UnixMicros>,
    /// Why.
    pub(crate) reason: Reason,
    /// When the key was lost, as far as known (RFC 5280 section 5.3.2).
    pub(crate) invalidity: Option<UnixMicros>,
}

impl Revocation {
    /// RFC 3161 section 4: what it means for a token from `interval`. A certificate that was
    /// revoked later, but is said to have been invalid before, had been revoked in time for item
    /// 1 to be no help (RFC 5280 section 5.3.2).
    pub(crate) fn judge(&self, interval: Interval) -> Word {
        let since = self.invalidity.into_iter().chain(self.date).min();
        let later = self.date.and(since).filter(|since| *since > interval.to);
        let reason = self.reason;
        match (reason.0, later) {
            // Item 1: for these reasons, tokens from before the revocation remain valid.
            (Some(0 | 3 | 4 | 5), Some(date)) => Word::RevokedLater { reason, date },
            (Some(6), _) => Word::OnHold,
            // Item 2 (compromise), any other reason, and item 1's "if the reasonCode extension
            // is not present, then all the tokens ... shall be considered as invalid".
            _ => Word::Revoked { reason, since },
        }
    }
}

/// When something was said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Said {
    pub(crate) this_update: Option<UnixMicros>,
    pub(crate) next_update: Option<UnixMicros>,
    /// Certificates that ended from then on are still told: expiredCertsOnCRL of a list, the
    /// archive cutoff of a response.
    pub(crate) keeps_since: Option<UnixMicros>,
}

/// When silence about a certificate means something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Freshness {
    /// EN 319 102-1 section 5.2.5.4: if it was said after the interval.
    After,
    /// RFC 5280 section 6.3.3: if it was current in the interval.
    Current,
}

/// Everything that an answer depends on but the certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inquiry<'i, 'a> {
    /// Certificates at hand.
    pub(crate) pool: &'i Pool<'a>,
    /// Lists and responses at hand.
    pub(crate) material: &'i Material<'a>,
    /// What is asked of paths to other signers of lists.
    pub(crate) terms: &'i Terms,
    /// When silence counts.
    pub(crate) freshness: Freshness,
    /// The time of verification: nothing can have been said later.
    pub(crate) at: UnixMicros,
    /// What is asked of revocation data: also about those who sign it for others.
    pub(crate) mode: RevocationMode,
    /// Signatures that may still be checked.
    pub(crate) budget: &'i Budget,
    /// How many signers of lists are being looked at, one for the list of the other.
    pub(crate) depth: u8,
}

impl<'i, 'a> Inquiry<'i, 'a> {
    /// Asks everything at hand about one certificate. `issuer` is the one above it in its path.
    pub(crate) fn ask(
        &self,
        subject: &CertificateReading<'_>,
        issuer: &'i CertificateReading<'a>,
    ) -> Vec<Word> {
        let mut words = crl::ask(self, subject, issuer);
        words.extend(ocsp::ask(self, subject, issuer));
        words
    }

    /// What it means that a certificate is called revoked. One that spares the token says as well
    /// that all was good at genTime; as with silence, only what was said later can know that.
    pub(crate) fn revoked(&self, revocation: &Revocation, said: &Said) -> Word {
        match revocation.judge(self.terms.interval) {
            word @ Word::RevokedLater { .. } => match self.knows(said) {
                Word::Good => word,
                unknowing => unknowing,
            },
            word => word,
        }
    }

    /// What it means that this certificate is not called revoked. Entries of certificates that
    /// ended may be left out, unless it is said that they are kept (X.509 section 9.5.2.8, RFC 6960
    /// section 4.4.4).
    pub(crate) fn silence(&self, said: &Said, about: &CertificateReading<'_>) -> Word {
        let word = self.knows(said);
        let Some((_, ended)) = bounds(about).filter(|_| word == Word::Good) else {
            return word;
        };
        let kept = said.keeps_since.is_some_and(|since| since <= ended);
        let alive = said.this_update.is_some_and(|when| when <= ended);
        if alive || kept { word } else { Word::Forgotten }
    }

    /// Whether someone who spoke then can know: Good if so.
    fn knows(&self, said: &Said) -> Word {
        let Some(this_update) = said.this_update.filter(|when| *when <= self.at) else {
            return Word::Nothing;
        };
        let interval = self.terms.interval;
        let knows = match self.freshness {
            Freshness::After => this_update >= interval.to,
            Freshness::Current => {
                let still = said.next_update.is_some_and(|next| next >= interval.to);
                this_update <= interval.from && still
            }
        };
        if knows { Word::Good } else { Word::TooOld }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(reason: Option<u64>, gen_time: &str) -> Word {
        let time = |text| UnixMicros::parse_rfc3339(text).unwrap();
        let revocation = Revocation {
            date: Some(time("2026-06-01T00:00:00Z")),
            reason: Reason(reason),
            invalidity: None,
        };
        revocation.judge(Interval::instant(time(gen_time)))
    }

    fn is_revoked(word: Word) -> bool {
        matches!(word, Word::Revoked { .. })
    }

    #[test]
    fn reads_reasons_as_rfc_3161_section_4_says() {
        let (before, after) = ("2026-05-31T00:00:00Z", "2026-06-02T00:00:00Z");
        for harmless in [0, 3, 4, 5] {
            let later = word(Some(harmless), before);
            assert!(matches!(later, Word::RevokedLater { .. }));
            assert!(is_revoked(word(Some(harmless), after)));
        }
        for fatal in [1, 2, 9, 10, 77] {
            assert!(is_revoked(word(Some(fatal), before)));
        }
        assert!(is_revoked(word(None, before)));
        assert_eq!(word(Some(6), before), Word::OnHold);
    }

    #[test]
    fn an_invalidity_date_before_gen_time_overrules_a_later_revocation() {
        let time = |text| UnixMicros::parse_rfc3339(text).unwrap();
        let revocation = |invalidity| Revocation {
            date: Some(time("2026-06-03T00:00:00Z")),
            reason: Reason(Some(4)),
            invalidity: Some(time(invalidity)),
        };
        let gen_time = Interval::instant(time("2026-06-02T00:00:00Z"));
        let of = |invalidity| revocation(invalidity).judge(gen_time);
        assert!(is_revoked(of("2026-06-01T00:00:00Z")));
        assert!(is_revoked(of("2026-06-02T00:00:00Z")));
        let after = of("2026-06-02T00:00:01Z");
        assert!(matches!(after, Word::RevokedLater { .. }));
    }

    #[test]
    fn a_revocation_at_gen_time_is_not_later() {
        assert!(is_revoked(word(Some(4), "2026-06-01T00:00:00Z")));
    }
}
