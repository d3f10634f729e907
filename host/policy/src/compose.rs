//! A policy and the parts it imports, made one component.
//!
//! Each import of the policy that the parts export is given to it; what is left becomes an import of the whole, and
//! the whole exports what the policy exports. Both sides name the contract's `types` as an import, which stays one:
//! it has no functions, so nothing has to be given for it.

use crate::built::as_component;
use crate::embedded;
use crate::error::LoadError;
use wac_graph::types::{ItemKind, Package, Types, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, InstantiationArgumentError, PackageId};

/// One component of two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Its bytes.
    pub component: Vec<u8>,
    /// The imports of the policy that the parts now give, by name.
    pub satisfied: Vec<String>,
    /// The imports with functions that nothing gives yet, by name. A server refuses a policy that has some.
    pub left: Vec<String>,
}

/// Why a policy cannot be composed with the parts.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The policy's bytes are no component and cannot be made one.
    #[error("the policy cannot be composed: {0}")]
    Policy(LoadError),
    /// The bytes of the parts are no component and cannot be made one.
    #[error("the parts cannot be used: {0}")]
    Parts(LoadError),
    /// The policy imports nothing that the parts export.
    #[error(
        "there is nothing to compose: the policy imports {}, and the parts export {}",
        listed(imports),
        listed(exports)
    )]
    NothingInCommon {
        /// Imports of the policy that have functions.
        imports: Vec<String>,
        /// Exports of the parts.
        exports: Vec<String>,
    },
    /// The parts have the interface in a version that does not go with the one that is imported.
    #[error(
        "the policy imports {import}, and the parts have {export}; build the policy against that version of wit/, or give parts of the policy's"
    )]
    Version {
        /// What the policy imports.
        import: String,
        /// What the parts export.
        export: String,
    },
    /// The interface that is exported is not shaped as the one that is imported.
    #[error(
        "the policy imports {import} in another shape than the parts export it: {reason}; build both against the same wit/"
    )]
    Shape {
        /// What the policy imports.
        import: String,
        /// Where the two differ.
        reason: String,
    },
    /// The two could not be put together.
    #[error("the policy and the parts cannot be put together: {0}")]
    Graph(String),
}

/// The component that is the core, to compose policies with.
///
/// # Errors
/// [`LoadError::NoCore`] when this build has none.
pub fn core() -> Result<&'static [u8], LoadError> {
    embedded::CORE
        .map(|core| core.component)
        .ok_or(LoadError::NoCore)
}

/// Composes a policy with parts it imports. Either may be a core module that can be made a component.
///
/// Versions go together as semantic versioning has it.
///
/// # Errors
/// When either is no component, nothing is in common, or what is does not fit.
pub fn compose(policy: Vec<u8>, parts: Vec<u8>) -> Result<Composed, ComposeError> {
    let policy = as_component(policy).map_err(ComposeError::Policy)?;
    let parts = as_component(parts).map_err(ComposeError::Parts)?;
    let mut graph = CompositionGraph::new();
    let policy = register(&mut graph, "policy", policy).map_err(ComposeError::Policy)?;
    let parts = register(&mut graph, "parts", parts).map_err(ComposeError::Parts)?;

    let imports = with_functions(&graph, policy);
    let exports: Vec<String> = world(&graph, parts).exports.keys().cloned().collect();
    let pairs = pairs(&imports, &exports)?;
    if pairs.is_empty() {
        return Err(ComposeError::NothingInCommon { imports, exports });
    }
    let component = encode(&mut graph, policy, parts, &pairs)?;
    let mut left: Vec<String> = graph
        .imports()
        .filter(|(_, kind, _)| has_functions(graph.types(), *kind))
        .map(|(name, _, _)| name.to_owned())
        .collect();
    left.sort();
    left.dedup();
    Ok(Composed {
        component,
        satisfied: pairs.into_iter().map(|(import, _)| import).collect(),
        left,
    })
}

fn register(
    graph: &mut CompositionGraph,
    name: &str,
    component: Vec<u8>,
) -> Result<PackageId, LoadError> {
    let unreadable = |error: String| LoadError::Compile(error);
    let package = Package::from_bytes(name, None, component, graph.types_mut())
        .map_err(|e| unreadable(format!("{e:#}")))?;
    graph
        .register_package(package)
        .map_err(|e| unreadable(e.to_string()))
}

fn world(graph: &CompositionGraph, package: PackageId) -> &wac_graph::types::World {
    &graph.types()[graph[package].ty()]
}

/// Names of the imports that something has to be given for.
fn with_functions(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    world(graph, package)
        .imports
        .iter()
        .filter(|(_, kind)| has_functions(graph.types(), **kind))
        .map(|(name, _)| name.clone())
        .collect()
}

fn has_functions(types: &Types, kind: ItemKind) -> bool {
    match kind {
        ItemKind::Type(_) => false,
        ItemKind::Instance(interface) => types[interface]
            .exports
            .values()
            .any(|item| !matches!(item, ItemKind::Type(_))),
        _ => true,
    }
}

/// Which import is given which export.
fn pairs(imports: &[String], exports: &[String]) -> Result<Vec<(String, String)>, ComposeError> {
    let mut pairs = Vec::new();
    for import in imports {
        let same = |export: &&String| unversioned(export) == unversioned(import);
        let mut candidates = exports.iter().filter(same).peekable();
        let Some(&first) = candidates.peek() else {
            continue;
        };
        match candidates.find(|export| are_semver_compatible(import, export)) {
            Some(export) => pairs.push((import.clone(), export.clone())),
            None => {
                return Err(ComposeError::Version {
                    import: import.clone(),
                    export: first.clone(),
                });
            }
        }
    }
    Ok(pairs)
}

fn unversioned(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// The policy with those imports given, and all that it exports.
fn encode(
    graph: &mut CompositionGraph,
    policy: PackageId,
    parts: PackageId,
    pairs: &[(String, String)],
) -> Result<Vec<u8>, ComposeError> {
    let misfit = |e: &dyn std::error::Error| ComposeError::Graph(chain(e));
    let exports: Vec<String> = world(graph, policy).exports.keys().cloned().collect();
    let whole = graph.instantiate(policy);
    let given = graph.instantiate(parts);
    for (import, export) in pairs {
        let part = graph
            .alias_instance_export(given, export)
            .map_err(|e| misfit(&e))?;
        graph
            .set_instantiation_argument(whole, import, part)
            .map_err(|e| match e {
                InstantiationArgumentError::ArgumentTypeMismatch { source, .. } => {
                    ComposeError::Shape {
                        import: import.clone(),
                        reason: format!("{source:#}"),
                    }
                }
                e => misfit(&e),
            })?;
    }
    for name in exports {
        graph
            .alias_instance_export(whole, &name)
            .map_err(|e| misfit(&e))
            .and_then(|export| graph.export(export, &name).map_err(|e| misfit(&e)))?;
    }
    graph
        .encode(EncodeOptions::default())
        .map_err(|e| misfit(&e))
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}
