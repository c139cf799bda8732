//! The policy asked for: one of ours by name, or any by OID.

use std::str::FromStr;

use meridian_wire::oid::{self, ObjectIdentifier};

/// The policy to ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct PolicyName(pub(crate) ObjectIdentifier);

/// The text is neither the name of a policy of ours nor an OID.
#[derive(Debug, thiserror::Error)]
#[error("a policy is 'compatible', 'precise' or an object identifier such as 1.2.3.4")]
pub(crate) struct PolicyNameError;

impl FromStr for PolicyName {
    type Err = PolicyNameError;

    fn from_str(text: &str) -> Result<Self, PolicyNameError> {
        match text {
            "compatible" => Ok(Self(oid::POLICY_COMPATIBLE)),
            "precise" => Ok(Self(oid::POLICY_PRECISE)),
            dotted => oid::parse(dotted).map(Self).map_err(|_| PolicyNameError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_ours_by_name_and_others_by_oid() {
        assert_eq!(
            PolicyName::from_str("precise").unwrap().0,
            oid::POLICY_PRECISE
        );
        assert_eq!(
            PolicyName::from_str("1.2.3.4").unwrap().0.to_string(),
            "1.2.3.4"
        );
        assert!(PolicyName::from_str("exact").is_err());
    }
}
