//! How alike two texts are as code.
//!
//! The measure is the share of common tokens, weighted by length: twice the weight of the tokens that an
//! alignment matches over the weight of both texts. White space does not count.
//!
//! The alignment is a patience diff (Bram Cohen) over runs of tokens: runs that occur in both texts are
//! paired in order of occurrence, a longest increasing subsequence of the pairs makes the anchors, and the
//! gaps between anchors are aligned the same way over single tokens; small gaps exactly. Every step is
//! O(n log n) in the worst case - there is no input for which it is quadratic - where the usual heuristics of
//! diff tools are not made for hostile input.

use crate::tokens::{self, Token, mixed};

/// Tokens of a run. Long enough that a run is nearly unique in a program, short enough that edits in every
/// tenth token or so leave some.
const RUN: usize = 6;
/// One run in this many is looked at, chosen by its content and so the same ones in both texts: anchors
/// that are left out come back when the gaps' common ends are matched.
const SAMPLE: u64 = 4;
/// Largest gap, in pairs of tokens, that is aligned exactly.
const EXACT_PAIRS: usize = 2048;

/// How alike two texts are, within 0..=1; symmetric; 1 exactly when they are equal up to white space
/// between tokens.
pub fn similarity(a: &str, b: &str) -> f64 {
    Prepared::new([a]).similarity(&Prepared::new([b]))
}

/// A text made ready to be compared with several others.
pub(crate) struct Prepared {
    tokens: Vec<Token>,
    runs: Vec<Gram>,
    weight: u64,
}

/// A run of tokens, or one: the upper bits of its hash over its place, so that sorting brings equal ones
/// together in order of occurrence and moves one word each.
type Gram = u64;

/// Bits of a gram that hold the place.
const PLACE_BITS: u32 = 24;
/// Most tokens of a text that are compared: more never reach a policy.
const MAX_TOKENS: usize = 1 << PLACE_BITS;

fn gram(hash: u64, place: usize) -> Gram {
    hash >> PLACE_BITS << PLACE_BITS | place as u64
}

fn place(gram: Gram) -> u32 {
    (gram & ((1 << PLACE_BITS) - 1)) as u32
}

impl Prepared {
    /// Reads the files of one submission as one text.
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut tokens = Vec::new();
        for text in texts {
            tokens::append(text, &mut tokens);
        }
        tokens.truncate(MAX_TOKENS);
        let mut runs: Vec<Gram> = tokens
            .windows(RUN)
            .enumerate()
            .filter(|(_, run)| is_sampled(run))
            .map(|(at, run)| gram(run.iter().fold(0, |hash, token| mixed(hash ^ token.id)), at))
            .collect();
        runs.sort_unstable();
        let weight = weight(&tokens);
        Self {
            tokens,
            runs,
            weight,
        }
    }

    /// See [`similarity`].
    pub(crate) fn similarity(&self, other: &Self) -> f64 {
        let total = self.weight + other.weight;
        if self.tokens == other.tokens {
            return 1.0;
        }
        // Among equally long alignments the one that is found may depend on the order of the arguments.
        let (first, second) = if self.order(other).is_le() {
            (self, other)
        } else {
            (other, self)
        };
        let anchors = common_subsequence(pairs(&first.runs, &second.runs));
        let mut common = 0;
        for_each_gap(&first.tokens, &second.tokens, &anchors, |a, b| {
            common += common_weight(a, b)
        });
        common as f64 * 2.0 / total as f64
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let ids = |text: &Self| text.tokens.iter().map(|token| token.id).collect::<Vec<_>>();
        self.tokens
            .len()
            .cmp(&other.tokens.len())
            .then_with(|| ids(self).cmp(&ids(other)))
    }
}

/// Chosen by its first two tokens, whose hashes are well spread already: three runs in four are never hashed.
fn is_sampled(run: &[Token]) -> bool {
    (run[0].id ^ run[1].id.rotate_left(32)).is_multiple_of(SAMPLE)
}

fn weight(tokens: &[Token]) -> u64 {
    tokens.iter().map(|token| u64::from(token.weight)).sum()
}

/// Pairs the places of equal grams of two sorted lists in order of occurrence; by place in the first.
fn pairs(a: &[Gram], b: &[Gram]) -> Vec<(u32, u32)> {
    let (mut at_a, mut at_b) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(&gram_a), Some(&gram_b)) = (a.get(at_a), b.get(at_b)) {
        let (hash_a, hash_b) = (gram_a >> PLACE_BITS, gram_b >> PLACE_BITS);
        if hash_a == hash_b {
            pairs.push((place(gram_a), place(gram_b)));
        }
        at_a += usize::from(hash_a <= hash_b);
        at_b += usize::from(hash_b <= hash_a);
    }
    pairs.sort_unstable();
    pairs
}

/// A longest subsequence in which both places rise, of pairs sorted by the first (patience sorting).
fn common_subsequence(pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    // `tails[n]`: index of the pair that ends a rising sequence of length n + 1 at the lowest place.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, &(_, place)) in pairs.iter().enumerate() {
        let length = match tails.last() {
            Some(&last) if pairs[last].1 < place => tails.len(),
            _ => tails.partition_point(|&tail| pairs[tail].1 < place),
        };
        before.push(length.checked_sub(1).map(|shorter| tails[shorter]));
        match tails.get_mut(length) {
            Some(tail) => *tail = index,
            None => tails.push(index),
        }
    }
    let mut chain: Vec<(u32, u32)> =
        std::iter::successors(tails.last().copied(), |&index| before[index])
            .map(|i| pairs[i])
            .collect();
    chain.reverse();
    chain
}

/// Cuts both texts at the anchors and hands out the pieces.
fn for_each_gap(
    a: &[Token],
    b: &[Token],
    anchors: &[(u32, u32)],
    mut visit: impl FnMut(&[Token], &[Token]),
) {
    let (mut from_a, mut from_b) = (0, 0);
    for &(to_a, to_b) in anchors {
        let (to_a, to_b) = (to_a as usize, to_b as usize);
        visit(&a[from_a..to_a], &b[from_b..to_b]);
        (from_a, from_b) = (to_a, to_b);
    }
    visit(&a[from_a..], &b[from_b..]);
}

/// Weight of the tokens that two pieces have in common, in order.
fn common_weight(mut a: &[Token], mut b: &[Token]) -> u64 {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let mut common = weight(&a[..prefix]);
    (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    common += weight(&a[a.len() - suffix..]);
    (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    common
        + if a.is_empty() || b.is_empty() {
            0
        } else if a.len().saturating_mul(b.len()) <= EXACT_PAIRS {
            exact_weight(a, b)
        } else {
            single_token_weight(a, b)
        }
}

/// Heaviest common subsequence, by dynamic programming.
fn exact_weight(a: &[Token], b: &[Token]) -> u64 {
    let mut row = vec![0; b.len() + 1];
    for token in a {
        let mut diagonal = 0;
        for (column, other) in b.iter().enumerate() {
            let above = row[column + 1];
            let taken = if token == other {
                diagonal + u64::from(token.weight)
            } else {
                0
            };
            row[column + 1] = above.max(row[column]).max(taken);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// A long common subsequence of single tokens, paired in order of occurrence.
fn single_token_weight(a: &[Token], b: &[Token]) -> u64 {
    let grams = |tokens: &[Token]| {
        let tokens = tokens.iter().enumerate();
        let mut grams: Vec<Gram> = tokens.map(|(at, token)| gram(token.id, at)).collect();
        grams.sort_unstable();
        grams
    };
    let mut pairs = pairs(&grams(a), &grams(b));
    // Grams hold only the upper bits of the hash.
    pairs.retain(|&(at_a, at_b)| a[at_a as usize] == b[at_b as usize]);
    common_subsequence(pairs)
        .iter()
        .map(|&(at, _)| u64::from(a[at as usize].weight))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROGRAM: &str = "fn main() {\n    let total = items.iter().map(|i| i.price).sum::<u32>();\n    println!(\"{total}\");\n}\n";

    #[test]
    fn white_space_between_tokens_does_not_count() {
        let reflowed = PROGRAM.replace('\n', " ").replace("    ", "\t\n");
        assert_eq!(similarity(PROGRAM, &reflowed), 1.0);
        assert_eq!(similarity("", " \n"), 1.0);
        assert!(similarity("ab", "a b") < 1.0);
    }

    #[test]
    fn nothing_in_common_is_zero() {
        assert_eq!(similarity("alpha beta", "gamma delta"), 0.0);
        assert_eq!(similarity("", "alpha"), 0.0);
    }

    #[test]
    fn is_the_share_of_common_tokens_by_length() {
        // Of 9 bytes each, `abcd` and `;` are common.
        assert_eq!(similarity("abcd wxyz;", "abcd stuv;"), 10.0 / 18.0);
    }

    #[test]
    fn a_small_edit_in_a_large_text_costs_its_own_share() {
        let lines: Vec<String> = (0..2000)
            .map(|n| format!("value_{n} = compute({n}, {});", n * 7))
            .collect();
        let before = lines.join("\n");
        for (edited, share) in [(1usize, 0.0005), (20, 0.01), (100, 0.05)] {
            let mut lines = lines.clone();
            for edit in 0..edited {
                lines[edit * 2000 / edited] = "something entirely different stands here".to_owned();
            }
            let similarity = similarity(&before, &lines.join("\n"));
            assert!(
                (1.0 - similarity - share).abs() < share,
                "{edited} edits: {similarity}"
            );
        }
    }

    #[test]
    fn tokens_in_another_order_are_not_equal() {
        assert!(similarity("a - b", "b - a") < 1.0);
        assert!(similarity(&"x y ".repeat(1000), &"y x ".repeat(1000)) < 1.0);
    }

    fn linear(a: &str, b: &str) -> f64 {
        let start = std::time::Instant::now();
        let result = similarity(a, b);
        // Unoptimised on a loaded machine this takes a second or so; anything quadratic takes hours.
        assert!(start.elapsed().as_secs() < 60);
        result
    }

    #[test]
    fn hostile_texts_do_not_stall() {
        let one = "a ".repeat(1_000_000);
        assert!(linear(&format!("x {one} y"), &format!("z {one} v")) > 0.99);
        let mut state = 1;
        let mut random = |alphabet: u64, count: usize| -> String {
            let next = |_| {
                state = mixed(state);
                format!("{} ", state % alphabet)
            };
            (0..count).map(next).collect()
        };
        for alphabet in [2, 50, u64::MAX] {
            let (a, b) = (random(alphabet, 500_000), random(alphabet, 500_000));
            assert!((0.0..1.0).contains(&linear(&a, &b)));
        }
        assert_eq!(linear(&"x".repeat(4_000_000), &"y".repeat(4_000_000)), 0.0);
        let rising: String = (0..300_000).map(|n| format!("{n} ")).collect();
        let falling: String = (0..300_000).rev().map(|n| format!("{n} ")).collect();
        assert!(linear(&rising, &falling) < 0.01);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn is_bounded_and_symmetric(a in "[ab ;(]{0,120}", b in "[ab ;(]{0,120}") {
            let forth = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&forth));
            prop_assert_eq!(forth, similarity(&b, &a));
        }

        #[test]
        fn is_bounded_and_symmetric_for_long_texts(
            words in prop::collection::vec("[a-e]{1,2}", 200..800),
            edits in prop::collection::vec((any::<prop::sample::Index>(), "[a-h]{0,2}"), 0..60),
        ) {
            let mut edited = words.clone();
            for (place, word) in &edits {
                *place.get_mut(&mut edited) = word.clone();
            }
            let (a, b) = (words.join(" "), edited.join(" "));
            let forth = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&forth));
            prop_assert_eq!(forth, similarity(&b, &a));
            // Each edit takes away at most one word on either side, but for anchors that mislead.
            let floor = 1.0 - 6.0 * edits.len() as f64 / words.len() as f64;
            prop_assert!(forth >= floor, "{forth} < {floor}");
        }

        #[test]
        fn is_one_exactly_for_texts_equal_up_to_white_space(words in prop::collection::vec("[a-z]{1,5}|[;{}()=]", 0..80)) {
            prop_assert_eq!(similarity(&words.join(" "), &words.join("\n\t")), 1.0);
            let shorter = words.split_last().map(|(_, rest)| rest.join(" "));
            if let Some(shorter) = shorter {
                prop_assert!(similarity(&words.join(" "), &shorter) < 1.0);
            }
        }

        #[test]
        fn takes_any_text(a in any::<String>(), b in any::<String>()) {
            prop_assert!((0.0..=1.0).contains(&similarity(&a, &b)));
        }
    }
}
