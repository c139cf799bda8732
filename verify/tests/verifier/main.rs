//! The verifier from outside: library and program.
// Clippy allows unwrap in tests where it sees cfg(test).

#[cfg(test)]
mod algorithms;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod attacks_container;
#[cfg(test)]
mod attacks_log;
#[cfg(test)]
mod attacks_proof;
#[cfg(test)]
mod attacks_revocation;
#[cfg(test)]
mod attacks_signature;
#[cfg(test)]
mod attacks_signer;
#[cfg(test)]
mod attacks_time;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod cosignatures;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod event;
#[cfg(test)]
mod every_check;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod html;
#[cfg(test)]
mod later;
#[cfg(test)]
mod location;
#[cfg(test)]
mod log;
#[cfg(test)]
mod many;
#[cfg(test)]
mod mint;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod negative;
#[cfg(test)]
mod ocsp;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod program;
#[cfg(test)]
mod program_many;
#[cfg(test)]
mod program_material;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod trust_list;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod witnesses;
#[cfg(test)]
mod wording;
mod wycheproof;
