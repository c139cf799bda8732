//! What an authority needs from the outside world, as three traits with a
//! deterministic twin each (`Signer`, `Clock`, `Entropy`), and what is built
//! on them: the proven identity of an authority, and its signed tokens.

pub mod certify;
pub mod clock;
pub mod cms;
pub mod cosigner;
pub mod deterministic;
pub mod digest;
pub mod entropy;
pub mod evidence_signature;
pub mod identity;
pub mod key_file;
pub mod mac;
pub mod note_signature;
pub mod sealed;
pub mod shown;
pub mod signer;
pub mod software;
