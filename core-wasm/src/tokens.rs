//! Text as a sequence of code tokens, each with an identity and a weight.

/// One token: a name, number or piece of text, or one sign of punctuation. White space is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// Hash of its text. Equal tokens have equal hashes; 64 bits make the reverse a safe assumption for
    /// a similarity, which is no proof of anything.
    pub(crate) id: u64,
    /// Its length in bytes.
    pub(crate) weight: u32,
}

/// Longest run of letters and digits that is one token: data without white space is compared piece by
/// piece, too.
const MAX_TOKEN: usize = 64;

/// Appends the tokens of a text.
pub(crate) fn append(text: &str, tokens: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&first) = bytes.get(at) {
        let start = at;
        at += 1;
        if is_word(first) {
            while at - start < MAX_TOKEN && bytes.get(at).copied().is_some_and(is_word) {
                at += 1;
            }
        } else if first.is_ascii_whitespace() {
            continue;
        }
        tokens.push(Token {
            id: hash(&bytes[start..at]),
            weight: (at - start) as u32,
        });
    }
}

/// Letters, digits, `_` and everything beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Multiply and fold, eight bytes at a time; well spread, and the same on every machine.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .chunks(8)
        .fold(mixed(bytes.len() as u64), |hash, chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            mixed(hash ^ u64::from_le_bytes(word))
        })
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection in which every bit of the input
/// reaches every bit of the output.
pub(crate) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        append(text, &mut tokens);
        tokens.iter().map(|token| token.weight).collect()
    }

    #[test]
    fn names_numbers_and_signs_are_tokens_and_white_space_is_not() {
        assert_eq!(
            weights("let x1 = \"two words\";\n"),
            [3, 2, 1, 1, 3, 5, 1, 1]
        );
        assert_eq!(weights(" \t\r\n"), [0u32; 0]);
    }

    #[test]
    fn a_very_long_word_is_cut_into_pieces() {
        assert_eq!(weights(&"a".repeat(130)), [64, 64, 2]);
    }

    #[test]
    fn different_tokens_have_different_identities() {
        let mut tokens = Vec::new();
        append("a b ab ba aa a_b 1 12 abcdefgh abcdefghi", &mut tokens);
        let mut ids: Vec<u64> = tokens.iter().map(|token| token.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), tokens.len());
    }
}
