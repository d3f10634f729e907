//! Names lead to functions and texts to their parts, in every language alike.

use super::super::deadline::Deadline;
use super::super::grammar::Grammar;
use super::super::syntax_tree::{Descend, parse, walk};
use super::*;
use gansauditor_audit::domain::{Extent, WorkFile};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Calls `look` with the file and each of its calls.
fn each_call(
    grammar: Grammar,
    text: &str,
    mut look: impl for<'t> FnMut(&Source<'t>, &Flow<'_, 't>, Node<'t>),
) {
    let deadline = Deadline::new(Duration::from_secs(60), CancellationToken::new());
    let file = WorkFile {
        path: "example".to_owned(),
        named: false,
        language: None,
        text: text.to_owned(),
        extent: Extent::Whole,
    };
    let tree = parse(text, grammar, &deadline).unwrap().unwrap();
    let root = tree.root();
    let source = Source::new(&file, grammar, root.get_inner_node(), false);
    let flow = Flow::new(&source);
    let mut calls = Vec::new();
    walk(source.root, |node| {
        if source.kinds().calls.contains(&node.kind()) {
            calls.push(node);
        }
        Descend::Into
    });
    for call in calls {
        look(&source, &flow, call);
    }
}

/// Names of the functions that are called, in the order of the text.
fn called(grammar: Grammar, text: &str) -> Vec<String> {
    let mut names = Vec::new();
    each_call(grammar, text, |source, _, call| {
        let bindings = Bindings::of(source);
        names.push(super::names::called(call, source, &bindings));
    });
    names
}

/// Whether the last call of a text is given a dangerous one.
fn is_dangerous(grammar: Grammar, text: &str, purpose: Purpose) -> Option<Danger> {
    let mut last = None;
    each_call(grammar, text, |source, flow, call| {
        let bindings = Bindings::of(source);
        let Some(argument) = call
            .child_by_field_name("arguments")
            .and_then(|list| list.named_child(0))
        else {
            return;
        };
        if source.text_of(call).starts_with("run(") {
            let parts =
                Assembly::new(flow.source, &bindings, purpose, &Seen::default()).parts(argument);
            last = danger::danger(&parts, purpose);
        }
    });
    last
}

#[test]
fn aliases_lead_to_the_function() {
    for (grammar, text, name) in [
        (
            Grammar::Python,
            "from os import system as s\ns(x)\n",
            "os.system",
        ),
        (
            Grammar::Python,
            "import subprocess as sp\nsp.run(x)\n",
            "subprocess.run",
        ),
        (
            Grammar::Python,
            "import os\nrun = os.system\ndef f(x):\n    run(x)\n",
            "os.system",
        ),
        (
            Grammar::Python,
            "run = eval\nother = run\nother(x)\n",
            "eval",
        ),
        (Grammar::Python, "ｅｖａｌ(x)\n", "eval"),
        (Grammar::Python, "__import__('os').system(x)\n", "os.system"),
        (
            Grammar::JavaScript,
            "const cp = require('node:child_process');\ncp.exec(x);\n",
            "child_process.exec",
        ),
        (
            Grammar::JavaScript,
            "const { exec: run } = require('child_process');\nrun(x);\n",
            "child_process.exec",
        ),
        (Grammar::JavaScript, "(0, eval)(x);\n", "eval"),
        (Grammar::JavaScript, "globalThis['eval'](x);\n", "eval"),
        (
            Grammar::TypeScript,
            "import { exec as run } from 'child_process';\nrun(x);\n",
            "child_process.exec",
        ),
        (
            Grammar::TypeScript,
            "import * as p from 'node:child_process';\nconst f = p.exec;\nf(x);\n",
            "child_process.exec",
        ),
        (
            Grammar::Go,
            "package p\nimport e \"os/exec\"\nfunc f() { e.Command(x) }\n",
            "exec.Command",
        ),
        (
            Grammar::C,
            "#define RUN system\nvoid f(char *x) { RUN(x); }\n",
            "system",
        ),
        (
            Grammar::C,
            "void f(char *x) { int (*run)(const char *) = system; run(x); }\n",
            "system",
        ),
        (
            Grammar::Rust,
            "use std::process::Command as C;\nfn f() { C::new(x); }\n",
            "C::new",
        ),
    ] {
        assert!(
            called(grammar, text).iter().any(|found| found == name),
            "{text}: {:?}",
            called(grammar, text)
        );
    }
}

#[test]
fn a_name_that_is_bound_to_something_else_is_that() {
    for (grammar, text, name) in [
        (
            Grammar::Python,
            "from model import score as eval\neval(x)\n",
            "model.score",
        ),
        (
            Grammar::JavaScript,
            "import { exec } from './jobs.js';\nexec(x);\n",
            "./jobs.js.exec",
        ),
        (Grammar::Python, "def f(eval):\n    eval(x)\n", "eval"),
        (
            Grammar::JavaScript,
            "const m = pattern.exec(x);\n",
            "pattern.exec",
        ),
    ] {
        assert_eq!(called(grammar, text), [name], "{text}");
    }
}

#[test]
fn a_value_in_a_statement_is_told_by_where_it_stands() {
    let python = |text: &str| is_dangerous(Grammar::Python, text, Purpose::Sql);
    assert_eq!(
        python("def f(x):\n    run('SELECT a FROM t WHERE b = ' + x)\n"),
        Some(Danger::Pasted)
    );
    assert_eq!(
        python("def f(x):\n    run(f'SELECT a FROM {x}')\n"),
        Some(Danger::Name)
    );
    assert_eq!(
        python("run('SELECT a FROM t WHERE b = ' + request.args['x'])\n"),
        Some(Danger::Outside)
    );
    assert_eq!(
        python("def f(self):\n    run(f'SELECT a FROM {self.table}')\n"),
        None
    );
    assert_eq!(
        python("def f(x):\n    run('SELECT a FROM t WHERE b = ' + str(int(x)))\n"),
        None
    );
    assert_eq!(python("def f(x):\n    run('hello ' + x)\n"), None);
}

#[test]
fn what_was_given_last_counts() {
    let python = |text: &str| is_dangerous(Grammar::Python, text, Purpose::Shell);
    assert_eq!(
        python("def f(x):\n    line = 'cat ' + x\n    line = 'ls'\n    run(line)\n"),
        None
    );
    assert_eq!(
        python("def f(x):\n    line = 'ls'\n    if x:\n        line = 'cat ' + x\n    run(line)\n"),
        Some(Danger::Pasted)
    );
    assert_eq!(
        python("def f(x):\n    x = shlex.quote(x)\n    run('cat ' + x)\n"),
        None
    );
    assert_eq!(python("def f(x):\n    run(x)\n"), Some(Danger::Bare));
    assert_eq!(
        python("def f(x):\n    run('cat ' + x)\n    x = 'a'\n"),
        Some(Danger::Pasted)
    );
}

#[test]
fn names_that_go_in_circles_end() {
    for text in [
        "a = b\nb = a\ndef f():\n    run(a)\n",
        "class A:\n    def f(self):\n        self.a = self.a + self.b\n        self.b = self.a\n        run(self.a)\n",
        "a = a\nrun(a)\n",
        "f = f\nf(x)\n",
    ] {
        is_dangerous(Grammar::Python, text, Purpose::Shell);
        called(Grammar::Python, text);
    }
}
