//! The entries of a CRL (RFC 5280 section 5.3), by serial number.

use std::collections::HashMap;

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::TimeView;
use meridian_wire::reader::crl::{CrlEntryView, CrlView};
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::extension::ExtensionView;
use meridian_wire::reader::integer::IntegerView;
use meridian_wire::reader::limits::MAX_ELEMENTS_OF_FILE;
use meridian_wire::reader::tag::Tag;
use meridian_wire::reader::tlv::Tlv;
use meridian_wire::reader::walk::Walk;
use meridian_wire::time::UnixMicros;

use crate::instant::parse_x509_time;
use crate::revocation::{Reason, Revocation};

/// Entry extensions that are understood here, critical or not.
const KNOWN_EXTENSIONS: &[ObjectIdentifier] = &[
    oid::CRL_REASON,
    oid::INVALIDITY_DATE,
    oid::CERTIFICATE_ISSUER,
];

/// Whom a list names, if all are certificates of the list's own issuer.
#[derive(Debug)]
pub(crate) struct Entries {
    revoked: HashMap<Vec<u8>, Result<Revocation, ReadError>>,
    /// Whether it has entries that are not understood.
    pub(crate) strange: bool,
}

impl Entries {
    /// Looks through all of them: a later one for the same number overrules an earlier one.
    pub(crate) fn read(list: &CrlView<'_>) -> Result<Self, ReadError> {
        let mut walk = Walk::new(MAX_ELEMENTS_OF_FILE);
        let mut revoked: HashMap<_, Result<_, _>> = HashMap::new();
        let mut strange = false;
        let mut entries = list.entries()?;
        while let Some(entry) = entries.next(&mut walk)? {
            strange |= is_strange(&entry);
            let number = entry.serial.minimal().to_vec();
            let said = revocation(&entry);
            match revoked.get(&number) {
                Some(Err(_)) => {}
                _ => _ = revoked.insert(number, said),
            }
        }
        Ok(Self { revoked, strange })
    }

    /// The entry of a serial number.
    pub(crate) fn of(&self, serial: &IntegerView<'_>) -> Option<Result<Revocation, ReadError>> {
        self.revoked.get(serial.minimal()).copied()
    }
}

/// Whether an entry has a critical extension that is not understood.
pub(crate) fn is_strange(entry: &CrlEntryView<'_>) -> bool {
    entry.extensions.iter().any(|extension| {
        let known = KNOWN_EXTENSIONS.iter().any(|oid| extension.oid.is(oid));
        extension.critical && !known
    })
}

/// RFC 5280 section 5.3.2; none if it is no time.
pub(crate) fn invalidity_date(
    extension: &ExtensionView<'_>,
    walk: &mut Walk,
) -> Result<Option<UnixMicros>, ReadError> {
    let date = Tlv::only(extension.value, walk)?;
    let text = date.require(Tag::GENERALIZED_TIME)?.primitive()?;
    Ok(parse_x509_time(&TimeView::generalized(text)))
}

/// What an entry says.
pub(crate) fn revocation(entry: &CrlEntryView<'_>) -> Result<Revocation, ReadError> {
    let walk = &mut Walk::default();
    let mut reason = None;
    let mut invalidity = None;
    for extension in &entry.extensions {
        if extension.oid.is(&oid::CRL_REASON) {
            let code = Tlv::only(extension.value, walk)?;
            let code = IntegerView::of_content(&code, walk)?.to_u64();
            // A number that no one knows is no reason that leaves a token valid.
            reason = Some(code.unwrap_or(u64::MAX));
        } else if extension.oid.is(&oid::INVALIDITY_DATE) {
            invalidity = invalidity_date(extension, walk)?;
        }
    }
    Ok(Revocation {
        date: parse_x509_time(&entry.revocation_date),
        reason: Reason(reason),
        invalidity,
    })
}
