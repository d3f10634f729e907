//! The rules a run describes.

use super::log::{Component, Rule, Run, SarifResult};
use std::collections::HashMap;

/// Levels of an identifier with slashes that are tried.
const MAX_LEVELS: usize = 4;

/// The rules of a run, to be found as results refer to them.
pub(crate) struct Rules<'l> {
    by_id: HashMap<&'l str, (&'l Rule, &'l Component)>,
    run: &'l Run,
}

impl<'l> Rules<'l> {
    /// Of the tool and its extensions; the tool's own win.
    pub(crate) fn of(run: &'l Run) -> Self {
        let mut by_id = HashMap::new();
        for component in components(run) {
            for rule in &component.rules.items {
                if let Some(id) = rule.id.some() {
                    by_id.entry(id).or_insert((&**rule, component));
                }
            }
        }
        Self { by_id, run }
    }

    /// The identifier of the rule that raised a result, and what the run says of it.
    pub(crate) fn of_result(
        &self,
        result: &'l SarifResult,
    ) -> (Option<&'l str>, Option<(&'l Rule, &'l Component)>) {
        let named = result.rule_id.some().or_else(|| result.rule.id.some());
        let described = named
            .and_then(|id| self.named(id))
            .or_else(|| self.indexed(result));
        let id = named.or_else(|| described.and_then(|(rule, _)| rule.id.some()));
        (id, described)
    }

    /// By identifier; one like `CA1000/1` is a case of the rule `CA1000`.
    fn named(&self, id: &str) -> Option<(&'l Rule, &'l Component)> {
        let parents = std::iter::successors(Some(id), |id| Some(id.rsplit_once('/')?.0));
        parents
            .take(MAX_LEVELS)
            .find_map(|id| self.by_id.get(id).copied())
    }

    fn indexed(&self, result: &SarifResult) -> Option<(&'l Rule, &'l Component)> {
        let index = result
            .rule_index
            .index()
            .or_else(|| result.rule.index.index())?;
        let component = match result.rule.tool_component.index.index() {
            Some(extension) => &**self.run.tool.extensions.items.get(extension)?,
            None => &*self.run.tool.driver,
        };
        Some((component.rules.items.get(index)?, component))
    }
}

fn components(run: &Run) -> impl Iterator<Item = &Component> {
    std::iter::once(&*run.tool.driver).chain(run.tool.extensions.items.iter().map(|one| &**one))
}
