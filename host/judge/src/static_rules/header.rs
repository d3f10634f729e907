//! Headers of C and C++ share an extension.

use regex::Regex;
use std::sync::LazyLock;

/// What a line of C++ begins with and one of C does not.
static CPP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?mx) ^ [\ \t]* (?:
            template \s* < | namespace \b [^;(]* \{? | using \s+ [\w:]+ | class \s+ \w | (?: public | private | protected ) \s* :
            | (?: virtual | constexpr | explicit | friend ) \s+ \w | enum \s+ class \b | [^\n/]* \b (?: static_cast | std:: ) | [^\n/]* \b operator \s* [^\w\s] )",
    )
    .ok()
});

/// Whether a header says that it is of C++.
///
/// What a header shows to compilers of both languages is fenced by `__cplusplus`, so a header with such a fence is
/// judged by what its parsers make of it.
pub(crate) fn says_cpp(text: &str) -> bool {
    !text.contains("__cplusplus") && CPP.as_ref().is_some_and(|cpp| cpp.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_cpp_tell_it_from_c() {
        for text in [
            "template <typename T>\nT f(T);\n",
            "namespace a::b {\n}\n",
            "class A;\n",
            "struct A {\n public:\n  int a;\n};\n",
            "enum class A { B };\n",
            "std::string f();\n",
            "  virtual void f() = 0;\n",
            "bool operator==(A, A);\n",
        ] {
            assert!(says_cpp(text), "{text}");
        }
        for text in [
            "int f(int class_of, struct namespace_t *a);\n",
            "/* a template for the class */\nint a;\n",
            "// the std:: names are C++\n",
            "#ifdef __cplusplus\nnamespace a {\n#endif\n",
            "typedef struct { int public_key; } a;\n",
        ] {
            assert!(!says_cpp(text), "{text}");
        }
    }
}
