//! A private key on disk: who may read it, and how it gets into memory.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use meridian_wire::x509::pem::{self, PemError};
use zeroize::Zeroizing;

use crate::software::{KeyError, SoftwareSigner};

/// Octets of a key file: an RSA-4096 key in PEM has 3.3 KB; what is larger is
/// not a key, and is not read into memory.
const MAX_KEY_FILE_BYTES: u64 = 16 * 1024;

/// Why a key file is not taken.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be opened or read.
    #[error("cannot read the key file {path}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// A directory, a pipe, a device.
    #[error("the key file {path} is not a regular file", path = .path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// Somebody but the owner may read or write it, or it can be executed.
    #[error(
        "the key file {path} has mode {mode:04o}, only its owner may have access: run \
         `chmod 600 {path}`",
        path = .path.display()
    )]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Too large to be a key.
    #[error("the key file {path} is larger than any key", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Neither DER nor PEM with a `PRIVATE KEY` block.
    #[error(
        "the key file {path} is neither PEM with one PRIVATE KEY block nor DER; convert other \
         forms with `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW`",
        path = .path.display()
    )]
    Pem {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        #[source]
        source: PemError,
    },
    /// A key, but not one that is served.
    #[error("the key in {path} cannot be used: {source}", path = .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: KeyError,
    },
}

impl SoftwareSigner {
    /// Takes an unencrypted PKCS#8 key, PEM or DER, from a file that only its
    /// owner may access (mode 0600 or stricter). Buffers are wiped.
    ///
    /// Not checked: who the owner is, access control lists, and the folders
    /// above the file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] with the file's name and what to do.
    pub fn from_pkcs8_file(path: &Path) -> Result<Self, KeyFileError> {
        let content = read_private(path)?;
        // DER of a SEQUENCE starts with 30, PEM with a hyphen or text before it.
        let pkcs8 = if content.first() == Some(&0x30) {
            content
        } else {
            let text = std::str::from_utf8(&content).map_err(|_| PemError::NoPrivateKey);
            let decoded = text.and_then(pem::private_key);
            decoded.map_err(|source| KeyFileError::Pem {
                path: path.to_owned(),
                source,
            })?
        };
        Self::from_pkcs8_der(&pkcs8).map_err(|source| KeyFileError::Key {
            path: path.to_owned(),
            source,
        })
    }
}

/// The content of a private file, wiped after use: a key in whatever form.
///
/// Mode and content come from one open file: nobody can swap it in between. Not checked: as
/// [`SoftwareSigner::from_pkcs8_file`].
///
/// # Errors
///
/// [`KeyFileError`] for a file that cannot be read, is none, is larger than a key, or is open to
/// others than its owner.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let failed = |source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    };
    // A pipe would block the open: look first, and look again at what was opened.
    let kind = std::fs::metadata(path).map_err(failed)?;
    let file = kind.is_file().then(|| File::open(path)).transpose();
    let path_of = || path.to_owned();
    let Some(file) = file.map_err(failed)? else {
        return Err(KeyFileError::NotAFile { path: path_of() });
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(KeyFileError::NotAFile { path: path_of() });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & !0o600 != 0 {
        return Err(KeyFileError::Permissions {
            path: path_of(),
            mode,
        });
    }
    if metadata.len() > MAX_KEY_FILE_BYTES {
        return Err(KeyFileError::TooLarge { path: path_of() });
    }
    // Room for the largest file at once: a growing vector leaves copies behind.
    let capacity = usize::try_from(MAX_KEY_FILE_BYTES).unwrap_or(usize::MAX);
    let mut content = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(MAX_KEY_FILE_BYTES)
        .read_to_end(&mut content)
        .map_err(failed)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::signer::Signer;
    use crate::software::{KeyKind, generate};

    fn key_file(content: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tsu.key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn reads_der_and_pem_alike() {
        let der = generate(KeyKind::EcdsaP384).unwrap();
        let pem = pem::private_key_to_pem(&der);
        let (_der, der_path) = key_file(&der, 0o600);
        let (_pem, pem_path) = key_file(pem.as_bytes(), 0o400);
        let from_der = SoftwareSigner::from_pkcs8_file(&der_path).unwrap();
        let from_pem = SoftwareSigner::from_pkcs8_file(&pem_path).unwrap();
        assert_eq!(from_der.public_key(), from_pem.public_key());
    }

    #[test]
    fn rejects_a_mode_wider_than_0600_and_says_what_to_do() {
        let der = generate(KeyKind::EcdsaP256).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o644, 0o700, 0o4600] {
            let (_folder, path) = key_file(&der, mode);
            let error = SoftwareSigner::from_pkcs8_file(&path).unwrap_err();
            assert!(
                matches!(error, KeyFileError::Permissions { mode: seen, .. } if seen == mode),
                "{mode:o}"
            );
            let advice = format!("`chmod 600 {}`", path.display());
            assert!(error.to_string().contains(&advice), "{error}");
        }
    }

    #[test]
    fn rejects_a_missing_file_a_folder_and_a_file_larger_than_any_key() {
        let folder = tempfile::tempdir().unwrap();
        let missing = SoftwareSigner::from_pkcs8_file(&folder.path().join("none"));
        assert!(matches!(missing, Err(KeyFileError::Read { .. })));
        let not_a_file = SoftwareSigner::from_pkcs8_file(folder.path());
        assert!(matches!(not_a_file, Err(KeyFileError::NotAFile { .. })));
        let (_folder, path) = key_file(&vec![0x30; 16 * 1024 + 1], 0o600);
        let large = SoftwareSigner::from_pkcs8_file(&path);
        assert!(matches!(large, Err(KeyFileError::TooLarge { .. })));
    }

    #[test]
    fn rejects_text_that_is_no_pkcs8_pem() {
        for text in [
            "",
            "hello",
            "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ] {
            let (_folder, path) = key_file(text.as_bytes(), 0o600);
            let error = SoftwareSigner::from_pkcs8_file(&path).unwrap_err();
            assert!(matches!(error, KeyFileError::Pem { .. }), "{text}");
            assert!(error.to_string().contains("openssl pkcs8 -topk8"));
        }
    }

    #[test]
    fn names_the_file_of_a_key_that_is_not_served() {
        let (_folder, path) = key_file(b"\x30\x00", 0o600);
        let error = SoftwareSigner::from_pkcs8_file(&path).unwrap_err();
        let KeyFileError::Key { source, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*source, KeyError::NotPkcs8);
        assert!(error.to_string().contains("tsu.key"));
    }
}
