//! `?proof=1`: the query of the paths for RFC 3161, whose requests have no field for it.
//!
//! | query | the token |
//! |---|---|
//! | `proof=1` | carries its proof |
//! | `proof=0` | does not |
//! | neither | as the configuration says |
//!
//! Other parameters are for others, and passed over.

use std::convert::Infallible;

use warp::{Filter, Rejection};

use super::status::Refusal;
use crate::pipeline::ProofWish;

const NAME: &str = "proof";

/// What the query says. Never more than one parameter is looked for: the request's own line is
/// bounded by the listener.
pub(super) fn proof_query() -> impl Filter<Extract = (ProofWish,), Error = Rejection> + Clone {
    let none = || async { Ok::<_, Infallible>(String::new()) };
    warp::query::raw()
        .or(warp::any().and_then(none))
        .unify()
        .and_then(|query: String| std::future::ready(read(&query).map_err(warp::reject::custom)))
}

fn read(query: &str) -> Result<ProofWish, Refusal> {
    let parameters = query
        .split('&')
        .map(|one| one.split_once('=').unwrap_or((one, "")));
    let mut given = parameters.filter(|(name, _)| *name == NAME);
    match (given.next(), given.next()) {
        (None, _) => Ok(ProofWish::AsConfigured),
        (Some((_, "1")), None) => Ok(ProofWish::Inside),
        (Some((_, "0")), None) => Ok(ProofWish::Outside),
        _ => Err(Refusal::Query {
            expected: "proof is 1 or 0, and given once",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_parameter_with_one_of_two_values() {
        for (query, wish) in [
            ("", ProofWish::AsConfigured),
            ("x=y", ProofWish::AsConfigured),
            ("proofs=1&Proof=1", ProofWish::AsConfigured),
            ("proof=1", ProofWish::Inside),
            ("x&proof=0&y=z", ProofWish::Outside),
        ] {
            assert_eq!(read(query).unwrap(), wish, "{query}");
        }
        for query in [
            "proof",
            "proof=",
            "proof=yes",
            "proof=1&proof=1",
            "proof=1=1",
            "proof=%31",
        ] {
            assert!(read(query).is_err(), "{query}");
        }
    }
}
