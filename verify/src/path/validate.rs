//! RFC 5280 section 6.1: whether a chain of certificates that sign one another is a path.

use std::collections::BTreeSet;

use meridian_wire::oid::{self, ObjectIdentifier};
use meridian_wire::reader::certificate::CertificateReading;
use meridian_wire::reader::certificate_policies::{
    PolicyConstraints, certificate_policies, inhibit_any_policy, policy_mappings,
};
use meridian_wire::reader::error::ReadError;
use meridian_wire::reader::extension::ExtensionView;
use meridian_wire::reader::walk::Walk;

use crate::instant::Interval;
use crate::issuer::{IssuerFault, judge_issuer};
use crate::name::same_name;
use crate::path::name_constraints::{NameConstraints, NameFault};
use crate::path::policy_graph::{Policy, PolicyGraph, any_policy};
use crate::sub_indication::SubIndication;

/// What is asked of a path (section 6.1.1).
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The instants at which every certificate of it must be valid.
    pub(crate) interval: Interval,
    /// What the signer's certificate is for: issuers may be limited to purposes.
    pub(crate) purpose: ObjectIdentifier,
    /// Policies that the user accepts; none means any.
    pub(crate) accepted_policies: BTreeSet<Policy>,
    /// initial-explicit-policy.
    pub(crate) explicit_policy: bool,
    /// initial-policy-mapping-inhibit.
    pub(crate) inhibit_mapping: bool,
    /// initial-any-policy-inhibit.
    pub(crate) inhibit_any_policy: bool,
}

impl Terms {
    /// A path for `purpose` over `interval`, under any policy or none.
    pub(crate) const fn new(interval: Interval, purpose: ObjectIdentifier) -> Self {
        Self {
            interval,
            purpose,
            accepted_policies: BTreeSet::new(),
            explicit_policy: false,
            inhibit_mapping: false,
            inhibit_any_policy: false,
        }
    }
}

/// Which rule a certificate of the chain breaks, or which cannot be decided.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum StepFault {
    #[error(transparent)]
    Issuer(#[from] IssuerFault),
    #[error(transparent)]
    Name(#[from] NameFault),
    #[error("no certificate policy holds along the path, and one is required")]
    NoPolicy,
    #[error("it maps anyPolicy")]
    MapsAnyPolicy,
    #[error("it has the extension {oid} twice")]
    Repeated { oid: ObjectIdentifier },
    #[error("an extension of it cannot be read: {0}")]
    Extension(ReadError),
}

impl StepFault {
    /// Whether it says something about the path, rather than about this verifier.
    pub(crate) const fn convicts(&self) -> bool {
        match self {
            Self::Issuer(fault) => fault.convicts(),
            Self::Name(fault) => fault.convicts(),
            _ => true,
        }
    }
}

impl StepFault {
    /// What EN 319 102-1 clause 5.2.6.4 calls it: a rule for certificates that is broken, or else.
    pub(crate) const fn sub_indication(&self) -> SubIndication {
        match self {
            Self::Issuer(fault) if !fault.is_constraint() => {
                SubIndication::CertificateChainGeneralFailure
            }
            _ => SubIndication::ChainConstraintsFailure,
        }
    }
}

/// The state of section 6.1.2.
struct State<'a> {
    graph: Option<PolicyGraph>,
    explicit_policy: usize,
    policy_mapping: usize,
    inhibit_any_policy: usize,
    names: NameConstraints<'a>,
}

/// Judges a chain: the signer first, the anchor last, each name and signature already found to
/// fit the next. Returns which certificate breaks a rule, counted from the signer, and which.
///
/// The signer's own dates, purpose and critical extensions are other checks (V060 to V067), and
/// so is revocation. From the anchor only its name and key are taken.
pub(crate) fn validate(
    chain: &[&CertificateReading<'_>],
    terms: &Terms,
) -> Result<(), (usize, StepFault)> {
    let count = chain.len().saturating_sub(1);
    let initially = |inhibited: bool| if inhibited { 0 } else { count + 1 };
    let mut state = State {
        graph: Some(PolicyGraph::new()),
        explicit_policy: initially(terms.explicit_policy),
        policy_mapping: initially(terms.inhibit_mapping),
        inhibit_any_policy: initially(terms.inhibit_any_policy),
        names: NameConstraints::default(),
    };
    for (below, certificate) in chain.iter().enumerate().take(count).rev() {
        let is_last = below == 0;
        let at = |fault| (below, fault);
        state.process(certificate, is_last).map_err(at)?;
        if is_last {
            state.wrap_up(certificate, terms).map_err(at)?;
        } else {
            let between: Vec<_> = chain.iter().copied().take(below).skip(1).collect();
            judge_issuer(certificate, &between, terms).map_err(|fault| at(fault.into()))?;
            state.prepare(certificate).map_err(at)?;
        }
    }
    Ok(())
}

impl<'a> State<'a> {
    /// Section 6.1.3 (b) to (f).
    fn process(
        &mut self,
        certificate: &CertificateReading<'_>,
        is_last: bool,
    ) -> Result<(), StepFault> {
        let self_issued = is_self_issued(certificate);
        if is_last || !self_issued {
            self.names.judge(certificate)?;
        }
        let policies = only(certificate, &oid::CERTIFICATE_POLICIES)?;
        self.graph = match (self.graph.take(), policies) {
            (Some(graph), Some(extension)) => {
                let policies = certificate_policies(extension.value, &mut Walk::default());
                let policies = policies.map_err(StepFault::Extension)?;
                let policies = policies.iter().map(|oid| oid.as_bytes().to_vec()).collect();
                let any_counts = self.inhibit_any_policy > 0 || (!is_last && self_issued);
                graph.descend(&policies, any_counts)
            }
            _ => None,
        };
        if self.explicit_policy == 0 && self.graph.is_none() {
            return Err(StepFault::NoPolicy);
        }
        Ok(())
    }

    /// Section 6.1.4 (a) to (j); (k) to (o) are [`judge_issuer`]'s.
    fn prepare(&mut self, certificate: &CertificateReading<'a>) -> Result<(), StepFault> {
        self.map_policies(certificate)?;
        if let Some(extension) = only(certificate, &oid::NAME_CONSTRAINTS)? {
            self.names.add(extension.value)?;
        }
        if !is_self_issued(certificate) {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        let constraints = policy_constraints(certificate)?;
        lower(&mut self.explicit_policy, constraints.require_explicit);
        lower(&mut self.policy_mapping, constraints.inhibit_mapping);
        if let Some(extension) = only(certificate, &oid::INHIBIT_ANY_POLICY)? {
            let skip = inhibit_any_policy(extension.value, &mut Walk::default());
            let skip = skip.map_err(StepFault::Extension)?;
            lower(&mut self.inhibit_any_policy, Some(skip));
        }
        Ok(())
    }

    fn map_policies(&mut self, certificate: &CertificateReading<'_>) -> Result<(), StepFault> {
        let Some(extension) = only(certificate, &oid::POLICY_MAPPINGS)? else {
            return Ok(());
        };
        let mappings = policy_mappings(extension.value, &mut Walk::default());
        let mappings: Vec<(Policy, Policy)> = mappings
            .map_err(StepFault::Extension)?
            .iter()
            .map(|(from, to)| (from.as_bytes().to_vec(), to.as_bytes().to_vec()))
            .collect();
        let any = any_policy();
        if mappings.iter().any(|(from, to)| *from == any || *to == any) {
            return Err(StepFault::MapsAnyPolicy);
        }
        let sources: BTreeSet<&Policy> = mappings.iter().map(|(from, _)| from).collect();
        for source in sources {
            let Some(mut graph) = self.graph.take() else {
                return Ok(());
            };
            self.graph = if self.policy_mapping > 0 {
                let targets = mappings.iter().filter(|(from, _)| from == source);
                graph.map(source, &targets.map(|(_, to)| to.clone()).collect());
                Some(graph)
            } else {
                graph.cut(source)
            };
        }
        Ok(())
    }

    /// Section 6.1.5 (a), (b) and (g).
    fn wrap_up(
        &mut self,
        certificate: &CertificateReading<'_>,
        terms: &Terms,
    ) -> Result<(), StepFault> {
        let mut explicit_policy = self.explicit_policy.saturating_sub(1);
        let constraints = policy_constraints(certificate)?;
        if constraints.require_explicit == Some(0) {
            explicit_policy = 0;
        }
        let holds = self.graph.as_ref().is_some_and(|graph| {
            let policies = graph.user_constrained(&terms.accepted_policies);
            !policies.is_empty()
        });
        if explicit_policy == 0 && !holds {
            return Err(StepFault::NoPolicy);
        }
        Ok(())
    }
}

/// RFC 5280 section 6.1: subject and issuer are the same, as in a key roll-over.
fn is_self_issued(certificate: &CertificateReading<'_>) -> bool {
    same_name(&certificate.subject, &certificate.issuer)
}

fn policy_constraints(
    certificate: &CertificateReading<'_>,
) -> Result<PolicyConstraints, StepFault> {
    only(certificate, &oid::POLICY_CONSTRAINTS)?.map_or_else(
        || Ok(PolicyConstraints::default()),
        |extension| {
            let read = PolicyConstraints::read(extension.value, &mut Walk::default());
            read.map_err(StepFault::Extension)
        },
    )
}

fn lower(state: &mut usize, skip: Option<u64>) {
    if let Some(skip) = skip {
        // More than fits is more than there are certificates.
        *state = usize::try_from(skip).map_or(*state, |skip| skip.min(*state));
    }
}

/// RFC 5280 section 4.2: an extension is there once at most.
fn only<'b, 'a>(
    certificate: &'b CertificateReading<'a>,
    oid: &ObjectIdentifier,
) -> Result<Option<&'b ExtensionView<'a>>, StepFault> {
    let mut found = certificate
        .extensions
        .iter()
        .filter(|extension| extension.oid.is(oid));
    match (found.next(), found.next()) {
        (found, None) => Ok(found),
        (_, Some(_)) => Err(StepFault::Repeated { oid: *oid }),
    }
}
