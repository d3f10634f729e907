//! A realistic file of each language, with all that is to be found in it.

use crate::support::{file, found, of_rule, review};

#[test]
fn python() {
    let text = r#"import os
import pickle


class Reports:
    """Reports of the shop."""

    def __init__(self, db, extra=[]):
        self.db = db
        self.extra = extra

    def find(self, name):
        """Finds a report."""
        return self.db.execute(f"SELECT * FROM reports WHERE name = '{name}'")

    def load(self, blob):
        """Loads a report."""
        try:
            return pickle.loads(blob)
        except Exception:
            pass


def export(report):
    """Writes a report."""
    # TODO: compress
    os.system("tar cf out.tar " + report)


def count(n):
    """Counts down."""
    return count(n - 1)
"#;
    let report = review(vec![file("reports.py", text)]);
    assert_eq!(
        found(&report),
        [
            ("python/mutable-default", 8),
            ("python/sql-text", 14),
            ("python/pickle", 19),
            ("python/swallowed-exception", 20),
            ("generic/todo-comment", 26),
            ("python/shell-text", 27),
            ("generic/endless-recursion", 32),
        ]
    );
    assert_eq!(
        of_rule(&report, "python/sql-text")[0].symbol.as_deref(),
        Some("Reports.find")
    );
    assert_eq!(of_rule(&report, "python/sql-text")[0].cwe, Some(89));
}

#[test]
fn rust() {
    let text = r#"//! Reports.

use std::process::Command;

/// The reports.
pub struct Reports;

impl Reports {
    /// Packs one.
    pub fn pack(&self, name: &str) {
        Command::new("sh").arg("-c").arg(format!("tar cf out.tar {name}")).status().ok();
    }

    /// Its size.
    pub fn size(&self, text: &str) -> usize {
        text.parse().unwrap()
    }

    /// Sends it.
    pub fn send(&self) {
        todo!()
    }

    fn spin(&self) {
        let mut n = 0_u64;
        loop {
            n += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn measures() {
        assert_eq!("1".parse::<usize>().unwrap(), 1);
    }
}
"#;
    let report = review(vec![file("src/reports.rs", text)]);
    assert_eq!(
        found(&report),
        [
            ("rust/ok-discards-error", 11),
            ("rust/shell-text", 11),
            ("rust/unwrap", 16),
            ("rust/todo", 21),
            ("generic/endless-loop", 26),
        ]
    );
    assert_eq!(
        of_rule(&report, "rust/unwrap")[0].symbol.as_deref(),
        Some("Reports.size")
    );
}

#[test]
fn typescript() {
    let text = r#"import { exec } from 'child_process';

/** Shows comments. */
export class Comments {
  show(box: HTMLElement, text: string): void {
    box.innerHTML = `<b>${text}</b>`;
  }

  async load(db: Db, id: any) {
    try {
      return await db.query(`SELECT * FROM comments WHERE id = ${id}`);
    } catch (error) {}
  }
}

const pack = (name: string) => exec(`tar cf out.tar ${name}`);
const token = Math.random().toString(36);
// ... rest of the code remains the same
"#;
    let report = review(vec![file("comments.ts", text)]);
    assert_eq!(
        found(&report),
        [
            ("javascript/inner-html", 6),
            ("typescript/any-type", 9),
            ("javascript/sql-text", 11),
            ("javascript/empty-catch", 12),
            ("javascript/shell-text", 16),
            ("javascript/random-secret", 17),
            ("generic/elided-code", 18),
        ]
    );
    assert_eq!(
        of_rule(&report, "javascript/shell-text")[0]
            .symbol
            .as_deref(),
        Some("pack")
    );
}

#[test]
fn javascript() {
    let text = "const express = require('express');\nconst app = express();\n\napp.get('/', (req, res) => {\n  res.send(`<h1>${req.query.name}</h1>`);\n});\n\nfunction walk(node) {\n  if (node == '0') {\n    return eval(node.code);\n  }\n  return walk(node.next);\n}\n";
    let report = review(vec![file("app.jsx", text)]);
    assert_eq!(
        found(&report),
        [
            ("javascript/request-to-html", 5),
            ("javascript/loose-equality", 9),
            ("javascript/eval", 10)
        ]
    );
}

#[test]
fn overlong_and_overcomplex_functions_are_found_in_every_language() {
    let cases: [(&str, &str, &str, &str); 7] = [
        ("a.py", "def f(a):\n", "    if a:\n        a = g(a)\n", ""),
        (
            "a.rs",
            "fn f(mut a: u32) {\n",
            "    if a > 1 {\n        a = g(a);\n    }\n",
            "}\n",
        ),
        (
            "a.js",
            "const f = (a) => {\n",
            "  if (a) {\n    a = g(a);\n  }\n",
            "};\n",
        ),
        (
            "a.go",
            "package a\nfunc f(a int) {\n",
            "\tif a > 1 {\n\t\ta = g(a)\n\t}\n",
            "}\n",
        ),
        (
            "a.java",
            "class A {\nvoid f(int a) {\n",
            "    if (a > 1) {\n        a = g(a);\n    }\n",
            "}\n}\n",
        ),
        (
            "a.c",
            "void f(int a) {\n",
            "    if (a > 1) {\n        a = g(a);\n    }\n",
            "}\n",
        ),
        (
            "a.cpp",
            "void A::f(int a) {\n",
            "    if (a > 1) {\n        a = g(a);\n    }\n",
            "}\n",
        ),
    ];
    for (path, head, step, tail) in cases {
        let code = |steps: usize| format!("{head}{}{tail}", step.repeat(steps));
        let rules = |steps: usize| {
            let report = review(vec![file(path, &code(steps))]);
            found(&report)
                .into_iter()
                .map(|(rule, _)| rule.to_owned())
                .collect::<Vec<_>>()
        };
        assert!(
            !rules(10).contains(&"generic/complex-function".to_owned()),
            "{path}"
        );
        assert!(
            rules(61).contains(&"generic/complex-function".to_owned()),
            "{path}"
        );
        assert!(
            rules(61).contains(&"generic/long-function".to_owned()),
            "{path}"
        );
        let report = review(vec![file(path, &code(61))]);
        let symbol = of_rule(&report, "generic/complex-function")[0]
            .symbol
            .clone();
        assert!(symbol.is_some_and(|symbol| symbol.ends_with('f')), "{path}");
    }
}

#[test]
fn endless_recursion_is_told_from_the_ordinary_kind() {
    for (path, text, reported) in [
        ("a.py", "def f(n):\n    return f(n - 1)\n", true),
        (
            "a.py",
            "def f(n):\n    return 1 if n < 2 else f(n - 1)\n",
            false,
        ),
        (
            "a.py",
            "class A:\n    def get(self):\n        return get(self)\n",
            false,
        ),
        (
            "a.py",
            "class A:\n    def get(self):\n        return self.get()\n",
            true,
        ),
        ("a.py", "def f(n):\n    return n and f(n - 1)\n", false),
        ("a.rs", "fn f(n: u32) -> u32 {\n    f(n - 1) + 1\n}\n", true),
        (
            "a.rs",
            "impl A for B {\n    fn len(&self) -> usize {\n        self.len()\n    }\n}\n",
            false,
        ),
        ("a.js", "const f = (n) => f(n - 1);\n", true),
        ("a.js", "const f = (n) => () => f(n - 1);\n", false),
        (
            "a.go",
            "package a\n\nfunc f(n int) int {\n\treturn f(n - 1)\n}\n",
            true,
        ),
        (
            "A.java",
            "class A {\n    int f(int n) {\n        return f(n - 1);\n    }\n}\n",
            true,
        ),
        (
            "A.java",
            "class A {\n    int f(int n) {\n        return f(n, 0);\n    }\n    int f(int n, int m) {\n        return n;\n    }\n}\n",
            false,
        ),
        ("a.c", "int f(int n) {\n    return f(n - 1);\n}\n", true),
    ] {
        let report = review(vec![file(path, text)]);
        assert_eq!(
            !of_rule(&report, "generic/endless-recursion").is_empty(),
            reported,
            "{path}\n{text}"
        );
    }
}

#[test]
fn endless_loops_are_told_from_servers() {
    for (path, text, reported) in [
        (
            "a.py",
            "def f():\n    n = 0\n    while True:\n        n += 1\n",
            true,
        ),
        (
            "a.py",
            "def f():\n    while True:\n        serve()\n",
            false,
        ),
        (
            "a.js",
            "function f() {\n  let n = 0;\n  for (;;) {\n    n += 1;\n  }\n}\n",
            true,
        ),
        (
            "a.js",
            "function f() {\n  while (true) {\n    if (done) break;\n  }\n}\n",
            false,
        ),
        (
            "a.go",
            "package a\n\nfunc f() {\n\tn := 0\n\tfor {\n\t\tn++\n\t}\n}\n",
            true,
        ),
        (
            "a.go",
            "package a\n\nfunc f(c chan int) {\n\tfor {\n\t\t<-c\n\t}\n}\n",
            false,
        ),
        (
            "a.c",
            "void f(void) {\n    int n = 0;\n    while (1) {\n        n++;\n    }\n}\n",
            true,
        ),
        ("a.c", "void f(void) {\n    while (1) {\n    }\n}\n", false),
    ] {
        let report = review(vec![file(path, text)]);
        assert_eq!(
            !of_rule(&report, "generic/endless-loop").is_empty(),
            reported,
            "{path}\n{text}"
        );
    }
}

#[test]
fn public_items_without_a_word_are_told_once_a_file() {
    for (path, text) in [
        (
            "a.py",
            "def a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return 3\n",
        ),
        (
            "a.rs",
            "pub fn a() -> u8 {\n    1\n}\npub fn b() -> u8 {\n    2\n}\npub fn c() -> u8 {\n    3\n}\n",
        ),
        (
            "a.ts",
            "export function a() {\n  return 1;\n}\nexport function b() {\n  return 2;\n}\nexport class C {}\n",
        ),
        (
            "a.go",
            "package a\n\nfunc A() int { return 1 }\n\nfunc B() int { return 2 }\n\ntype C struct{}\n",
        ),
        (
            "A.java",
            "public class A {\n    public int a() { return 1; }\n    public int b() { return 2; }\n}\n",
        ),
    ] {
        let report = review(vec![file(path, text)]);
        assert_eq!(
            of_rule(&report, "generic/undocumented").len(),
            1,
            "{path}: {:?}",
            found(&report)
        );
    }
}

#[test]
fn a_macro_of_c_is_not_taken_for_a_syntax_error() {
    let text =
        "#include \"api.h\"\n\nMY_API(int) BEGIN_DECLS add(int a, int b) {\n    return a + b;\n}\n";
    let report = review(vec![file("api.c", text)]);
    assert!(
        of_rule(&report, "generic/syntax-error").is_empty(),
        "{:?}",
        report.findings
    );
    let broken = review(vec![file(
        "b.c",
        "int add(int a, int b {\n    return a + b;\n}\n",
    )]);
    assert_eq!(of_rule(&broken, "generic/syntax-error").len(), 1);
}
