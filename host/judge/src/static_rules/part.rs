//! The parts of a rule, compiled.
//!
//! Patterns, kinds and regular expressions are ast-grep's. What relates nodes to one another - `has`, `inside`,
//! `precedes`, `follows`, `nthChild` - is worked out by [`super::matching`], which looks nodes up instead of walking over a
//! block for each of its statements, and remembers what it found.

use super::grammar::Grammar;
use ast_grep_config::{
    DeserializeEnv, Rule as Atom, SerializableGlobalRule, SerializableRule, SerializableRuleCore,
};
use ast_grep_core::{Language as _, Matcher as _};
use serde_value::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Why a part does not compile.
pub(crate) type PartError = Box<dyn std::error::Error + Send + Sync>;

/// A part of a rule.
pub(crate) struct Part {
    /// Its number, under which results are remembered.
    pub(crate) id: u32,
    /// What it asks for.
    pub(crate) step: Step,
    /// The only kinds of nodes that can match, in ascending order; `None` for any.
    pub(crate) kinds: Option<Vec<u16>>,
    /// Meta-variables in it. Without any, whether a node matches depends on the node alone.
    pub(crate) variables: BTreeSet<String>,
    /// Meta-variables whose text stands in every node that matches.
    pub(crate) required: BTreeSet<String>,
}

/// What a part asks for.
pub(crate) enum Step {
    /// A pattern, a kind, a regular expression.
    Atom(Atom),
    /// The place among the named children of the parent, from 1.
    Place { place: u32, reverse: bool },
    /// Each of these.
    All(Vec<Part>),
    /// One of these.
    Any(Vec<Part>),
    /// Not this.
    Not(Box<Part>),
    /// A shared utility, whose meta-variables are its own.
    Utility(Arc<Utility>),
    /// Another node that matches.
    Related(Box<Related>),
}

/// Another node, how to find it, and what it must match.
pub(crate) struct Related {
    /// Where it stands.
    pub(crate) relation: Relation,
    /// What it must match.
    pub(crate) other: Part,
    /// How far away it may be.
    pub(crate) stop: Stop,
    /// The field that must lead to it, or from it.
    pub(crate) field: Option<u16>,
}

/// Where another node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Within the node.
    Has,
    /// Around it.
    Inside,
    /// After it, among its siblings.
    Precedes,
    /// Before it, among its siblings.
    Follows,
}

/// How far away another node may be.
pub(crate) enum Stop {
    /// The next one.
    Neighbour,
    /// Any.
    End,
    /// Up to one that matches.
    At(Part),
}

/// A part with conditions on its meta-variables.
pub(crate) struct Utility {
    /// The part.
    pub(crate) part: Part,
    /// What the nodes of meta-variables must match.
    pub(crate) constraints: Vec<(String, Part)>,
}

/// Compiles the rules of a grammar.
pub(crate) struct Compiler {
    grammar: Grammar,
    env: DeserializeEnv<Grammar>,
    utilities: HashMap<String, Arc<Utility>>,
    parts: u32,
}

impl Compiler {
    /// Compiles the shared utilities. A utility may use those before it.
    pub(crate) fn new(
        grammar: Grammar,
        utilities: &[SerializableGlobalRule<Grammar>],
    ) -> Result<Self, PartError> {
        let mut compiler = Self {
            grammar,
            env: DeserializeEnv::new(grammar),
            utilities: HashMap::new(),
            parts: 0,
        };
        for utility in utilities {
            let compiled = compiler.rule(&utility.core)?;
            compiler
                .utilities
                .insert(utility.id.clone(), Arc::new(compiled));
        }
        Ok(compiler)
    }

    /// Compiles a rule.
    pub(crate) fn rule(&mut self, core: &SerializableRuleCore) -> Result<Utility, PartError> {
        if core.transform.is_some() || core.utils.is_some() {
            return Err("`transform` and `utils` have no effect here".into());
        }
        let mut constraints = Vec::new();
        for (variable, rule) in core.constraints.iter().flatten() {
            constraints.push((variable.clone(), self.part(rule.clone())?));
        }
        constraints.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Utility {
            part: self.part(core.rule.clone())?,
            constraints,
        })
    }

    fn part(&mut self, rule: SerializableRule) -> Result<Part, PartError> {
        let mut steps = Vec::new();
        // In the order of ast-grep: what a node is before where it stands.
        let atoms = [
            SerializableRule {
                pattern: rule.pattern,
                ..SerializableRule::default()
            },
            SerializableRule {
                kind: rule.kind,
                ..SerializableRule::default()
            },
            SerializableRule {
                regex: rule.regex,
                ..SerializableRule::default()
            },
            SerializableRule {
                range: rule.range,
                ..SerializableRule::default()
            },
        ];
        for atom in atoms {
            if atom.pattern.is_present()
                || atom.kind.is_present()
                || atom.regex.is_present()
                || atom.range.is_present()
            {
                steps.push(Step::Atom(self.env.deserialize_rule(atom)?));
            }
        }
        let place = SerializableRule {
            nth_child: rule.nth_child,
            ..SerializableRule::default()
        };
        if let Some(place) = only_value(&place)? {
            steps.push(place_of(place)?);
        }
        if let Some(all) = Option::<Vec<_>>::from(rule.all) {
            steps.push(Step::All(self.parts(all)?));
        }
        if let Some(any) = Option::<Vec<_>>::from(rule.any) {
            steps.push(Step::Any(self.parts(any)?));
        }
        if let Some(not) = Option::<Box<_>>::from(rule.not) {
            steps.push(Step::Not(Box::new(self.part(*not)?)));
        }
        let matches = SerializableRule {
            matches: rule.matches,
            ..SerializableRule::default()
        };
        if let Some(matches) = only_value(&matches)? {
            let Value::String(id) = matches else {
                return Err("`matches` takes the name of a utility".into());
            };
            let utility = self
                .utilities
                .get(&id)
                .ok_or_else(|| format!("there is no utility `{id}` before this"))?;
            steps.push(Step::Utility(Arc::clone(utility)));
        }
        let relations = [
            (Relation::Inside, Option::<Box<_>>::from(rule.inside)),
            (Relation::Has, rule.has.into()),
            (Relation::Precedes, rule.precedes.into()),
            (Relation::Follows, rule.follows.into()),
        ];
        for (relation, related) in relations {
            let Some(related) = related else { continue };
            let stop = match serde_value::to_value(related.stop_by)? {
                Value::String(stop) if stop == "neighbor" => Stop::Neighbour,
                Value::String(_) => Stop::End,
                rule => Stop::At(self.part(rule.deserialize_into()?)?),
            };
            let field = match related.field {
                None => None,
                Some(name) => Some(
                    self.grammar
                        .field_to_id(&name)
                        .ok_or_else(|| format!("there is no field `{name}`"))?,
                ),
            };
            steps.push(Step::Related(Box::new(Related {
                relation,
                other: self.part(related.rule)?,
                stop,
                field,
            })));
        }
        Ok(match steps.len() {
            0 => return Err("a rule must ask for something".into()),
            1 => self.whole(steps.remove(0)),
            _ => {
                let parts = steps.into_iter().map(|step| self.whole(step)).collect();
                self.whole(Step::All(parts))
            }
        })
    }

    fn parts(&mut self, rules: Vec<SerializableRule>) -> Result<Vec<Part>, PartError> {
        rules.into_iter().map(|rule| self.part(rule)).collect()
    }

    fn whole(&mut self, step: Step) -> Part {
        self.parts += 1;
        Part {
            id: self.parts,
            kinds: kinds(&step),
            variables: variables(&step),
            required: required(&step),
            step,
        }
    }
}

/// The value of the only key that a rule has, if it has one: ast-grep does not name the types of some.
fn only_value(rule: &SerializableRule) -> Result<Option<Value>, PartError> {
    Ok(match serde_value::to_value(rule)? {
        Value::Map(keys) => keys.into_values().next(),
        _ => None,
    })
}

/// Reads a `nthChild`: a number, or a position that may count from the end.
fn place_of(value: Value) -> Result<Step, PartError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Position {
        position: u32,
        #[serde(default)]
        reverse: bool,
        #[serde(default)]
        of_rule: Option<Value>,
    }
    let position = match value {
        map @ Value::Map(_) => map.deserialize_into::<Position>()?,
        number => Position {
            position: number.deserialize_into()?,
            reverse: false,
            of_rule: None,
        },
    };
    if position.of_rule.is_some() {
        return Err("`ofRule` has no effect here".into());
    }
    Ok(Step::Place {
        place: position.position,
        reverse: position.reverse,
    })
}

fn kinds(step: &Step) -> Option<Vec<u16>> {
    match step {
        Step::Atom(atom) => {
            let kinds = atom.potential_kinds()?;
            Some(
                kinds
                    .iter()
                    .filter_map(|kind| u16::try_from(kind).ok())
                    .collect(),
            )
        }
        Step::All(parts) => {
            parts
                .iter()
                .filter_map(|part| part.kinds.clone())
                .reduce(|both, kinds| {
                    both.into_iter()
                        .filter(|kind| kinds.contains(kind))
                        .collect()
                })
        }
        Step::Any(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(part.kinds.as_ref()?);
            }
            Some(all.into_iter().collect())
        }
        Step::Utility(utility) => utility.part.kinds.clone(),
        Step::Place { .. } | Step::Not(_) | Step::Related(_) => None,
    }
}

fn variables(step: &Step) -> BTreeSet<String> {
    match step {
        Step::Atom(atom) => atom.defined_vars().into_iter().map(str::to_owned).collect(),
        Step::All(parts) | Step::Any(parts) => parts
            .iter()
            .flat_map(|part| part.variables.iter().cloned())
            .collect(),
        Step::Not(part) => part.variables.clone(),
        Step::Related(related) => related.other.variables.clone(),
        Step::Utility(_) | Step::Place { .. } => BTreeSet::new(),
    }
}

fn required(step: &Step) -> BTreeSet<String> {
    match step {
        Step::Atom(_) => variables(step),
        Step::All(parts) => parts
            .iter()
            .flat_map(|part| part.required.iter().cloned())
            .collect(),
        Step::Any(parts) => parts
            .iter()
            .map(|part| part.required.clone())
            .reduce(|both, required| both.intersection(&required).cloned().collect())
            .unwrap_or_default(),
        Step::Related(related) if related.relation == Relation::Has => {
            related.other.required.clone()
        }
        _ => BTreeSet::new(),
    }
}
