//! The four extensions of certificate policies.

use super::error::ReadError;
use super::integer::IntegerView;
use super::limits::MAX_POLICIES;
use super::oid::OidView;
use super::tag::Tag;
use super::tlv::Tlv;
use super::walk::Walk;

/// Reads certificatePolicies (RFC 5280 section 4.2.1.4); qualifiers are passed over.
///
/// # Errors
///
/// [`ReadError`].
pub fn certificate_policies<'a>(
    value: &'a [u8],
    walk: &mut Walk,
) -> Result<Vec<OidView<'a>>, ReadError> {
    let list = Tlv::only(value, walk)?
        .sequence()?
        .collect(MAX_POLICIES, walk)?;
    list.iter()
        .map(|information| {
            let mut members = information.sequence()?;
            OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)
        })
        .collect()
}

/// Reads policyMappings (RFC 5280 section 4.2.1.5): issuerDomainPolicy, subjectDomainPolicy.
///
/// # Errors
///
/// [`ReadError`].
pub fn policy_mappings<'a>(
    value: &'a [u8],
    walk: &mut Walk,
) -> Result<Vec<(OidView<'a>, OidView<'a>)>, ReadError> {
    let list = Tlv::only(value, walk)?
        .sequence()?
        .collect(MAX_POLICIES, walk)?;
    list.iter()
        .map(|mapping| {
            let mut members = mapping.sequence()?;
            let from = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
            let to = OidView::read(&members.expect(Tag::OBJECT_IDENTIFIER, walk)?, walk)?;
            members.finish(walk)?;
            Ok((from, to))
        })
        .collect()
}

/// RFC 5280 section 4.2.1.11: how many certificates may follow without the rule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PolicyConstraints {
    /// requireExplicitPolicy.
    pub require_explicit: Option<u64>,
    /// inhibitPolicyMapping.
    pub inhibit_mapping: Option<u64>,
}

impl PolicyConstraints {
    /// Reads the extension's value.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn read(value: &[u8], walk: &mut Walk) -> Result<Self, ReadError> {
        let mut members = Tlv::only(value, walk)?.sequence()?;
        let require_explicit = members.optional(Tag::context(0), walk)?;
        let inhibit_mapping = members.optional(Tag::context(1), walk)?;
        members.finish(walk)?;
        Ok(Self {
            require_explicit: skip_certs(require_explicit, walk)?,
            inhibit_mapping: skip_certs(inhibit_mapping, walk)?,
        })
    }
}

/// Reads inhibitAnyPolicy (RFC 5280 section 4.2.1.14).
///
/// # Errors
///
/// [`ReadError`].
pub fn inhibit_any_policy(value: &[u8], walk: &mut Walk) -> Result<u64, ReadError> {
    let number = Tlv::only(value, walk)?;
    let number = IntegerView::read(&number, walk)?;
    Ok(count(&number))
}

fn skip_certs(number: Option<Tlv<'_>>, walk: &mut Walk) -> Result<Option<u64>, ReadError> {
    number
        .map(|number| IntegerView::of_content(&number, walk).map(|number| count(&number)))
        .transpose()
}

/// A negative count allows nothing; one beyond 64 bits allows everything.
fn count(number: &IntegerView<'_>) -> u64 {
    match number.to_u64() {
        Some(count) => count,
        None if number.is_negative() => 0,
        None => u64::MAX,
    }
}
