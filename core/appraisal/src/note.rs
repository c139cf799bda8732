//! [`ItemNote`]: what became of an item, in words.

/// What became of an item, in words. Closed: what people read is written here, never by who
/// sends evidence.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ItemNote {
    /// The address is said to be in the claimed country.
    Agrees,
    /// The address is said to be in another country.
    CountryDiffers,
    /// The address is said to be farther away than its stated accuracy explains.
    FarFromCentroid,
    /// The address belongs to a VPN, Tor, a proxy or a data centre.
    AnonymousNetwork,
    /// Nobody says in which country the claimed point is.
    ClaimedCountryUnknown,
    /// The database does not know the address.
    NotInDatabase,
    /// The authority had no database.
    NoDatabase,
    /// The policy names no database.
    NoDatabaseInPolicy,
    /// The database was older than the policy allows.
    DatabaseTooOld,
    /// The database claims to be made in the future.
    DatabaseDateInFuture,
    /// The database could not be read at this address.
    DatabaseDamaged,
    /// It can have travelled between this place and its neighbours in time.
    TravelConsistent,
    /// There are no other stamps to compare with.
    NoHistory,
    /// It can hardly have travelled so fast.
    TravelSuspicious,
    /// It cannot have travelled so fast; kept because the policy says so.
    TravelImpossible,
    /// The subject's word, and nothing else.
    SubjectsWord,
    /// Signed by the enrolled key.
    SignedByEnrolledKey,
    /// Signed, by a key that nobody enrolled.
    SignedByUnknownKey,
    /// A position that another item contradicts; kept because the policy says so.
    PositionDiffers,
}

impl ItemNote {
    /// Every note, for who translates them.
    pub const ALL: [Self; 19] = [
        Self::Agrees,
        Self::CountryDiffers,
        Self::FarFromCentroid,
        Self::AnonymousNetwork,
        Self::ClaimedCountryUnknown,
        Self::NotInDatabase,
        Self::NoDatabase,
        Self::NoDatabaseInPolicy,
        Self::DatabaseTooOld,
        Self::DatabaseDateInFuture,
        Self::DatabaseDamaged,
        Self::TravelConsistent,
        Self::NoHistory,
        Self::TravelSuspicious,
        Self::TravelImpossible,
        Self::SubjectsWord,
        Self::SignedByEnrolledKey,
        Self::SignedByUnknownKey,
        Self::PositionDiffers,
    ];

    /// The words that reports show.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Agrees => "agrees: the address is said to be in the claimed country",
            Self::CountryDiffers => "country differs: the address is said to be in another one",
            Self::FarFromCentroid => "the address is said to be far from the claimed point",
            Self::AnonymousNetwork => "the address is of a VPN, Tor, a proxy or a data centre",
            Self::ClaimedCountryUnknown => {
                "not available: the claimed point is in no known country"
            }
            Self::NotInDatabase => "not available: the database does not know the address",
            Self::NoDatabase => "not available: the authority had no database",
            Self::NoDatabaseInPolicy => "not available: no database in the policy",
            Self::DatabaseTooOld => "not available: the database is older than the policy allows",
            Self::DatabaseDateInFuture => "not available: the database is dated in the future",
            Self::DatabaseDamaged => "not available: the database is damaged",
            Self::TravelConsistent => "consistent with the subject's other stamps",
            Self::NoHistory => "no other stamps of the subject to compare with",
            Self::TravelSuspicious => "hardly consistent with the subject's other stamps",
            Self::TravelImpossible => "not consistent with the subject's other stamps",
            Self::SubjectsWord => "the subject's word, and nothing else",
            Self::SignedByEnrolledKey => "signed by the enrolled key",
            Self::SignedByUnknownKey => "signed by a key that is not enrolled",
            Self::PositionDiffers => "not consistent with the subject's other position",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_has_words_of_its_own() {
        for (at, note) in ItemNote::ALL.iter().enumerate() {
            let words = note.words();
            assert!(!words.is_empty());
            let same = |other: &ItemNote| other.words() == words;
            assert!(!ItemNote::ALL[at + 1..].iter().any(same), "{words}");
        }
    }
}
