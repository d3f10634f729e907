//! Calls that look as if a function called itself for ever.

use crate::support::{file, of_rule, review};

fn is_reported(path: &str, text: &str) -> bool {
    let report = review(vec![file(path, text)]);
    !of_rule(&report, "generic/endless-recursion").is_empty()
}

#[test]
fn a_name_that_means_another_function_is_no_recursion() {
    for (path, text) in [
        // A bare name is never the method.
        (
            "a.go",
            "package a\n\nfunc total(n int) int { return n }\n\nfunc (c *Cart) total() int {\n\treturn total(c.n)\n}\n",
        ),
        (
            "a.ts",
            "import { optional } from './make.js';\n\nexport const methods = {\n  optional() {\n    return optional(this);\n  },\n};\n",
        ),
        (
            "a.js",
            "import { load } from './load.js';\n\nclass A {\n  load(n) {\n    return load(n);\n  }\n}\n",
        ),
        ("a.js", "const a = {\n  load: (n) => load(n),\n};\n"),
        (
            "a.js",
            "exports.load = function (n) {\n  return load(n);\n};\n",
        ),
        (
            "a.py",
            "class A:\n    load = lambda self: 1\n\n    def dump(self):\n        return dump(self)\n",
        ),
        (
            "a.rs",
            "impl A {\n    fn len(&self) -> usize {\n        len(self)\n    }\n}\n",
        ),
        (
            "a.rs",
            "impl A for B {\n    fn f(&self) -> usize {\n        Self::f(self)\n    }\n}\n",
        ),
        // The name is bound again.
        (
            "a.py",
            "from b import load\n\n\ndef load(n):\n    return load(n)\n",
        ),
        ("a.py", "def load(load):\n    return load(1)\n"),
        (
            "a.py",
            "def load(n):\n    return load(n)\n\n\nload = cached(load)\n",
        ),
        (
            "a.py",
            "from b import *\n\n\ndef load(n):\n    return load(n)\n",
        ),
        ("a.js", "let load = (n) => load(n);\nload = other;\n"),
        (
            "a.js",
            "function load(n) {\n  return load(n);\n}\nfunction g(load) {\n  return load(1);\n}\n",
        ),
        (
            "a.rs",
            "fn f(n: u32) -> u32 {\n    f(n)\n}\n\nfn g() {\n    let f = |n| n;\n    f(1);\n}\n",
        ),
        (
            "a.c",
            "#define open(n) real_open(n)\n\nint open(int n) {\n    return open(n);\n}\n",
        ),
        (
            "a.c",
            "#ifdef A\nint f(int n) {\n    return f(n);\n}\n#else\nint f(int n) {\n    return n;\n}\n#endif\n",
        ),
        // An overload, an override, a method of a supertype.
        (
            "a.cpp",
            "void put(int n) {\n    put(std::to_string(n));\n}\n",
        ),
        ("a.cpp", "void put(int n) {\n    put(n, stdout);\n}\n"),
        (
            "a.cpp",
            "namespace a {\nvoid swap(A &x, A &y) {\n    swap(x.n, y.n);\n}\n}\n",
        ),
        (
            "A.java",
            "class A extends B {\n    int f(int n) {\n        return f(n);\n    }\n}\n",
        ),
        (
            "A.java",
            "class A {\n    int f(String n) {\n        return f(Integer.parseInt(n));\n    }\n    int f(int n) {\n        return n;\n    }\n}\n",
        ),
        (
            "A.java",
            "class A {\n    boolean equals(A other) {\n        return equals((Object) other);\n    }\n}\n",
        ),
        (
            "a.py",
            "class A(B):\n    def get(self):\n        return self.get()\n",
        ),
        (
            "a.ts",
            "class A extends B {\n  get() {\n    return this.get();\n  }\n}\n",
        ),
        // The way out comes first.
        (
            "a.rs",
            "fn f(n: u32) -> Option<u32> {\n    f(n.checked_sub(1)?)\n}\n",
        ),
        ("a.py", "def f(items):\n    return f(next(items))\n"),
        ("a.py", "def f(n):\n    return g(n) + f(n - 1)\n"),
        // Nothing runs yet.
        ("a.py", "async def f(n):\n    return f(n)\n"),
        ("a.py", "def f(n):\n    x = f(n)\n    yield x\n"),
        ("a.js", "function* f(n) {\n  return f(n);\n}\n"),
        ("a.py", "@cached\ndef f(n):\n    return f(n)\n"),
    ] {
        assert!(!is_reported(path, text), "{path}\n{text}");
    }
}

#[test]
fn a_function_that_certainly_calls_itself_is_reported() {
    for (path, text) in [
        ("a.py", "def f(n):\n    return f(n - 1)\n\n\nprint(f(1))\n"),
        ("a.py", "async def f(n):\n    return await f(n)\n"),
        (
            "a.py",
            "class A:\n    def get(self):\n        return self.get()\n",
        ),
        (
            "a.py",
            "def g():\n    def f(n):\n        return f(n)\n\n    return f(1)\n",
        ),
        (
            "a.js",
            "export function f(n) {\n  return f(n - 1);\n}\nf(1);\n",
        ),
        (
            "a.ts",
            "class A {\n  get(): number {\n    return this.get();\n  }\n}\n",
        ),
        (
            "a.rs",
            "fn f(n: u32) -> u32 {\n    1 + f(n)\n}\n\nfn main() {\n    f(1);\n}\n",
        ),
        (
            "a.rs",
            "impl A {\n    fn f(n: u32) -> u32 {\n        Self::f(n)\n    }\n}\n",
        ),
        (
            "a.go",
            "package a\n\nfunc f(n int) int {\n\treturn f(n - 1)\n}\n",
        ),
        (
            "A.java",
            "class A {\n    int f(int n) {\n        return this.f(n - 1);\n    }\n}\n",
        ),
        (
            "a.c",
            "static int f(int n);\n\nstatic int f(int n) {\n    return f(n - 1);\n}\n",
        ),
        (
            "a.cpp",
            "namespace a {\nint f(int n, char *s) {\n    return f(n, s);\n}\n}\n",
        ),
    ] {
        assert!(is_reported(path, text), "{path}\n{text}");
    }
}
