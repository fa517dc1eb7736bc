//! Encodes text of any script for ASCII headers: encoded words (RFC 2047).

use crate::text::push_hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const Q: &str = "=?UTF-8?Q?";
const B: &str = "=?UTF-8?B?";
const END: &str = "?=";
/// The most octets of one encoded word (RFC 2047, 2).
const LONGEST_WORD: usize = 75;
const LONGEST_PAYLOAD: usize = LONGEST_WORD - Q.len() - END.len();

#[derive(Clone, Copy)]
enum Encoding {
    Q,
    B,
}

/// Encodes the text as words to be separated by blanks or folds, which readers drop between two encoded words.
///
/// The first word has at most `first` octets, the others at most `rest`, and none more than 75. All use the encoding, Q or B, in which the
/// text is shorter. A character is never split. Where `first` has no room for a single character, the first word may have `rest` octets.
pub(crate) fn encoded_words(text: &str, first: usize, rest: usize) -> Vec<String> {
    let payload_of = |room: usize| room.saturating_sub(Q.len() + END.len()).min(LONGEST_PAYLOAD);
    let encoding = if Encoding::Q.length(text) <= Encoding::B.length(text) {
        Encoding::Q
    } else {
        Encoding::B
    };
    let mut room = payload_of(first);
    let mut words = Vec::new();
    let mut chunk = String::new();
    for character in text.chars() {
        chunk.push(character);
        if encoding.length(&chunk) > room {
            chunk.pop();
            if !chunk.is_empty() {
                words.push(encoding.word(&chunk));
                chunk.clear();
            }
            room = payload_of(rest);
            chunk.push(character);
        }
    }
    if !chunk.is_empty() {
        words.push(encoding.word(&chunk));
    }
    words
}

impl Encoding {
    fn length(self, text: &str) -> usize {
        match self {
            Self::Q => {
                text.bytes().map(|byte| if byte == b' ' || is_literal(byte) { 1 } else { 3 }).sum()
            }
            Self::B => text.len().div_ceil(3) * 4,
        }
    }

    fn word(self, text: &str) -> String {
        let mut word = String::with_capacity(LONGEST_WORD);
        match self {
            Self::Q => {
                word.push_str(Q);
                for byte in text.bytes() {
                    match byte {
                        b' ' => word.push('_'),
                        byte if is_literal(byte) => word.push(char::from(byte)),
                        byte => push_hex(&mut word, '=', byte),
                    }
                }
            }
            Self::B => {
                word.push_str(B);
                STANDARD.encode_string(text, &mut word);
            }
        }
        word.push_str(END);
        word
    }
}

/// Returns whether Q leaves this byte as it is. The rule is that for display names, the strictest one (RFC 2047, 5 (3)).
fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_encoding_is_chosen() {
        for (text, expected) in [
            ("une chargée", "=?UTF-8?Q?une_charg=C3=A9e?="),
            ("chargé·e", "=?UTF-8?B?Y2hhcmfDqcK3ZQ==?="),
            ("Привет", "=?UTF-8?B?0J/RgNC40LLQtdGC?="),
            ("=?x?=", "=?UTF-8?B?PT94Pz0=?="),
            ("a_b?", "=?UTF-8?Q?a=5Fb=3F?="),
        ] {
            assert_eq!(encoded_words(text, 75, 75), [expected]);
        }
    }

    #[test]
    fn words_keep_their_lengths_and_whole_characters() {
        for character in ['x', 'é', '中', '👩', '='] {
            let text: String = std::iter::repeat_n(character, 200).collect();
            for first in [0, 12, 20, 40, 75, 200] {
                let words = encoded_words(&text, first, 75);
                assert!(words.iter().skip(1).all(|word| word.len() <= 75));
                assert!(
                    words.first().is_some_and(|word| word.len() <= first.min(75) || first < 24)
                );
                for word in &words {
                    let payload = &word[Q.len()..word.len() - END.len()];
                    if word.starts_with(B) {
                        assert!(String::from_utf8(STANDARD.decode(payload).unwrap()).is_ok());
                    } else if character.is_ascii() {
                        assert_eq!(payload.len() % if character == '=' { 3 } else { 1 }, 0);
                    } else {
                        assert_eq!(payload.len() % (3 * character.len_utf8()), 0);
                    }
                }
            }
        }
    }
}
