//! The attack list: every number is the name of a test.
//!
//! | numbers | where |
//! |---|---|
//! | 5, 7–9, 15, 17, 30, 34–36 | `attacks_container`: what is around TSTInfo, and how it is written |
//! | 2, 6, 16, 32, 33 | `attacks_signer`: who is said to have signed |
//! | 1, 20, 22–26 | `attacks_signature` |
//! | 3, 4, 12, 18, 19 | `attacks_time`: of which data, when, in answer to what |
//! | 21, 31, 40–46 | `attacks_revocation`: paths, lists and responses |
//! | 10, 11, 13, 14, 61–65 | `attacks_log`; with the proof in the token `attacks_proof` |
//!
//! Not here:
//! - 27–29, 37–39, 47–49, 56–59: numbers that were never given to an attack.
//! - 50–55: ZIP containers, PDF and evidence records. This verifier reads none of them yet; it
//!   says so (`input`), and the attacks belong to the parser that will read them.
//! - 60: memory of a server for labels and media types that clients choose. There is no server
//!   in a verifier; `server` bounds both.
//!
//! In part only, because an offline verifier keeps no memory and lists have no such field:
//! - 6: nobody can compute two certificates of one SHA-1 in a test. What such a pair would be
//!   good for is tried; that the named one of two is taken is a test beside `checks::signer`.
//! - 63: a rollback shows only to those who remember. That a checkpoint is older than the entry
//!   shows here.

/// The numbers of the list, without those above.
const NUMBERS: [std::ops::RangeInclusive<u8>; 4] = [1..=26, 30..=36, 40..=46, 61..=65];

const SOURCES: [&str; 6] = [
    include_str!("attacks_container.rs"),
    include_str!("attacks_signer.rs"),
    include_str!("attacks_signature.rs"),
    include_str!("attacks_time.rs"),
    include_str!("attacks_revocation.rs"),
    include_str!("attacks_log.rs"),
];

#[test]
fn every_attack_of_the_list_is_a_test() {
    for number in NUMBERS.into_iter().flatten() {
        let name = format!("#[test]\nfn n{number:02}_");
        let there = SOURCES.iter().any(|source| source.contains(&name));
        assert!(there, "attack {number} has no test");
    }
}
