//! What an expression may be made of: names that are known, and no more depth than a small stack bears.

use crate::variables;
use cel::common::ast::{EntryExpr, Expr};
use cel::parser::Expression;

/// Deepest nesting of an expression.
pub(crate) const MAX_DEPTH: u16 = 48;
/// Deepest nesting of macros that go through a list: each multiplies the time it takes.
const MAX_LOOPS: u16 = 2;
/// Most signs of negation on end.
const MAX_SIGNS: u16 = 8;

/// Functions that rules may call; macros and operators apart.
const FUNCTIONS: [&str; 10] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "dyn",
];

/// Refuses a text whose nesting alone would be too much for the parser.
pub(crate) fn check_text(text: &str) -> Result<(), String> {
    let (mut depth, mut signs) = (0u16, 0u16);
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => depth = depth.saturating_add(1),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match character {
            '!' | '-' => signs = signs.saturating_add(1),
            ' ' | '\t' | '\n' | '\r' => {}
            _ => signs = 0,
        }
        if depth > MAX_DEPTH || signs > MAX_SIGNS {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Refuses an expression that is too deep or names what does not exist.
pub(crate) fn check(expression: &Expression) -> Result<(), String> {
    Walk::default().visit(expression)
}

fn too_deep() -> String {
    format!("is nested too deeply; {MAX_DEPTH} levels may be, and {MAX_LOOPS} of macros on lists")
}

#[derive(Default)]
struct Walk<'e> {
    depth: u16,
    loops: u16,
    /// Variables of the macros around.
    scope: Vec<&'e str>,
}

impl<'e> Walk<'e> {
    fn visit(&mut self, expression: &'e Expression) -> Result<(), String> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.depth += 1;
        self.visit_kind(&expression.expr)?;
        self.depth -= 1;
        Ok(())
    }

    fn all(&mut self, parts: impl IntoIterator<Item = &'e Expression>) -> Result<(), String> {
        parts.into_iter().try_for_each(|part| self.visit(part))
    }

    fn visit_kind(&mut self, expression: &'e Expr) -> Result<(), String> {
        match expression {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.known(name),
            Expr::Select(select) => self.visit(&select.operand),
            Expr::List(list) => self.all(&list.elements),
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let named = name.starts_with(|first: char| first.is_ascii_alphabetic());
                if named && !FUNCTIONS.contains(&name) {
                    return Err(format!(
                        "calls {name}, which is no function; there are {}",
                        FUNCTIONS.join(", ")
                    ));
                }
                self.all(call.target.as_deref().into_iter().chain(&call.args))
            }
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => self.all([&entry.key, &entry.value]),
                EntryExpr::StructField(field) => self.visit(&field.value),
            }),
            Expr::Struct(_) => Err("makes a message; rules have no types for that".to_owned()),
            Expr::Comprehension(through) => {
                self.visit(&through.iter_range)?;
                self.visit(&through.accu_init)?;
                self.loops += 1;
                if self.loops > MAX_LOOPS {
                    return Err(too_deep());
                }
                let outer = self.scope.len();
                let names = [&through.iter_var, &through.accu_var];
                self.scope.extend(
                    names
                        .into_iter()
                        .chain(&through.iter_var2)
                        .map(String::as_str),
                );
                self.all([&through.loop_cond, &through.loop_step, &through.result])?;
                self.scope.truncate(outer);
                self.loops -= 1;
                Ok(())
            }
        }
    }

    fn known(&self, name: &str) -> Result<(), String> {
        if self.scope.contains(&name) || variables::NAMES.contains(&name) {
            return Ok(());
        }
        Err(format!(
            "names {name}, which is no variable; there are {}",
            variables::NAMES.join(", ")
        ))
    }
}
