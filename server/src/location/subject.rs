//! [`Subject`]: who enrolled which keys.
//!
//! A subject's row holds its keys and the data key under which its travel is sealed. Two more
//! kinds of rows lead to it: from a key, and from a bearer token, both by a name that only the
//! authority can compute. Nothing of it is ever in the tree.

use meridian_log::private::{PrivateFamily, PrivateRows};
use meridian_signing::digest::sha256;
use meridian_signing::sealed::SealingKey;
use meridian_wire::loc::Digest32;
use meridian_wire::loc::bundle::{KeyStatus, SubjectKey};
use meridian_wire::time::UnixMicros;

use super::names::Names;
use super::refusal::LocationRefusal;
use super::row::{RowReader, RowWriter};

const VERSION: u8 = 1;

/// Keys of one subject: a person's devices, or a fleet's gateways.
pub(crate) const MOST_KEYS: usize = 16;

/// Characters of a subject's name.
const MOST_NAME: usize = 64;

const FAMILY: PrivateFamily = PrivateFamily::Subjects;

/// The name that a subject chose: 1 to 64 of letters, digits, '.', '_' and '-'.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SubjectName(String);

impl SubjectName {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let is_name = (1..=MOST_NAME).contains(&text.len()) && text.bytes().all(plain);
        is_name.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One enrolled key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct EnrolledKey {
    pub(crate) spki: Vec<u8>,
    pub(crate) status: KeyStatus,
    pub(crate) invalid_since_ms: Option<i64>,
    pub(crate) enrolled_ms: i64,
}

impl EnrolledKey {
    pub(super) const fn new(spki: Vec<u8>, enrolled_ms: i64) -> Self {
        Self {
            spki,
            status: KeyStatus::Active,
            invalid_since_ms: None,
            enrolled_ms,
        }
    }

    /// SHA-256 of the key in DER.
    pub(crate) fn hash(&self) -> Digest32 {
        sha256(&self.spki)
    }

    fn write(&self, row: RowWriter) -> RowWriter {
        row.octets(&self.spki)
            .octet(self.status.code())
            .optional(self.invalid_since_ms, RowWriter::number)
            .number(self.enrolled_ms)
    }

    fn read(reader: &mut RowReader<'_>) -> Option<Self> {
        Some(Self {
            spki: reader.octets()?.to_vec(),
            status: KeyStatus::from_code(reader.octet()?)?,
            invalid_since_ms: reader.optional(RowReader::number)?,
            enrolled_ms: reader.number()?,
        })
    }
}

/// A subject.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) name: SubjectName,
    pub(super) data_key: SealingKey,
    /// The row of its bearer token, if it has one.
    pub(super) bearer: Option<Digest32>,
    pub(crate) keys: Vec<EnrolledKey>,
}

impl Subject {
    pub(super) const fn new(name: SubjectName, data_key: SealingKey) -> Self {
        Self {
            name,
            data_key,
            bearer: None,
            keys: Vec::new(),
        }
    }

    pub(crate) fn key(&self, hash: &Digest32) -> Option<&EnrolledKey> {
        self.keys.iter().find(|key| key.hash() == *hash)
    }

    /// The first key that is active.
    pub(super) fn active_key(&self) -> Option<&EnrolledKey> {
        self.keys.iter().find(|key| key.status == KeyStatus::Active)
    }

    fn encode(&self) -> Vec<u8> {
        let count = u8::try_from(self.keys.len()).unwrap_or(u8::MAX);
        let row = RowWriter::new(VERSION)
            .octets(self.name.as_str().as_bytes())
            .fixed(self.data_key.as_bytes())
            .optional(self.bearer.as_ref(), |row, it| row.fixed(it))
            .octet(count);
        let write = |row, key: &EnrolledKey| key.write(row);
        self.keys.iter().fold(row, write).finish()
    }

    fn decode(row: &[u8]) -> Option<Self> {
        let mut reader = RowReader::new(row, VERSION)?;
        let name = std::str::from_utf8(reader.octets()?).ok()?;
        let name = SubjectName::new(name)?;
        let data_key = SealingKey::new(reader.fixed()?);
        let bearer = reader.optional(RowReader::fixed)?;
        let count = reader.octet()?;
        let keys: Option<Vec<_>> = (0..count).map(|_| EnrolledKey::read(&mut reader)).collect();
        let subject = Self {
            name,
            data_key,
            bearer,
            keys: keys?,
        };
        reader.finish(subject)
    }
}

/// The subjects of an authority.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subjects<'a> {
    pub(super) rows: &'a dyn PrivateRows,
    pub(super) names: &'a Names,
    pub(super) now: UnixMicros,
}

impl Subjects<'_> {
    pub(super) fn find(&self, name: &SubjectName) -> Result<Option<Subject>, LocationRefusal> {
        let owner = self.names.owner(name.as_str());
        let row = self.rows.get(FAMILY, &owner, self.now)?;
        row.map(|row| Subject::decode(&row).ok_or(LocationRefusal::MalformedRow))
            .transpose()
    }

    /// Whether this owner is still a subject and has this key. Whoever took the name of one that
    /// was erased has not.
    pub(super) fn has_key(
        &self,
        owner: &Digest32,
        key: &Digest32,
    ) -> Result<bool, LocationRefusal> {
        let holder = self.of_key(key)?;
        Ok(holder.is_some_and(|it| self.names.owner(it.name.as_str()) == *owner))
    }

    pub(super) fn of_key(&self, key: &Digest32) -> Result<Option<Subject>, LocationRefusal> {
        let subject = self.follow(&self.names.of_key(key))?;
        Ok(subject.filter(|subject| subject.key(key).is_some()))
    }

    pub(super) fn of_bearer(&self, token: &str) -> Result<Option<Subject>, LocationRefusal> {
        let row = self.names.of_bearer(token);
        let subject = self.follow(&row)?;
        Ok(subject.filter(|subject| subject.bearer == Some(row)))
    }

    /// What the authority knows of a key, as evidence is appraised with it.
    pub(super) fn status(&self, spki: &[u8]) -> Result<SubjectKey, LocationRefusal> {
        let hash = sha256(spki);
        let subject = self.of_key(&hash)?;
        let enrolled = subject.as_ref().and_then(|subject| subject.key(&hash));
        let (status, since) = enrolled.map_or((KeyStatus::Unknown, None), |key| {
            (key.status, key.invalid_since_ms)
        });
        SubjectKey::new(spki, status, since)
            .map_err(|_| LocationRefusal::Internal("the key does not fit into a context"))
    }

    /// Writes a subject. Its own row first: a row that leads to it without it would be wrong, the
    /// other way round it is only a key that has to be enrolled again.
    pub(super) fn save(&self, subject: &Subject) -> Result<(), LocationRefusal> {
        let owner = self.names.owner(subject.name.as_str());
        self.rows.put(FAMILY, &owner, &subject.encode(), None)?;
        let name = subject.name.as_str().as_bytes();
        for key in &subject.keys {
            let row = self.names.of_key(&key.hash());
            self.rows.put(FAMILY, &row, name, None)?;
        }
        if let Some(row) = &subject.bearer {
            self.rows.put(FAMILY, row, name, None)?;
        }
        Ok(())
    }

    pub(super) fn forget_bearer(&self, row: &Digest32) -> Result<(), LocationRefusal> {
        Ok(self.rows.remove(FAMILY, row)?)
    }

    /// Removes a subject: first what leads to it. Without its data key its travel is noise.
    pub(super) fn remove(&self, subject: &Subject) -> Result<(), LocationRefusal> {
        for key in &subject.keys {
            let row = self.names.of_key(&key.hash());
            self.rows.remove(FAMILY, &row)?;
        }
        if let Some(row) = &subject.bearer {
            self.rows.remove(FAMILY, row)?;
        }
        let owner = self.names.owner(subject.name.as_str());
        Ok(self.rows.remove(FAMILY, &owner)?)
    }

    fn follow(&self, row: &Digest32) -> Result<Option<Subject>, LocationRefusal> {
        let Some(name) = self.rows.get(FAMILY, row, self.now)? else {
            return Ok(None);
        };
        let name = std::str::from_utf8(&name).ok().and_then(SubjectName::new);
        self.find(&name.ok_or(LocationRefusal::MalformedRow)?)
    }
}
