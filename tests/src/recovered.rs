//! What a log must hold when it is opened again after its server was ended.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use meridian_log::fsck;
use meridian_log::open::{Log, LogParts};
use meridian_log::reader::LogReader;
use meridian_log::store::Store;
use meridian_merkle::hash::leaf_hash;
use meridian_merkle::inclusion::InclusionProof;
use meridian_merkle::index::LeafIndex;
use meridian_server::config::{Config, Environment};
use meridian_server::parts::Parts;
use meridian_verify::artifact::Artifact;
use meridian_verify::input;
use meridian_verify::policy::{TrustAnchors, VerifyPolicy};
use meridian_verify::report::text::to_text;
use meridian_verify::verdict::{Model, Verdict};
use meridian_verify::verify::{imprint_algorithm, verify_timestamp};
use meridian_wire::checkpoint::Checkpoint;
use meridian_wire::leaf::{Leaf, LeafKind, token_digest};
use meridian_wire::reader::content_info::ContentInfoView;
use meridian_wire::reader::signed_data::SignedDataView;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::tst_info::TstInfoView;
use meridian_wire::reader::walk::Walk;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::load::{Received, document};

/// How many of the newest tokens the offline verifier judges each time, as a stranger would;
/// all the others are only compared with their leaves.
const VERIFIED: usize = 4;

/// What was found over all the times that one log was opened again.
#[derive(Debug, Default)]
pub struct Recovery {
    /// Digest of the token of each serial number that a client holds.
    held: HashMap<u64, [u8; 32]>,
    opened: u64,
    rolled_forward: u64,
    size: u64,
    voids: u64,
    unclaimed: u64,
    location_stamps: u64,
    location_tokens_gone: u64,
}

/// A log that was opened as the server does at its start.
struct Opened {
    log: Log,
    store: Arc<dyn Store>,
    /// Trust in its authority's root and its key, a proof required.
    policy: VerifyPolicy,
    /// Whether its database was ahead of its lock record: the crash fell between the two syncs,
    /// and opening rolled the lock record forward.
    was_ahead: bool,
}

/// Opens the log, which also finishes what a crash left; then re-derives all of it.
fn open(data: &Path) -> Result<Opened, Failure> {
    let config = Config::load(data, &Environment::from_pairs([]))?;
    let mut parts = Parts::open(config)?;
    let store = Arc::clone(&parts.store);
    let in_store = store.state()?.map(|state| state.size);
    let in_lock = parts.lock.read()?.newest.map(|state| state.size);
    let key = parts.log_identity.verifier_key().clone();
    let root = parts.identity.chain().last().ok_or("no root")?;
    let anchors = TrustAnchors::new(vec![root.as_der().to_vec()])?;
    let mut policy = VerifyPolicy::new(anchors, parts.clock.read()?.time);
    policy.log_key = Some(key.clone());
    policy.require_log = true;
    let parts = LogParts::new(parts.store, parts.lock, parts.log_identity, parts.entropy);
    let log = Log::open(parts)?;
    let report = fsck::fsck(&*store, &key, None, &mut |_, _| {})?;
    if report.size != log.reader().size() {
        return Err("fsck and the reader see logs of different sizes".into());
    }
    Ok(Opened {
        log,
        store,
        policy,
        was_ahead: in_store > in_lock,
    })
}

/// What a token says of itself.
struct Said {
    serial: u64,
    digest: [u8; 32],
    imprint: Vec<u8>,
}

impl Said {
    fn by(token: &[u8]) -> Result<Self, Failure> {
        let mut walk = Walk::default();
        let content = ContentInfoView::read(&Tlv::only(token, &mut walk)?, &mut walk)?;
        let signed = SignedDataView::read(&content.content, &mut walk)?;
        let octets = signed.encapsulated.octets.ok_or("no TSTInfo")?;
        let info = TstInfoView::read(&Tlv::only(&octets, &mut walk)?, &mut walk)?;
        let signer = signed.signers.first().ok_or("no signer")?;
        let attributes = signer.signed_attrs_element.ok_or("no signed attributes")?;
        // RFC 5652 section 5.4: signed as a SET OF, carried as [0].
        let mut set = attributes.raw().to_vec();
        *set.first_mut().ok_or("no signed attributes")? = 0x31;
        Ok(Self {
            serial: info.serial.to_u64().ok_or("a serial number above 2^64")?,
            digest: token_digest(&set, &signer.signature),
            imprint: info.imprint.to_vec(),
        })
    }
}

/// The verdict of the offline verifier, with the proof of the opened log.
fn verify(one: &Received, reader: &LogReader, policy: &mut VerifyPolicy) -> Result<(), Failure> {
    let serial = Said::by(&one.token)?.serial;
    let proof = reader.proof(LeafIndex::new(serial))?;
    policy.proof = proof.map(|proof| proof.text());
    let token = input::recognise(&one.token)?;
    let algorithm = imprint_algorithm(&token).ok_or("no digest algorithm")?;
    let artifact = Artifact::from_reader(algorithm, document(one.request).as_slice())?;
    let report = verify_timestamp(&token, Some(&artifact), policy);
    if report.models().gen_time != Verdict::Passed {
        return Err(format!("token {serial}: {}", to_text(&report, Model::GenTime)).into());
    }
    Ok(())
}

impl Recovery {
    /// Opens the log in `data` and holds it against everything that clients were given:
    /// what they hold from before, and `received` since.
    ///
    /// # Errors
    ///
    /// A token that the log does not have under its serial number, with a proof; a serial
    /// number given twice; a gap; a log that does not open, or that fsck finds fault with.
    pub fn check(&mut self, data: &Path, received: &[Received]) -> Result<(), Failure> {
        for one in received {
            let said = Said::by(&one.token)?;
            if said.imprint != Sha256::digest(document(one.request)).to_vec() {
                return Err(format!("token {} is for another document", said.serial).into());
            }
            if self.held.insert(said.serial, said.digest).is_some() {
                return Err(format!("serial number {} was given twice", said.serial).into());
            }
        }
        let mut opened = open(data)?;
        self.opened += 1;
        self.rolled_forward += u64::from(opened.was_ahead);
        let reader = opened.log.reader();
        self.check_held(&reader)?;
        self.check_leaves(&opened)?;
        for one in received.iter().rev().take(VERIFIED) {
            verify(one, &reader, &mut opened.policy)?;
        }
        Ok(())
    }

    /// Every token that a client holds is under its serial number, with a proof.
    fn check_held(&self, reader: &LogReader) -> Result<(), Failure> {
        for (serial, digest) in &self.held {
            let index = LeafIndex::new(*serial);
            let proof = reader.proof(index)?;
            let proof = proof.ok_or_else(|| format!("token {serial} is not in the log"))?;
            let entry = proof.extra().ok_or("a proof without its leaf")?;
            let leaf = Leaf::decode(entry)?;
            let is_stamp = matches!(leaf.kind(), LeafKind::TimeStamp | LeafKind::LocationStamp);
            if !is_stamp || leaf.digest() != digest {
                return Err(format!("leaf {serial} is not that of its token").into());
            }
            let checkpoint = Checkpoint::parse(proof.checkpoint().text())?;
            InclusionProof::new(index, checkpoint.size(), proof.hashes().to_vec())
                .verify(&leaf_hash(entry), checkpoint.root())?;
        }
        Ok(())
    }

    /// Every number below the size is a leaf, and a stamp's leaf has its token.
    fn check_leaves(&mut self, opened: &Opened) -> Result<(), Failure> {
        let (reader, store) = (opened.log.reader(), &opened.store);
        self.size = reader.size().get();
        self.voids = 0;
        self.unclaimed = 0;
        self.location_stamps = 0;
        self.location_tokens_gone = 0;
        for number in 0..self.size {
            let index = LeafIndex::new(number);
            let entry = reader.leaf(index)?;
            let leaf = Leaf::decode(&entry.ok_or_else(|| format!("no leaf {number}"))?)?;
            match leaf.kind() {
                LeafKind::Void => {
                    self.voids += 1;
                    self.check_void(&reader, index, &leaf)?;
                }
                LeafKind::TimeStamp => {
                    let token = reader.token(index)?;
                    let token = token.ok_or_else(|| format!("no token {number}"))?;
                    self.check_token(&token, number, &leaf)?;
                }
                LeafKind::LocationStamp => {
                    self.location_stamps += 1;
                    // Not there: expired or erased, which is no loss.
                    match store.location_token(index)? {
                        Some(kept) => self.check_token(&kept.token, number, &leaf)?,
                        None => self.location_tokens_gone += 1,
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_token(&mut self, token: &[u8], number: u64, leaf: &Leaf) -> Result<(), Failure> {
        let said = Said::by(token)?;
        if said.serial != number || said.digest != *leaf.digest() {
            return Err(format!("token {number} is not that of its leaf").into());
        }
        self.unclaimed += u64::from(!self.held.contains_key(&number));
        Ok(())
    }

    /// A void leaf says nothing, and is proven like any other.
    fn check_void(&self, reader: &LogReader, index: LeafIndex, leaf: &Leaf) -> Result<(), Failure> {
        let proof = reader.proof(index)?.ok_or("a void leaf without a proof")?;
        if *leaf.digest() != [0; 32] || self.held.contains_key(&index.get()) {
            return Err(format!("leaf {index} is void and yet says something").into());
        }
        let checkpoint = Checkpoint::parse(proof.checkpoint().text())?;
        InclusionProof::new(index, checkpoint.size(), proof.hashes().to_vec())
            .verify(&leaf_hash(&leaf.encode()), checkpoint.root())?;
        Ok(())
    }

    /// How often the last batch was in the database and not in the lock record.
    #[must_use]
    pub const fn rolled_forward(&self) -> u64 {
        self.rolled_forward
    }

    /// Tokens in the log that no client received.
    #[must_use]
    pub const fn unclaimed(&self) -> u64 {
        self.unclaimed
    }

    /// Location stamps in the log.
    #[must_use]
    pub const fn location_stamps(&self) -> u64 {
        self.location_stamps
    }

    /// Those of them whose token is not kept any more.
    #[must_use]
    pub const fn location_tokens_gone(&self) -> u64 {
        self.location_tokens_gone
    }

    /// Void leaves in the log.
    #[must_use]
    pub const fn voids(&self) -> u64 {
        self.voids
    }
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "lock record rolled forward {}/{}; {} leaves; {} tokens held by clients, each in the \
             log; {} in the log that no client received; {} void",
            self.rolled_forward,
            self.opened,
            self.size,
            self.held.len(),
            self.unclaimed,
            self.voids
        )
    }
}
