//! The real server library, with parts that end the process at a chosen step of the commit
//! order, or with a token signer that fails or hangs. For `tests/crash`.
//!
//! ```text
//! serve_with_faults DIR --listen HOST:PORT --abort-at WINDOW --after N
//! serve_with_faults DIR --listen HOST:PORT --fail-every N
//! serve_with_faults DIR --listen HOST:PORT --hang-every N
//! ```

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use meridian_log::identity::LogIdentity;
use meridian_server::config::{Config, Environment};
use meridian_server::lifecycle;
use meridian_server::parts::Parts;
use meridian_signing::identity::AuthorityIdentity;
use meridian_signing::signer::Signer;
use meridian_signing::software::SoftwareSigner;
use meridian_tests::Failure;
use meridian_tests::faults::{
    EndingLockRecord, EndingSigner, EndingStore, FaultSigner, Faults, Trigger, Window,
};

/// Longer than any signature may take.
const HANG: Duration = Duration::from_millis(1500);

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let data = words.next().ok_or("no data folder")?;
    let mut options = HashMap::new();
    while let Some(name) = words.next() {
        options.insert(name, words.next().ok_or("an option without its value")?);
    }
    let number = |name: &str| {
        options
            .get(name)
            .map(|text| text.parse::<u64>())
            .transpose()
    };

    let mut config = Config::load(Path::new(&data), &Environment::of_process())?;
    config.http.listen = Some(options.get("--listen").ok_or("no --listen")?.clone());
    let parts = Parts::open(config)?;
    let parts = if let Some(name) = options.get("--abort-at") {
        let window = Window::from_name(name).ok_or("no such window")?;
        let after = number("--after")?.ok_or("no --after")?;
        ending(parts, Arc::new(Trigger::new(window, after)))?
    } else if let Some(every) = number("--fail-every")? {
        faulty(parts, Faults::failing(every))?
    } else if let Some(every) = number("--hang-every")? {
        faulty(parts, Faults::hanging(every, HANG))?
    } else {
        parts
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut running = lifecycle::start(parts).await?;
        // Until it is killed, kills itself, or the log stops it.
        Err(format!("fatal: {:?}", running.fatal().await).into())
    })
}

/// The parts, each ready to end the process.
fn ending(mut parts: Parts, trigger: Arc<Trigger>) -> Result<Parts, Failure> {
    let signer = Arc::clone(parts.identity.signer());
    let signer = Arc::new(EndingSigner::of_tokens(signer, Arc::clone(&trigger)));
    parts.identity = with_signer(&parts, signer)?;
    let log_key = Arc::new(SoftwareSigner::from_pkcs8_file(&parts.config.log.key)?);
    let log_signer = Arc::new(EndingSigner::of_checkpoints(log_key, Arc::clone(&trigger)));
    let origin = parts.log_identity.verifier_key().name().clone();
    parts.log_identity = LogIdentity::new(origin, log_signer)?;
    parts.store = Arc::new(EndingStore::new(parts.store, Arc::clone(&trigger)));
    parts.lock = Box::new(EndingLockRecord::new(parts.lock, trigger));
    Ok(parts)
}

/// The parts with a token signer that has faults, from after its proof on.
fn faulty(mut parts: Parts, faults: Faults) -> Result<Parts, Failure> {
    let signer = Arc::clone(parts.identity.signer());
    let signer = Arc::new(FaultSigner::new(signer, faults));
    let faulty: Arc<dyn Signer> = signer.clone();
    parts.identity = with_signer(&parts, faulty)?;
    signer.arm();
    Ok(parts)
}

/// The same authority, proven again with another signer for the same key.
fn with_signer(parts: &Parts, signer: Arc<dyn Signer>) -> Result<AuthorityIdentity, Failure> {
    let chain = parts.identity.chain().to_vec();
    let now = parts.clock.read()?.time;
    Ok(AuthorityIdentity::prove(chain, signer, now)?)
}
