//! `meridian locate disclose`: opens slots of a place to a reader. Offline: files only.

use std::path::{Path, PathBuf};

use meridian_wire::loc::disclosure::Disclosures;
use meridian_wire::loc::error::LocError;
use meridian_wire::loc::slot::Slot;

use super::detail::{Detail, names, show};
use super::secret::{Secret, SecretError};
use crate::args::locate::DiscloseArgs;
use crate::error::{Ending, chain, report, say};
use crate::stamp::output::{Output, OutputError, beside};

/// What a reader has of it. The claim, which says more, is in the token.
const MEANING: [&str; 5] = [
    "  the evidence was found consistent with it; meridian-verify --disclose shows that, with the token",
    "It does not show",
    "  - That the document was made there, or by whom: a place is that of a key, not of an author.",
    "  - That a person was there: a device that is there can be used from afar, and a key can be lent.",
    "  - When, at what level and by what evidence: the token says that.",
];

/// Why nothing is disclosed.
#[derive(Debug, thiserror::Error)]
enum DiscloseError {
    #[error("{}", path.display())]
    Secret {
        path: PathBuf,
        #[source]
        source: SecretError,
    },
    #[error("nothing is named that is to be opened; it holds {held}")]
    Nothing { held: String },
    #[error("it holds no {asked}; it holds {held}")]
    Absent { asked: Detail, held: String },
    #[error(transparent)]
    Disclosures(#[from] LocError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl DiscloseError {
    const fn hint(&self) -> &'static str {
        match self {
            Self::Secret { .. } => "it is the .lsk file that `meridian locate` wrote",
            Self::Nothing { .. } | Self::Absent { .. } | Self::Disclosures(_) => {
                "name parts that it holds, as in --country --cell 7"
            }
            Self::Output(OutputError::Exists { .. }) => "--force overwrites it",
            Self::Output(_) => "the folder must exist and be writable; --out names another place",
        }
    }

    const fn ending(&self) -> Ending {
        match self {
            Self::Nothing { .. } => Ending::Usage,
            _ => Ending::Refused,
        }
    }
}

/// Writes the .lsd file and says what is in it.
pub(crate) fn disclose(args: &DiscloseArgs) -> Ending {
    match write(args) {
        Ok((path, opened)) => {
            say(&format!("{}: opens {opened}", path.display()));
            for line in MEANING {
                say(line);
            }
            Ending::Done
        }
        Err(error) => {
            report(&chain(&error), error.hint());
            error.ending()
        }
    }
}

fn write(args: &DiscloseArgs) -> Result<(PathBuf, String), DiscloseError> {
    let secret = Secret::read(&args.file).map_err(|source| DiscloseError::Secret {
        path: args.file.clone(),
        source,
    })?;
    let slots = chosen(args);
    let held = || names(secret.filled());
    if slots.is_empty() {
        return Err(DiscloseError::Nothing { held: held() });
    }
    if let Some(absent) = slots
        .iter()
        .find(|slot| !secret.filled().any(|filled| filled == **slot))
    {
        return Err(DiscloseError::Absent {
            asked: Detail(*absent),
            held: held(),
        });
    }
    let tree = secret.tree();
    let opened = slots.iter().map(|slot| tree.disclose(*slot)).collect();
    let octets = Disclosures::new(opened)?.encode();
    let path = args.out.clone().unwrap_or_else(|| lsd_of(&args.file));
    Output::Path(path.clone()).write(&octets, args.force)?;
    let said: Vec<String> = slots
        .iter()
        .map(|slot| format!("{} ({})", Detail(*slot), show(tree.value(*slot))))
        .collect();
    Ok((path, said.join(", ")))
}

/// The slots that were named, ascending, each once.
fn chosen(args: &DiscloseArgs) -> Vec<Slot> {
    let flags = [
        (args.country, Slot::COUNTRY),
        (args.subdivision, Slot::SUBDIVISION),
        (args.point, Slot::POINT),
        (args.altitude, Slot::ALTITUDE),
        (args.motion, Slot::MOTION),
        (args.fences, Slot::FENCES),
        (args.facility, Slot::FACILITY),
        (args.jurisdiction, Slot::JURISDICTION),
    ];
    let flagged = flags
        .into_iter()
        .filter_map(|(set, slot)| set.then_some(slot));
    let cells = args
        .cell
        .iter()
        .filter_map(|resolution| Slot::of_resolution(*resolution));
    let mut slots: Vec<Slot> = flagged.chain(cells).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// FILE.lsd for FILE.lsk.
fn lsd_of(path: &Path) -> PathBuf {
    let stem = path.to_str().and_then(|text| text.strip_suffix(".lsk"));
    beside(stem.map_or(path, Path::new), ".lsd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_lsk_becomes_lsd_and_any_other_stays() {
        assert_eq!(lsd_of(Path::new("a/b.pdf.lsk")), Path::new("a/b.pdf.lsd"));
        assert_eq!(lsd_of(Path::new("secret")), Path::new("secret.lsd"));
    }
}
