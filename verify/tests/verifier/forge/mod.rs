//! An authority whose keys everybody knows, and whose every octet can be chosen: what the
//! attacks are made with. Unlike [`crate::mint`] it uses no builder of the product.

pub(crate) mod certificate;
pub(crate) mod der;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod revocation;
pub(crate) mod rsa;
pub(crate) mod token;
pub(crate) mod world;
