//! [`Names`]: what is computed from the authority's secret, so that nobody else can.

use meridian_signing::mac::MacKey;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::subject::{PairwiseId, SubjectRef};

/// Names of subjects in tokens and of rows in the database.
#[derive(Debug)]
pub(crate) struct Names {
    pairwise: MacKey,
    rows: MacKey,
    travel: MacKey,
}

impl Names {
    /// The names that belong to a secret.
    pub(crate) fn new(secret: &MacKey) -> Self {
        Self {
            pairwise: secret.derive("LS1-pairwise"),
            rows: secret.derive("LS1-rows"),
            travel: secret.derive("LS1-travel"),
        }
    }

    /// A key's name in tokens for one audience: two audiences cannot tell that it is the same
    /// key. 128 bits are enough, as nobody can try inputs without the secret.
    pub(super) fn pairwise(&self, key: &Digest32, audience: &str) -> SubjectRef {
        let tag = self.pairwise.tag(&[key, audience.as_bytes()]);
        let (name, _) = tag.split_at(16);
        // 16 octets are in the range; a name that could not be made would name nobody.
        PairwiseId::new(name).map_or(SubjectRef::Anonymous, SubjectRef::Pairwise)
    }

    /// Whom rows and tokens belong to.
    pub(super) fn owner(&self, subject: &str) -> Digest32 {
        self.rows.tag(&[b"subject", subject.as_bytes()])
    }

    /// The row that says whose key it is.
    pub(super) fn of_key(&self, key: &Digest32) -> Digest32 {
        self.rows.tag(&[b"key", key])
    }

    /// The row that says whose bearer token it is.
    pub(super) fn of_bearer(&self, token: &str) -> Digest32 {
        self.rows.tag(&[b"bearer", token.as_bytes()])
    }

    /// What the keys of an owner's travel rows begin with.
    pub(super) fn travel(&self, owner: &Digest32) -> Digest32 {
        self.travel.tag(&[owner])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_secret_key_and_audience() {
        let names = |secret| Names::new(&MacKey::new([secret; 32]));
        let one = names(1).pairwise(&[7; 32], "insurer");
        assert_eq!(one, names(1).pairwise(&[7; 32], "insurer"));
        assert_ne!(one, names(1).pairwise(&[7; 32], "court"));
        assert_ne!(one, names(1).pairwise(&[8; 32], "insurer"));
        assert_ne!(one, names(2).pairwise(&[7; 32], "insurer"));
        assert!(matches!(one, SubjectRef::Pairwise(name) if name.as_bytes().len() == 16));
    }
}
