//! The built-in judge: rules over syntax trees, and checks that hold for every language.
//!
//! `rules/` holds the rules of each language as data; the modules here are the engine that runs them, the checks
//! that are code, and the rule by which findings become grades (`grades`).

mod brackets;
mod catalogue;
mod collector;
mod comments;
mod complexity;
mod conflict_markers;
mod deadline;
mod documentation;
mod endless_loop;
mod flow;
mod grades;
mod grammar;
mod header;
mod hidden;
mod index;
mod indexed_doc;
mod judge;
mod kinds;
mod lexis;
mod literals;
mod matching;
mod own_call;
mod part;
mod pieces;
mod prose;
mod readable;
mod recursion;
mod rule;
mod same_function;
mod scan;
mod secret_value;
mod secrets;
mod skim;
mod source;
mod summary;
mod symbol;
mod syntax_errors;
mod syntax_tree;
mod test_code;
mod test_spans;
mod testing;

#[cfg(test)]
mod examples;

pub use grammar::Grammar;
pub use judge::StaticJudge;

/// The judge's name.
pub(crate) const NAME: &str = "static";
