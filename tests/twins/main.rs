//! What issuer and verifier each have of their own: both must say the same.

#[cfg(test)]
mod engines;
#[cfg(test)]
mod level;
#[cfg(test)]
mod stamp;
