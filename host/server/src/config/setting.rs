//! Kinds of settings: what can be written, and what counts when nothing is.

/// A setting, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// What may be written, e.g. `whole number, 5 to 300`.
    pub(crate) values: String,
    /// What counts when it is unset or empty; empty where nothing does.
    pub(crate) default: String,
    /// What it does.
    pub(crate) meaning: &'static str,
    /// What is written is shown to nobody.
    pub(crate) secret: bool,
}

/// A text that nobody is shown.
#[derive(Debug)]
pub(crate) struct Secret {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) meaning: &'static str,
}

/// One row of the table of settings.
pub(crate) trait Setting: Sync {
    /// The row.
    fn describe(&self) -> Description;
}

/// On or off.
#[derive(Debug)]
pub(crate) struct Switch {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// When it is unset.
    pub(crate) default: bool,
    /// What it does.
    pub(crate) meaning: &'static str,
}

/// A whole number within a range.
#[derive(Debug)]
pub(crate) struct Whole {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// Least value.
    pub(crate) min: u32,
    /// Greatest value.
    pub(crate) max: u32,
    /// When it is unset.
    pub(crate) default: u32,
    /// What it does, with its unit.
    pub(crate) meaning: &'static str,
}

/// A decimal number within a range.
#[derive(Debug)]
pub(crate) struct Decimal {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// Least value.
    pub(crate) min: f64,
    /// Greatest value.
    pub(crate) max: f64,
    /// When it is unset.
    pub(crate) default: f64,
    /// What it does.
    pub(crate) meaning: &'static str,
}

/// One of several words.
#[derive(Debug)]
pub(crate) struct Choice<T: 'static> {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// The words with what they stand for.
    pub(crate) options: &'static [(&'static str, T)],
    /// Word that counts when it is unset; one of the options.
    pub(crate) default: (&'static str, T),
    /// What it does.
    pub(crate) meaning: &'static str,
}

/// Any text.
#[derive(Debug)]
pub(crate) struct Text {
    /// Name of the environment variable.
    pub(crate) name: &'static str,
    /// What kind of text.
    pub(crate) values: &'static str,
    /// When it is unset.
    pub(crate) default: Option<&'static str>,
    /// What it does.
    pub(crate) meaning: &'static str,
}

impl Setting for Switch {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: "true or false".to_owned(),
            default: self.default.to_string(),
            meaning: self.meaning,
            secret: false,
        }
    }
}

impl Setting for Whole {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: format!("whole number, {} to {}", self.min, self.max),
            default: self.default.to_string(),
            meaning: self.meaning,
            secret: false,
        }
    }
}

impl Setting for Decimal {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: format!("number, {} to {}", self.min, self.max),
            default: self.default.to_string(),
            meaning: self.meaning,
            secret: false,
        }
    }
}

impl<T: Sync> Setting for Choice<T> {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: self.words(),
            default: self.default.0.to_owned(),
            meaning: self.meaning,
            secret: false,
        }
    }
}

impl<T> Choice<T> {
    /// All words, for a message.
    pub(super) fn words(&self) -> String {
        let words: Vec<&str> = self.options.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

impl Setting for Secret {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: "secret text".to_owned(),
            default: String::new(),
            meaning: self.meaning,
            secret: true,
        }
    }
}

impl Setting for Text {
    fn describe(&self) -> Description {
        Description {
            name: self.name,
            values: self.values.to_owned(),
            default: self.default.unwrap_or_default().to_owned(),
            meaning: self.meaning,
            secret: false,
        }
    }
}
