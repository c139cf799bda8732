//! NameConstraints: the names that a CA may give.

use super::error::ReadError;
use super::general_name::GeneralNameView;
use super::integer::IntegerView;
use super::limits::MAX_GENERAL_NAMES;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// RFC 5280 section 4.2.1.10.
///
/// ```asn1
/// NameConstraints ::= SEQUENCE {
///   permittedSubtrees [0] GeneralSubtrees OPTIONAL, excludedSubtrees [1] GeneralSubtrees OPTIONAL }
/// GeneralSubtree ::= SEQUENCE {
///   base GeneralName, minimum [0] INTEGER DEFAULT 0, maximum [1] INTEGER OPTIONAL }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NameConstraintsView<'a> {
    /// Of each form of name that is here, a name must lie in one of these.
    pub permitted: Vec<SubtreeView<'a>>,
    /// No name may lie in one of these.
    pub excluded: Vec<SubtreeView<'a>>,
}

/// All names below a base.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SubtreeView<'a> {
    /// The base.
    pub base: GeneralNameView<'a>,
    /// Whether minimum and maximum are left at their defaults, as RFC 5280 demands.
    pub whole: bool,
}

impl<'a> NameConstraintsView<'a> {
    /// Reads the extension's value.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(value: &'a [u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(value, walk)?.sequence()?;
        let permitted = members.optional(Tag::context(0), walk)?;
        let excluded = members.optional(Tag::context(1), walk)?;
        members.finish(walk)?;
        Ok(Self {
            permitted: subtrees(permitted, walk)?,
            excluded: subtrees(excluded, walk)?,
        })
    }
}

fn subtrees<'a>(list: Option<Tlv<'a>>, walk: &mut Walk) -> Result<Vec<SubtreeView<'a>>, ReadError> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let members = list.children()?.collect(MAX_GENERAL_NAMES, walk)?;
    members
        .iter()
        .map(|member| {
            let mut fields = member.sequence()?;
            let base = fields.any(Tag::context(4), walk)?;
            let base = GeneralNameView::read(&base, walk)?;
            let minimum = match fields.optional(Tag::context(0), walk)? {
                Some(minimum) => IntegerView::of_content(&minimum, walk)?.to_u64(),
                None => Some(0),
            };
            let maximum = fields.optional(Tag::context(1), walk)?;
            fields.finish(walk)?;
            Ok(SubtreeView {
                base,
                whole: minimum == Some(0) && maximum.is_none(),
            })
        })
        .collect()
}
