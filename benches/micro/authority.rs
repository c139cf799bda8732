//! An authority in a temporary folder, its parts open but not serving.

use meridian_server::config::{Config, Environment};
use meridian_server::init::{Algorithm, InitOptions, init};
use meridian_server::parts::Parts;
use meridian_wire::time::UnixMicros;
use tempfile::TempDir;

/// The parts, and the folder that they are in.
pub(crate) struct Authority {
    pub(crate) parts: Parts,
    /// Removed after the parts, which have it open.
    _folder: TempDir,
}

impl Authority {
    pub(crate) fn new(algorithm: &str) -> Self {
        let algorithm: Algorithm = algorithm.parse().expect("an algorithm of init");
        // Beside the build, hence on the disk that it is on.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a writable disk");
        let data = folder.path().join("data");
        init(&data, &InitOptions::new(algorithm)).expect("an empty folder");
        let config = Config::load(&data, &Environment::from_pairs([])).expect("what init wrote");
        let parts = Parts::open(config).expect("what init made");
        Self {
            parts,
            _folder: folder,
        }
    }

    pub(crate) fn now(&self) -> UnixMicros {
        self.parts.clock.read().expect("an asserted bound").time
    }
}
