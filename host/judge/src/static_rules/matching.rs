//! Matches the parts of a rule against a tree.
//!
//! The meaning is ast-grep's. The cost is not: nodes that could match are looked up by their kind, or by a word that must
//! stand in them, and what a part found at a node is remembered where it is asked again, so that a rule which relates
//! each statement of a block to the rest of it costs no more than the block is long.

use super::deadline::Deadline;
use super::index::Table;
use super::indexed_doc::{IndexedDoc, IndexedNode, IndexedTree};
use super::part::{Part, Related, Relation, Step, Stop, Utility};
use ast_grep_config::Rule as Atom;
use ast_grep_core::meta_var::MetaVarEnv;
use ast_grep_core::{Matcher as _, NodeMatch};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Meta-variables and their nodes.
type Env<'t> = MetaVarEnv<'t, IndexedDoc>;

/// Steps between two looks at the clock.
const STRIDE: u32 = 1_024;
/// Longest text, in bytes, that a regular expression is run over again rather than remembered.
const SHORT: usize = 256;

/// One tree that is matched against.
pub(crate) struct Run<'t> {
    tree: &'t IndexedTree,
    table: &'t Table,
    deadline: &'t Deadline,
    steps: Cell<u32>,
    late: Cell<bool>,
    /// Whether a part matches at a node, with these meta-variables.
    known: RefCell<HashMap<(u32, u32, u64), bool>>,
}

impl<'t> Run<'t> {
    /// Begins to match against a tree.
    pub(crate) fn new(tree: &'t IndexedTree, deadline: &'t Deadline) -> Self {
        Self {
            tree,
            table: tree.root().get_doc().table(),
            deadline,
            steps: Cell::new(0),
            late: Cell::new(false),
            known: RefCell::default(),
        }
    }

    /// Matches a rule at a node. After the deadline nothing matches.
    pub(crate) fn matches(&self, rule: &Utility, number: u32) -> Option<NodeMatch<'t, IndexedDoc>> {
        let mut env = Cow::Owned(Env::new());
        self.rule(rule, number, &mut env)
            .then(|| NodeMatch::new(self.node(number), env.into_owned()))
    }

    fn rule(&self, rule: &Utility, number: u32, env: &mut Cow<'_, Env<'t>>) -> bool {
        self.part(&rule.part, number, env)
            && rule.constraints.iter().all(|(variable, part)| {
                let node = env
                    .get_match(variable)
                    .map(|node| node.get_inner_node().number);
                node.is_none_or(|node| self.part(part, node, env))
            })
    }

    fn node(&self, number: u32) -> IndexedNode<'t> {
        self.tree.adopt(self.tree.root().get_doc().at(number))
    }

    /// Whether the time is up.
    fn late(&self) -> bool {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(STRIDE) && self.deadline.check().is_err() {
            self.late.set(true);
        }
        self.late.get()
    }

    fn part(&self, part: &Part, number: u32, env: &mut Cow<'_, Env<'t>>) -> bool {
        let kind = self.table.kind(number);
        let possible = part
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.binary_search(&kind).is_ok());
        if !possible || self.late() {
            return false;
        }
        match &part.step {
            Step::Atom(atom @ Atom::Regex(_)) if self.table.text(number).len() > SHORT => self
                .remembered(part.id, number, 0, || {
                    atom.match_node_with_env(self.node(number), env).is_some()
                }),
            Step::Atom(atom) => atom.match_node_with_env(self.node(number), env).is_some(),
            Step::Place { place, reverse } => self.table.place(number, *reverse) == Some(*place),
            Step::All(parts) => {
                let mut all = Cow::Borrowed(env.as_ref());
                if !parts.iter().all(|part| self.part(part, number, &mut all)) {
                    return false;
                }
                if let Cow::Owned(all) = all {
                    *env = Cow::Owned(all);
                }
                true
            }
            Step::Any(parts) => parts.iter().any(|part| {
                let mut one = Cow::Borrowed(env.as_ref());
                if !self.part(part, number, &mut one) {
                    return false;
                }
                if let Cow::Owned(one) = one {
                    *env = Cow::Owned(one);
                }
                true
            }),
            Step::Not(part) => {
                let mut unused = Cow::Borrowed(env.as_ref());
                !self.part(part, number, &mut unused)
            }
            Step::Utility(utility) => self.remembered(part.id, number, 0, || {
                self.rule(utility, number, &mut Cow::Owned(Env::new()))
            }),
            Step::Related(related) => match self.key(part, related, env) {
                Some(key) => self.remembered(part.id, number, key, || {
                    self.related(part, related, number, key, env)
                }),
                None => self.related(part, related, number, 0, env),
            },
        }
    }

    /// What a part with these meta-variables is remembered by. `None` where it may bind others, or is cheap.
    fn key(&self, part: &Part, related: &Related, env: &Env<'t>) -> Option<u64> {
        if matches!(related.stop, Stop::Neighbour) {
            return None;
        }
        let mut hash = DefaultHasher::new();
        for variable in &part.variables {
            let node = env.get_match(variable)?;
            (node.kind_id(), node.text()).hash(&mut hash);
        }
        Some(if part.variables.is_empty() {
            0
        } else {
            hash.finish()
        })
    }

    fn remembered(&self, part: u32, number: u32, key: u64, find: impl FnOnce() -> bool) -> bool {
        let at = (part, number, key);
        if let Some(known) = self.known.borrow().get(&at) {
            return *known;
        }
        let found = find();
        self.known.borrow_mut().insert(at, found);
        found
    }

    /// Matches a part from afar: without meta-variables, what it finds at a node is remembered.
    fn other(&self, part: &Part, number: u32, env: &mut Cow<'_, Env<'t>>) -> bool {
        if part.variables.is_empty() && !matches!(part.step, Step::Atom(_)) {
            return self.remembered(part.id, number, 1, || self.part(part, number, env));
        }
        self.part(part, number, env)
    }

    fn stops(&self, stop: &Part, number: u32) -> bool {
        self.other(stop, number, &mut Cow::Owned(Env::new()))
    }

    fn related(
        &self,
        part: &Part,
        related: &Related,
        number: u32,
        key: u64,
        env: &mut Cow<'_, Env<'t>>,
    ) -> bool {
        match related.relation {
            Relation::Has => self.has(related, number, env),
            Relation::Inside => self.inside(related, number, env),
            Relation::Precedes => self.beside(part, related, number, key, env, Table::next),
            Relation::Follows => self.beside(part, related, number, key, env, Table::previous),
        }
    }

    fn has(&self, related: &Related, number: u32, env: &mut Cow<'_, Env<'t>>) -> bool {
        let other = &related.other;
        let start = match related.field {
            Some(field) => match self.table.field(number, field) {
                Some(child) => child,
                None => return false,
            },
            None => number,
        };
        // A field leads to the node itself, which is looked at too.
        let itself = related.field.is_some();
        match &related.stop {
            Stop::Neighbour if itself => self.part(other, start, env),
            Stop::Neighbour => self
                .table
                .children(start)
                .any(|child| self.part(other, child, env)),
            Stop::End => {
                let mut within = self.table.within(start);
                if itself {
                    within.start = start;
                }
                self.candidates(other, within, env)
                    .iter()
                    .any(|node| self.other(other, *node, env))
            }
            Stop::At(stop) => {
                if itself && self.part(other, start, env) {
                    return true;
                }
                if itself && self.stops(stop, start) {
                    return false;
                }
                let within = self.table.within(start);
                let mut node = within.start;
                while node < within.end {
                    if self.other(other, node, env) {
                        return true;
                    }
                    // ast-grep looks no deeper than the children of a field.
                    node = if itself || self.stops(stop, node) {
                        self.table.within(node).end
                    } else {
                        node + 1
                    };
                }
                false
            }
        }
    }

    /// The nodes of a range that could match, in the order of the text.
    fn candidates(
        &self,
        part: &Part,
        range: std::ops::Range<u32>,
        env: &Env<'t>,
    ) -> Cow<'t, [u32]> {
        if let Some(word) = self.word(part, env) {
            let mut found = Vec::new();
            for leaf in self.table.of_word(word, &range) {
                let mut at = Some(*leaf);
                while let Some(node) = at.filter(|node| range.contains(node)) {
                    let kind = self.table.kind(node);
                    let possible = part
                        .kinds
                        .as_ref()
                        .is_none_or(|kinds| kinds.binary_search(&kind).is_ok());
                    if possible {
                        found.push(node);
                    }
                    at = self.table.parent(node);
                }
            }
            found.sort_unstable();
            found.dedup();
            return Cow::Owned(found);
        }
        match part.kinds.as_deref() {
            Some([kind]) => Cow::Borrowed(self.table.of_kind(*kind, &range)),
            Some(kinds) => {
                let mut found: Vec<u32> = kinds
                    .iter()
                    .flat_map(|kind| self.table.of_kind(*kind, &range))
                    .copied()
                    .collect();
                found.sort_unstable();
                Cow::Owned(found)
            }
            None => Cow::Owned(range.collect()),
        }
    }

    /// A word that stands in every node that matches a part.
    fn word(&self, part: &Part, env: &Env<'t>) -> Option<&'t str> {
        part.required
            .iter()
            .filter_map(|variable| {
                let node = env.get_match(variable)?.get_inner_node().number;
                self.table.word_of(node)
            })
            .max_by_key(|word| word.len())
    }

    fn inside(&self, related: &Related, number: u32, env: &mut Cow<'_, Env<'t>>) -> bool {
        let mut below = number;
        while let Some(node) = self.table.parent(below) {
            let led = related
                .field
                .is_none_or(|field| self.table.field(node, field) == Some(below));
            if led && self.other(&related.other, node, env) {
                return true;
            }
            let stops = match &related.stop {
                Stop::Neighbour => true,
                Stop::End => false,
                Stop::At(stop) => self.stops(stop, node),
            };
            if stops {
                return false;
            }
            below = node;
        }
        false
    }

    /// Looks for a sibling. What is found for one node holds for its siblings up to there.
    fn beside(
        &self,
        part: &Part,
        related: &Related,
        number: u32,
        key: u64,
        env: &mut Cow<'_, Env<'t>>,
        next: fn(&Table, u32) -> Option<u32>,
    ) -> bool {
        let other = &related.other;
        if matches!(related.stop, Stop::End)
            && let Some(word) = self.word(other, env)
        {
            return self
                .siblings_with(word, number, next)
                .into_iter()
                .any(|sibling| self.other(other, sibling, env));
        }
        let mut passed = Vec::new();
        let mut at = number;
        let mut found = false;
        while let Some(sibling) = next(self.table, at) {
            if self.other(other, sibling, env) {
                found = true;
                break;
            }
            let stops = match &related.stop {
                Stop::Neighbour => true,
                Stop::End => false,
                Stop::At(stop) => self.stops(stop, sibling),
            };
            if stops {
                break;
            }
            if part.variables.is_empty() {
                if let Some(known) = self.known.borrow().get(&(part.id, sibling, key)) {
                    found = *known;
                    break;
                }
                passed.push(sibling);
            }
            at = sibling;
        }
        let mut known = self.known.borrow_mut();
        known.extend(
            passed
                .into_iter()
                .map(|sibling| ((part.id, sibling, key), found)),
        );
        found
    }

    /// Siblings on one side of a node that hold a word, the nearest first.
    fn siblings_with(
        &self,
        word: &str,
        number: u32,
        next: fn(&Table, u32) -> Option<u32>,
    ) -> Vec<u32> {
        let Some(parent) = self.table.parent(number) else {
            return Vec::new();
        };
        let within = self.table.within(parent);
        let mine = self.table.within(number);
        // Whichever side `next` leads to.
        let forward = next(self.table, number).is_some_and(|sibling| sibling > number);
        let range = if forward {
            mine.end..within.end
        } else {
            within.start..number
        };
        let mut found: Vec<u32> = self
            .table
            .of_word(word, &range)
            .iter()
            .filter_map(|leaf| {
                std::iter::successors(Some(*leaf), |node| self.table.parent(*node))
                    .find(|node| self.table.parent(*node) == Some(parent))
            })
            .collect();
        found.dedup();
        if !forward {
            found.reverse();
        }
        found
    }
}
