//! How long the built-in judge takes over one, two and four times as much of a thing: a rule whose cost grows faster than
//! the text shows as a ratio far over 2.

use gansauditor_audit::domain::{Extent, Language, WorkFile};
use gansauditor_audit::ports::{Judge as _, JudgeRequest};
use gansauditor_audit::rubric::Rubric;
use gansauditor_judge::StaticJudge;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A text of which a part comes again and again; `@` in the part is its number.
struct Repeated {
    what: &'static str,
    path: &'static str,
    head: &'static str,
    part: &'static str,
    tail: &'static str,
    once: usize,
}

const fn of(
    what: &'static str,
    path: &'static str,
    [head, part, tail]: [&'static str; 3],
) -> Repeated {
    Repeated {
        what,
        path,
        head,
        part,
        tail,
        once: 2_000,
    }
}

const TEXTS: &[Repeated] = &[
    of(
        "statements",
        "a.c",
        ["void f(int a) {\n", "    a = g(a, @);\n", "}\n"],
    ),
    of(
        "statements",
        "a.cpp",
        ["void f(int a) {\n", "    a = g(a, @);\n", "}\n"],
    ),
    of(
        "statements",
        "a.go",
        ["package a\nfunc f(a int) {\n", "\ta = g(a, @)\n", "}\n"],
    ),
    of(
        "statements",
        "A.java",
        [
            "class A {\nvoid f(int a) {\n",
            "    a = g(a, @);\n",
            "}\n}\n",
        ],
    ),
    of(
        "statements",
        "a.js",
        ["function f(a) {\n", "  a = g(a, @);\n", "}\n"],
    ),
    of(
        "statements",
        "a.py",
        ["def f(a):\n", "    a = g(a, @)\n", ""],
    ),
    of(
        "statements",
        "a.rs",
        ["fn f(mut a: u32) {\n", "    a = g(a, @);\n", "}\n"],
    ),
    of(
        "statements",
        "a.ts",
        ["function f(a: number) {\n", "  a = g(a, @);\n", "}\n"],
    ),
    of("comments", "a.c", ["", "/* line @ of it */\n", "int a;\n"]),
    of(
        "comments",
        "a.go",
        ["package a\n", "// line @ of it\n", "var a = 1\n"],
    ),
    of(
        "comments",
        "A.java",
        ["class A {\n", "// line @ of it\n", "}\n"],
    ),
    of("comments", "a.js", ["", "// line @ of it\n", "a();\n"]),
    of("comments", "a.py", ["", "# line @ of it\n", "a = 1\n"]),
    of("comments", "a.rs", ["", "// line @ of it\n", "fn a() {}\n"]),
    of(
        "allocations",
        "a.c",
        ["void f(void) {\n", "    char *p@ = malloc(@);\n", "}\n"],
    ),
    of(
        "allocations, one name",
        "a.c",
        ["void f(void) {\n", "    char *p = malloc(10);\n", "}\n"],
    ),
    of(
        "allocations, freed",
        "a.c",
        [
            "void f(void) {\n",
            "    char *p@ = malloc(@); p@[0] = 1; free(p@);\n",
            "}\n",
        ],
    ),
    of(
        "files opened",
        "a.c",
        [
            "void f(void) {\n",
            "    FILE *p@ = fopen(\"a\", \"r\");\n",
            "}\n",
        ],
    ),
    of(
        "files opened",
        "a.go",
        [
            "package a\nfunc f() {\n",
            "\tf@, _ := os.Open(\"a\")\n",
            "}\n",
        ],
    ),
    of(
        "files opened",
        "A.java",
        [
            "class A {\nvoid f() throws Exception {\n",
            "    FileInputStream f@ = new FileInputStream(\"a\");\n",
            "}\n}\n",
        ],
    ),
    of(
        "files opened",
        "a.py",
        ["def f():\n", "    f@ = open('a')\n", ""],
    ),
    of(
        "news",
        "a.cpp",
        ["void f() {\n", "    int *p@ = new int;\n", "}\n"],
    ),
    of(
        "functions",
        "a.c",
        ["", "int f@(int a) { return a; }\n", ""],
    ),
    of(
        "functions",
        "a.go",
        ["package a\n", "func F@(a int) int { return a }\n", ""],
    ),
    of(
        "functions",
        "A.java",
        ["class A {\n", "public int f@(int a) { return a; }\n", "}\n"],
    ),
    of(
        "functions",
        "a.js",
        ["", "export function f@(a) { return a; }\n", ""],
    ),
    of("functions", "a.py", ["", "def f@(a):\n    return a\n", ""]),
    of(
        "functions",
        "a.rs",
        ["", "pub fn f@(a: u32) -> u32 { a.b().unwrap() }\n", ""],
    ),
    of(
        "tests",
        "a.rs",
        ["", "#[test]\nfn f@() { assert!(g()); }\n", ""],
    ),
    of(
        "calls that unwrap",
        "a.rs",
        ["fn f() {\n", "    g@().unwrap();\n", "}\n"],
    ),
    of(
        "unsafe blocks",
        "a.rs",
        ["fn f() {\n", "    unsafe { g@() };\n", "}\n"],
    ),
    of("cases", "a.js", ["switch (a) {\n", "case @: b();\n", "}\n"]),
    of(
        "cases",
        "a.c",
        [
            "void f(int a) {\nswitch (a) {\n",
            "case @: g();\n",
            "}\n}\n",
        ],
    ),
    of("numbers", "a.py", ["A = [\n", "    @,\n", "]\n"]),
    of(
        "texts",
        "a.js",
        ["const a = [\n", "  'a text @',\n", "];\n"],
    ),
    of("passwords", "a.py", ["", "password = 'tr0ub4dor@x'\n", ""]),
    of("returns", "a.py", ["def f(a):\n", "    return a\n", ""]),
    of(
        "defers",
        "a.go",
        [
            "package a\nfunc f() {\n",
            "\tdefer g(@)\n\tos.Exit(1)\n",
            "}\n",
        ],
    ),
];

fn review(text: &Repeated, times: usize) -> std::io::Result<Duration> {
    let mut code = text.head.to_owned();
    for number in 0..text.once * times {
        code.push_str(&text.part.replace('@', &number.to_string()));
    }
    code.push_str(text.tail);
    let file = WorkFile {
        path: text.path.to_owned(),
        named: true,
        language: Language::from_path(text.path),
        text: code,
        extent: Extent::Whole,
    };
    let request = JudgeRequest {
        task: None,
        files: Arc::new(vec![file]),
        context: Arc::default(),
        earlier: Vec::new(),
        rubric: Rubric::default(),
        draw: 0,
        time: Duration::from_secs(120),
        cancel: CancellationToken::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let started = Instant::now();
    let report = runtime.block_on(StaticJudge::new().review(&request));
    let time = started.elapsed();
    report.map_err(std::io::Error::other)?;
    Ok(time)
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:34}{:>10}{:>10}{:>10}{:>8}",
        "static rules, ms", "1x", "2x", "4x", "4x/2x"
    )?;
    for text in TEXTS {
        // Compiles the rules.
        review(text, 1)?;
        let mut times = [0.0; 3];
        for (time, times) in times.iter_mut().zip([1, 2, 4]) {
            *time = review(text, times)?.as_secs_f64() * 1_000.0;
        }
        let [one, two, four] = times;
        let what = format!("{} {}, {}", text.once, text.what, text.path);
        writeln!(
            out,
            "{what:34}{one:10.1}{two:10.1}{four:10.1}{:8.1}",
            four / two
        )?;
    }
    Ok(())
}
