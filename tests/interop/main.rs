//! Clients of others, unchanged, against the running program: for each algorithm of the authority.
//!
//! A client that is not installed fails its test; scripts/setup.sh installs all of them.

mod carried_proof;
mod commands;
mod https;
mod jarsigner;
mod location;
mod meridian;
mod openssl;
mod python;
mod secure_site;
mod sigstore;
mod site;

/// Every client for one algorithm; tests that run at the same time share the authority.
macro_rules! clients_of {
    ($name:ident, $algorithm:expr) => {
        mod $name {
            use crate::site::Algorithm;
            use crate::{carried_proof, jarsigner, location, meridian, openssl, python, sigstore};

            clients_of!(@each $algorithm,
                location::openssl_locates,
                location::openssl_demands_a_level,
                location::jarsigner_locates,
                location::pyhanko_locates_a_pdf,
                location::rfc3161_client_locates,
                openssl::verifies_with_the_root_alone,
                openssl::verifies_without_cert_req,
                openssl::refuses_other_data,
                openssl::asks_for_a_policy,
                openssl::is_told_that_sha1_is_refused,
                jarsigner::signs_and_verifies_a_jar,
                python::pyhanko_stamps_a_pdf,
                python::rfc3161_client_verifies,
                sigstore::json_request_gets_a_token,
                meridian::stamps_files_that_verify_with_their_proofs,
                meridian::stamps_with_every_hash_and_policy,
                meridian::goes_on_to_the_next_url,
                carried_proof::openssl_with_a_carried_proof,
                carried_proof::jarsigner_with_a_carried_proof,
                carried_proof::pyhanko_with_a_carried_proof,
                carried_proof::rfc3161_client_with_a_carried_proof,
                carried_proof::sigstore_with_a_carried_proof,
                carried_proof::meridian_with_a_carried_proof,
            );
        }
    };
    (@each $algorithm:expr, $($client:ident::$test:ident),+ $(,)?) => {
        $(#[test]
        fn $test() {
            let outcome = $algorithm.site().and_then(|site| $client::$test(&site));
            // Printed as text: Debug would escape the lines of the client's output.
            assert!(outcome.is_ok(), "{}", outcome.err().map_or(String::new(), |error| error.to_string()));
        })+
    };
}

clients_of!(p384, Algorithm::P384);
clients_of!(p256, Algorithm::P256);
clients_of!(rsa3072, Algorithm::Rsa3072);
