//! How much of one text is in another, for one text against many at once.
//!
//! Each text is a bag of features: its identifiers, or its lines. An index from feature to texts gives those that share
//! something rare with a new one, and only the best of them are compared: the cost is linear in the new text, however
//! many there are.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// Longest piece of a line, in bytes: git's, so that a file of one long line is not all or nothing.
const CHUNK: usize = 64;
/// A feature that more texts have says nothing of which of them is meant; and most texts that one is compared with.
const MOST: usize = 64;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Features {
    /// Distinct identifiers, each weighing the same.
    Identifiers,
    /// Lines, each weighing its bytes, as often as it is there: git's measure of similarity.
    Lines,
}

/// Texts that others are compared with.
pub(super) struct Likeness {
    features: Features,
    hasher: RandomState,
    /// The features of each text with their weights, and the sum of these.
    bags: Vec<(HashMap<u64, u64>, u64)>,
    /// By feature: the first texts that have it, one more than [`MOST`] at most.
    owners: HashMap<u64, Vec<usize>>,
}

/// What a text has in common with another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shared {
    /// Index of the other.
    pub(super) other: usize,
    /// Share of the other that is in the text, 0..=1; 1 when the other has no features.
    pub(super) kept: f64,
    /// Share of the heavier of both that is in the lighter, 0..=1.
    pub(super) similarity: f64,
}

impl Likeness {
    pub(super) fn new<'t>(features: Features, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut index = Self {
            features,
            hasher: RandomState::new(),
            bags: Vec::new(),
            owners: HashMap::new(),
        };
        for (number, text) in texts.into_iter().enumerate() {
            let bag = index.bag(text);
            for feature in bag.keys() {
                let owners = index.owners.entry(*feature).or_default();
                if owners.len() <= MOST {
                    owners.push(number);
                }
            }
            let weight = bag.values().sum();
            index.bags.push((bag, weight));
        }
        index
    }

    /// The texts that share most with this one, or have nothing to share; in the order of their index.
    pub(super) fn shared(&self, text: &str) -> Vec<Shared> {
        let bag = self.bag(text);
        let own: u64 = bag.values().sum();
        let share = |part: u64, of: u64| {
            if of == 0 {
                1.0
            } else {
                // Lossless: texts are bounded to some MiB.
                part as f64 / of as f64
            }
        };
        let compared = self.candidates(&bag).into_iter().map(|other| {
            let (there, weight) = &self.bags[other];
            let common = bag
                .iter()
                .filter_map(|(feature, weight)| Some((*weight).min(*there.get(feature)?)))
                .sum();
            Shared {
                other,
                kept: share(common, *weight),
                similarity: share(common, own.max(*weight)),
            }
        });
        let mut shared: Vec<Shared> = compared.collect();
        shared.sort_by_key(|shared| shared.other);
        shared
    }

    /// At most [`MOST`] texts that may be meant: by what they share that is rare, and without that by what is not.
    fn candidates(&self, bag: &HashMap<u64, u64>) -> Vec<usize> {
        let mut votes: BTreeMap<usize, u64> = BTreeMap::new();
        let mut common: Option<&Vec<usize>> = None;
        for (feature, weight) in bag {
            match self.owners.get(feature) {
                Some(owners) if owners.len() <= MOST => {
                    for other in owners {
                        *votes.entry(*other).or_default() += weight;
                    }
                }
                // Whatever the order of the features: the first by its texts.
                Some(owners) => common = Some(common.map_or(owners, |first| first.min(owners))),
                None => {}
            }
        }
        let featureless = self.bags.iter().enumerate();
        let featureless = featureless.filter(|(_, (bag, _))| bag.is_empty());
        let others = featureless
            .map(|(other, _)| other)
            .chain(common.into_iter().flatten().copied());
        for other in others.take(MOST) {
            votes.entry(other).or_default();
        }
        let mut best: Vec<(usize, u64)> = votes.into_iter().collect();
        best.sort_by_key(|(other, votes)| (std::cmp::Reverse(*votes), *other));
        best.truncate(MOST);
        best.into_iter().map(|(other, _)| other).collect()
    }

    fn bag(&self, text: &str) -> HashMap<u64, u64> {
        let mut bag = HashMap::new();
        match self.features {
            Features::Identifiers => {
                for word in identifiers(text) {
                    bag.insert(self.hasher.hash_one(word), 1);
                }
            }
            Features::Lines => {
                for line in text.lines().map(str::trim_end) {
                    for piece in line.as_bytes().chunks(CHUNK) {
                        let weight = piece.len() as u64;
                        *bag.entry(self.hasher.hash_one(piece)).or_default() += weight;
                    }
                }
            }
        }
        bag
    }
}

/// The identifiers of a text, and its other words.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(features: Features, earlier: &str, later: &str) -> Option<Shared> {
        Likeness::new(features, [earlier])
            .shared(later)
            .first()
            .copied()
    }

    #[test]
    fn identifiers_are_counted_once_and_lines_by_their_bytes() {
        let words = one(Features::Identifiers, "a = f(a, b)", "a + c").unwrap();
        assert_eq!(words.kept, 1.0 / 3.0);
        let lines = one(Features::Lines, "abcd\nef\n", "abcd\nxx\nyy\n").unwrap();
        assert_eq!((lines.kept, lines.similarity), (4.0 / 6.0, 4.0 / 8.0));
        assert_eq!(one(Features::Lines, "a\n", "b\n"), None);
        assert_eq!(one(Features::Identifiers, "1 + 1", "x").unwrap().kept, 1.0);
    }

    #[test]
    fn a_line_that_repeats_is_common_as_often_as_both_have_it() {
        let shared = one(Features::Lines, "ab\nab\nab\n", "ab\n").unwrap();
        assert_eq!(shared.similarity, 1.0 / 3.0);
    }

    #[test]
    fn among_many_texts_that_share_all_their_words_but_one_the_right_one_is_found() {
        let shared: String = (0..500).map(|n| format!("word{n} ")).collect();
        let texts: Vec<String> = (0..500).map(|n| format!("{shared} own{n}")).collect();
        let likeness = Likeness::new(Features::Identifiers, texts.iter().map(String::as_str));
        for (number, text) in texts.iter().enumerate() {
            let found = likeness.shared(&format!("{text} new"));
            assert!(found.len() <= MOST);
            let best = found.iter().max_by(|a, b| a.kept.total_cmp(&b.kept));
            assert_eq!(best.unwrap().other, number);
        }
    }
}
