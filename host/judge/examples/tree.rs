//! Prints the syntax tree of standard input: `cargo run --example tree -- go < file.go`. For authors of rules.

use ast_grep_core::tree_sitter::LanguageExt as _;
use gansauditor_judge::Grammar;
use std::io::{Read as _, Write as _};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let grammar = Grammar::ALL
        .into_iter()
        .find(|grammar| grammar.name() == name)
        .ok_or_else(|| {
            format!(
                "`{name}` is not a grammar; there are {}",
                Grammar::ALL.map(Grammar::name).join(", ")
            )
        })?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let tree = grammar.ast_grep(&text);
    let mut cursor = tree.root().get_inner_node().walk();
    let mut out = std::io::stdout().lock();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if node.is_named() || node.is_missing() {
            let field = cursor
                .field_name()
                .map_or_else(String::new, |field| format!("{field}: "));
            let first = node
                .utf8_text(text.as_bytes())?
                .lines()
                .next()
                .unwrap_or_default();
            writeln!(out, "{:depth$}{field}{}  {first}", "", node.kind())?;
        }
        if cursor.goto_first_child() {
            depth += 2;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
            depth -= 2;
        }
    }
}
