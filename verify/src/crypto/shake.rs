//! SHAKE as a digest of fixed length (RFC 8702 section 3.1).

use meridian_wire::tsp::hash::HashAlgorithm;
use sha2::digest::{DynDigest, ExtendableOutputReset, InvalidBufferSize, Update};

/// An extendable function of which as much is taken as its algorithm's digests have.
#[derive(Clone)]
pub(super) struct Shake<X> {
    state: X,
    algorithm: HashAlgorithm,
}

impl<X: Default> Shake<X> {
    pub(super) fn new(algorithm: HashAlgorithm) -> Self {
        let state = X::default();
        Self { state, algorithm }
    }
}

impl<X> DynDigest for Shake<X>
where
    X: Clone + Default + Update + ExtendableOutputReset + 'static,
{
    fn update(&mut self, data: &[u8]) {
        self.state.update(data);
    }

    fn finalize_into(mut self, out: &mut [u8]) -> Result<(), InvalidBufferSize> {
        self.finalize_into_reset(out)
    }

    fn finalize_into_reset(&mut self, out: &mut [u8]) -> Result<(), InvalidBufferSize> {
        if out.len() != self.output_size() {
            return Err(InvalidBufferSize);
        }
        self.state.finalize_xof_reset_into(out);
        Ok(())
    }

    fn reset(&mut self) {
        self.state = X::default();
    }

    fn output_size(&self) -> usize {
        self.algorithm.digest_len()
    }

    fn box_clone(&self) -> Box<dyn DynDigest> {
        Box::new(self.clone())
    }
}
