//! V110 to V117: the claim about a place.

use super::Row;

pub(super) const ALL: &[Row] = &[
    (
        110,
        "One location claim, as it should be",
        "our location claim (core/wire/src/loc/claim.rs); EN 319 422 clause 5.2.2",
        "A token may say where its requester was. The claim is a signed extension of TSTInfo, \
      there once, not critical, in DER. What cannot be read is not believed.",
    ),
    (
        111,
        "The evidence earns the level",
        "our level rule (verify/src/location/level.rs)",
        "The claim states a level from 0 to 4 and names what was seen. The rule that leads from \
      the one to the other is applied again; a claim may state less than it earned, not more.",
    ),
    (
        112,
        "The policy keeps its promise",
        "our policy identifiers (core/wire/src/oid.rs)",
        "An identifier of the token's policy promises a level. The claim must state at least it.",
    ),
    (
        113,
        "What is disclosed was committed to",
        "our salted tree (core/wire/src/loc/tree.rs); RFC 9162 section 2.1.3",
        "The claim holds a hash over salted slots. Each slot that is shown must lead to that hash; \
      one that does not was made up afterwards.",
    ),
    (
        114,
        "The place does not contradict itself",
        "our location claim (core/wire/src/loc/claim.rs)",
        "Country, subdivision, cell and point, as far as they are open, are compared with each \
      other on the map that the policy names.",
    ),
    (
        115,
        "The policy document is the one named",
        "our location claim (core/wire/src/loc/claim.rs); RFC 8785",
        "The claim holds the digest of the rules under which evidence was appraised. A document \
      at hand must have that digest; otherwise these are not the rules that were applied.",
    ),
    (
        116,
        "The evidence gives the same claim again",
        "our appraisal (core/appraisal)",
        "With the evidence and the policy at hand, the appraisal is made anew. It must come to \
      the claim in the token; this is how a relying party sees for itself.",
    ),
    (
        117,
        "The place is what you require",
        "your --require",
        "What you asked with --require, such as a level or a country, against what the claim \
      shows. What is not shown cannot be told, and leaves the verdict open.",
    ),
];
