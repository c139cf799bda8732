//! Certificate policies: the graph of RFC 9618, which keeps every policy of every depth once
//! and so cannot grow beyond the certificates, as the tree of RFC 5280 could.

use std::collections::{BTreeMap, BTreeSet};

use meridian_wire::oid;

/// Content octets of a policy identifier.
pub(crate) type Policy = Vec<u8>;

/// One policy at one depth.
#[derive(Clone, Debug, Default)]
struct Node {
    expected: BTreeSet<Policy>,
    /// Valid policies of the depth above.
    parents: BTreeSet<Policy>,
}

type Level = BTreeMap<Policy, Node>;

/// The valid_policy_graph: one level for the anchor, one for each certificate.
#[derive(Clone, Debug)]
pub(crate) struct PolicyGraph {
    levels: Vec<Level>,
}

/// anyPolicy.
pub(crate) fn any_policy() -> Policy {
    oid::ANY_POLICY.as_bytes().to_vec()
}

impl PolicyGraph {
    /// Section 6.1.2 (a): anyPolicy at depth 0.
    pub(crate) fn new() -> Self {
        let node = Node {
            expected: BTreeSet::from([any_policy()]),
            parents: BTreeSet::new(),
        };
        Self {
            levels: vec![Level::from([(any_policy(), node)])],
        }
    }

    /// Section 6.1.3 (d): the policies of the next certificate; `any_counts` says whether its
    /// anyPolicy means anything. None if nothing is left.
    pub(crate) fn descend(mut self, policies: &BTreeSet<Policy>, any_counts: bool) -> Option<Self> {
        let any = any_policy();
        let above = self.levels.last()?;
        let expecting = |policy: &Policy| -> BTreeSet<Policy> {
            let nodes = above.iter();
            let expecting = nodes.filter(|(_, node)| node.expected.contains(policy));
            expecting.map(|(valid, _)| valid.clone()).collect()
        };
        let mut level = Level::new();
        for policy in policies.iter().filter(|policy| **policy != any) {
            let mut parents = expecting(policy);
            if parents.is_empty() && above.contains_key(&any) {
                parents.insert(any.clone());
            }
            if !parents.is_empty() {
                level.insert(policy.clone(), Node::of(policy, parents));
            }
        }
        if any_counts && policies.contains(&any) {
            let all: BTreeSet<_> = above
                .values()
                .flat_map(|node| node.expected.iter())
                .collect();
            for policy in all {
                if !level.contains_key(policy) {
                    level.insert(policy.clone(), Node::of(policy, expecting(policy)));
                }
            }
        }
        self.levels.push(level);
        self.prune()
    }

    /// Section 6.1.4 (b)(1): what the next certificate means by a policy of this one.
    pub(crate) fn map(&mut self, from: &Policy, to: &BTreeSet<Policy>) {
        let any = any_policy();
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        if let Some(node) = level.get_mut(from) {
            node.expected.clone_from(to);
        } else if level.contains_key(&any) {
            let node = Node {
                expected: to.clone(),
                parents: BTreeSet::from([any]),
            };
            level.insert(from.clone(), node);
        }
    }

    /// Section 6.1.4 (b)(2): mapping is inhibited, so the policy ends here.
    pub(crate) fn cut(mut self, from: &Policy) -> Option<Self> {
        self.levels.last_mut()?.remove(from);
        self.prune()
    }

    /// Removes what leads to no policy of the last depth.
    fn prune(mut self) -> Option<Self> {
        let mut needed: Option<BTreeSet<Policy>> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(needed) = &needed {
                level.retain(|policy, _| needed.contains(policy));
            }
            if level.is_empty() {
                return None;
            }
            let parents = level.values().flat_map(|node| node.parents.iter().cloned());
            needed = Some(parents.collect());
        }
        Some(self)
    }

    /// Section 6.1.5 (g): the policies of the anchor's domain under which the path is valid,
    /// as far as the user accepts them; an empty `user` accepts any.
    pub(crate) fn user_constrained(&self, user: &BTreeSet<Policy>) -> BTreeSet<Policy> {
        let any = any_policy();
        let of_authority: BTreeSet<_> = self
            .levels
            .iter()
            .flatten()
            .filter(|(policy, node)| **policy != any && node.parents.contains(&any))
            .map(|(policy, _)| policy.clone())
            .collect();
        let ends_in_any = self
            .levels
            .last()
            .is_some_and(|last| last.contains_key(&any));
        if user.is_empty() {
            let mut all = of_authority;
            if ends_in_any {
                all.insert(any);
            }
            return all;
        }
        if ends_in_any {
            return user.clone();
        }
        of_authority.intersection(user).cloned().collect()
    }
}

impl Node {
    fn of(policy: &Policy, parents: BTreeSet<Policy>) -> Self {
        Self {
            expected: BTreeSet::from([policy.clone()]),
            parents,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(policies: &[u8]) -> BTreeSet<Policy> {
        policies.iter().map(|policy| policy_of(*policy)).collect()
    }

    /// Zero stands for anyPolicy.
    fn policy_of(number: u8) -> Policy {
        match number {
            0 => any_policy(),
            number => vec![number],
        }
    }

    fn ends(levels: &[&[u8]], user: &[u8]) -> Option<BTreeSet<Policy>> {
        let mut graph = Some(PolicyGraph::new());
        for level in levels {
            graph = graph.and_then(|graph| graph.descend(&set(level), true));
        }
        graph.map(|graph| graph.user_constrained(&set(user)))
    }

    #[test]
    fn a_policy_must_be_in_every_certificate() {
        assert_eq!(ends(&[&[1, 2], &[2, 3]], &[]), Some(set(&[2])));
        assert_eq!(ends(&[&[1], &[2]], &[]), None);
        assert_eq!(ends(&[&[0], &[2]], &[]), Some(set(&[2])));
        assert_eq!(ends(&[&[2], &[0]], &[]), Some(set(&[2])));
        assert_eq!(ends(&[&[0], &[0]], &[]), Some(set(&[0])));
    }

    #[test]
    fn the_user_accepts_some() {
        assert_eq!(ends(&[&[1, 2], &[1, 2]], &[2, 3]), Some(set(&[2])));
        assert_eq!(ends(&[&[1], &[1]], &[2]), Some(set(&[])));
        assert_eq!(ends(&[&[0], &[0]], &[2]), Some(set(&[2])));
    }

    #[test]
    fn a_mapped_policy_counts_as_what_it_was() {
        let mut graph = PolicyGraph::new().descend(&set(&[1]), true).unwrap();
        graph.map(&policy_of(1), &set(&[2, 3]));
        let graph = graph.descend(&set(&[3]), true).unwrap();
        assert_eq!(graph.user_constrained(&set(&[1])), set(&[1]));
        assert!(graph.clone().descend(&set(&[1]), true).is_none());
        assert!(graph.cut(&policy_of(3)).is_none());
    }

    #[test]
    fn mapping_below_any_policy_makes_a_node() {
        let mut graph = PolicyGraph::new().descend(&set(&[0]), true).unwrap();
        graph.map(&policy_of(1), &set(&[2]));
        let graph = graph.descend(&set(&[2]), true).unwrap();
        assert_eq!(graph.user_constrained(&set(&[1])), set(&[1]));
    }

    #[test]
    fn any_policy_that_does_not_count_is_nothing() {
        let graph = PolicyGraph::new().descend(&set(&[1]), true).unwrap();
        assert!(graph.descend(&set(&[0]), false).is_none());
    }
}
