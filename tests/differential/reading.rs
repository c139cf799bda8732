//! What a reader says of each case, field by field.

use std::collections::BTreeMap;

use meridian_tests::Failure;

/// Field to value. A field that begins with '#' is for people and is compared with nothing.
pub(crate) type Reading = BTreeMap<String, String>;

/// Case to reading.
pub(crate) type Readings = BTreeMap<String, Reading>;

/// Whether the reader could read it to its end.
pub(crate) const READ: &str = "read";

/// Reads a peer's lines `CASE <tab> FIELD <tab> VALUE`.
pub(crate) fn parse(lines: &str) -> Result<Readings, Failure> {
    let mut readings = Readings::new();
    for line in lines.lines() {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        let (Some(case), Some(field), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(format!("a line of {line:?} is not CASE, FIELD, VALUE").into());
        };
        let reading = readings.entry(case).or_default();
        if reading.insert(field.clone(), value).is_some() {
            return Err(format!("{field} is there twice: {line:?}").into());
        }
    }
    Ok(readings)
}
