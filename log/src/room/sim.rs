//! The deterministic twin of a disk that fills up.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::room::Room;

/// Room as it was told. For tests and simulations; no configuration can name it.
#[derive(Debug)]
pub struct SimRoom {
    free: Mutex<Option<u64>>,
}

impl SimRoom {
    /// Room for `free` octets.
    #[must_use]
    pub const fn new(free: u64) -> Self {
        Self {
            free: Mutex::new(Some(free)),
        }
    }

    /// Room for `free` octets from now on.
    pub fn set(&self, free: u64) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) = Some(free);
    }

    /// From now on nobody can tell.
    pub fn fail(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Room for SimRoom {
    fn free(&self) -> io::Result<u64> {
        let free = *self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.ok_or_else(|| io::Error::other("the room cannot be counted"))
    }
}
