//! Whether the claim in a token is the one that was paid for with evidence.

use meridian_wire::loc::claim::LocationClaim;
use meridian_wire::loc::find::ClaimFault;
use meridian_wire::loc::level::AssuranceLevel;
use meridian_wire::loc::revealed::RevealedLeaf;
use meridian_wire::loc::slot::Slot;
use meridian_wire::loc::tree::SlotTree;
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;

use super::detail::Detail;

/// Why a claim is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    #[error("the token cannot be read")]
    Read(#[from] ReadError),
    #[error("the token holds no TSTInfo")]
    NoContent,
    #[error("the token says no place")]
    NoClaim,
    #[error(transparent)]
    Fault(#[from] ClaimFault),
    #[error("the token commits to another place than the one that was delivered")]
    Commitment,
    #[error("the token names other evidence than the bundle that was delivered")]
    Evidence,
    #[error("the token shows another {} than the one that was delivered", Detail(*.0))]
    Value(Slot),
    #[error("the token shows the {}, which was not to be shown", Detail(*.0))]
    Unasked(Slot),
    #[error("the token is of level {}, asked was {asked}", reached.code())]
    Level { reached: AssuranceLevel, asked: u8 },
}

/// What a claim is held to.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    /// From the seed and the leaves that were delivered.
    pub(crate) tree: &'a SlotTree,
    /// SHA-256 of the bundle that was delivered.
    pub(crate) evidence_hash: [u8; 32],
    /// At least.
    pub(crate) level: Option<u8>,
    /// At most; `None` leaves it to the authority's policy.
    pub(crate) revealed: Option<&'a [Slot]>,
}

/// The claim of a token.
pub(crate) fn read(token: &[u8]) -> Result<LocationClaim, ClaimError> {
    let mut walk = Walk::default();
    let content = ContentInfoView::read(&Tlv::only(token, &mut walk)?, &mut walk)?;
    let signed = SignedDataView::read(&content.content, &mut walk)?;
    let octets = signed.encapsulated.octets.ok_or(ClaimError::NoContent)?;
    let info = TstInfoView::read(&Tlv::only(&octets, &mut walk)?, &mut walk)?;
    LocationClaim::find(&info)?.ok_or(ClaimError::NoClaim)
}

impl Expected<'_> {
    /// Holds a claim to all of it.
    pub(crate) fn check(&self, claim: &LocationClaim) -> Result<(), ClaimError> {
        let fields = claim.fields();
        if fields.commitment != self.tree.root() {
            return Err(ClaimError::Commitment);
        }
        if fields.evidence_hash != Some(self.evidence_hash) {
            return Err(ClaimError::Evidence);
        }
        for leaf in &fields.revealed {
            self.check_revealed(leaf)?;
        }
        match self.level {
            Some(asked) if fields.level.code() < asked => Err(ClaimError::Level {
                reached: fields.level,
                asked,
            }),
            _ => Ok(()),
        }
    }

    fn check_revealed(&self, leaf: &RevealedLeaf) -> Result<(), ClaimError> {
        let slot = leaf.slot();
        if self.tree.value(slot) != leaf.value() {
            return Err(ClaimError::Value(slot));
        }
        match self.revealed {
            Some(asked) if !asked.contains(&slot) => Err(ClaimError::Unasked(slot)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use meridian_wire::loc::binding::DocBinding;
    use meridian_wire::loc::claim::ClaimFields;
    use meridian_wire::loc::method::PositionMethod;
    use meridian_wire::loc::name::CountryCode;
    use meridian_wire::loc::observed::ObservationWindow;
    use meridian_wire::loc::subject::SubjectRef;
    use meridian_wire::loc::tree::Seed;
    use meridian_wire::loc::value::LeafValue;

    use super::*;

    const EVIDENCE: [u8; 32] = [9; 32];

    fn country(code: &str) -> LeafValue {
        LeafValue::Country(CountryCode::new(code).unwrap())
    }

    fn tree() -> SlotTree {
        SlotTree::new(Seed::new([7; 32]), [(Slot::COUNTRY, country("FR"))]).unwrap()
    }

    fn fields(tree: &SlotTree) -> ClaimFields {
        let mut fields = ClaimFields::new(
            [1; 32],
            SubjectRef::Anonymous,
            DocBinding::Requester,
            AssuranceLevel::L0Asserted,
            ObservationWindow::new(0, 0, 0).unwrap(),
            PositionMethod::Manual,
            tree.root(),
        );
        fields.evidence_hash = Some(EVIDENCE);
        fields.revealed = vec![RevealedLeaf::new(Slot::COUNTRY, country("FR")).unwrap()];
        fields
    }

    fn checked(
        level: Option<u8>,
        asked: Option<&[Slot]>,
        fields: ClaimFields,
    ) -> Option<ClaimError> {
        let expected = Expected {
            tree: &tree(),
            evidence_hash: EVIDENCE,
            level,
            revealed: asked,
        };
        expected.check(&LocationClaim::new(fields).unwrap()).err()
    }

    #[test]
    fn takes_the_claim_that_was_delivered() {
        assert!(checked(Some(0), Some(&[Slot::COUNTRY]), fields(&tree())).is_none());
    }

    #[test]
    fn refuses_a_claim_about_another_place_or_other_evidence() {
        let mut other = fields(&tree());
        other.commitment = [0; 32];
        assert!(matches!(
            checked(None, None, other),
            Some(ClaimError::Commitment)
        ));
        let mut other = fields(&tree());
        other.evidence_hash = None;
        assert!(matches!(
            checked(None, None, other),
            Some(ClaimError::Evidence)
        ));
        let mut other = fields(&tree());
        other.revealed = vec![RevealedLeaf::new(Slot::COUNTRY, country("DE")).unwrap()];
        assert!(matches!(
            checked(None, None, other),
            Some(ClaimError::Value(Slot::COUNTRY))
        ));
    }

    #[test]
    fn refuses_a_claim_that_shows_more_than_was_asked_for() {
        assert!(matches!(
            checked(None, Some(&[]), fields(&tree())),
            Some(ClaimError::Unasked(Slot::COUNTRY))
        ));
    }

    #[test]
    fn refuses_a_level_below_the_one_required() {
        assert!(matches!(
            checked(Some(1), None, fields(&tree())),
            Some(ClaimError::Level { asked: 1, .. })
        ));
    }
}
