//! [`RowWriter`] and [`RowReader`]: values of private rows. A version octet, then fields of known
//! order; what varies in length says so.

/// Writes the fields of one row.
#[derive(Debug)]
pub(super) struct RowWriter(Vec<u8>);

impl RowWriter {
    pub(super) fn new(version: u8) -> Self {
        Self(vec![version])
    }

    pub(super) fn octet(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(super) fn number(mut self, value: i64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub(super) fn fixed<const N: usize>(mut self, octets: &[u8; N]) -> Self {
        self.0.extend_from_slice(octets);
        self
    }

    pub(super) fn octets(mut self, octets: &[u8]) -> Self {
        // A request is at most 128 KiB, and so is everything that is kept of it.
        let length = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(octets);
        self
    }

    pub(super) fn optional<T>(self, value: Option<T>, write: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            None => self.octet(0),
            Some(value) => write(self.octet(1), value),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads the fields in the same order. `None` everywhere means that the row is not one of ours.
#[derive(Clone, Debug)]
pub(super) struct RowReader<'a>(&'a [u8]);

impl<'a> RowReader<'a> {
    /// The row, if it has this version.
    pub(super) fn new(row: &'a [u8], version: u8) -> Option<Self> {
        let mut reader = Self(row);
        (reader.octet()? == version).then_some(reader)
    }

    pub(super) fn octet(&mut self) -> Option<u8> {
        self.fixed::<1>().map(|[value]| value)
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        self.fixed().map(i64::from_be_bytes)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (octets, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*octets)
    }

    pub(super) fn octets(&mut self) -> Option<&'a [u8]> {
        let length = self.fixed().map(u32::from_be_bytes)?;
        let length = usize::try_from(length).ok()?;
        let (octets, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(octets)
    }

    /// The inner `None` says that the field is absent.
    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.octet()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    /// `value`, if nothing is left.
    pub(super) fn finish<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Fields = (u8, i64, [u8; 4], Vec<u8>, Option<Vec<u8>>, Option<i64>);

    fn read(row: &[u8]) -> Option<Fields> {
        let mut reader = RowReader::new(row, 3)?;
        let fields = (
            reader.octet()?,
            reader.number()?,
            reader.fixed()?,
            reader.octets()?.to_vec(),
            reader.optional(|it| it.octets().map(<[u8]>::to_vec))?,
            reader.optional(RowReader::number)?,
        );
        reader.finish(fields)
    }

    #[test]
    fn a_row_is_read_back_whole_or_not_at_all() {
        let row = RowWriter::new(3)
            .octet(9)
            .number(-1)
            .fixed(b"four")
            .octets(b"")
            .optional(Some(b"there"), |row, it| row.octets(it))
            .optional(None, RowWriter::number)
            .finish();
        let fields = (9, -1, *b"four", vec![], Some(b"there".to_vec()), None);
        assert_eq!(read(&row), Some(fields));
        for end in 0..row.len() {
            assert_eq!(read(&row[..end]), None, "{end}");
        }
        assert_eq!(read(&[&row[..], &[0]].concat()), None);
        assert_eq!(read(&[&[4], &row[1..]].concat()), None, "another version");
    }
}
