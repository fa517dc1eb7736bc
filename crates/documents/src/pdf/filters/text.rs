//! The filters without a dictionary (ISO 32000-2, 7.4.2, 7.4.3 and 7.4.5).

use crate::{bytes::head, pdf::strings};

pub(super) fn hexadecimal(data: &[u8]) -> Vec<u8> {
    let end = data.iter().position(|byte| *byte == b'>').unwrap_or(data.len());
    strings::hexadecimal(data.get(..end).unwrap_or_default())
}

/// Five digits of base 85 stand for four bytes; fewer at the end stand for one byte less than
/// they are.
pub(super) fn base_85(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / 5 * 4);
    let (mut number, mut digits) = (0_u32, 0);
    for byte in data {
        match byte {
            b'z' if digits == 0 => bytes.extend([0; 4]),
            b'!'..=b'u' => {
                number = number.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                digits += 1;
            }
            b'~' => break,
            _ => {}
        }
        if digits == 5 {
            bytes.extend(number.to_be_bytes());
            (number, digits) = (0, 0);
        }
    }
    if digits > 0 {
        let filled = (digits..5).fold(number, |number, _| number.wrapping_mul(85).wrapping_add(84));
        bytes.extend_from_slice(head(&filled.to_be_bytes(), digits - 1));
    }
    bytes
}

/// At most `limit` bytes, and what the last run has more.
pub(super) fn run_lengths(data: &[u8], limit: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = data;
    while let [length, after @ ..] = rest
        && bytes.len() <= limit
    {
        rest = match length {
            0..128 => {
                let length = usize::from(*length) + 1;
                let (run, after) = after.split_at_checked(length).unwrap_or((after, &[]));
                bytes.extend(run);
                after
            }
            128 => break,
            129.. => {
                let [byte, after @ ..] = after else { break };
                bytes.resize(bytes.len() + 257 - usize::from(*length), *byte);
                after
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_85_of_every_length() {
        let cases: [(&[u8], &[u8]); 8] = [
            (b"", b""),
            (b"87cURD]i,\"Ebo80~>", b"Hello World!"),
            (b"87cUR D]i,\"\nEbo7~>", b"Hello World"),
            (b"5l~>", b"A"),
            (b"z!!~>", &[0; 5]),
            (b"!!!!!", &[0; 4]),
            (b"s8W-!", &[0xFF; 4]),
            (b"!~>", b""),
        ];
        for (data, expected) in cases {
            assert_eq!(base_85(data), expected, "{}", data.escape_ascii());
        }
    }

    #[test]
    fn run_lengths_to_their_end() {
        assert_eq!(run_lengths(b"\x02abc\xFEx\x80y", 99), b"abcxxx");
        assert_eq!(run_lengths(b"\x05ab", 99), b"ab");
        assert_eq!(run_lengths(b"\xFE", 99), b"");
        assert_eq!(run_lengths(&[0x81, 0].repeat(100), 200).len(), 256);
    }

    #[test]
    fn hexadecimal_up_to_its_end() {
        assert_eq!(hexadecimal(b"4 1 42 5>43"), b"ABP");
    }
}
