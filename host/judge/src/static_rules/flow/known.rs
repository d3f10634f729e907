//! What functions and operators do to a text, by their names: the same words mean the same in every language.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What a text is put together for: what makes a value harmless for one purpose does not for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    /// A statement of SQL.
    Sql,
    /// A command line for a shell.
    Shell,
    /// Code that is run.
    Code,
}

/// What a call makes of its receiver and arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// A number, or something quoted for the purpose.
    Harmless,
    /// The text it is given, in another form.
    Same,
    /// All it is given, one behind the other.
    Together,
    /// A text several times.
    Repeat,
    /// A list filled with its last argument.
    Filled,
    /// What a function gives for each element.
    Mapped,
    /// A format with its values.
    Format,
    /// Anything.
    Other,
}

/// Functions that give a number, a truth value or an identifier made of digits.
const NUMBERS: &[&str] = &[
    "int",
    "float",
    "len",
    "bool",
    "ord",
    "hash",
    "id",
    "round",
    "abs",
    "sum",
    "uuid4",
    "uuid1",
    "Number",
    "parseInt",
    "parseFloat",
    "BigInt",
    "Boolean",
    "randomUUID",
    "getTime",
    "Itoa",
    "FormatInt",
    "FormatUint",
    "FormatFloat",
    "FormatBool",
    "ParseInt",
    "ParseUint",
    "ParseFloat",
    "Atoi",
    "parseLong",
    "parseShort",
    "parseDouble",
    "parseByte",
    "parseUnsignedInt",
    "hashCode",
    "ordinal",
    "intValue",
    "longValue",
    "stoi",
    "stol",
    "stoll",
    "stoul",
    "stod",
    "atoi",
    "atol",
    "atoll",
    "strtol",
    "strtoul",
    "strtoll",
    "strtoull",
    "length",
    "size",
    "count",
    "indexOf",
    "toFixed",
    "isoformat",
    "currentTimeMillis",
    "nanoTime",
    "getpid",
    "Getpid",
    "make",
    "int64",
    "int32",
    "uint",
    "uint64",
    "uint32",
    "float64",
    "timestamp",
    "time",
    "fileno",
    "getId",
];

/// Types whose functions give numbers: `Integer.valueOf`, `Long.toString`.
const NUMBER_TYPES: &[&str] = &[
    "int",
    "long",
    "short",
    "byte",
    "float",
    "double",
    "bool",
    "boolean",
    "char",
    "size_t",
    "ssize_t",
    "unsigned",
    "number",
    "Integer",
    "Long",
    "Short",
    "Byte",
    "Float",
    "Double",
    "Boolean",
    "BigInteger",
    "UUID",
    "Number",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "f32",
    "f64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "time_t",
    "pid_t",
    "int8_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "uint8_t",
    "uint16_t",
    "uint32_t",
    "uint64_t",
];

const SAME: &[&str] = &[
    "str",
    "String",
    "string",
    "bytes",
    "text",
    "unicode",
    "dedent",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "casefold",
    "encode",
    "decode",
    "trim",
    "trimStart",
    "trimEnd",
    "toLowerCase",
    "toUpperCase",
    "toString",
    "to_string",
    "valueOf",
    "to_owned",
    "into",
    "clone",
    "as_str",
    "as_ref",
    "as_bytes",
    "c_str",
    "data",
    "str",
    "unwrap",
    "expect",
    "intern",
    "strip_indent",
    "stripIndent",
    "ToLower",
    "ToUpper",
    "TrimSpace",
    "Trim",
    "TrimSuffix",
    "TrimPrefix",
    "TrimRight",
    "TrimLeft",
    "from",
    "new",
    "iter",
    "into_iter",
    "stream",
    "collect",
    "toList",
    "toArray",
    "filter",
    "sorted",
    "reversed",
    "list",
    "tuple",
    "set",
    "sort",
    "reverse",
    "asList",
    "keys",
    "values",
    "items",
    "entries",
    "slice",
    "substring",
    "substr",
    "take",
    "getvalue",
    "get_str",
    "to_vec",
    "as_slice",
    "flat",
    "getBytes",
    "StringBuilder",
    "StringBuffer",
    "StringIO",
    "Buffer",
    "concat",
    "Cow",
    "Some",
    "Ok",
    "copy",
    "freeze",
    "build",
    "raw",
    "literal_column",
    "compile",
    "setLength",
    "deleteCharAt",
    "entrySet",
    "keySet",
    "distinct",
    "dict",
    "frozenset",
    "Set",
    "fromIterable",
    "cast",
    "ArrayList",
    "LinkedList",
    "HashSet",
    "LinkedHashSet",
    "StringJoiner",
    "Vec",
    "rstrip",
    "removesuffix",
];

const TOGETHER: &[&str] = &[
    "join",
    "Join",
    "joining",
    "append",
    "add",
    "push",
    "chain",
    "of",
    "List",
    "extend",
    "concat",
    "Concat",
    "StrCat",
    "Sprint",
    "Sprintln",
    "strcat",
    "asList",
    "cat",
    "replace",
    "replaceAll",
    "Replace",
    "ReplaceAll",
    "replacen",
    "substitute",
    "safe_substitute",
];

const FORMATS: &[&str] = &[
    "format",
    "Sprintf",
    "Appendf",
    "formatted",
    "format_map",
    "sprintf",
    "vsprintf",
    "Format",
    "StrFormat",
    "interpolate",
    "asprintf",
];

/// Functions that quote or escape for a shell, or for SQL.
static QUOTES: LazyLock<[Option<Regex>; 2]> = LazyLock::new(|| {
    [
        r"(?i)^(shlex\.(quote|join)|pipes\.quote|quote|shq|sh_quote|subprocess\.list2cmdline|list2cmdline)$|shell[_-]?(quote|escape)|(quote|escape)[_-]?(for[_-]?)?(shell|arg|cmd|command|posix|bash)|shellescape|shlex\.(try_)?(quote|join)|shell_words\.|shell_words::|shlex::",
        r"(?i)quote|escape|placeholder|bindvar|sanitiz|sanitis|^(\w+\.)?sql\.(identifier|literal|sql|placeholder)$|(^|\.)(identifier|quoted_name|ident|esc)$",
    ]
    .map(|pattern| Regex::new(pattern).ok())
});

/// What comes from a client, the command line, the environment or a terminal, by its text.
static OUTSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        ^(self\.)?(flask\.)?request\.(args|form|values|files|json|cookies|headers|data|GET|POST|FILES|COOKIES|query_params|path_params|get_json|get_argument|query_string)\b
        | ^(req|request|ctx|ctx\.request|context\.request)\s*\.\s*(query|params|body|cookies|headers|files)\b
        | \.(URL\.Query\(\)|FormValue\(|PostFormValue\(|PathValue\(|Header\.Get\()
        | ^(c|ctx)\.(Query|Param|PostForm|QueryParam|FormValue|DefaultQuery)\(
        | \.(getParameter|getParameterValues|getHeader|getQueryString|getPathInfo|getCookies)\(
        | ^(sys\.argv|process\.argv|os\.Args|argv|args)\s*\[ | ^input\( | ^raw_input\( | ^(std::)?getenv\(
        ",
    )
    .ok()
});

/// What a function of this name does.
pub(crate) fn call(name: &str, purpose: Purpose) -> Call {
    let name = name.split('<').next().unwrap_or(name);
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let [shell, sql] = &*QUOTES;
    let quotes = match purpose {
        Purpose::Shell => shell.as_ref(),
        Purpose::Sql => sql.as_ref(),
        Purpose::Code => None,
    };
    let first = name.split(['.', ':']).next().unwrap_or(name);
    if quotes.is_some_and(|quotes| quotes.is_match(name))
        || NUMBERS.contains(&last)
        || matches!(name, "to_string" | "std::to_string" | "std::to_wstring")
        || NUMBER_TYPES.contains(&first) && first != name
        || purpose == Purpose::Code && matches!(name, "JSON.stringify" | "json.dumps" | "repr")
    {
        Call::Harmless
    } else if FORMATS.contains(&last) {
        Call::Format
    } else if TOGETHER.contains(&last) {
        Call::Together
    } else if SAME.contains(&last) {
        Call::Same
    } else {
        match last {
            "repeat" | "Repeat" | "nCopies" | "repeat_n" | "RepeatString" => Call::Repeat,
            "fill" | "times" | "generate" => Call::Filled,
            "map" | "flatMap" | "mapToObj" | "Map" => Call::Mapped,
            // Array.from(list, function)
            _ => Call::Other,
        }
    }
}

/// Receivers that are modules or types with functions: no text.
pub(crate) fn is_module(text: &str) -> bool {
    matches!(
        text,
        "strings"
            | "fmt"
            | "String"
            | "Collections"
            | "Arrays"
            | "Array"
            | "List"
            | "Collectors"
            | "Stream"
            | "textwrap"
            | "util"
            | "bytes"
            | "io"
            | "_"
            | "StringUtils"
            | "itertools"
            | "functools"
            | "MessageFormat"
            | "Joiner"
            | "absl"
            | "std"
            | "Object"
            | "lodash"
            | "Set"
            | "Map"
            | "Integer"
            | "Long"
            | "sqlalchemy"
            | "sa"
            | "db"
            | "models"
            | "html"
            | "slices"
            | "IntStream"
            | "Buffer"
            | "re"
            | "builtins"
            | "os.path"
            | "path"
            | "filepath"
    )
}

/// Kinds of literals of text.
pub(crate) fn is_text(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "template_string"
            | "interpreted_string_literal"
            | "raw_string_literal"
            | "string_literal"
            | "text_block"
            | "char_literal"
            | "character_literal"
            | "rune_literal"
            | "concatenated_string"
    )
}

/// Kinds of other literals.
pub(crate) fn is_plain(kind: &str) -> bool {
    matches!(
        kind,
        "integer"
            | "float"
            | "number"
            | "int_literal"
            | "float_literal"
            | "integer_literal"
            | "number_literal"
            | "decimal_integer_literal"
            | "decimal_floating_point_literal"
            | "hex_integer_literal"
            | "true"
            | "false"
            | "none"
            | "null"
            | "nil"
            | "undefined"
            | "boolean_literal"
            | "null_literal"
            | "imaginary_literal"
            | "regex"
    )
}

/// Kinds of lists that are written out.
pub(crate) fn is_list(kind: &str) -> bool {
    matches!(kind, "list" | "tuple" | "array")
}

/// Kinds of functions without a name.
pub(crate) fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "lambda"
            | "arrow_function"
            | "lambda_expression"
            | "closure_expression"
            | "function_expression"
            | "func_literal"
    )
}

/// A type of numbers: what has been made one holds no quotes.
pub(crate) fn is_number_type(text: &str) -> bool {
    NUMBER_TYPES.contains(&text.trim())
}

/// A member that holds a number.
pub(crate) fn is_number_name(name: &str) -> bool {
    matches!(
        name,
        "length" | "size" | "rowcount" | "lastrowid" | "pid" | "lineno" | "port"
    )
}

/// A name that programmers give to nothing but positions.
pub(crate) fn is_index(name: &str) -> bool {
    matches!(name, "i" | "j" | "n" | "idx" | "index")
}

/// A name, bound elsewhere, of nothing but the marks that stand for values.
pub(crate) fn is_placeholder_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("placeholder") || lower.contains("bindvar") || lower.ends_with("marks")
}

/// A value from outside, by its text.
pub(crate) fn is_outside(text: &str) -> bool {
    text.len() <= 400
        && OUTSIDE
            .as_ref()
            .is_some_and(|outside| outside.is_match(text))
}

/// What follows the colon in a format gives digits: `:d`, `:04x`, `:.2f`.
pub(crate) fn is_number_format(specifier: &str) -> bool {
    specifier
        .trim_start_matches(':')
        .ends_with(['d', 'x', 'X', 'f', 'b', 'o', 'e', 'g', 'n'])
}

/// What stands between the quotes of a literal, in bytes of its text.
pub(crate) fn inner(literal: &str) -> Range<usize> {
    let whole = 0..literal.len();
    let Some(start) = literal.find(['"', '\'', '`']).filter(|&start| start <= 4) else {
        return whole;
    };
    let quote = &literal[start..=start];
    let width = if quote != "`" && literal[start..].starts_with(&quote.repeat(3)) {
        3
    } else {
        1
    };
    let hashes = literal.len() - literal.trim_end_matches('#').len();
    let end = literal.len().saturating_sub(width + hashes);
    if start + width <= end && literal.is_char_boundary(end) {
        start + width..end
    } else {
        whole
    }
}

/// A place in a format that takes a value.
pub(crate) struct Place {
    /// Where it stands.
    pub(crate) range: Range<usize>,
    /// What it takes is written as a number.
    pub(crate) number: bool,
    /// It is of the form `{}`.
    pub(crate) braces: bool,
}

static PLACES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\{\{|\}\}|%%|\{[\w.\[\]]*(?:![rsa])?(:[^{}]{0,20})?\}|%(?:\(\w+\))?(?:\d+\$)?[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j|t)?([a-zA-Z])").ok()
});

/// The places of a format, of whichever of the two usual forms.
pub(crate) fn places(text: &str) -> impl Iterator<Item = Place> {
    PLACES
        .as_ref()
        .into_iter()
        .flat_map(move |places| places.captures_iter(text))
        .filter_map(|groups| {
            let whole = groups.get(0)?;
            let is_doubled = matches!(whole.as_str(), "{{" | "}}" | "%%");
            let number = groups
                .get(1)
                .is_some_and(|specifier| is_number_format(specifier.as_str()))
                || groups.get(2).is_some_and(|letter| {
                    matches!(
                        letter.as_str(),
                        "d" | "i"
                            | "u"
                            | "x"
                            | "X"
                            | "o"
                            | "f"
                            | "F"
                            | "e"
                            | "g"
                            | "t"
                            | "b"
                            | "c"
                            | "p"
                            | "U"
                    )
                });
            (!is_doubled).then(|| Place {
                range: whole.range(),
                number,
                braces: whole.as_str().starts_with('{'),
            })
        })
}
