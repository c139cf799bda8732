//! The layout of a file of boundaries: every length in it is true, before anybody allocates by it.

/// More is no map of countries: the finest one that is published has 1 MB.
const MAX_FILE_BYTES: usize = 64 << 20;

/// Why a file is no file of boundaries.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BoundariesError {
    /// Past the limit.
    #[error("{actual} octets, at most {limit}", limit = MAX_FILE_BYTES)]
    TooLarge {
        /// Octets of the file.
        actual: usize,
    },
    /// Another version of the format.
    #[error("version {actual} of the format, 2 is read")]
    Version {
        /// What the file says.
        actual: u16,
    },
    /// Something is longer than what is left.
    #[error("ends at octet {offset}, inside a value")]
    Truncated {
        /// Where the value begins.
        offset: usize,
    },
    /// Octets after the end.
    #[error("{count} octets after the end")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// No raster, or rows of different lengths.
    #[error("a raster of {cells} cells cannot be {width} wide")]
    Raster {
        /// Cells in all.
        cells: usize,
        /// Cells in a row.
        width: usize,
    },
    /// A name that is not UTF-8.
    #[error("a name is not UTF-8")]
    NotText,
}

/// That `file` is whole and nothing in it points past its end.
///
/// ```text
/// u16 version; u32 n, n × (text, f64); u32 width; u32 cells, cells × cell
/// cell: u8 n, n × text; u8 n, n × (text, rings, rings)
/// rings: u8 n, n × (u32 m, m × (u16, u16));   text: u16 n, n octets;   big endian
/// ```
pub(super) fn check_layout(file: &[u8]) -> Result<(), BoundariesError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(BoundariesError::TooLarge { actual: file.len() });
    }
    let mut walk = Walk { file, offset: 0 };
    let version = u16::from_be_bytes(walk.array()?);
    if version != 2 {
        return Err(BoundariesError::Version { actual: version });
    }
    for _ in 0..walk.u32()? {
        walk.text()?;
        walk.skip(8)?;
    }
    let (width, cells) = (walk.u32()?, walk.u32()?);
    if width == 0 || cells == 0 || cells % width != 0 {
        return Err(BoundariesError::Raster { cells, width });
    }
    for _ in 0..cells {
        for _ in 0..walk.u8()? {
            walk.text()?;
        }
        for _ in 0..walk.u8()? {
            walk.text()?;
            walk.rings()?;
            walk.rings()?;
        }
    }
    match file.len() - walk.offset {
        0 => Ok(()),
        count => Err(BoundariesError::TrailingBytes { count }),
    }
}

struct Walk<'a> {
    file: &'a [u8],
    offset: usize,
}

impl Walk<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], BoundariesError> {
        let rest = self.file.get(self.offset..).unwrap_or_default();
        let array = rest.first_chunk::<N>().copied();
        self.skip(N)?;
        array.ok_or(BoundariesError::Truncated {
            offset: self.offset,
        })
    }

    fn skip(&mut self, count: usize) -> Result<(), BoundariesError> {
        let end = self.offset.checked_add(count);
        let end = end.filter(|end| *end <= self.file.len());
        self.offset = end.ok_or(BoundariesError::Truncated {
            offset: self.offset,
        })?;
        Ok(())
    }

    fn u8(&mut self) -> Result<u8, BoundariesError> {
        self.array().map(|[octet]| octet)
    }

    fn u32(&mut self) -> Result<usize, BoundariesError> {
        let offset = self.offset;
        let count = u32::from_be_bytes(self.array()?);
        usize::try_from(count).map_err(|_| BoundariesError::Truncated { offset })
    }

    fn text(&mut self) -> Result<(), BoundariesError> {
        let length = u16::from_be_bytes(self.array()?);
        self.skip(usize::from(length))
    }

    fn rings(&mut self) -> Result<(), BoundariesError> {
        const POINT_BYTES: usize = 4;
        for _ in 0..self.u8()? {
            let offset = self.offset;
            let bytes = self.u32()?.checked_mul(POINT_BYTES);
            self.skip(bytes.ok_or(BoundariesError::Truncated { offset })?)?;
        }
        Ok(())
    }
}
