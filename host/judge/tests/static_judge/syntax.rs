//! What is held against code that does not parse.

use crate::support::{file, found, of_rule, review};
use gansauditor_audit::domain::{Coverage, Severity};

const RULE: &str = "generic/syntax-error";

#[test]
fn code_that_is_newer_than_the_grammar_is_read_by_what_parses() {
    for (path, text) in [
        (
            "a.py",
            "class Box[T = int]:\n    \"\"\"A box.\"\"\"\n\n    value: T\n",
        ),
        (
            "a.py",
            "type Pair[T = int, *U = *tuple[str]] = tuple[T, U]\n",
        ),
        (
            "a.py",
            "def f():\n    x = t\"hello {name}\"\n    return x\n",
        ),
        ("a.ts", "export type * from \"./types.js\";\n"),
        ("a.ts", "export type * as types from \"./types.js\";\n"),
        ("a.js", "import defer * as a from \"./a.js\";\na.f();\n"),
        (
            "a.rs",
            "fn f() -> impl Sized + use<> {\n    gen { yield 1; }\n}\n",
        ),
        (
            "a.go",
            "package a\n\ntype Set[T comparable] = map[T]struct{}\n\nfunc f() { for range 3 {} }\n",
        ),
        (
            "A.java",
            "import module java.base;\n\nvoid main() {\n    System.out.println(1);\n}\n",
        ),
        (
            "a.cpp",
            "template <class T> concept C = requires(T a) { { a + a } -> same_as<T>; };\nvoid f(this auto&& self);\n",
        ),
    ] {
        let report = review(vec![file(path, text)]);
        assert!(
            of_rule(&report, RULE).is_empty(),
            "{path}\n{text}{:?}",
            found(&report)
        );
        assert_eq!(report.coverage, Coverage::Whole, "{path}\n{text}");
    }
}

#[test]
fn the_summary_says_where_the_parser_stumbled() {
    let text = "export type * from \"./types.js\";\n";
    let report = review(vec![file("a.ts", text)]);
    assert!(
        report.summary.contains("stumbled over a.ts at line 1"),
        "{}",
        report.summary
    );
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Info)
    );
}

#[test]
fn macros_and_directives_of_c_prove_nothing() {
    for text in [
        "REDISMODULE_API int (*RM_Get)(int a) REDISMODULE_ATTR;\nint a;\n",
        "int f(int a\n#ifdef B\n, int b)\n#else\n)\n#endif\n{\n    return a;\n}\n",
        "BEGIN_DECLS\nint f(void) __THROW attribute_hidden;\nEND_DECLS\n",
        "#if 0\nThis isn't (code\n#endif\nint f(void) BROKEN MACRO { return 1; }\n",
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void) A B;\n#ifdef __cplusplus\n}\n#endif\n",
    ] {
        let report = review(vec![file("a.c", text)]);
        assert!(
            of_rule(&report, RULE).is_empty(),
            "{text}{:?}",
            found(&report)
        );
    }
}

#[test]
fn brackets_quotes_and_prose_prove_that_a_text_is_no_code() {
    for (path, text, line) in [
        ("a.py", "def f(:\n    return 1\n", 1),
        ("a.py", "x = 1\ny = 'abc\nz = 2\n", 2),
        ("a.py", "def f():\n    return (1, 2]\n", 2),
        ("a.rs", "fn f() {\n    g(;\n}\n", 3),
        ("a.rs", "fn f() {\n    g();\n", 1),
        ("a.js", "function f() {\n  return [1, 2;\n}\n", 3),
        ("a.ts", "const a = `b;\n", 1),
        ("a.go", "package a\n\nfunc f() {\n\tg(1\n}\n", 5),
        (
            "A.java",
            "class A {\n    void f() {\n        g(\"a);\n    }\n}\n",
            3,
        ),
        ("a.c", "int f(void) {\n    return (1;\n}\n", 3),
        (
            "a.py",
            "Here is the updated version of the file that you asked for:\n\ndef f():\n    return 1\n",
            1,
        ),
        (
            "a.rs",
            "fn f() {}\n\nThis function now does what you have asked for, and the tests pass.\n",
            3,
        ),
    ] {
        let report = review(vec![file(path, text)]);
        let lines: Vec<u32> = found(&report)
            .into_iter()
            .filter(|(rule, _)| *rule == RULE)
            .map(|(_, line)| line)
            .collect();
        assert_eq!(lines, [line], "{path}\n{text}");
    }
}

#[test]
fn the_path_that_a_link_holds_is_not_called_broken_code() {
    for path in ["a.py", "a.js", "a.c", "a.h", "a.rs"] {
        let report = review(vec![file(path, "../shared/my config.py")]);
        assert!(of_rule(&report, RULE).is_empty(), "{path}");
    }
}

#[test]
fn a_header_is_of_the_language_that_its_content_is_of() {
    for (text, language) in [
        (
            "template <typename T>\nT twice(T a) { return a + a; }\n",
            "(cpp)",
        ),
        ("namespace a { int f(); }\n", "(cpp)"),
        ("class A;\nint f(A *a);\n", "(cpp)"),
        (
            "#pragma once\nstruct A { int new; int *class; };\nint f(struct A *a);\n",
            "(c)",
        ),
        ("int f(int a);\n", "(c)"),
    ] {
        let report = review(vec![file("a.h", text)]);
        assert!(
            report.summary.contains(language),
            "{text}{}",
            report.summary
        );
        assert!(of_rule(&report, RULE).is_empty(), "{text}");
    }
}
