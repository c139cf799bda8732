//! The server as its clients see it: in this process, on 127.0.0.1, over raw sockets.
//!
//! `cfg(test)` on each module tells clippy that what tests call is test code, too.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod client;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod der;
#[cfg(test)]
mod events;
#[cfg(test)]
mod events_of_clock;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod init;
#[cfg(test)]
mod json;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod location;
#[cfg(test)]
mod location_abuse;
#[cfg(test)]
mod location_errors;
#[cfg(test)]
mod location_faults;
#[cfg(test)]
mod location_policies;
#[cfg(test)]
mod location_privacy;
#[cfg(test)]
mod location_sessions;
#[cfg(test)]
mod location_slice;
#[cfg(test)]
mod location_subjects;
#[cfg(test)]
mod location_tickets;
#[cfg(test)]
mod log;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod pki;
#[cfg(test)]
mod private;
#[cfg(test)]
mod proof_in_token;
#[cfg(test)]
mod room;
#[cfg(test)]
mod stamping;
#[cfg(test)]
mod succession;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tls_client;
#[cfg(test)]
mod tokens;
