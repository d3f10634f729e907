use super::*;

/// Text, and its language where it is clear (`""`: not asserted).
const CODE: &[(&str, &str)] = &[
    ("def run(x):\n    return eval(x)\n", "python"),
    ("def run(x): return eval(x)", "python"),
    ("import os\n\ndef run(c):\n    os.system(c)\n", "python"),
    (
        "class A:\n    def __init__(self):\n        self.x = 1\n",
        "python",
    ),
    (
        "x = load()\nfor i in range(10):\n    print(i)\ny = x + 1\n",
        "",
    ),
    (
        "@app.route('/x')\nasync def x(request: Request) -> str:\n    \"\"\"Gives the thing.\n\n    It is a long story.\n    \"\"\"\n    return request.args['x']\n",
        "python",
    ),
    (
        "#include <stdlib.h>\nint main(int argc, char **argv) {\n    system(argv[1]);\n    return 0;\n}\n",
        "c",
    ),
    ("int main(int c, char **v) { return system(v[1]); }", "c"),
    (
        "#include <iostream>\nint main()\n{\n    std::cout << 1;\n}\n",
        "cpp",
    ),
    (
        "fn write(p: *mut u8) {\n    unsafe { *p = 1; }\n}\n",
        "rust",
    ),
    ("pub fn f(p: *mut u8) { unsafe { *p = 1 } }", "rust"),
    (
        "use std::fs;\n\npub struct A {\n    x: u32,\n}\n\nimpl A {\n    fn x(&self) -> u32 {\n        self.x\n    }\n}\n",
        "rust",
    ),
    (
        "unsafe {\n    let p = 0 as *mut u8;\n    std::ptr::write(p, 1);\n    *p = 2;\n}\n",
        "",
    ),
    (
        "package main\n\nimport \"os/exec\"\n\nfunc main() {\n\tcmd := exec.Command(os.Args[1])\n\tcmd.Run()\n}\n",
        "go",
    ),
    ("func add(a int, b int) int {\n\treturn a + b\n}\n", "go"),
    (
        "public class A {\n    public static void main(String[] args) {\n        System.out.println(args[0]);\n    }\n}\n",
        "java",
    ),
    (
        "public int add(int a, int b) {\n    return a + b;\n}\n",
        "java",
    ),
    ("function add(a, b) {\n  return a + b;\n}\n", "javascript"),
    ("const f = (x) => eval(x);", "javascript"),
    (
        "const express = require('express');\nconst app = express();\napp.listen(3000);\n",
        "javascript",
    ),
    (
        "export async function load(id: string): Promise<User> {\n  const r = await fetch(`/u/${id}`);\n  return r.json();\n}\n",
        "",
    ),
    (
        "interface User {\n  id: string;\n}\n\nexport function name(u: User): string {\n  return u.id;\n}\n",
        "typescript",
    ),
    (
        "class Cart extends Base {\n  total() {\n    return 1;\n  }\n}\n",
        "javascript",
    ),
    ("<?php\n$x = $_GET['x'];\necho $x;\n", "php"),
    ("#!/bin/bash\nset -e\nrm -rf $1\n", "bash"),
    (
        "CREATE TABLE users (\n  id INT PRIMARY KEY\n);\nSELECT * FROM users WHERE id = 1;\n",
        "sql",
    ),
    ("def add(a, b)\n  a + b\nend\n", ""),
    (
        "fun add(a: Int, b: Int): Int {\n    return a + b\n}\n",
        "kotlin",
    ),
    (
        "using System;\n\npublic class A {\n    private int x;\n    public int X() { return x; }\n}\n",
        "csharp",
    ),
    (
        "Here is the function you asked for, please have a look:\n\ndef run(x):\n    return eval(x)\n\nLet me know what you think of it.\n",
        "python",
    ),
    (
        "/* A list.\n * Free software for all of us.\n */\nstatic int add(int a, int b)\n{\n\treturn a + b;\n}\n",
        "c",
    ),
    (
        "// Sum of two numbers\nfn add(a: i32, b: i32) -> i32 {\n    a + b // the sum\n}\n",
        "rust",
    ),
    ("    def run(x):\n        return eval(x)\n", "python"),
];

const NOT_CODE: &[&str] = &[
    "Let me check if this is fine",
    "Let me check if this is fine; I will return to it for the next loop.",
    "- first item\n- second item\n- third item",
    "* first\n* second (really);\n* third",
    "(really);",
    "+ one\n+ two",
    "1. import the data\n2. run the job\n3. return the result",
    "The function `foo()` is called twice, so we return early.",
    "Call foo(); then call bar(); and it works.",
    "# Plan\n\nWe first read the class, then we switch to the new interface.\n\n## Steps\n\n- try it\n- catch errors",
    "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import foo\n  File \"b.py\", line 9, in f\n    return eval(x)\nModuleNotFoundError: No module named 'foo'",
    "Exception in thread \"main\" java.lang.NullPointerException: x\n\tat com.a.B.c(B.java:10)\n\tat com.a.B.main(B.java:3)",
    "TypeError: x is not a function\n    at run (/app/a.js:3:5)\n    at Object.<anonymous> (/app/a.js:9:1)",
    "2024-01-01 10:00:00 INFO starting (pid=1);\n2024-01-01 10:00:01 ERROR failed {code: 1}",
    "[INFO] build started\n[ERROR] src/a.c:3: x = y;",
    "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds\nnote: run with `RUST_BACKTRACE=1`",
    "error[E0382]: borrow of moved value: `x`\n --> src/main.rs:4:5\n  |\n4 |     let y = x;\n  |             ^ value moved here",
    "main.c:3:5: error: expected ';'\n    3 |     return 0\n      |     ^~~~~~",
    "running 3 tests\ntest a::b ... ok\ntest a::c ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed",
    "$ npm install\n$ npm test\n\n> a@1.0.0 test\n> jest",
    "goroutine 1 [running]:\nmain.main()\n\t/app/main.go:8 +0x20",
    "{\"threshold\": 10, \"task\": \"be kind\"}",
    "{\n  \"threshold\": 10,\n  \"task\": \"be kind\"\n}",
    "name: value\nother: thing\nlist:\n  - a\n  - b",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "I considered this: for each item in the list: do the thing; while we wait: rest.",
    "if this is fine:\nwe go on with the plan",
    "class of problems: these are hard; const correctness matters; export controls too.",
    "We set x = 5 and then y = 6, so the total is 11.",
    "> quoted: fn main() {\n> }",
    "What does `def f(x): return eval(x)` do?",
    "import duties rose. From here on, return policies differ.",
    "Dear team,\n\nplease find the report attached.\n\n    Yours,\n    A. B.",
    "TODO:\n  - use the new API (v2);\n  - delete the old one;\n  - return early.",
    "https://example.org/a?b=c;d=e\nhttps://example.org/f(x)",
    "Summary (short): done; tests pass {all of them}; return value fixed.",
];

#[test]
fn code_without_a_fence_is_recognised() {
    let mut wrong = Vec::new();
    for (text, language) in CODE {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        match regions(&lines).as_slice() {
            [region] => {
                let found = region.language.as_ref().map_or("", Language::name);
                if !language.is_empty() && found != *language {
                    wrong.push(format!("{found} for {language}: {text}"));
                }
            }
            regions => {
                let mut votes = BTreeMap::new();
                let shapes: Vec<_> = lines.iter().map(|line| shape(line, &mut votes)).collect();
                wrong.push(format!("{} regions, {shapes:?}: {text}", regions.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn prose_logs_and_traces_are_not_code() {
    let mut wrong = Vec::new();
    for text in NOT_CODE {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        if !regions(&lines).is_empty() {
            let mut votes = BTreeMap::new();
            let shapes: Vec<_> = lines.iter().map(|line| shape(line, &mut votes)).collect();
            wrong.push(format!("{shapes:?}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn a_region_leaves_the_prose_around_it_out_and_keeps_prose_within_comments() {
    let text = "Please look at this one now:\n\n// Adds.\nfn add(a: u8) -> u8 {\n    /* a long\nstory told here in prose\n*/\n    a + 1\n}\n\nThat is all there is to say.\n";
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let regions = regions(&lines);
    assert_eq!(regions.len(), 1);
    assert_eq!(regions[0].lines, 2..9);
}

#[test]
fn tells_logs_in_an_unlabelled_fence_from_code() {
    assert!(is_output(
        "2024-01-01 10:00:00 INFO a\n2024-01-01 10:00:00 INFO b\n"
    ));
    assert!(!is_output(
        "[ERROR] x\n[ERROR] y\n[ERROR] z\ndef f(x): return eval(x)\n"
    ));
    assert!(!is_output("key: value\n"));
}
