//! Reading settings from a map, with remarks about what was not taken as written.

use super::number::{self, Prefix};
use super::setting::{Choice, Decimal, Secret, Switch, Text, Whole};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Variables by name.
pub(crate) type Variables = BTreeMap<String, String>;

/// Reads settings and collects remarks.
pub(super) struct Reader<'a> {
    variables: &'a Variables,
    remarks: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            remarks: RefCell::default(),
        }
    }

    /// Adds a remark.
    pub(super) fn remark(&self, remark: String) {
        self.remarks.borrow_mut().push(remark);
    }

    /// All remarks, in the order they were made.
    pub(super) fn finish(self) -> Vec<String> {
        self.remarks.into_inner()
    }

    /// On only for `true` in any case, as the original read it.
    pub(super) fn switch(&self, setting: &Switch) -> bool {
        let Some(text) = self.written(setting.name) else {
            return setting.default;
        };
        let on = text.eq_ignore_ascii_case("true");
        if !on && !text.eq_ignore_ascii_case("false") {
            self.remark(format!(
                "{}=`{}` counts as false: only `true` switches it on",
                setting.name,
                shown(text)
            ));
        }
        on
    }

    pub(super) fn whole(&self, setting: &Whole) -> u32 {
        let read = self
            .written(setting.name)
            .map(|text| (text, number::whole(text)));
        let range = (f64::from(setting.min), f64::from(setting.max));
        let value = self.number(setting.name, read, range, f64::from(setting.default));
        // Within the range, which u32 bounds; whole because the parser reads no fraction.
        value as u32
    }

    pub(super) fn decimal(&self, setting: &Decimal) -> f64 {
        let read = self
            .written(setting.name)
            .map(|text| (text, number::decimal(text)));
        self.number(
            setting.name,
            read,
            (setting.min, setting.max),
            setting.default,
        )
    }

    fn number(
        &self,
        name: &str,
        read: Option<(&str, Option<Prefix<'_>>)>,
        (min, max): (f64, f64),
        default: f64,
    ) -> f64 {
        let Some((text, prefix)) = read else {
            return default;
        };
        let Some(prefix) = prefix else {
            self.remark(format!(
                "{name}=`{}` is not a number: {default} is used",
                shown(text)
            ));
            return default;
        };
        let value = prefix.value.clamp(min, max);
        if value != prefix.value {
            self.remark(format!(
                "{name}={} is outside {min} to {max}: {value} is used",
                prefix.value
            ));
        } else if !prefix.is_clean() {
            self.remark(format!("{name}=`{}` was read as {value}", shown(text)));
        }
        value
    }

    pub(super) fn choice<T: Copy>(&self, setting: &Choice<T>) -> T {
        let Some(text) = self.written(setting.name) else {
            return setting.default.1;
        };
        let option = setting
            .options
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        option.map_or_else(
            || {
                self.remark(format!(
                    "{}=`{}` is none of {}: `{}` is used",
                    setting.name,
                    shown(text),
                    setting.words(),
                    setting.default.0
                ));
                setting.default.1
            },
            |(_, value)| *value,
        )
    }

    /// A text that is never remarked on.
    pub(super) fn secret(&self, setting: &Secret) -> Option<&'a str> {
        self.written(setting.name).map(str::trim)
    }

    pub(super) fn text(&self, setting: &Text) -> Option<&'a str> {
        self.written(setting.name).or(setting.default)
    }

    /// The parts of a text between commas, without empty ones.
    pub(super) fn list(&self, setting: &Text) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.text(setting).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
    }

    /// What is written, if anything: an empty variable is an unset one.
    pub(super) fn written(&self, name: &str) -> Option<&'a str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }
}

/// A value as a message shows it: short, on one line.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        format!("{shown}...")
    } else {
        shown
    }
}
