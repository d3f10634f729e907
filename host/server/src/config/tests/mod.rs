//! What environment variables are read as.

mod defaults;
mod judges;
mod numbers;
mod places;
mod table;
mod tiers;
mod words;

use super::{Config, Variables};

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The configuration that these variables make.
fn read(pairs: &[(&str, &str)]) -> Config {
    Config::read(&variables(pairs)).expect("a configuration that a server can be made from")
}

/// What is remarked on of these variables, a line each.
fn remarks(pairs: &[(&str, &str)]) -> String {
    read(pairs).remarks.join("\n")
}
