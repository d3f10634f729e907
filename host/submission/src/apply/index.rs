//! Lines as numbers, so that a run of lines is found without reading its text again.

use super::{DoesNotApply, Effort};
use std::collections::HashMap;

/// How alike two lines must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// But for their ends.
    Equal,
    /// But for white space at their ends.
    TrailingSpace,
    /// But for white space around them.
    Indentation,
}

/// A line without its line end.
pub(super) fn content(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The Mersenne prime 2^61-1 and a base below it: a polynomial hash as Karp and Rabin use it. Who makes lines collide
/// gains nothing, because each find is compared.
const PRIME: u64 = (1 << 61) - 1;
const BASE: u64 = 0x1532_8fab_9d4e_3a71;

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(PRIME);
    // Below the prime.
    product as u64
}

fn power(mut exponent: usize) -> u64 {
    let (mut result, mut base) = (1, BASE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

/// The lines of a text under one likeness.
pub(super) struct Index<'a> {
    likeness: Likeness,
    ids: HashMap<&'a str, u32>,
    /// The id of each line.
    lines: Vec<u32>,
    /// Hash of the lines before each.
    hashes: Vec<u64>,
    /// Where the lines of each id are, ascending.
    places: Vec<Vec<u32>>,
}

/// A run of lines to look for: their ids, and which of them is the rarest.
struct Pattern {
    ids: Vec<u32>,
    rarest: usize,
    power: u64,
    hash: u64,
}

impl<'a> Index<'a> {
    pub(super) fn new(
        lines: &[&'a str],
        likeness: Likeness,
        effort: &mut Effort,
    ) -> Result<Self, DoesNotApply> {
        let bytes = lines.iter().map(|line| line.len()).sum();
        effort.spend_on_bytes(bytes)?;
        effort.spend(lines.len())?;
        let mut index = Self {
            likeness,
            ids: HashMap::new(),
            lines: Vec::with_capacity(lines.len()),
            hashes: Vec::with_capacity(lines.len() + 1),
            places: Vec::new(),
        };
        let mut hash = 0;
        index.hashes.push(hash);
        for (number, line) in (0u32..).zip(lines) {
            let next = u32::try_from(index.places.len()).map_err(|_| DoesNotApply::TooLarge)?;
            let id = *index.ids.entry(key(line, likeness)).or_insert(next);
            if id == next {
                index.places.push(Vec::new());
            }
            index.places[id as usize].push(number);
            index.lines.push(id);
            hash = (times(hash, BASE) + u64::from(id) + 1) % PRIME;
            index.hashes.push(hash);
        }
        Ok(index)
    }

    /// Whether these lines are the ones from `start` on.
    pub(super) fn is_at(&self, lines: &[&str], start: usize) -> bool {
        let Some(there) = start
            .checked_add(lines.len())
            .and_then(|end| self.lines.get(start..end))
        else {
            return false;
        };
        lines
            .iter()
            .zip(there)
            .all(|(line, id)| self.ids.get(key(line, self.likeness)) == Some(id))
    }

    /// The nearest start to `near`, at or after `from`, of a run of these lines. Of two, the first.
    pub(super) fn nearest(
        &self,
        lines: &[&str],
        from: usize,
        near: usize,
        effort: &mut Effort,
    ) -> Result<Option<usize>, DoesNotApply> {
        effort.spend(lines.len())?;
        let Some(pattern) = self.pattern(lines) else {
            return Ok(None);
        };
        let places = &self.places[pattern.ids[pattern.rarest] as usize];
        let target = near.saturating_add(pattern.rarest);
        let mut after = places.partition_point(|&place| (place as usize) < target);
        let mut before = after;
        loop {
            let left = before.checked_sub(1).map(|left| places[left] as usize);
            let right = places.get(after).map(|&place| place as usize);
            let place = match (left, right) {
                (Some(left), Some(right)) if target - left > right - target => {
                    after += 1;
                    right
                }
                (Some(left), _) => {
                    before -= 1;
                    left
                }
                (None, Some(right)) => {
                    after += 1;
                    right
                }
                (None, None) => return Ok(None),
            };
            effort.spend(1)?;
            if let Some(start) = place.checked_sub(pattern.rarest)
                && start >= from
                && self.matches(&pattern, start, effort)?
            {
                return Ok(Some(start));
            }
        }
    }

    /// The first start at or after `from` of a run of these lines.
    pub(super) fn first(
        &self,
        lines: &[&str],
        from: usize,
        effort: &mut Effort,
    ) -> Result<Option<usize>, DoesNotApply> {
        effort.spend(lines.len())?;
        let Some(pattern) = self.pattern(lines) else {
            return Ok(None);
        };
        let places = &self.places[pattern.ids[pattern.rarest] as usize];
        let target = from.saturating_add(pattern.rarest);
        let first = places.partition_point(|&place| (place as usize) < target);
        for &place in &places[first..] {
            effort.spend(1)?;
            let start = place as usize - pattern.rarest;
            if self.matches(&pattern, start, effort)? {
                return Ok(Some(start));
            }
        }
        Ok(None)
    }

    /// `None` when one of the lines is nowhere in the text, and for no lines.
    fn pattern(&self, lines: &[&str]) -> Option<Pattern> {
        let ids: Vec<u32> = lines
            .iter()
            .map(|line| self.ids.get(key(line, self.likeness)).copied())
            .collect::<Option<_>>()?;
        let rarest = (0..ids.len()).min_by_key(|&at| self.places[ids[at] as usize].len())?;
        let hash = ids.iter().fold(0, |hash, id| {
            (times(hash, BASE) + u64::from(*id) + 1) % PRIME
        });
        Some(Pattern {
            rarest,
            power: power(ids.len()),
            hash,
            ids,
        })
    }

    fn matches(
        &self,
        pattern: &Pattern,
        start: usize,
        effort: &mut Effort,
    ) -> Result<bool, DoesNotApply> {
        let end = start.saturating_add(pattern.ids.len());
        let (Some(&before), Some(&after)) = (self.hashes.get(start), self.hashes.get(end)) else {
            return Ok(false);
        };
        let there = (after + PRIME - times(before, pattern.power)) % PRIME;
        if there != pattern.hash {
            return Ok(false);
        }
        effort.spend(pattern.ids.len())?;
        Ok(self.lines.get(start..end) == Some(pattern.ids.as_slice()))
    }
}

fn key(line: &str, likeness: Likeness) -> &str {
    match likeness {
        Likeness::Equal => content(line),
        Likeness::TrailingSpace => line.trim_end(),
        Likeness::Indentation => line.trim(),
    }
}
