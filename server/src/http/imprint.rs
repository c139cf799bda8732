//! `{"hash": "sha256", "digest": "<hex>"}`: an imprint in JSON.

use std::borrow::Cow;

use meridian_wire::tsp::hash::{ACCEPTED, HashAlgorithm};
use meridian_wire::tsp::imprint::MessageImprint;
use serde::Deserialize;

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImprintText {
    hash: String,
    digest: String,
}

/// What is wrong with one member of an imprint.
#[derive(Debug)]
pub(super) struct NotAnImprint {
    pub(super) member: &'static str,
    pub(super) expected: Cow<'static, str>,
}

impl ImprintText {
    /// The imprint. Whether its hash is strong enough is for the authority to say.
    pub(super) fn imprint(&self) -> Result<MessageImprint, NotAnImprint> {
        let hash = algorithm("hash", &self.hash)?;
        let wrong = || NotAnImprint {
            member: "digest",
            expected: format!("{} hexadecimal digits for {hash}", 2 * hash.digest_len()).into(),
        };
        let digest = hex::decode(&self.digest).map_err(|_| wrong())?;
        MessageImprint::new(hash, &digest).map_err(|_| wrong())
    }
}

/// The algorithm of a name, any that is known: a weak one is refused by its own name later.
pub(super) fn algorithm(member: &'static str, name: &str) -> Result<HashAlgorithm, NotAnImprint> {
    HashAlgorithm::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = ACCEPTED.iter().map(|hash| hash.name()).collect();
        NotAnImprint {
            member,
            expected: format!("one of {}", names.join(", ")).into(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(hash: &str, digest: &str) -> (&'static str, String) {
        let text = ImprintText {
            hash: hash.to_owned(),
            digest: digest.to_owned(),
        };
        let wrong = text.imprint().unwrap_err();
        (wrong.member, wrong.expected.into_owned())
    }

    #[test]
    fn a_refusal_names_the_hashes_or_the_length() {
        let (member, expected) = refusal("sha-256", "00");
        assert_eq!(member, "hash");
        assert!(expected.starts_with("one of sha256, sha384,"), "{expected}");
        for digest in ["", "00", "zz", &"00".repeat(47), &"00".repeat(49)] {
            let wanted = "96 hexadecimal digits for sha384".to_owned();
            assert_eq!(refusal("SHA384", digest), ("digest", wanted));
        }
    }
}
