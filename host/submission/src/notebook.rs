//! Notebooks: the code of their cells, as one text.
//!
//! The format is Jupyter's nbformat 4 (and 3, whose cells are in worksheets). Each code cell begins with a line
//! `# %% cell N`, where N counts all cells from 1 as a notebook shows them, so that a place in the text names its cell.

use crate::language::Language;
use serde_json::Value;

/// The code of a notebook.
pub(crate) struct Notebook {
    /// The code cells, each after its line `# %% cell N`.
    pub(crate) code: String,
    /// The kernel's language; Python when the notebook does not say.
    pub(crate) language: Language,
}

/// Whether a path is a notebook's.
pub(crate) fn is_name(path: &str) -> bool {
    path.len() > 6
        && path.is_char_boundary(path.len() - 6)
        && path[path.len() - 6..].eq_ignore_ascii_case(".ipynb")
}

/// Whether a text without a notebook's name is one.
pub(crate) fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with('{')
        && text.contains("\"cells\"")
        && text.contains("\"nbformat\"")
}

/// Whether a value is a notebook.
pub(crate) fn is_one(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    has("nbformat") && (has("cells") || has("worksheets"))
}

/// Reads a notebook; `None` when the text is no JSON of one.
pub(crate) fn read(text: &str) -> Option<Notebook> {
    let notebook: Value = serde_json::from_str(text).ok()?;
    let cells: Vec<&Value> = match notebook.get("cells") {
        Some(cells) => cells.as_array()?.iter().collect(),
        None => notebook
            .get("worksheets")?
            .as_array()?
            .iter()
            .filter_map(|sheet| sheet.get("cells")?.as_array())
            .flatten()
            .collect(),
    };
    let metadata = notebook.get("metadata");
    let name = metadata
        .and_then(|metadata| {
            metadata
                .pointer("/language_info/name")
                .or_else(|| metadata.pointer("/kernelspec/language"))
        })
        .and_then(Value::as_str)
        .unwrap_or("python");
    let language = Language::from_label(name).unwrap_or_else(|| Language::known("python"));
    let comment = if matches!(
        language.name(),
        "python" | "r" | "julia" | "ruby" | "bash" | "perl"
    ) {
        "#"
    } else {
        "//"
    };
    let mut code = String::new();
    for (number, cell) in (1..).zip(cells) {
        if cell.get("cell_type").and_then(Value::as_str) != Some("code") {
            continue;
        }
        let Some(source) = cell
            .get("source")
            .or_else(|| cell.get("input"))
            .and_then(text_of)
        else {
            continue;
        };
        code.push_str(&format!("{comment} %% cell {number}\n"));
        for line in source.lines() {
            code.push_str(&parseable(line, comment));
            code.push('\n');
        }
    }
    Some(Notebook { code, language })
}

/// A text is one string or a list of lines.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

/// Lines for the notebook's shell and magic commands are no code of its language: a comment keeps them readable.
fn parseable(line: &str, comment: &str) -> String {
    if line.trim_start().starts_with(['%', '!']) {
        let indent = line.len() - line.trim_start().len();
        format!("{}{comment} {}", &line[..indent], &line[indent..])
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cells_are_joined_and_each_can_be_found_again() {
        let text = r##"{"cells": [
            {"cell_type": "markdown", "source": ["# Title"]},
            {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1"]},
            {"cell_type": "code", "source": "!pip install a\nfor i in x:\n  %time f(i)\n"}
        ], "nbformat": 4}"##;
        let read = read(text).unwrap();
        assert_eq!(
            read.code,
            "# %% cell 2\n# %matplotlib inline\nx = 1\n# %% cell 3\n# !pip install a\nfor i in x:\n  # %time f(i)\n"
        );
        assert_eq!(read.language.name(), "python");
    }

    #[test]
    fn the_kernel_names_the_language_and_old_notebooks_have_worksheets() {
        let text = r#"{"metadata": {"kernelspec": {"language": "rust"}}, "nbformat": 3,
            "worksheets": [{"cells": [{"cell_type": "code", "input": ["fn f() {}"]}]}]}"#;
        let read = read(text).unwrap();
        assert_eq!(
            (read.code.as_str(), read.language.name()),
            ("// %% cell 1\nfn f() {}\n", "rust")
        );
    }

    #[test]
    fn what_is_no_notebook_is_not_read_as_one() {
        for text in ["", "{", "[]", "{\"cells\": 1}", "{\"a\": []}"] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(is_name("nb/A.IPYNB") && !is_name(".ipynb") && !is_name("é.ipyn"));
    }
}
